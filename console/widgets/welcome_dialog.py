"""What whoever opens the console for the first time is told: where they are, and three things to try."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.language import tr
from console.theme.tokens import SPACE_2, SPACE_4, SPACE_6
from console.widgets.labels import label, rule

WIDTH = 560


class WelcomeDialog(QDialog):
    """Each thing to try leads to its page; Escape and "Look around" only close it."""

    led_to = Signal(str)
    """The page of what is to be tried."""
    connect_asked = Signal()
    """Somebody wants to connect their own store."""

    def __init__(self, store: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Welcome"))
        self.setAccessibleName(tr("Welcome"))
        self.setFixedWidth(WIDTH)
        self.tries: dict[str, QPushButton] = {}
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_4)
        box.setSpacing(SPACE_4)
        box.addWidget(label(tr("Welcome to {store}", store=store), "title", wrap=True))
        box.addWidget(
            label(
                tr(
                    "Nothing here is real, so nothing can go wrong: nobody is charged, whatever you press. "
                    "Three things to try:"
                ),
                wrap=True,
            )
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_4)
        grid.setVerticalSpacing(SPACE_4)
        grid.setColumnStretch(0, 1)
        for i, (page, heading, text, does) in enumerate(_things()):
            cell = QVBoxLayout()
            cell.setSpacing(2)
            cell.addWidget(label(heading, "caption"))
            cell.addWidget(label(text, "secondary", wrap=True))
            grid.addLayout(cell, i, 0)
            button = self.tries[page] = QPushButton(does)
            button.setAutoDefault(i == 0)
            button.setDefault(i == 0)
            button.setAccessibleDescription(f"{heading}. {text}")
            button.clicked.connect(lambda _=False, p=page: self._lead_to(p))
            grid.addWidget(button, i, 1, Qt.AlignmentFlag.AlignVCenter)
        box.addLayout(grid)
        box.addWidget(rule())
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_2)
        foot.addWidget(label(tr("You find this again in the menu (Alt+M)."), "secondary"), 1)
        self.close_it = QPushButton(tr("Look around"))
        self.close_it.setAutoDefault(False)
        self.close_it.clicked.connect(self.accept)
        self.connect_it = QPushButton(tr("Connect my store"))
        self.connect_it.setAutoDefault(False)
        self.connect_it.clicked.connect(self._connect)
        foot.addWidget(self.connect_it)
        foot.addWidget(self.close_it)
        box.addLayout(foot)

    def _connect(self) -> None:
        self.accept()
        self.connect_asked.emit()

    def _lead_to(self, page: str) -> None:
        self.accept()
        self.led_to.emit(page)


def _things() -> tuple[tuple[str, str, str, str], ...]:
    """Page, heading, what is to be done there, and what the button says."""
    return (
        (
            "live",
            tr("Watch a cart fill"),
            tr("Click somebody on the floor: their cart is marked, and grows with what they take."),
            tr("To the floor"),
        ),
        (
            "review",
            tr("Settle a doubtful item"),
            tr("Where the evidence is divided, a person looks at it. Sign in, then press 1, 2 or 3."),
            tr("To the reviews"),
        ),
        (
            "visits",
            tr("Find a receipt"),
            tr("Type part of a product or a code, and see what was taken, paid and printed."),
            tr("To the visits"),
        ),
    )
