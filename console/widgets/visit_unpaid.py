"""What is unpaid of a receipt, and the next steps: each asks for a PIN."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.item_models.words import ShopWords
from console.language import tr
from console.operations.disputes import NextStep
from console.operations.operator_session import OperatorSession
from console.operations.visit_desk import VisitDesk
from console.operations.visit_dossier import Dossier
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.dispute_outlook import clear
from console.widgets.labels import label, set_tone
from console.widgets.visit_pin import PinFields


class VisitUnpaid(QFrame):
    """Shown only where something could not be charged or given back."""

    def __init__(
        self, desk: VisitDesk, session: OperatorSession, words: ShopWords, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._session, self._words = desk, session, words
        self._dossier: Dossier | None = None
        self._step: NextStep | None = None
        self._asked = False
        self.setProperty("role", "card")
        self.said = label("", wrap=True)
        set_tone(self.said, "waiting")
        self.steps: list[QPushButton] = []
        self._row = QVBoxLayout()
        self._row.setSpacing(SPACE_2)
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("Why, for the record"))
        self.why.setAccessibleName(tr("Why, for the record"))
        self.token = QLineEdit()
        self.token.setPlaceholderText(tr("What the terminal gives for the card shown"))
        self.token.setAccessibleName(tr("What the terminal gives for the card shown"))
        self.who = PinFields(tr("Done by"))
        self.go = QPushButton(tr("Do it"))
        self.go.setProperty("role", "primary")
        self._lay_out()
        self.who.entered.connect(self._go)
        self.go.clicked.connect(self._go)
        desk.refused.connect(self._refused)
        desk.done.connect(self._done)
        session.changed.connect(self._show_names)
        self._show_step(None)

    def show_dossier(self, dossier: Dossier | None) -> None:
        """Of another visit, or after something was done."""
        before, self._dossier = self._dossier, dossier
        unpaid = None if dossier is None else dossier.unpaid
        self.setVisible(unpaid is not None)
        if unpaid is None or (before is not None and before.unpaid == unpaid):
            return
        money = self._words.money(abs(unpaid.owed))
        why = tr(unpaid.why) if unpaid.why else tr("no answer")
        self.said.setText(
            tr("{money} is unpaid: {why}.", money=money, why=why)
            if unpaid.owed > 0
            else tr("{money} could not be given back: {why}.", money=money, why=why)
        )
        self._fit()
        self.steps = []
        clear(self._row)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE_2)
        for step, words in self._possible(unpaid.next_steps, owed=unpaid.owed, money=money):
            button = QPushButton(words)
            button.clicked.connect(lambda *_, s=step, w=words: self._show_step(s, w))
            grid.addWidget(button, len(self.steps) // 2, len(self.steps) % 2)
            self.steps.append(button)
        self._row.addWidget(holder)
        self._show_step(None)

    def take_focus(self) -> None:
        """To the first step."""
        if self.steps:
            self.steps[0].setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width may need another line."""
        super().resizeEvent(event)
        self._fit()

    # -- inside --------------------------------------------------------------------------------------

    def _fit(self) -> None:
        """All of the sentence is seen, whatever stands above it."""
        self.said.setMinimumHeight(max(0, self.said.heightForWidth(self.said.width())))

    def _possible(self, steps: tuple[str, ...], *, owed: int, money: str) -> list[tuple[NextStep, str]]:
        found: list[tuple[NextStep, str]] = []
        if any("again" in step for step in steps):
            found.append(("again", tr("Try the card again")))
        if any("counter" in step for step in steps):
            at_counter = tr("Paid at the counter") if owed > 0 else tr("Given back at the counter")
            found.append(("counter", at_counter))
            found.append(("cash", tr("In cash")))
        if owed > 0 and any("card" in step and "again" not in step for step in steps):
            found.append(("card", tr("Charge another card")))
        if any("write it off" in step for step in steps):
            found.append(("written_off", tr("Write {money} off", money=money)))
        return found

    def _show_step(self, step: NextStep | None, words: str = "") -> None:
        self._step = step
        for part in (self.why, self.who, self.go):
            part.setVisible(step is not None)
        self.token.setVisible(step == "card")
        self.token.clear()
        self._show_names()
        if step is not None:
            self.go.setText(words)
            self.who.forget()
            (self.token if step == "card" else self.who.pin).setFocus()

    def _show_names(self) -> None:
        people = self._session.operators or ()
        names = [person.name for person in people if person.role != "kiosk"]
        self.who.show_names(names, "" if self._session.actor is None else self._session.actor.name)

    def _go(self) -> None:
        dossier, who = self._dossier, self.who.signed()
        if dossier is None or dossier.unpaid is None or self._step is None or who is None:
            return
        self._asked = True
        token = self.token.text().strip() or None
        self._desk.pay(dossier.unpaid.receipt, who, self._step, self.why.text().strip(), token)

    def _refused(self, _where: str, words: str) -> None:
        if self._asked:
            self._asked = False
            self.who.refuse(words)

    def _done(self, _result: object) -> None:
        if self._asked:
            self._asked = False
            self.why.clear()
            self._show_step(None)

    def _lay_out(self) -> None:
        send = QHBoxLayout()
        send.addWidget(self.go)
        send.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_2, SPACE_3, SPACE_2)
        box.setSpacing(SPACE_2)
        box.addWidget(self.said)
        box.addLayout(self._row)
        box.addWidget(self.token)
        box.addWidget(self.why)
        box.addWidget(self.who)
        box.addLayout(send)
