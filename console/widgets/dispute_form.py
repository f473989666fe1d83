"""A complaint from the first word to the refund: what is wrong, what it comes to, who decides it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.back_office.corrections import Account, Change, CorrectionError
from console.back_office.dispute_rows import DisputeRow
from console.back_office.outlook import Outlook
from console.back_office.receipts import UnknownProductError
from console.item_models.dispute_drafting import (
    change_words,
    look_ahead,
    verdict_words,
)
from console.item_models.words import ShopWords
from console.language import tr
from console.language.sentences import in_words
from console.operations.disputes import Claim, SignIn, Verdict, new_key
from console.operations.operator_session import OperatorSession
from console.operations.visit_desk import VisitDesk
from console.operations.visit_dossier import Dossier
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from console.widgets.dispute_claim import DisputeClaim
from console.widgets.dispute_lines import DisputeLines
from console.widgets.dispute_outlook import DisputeOutlook, clear
from console.widgets.labels import label, rule, set_tone
from console.widgets.visit_pin import PinFields


class DisputeForm(QScrollArea):
    """About one receipt. It writes nothing itself: the desk does, and says what it refuses and where."""

    left = Signal()
    """Escape: back to the list."""

    def __init__(
        self, desk: VisitDesk, session: OperatorSession, words: ShopWords, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._session, self._words = desk, session, words
        self._dossier: Dossier | None = None
        self._deciding: DisputeRow | None = None
        self._shown: tuple[Account | None, tuple[DisputeRow, ...]] = (None, ())
        """What the cards of the open ones were made from."""
        self._changes: tuple[Change, ...] = ()
        self._outlook: Outlook | None = None
        self._ready = False
        """What is filled in can be done."""
        self._key = new_key()
        self._asked = False
        self._build()
        self._lay_out()
        self._connect()
        self._follow()

    # -- what is shown -------------------------------------------------------------------------------

    def show_dossier(self, dossier: Dossier | None) -> None:
        """Another visit: an empty form; the same one with something new: its money anew."""
        before = self._dossier
        self._dossier = dossier
        if (
            before is not None
            and dossier is not None
            and (before.visit.visit, before.papers) == (dossier.visit.visit, dossier.papers)
            and not self._decided_elsewhere(dossier)
        ):
            self._show_disputes()
            self._follow()
        else:
            self.begin_anew()

    def _decided_elsewhere(self, dossier: Dossier) -> bool:
        """What is being decided here is open no longer: another PC was faster."""
        deciding = self._deciding
        return deciding is not None and not any(
            row.id == deciding.id and row.state == "open" for row in dossier.disputes
        )

    def begin_anew(self) -> None:
        """Nothing is said yet."""
        self._deciding, self._key = None, new_key()
        self.claim.begin_anew()
        for pins in (self.who, self.second):
            pins.forget()
        account = None if self._dossier is None else self._dossier.account
        if account is not None:
            self.lines.show_account(account)
        self._show_disputes()
        self._follow()

    def take_focus(self) -> None:
        """To the first line, or the PIN where only a decision is asked for."""
        if self._deciding is None:
            self.lines.take_focus()
        else:
            self.who.pin.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Escape goes back to the list; what was filled in stays."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        """Work out what it comes to, and say it."""
        dossier = self._dossier
        there = dossier is not None and dossier.account is not None
        self._inner.setVisible(there)
        if dossier is None or not there:
            return
        deciding = self._deciding
        self.lines.setVisible(deciding is None)
        self.claim.show_dispute(deciding)
        self.heading.setText(
            tr("What is wrong with {receipt}?", receipt=dossier.papers[0].label)
            if deciding is None
            else tr("Dispute {name}: what is decided?", name=deciding.id)
        )
        self._work_out(dossier)
        self._show_names()
        found = self._outlook
        self.go.setText(verdict_words(found, dossier, self._words))
        self.go.setEnabled(self._ready and not self._desk.working)
        self.open_only.setVisible(deciding is None)
        self.open_only.setEnabled(self._ready and not self._desk.working)
        self.decline.setVisible(deciding is not None)
        self.decline.setEnabled(not self._desk.working)
        self.again.setVisible(deciding is not None)
        self.second.setVisible(found is not None and bool(found.second))
        self._second_why.setVisible(self.second.isVisibleTo(self))
        if found is not None:
            self._second_why.setText(tr("A second person has to agree: {why}.", why=found.second))

    def _work_out(self, dossier: Dossier) -> None:
        self._outlook, self._ready, wrong = None, False, ""
        said = tr("Change a count or a price, or add a product: what it comes to is said here.")
        try:
            self._changes = self.lines.changes() if self._deciding is None else self._deciding.changes
            if self._changes:
                opened = self._desk.store_time() if self._deciding is None else self._deciding.opened_at
                self._outlook = look_ahead(dossier, self._changes, opened)
                self._ready = True
                said = tr("The terms of its time are not in the ledger: what it comes to is seen afterwards.")
        except (CorrectionError, UnknownProductError, ValueError) as error:
            said, wrong = "", f"{in_words(error)[:1].upper()}{in_words(error)[1:]}."
        self.outlook.show_outlook(self._outlook, dossier, said)
        self.outlook.say_problem(wrong)
        if self._deciding is None and dossier.account is not None:
            self.claim.suggest(self._changes, dossier.account)

    def _show_names(self) -> None:
        people = self._session.operators or ()
        names = [person.name for person in people if person.role != "kiosk"]
        managers = [person.name for person in people if person.role == "manager"]
        signed_in = "" if self._session.actor is None else self._session.actor.name
        self.who.show_names(names, signed_in or next(iter(managers), ""))
        others = [name for name in managers if name != self.who.names.currentText()]
        self.second.show_names(others)

    def _show_disputes(self) -> None:
        """A card for each open one; left as they are, focus and all, while the same ones are open."""
        dossier = self._dossier
        rows = () if dossier is None else tuple(row for row in dossier.disputes if row.state == "open")
        shown = (None if dossier is None else dossier.account, rows)
        if shown == self._shown:
            return
        clear(self._open)
        self._shown = shown
        for row in rows:
            if dossier is not None:
                self._open.addWidget(self._dispute_card(row, dossier))

    def _dispute_card(self, row: DisputeRow, dossier: Dossier) -> QFrame:
        said = ", ".join(change_words(change, dossier.account, self._words) for change in row.changes)
        words = tr("{who} opened a dispute: {changes}.", who=row.opened_by, changes=said)
        if row.message:
            words += f" \N{LEFT DOUBLE QUOTATION MARK}{row.message}\N{RIGHT DOUBLE QUOTATION MARK}"
        frame = QFrame()
        frame.setProperty("role", "card")
        line = QHBoxLayout(frame)
        line.setContentsMargins(SPACE_3, SPACE_2, SPACE_3, SPACE_2)
        line.addWidget(label(words, wrap=True), 1)
        decide = QPushButton(tr("Decide it"))
        decide.setAccessibleName(tr("Decide dispute {name}", name=row.id))
        decide.clicked.connect(lambda *_: self._take_up(row))
        line.addWidget(decide)
        return frame

    def _take_up(self, row: DisputeRow) -> None:
        self._deciding = row
        self._follow()
        self.who.pin.setFocus()

    # -- what is done --------------------------------------------------------------------------------

    def _go(self) -> None:
        if self.go.isEnabled():
            self._send("accepted")

    def _send(self, verdict: Verdict) -> None:
        dossier, who = self._dossier, self.who.signed()
        if dossier is None or dossier.receipt is None or who is None:
            return
        second: SignIn | None = None
        if verdict == "accepted" and self.second.isVisibleTo(self):
            second = self.second.signed()
            if second is None:
                return
        self.outlook.say_problem("")
        self._asked = True
        if self._deciding is not None and verdict != "open":
            self._desk.decide(self._deciding.id, who, verdict, why=self.claim.message.text(), second=second)
        else:
            claim = Claim(
                receipt=dossier.receipt.number,
                changes=self._changes,
                reason=self.claim.chosen_reason,
                message=self.claim.message.text().strip(),
                evidence=tuple(self.claim.files),
                key=self._key,
            )
            self._desk.dispute(claim, who, verdict, second)
        self._follow()

    def _refused(self, where: str, words: str) -> None:
        if not self._asked:
            return
        self._asked = False
        self._follow()
        if where == "second":
            self.second.show()
            self.second.refuse(words)
        elif where == "pin":
            self.who.refuse(words)
        else:
            self.outlook.say_problem(words)

    def _done(self, _result: object) -> None:
        if self._asked:
            self._asked = False
            self.begin_anew()

    # -- building ------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.heading = label("", "heading", wrap=True)
        self.lines = DisputeLines(self._words)
        self.claim = DisputeClaim()
        self.reason, self.message = self.claim.reason, self.claim.message
        self.outlook = DisputeOutlook(self._words)
        self.who = PinFields(tr("Decided by"))
        self._second_why = label("", wrap=True)
        set_tone(self._second_why, "waiting")
        self.second = PinFields(tr("Agreed by"))
        self.go = QPushButton(tr("Correct the receipt"))
        self.go.setProperty("role", "primary")
        self.open_only = QPushButton(tr("Only open the dispute"))
        self.open_only.setToolTip(tr("A manager decides it later; nothing is given back yet"))
        self.decline = QPushButton(tr("Decline it"))
        self.again = QPushButton(tr("Another complaint"))
        self._open = QVBoxLayout()
        self._open.setSpacing(SPACE_1)

    def _connect(self) -> None:
        self.lines.changed.connect(self._follow)
        self.lines.settled.connect(self.who.pin.setFocus)
        self.claim.entered.connect(self.who.pin.setFocus)
        self.who.entered.connect(self._entered)
        self.second.entered.connect(self._go)
        self.who.names.currentTextChanged.connect(lambda _: self._show_names())
        self.go.clicked.connect(self._go)
        self.open_only.clicked.connect(lambda: self._send("open"))
        self.decline.clicked.connect(lambda: self._send("declined"))
        self.again.clicked.connect(self.begin_anew)
        self._desk.refused.connect(self._refused)
        self._desk.done.connect(self._done)
        self._session.changed.connect(self._follow)

    def _entered(self) -> None:
        """Return in the first PIN: on to the second one, if one is needed."""
        if self.second.isVisibleTo(self) and not self.second.pin.text():
            self.second.pin.setFocus()
        else:
            self._go()

    def _lay_out(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Dispute"))
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        for button in (self.go, self.open_only, self.decline, self.again):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._inner = QWidget()
        box = QVBoxLayout(self._inner)
        box.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_2)
        box.addWidget(self.heading)
        box.addLayout(self._open)
        box.addWidget(self.lines)
        box.addWidget(self.claim)
        box.addWidget(rule())
        box.addWidget(self.outlook)
        box.addWidget(rule())
        box.addWidget(self.who)
        box.addWidget(self._second_why)
        box.addWidget(self.second)
        box.addLayout(buttons)
        box.addStretch(1)
        self.setWidget(self._inner)
