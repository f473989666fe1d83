"""The foot of a dialog that a manager signs: whose PIN, why, and the button that does it."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.language import tr
from console.operations.disputes import SignIn
from console.operations.operator_session import OperatorSession
from console.theme.tokens import SPACE_2
from console.widgets.labels import rule
from console.widgets.visit_pin import PinFields


class SignedFoot(QWidget):
    """``signed`` comes only with a name and a PIN; then the button waits for an offer or a refusal."""

    signed = Signal(object, str)
    """A ``SignIn``, and why."""
    left = Signal()

    def __init__(
        self, session: OperatorSession, does: str, leaves: str, parent: QWidget | None = None
    ) -> None:
        """``does``, ``leaves``: what the two buttons say."""
        super().__init__(parent)
        self._session, self._can = session, False
        self.waits = False
        """What was signed is being done."""
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("Why, for the record"))
        self.why.setAccessibleName(tr("Why, for the record"))
        self.who = PinFields(tr("Manager"))
        self.act, self.leave = QPushButton(does), QPushButton(leaves)
        self.act.setProperty("role", "primary")
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addWidget(self.why, 1)
        row.addWidget(self.leave)
        row.addWidget(self.act)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_2)
        box.addWidget(rule())
        box.addWidget(self.who)
        box.addLayout(row)
        for button in (self.act, self.leave):
            button.setAutoDefault(False)
        self.act.clicked.connect(self.sign)
        self.who.entered.connect(self.sign)
        self.leave.clicked.connect(self.left)
        session.changed.connect(self._show_names)
        self._show_names()
        self.offer(can=False)
        for before, after in pairwise(self.keys):
            QWidget.setTabOrder(before, after)

    @property
    def keys(self) -> tuple[QWidget, ...]:
        """What takes keys, in order."""
        return (self.who.names, self.who.pin, self.why, self.leave, self.act)

    def offer(self, *, can: bool, does: str = "") -> None:
        """Whether there is something to be done now, and what the button says."""
        self._can = can
        self.act.setEnabled(can)
        if does:
            self.act.setText(does)

    def sign(self) -> None:
        """With the PIN typed; what is missing is said."""
        if not self._can or not self.act.isEnabled():
            return
        who = self.who.signed()
        if isinstance(who, SignIn):
            self.act.setEnabled(False)
            self.waits = True
            self.signed.emit(who, self.why.text().strip())

    def refuse(self, words: str) -> None:
        """It was not done, if it was asked for from here."""
        if self.waits:
            self.waits = False
            self.who.refuse(words)
            self.act.setEnabled(self._can)

    def forget(self) -> None:
        """It was done: nothing typed stays."""
        self.waits = False
        self.who.forget()
        self.why.clear()

    def _show_names(self) -> None:
        managers = [person.name for person in self._session.operators or () if person.role == "manager"]
        self.who.show_names(managers, "" if self._session.actor is None else self._session.actor.name)
