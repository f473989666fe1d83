"""Reports: days and periods, how openly it was decided, what left the shelves; and the day's close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.back_office.reports.periods import DayReport, PeriodReport
from console.back_office.reports.sheets import day_words
from console.item_models.report_words import bars, has_something, tiles, why_empty, why_to_say
from console.language import tr, tr_n, tr_noop
from console.operations.operator_session import OperatorSession
from console.operations.reports import Reports, Shown, Wanted
from console.operations.visit_history import VisitHistory
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.icons import Icon
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.action_book import keys_of
from console.widgets.labels import EmptyState, label, set_tone, titled
from console.widgets.page import Page
from console.widgets.report_chart import ReportChart
from console.widgets.report_close import ReportClosePanel
from console.widgets.report_range import ReportRange
from console.widgets.report_tables import ReportTables
from console.widgets.report_tiles import ReportTiles

REFRESH_MS = 5000
"""A day that is going on is read again at most so often."""
EMPTY, REPORT, CLOSE = range(3)


class ReportsPage(Page):
    """Above, what is asked for; below, its numbers, its picture and its tables."""

    name = "reports"
    word = tr_noop("Reports")
    icon = Icon.REPORTS
    tip = tr_noop("Days and periods, openness, stock; close the day")

    def __init__(
        self,
        reports: Reports,
        history: VisitHistory,
        session: OperatorSession,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._reports = reports
        self._today = reports.today
        self.range = ReportRange(self._today)
        self.tiles = ReportTiles()
        self.chart = ReportChart(appearance)
        self.tables = ReportTables(appearance)
        self.closing = ReportClosePanel(session)
        self.empty = EmptyState("", "")
        self.state = label("", "body")
        self.first_open = QPushButton(tr("The first day that is not closed"))
        self.close_button = QPushButton(tr("Close the day"))
        self.csv_button = QPushButton(tr("Spreadsheet"))
        self.pdf_button = QPushButton(tr("PDF"))
        self.ask_path: Callable[[str], str] = self._ask_path
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(REFRESH_MS)
        self._wait.timeout.connect(self._read_again)
        self._make_actions()
        self._lay_out()
        self.range.chosen.connect(self._ask)
        self.first_open.clicked.connect(self._to_first_open)
        self.close_button.clicked.connect(self._begin_close)
        self.csv_button.clicked.connect(lambda: self._export("csv"))
        self.pdf_button.clicked.connect(lambda: self._export("pdf"))
        self.closing.confirmed.connect(self._close)
        self.closing.cancelled.connect(self._leave_close)
        reports.changed.connect(self._follow)
        reports.done.connect(lambda _: self._leave_close())
        reports.refused.connect(self._refused)
        history.changed.connect(self._soon)
        self._follow()

    def page_actions(self) -> Sequence[QAction]:
        """Which report, which day, closing, files."""
        return self._actions

    def look_at(self, what: str) -> None:
        """``day``, ``period``, ``openness`` or ``stock``; ``table NAME``; ``close``."""
        if what == "close":
            self._begin_close()
        elif what.startswith("table "):
            self.tables.choose(what.removeprefix("table "))
        else:
            self.range.choose_kind(what)

    def take_focus(self) -> None:
        """To the tables' names, or to what is asked."""
        match self._stack.currentIndex():
            case n if n == CLOSE:
                self.closing.take_focus()
            case n if n == REPORT:
                self.tables.names.setFocus()
            case _:
                self.range.take_focus()

    def keep(self, settings: QSettings) -> None:
        """The kind of report and the splitter."""
        settings.setValue("reports/kind", self.range.wanted.kind)
        settings.setValue("reports/columns", self._columns.saveState())

    def take_up(self, settings: QSettings) -> None:
        """As it was left, but for the day: that is today's."""
        self.range.choose_kind(str(settings.value("reports/kind", "day")))
        stored = settings.value("reports/columns")
        if isinstance(stored, QByteArray):
            self._columns.restoreState(stored)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Read when it is seen."""
        super().showEvent(event)
        self._keep_today()
        self._ask(self.range.wanted)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nothing is read for nobody."""
        self._wait.stop()
        super().hideEvent(event)

    # -- asking --------------------------------------------------------------------------------------

    def _ask(self, wanted: Wanted) -> None:
        if self._stack.currentIndex() == CLOSE:
            self._stack.setCurrentIndex(REPORT)
        if self.isVisible():
            self._reports.ask(wanted)

    def _soon(self) -> None:
        """Something was sold: a day that is going on is read again, but not with every visit."""
        wanted = self.range.wanted
        goes_on = wanted.first <= self._reports.today <= wanted.last
        if self.isVisible() and wanted.kind == "day" and goes_on and not self._wait.isActive():
            self._wait.start()

    def _keep_today(self) -> None:
        """Who looks at today looks at the new day when it has begun, and where a recording stands."""
        before, self._today = self._today, self._reports.today
        if self.range.wanted.last == before != self._today:
            self.range.to(self._today)

    def _read_again(self) -> None:
        if self.isVisible() and self._stack.currentIndex() != CLOSE:
            self._reports.ask(self.range.wanted)

    def _to_first_open(self) -> None:
        shown = self._reports.shown
        if shown is not None and shown.waiting:
            self.range.show_day(shown.waiting[0])

    # -- showing -------------------------------------------------------------------------------------

    def _follow(self) -> None:
        shown = self._reports.shown
        self._say_state(shown)
        self._offer(shown)
        if self._stack.currentIndex() == CLOSE:
            return
        if shown is None or not has_something(shown):
            self._say_empty(shown)
            self._stack.setCurrentIndex(EMPTY)
            return
        self.tiles.show_tiles(tiles(shown))
        picture = bars(shown)
        self.chart.show_bars(picture)
        self._chart_title.setText(picture.title)
        self.tables.show_sheet(shown.sheet)
        before = self._stack.currentIndex()
        self._stack.setCurrentIndex(REPORT)
        if before == EMPTY and self.isVisible() and self.window().focusWidget() is None:
            self.take_focus()

    def _say_state(self, shown: Shown | None) -> None:
        facts = {} if shown is None else dict(shown.sheet.facts)
        report = None if shown is None else shown.report
        self.state.setText(facts.get(tr("State"), ""))
        self.state.setToolTip(self.state.text())
        final = (isinstance(report, DayReport) and report.state == "closed") or (
            isinstance(report, PeriodReport) and not report.still_open
        )
        set_tone(self.state, "good" if final else "neutral")
        waiting = () if shown is None else tuple(d for d in shown.waiting if d < self._reports.today)
        self._badge(str(len(waiting)) if waiting else "", "waiting" if waiting else "neutral")
        self.first_open.setVisible(bool(waiting))
        if waiting:
            self.first_open.setText(
                tr_n(
                    "{n} day to close: {day}",
                    "{n} days to close, first {day}",
                    len(waiting),
                    day=day_words(waiting[0]),
                )
            )

    def _say_empty(self, shown: Shown | None) -> None:
        heading, text = why_empty(shown, self._reports.trouble, keys_of(self._earlier))
        self.empty.heading.setText(heading)
        self.empty.text.setText(text)

    def _offer(self, shown: Shown | None) -> None:
        report = None if shown is None else shown.report
        something = shown is not None and has_something(shown)
        here = self.isVisible()
        closable = isinstance(report, DayReport) and report.state != "closed" and something
        for button, action, on in (
            (self.close_button, self._close_action, closable),
            (self.csv_button, self._csv, something),
            (self.pdf_button, self._pdf, something),
        ):
            button.setEnabled(on)
            action.setEnabled(on and here)

    # -- closing and files ---------------------------------------------------------------------------

    def _begin_close(self) -> None:
        shown = self._reports.shown
        if shown is None or not isinstance(shown.report, DayReport) or not self.close_button.isEnabled():
            return
        report = shown.report
        why = why_to_say(shown, report.day, self._reports.today)
        self.closing.ask(report, shown.sheet.currency, why)
        self._stack.setCurrentIndex(CLOSE)
        self.closing.take_focus()

    def _close(self, why: str) -> None:
        self._reports.close_the_day(self.range.wanted.first, why)

    def _leave_close(self) -> None:
        if self._stack.currentIndex() == CLOSE:
            self._stack.setCurrentIndex(REPORT)
            self._follow()
            self.take_focus()

    def _refused(self, why: str) -> None:
        if self._stack.currentIndex() == CLOSE:
            self.closing.say(why)

    def _export(self, kind: str) -> None:
        shown = self._reports.shown
        if shown is None:
            return
        wanted = shown.wanted
        days = str(wanted.first) if wanted.kind == "day" else f"{wanted.first}-{wanted.last}"
        path = self.ask_path(f"{wanted.kind}-{days}.{kind}")
        if path:
            self._reports.export(Path(path))

    def _ask_path(self, name: str) -> str:
        return QFileDialog.getSaveFileName(self, tr("Where to?"), str(Path.home() / name))[0]

    # -- building ------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        def action(text: str, keys: str, call: Callable[[], object]) -> QAction:
            made = QAction(text, self)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(lambda *_: call())
            return made

        kinds = [
            action(text, f"Alt+{number}", partial(self.range.choose_kind, kind))
            for number, (kind, text) in enumerate(self.range.kinds(), start=1)
        ]
        self._earlier = action(tr("Earlier"), "Alt+Left", lambda: self.range.step(-1))
        self._close_action = action(tr("Close the day"), "Ctrl+Return", self._begin_close)
        self._csv = action(tr("Write for spreadsheets"), "Ctrl+E", lambda: self._export("csv"))
        self._pdf = action(tr("Write as PDF"), "Ctrl+Shift+E", lambda: self._export("pdf"))
        self._actions = (
            *kinds,
            self._earlier,
            action(tr("Later"), "Alt+Right", lambda: self.range.step(1)),
            action(tr("Today"), "Alt+Home", self._to_today),
            action(tr("The first day that is not closed"), "Alt+End", self._to_first_open),
            self._close_action,
            self._csv,
            self._pdf,
        )
        for button, does in (
            (self.close_button, self._close_action),
            (self.csv_button, self._csv),
            (self.pdf_button, self._pdf),
        ):
            button.setToolTip(f"{does.text()} ({keys_of(does)})")

    def _to_today(self) -> None:
        self.range.to(self._reports.today)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_2)
        head.addWidget(self.range)
        head.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(SPACE_2)
        self.state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line.addWidget(self.state, 1)
        for button in (self.first_open, self.csv_button, self.pdf_button, self.close_button):
            line.addWidget(button)
        chart, self._chart_title = titled("", self.chart)
        self._chart_title.setWordWrap(True)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setHandleWidth(SPACE_3)
        self._columns.setChildrenCollapsible(False)
        self._columns.addWidget(chart)
        self._columns.addWidget(self.tables)
        # Larger texts need the room in the tables; bars can do with less of it.
        bars = 330 - 3 * (sized(100) - 100)
        self._columns.setSizes([bars, 1220 - bars])
        for part, share in ((0, 1), (1, 3)):
            self._columns.setStretchFactor(part, share)
        report = QWidget()
        column = QVBoxLayout(report)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self.tiles)
        column.addWidget(self._columns, 1)
        self._stack = QStackedWidget()
        for page in (self.empty, report, self.closing):
            self._stack.addWidget(page)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.setSpacing(SPACE_2)
        box.addLayout(head)
        box.addLayout(line)
        box.addWidget(self._stack, 1)
