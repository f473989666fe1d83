"""Which report, and of which days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

from PySide6.QtCore import QDate, QLocale, QSignalBlocker, Signal
from PySide6.QtWidgets import QButtonGroup, QDateEdit, QHBoxLayout, QLabel, QPushButton, QWidget

from console.back_office.reports.business_days import ONE_DAY
from console.language import ENGLISH, language, tr
from console.operations.reports import ReportKind, Wanted
from console.theme.fonts import sized
from console.theme.tokens import SPACE_1, SPACE_2

WEEK = timedelta(days=7)
HEIGHT, WIDTH = 30, 150
"""Pixels, as the buttons beside."""


class ReportRange(QWidget):
    """Four kinds; a day for the first of them, two days for the others."""

    chosen = Signal(object)
    """A :class:`Wanted`."""

    def __init__(self, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: ReportKind = "day"
        self._buttons: dict[ReportKind, QPushButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_1)
        for kind, text in self.kinds():
            button = self._buttons[kind] = QPushButton(text)
            button.setCheckable(True)
            button.clicked.connect(lambda *_, kind=kind: self.choose_kind(kind))
            group.addButton(button)
            row.addWidget(button)
        row.addSpacing(SPACE_2)
        self.first = _date_field(tr("First day"), today - WEEK + ONE_DAY)
        self.last = _date_field(tr("Last day"), today)
        self._to = QLabel("\N{EN DASH}")
        self.earlier = QPushButton("\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}")
        self.later = QPushButton("\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}")
        for button, name, step in ((self.earlier, tr("Earlier"), -1), (self.later, tr("Later"), 1)):
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(lambda *_, step=step: self.step(step))
        for part in (self.earlier, self.first, self._to, self.last, self.later):
            row.addWidget(part)
        self.first.dateChanged.connect(self._first_changed)
        self.last.dateChanged.connect(self._last_changed)
        self.choose_kind("day")

    @staticmethod
    def kinds() -> tuple[tuple[ReportKind, str], ...]:
        """Their names and words, in their order."""
        return (
            ("day", tr("Day")),
            ("period", tr("Period")),
            ("openness", tr("Openness")),
            ("stock", tr("Stock")),
        )

    @property
    def wanted(self) -> Wanted:
        """What is chosen."""
        last = _python(self.last.date())
        return Wanted(self._kind, last if self._kind == "day" else _python(self.first.date()), last)

    def choose_kind(self, kind: str) -> None:
        """Another kind of report of the same days."""
        if kind not in get_args(ReportKind):
            return
        self._kind = next(k for k in get_args(ReportKind) if k == kind)
        self._buttons[self._kind].setChecked(True)
        single = self._kind == "day"
        if not single and self.first.date() > self.last.date():  # the day alone was moved to before it
            with QSignalBlocker(self.first):
                self.first.setDate(_qt(_python(self.last.date()) - WEEK + ONE_DAY))
        self.first.setVisible(not single)
        self._to.setVisible(not single)
        self.last.setAccessibleName(tr("Day") if single else tr("Last day"))
        self.chosen.emit(self.wanted)

    def show_day(self, day: date) -> None:
        """The report of one day."""
        with QSignalBlocker(self.last):
            self.last.setDate(_qt(day))
        self.choose_kind("day")

    def to(self, last: date) -> None:
        """The days that end with this one, as many as now."""
        wanted = self.wanted
        self._set(last - (wanted.last - wanted.first), last)

    def step(self, steps: int) -> None:
        """As many days as are chosen, earlier (below 0) or later."""
        wanted = self.wanted
        by = steps * (wanted.last - wanted.first + ONE_DAY)
        self._set(wanted.first + by, wanted.last + by)

    def take_focus(self) -> None:
        """To the day."""
        self.last.setFocus()

    def _set(self, first: date, last: date) -> None:
        with QSignalBlocker(self.first), QSignalBlocker(self.last):
            if self._kind != "day":
                self.first.setDate(_qt(first))
            self.last.setDate(_qt(last))
        self.chosen.emit(self.wanted)

    def _first_changed(self, day: QDate) -> None:
        if day > self.last.date():
            with QSignalBlocker(self.last):
                self.last.setDate(day)
        self.chosen.emit(self.wanted)

    def _last_changed(self, day: QDate) -> None:
        if day < self.first.date():
            with QSignalBlocker(self.first):
                self.first.setDate(day)
        self.chosen.emit(self.wanted)


def _date_field(name: str, day: date) -> QDateEdit:
    made = QDateEdit(_qt(day))
    made.setAccessibleName(name)
    made.setLocale(QLocale("en_GB" if language() == ENGLISH else language()))
    made.setDisplayFormat(tr("ddd d MMM yyyy"))
    made.setMinimumWidth(sized(WIDTH))
    made.setCalendarPopup(True)
    made.setMinimumHeight(HEIGHT)
    made.setKeyboardTracking(False)
    made.setDateRange(QDate(2000, 1, 1), QDate(2200, 1, 1))
    for part in (*made.findChildren(QWidget), *made.calendarWidget().findChildren(QWidget)):
        if not part.accessibleName():
            part.setAccessibleName(name)
    return made


def _qt(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _python(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())
