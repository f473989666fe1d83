"""Holding, going on with, and pacing a recording, as the window's keys ask for it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from console.operations.engine_commands import EngineCommands, neighbour_speed
from console.operations.live_state import LiveState


class Replay(QObject):
    """What can be done to the recording that is played; nothing where none is."""

    def __init__(self, state: LiveState, commands: EngineCommands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._commands = state, commands

    @property
    def can(self) -> bool:
        """Whether a recording is played, and not over."""
        snapshot = self._state.snapshot
        return snapshot is not None and snapshot.source.kind == "recording" and not snapshot.source.ended

    def toggle(self) -> None:
        """Pause the recording, or go on."""
        snapshot = self._state.snapshot
        if snapshot is not None and self.can:
            self._commands.pause_replay(not snapshot.source.paused)

    def change_speed(self, step: int) -> None:
        """Play the recording faster (``step`` 1) or slower (-1)."""
        snapshot = self._state.snapshot
        if snapshot is not None and self.can:
            self._commands.set_replay_speed(neighbour_speed(snapshot.source.speed, step))
