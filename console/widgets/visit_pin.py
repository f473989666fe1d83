"""Who does it: a name and a PIN in one row, with what is wrong with them right under it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from console.language import tr
from console.operations.disputes import SignIn
from console.theme.tokens import SPACE_1, SPACE_2
from console.widgets.labels import label, set_tone

LONGEST_PIN = 12
PIN_WIDTH = 130


class PinFields(QWidget):
    """Asks for a PIN each time: a till is not left alone with somebody else's rights."""

    entered = Signal()
    """Return in the PIN."""

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        """``what``: whose PIN, for people and screen readers."""
        super().__init__(parent)
        self.names = QComboBox()
        self.names.setAccessibleName(what)
        self.names.view().setAccessibleName(what)
        self.names.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.pin = QLineEdit()
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.pin.setMaxLength(LONGEST_PIN)
        self.pin.setFixedWidth(PIN_WIDTH)
        self.pin.setPlaceholderText(tr("PIN"))
        self.pin.setAccessibleName(tr("PIN of {what}", what=what))
        self.refusal = label("", wrap=True, name=tr("What went wrong"))
        set_tone(self.refusal, "wrong")
        self.refusal.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addWidget(label(what, "secondary"))
        row.addWidget(self.names, 1)
        row.addWidget(self.pin)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        box.addLayout(row)
        box.addWidget(self.refusal)
        self.pin.returnPressed.connect(self.entered)
        self.pin.textEdited.connect(self.forgive)

    def show_names(self, names: Sequence[str], first: str = "") -> None:
        """Those who may be chosen; ``first`` is, where nobody was chosen before."""
        if list(names) == [self.names.itemText(i) for i in range(self.names.count())]:
            return
        kept = self.names.currentText() or first
        self.names.clear()
        self.names.addItems(list(names))
        self.names.setCurrentText(kept)

    def choose(self, name: str) -> None:
        """Choose a name, if it is among them."""
        self.names.setCurrentText(name)

    def signed(self) -> SignIn | None:
        """What was typed; None, and it is said, while something is missing."""
        if not self.names.currentText():
            self.refuse(tr("Nobody works here yet: make the first operator on the Review page."))
            return None
        if not self.pin.text():
            self.refuse(tr("Type the PIN of {name}.", name=self.names.currentText()))
            return None
        return SignIn(self.names.currentText(), self.pin.text())

    def refuse(self, words: str) -> None:
        """Say what is wrong, and ask again."""
        self.refusal.setText(words)
        self.refusal.setVisible(bool(words))
        self.pin.clear()
        if self.isVisible():
            self.pin.setFocus()

    def forgive(self) -> None:
        """Nothing is wrong any more."""
        self.refusal.clear()
        self.refusal.hide()

    def forget(self) -> None:
        """Nothing typed stays."""
        self.pin.clear()
        self.forgive()
