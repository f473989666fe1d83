"""What an engine is started with."""

from __future__ import annotations

from pathlib import Path

import msgspec

from inference.evidence.kept import FOLDER
from inference.messages.said import said

ARRIVALS_PER_MIN = 2.0
MOST_ARRIVALS = 30.0
"""A minute; more find any store full."""


class SpecError(ValueError):
    """This engine cannot be started as asked; the text says what to change."""


class EngineSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of ``store`` and ``recording`` is given; ``simulated`` goes with a store."""

    state_dir: str
    """Folder of journal, lock, address and log."""
    ledger: str
    """The ledger's file."""
    store: str | None = None
    """A store folder: run it live, or ``simulated``."""
    simulated: bool = False
    """Nothing of the store is real: people, scales and cameras are simulated, by the clock."""
    arrivals_per_min: float = ARRIVALS_PER_MIN
    """Of a simulated store: how many people come by chance."""
    rendered: bool = True
    """Of a simulated store: its cameras' pictures are rendered, where this computer can."""
    seed: int | None = None
    """Of a simulated store; None: another day each time."""
    recording: str | None = None
    """A recording folder: play it."""
    detector: str | None = None
    """Model for pictures; None: the store's default, or a recording's own detections."""
    detection_threads: int = 1
    speed: float | None = 1.0
    """Of a recording, times real time; None: as fast as the machine allows."""
    paused: bool = False
    fresh: bool = False
    """Play the recording from its beginning, whatever an earlier run came to."""
    exit_at_end: bool = False
    follow_parent: bool = False
    """End when whoever started the engine does. By default the store goes on without a window."""
    checkpoint_s: float = 10.0
    checkpoint_observations: int = 50_000

    def check(self) -> EngineSpec:
        """Itself, or :class:`SpecError`."""
        if (self.store is None) == (self.recording is None):
            raise SpecError(
                said("name either a store folder (live) or a recording, not both and not neither")
            )
        if self.simulated and self.store is None:
            raise SpecError(said("only a store folder can be simulated, not a recording"))
        if not 0.0 <= self.arrivals_per_min <= MOST_ARRIVALS:
            raise SpecError(
                said(
                    "{arrivals_per_min} arrivals a minute are outside 0 to {most_arrivals}",
                    arrivals_per_min=f"{self.arrivals_per_min:g}",
                    most_arrivals=f"{MOST_ARRIVALS:g}",
                )
            )
        if self.detection_threads < 1:
            raise SpecError(
                said(
                    "{detection_threads} detection threads: at least 1 is needed",
                    detection_threads=self.detection_threads,
                )
            )
        if self.speed is not None and not 0.01 <= self.speed <= 1000:
            raise SpecError(said("a speed of {speed} is outside 0.01 to 1000", speed=f"{self.speed:g}"))
        return self

    @property
    def state_path(self) -> Path:
        """Where the engine keeps its journal."""
        return Path(self.state_dir)

    @property
    def journal_path(self) -> Path:
        """The journal itself."""
        return self.state_path / "journal"

    @property
    def clips_path(self) -> Path:
        """Where the engine keeps what it saw of events that somebody is asked about."""
        return self.state_path / FOLDER

    @property
    def ledger_path(self) -> Path:
        """The ledger's file."""
        return Path(self.ledger)


def read_spec(data: bytes | str, where: str) -> EngineSpec:
    """From JSON. Raises :class:`SpecError` naming ``where`` and the field."""
    try:
        return msgspec.json.decode(data, type=EngineSpec).check()
    except (msgspec.MsgspecError, SpecError) as error:
        raise SpecError(said("{where}: {error}", where=where, error=error)) from error
