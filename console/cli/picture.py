"""What the window would have shown, for a run without one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from console.engine_process.client import Pictures
from console.engine_process.link import EngineState
from inference.messages.wire import Answer, Command, Refused, Snapshot
from store_layout.model import StoreLayout

Theme = Literal["light", "dark"]
Render = Callable[[Path, tuple[int, int], Theme, str], None]


class Witness:
    """Keeps the fullest moment of a run, with the cameras' pictures of it."""

    def __init__(self) -> None:
        self._best: Snapshot | None = None
        self._pictures: dict[str, NDArray[np.uint8]] = {}

    def see(self, snapshot: Snapshot) -> None:
        """Look at a snapshot; it is kept when no fuller one has been seen."""
        if self._best is not None and _fullness(snapshot) < _fullness(self._best):
            return
        self._best = snapshot
        reader = Pictures()
        shown = {c.picture: reader.read(c.picture) for c in snapshot.cameras if c.picture is not None}
        reader.close()
        self._pictures = {name: picture for name, picture in shown.items() if picture is not None}

    @property
    def saw_something(self) -> bool:
        """Whether there was a moment at all."""
        return self._best is not None

    @contextmanager
    def window(self, layout: StoreLayout, ledger: Path) -> Iterator[Render]:
        """A window, offscreen, that shows the moment; gives a function that writes a page of it as PNG."""
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from console.window import MainWindow, application, render_to

        if self._best is None:
            raise OSError("there is nothing to show: the engine ended before its first snapshot")
        app = application()
        with tempfile.TemporaryDirectory(prefix="openaisle-") as settings:
            window = MainWindow(layout, StillLink(self._best, self._pictures), ledger, Path(settings))

            def render(file: Path, size: tuple[int, int], theme: Theme, page: str) -> None:
                file.parent.mkdir(parents=True, exist_ok=True)
                render_to(file, size, theme, page, window)

            try:
                yield render
            finally:
                window.close()
                window.deleteLater()
                app.processEvents()


class StillLink:
    """An engine link that always shows one moment."""

    def __init__(self, snapshot: Snapshot, pictures: dict[str, NDArray[np.uint8]]) -> None:
        self._snapshot, self._pictures = snapshot, pictures

    @property
    def state(self) -> EngineState:
        """As it was."""
        return "running"

    @property
    def why(self) -> str:
        """Nothing is wrong with a picture."""
        return ""

    def latest(self) -> Snapshot | None:
        """The moment."""
        return self._snapshot

    def request(self, command: Command) -> Answer:  # noqa: ARG002 - the protocol's
        """Nothing can be asked of a moment that is over."""
        return Refused("this is a picture of a run that is over")

    def picture(self, name: str) -> NDArray[np.uint8] | None:
        """What the camera showed then."""
        return self._pictures.get(name)

    def close(self) -> None:
        """Nothing to let go of."""


def _fullness(snapshot: Snapshot) -> tuple[int, int]:
    return len(snapshot.inside), sum(len(cart.lines) for cart in snapshot.carts)
