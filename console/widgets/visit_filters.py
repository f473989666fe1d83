"""The search over all visits: one field, and what narrows it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QSettings, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.back_office.visit_search import STATES, Sought
from console.item_models.closed_visits import OUTCOME_WORDS
from console.language import tr
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon
from console.theme.tokens import SPACE_2

ANY, TODAY, YESTERDAY, ANOTHER = range(4)


class VisitFilters(QWidget):
    """Says what is sought, and looks for nothing itself."""

    changed = Signal()
    entered = Signal()
    """Return in the search."""

    def __init__(self, zone: ZoneInfo, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone, self._appearance = zone, appearance
        self._now = 0.0
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Receipt number, code, card, amount, time, day or product"))
        self.search.setAccessibleName(tr("Search visits and receipts"))
        self.search.setClearButtonEnabled(True)
        self.day = QComboBox()
        self.day.setAccessibleName(tr("Day"))
        self.day.view().setAccessibleName(tr("Days"))
        self.day.addItems(
            [tr("Any day"), tr("Today"), tr("Yesterday"), tr("On a day\N{HORIZONTAL ELLIPSIS}")]
        )
        self.date = QDateEdit()
        self.date.setAccessibleName(tr("On which day"))
        self.date.setDisplayFormat("yyyy-MM-dd")
        self.date.lineEdit().setAccessibleName(tr("On which day"))
        self.date.hide()
        self.state = QComboBox()
        self.state.setAccessibleName(tr("Outcome"))
        self.state.view().setAccessibleName(tr("Outcomes"))
        self.state.addItems([tr("Any outcome"), *(tr(OUTCOME_WORDS[state]) for state in STATES)])
        for choice in (self.day, self.state):  # cut rather than the page widened, where texts are large
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.day.setMinimumContentsLength(7)
        self.state.setMinimumContentsLength(12)
        self.disputed = self._toggle(tr("Disputed"))
        self.unpaid = self._toggle(tr("Unpaid"))
        self.reviewed = self._toggle(tr("Reviewed"))
        self._lay_out()
        self.search.textChanged.connect(lambda _: self.changed.emit())
        self.search.returnPressed.connect(self.entered)
        self.day.currentIndexChanged.connect(self._chose_day)
        self.date.dateChanged.connect(lambda _: self.changed.emit())
        self.state.currentIndexChanged.connect(lambda _: self.changed.emit())

    def tell_time(self, now: float) -> None:
        """Store time: what today is."""
        day_before, self._now = self._today(), now
        if self._today() != day_before:
            if self.day.currentIndex() in (TODAY, YESTERDAY):
                self.changed.emit()
            elif self.day.currentIndex() != ANOTHER:
                today = self._today()
                self.date.blockSignals(True)
                self.date.setDate(QDate(today.year, today.month, today.day))
                self.date.blockSignals(False)

    def sought(self) -> Sought:
        """What is looked for."""
        place = self.state.currentIndex()
        return Sought(
            text=self.search.text().strip(),
            day=self._day(),
            state=STATES[place - 1] if place else None,
            disputed=self.disputed.isChecked(),
            unpaid=self.unpaid.isChecked(),
            reviewed=self.reviewed.isChecked(),
        )

    def clear(self) -> None:
        """Look for nothing."""
        for toggle in (self.disputed, self.unpaid, self.reviewed):
            toggle.setChecked(False)
        self.day.setCurrentIndex(ANY)
        self.state.setCurrentIndex(0)
        self.search.clear()

    def keep(self, settings: QSettings) -> None:
        """What is looked for; a certain day is not: tomorrow it would only be in the way."""
        day = self.day.currentIndex()
        settings.setValue("visits/search", self.search.text())
        settings.setValue("visits/day", str(ANY if day == ANOTHER else day))
        settings.setValue("visits/outcome", str(self.state.currentIndex()))
        settings.setValue("visits/only", " ".join(name for name, one in self._toggles() if one.isChecked()))

    def take_up(self, settings: QSettings) -> None:
        """Look for what was looked for."""
        for key, choice in (("visits/day", self.day), ("visits/outcome", self.state)):
            stored = str(settings.value(key, "0"))
            if stored.isdecimal() and int(stored) < choice.count() and int(stored) != choice.currentIndex():
                choice.setCurrentIndex(int(stored))
        only = str(settings.value("visits/only", "")).split()
        for name, toggle in self._toggles():
            toggle.setChecked(name in only)
        self.search.setText(str(settings.value("visits/search", "")))

    def _toggles(self) -> tuple[tuple[str, QPushButton], ...]:
        return (("disputed", self.disputed), ("unpaid", self.unpaid), ("reviewed", self.reviewed))

    def _day(self) -> date | None:
        match self.day.currentIndex():
            case 0:  # ANY
                return None
            case 1:  # TODAY
                return self._today()
            case 2:  # YESTERDAY
                return self._today() - timedelta(days=1)
            case _:
                chosen = self.date.date()
                return date(chosen.year(), chosen.month(), chosen.day())

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now, UTC).astimezone(self._zone).date()

    def _chose_day(self, place: int) -> None:
        self.date.setVisible(place == ANOTHER)
        self.changed.emit()

    def _toggle(self, word: str) -> QPushButton:
        made = QPushButton(word)
        made.setCheckable(True)
        made.setAccessibleName(tr("Only {what}", what=word))
        made.toggled.connect(lambda _: self.changed.emit())
        return made

    def _lay_out(self) -> None:
        glass = self.search.addAction(
            icon(Icon.SEARCH, self._appearance.theme), QLineEdit.ActionPosition.LeadingPosition
        )
        self._appearance.changed.connect(lambda: glass.setIcon(icon(Icon.SEARCH, self._appearance.theme)))
        narrow = QHBoxLayout()
        narrow.setSpacing(SPACE_2)
        for part in (self.day, self.date, self.state, self.disputed, self.unpaid, self.reviewed):
            narrow.addWidget(part)
        narrow.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_2)
        box.addWidget(self.search)
        box.addLayout(narrow)
