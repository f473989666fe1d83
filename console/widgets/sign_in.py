"""Who answers: choose a name, type the PIN; a first PIN is changed here, and a first manager made."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.language import tr
from console.operations.operator_session import OperatorSession
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import label, panel, set_tone

WIDTH = 420
LONGEST_PIN = 12
Mode = Literal["names", "own PIN", "first"]


class SignInPanel(QWidget):
    """One form in three modes; it says what went wrong under the fields, and forgets what was typed."""

    def __init__(
        self, session: OperatorSession, parent: QWidget | None = None, *, question: str = ""
    ) -> None:
        """``question``: what is asked over the names, where it is not who answers."""
        super().__init__(parent)
        self._session = session
        self._question = question or tr("Who answers?")
        self._mode: Mode = "names"
        self._old = ""
        self.heading = label("", "title", wrap=True)
        self.why = label("", "body", wrap=True)
        self.names = QComboBox()
        self.names.setAccessibleName(tr("Operator"))
        self.names.view().setAccessibleName(tr("Operators"))
        self.name = _field(tr("Name"), hidden=False)
        self.pin = _field(tr("PIN"))
        self.new = _field(tr("New PIN"))
        self.again = _field(tr("The PIN again"))
        self.refusal = label("", "body", wrap=True, name=tr("What went wrong"))
        set_tone(self.refusal, "wrong")
        self.button = QPushButton()
        self.button.setDefault(True)
        self._lay_out()
        self.button.clicked.connect(self._go)
        for field in (self.name, self.pin, self.new, self.again):
            field.returnPressed.connect(self._go)
        self.pin.installEventFilter(self)
        session.changed.connect(self.refresh)
        session.refused.connect(self._say)
        session.must_choose.connect(self._choose_own)
        self.refresh()

    def refresh(self) -> None:
        """The names there are; a first manager where there is none."""
        found = self._session.operators
        may = [] if found is None else [o.name for o in found if o.role != "kiosk"]
        if may != [self.names.itemText(i) for i in range(self.names.count())]:
            kept = self.names.currentText()
            self.names.clear()
            self.names.addItems(may)
            self.names.setCurrentText(kept)
        if self._session.actor is not None:
            self._wear("names")
        elif self._mode != "own PIN":
            before, had = self._mode, any(field.hasFocus() for field in (self.pin, self.new, self.name))
            self._wear("names" if found is None or found else "first")
            if had and self._mode != before:
                self.take_focus()  # its field went: not to the one that happens to be beside it

    def take_focus(self) -> None:
        """To the first field that has to be filled in."""
        {"names": self.pin, "own PIN": self.new, "first": self.name}[self._mode].setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Up and down beside the PIN choose the name, so that nobody has to leave the field."""
        if watched is self.pin and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step and self.names.count():
                self.names.setCurrentIndex((self.names.currentIndex() + step) % self.names.count())
                return True
        return False

    def _go(self) -> None:
        self.refusal.clear()
        if self._mode != "names" and self.new.text() != self.again.text():
            self._say(tr("The two PINs are not the same: type both again."))
        elif self._mode == "first":
            self._wait()
            self._session.add_first(self.name.text().strip(), self.new.text())
        elif self._mode == "own PIN":
            self._wait()
            self._session.choose_pin(self.names.currentText(), self._old, self.new.text())
        elif self.names.currentText():
            self._wait()
            self._old = self.pin.text()
            self._session.sign_in(self.names.currentText(), self.pin.text())

    def _wait(self) -> None:
        self.button.setEnabled(False)

    def _say(self, text: str) -> None:
        self.refusal.setText(text)
        self.button.setEnabled(True)
        for field in (self.pin, self.new, self.again):
            field.clear()
        if self.isVisible():
            (self.pin if self._mode == "names" else self.new).setFocus()

    def _choose_own(self, name: str) -> None:
        """Of several such forms in a window, the one in which the first PIN was typed."""
        if not self._old or name != self.names.currentText():
            return
        self._wear("own PIN")
        self.new.setFocus()

    def _wear(self, mode: Mode) -> None:
        if mode == "names" and self._session.actor is not None:
            self._old = ""
            self.refusal.clear()
            for field in (self.pin, self.new, self.again):
                field.clear()
        self._mode = mode
        self.button.setEnabled(True)
        heading, why, does = {
            "names": (self._question, tr("Choose your name and type your PIN."), tr("Sign in")),
            "own PIN": (
                tr("Choose a PIN of your own"),
                tr(
                    "The one that you typed was given to you. "
                    "Six to twelve digits, not all equal or in a row."
                ),
                tr("Keep this PIN and sign in"),
            ),
            "first": (
                tr("Nobody works here yet"),
                tr(
                    "The first operator is a manager, who can add others. "
                    "A PIN has six to twelve digits, not all equal or in a row."
                ),
                tr("Make this manager and sign in"),
            ),
        }[mode]
        self.heading.setText(heading)
        self.why.setText(why)
        self.button.setText(does)
        rows: tuple[tuple[QWidget, bool], ...] = (
            (self.names, mode == "names"),
            (self.name, mode == "first"),
            (self.pin, mode == "names"),
            (self.new, mode != "names"),
            (self.again, mode != "names"),
        )
        for row_field, shown in rows:
            self._form.setRowVisible(row_field, shown)

    def _lay_out(self) -> None:
        frame = panel()
        frame.setFixedWidth(WIDTH)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(SPACE_2)
        self._form.setHorizontalSpacing(SPACE_3)
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Operator"), self.names),
            (tr("Name"), self.name),
            (tr("PIN"), self.pin),
            (tr("New PIN"), self.new),
            (tr("Again"), self.again),
        )
        for word, row_field in rows:
            caption = QLabel(word)
            caption.setBuddy(row_field)
            self._form.addRow(caption, row_field)
        box = QVBoxLayout(frame)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_3)
        for part in (self.heading, self.why):
            box.addWidget(part)
        box.addLayout(self._form)
        box.addWidget(self.refusal)
        box.addWidget(self.button)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(frame)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)


class SignInDialog(QDialog):
    """The form over whatever page is shown; goes away when somebody is signed in."""

    def __init__(self, session: OperatorSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Sign in"))
        self.setAccessibleName(tr("Sign in"))
        self._session = session
        self.panel = SignInPanel(session)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.addWidget(self.panel)
        session.changed.connect(self._entered)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """The keys go to the PIN."""
        super().showEvent(event)
        self.panel.take_focus()

    def _entered(self) -> None:
        if self._session.actor is not None:
            self.accept()


def _field(name: str, *, hidden: bool = True) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    if hidden:
        made.setEchoMode(QLineEdit.EchoMode.Password)
        made.setMaxLength(LONGEST_PIN)
    return made
