"""Whether somebody opens the console for the first time, on a store in which nothing can go wrong."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, Signal

from console.operations.live_state import LiveState

KEY = "welcomed"


class FirstStart(QObject):
    """Tells it once; after :meth:`keep` never again."""

    begins = Signal()

    def __init__(self, state: LiveState, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._settings = state, settings
        self._watching = False

    def watch(self) -> None:
        """Tell it when the first snapshot says that the store is played or simulated."""
        if not self._watching and str(self._settings.value(KEY, "")) != "true":
            self._watching = True
            self._state.snapshot_changed.connect(self._look)
            self._look()

    def keep(self) -> None:
        """It was the first time."""
        self._settings.setValue(KEY, "true")
        self._stop()

    def _look(self) -> None:
        snapshot = self._state.snapshot
        if snapshot is None:
            return
        self._stop()
        if snapshot.source.kind != "live":
            self.begins.emit()

    def _stop(self) -> None:
        if self._watching:
            self._watching = False
            self._state.snapshot_changed.disconnect(self._look)
