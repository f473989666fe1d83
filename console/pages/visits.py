"""Visits: who is inside, who has left, and all that can be done about a receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from console.item_models.closed_visits import ITEMS, OUTCOME, STAY, ClosedVisitsModel, longest_outcome
from console.item_models.keyed_rows import ROW_ROLE
from console.item_models.search import SearchProxy
from console.item_models.shoppers_inside import ITEMS as INSIDE_ITEMS
from console.item_models.shoppers_inside import InsideModel
from console.item_models.words import ShopWords
from console.language import tr, tr_n, tr_noop
from console.language.writing import decimal
from console.operations.live_state import LiveState
from console.operations.visit_search import MOST
from console.operations.visit_work import VisitWork
from console.theme.appearance import Appearance
from console.theme.icons import Icon
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.data_table import DataTable
from console.widgets.labels import EmptyState, label, panel, titled
from console.widgets.page import Page
from console.widgets.splitters import restore, split
from console.widgets.visit_filters import VisitFilters
from console.widgets.visit_pane import DISPUTE, HISTORY, PAPERS, VISIT, VisitPane

ROOM_INSIDE = 200
"""Of 600 pixels: four visits under their headings, none of them cut."""


class VisitsPage(Page):
    """Lists on the left, one visit on the right, one search over all."""

    name = "visits"
    word = tr_noop("Visits")
    icon = Icon.VISITS
    tip = tr_noop("Who is inside, who has left, and every receipt")
    led_to = Signal(str, str)
    """A page, and what on it."""

    def __init__(
        self,
        state: LiveState,
        work: VisitWork,
        words: ShopWords,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._work, self._history, self._seek = state, work, work.history, work.search
        self._inside = InsideModel(state, words, self)
        self._closed = ClosedVisitsModel(words, self)
        self._inside_found = SearchProxy(self._inside, lambda r: r.search_text, self)
        self._closed_sorted = SearchProxy(self._closed, lambda _: "", self)
        self.filters = VisitFilters(words.zone, appearance)
        self.search = self.filters.search
        self.inside = DataTable(
            self._inside_found, tr("Visits inside now"), (120, 90, 64, 90, 150, 0), appearance
        )
        self.closed = DataTable(
            self._closed_sorted,
            tr("Closed visits and receipts"),
            (96, 72, 56, 56, 80, 128, 88, 0),
            appearance,
        )
        self.closed.widen_to({OUTCOME: longest_outcome()}, sign=True)
        self.inside.spare((INSIDE_ITEMS,), least=90)
        self.closed.spare((STAY, ITEMS), least=130)  # what was taken tells more, and the visit says both
        self.inside.sort_by(1, Qt.SortOrder.AscendingOrder)
        self.closed.sort_by(0, Qt.SortOrder.DescendingOrder)
        self.pane = VisitPane(work, words, appearance)
        self.detail = self.pane.visit
        self._chosen: tuple[str, object] | None = None
        self._awaited, self._awaited_view = "", VISIT
        """The visit that was shown when the window was closed, until the lists have been read."""
        self._wants_first = False
        """Return was pressed before the search was answered."""
        self._lay_out()
        self._actions = self._make_actions()
        self.filters.changed.connect(self._search)
        self.filters.entered.connect(self._to_first_found)
        self.inside.selectionModel().currentRowChanged.connect(self._chose_inside)
        self.closed.selectionModel().currentRowChanged.connect(self._chose_closed)
        for table in (self.inside, self.closed):
            table.activated.connect(self._into_detail)
        self.pane.left.connect(self.take_focus)
        self.detail.review_asked.connect(lambda visit: self.led_to.emit("review", f"visit {visit}"))
        state.snapshot_changed.connect(self._follow)
        state.selection_changed.connect(self._follow_selection)
        self._history.changed.connect(self._read)
        self._seek.changed.connect(self._read)
        self._follow()
        self._read()

    @property
    def shown_visit(self) -> str:
        """Id of the closed visit that is shown; empty: none."""
        kind, chosen = self._chosen or ("closed", "")
        return str(chosen) if kind == "closed" else ""

    def page_actions(self) -> Sequence[QAction]:
        """Search, and the views of the visit that is chosen."""
        return self._actions

    def look_at(self, what: str) -> None:
        """``inside``, ``review``: the first that a person must look at, ``unpaid``, or ``visit ID``.

        ``papers``, ``complaint`` and ``history`` are views of the first closed visit with a receipt, or of
        the one that is chosen.
        """
        views = {"why": VISIT, "papers": PAPERS, "complaint": DISPUTE, "history": HISTORY}
        if what == "inside":
            self.inside.setFocus()
        elif what == "review":
            self._to_first(lambda row: row.entry.row.state == "review")
        elif what == "unpaid":
            self.filters.clear()
            self.filters.unpaid.setChecked(True)
            self._to_first_found()
        elif what.startswith("visit "):
            self._to_visit(what.removeprefix("visit "))
        elif what in views:
            if not self.pane.has_receipt:
                self._to_first(lambda row: row.entry.document is not None)
            self.pane.show_view(views[what])
            if what == "why":
                self.detail.ask_why()

    def take_focus(self) -> None:
        """The list of the visit that is chosen."""
        inside = self._chosen is not None and self._chosen[0] == "inside"
        (self.inside if inside else self.closed).setFocus()

    def keep(self, settings: QSettings) -> None:
        """Splitters and columns, what is searched for, which visit is shown and how."""
        settings.setValue("visits/panes", self._columns.saveState())
        settings.setValue("visits/rows", self._rows.saveState())
        self.inside.store_columns(settings, "inside")
        self.closed.store_columns(settings, "closed")
        self.filters.keep(settings)
        settings.setValue("visits/chosen", self.shown_visit or self._awaited)
        settings.setValue("visits/view", str(self.pane.tabs.currentIndex()))

    def take_up(self, settings: QSettings) -> None:
        """As they were left; the visit once the ledger was read."""
        restore(self._columns, settings, "visits/panes")
        restore(self._rows, settings, "visits/rows")
        self.inside.keep_columns(settings, "inside")
        self.closed.keep_columns(settings, "closed")
        self._awaited = str(settings.value("visits/chosen", ""))
        view = str(settings.value("visits/view", ""))
        self._awaited_view = int(view) if view.isdecimal() else VISIT
        self.filters.take_up(settings)

    # -- searching -----------------------------------------------------------------------------------

    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _search(self) -> None:
        self._inside_found.search(self.search.text())
        self._seek.seek(self.filters.sought())
        self._show_counts()

    def _to_first_found(self) -> None:
        """Enter in the search: the first that was found, closed visits before those inside."""
        if self._seek.busy:
            self._wants_first = True
            return
        self._wants_first = False
        for table in (self.closed, self.inside):
            if table.model().rowCount():
                table.select_row(0)
                table.setFocus()
                return

    def _to_first(self, condition: Callable[..., bool]) -> None:
        found = self.closed.model()
        for row in range(found.rowCount()):
            if condition(found.index(row, 0).data(ROW_ROLE)):
                self.closed.select_row(row)
                self.closed.setFocus()
                return

    def _to_visit(self, visit: str) -> None:
        """One closed visit, whatever is searched for."""
        self.filters.clear()
        if self._select(visit):
            self.closed.setFocus()

    def _select(self, visit: str) -> bool:
        place = self._closed.place_of(visit)
        if place is not None:
            self.closed.select_row(self._closed_sorted.mapFromSource(self._closed.index(place, 0)).row())
        return place is not None

    # -- following -----------------------------------------------------------------------------------

    def _into_detail(self, _: QModelIndex) -> None:
        """Enter on a visit: the view that is open, where the arrows scroll; Escape goes back."""
        self.pane.show_view(self.pane.tabs.currentIndex())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """While hidden, nothing was kept up."""
        super().showEvent(event)
        self._follow()
        self._follow_selection()

    def _follow(self) -> None:
        if not self.isVisible():
            return
        self._inside.refresh()
        self.inside.widen_to(self._inside.longest())
        self._tell_time()
        self._show_counts()
        if self._chosen is not None and self._chosen[0] == "inside":
            self._show_inside(self._chosen[1])

    def _tell_time(self) -> None:
        snapshot = self._state.snapshot
        if snapshot is not None:
            self._closed.tell_time(snapshot.t, live=snapshot.source.kind != "recording")
            self.filters.tell_time(snapshot.t)

    def _read(self) -> None:
        self._tell_time()
        found = self._seek.found
        self._closed.show(self._history.entries if found is None else found)
        self.closed.widen_to(self._closed.longest())
        self._show_counts()
        if self._awaited and self._chosen is None and self._select(self._awaited):
            self._awaited = ""
            self.pane.tabs.setCurrentIndex(self._awaited_view)
        if self._chosen is not None and self._chosen[0] == "closed":
            place = self._closed.place_of(str(self._chosen[1]))
            if place is not None:
                self.pane.show_closed(self._closed.row(place))
        if self._wants_first and not self._seek.busy:
            self._wants_first = False
            if self.search.hasFocus():  # who has gone on meanwhile is not called back
                self._to_first_found()

    def _show_counts(self) -> None:
        some, found = self._inside.rowCount(), self._inside_found.rowCount()
        shown = decimal(some)
        if found != some:
            shown = tr("{some} of {all}", some=decimal(found), all=decimal(some))
        self._inside_title.setText(f"{tr('Inside now')}, {shown}")
        self._inside_stack.setCurrentIndex(1 if found else 0)
        closed, searching = self._closed.rowCount(), not self.filters.sought().is_all
        title = tr("Found") if searching else tr("Closed visits")
        if searching and closed >= MOST:
            title = tr("Found, the newest only: say more to find others")
        self._closed_title.setText(f"{title}, {decimal(closed)}")
        self._closed_stack.setCurrentIndex(1 if closed else 0)
        review = sum(e.row.state == "review" for e in self._history.entries)
        self._review.setText(
            tr_n("{n} visit needs review", "{n} visits need review", review) if review else ""
        )
        recent = len(self._history.entries)
        self._badge(str(recent) if recent else "")
        self._all_again.setVisible(searching)
        self._none_closed.heading.setText(tr("Nothing found") if searching else tr("No visit has closed yet"))
        self._none_closed.text.setText(
            tr("No visit fits all of what is searched for. Take something away, or type it another way.")
            if searching
            else tr(
                "A visit appears here when its shopper has left; the receipt follows when nothing is open."
            )
        )
        self._none_inside.text.setText(
            tr("Nobody inside matches the search.")
            if self.search.text().strip()
            else tr("Everybody who comes in is listed here.")
        )

    def _chose_inside(self, current: QModelIndex) -> None:
        if current.isValid():
            track = current.data(ROW_ROLE).track
            self._chosen = ("inside", track)
            self.closed.selectionModel().clear()  # to be chosen again by the same row
            self._show_inside(track)
            self._state.select(track)

    def _chose_closed(self, current: QModelIndex) -> None:
        if current.isValid():
            row = current.data(ROW_ROLE)
            self._chosen = ("closed", row.entry.row.visit.visit)
            self.inside.selectionModel().clear()
            self.pane.show_closed(row)

    def _show_inside(self, track: object) -> None:
        place = self._inside.place_of(track)
        if place is None:
            self._chosen = None
            self.pane.show_nothing()
        else:
            self.pane.show_inside(self._inside.row(place))

    def _follow_selection(self) -> None:
        """Selected on another page: show them here too."""
        track = self._state.selected
        if track is None or self._chosen == ("inside", track) or not self.isVisible():
            return
        place = self._inside.place_of(track)
        if place is not None:
            self.inside.setCurrentIndex(self._inside_found.mapFromSource(self._inside.index(place, 0)))

    # -- building ------------------------------------------------------------------------------------

    def _make_actions(self) -> tuple[QAction, ...]:
        def action(text: str, keys: str | QKeySequence.StandardKey, call: Callable[[], object]) -> QAction:
            made = QAction(text, self)
            made.setShortcut(QKeySequence(keys))
            made.triggered.connect(lambda *_: call())
            return made

        pane = self.pane
        return (
            action(tr("Search visits and receipts"), QKeySequence.StandardKey.Find, self._focus_search),
            action(tr("Search for nothing: all visits again"), "Ctrl+Shift+F", self.filters.clear),
            action(tr("Why each line is there"), "Ctrl+I", self._why),
            action(tr("The receipt as it is printed"), "Ctrl+P", lambda: pane.show_view(PAPERS)),
            action(tr("Complaint: correct or refund"), "Ctrl+R", lambda: pane.show_view(DISPUTE)),
            action(tr("What happened to it"), "Ctrl+H", lambda: pane.show_view(HISTORY)),
            action(tr("What is unpaid: the next step"), "Ctrl+N", self._next_step),
            action(tr("Save the receipt as PDF"), "Ctrl+S", pane.papers.save_it),
            action(tr("Copy the receipt for a mail"), "Ctrl+Shift+C", pane.papers.copy_it),
        )

    def _why(self) -> None:
        self.pane.show_view(VISIT)
        self.detail.ask_why()

    def _next_step(self) -> None:
        self.pane.show_view(VISIT)
        self.pane.unpaid.take_focus()

    def _lay_out(self) -> None:
        self._none_inside = EmptyState(tr("Nobody to show"), "")
        self._none_closed = EmptyState("", "")
        self._all_again = self._none_closed.offer(tr("Show all visits again"), self.filters.clear)
        self._inside_stack, self._closed_stack = QStackedWidget(), QStackedWidget()
        for part in (self._none_inside, self.inside):
            self._inside_stack.addWidget(part)
        for part in (self._none_closed, self.closed):
            self._closed_stack.addWidget(part)
        self._review = label("", "secondary")
        inside, self._inside_title = titled("", self._inside_stack)
        closed, self._closed_title = titled("", self._closed_stack, self._review)
        self._rows = split(Qt.Orientation.Vertical, (inside, ROOM_INSIDE, 1), (closed, 600 - ROOM_INSIDE, 3))
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self.filters)
        column.addWidget(self._rows, 1)
        frame = panel()
        holder = QVBoxLayout(frame)
        holder.setContentsMargins(1, 1, 1, 1)
        holder.addWidget(self.pane)
        self._columns = split(Qt.Orientation.Horizontal, (left, 740, 3), (frame, 520, 2))
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.addWidget(self._columns)
