"""One moment that everything on a review card shows: it runs in a loop, or is moved by hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

TICK_MS = 50
LOOP_S = 2.0
"""To each side of the event."""
STEP_S = 0.2
"""One picture of a clip."""


class TimeCursor(QObject):
    """Store time, seconds. It runs as fast as it happened."""

    moved = Signal()
    played = Signal()
    """It runs now, or stands."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.begin = self.end = self.centre = self.t = 0.0
        self.playing = False
        self._shown = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def loop(self) -> tuple[float, float]:
        """Where it begins again, and where it ends."""
        return max(self.begin, self.centre - LOOP_S), min(self.end, self.centre + LOOP_S)

    @property
    def is_set(self) -> bool:
        """Whether there is a stretch of time to move in."""
        return self.end > self.begin

    def set_span(self, begin: float, end: float, centre: float, *, play: bool) -> None:
        """Another event: from a second before it on, or at it where nothing is to move by itself."""
        self.begin, self.end, self.centre = begin, end, centre
        self.playing = play and self.is_set
        self.t = max(begin, centre - 1.0) if self.playing else centre
        self._run()
        self.played.emit()
        self.moved.emit()

    def clear(self) -> None:
        """Nothing to show."""
        self.set_span(0.0, 0.0, 0.0, play=False)

    def toggle(self) -> None:
        """Stand, or go on."""
        self.playing = not self.playing and self.is_set
        self._run()
        self.played.emit()

    def step(self, steps: int) -> None:
        """So many pictures on (or back), and stand."""
        self.scrub(self.t + steps * STEP_S)

    def scrub(self, t: float) -> None:
        """To a moment, and stand there."""
        if not self.is_set:
            return
        if self.playing:
            self.toggle()
        self.t = min(self.end, max(self.begin, t))
        self.moved.emit()

    def set_shown(self, shown: bool) -> None:
        """It runs only while it is seen."""
        self._shown = shown
        self._run()

    def _run(self) -> None:
        if self.playing and self._shown:
            self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        first, last = self.loop
        self.t += TICK_MS / 1000
        if not first <= self.t <= last:
            self.t = first
        self.moved.emit()
