"""Visits: who is inside, who has left, and every receipt."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QModelIndex, QSettings, Qt
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QLineEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.closed_visits import ClosedVisitsModel
from console.item_models.keyed_rows import ROW_ROLE
from console.item_models.search import SearchProxy
from console.item_models.shoppers_inside import InsideModel
from console.item_models.words import ShopWords
from console.language import tr, tr_n, tr_noop
from console.language.writing import decimal
from console.operations.live_state import LiveState
from console.operations.visit_history import VisitHistory
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.data_table import DataTable
from console.widgets.labels import EmptyState, label, panel, titled
from console.widgets.page import Page
from console.widgets.receipt_pane import ReceiptPane


class VisitsPage(Page):
    """Lists on the left, one visit on the right, one search over all."""

    name = "visits"
    word = tr_noop("Visits")
    icon = Icon.VISITS
    tip = tr_noop("Who is inside, who has left, and every receipt")

    def __init__(
        self,
        state: LiveState,
        history: VisitHistory,
        words: ShopWords,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._history, self._appearance = state, history, appearance
        self._inside = InsideModel(state, words, self)
        self._closed = ClosedVisitsModel(words, self)
        self._inside_found = SearchProxy(self._inside, lambda r: r.search_text, self)
        self._closed_found = SearchProxy(self._closed, lambda r: r.search_text, self)
        self.inside = DataTable(
            self._inside_found, tr("Visits inside now"), (120, 90, 64, 90, 170, 0), appearance
        )
        self.closed = DataTable(
            self._closed_found,
            tr("Closed visits and receipts"),
            (110, 84, 64, 64, 84, 150, 96, 0),
            appearance,
        )
        self.inside.sort_by(1, Qt.SortOrder.AscendingOrder)
        self.closed.sort_by(0, Qt.SortOrder.DescendingOrder)
        self.detail = ReceiptPane(words)
        self._chosen: tuple[str, object] | None = None
        self._lay_out()
        self._find = QAction(tr("Search visits and receipts"), self)
        self._find.setShortcut(QKeySequence(QKeySequence.StandardKey.Find))
        self._find.triggered.connect(self._focus_search)
        self.search.textChanged.connect(self._search)
        self.inside.selectionModel().currentRowChanged.connect(self._chose_inside)
        self.closed.selectionModel().currentRowChanged.connect(self._chose_closed)
        self.search.returnPressed.connect(self._to_first_found)
        for table in (self.inside, self.closed):
            table.activated.connect(self._into_detail)
        self.detail.left.connect(self.take_focus)
        state.snapshot_changed.connect(self._follow)
        state.selection_changed.connect(self._follow_selection)
        history.changed.connect(self._read)
        self._follow()
        self._read()

    def page_actions(self) -> Sequence[QAction]:
        """Search."""
        return (self._find,)

    def look_at(self, what: str) -> None:
        """``inside``: those in the store; ``review``: the first that a person must look at; ``visit ID``."""
        if what == "inside":
            self.inside.setFocus()
        elif what == "review":
            self._to_first_review()
        elif what.startswith("visit "):
            self._to_visit(what.removeprefix("visit "))

    def take_focus(self) -> None:
        """The list of the visit that is chosen."""
        inside = self._chosen is not None and self._chosen[0] == "inside"
        (self.inside if inside else self.closed).setFocus()

    def keep(self, settings: QSettings) -> None:
        """Splitters and columns."""
        settings.setValue("visits/columns", self._columns.saveState())
        settings.setValue("visits/rows", self._rows.saveState())
        self.inside.store_columns(settings, "inside")
        self.closed.store_columns(settings, "closed")

    def take_up(self, settings: QSettings) -> None:
        """As they were left."""
        for key, splitter in (("visits/columns", self._columns), ("visits/rows", self._rows)):
            stored = settings.value(key)
            if isinstance(stored, QByteArray):
                splitter.restoreState(stored)
        self.inside.keep_columns(settings, "inside")
        self.closed.keep_columns(settings, "closed")

    # -- inside --------------------------------------------------------------------------------------

    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _to_first_found(self) -> None:
        """Enter in the search: the first that was found, closed visits before those inside."""
        for table in (self.closed, self.inside):
            if table.model().rowCount():
                table.select_row(0)
                table.setFocus()
                return

    def _to_first_review(self) -> None:
        found = self.closed.model()
        for row in range(found.rowCount()):
            if found.index(row, 0).data(ROW_ROLE).entry.row.state == "review":
                self.closed.select_row(row)
                self.closed.setFocus()
                return

    def _to_visit(self, visit: str) -> None:
        """One closed visit, whatever is searched for."""
        self.search.clear()
        place = self._closed.place_of(visit)
        if place is not None:
            found = self._closed_found.mapFromSource(self._closed.index(place, 0))
            self.closed.select_row(found.row())
            self.closed.setFocus()

    def _into_detail(self, _: QModelIndex) -> None:
        """Enter on a visit: its details, where the arrows scroll; Escape goes back."""
        self.detail.setFocus()

    def _search(self, text: str) -> None:
        self._inside_found.search(text)
        self._closed_found.search(text)
        self._show_counts()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """While hidden, nothing was kept up."""
        super().showEvent(event)
        self._follow()
        self._follow_selection()

    def _follow(self) -> None:
        if not self.isVisible():
            return
        self._inside.refresh()
        self._tell_time()
        self._show_counts()
        if self._chosen is not None and self._chosen[0] == "inside":
            self._show_inside(self._chosen[1])

    def _tell_time(self) -> None:
        snapshot = self._state.snapshot
        if snapshot is not None:
            self._closed.tell_time(snapshot.t, live=snapshot.source.kind != "recording")

    def _read(self) -> None:
        self._tell_time()
        self._closed.show(self._history.entries)
        self._show_counts()
        if self._chosen is not None and self._chosen[0] == "closed":
            place = self._closed.place_of(str(self._chosen[1]))
            if place is not None:
                self.detail.show_closed(self._closed.row(place))

    def _show_counts(self) -> None:
        some, found = self._inside.rowCount(), self._inside_found.rowCount()
        self._inside_title.setText(f"{tr('Inside now')}, {_found_of(found, some)}")
        self._inside_stack.setCurrentIndex(1 if found else 0)
        some, found = self._closed.rowCount(), self._closed_found.rowCount()
        self._closed_title.setText(f"{tr('Closed visits')}, {_found_of(found, some)}")
        self._closed_stack.setCurrentIndex(1 if found else 0)
        review = sum(e.row.state == "review" for e in self._history.entries)
        self._review.setText(
            tr_n("{n} visit needs review", "{n} visits need review", review) if review else ""
        )
        self._badge(str(some) if some else "")
        searching = bool(self.search.text().strip())
        self._none_closed.heading.setText(tr("Nothing found") if searching else tr("No visit has closed yet"))
        self._none_closed.text.setText(
            tr("No receipt, code or product matches the search.")
            if searching
            else tr(
                "A visit appears here when its shopper has left; the receipt follows when nothing is open."
            )
        )
        self._none_inside.text.setText(
            tr("Nobody inside matches the search.")
            if searching
            else tr("Everybody who comes in is listed here.")
        )

    def _chose_inside(self, current: QModelIndex) -> None:
        if current.isValid():
            track = current.data(ROW_ROLE).track
            self._chosen = ("inside", track)
            self.closed.clearSelection()
            self._show_inside(track)
            self._state.select(track)

    def _chose_closed(self, current: QModelIndex) -> None:
        if current.isValid():
            row = current.data(ROW_ROLE)
            self._chosen = ("closed", row.entry.row.visit.visit)
            self.inside.clearSelection()
            self.detail.show_closed(row)

    def _show_inside(self, track: object) -> None:
        place = self._inside.place_of(track)
        if place is None:
            self._chosen = None
            self.detail.show_nothing()
        else:
            self.detail.show_inside(self._inside.row(place))

    def _follow_selection(self) -> None:
        """Selected on another page: show them here too."""
        track = self._state.selected
        if track is None or self._chosen == ("inside", track) or not self.isVisible():
            return
        place = self._inside.place_of(track)
        if place is not None:
            self.inside.setCurrentIndex(self._inside_found.mapFromSource(self._inside.index(place, 0)))

    def _lay_out(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search code, receipt number or product"))
        self.search.setAccessibleName(tr("Search visits and receipts"))
        self.search.setClearButtonEnabled(True)
        glass = self.search.addAction(
            icon(Icon.SEARCH, self._appearance.theme), QLineEdit.ActionPosition.LeadingPosition
        )
        self._appearance.changed.connect(lambda: glass.setIcon(icon(Icon.SEARCH, self._appearance.theme)))
        self._none_inside = EmptyState(tr("Nobody to show"), "")
        self._none_closed = EmptyState("", "")
        self._inside_stack, self._closed_stack = QStackedWidget(), QStackedWidget()
        for stack, empty, table in (
            (self._inside_stack, self._none_inside, self.inside),
            (self._closed_stack, self._none_closed, self.closed),
        ):
            stack.addWidget(empty)
            stack.addWidget(table)
        self._review = label("", "secondary")
        inside, self._inside_title = titled(tr("Inside now"), self._inside_stack)
        closed, self._closed_title = titled(tr("Closed visits"), self._closed_stack, self._review)
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._rows.addWidget(inside)
        self._rows.addWidget(closed)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self.search)
        column.addWidget(self._rows, 1)
        frame = panel()
        holder = QVBoxLayout(frame)
        holder.setContentsMargins(1, 1, 1, 1)
        holder.addWidget(self.detail)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.addWidget(left)
        self._columns.addWidget(frame)
        for splitter, sizes in ((self._rows, [230, 450]), (self._columns, [840, 400])):
            splitter.setHandleWidth(SPACE_3)
            splitter.setChildrenCollapsible(False)
            splitter.setSizes(sizes)
        for splitter, factors in ((self._columns, (4, 1)), (self._rows, (1, 3))):
            for i, factor in enumerate(factors):
                splitter.setStretchFactor(i, factor)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.addWidget(self._columns)


def _found_of(found: int, some: int) -> str:
    """How many of a list are shown."""
    if found == some:
        return decimal(some)
    return tr("{some} of {all}", some=decimal(found), all=decimal(some))
