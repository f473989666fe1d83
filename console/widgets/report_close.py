"""Closing a day in the window: who does it, what will be closed, why where that must be said."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.back_office.permissions import ALLOWED
from console.back_office.reports.periods import DayReport
from console.back_office.reports.sheets import day_words
from console.item_models.report_words import money
from console.language import tr, tr_n
from console.operations.operator_session import OperatorSession
from console.theme.tokens import SPACE_3, SPACE_4
from console.widgets.labels import label, panel, set_tone
from console.widgets.sign_in import SignInPanel

WIDTH = 520
SIGN_IN, CONFIRM = range(2)


class ReportClosePanel(QWidget):
    """Signs somebody in where nobody is, then says what will be closed, and asks for the word."""

    confirmed = Signal(str)
    """With the reason; empty: none had to be given."""
    cancelled = Signal()

    def __init__(self, session: OperatorSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._needs_reason = False
        self.sign_in = SignInPanel(session, question=tr("Who closes the day?"))
        self.heading = label("", "title", wrap=True)
        self.what = label("", "body", wrap=True)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(tr("Reason"))
        self.reason.setMaxLength(200)
        self.trouble = label("", "body", wrap=True, name=tr("What went wrong"))
        set_tone(self.trouble, "wrong")
        self.go = QPushButton(tr("Close the day"))
        self.cancel = QPushButton(tr("Cancel (Esc)"))
        self._lay_out()
        self.go.clicked.connect(self._confirm)
        self.cancel.clicked.connect(self.cancelled)
        self.reason.textChanged.connect(self._offer)
        session.changed.connect(self._follow)

    def ask(self, report: DayReport, currency: str, why: str) -> None:
        """Ask about a day. ``why``: why a reason has to be given; empty: none has to."""
        f, standing = report.figures, report.standing
        day = day_words(report.day)
        self._needs_reason = bool(why)
        self.heading.setText(tr("Close {day}?", day=day))
        lines = [
            tr(
                "{receipts}, {total} with tax after {refunds}.",
                receipts=tr_n("{n} receipt", "{n} receipts", f.receipts.count),
                total=money(f.gross, currency),
                refunds=tr_n("{n} refund", "{n} refunds", f.refunds.count),
            )
        ]
        if standing.unpaid.count:
            lines.append(
                tr_n(
                    "{n} payment is open: {amount}. It stays in the list of unpaid receipts.",
                    "{n} payments are open: {amount}. They stay in the list of unpaid receipts.",
                    standing.unpaid.count,
                    amount=money(standing.unpaid.amount, currency),
                )
            )
        if standing.waiting_reviews:
            lines.append(
                tr_n(
                    "{n} visit waits for a person: its receipt will be of a later day.",
                    "{n} visits wait for a person: their receipts will be of a later day.",
                    standing.waiting_reviews,
                )
            )
        lines.append(tr("The close gets the next number in the ledger and never changes."))
        if why:
            lines.append(why)
        self.what.setText("\n".join(lines))
        self.reason.clear()
        self.reason.setVisible(self._needs_reason)
        self.reason.setPlaceholderText(tr("Why it is closed all the same"))
        self.go.setText(tr("Close {day} for good (Enter)", day=day))
        self.trouble.clear()
        self._follow()

    def say(self, trouble: str) -> None:
        """What went wrong."""
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self._offer()

    def take_focus(self) -> None:
        """To what comes next."""
        if self._stack.currentIndex() == SIGN_IN:
            self.sign_in.take_focus()
        elif self._needs_reason and self.reason.isEnabled():
            self.reason.setFocus()
        else:
            (self.go if self.go.isEnabled() else self.cancel).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter closes, Escape does not."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._stack.currentIndex() == CONFIRM:
            if self.cancel.hasFocus():
                self.cancelled.emit()
            else:
                self._confirm()
        else:
            super().keyPressEvent(event)

    def _confirm(self) -> None:
        if self.go.isEnabled():
            self.go.setEnabled(False)
            self.confirmed.emit(self.reason.text().strip())

    def _follow(self) -> None:
        """Somebody came or went."""
        actor = self._session.actor
        self._stack.setCurrentIndex(SIGN_IN if actor is None else CONFIRM)
        self.trouble.setVisible(actor is not None and not self._may)
        if actor is not None and not self._may:
            words = tr("{name} may not close a day: a manager may. Ctrl+L lets one sign in.", name=actor.name)
            self.trouble.setText(words)
        else:
            self.trouble.clear()
        self.reason.setEnabled(self._may)
        self._offer()
        if self.isVisible():
            self.take_focus()

    @property
    def _may(self) -> bool:
        actor = self._session.actor
        return actor is not None and actor.role in ALLOWED["close a day"]

    def _offer(self) -> None:
        self.go.setEnabled(self._may and (bool(self.reason.text().strip()) or not self._needs_reason))

    def _lay_out(self) -> None:
        frame = panel()
        frame.setFixedWidth(WIDTH)
        box = QVBoxLayout(frame)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        for part in (self.heading, self.what, self.reason, self.trouble):
            box.addWidget(part)
        box.addWidget(self.go)
        box.addWidget(self.cancel)
        holder = QWidget()
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(frame)
        row.addStretch(1)
        column = QVBoxLayout(holder)
        column.addStretch(2)
        column.addLayout(row)
        column.addStretch(3)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.sign_in)
        self._stack.addWidget(holder)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
