"""Changes of catalogue and planogram: those that wait for their time, and those that were made."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.catalogue_rows import ChangesModel, DifferencesModel, moment
from console.item_models.keyed_rows import ROW_ROLE
from console.item_models.words import ShopWords
from console.language import tr, tr_n
from console.operations.catalogue import can_be_undone, lines_of
from console.operations.catalogue_desk import CatalogueDesk
from console.operations.disputes import SignIn
from console.operations.operator_session import OperatorSession
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_3, SPACE_4
from console.widgets.data_table import DataTable
from console.widgets.labels import EmptyState, label, titled
from console.widgets.signed_foot import SignedFoot
from store_layout.changes import Change

WIDTH, HEIGHT = 900, 600


class ChangesDialog(QDialog):
    """The list, what the chosen one makes otherwise, and taking it back with a PIN. Stays open."""

    def __init__(
        self,
        desk: CatalogueDesk,
        session: OperatorSession,
        words: ShopWords,
        *,
        appearance: Appearance,
        number: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``number``: the change that is chosen; None: the first."""
        super().__init__(parent)
        self._desk, self._words = desk, words
        self._first = number
        self.setWindowTitle(tr("Planned and past changes"))
        self.setAccessibleName(self.windowTitle())
        self._model, self._lines = ChangesModel(words, self), DifferencesModel(words, self)
        widths = (56, 130, 150, 120, 170, 0)
        self.table = DataTable(self._model, tr("Changes of catalogue and planogram"), widths, appearance)
        self.lines = DataTable(
            self._lines, tr("What the chosen change makes otherwise"), (220, 0, 130, 100, 100), appearance
        )
        self.told = label("", "secondary", name=tr("How many changes"))
        self.foot = SignedFoot(session, tr("Take it back"), tr("Close"))
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_chosen())
        self.foot.signed.connect(self.take_back)
        self.foot.left.connect(self.reject)
        desk.changed.connect(self._show)
        desk.made.connect(self._was_made)
        desk.refused.connect(self.foot.refuse)
        self._show()
        desk.look()
        self.table.setFocus()

    def take_back(self, who: SignIn, why: str) -> None:
        """Undo the chosen change, or cancel it."""
        change = self._chosen()
        if change is not None:
            self._desk.take_back(change.number, who, why)

    # -- inside --------------------------------------------------------------------------------------

    def _chosen(self) -> Change | None:
        index = self.table.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def _show(self) -> None:
        changes = self._desk.book.changes
        self._model.refresh(changes)
        self._stack.setCurrentIndex(1 if changes else 0)
        waits = len(self._desk.waiting)
        self.told.setText(
            tr_n("{n} change waits for its time.", "{n} changes wait for their time.", waits)
            if waits
            else tr("No change waits for its time.")
        )
        if self._first is not None and (place := self._model.place_of(self._first)) is not None:
            self._first = None
            self.table.select_row(place)
        elif changes and not self.table.currentIndex().isValid():
            self.table.select_row(0)
        self._show_chosen()

    def _show_chosen(self) -> None:
        change = self._chosen()
        self._lines.replace(() if change is None else lines_of(change, self._desk.book))
        if change is None:
            does = tr("Take it back")
        elif change.state == "scheduled":
            does = tr("Cancel change {number}", number=change.number)
        else:
            does = tr("Take change {number} back", number=change.number)
        can = change is not None and can_be_undone(change, self._desk.book.changes)
        self.foot.offer(can=can, does=does)
        self._caption.setText(
            tr("What it makes otherwise")
            if change is None
            else tr(
                "What change {number} makes otherwise from {time} on",
                number=change.number,
                time=moment(change.valid_from, self._words),
            )
        )

    def _was_made(self, _change: Change) -> None:
        self.foot.forget()
        self._show()

    def _lay_out(self) -> None:
        empty = EmptyState(
            tr("Nothing was changed yet"),
            tr("What is imported, or changed at a slot, is listed here, and can be taken back."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.table)
        upper, _ = titled(tr("Changes of catalogue and planogram"), self._stack, self.told)
        lower, self._caption = titled(tr("What it makes otherwise"), self.lines)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addWidget(upper, 1)
        box.addWidget(lower, 1)
        box.addWidget(self.foot)
        self.resize(WIDTH, HEIGHT)
        for before, after in pairwise((self.table, self.lines, *self.foot.keys)):
            QWidget.setTabOrder(before, after)
