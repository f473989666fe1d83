"""Where a manager types a PIN to end the kiosk: keys for a finger, and the keyboard's digits."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from console.back_office.operators import LONGEST_PIN
from console.language import tr
from console.operations.kiosk_exit import KioskExit
from console.theme.tokens import SPACE_2, SPACE_4, SPACE_6
from console.widgets.kiosk_type import kiosk_label, touch_button
from console.widgets.labels import set_tone

DOT, FREE = "\N{BLACK CIRCLE}", "\N{WHITE CIRCLE}"
SHORTEST_SHOWN = 6
DELETE = "\N{ERASE TO THE LEFT}"


class KioskPin(QWidget):
    """What was typed is forgotten when it is sent, refused or given up."""

    given_up = Signal()

    def __init__(self, exit_: KioskExit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exit = exit_
        self._typed = ""
        self._waits = False
        self._names: list[QPushButton] = []
        self._group = QButtonGroup(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("A manager's PIN ends the kiosk"))
        self._lay_out()
        exit_.changed.connect(self._show_names)
        exit_.refused.connect(self._was_refused)
        self._show_names()
        self.forget()

    def forget(self) -> None:
        """Nothing was typed, nothing was said."""
        self._waits = False
        self.refusal.clear()
        self._type("")

    @property
    def name(self) -> str:
        """The manager chosen."""
        return next((button.text() for button in self._names if button.isChecked()), "")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Digits, Backspace, Enter; Escape gives up."""
        if event.text().isdecimal() and event.text().isascii():
            self._add(event.text())
        elif event.key() == Qt.Key.Key_Backspace:
            self._type(self._typed[:-1])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._send()
        elif event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()

    def _add(self, digit: str) -> None:
        if not self._waits and len(self._typed) < LONGEST_PIN:
            self.refusal.clear()
            self._type(self._typed + digit)

    def _type(self, text: str) -> None:
        self._typed = text
        self.dots.setText("  ".join(DOT * len(text) + FREE * (SHORTEST_SHOWN - len(text))))
        self.dots.setAccessibleName(tr("Digits typed: {n}", n=len(text)))
        self.go.setEnabled(bool(text) and not self._waits)

    def _send(self) -> None:
        if self._typed and self.name and not self._waits:
            self._waits = True
            pin = self._typed
            self._type("")
            self._exit.try_pin(self.name, pin)

    def _was_refused(self, why: str) -> None:
        self._waits = False
        self._type("")
        self.refusal.setText(why)

    def _show_names(self) -> None:
        for button in self._names:
            self._group.removeButton(button)
            button.deleteLater()
        self._names = []
        for name in self._exit.managers or ():
            button = touch_button(name)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._group.addButton(button)
            self._names.append(button)
            self._row.addWidget(button)
        if self._names:
            self._names[0].setChecked(True)

    def _lay_out(self) -> None:
        self.heading = kiosk_label(tr("End the kiosk"), "title")
        self.why = kiosk_label(tr("For staff: a manager's PIN leads out of here."), "text", quiet=True)
        self.dots = kiosk_label("", "title", wrap=False)
        self.refusal = kiosk_label("", "text")
        set_tone(self.refusal, "wrong")
        self.go, self.back = touch_button(tr("End the kiosk"), first=True), touch_button(tr("Back"))
        self.go.clicked.connect(self._send)
        self.back.clicked.connect(self.given_up)
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE_2)
        pad = QGridLayout()
        pad.setSpacing(SPACE_2)
        self.keys: dict[str, QPushButton] = {}
        for i, key in enumerate("123456789"):
            pad.addWidget(self._key(key), i // 3, i % 3)
        pad.addWidget(self._key("0"), 3, 1)
        delete = self._key(DELETE)
        delete.setAccessibleName(tr("Delete the last digit"))
        pad.addWidget(delete, 3, 2)
        left = QVBoxLayout()
        left.setSpacing(SPACE_4)
        for part in (self.heading, self.why):
            left.addWidget(part)
        left.addLayout(self._row)
        left.addWidget(self.dots)
        left.addWidget(self.refusal)
        left.addStretch(1)
        left.addWidget(self.go)
        left.addWidget(self.back)
        middle = QHBoxLayout()
        middle.setSpacing(2 * SPACE_6)
        middle.addStretch(1)
        middle.addLayout(left, 3)
        middle.addLayout(pad, 2)
        middle.addStretch(1)
        box = QVBoxLayout(self)
        box.addStretch(1)
        box.addLayout(middle)
        box.addStretch(2)

    def _key(self, key: str) -> QPushButton:
        made = self.keys[key] = touch_button(key)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
        if key == DELETE:
            made.clicked.connect(lambda: self._type(self._typed[:-1]))
        else:
            made.clicked.connect(lambda: self._add(key))
        return made
