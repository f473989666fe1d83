"""What an engine is started with."""

from __future__ import annotations

from pathlib import Path

import msgspec
from platformdirs import user_data_path, user_state_path


class SpecError(ValueError):
    """This engine cannot be started as asked; the text says what to change."""


class EngineSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of ``store`` and ``recording`` is given."""

    store: str | None = None
    """A store folder: run it live."""
    recording: str | None = None
    """A recording folder: play it."""
    detector: str | None = None
    """Model for pictures; None: the store's default, or a recording's own detections."""
    detection_threads: int = 1
    speed: float | None = 1.0
    """Of a recording, times real time; None: as fast as the machine allows."""
    paused: bool = False
    state_dir: str | None = None
    """Journal, lock, address and log; None: the user's place for such, by name of the store."""
    ledger: str | None = None
    """None: the user's place for such, by name of the store."""
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
            raise SpecError("name either a store folder (live) or a recording, not both and not neither")
        if self.detection_threads < 1:
            raise SpecError(f"{self.detection_threads} detection threads: at least 1 is needed")
        if self.speed is not None and not 0.01 <= self.speed <= 1000:
            raise SpecError(f"a speed of {self.speed:g} is outside 0.01 to 1000")
        return self

    @property
    def name(self) -> str:
        """Of the store or recording folder."""
        return Path(self.store or self.recording or "").resolve().name or "store"

    @property
    def state_path(self) -> Path:
        """Where the engine keeps its journal."""
        if self.state_dir is not None:
            return Path(self.state_dir)
        kind = "live" if self.recording is None else "replay"
        return Path(user_state_path("openaisle", appauthor=False)) / f"{kind}-{self.name}"

    @property
    def ledger_path(self) -> Path:
        """The ledger's file."""
        if self.ledger is not None:
            return Path(self.ledger)
        return Path(user_data_path("openaisle", appauthor=False)) / f"{self.name}.ledger"


def read_spec(data: bytes | str, where: str) -> EngineSpec:
    """From JSON. Raises :class:`SpecError` naming ``where`` and the field."""
    try:
        return msgspec.json.decode(data, type=EngineSpec).check()
    except (msgspec.MsgspecError, SpecError) as error:
        raise SpecError(f"{where}: {error}") from error
