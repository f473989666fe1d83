"""What is recorded here and for how long, large enough to be read on the way past."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from console.item_models.recorded_words import RecordedFact
from console.language import tr
from console.theme.tokens import SPACE_2, SPACE_8
from console.widgets.kiosk_type import kiosk_label


class KioskFacts(QWidget):
    """The facts, each with a heading, in ``columns`` side by side."""

    def __init__(self, facts: Sequence[RecordedFact], columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = kiosk_label(tr("What is recorded here"), "title")
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * SPACE_8)
        grid.setVerticalSpacing(SPACE_8)
        for i, fact in enumerate(facts):
            cell = QVBoxLayout()
            cell.setSpacing(SPACE_2)
            cell.addWidget(kiosk_label(fact.heading, "large", strong=True))
            cell.addWidget(kiosk_label(fact.text, "text", quiet=True))
            cell.addStretch(1)
            grid.addLayout(cell, i // columns, i % columns, Qt.AlignmentFlag.AlignTop)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        box = QVBoxLayout(self)
        box.setSpacing(SPACE_8)
        box.addWidget(self.heading)
        box.addLayout(grid)
        box.addStretch(1)
        self.setAccessibleName(self.heading.text())
