"""Under the floor: drag back over the last minutes, and be told plainly that this is not now."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QWidget

from console.item_models.words import clock_time, span
from console.language import tr
from console.operations.live_state import LiveState
from console.operations.time_travel import STEP_S, TimeTravel
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.labels import label, set_tone, tool_button

SHORT_S, LONG_S = 2.0, 30.0
"""How far a key goes, and with Shift."""
WIDEST_WORDS = 190
UNITS = 1.0 / STEP_S
"""Positions of the slider a second."""


class TimeTravelBar(QWidget):
    """A slider whose right end is now."""

    def __init__(
        self, travel: TimeTravel, live: LiveState, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._travel = travel
        self._zone = ZoneInfo(travel.layout.file.store.time_zone)
        self._said: tuple[int, int] | None = None
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Time: drag back to see the floor as it was"))
        self.slider.setToolTip(tr("Drag back to see the floor as it was"))
        self.slider.setSingleStep(round(SHORT_S * UNITS))
        self.slider.setPageStep(round(LONG_S * UNITS))
        self.words = label("", "caption")
        self.words.setMinimumWidth(WIDEST_WORDS)
        self.now = QPushButton(tr("Back to now"))
        self.now.setToolTip(tr("Back to now (Ctrl+End)"))
        self.now.clicked.connect(travel.go_to_now)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_3, 0, SPACE_3, SPACE_2)
        row.setSpacing(SPACE_2)
        for icon, name, keys, seconds in (
            (Icon.EARLIER, tr("Earlier"), "Ctrl+Left", -SHORT_S),
            (Icon.LATER, tr("Later"), "Ctrl+Right", SHORT_S),
        ):
            row.addWidget(tool_button(icon, name, f"{name} ({keys})", appearance, self._going(seconds)))
        row.addWidget(self.slider, 1)
        row.addWidget(self.words)
        row.addWidget(self.now)
        self.slider.valueChanged.connect(self._dragged)
        travel.moved.connect(self.refresh)
        live.snapshot_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show where in time it is; told anew at most when the words are others."""
        travel = self._travel
        first, now = travel.reach
        length, back = round((now - first) * UNITS), round(travel.age * UNITS)
        if (length, back) == self._said:
            return
        self._said = (length, back)
        with QSignalBlocker(self.slider):
            self.slider.setRange(-max(length, 1), 0)
            self.slider.setValue(-back)
        self.slider.setEnabled(length > 0)
        self.now.setVisible(not travel.is_now)
        if travel.at is None:
            self.words.setText(tr("Now"))
            set_tone(self.words, "neutral")
        else:
            self.words.setText(past_words(travel, self._zone))
            set_tone(self.words, "waiting")

    def _going(self, seconds: float) -> Callable[[], None]:
        return lambda: self._travel.step(seconds)

    def _dragged(self, position: int) -> None:
        self._travel.go_to(self._travel.reach[1] + position / UNITS)


def past_words(travel: TimeTravel, zone: ZoneInfo) -> str:
    """``Not now: 14:03:12, 1:20 ago``."""
    at = clock_time(travel.at or 0.0, zone, seconds=True)
    return tr("Not now: {time}, {age} ago", time=at, age=span(travel.age))
