"""One visit: what was taken, its papers as they are printed, a complaint about it, and its history."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from console.item_models.closed_visits import ClosedRow
from console.item_models.shoppers_inside import InsideRow
from console.item_models.words import ShopWords
from console.language import tr
from console.operations.visit_work import VisitWork
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.dispute_form import DisputeForm
from console.widgets.document_history import DocumentHistory
from console.widgets.document_pane import DocumentPane
from console.widgets.receipt_pane import ReceiptPane
from console.widgets.visit_hold import VisitHold
from console.widgets.visit_unpaid import VisitUnpaid

VISIT, PAPERS, DISPUTE, HISTORY = range(4)


class VisitPane(QWidget):
    """Four views of one visit, by tabs. Those that need its receipt can be chosen once there is one."""

    left = Signal()
    """Escape: back to the list."""

    def __init__(
        self,
        work: VisitWork,
        words: ShopWords,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        desk, session = work.desk, work.session
        self._desk = desk
        self._closed: ClosedRow | None = None
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(tr("Views of the visit"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # each view has a key of its own
        for word in (tr("Visit"), tr("Receipt"), tr("Complaint"), tr("History")):
            self.tabs.addTab(word)
        self.visit = ReceiptPane(words, appearance)
        self.hold = VisitHold(words)
        self.unpaid = VisitUnpaid(desk, session, words)
        self.papers = DocumentPane(work.prints, session)
        self.dispute = DisputeForm(desk, session, words)
        self.history = DocumentHistory(words)
        self._stack = QStackedWidget()
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self.visit, 1)
        column.addWidget(self.hold)
        holder = QVBoxLayout()
        holder.setContentsMargins(SPACE_3, 0, SPACE_3, SPACE_3)
        holder.addWidget(self.unpaid)
        column.addLayout(holder)
        for view in (first, self.papers, self.dispute, self.history):
            self._stack.addWidget(view)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, SPACE_2, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.tabs)
        box.addWidget(self._stack, 1)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        for part in (self.visit, self.papers, self.dispute, self.history):
            part.left.connect(self.left)
        desk.changed.connect(self._follow)
        self._follow()

    @property
    def has_receipt(self) -> bool:
        """Whether the visit shown has one."""
        return self._closed is not None and self._closed.entry.document is not None

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._closed = None
        self.visit.show_nothing()
        self._desk.look_at(None)
        self._follow()

    def show_inside(self, row: InsideRow) -> None:
        """A visit that goes on."""
        if self._closed is not None:
            self._closed = None
            self._desk.look_at(None)
        self.visit.show_inside(row)
        self._follow()

    def show_closed(self, row: ClosedRow) -> None:
        """A visit that is over: at once what the list knows, and all of it when it is read."""
        self._closed = row
        self._desk.look_at(row.entry.row.visit.visit)
        self._follow()

    def show_view(self, view: int) -> None:
        """One of the four, with the keys in it; nothing where it cannot be chosen now."""
        if not self.tabs.isTabEnabled(view):
            return
        self.tabs.setCurrentIndex(view)
        if view == PAPERS:
            self.papers.take_focus()
        elif view == DISPUTE:
            self.dispute.take_focus()
        else:
            (self.history if view == HISTORY else self.visit).setFocus()

    def _follow(self) -> None:
        closed = self._closed
        dossier = self._desk.dossier
        if closed is None or (dossier is not None and dossier.visit.visit != closed.entry.row.visit.visit):
            dossier = None
        for view in (PAPERS, DISPUTE):
            self.tabs.setTabEnabled(view, self.has_receipt)
            self.tabs.setTabToolTip(view, "" if self.has_receipt else tr("There is no receipt yet."))
        self.tabs.setTabEnabled(HISTORY, closed is not None)
        self.tabs.setTabToolTip(HISTORY, "" if closed else tr("A visit has a history once it is over."))
        if not self.tabs.isTabEnabled(self.tabs.currentIndex()):
            self.tabs.setCurrentIndex(VISIT)
        if closed is not None:
            self.visit.show_closed(closed, dossier)
        self.hold.show_dossier(dossier)
        self.unpaid.show_dossier(dossier)
        self.papers.show_papers(() if dossier is None else dossier.papers)
        self.dispute.show_dossier(dossier)
        self.history.show_dossier(dossier)
