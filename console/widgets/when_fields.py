"""From when on a change is valid: now, or a day and time by the shop's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QDate, QDateTime, QTime, Signal
from PySide6.QtWidgets import QButtonGroup, QDateTimeEdit, QHBoxLayout, QRadioButton, QWidget

from console.item_models.words import ShopWords
from console.language import tr
from console.theme.tokens import FIELD, SPACE_2
from console.widgets.labels import label

EARLY = 6
"""Hour of tomorrow that is offered: before a shop opens."""


class WhenFields(QWidget):
    """Two choices, and a field for the second."""

    changed = Signal()

    def __init__(self, words: ShopWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = words.zone
        self.now, self.later = QRadioButton(tr("Now")), QRadioButton(tr("From this time on"))
        group = QButtonGroup(self)
        for button in (self.now, self.later):
            group.addButton(button)
        self.now.setAccessibleName(tr("Valid now"))
        self.later.setAccessibleName(tr("Valid from a time"))
        self.now.setChecked(True)
        self.time = QDateTimeEdit()
        self.time.setDisplayFormat(tr("yyyy-MM-dd HH:mm"))
        self.time.setCalendarPopup(True)
        self.time.setMinimumHeight(FIELD)
        for part in (self.time, self.time.lineEdit()):
            part.setAccessibleName(tr("Valid from, by the shop's clock"))
        tomorrow = datetime.now(self._zone).date() + timedelta(days=1)
        self.time.setDateTime(QDateTime(QDate(tomorrow.year, tomorrow.month, tomorrow.day), QTime(EARLY, 0)))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        row.addWidget(label(tr("Valid"), "secondary"))
        for widget in (self.now, self.later, self.time):
            row.addWidget(widget)
        row.addStretch(1)
        self.now.toggled.connect(lambda _: self.changed.emit())
        self.time.dateTimeChanged.connect(self._typed)

    @property
    def at(self) -> float | None:
        """Seconds since the epoch; None: now."""
        if self.now.isChecked():
            return None
        day, clock = self.time.date(), self.time.time()
        local = datetime(day.year(), day.month(), day.day(), clock.hour(), clock.minute(), tzinfo=self._zone)
        return local.timestamp()

    def _typed(self) -> None:
        if self.now.isChecked():
            self.later.setChecked(True)
        else:
            self.changed.emit()
