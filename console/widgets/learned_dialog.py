"""What reviewed cases have taught: old and new side by side, applied and taken back with a PIN."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.item_models.learned_rows import LearnedRows
from console.language import tr, tr_n
from console.language.writing import at_time
from console.operations.learning_desk import LearningDesk, LearningPlaces, Looked
from console.operations.operator_session import OperatorSession
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4
from console.widgets.data_table import DataTable
from console.widgets.labels import EmptyState, label
from console.widgets.visit_pin import PinFields

SIZE = (860, 560)
WIDTHS = (0, 104, 104, 168, 76, 84)


class LearnedDialog(QDialog):
    """Nothing in it happens by itself: what is proposed waits for a person."""

    def __init__(
        self,
        places: LearningPlaces,
        session: OperatorSession,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Learned from answers"))
        self.setAccessibleName(tr("Learned from answers"))
        self._session = session
        self.desk = LearningDesk(places, self)
        self.in_force = label("", wrap=True)
        self.counted = label("", "secondary", wrap=True)
        self.rows = LearnedRows(self)
        self.table = DataTable(self.rows, tr("Proposed"), WIDTHS, appearance)
        self.empty = EmptyState("", "")
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("How far it is"))
        self.who = PinFields(tr("Manager"))
        self.apply = QPushButton(tr("Apply what is proposed"))
        self.undo = QPushButton(tr("Undo what was applied last"))
        self.said = label("", wrap=True, name=tr("What happened"))
        self._lay_out()
        self._connect()
        self._show()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Look, and wait for the PIN."""
        super().showEvent(event)
        self.desk.look()
        self.who.pin.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Nothing goes on behind a closed dialog."""
        self.desk.close()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        """Escape and Close end it too."""
        self.desk.close()
        super().done(result)

    # -- inside --------------------------------------------------------------------------------------

    def _show(self) -> None:
        looked = self.desk.looked
        found = self._session.operators or ()
        managers = [operator.name for operator in found if operator.role == "manager"]
        actor = self._session.actor
        self.who.show_names(managers, actor.name if actor is not None else "")
        ready = looked is not None and not self.desk.busy
        self.apply.setEnabled(ready and looked is not None and bool(looked.proposal.proposed))
        self.undo.setEnabled(ready and looked is not None and looked.state.in_force is not None)
        self.bar.setVisible(self.desk.looking)
        if looked is None:
            self._show_empty(self.desk.places.store is None)
            return
        self.in_force.setText(_in_force(looked))
        settled = tr_n("{n} settled event", "{n} settled events", looked.proposal.settled)
        reviewed = tr_n(
            "{n} of them answered by a person", "{n} of them answered by a person", looked.proposal.reviewed
        )
        self.counted.setText(f"{settled}, {reviewed}.")
        self.rows.show(looked.proposal.proposed, looked.layout)
        self._stack.setCurrentIndex(1 if looked.proposal.proposed else 0)
        if looked.proposal.settled == 0:
            self.empty.heading.setText(tr("Nothing was learned yet"))
            self.empty.text.setText(
                tr(
                    "When cases have been reviewed and receipts issued, what units weigh, how scales err "
                    "and what the cameras are worth is estimated from them, and proposed here with what "
                    "it rests on."
                )
            )
        else:
            self.empty.heading.setText(tr("Nothing is proposed"))
            self.empty.text.setText(
                tr("No estimate is surely better than what is in force. Each further answer is looked at.")
            )

    def _show_empty(self, recording: bool) -> None:
        self._stack.setCurrentIndex(0)
        self.empty.heading.setText(
            tr("A recording teaches nothing") if recording else tr("Reading settled visits")
        )
        self.empty.text.setText(
            tr("It is as it was recorded. Open the store's own folder to learn from its cases.")
            if recording
            else tr("All that was answered or issued is looked at.")
        )

    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)

    def _apply(self) -> None:
        signed = self.who.signed()
        if signed is not None and self.apply.isEnabled():
            self.said.clear()
            self.desk.apply(signed)
            self.who.forget()
            self._show()

    def _undo(self) -> None:
        signed = self.who.signed()
        if signed is not None and self.undo.isEnabled():
            self.said.clear()
            self.desk.undo(signed)
            self.who.forget()
            self._show()

    def _connect(self) -> None:
        self.desk.changed.connect(self._show)
        self.desk.progressed.connect(self._show_progress, Qt.ConnectionType.QueuedConnection)
        self.desk.refused.connect(self.who.refuse)
        self.desk.told.connect(self.said.setText)
        self._session.changed.connect(self._show)
        self.apply.clicked.connect(self._apply)
        self.undo.clicked.connect(self._undo)

    def _lay_out(self) -> None:
        for button in (self.apply, self.undo):
            button.setAutoDefault(False)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.reject)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        why = label(
            tr(
                "Estimates start from the store's files each time. Proposed is only what says more of events "
                "it was not made from. The engine reckons with what is applied from its next start."
            ),
            "secondary",
            wrap=True,
        )
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_2)
        foot.addWidget(self.who, 1)
        for button in (self.apply, self.undo, self.close_button):
            foot.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        box.addWidget(self.in_force)
        box.addWidget(self.counted)
        box.addWidget(self._stack, 1)
        box.addWidget(self.bar)
        box.addWidget(why)
        box.addWidget(self.said)
        box.addLayout(foot)
        self.resize(sized(SIZE[0]), sized(SIZE[1]))


def _in_force(looked: Looked) -> str:
    learned = looked.state.in_force
    if learned is None:
        return tr("In force is what the store's files say.")
    zone = ZoneInfo(looked.layout.file.store.time_zone)
    return tr(
        "In force is number {n}, applied by {who} on {when}: {products}, {scales}.",
        n=learned.number,
        who=learned.who,
        when=at_time(learned.made_at, zone, "yyyy-MM-dd HH:mm"),
        products=tr_n("{n} product", "{n} products", len(learned.product)),
        scales=tr_n("{n} scale", "{n} scales", len(learned.scale)),
    )
