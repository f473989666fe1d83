"""What the window sees of an engine. The real one and the tests' fake one look the same from here."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from inference.messages.said import Words
from inference.messages.wire import Answer, Command, Snapshot

EngineState = Literal["starting", "running", "restarting", "renewing", "stopped", "failed"]
"""``renewing``: it ends in order and another one goes on where it was, as somebody asked."""


class EngineLink(Protocol):
    """A running (or restarting) engine."""

    @property
    def state(self) -> EngineState:
        """How the engine process is doing."""

    @property
    def why(self) -> Words:
        """In words for staff: why it is not running; empty when it is."""

    def latest(self) -> Snapshot | None:
        """The newest snapshot. Returns at once: a thread of the link polls the engine at 10 to 15 Hz."""

    def request(self, command: Command) -> Answer:
        """Send a command and wait for its answer (at most 2 s, then ``Refused``). Not on the GUI thread."""

    def renew(self) -> Words | None:
        """Have another engine go on where this one is, with the store folder as it is now; a text is why not.

        Returns soon; the state says how it goes. All carts stay; for some seconds nothing is seen.
        """

    def picture(self, name: str) -> NDArray[np.uint8] | None:
        """The newest shared picture ``[height, width, 4]`` BGRA, a copy; None while there is none."""

    def close(self) -> None:
        """Stop polling; ends the engine only if this link started it."""
