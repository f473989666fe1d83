"""What is recorded here and for how long, as cards that are read on the way past."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from console.item_models.recorded_words import RecordedFact
from console.language import tr
from console.theme.tokens import SPACE_2, SPACE_4, SPACE_6
from console.widgets.kiosk_type import kiosk_label
from console.widgets.labels import panel


class KioskFacts(QWidget):
    """A card for each fact, in ``columns`` side by side; the last one takes what is left of its row."""

    def __init__(self, facts: Sequence[RecordedFact], columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = kiosk_label(tr("What is recorded here"), "title")
        grid = QGridLayout()
        grid.setSpacing(SPACE_4)
        for i, fact in enumerate(facts):
            card = panel()
            cell = QVBoxLayout(card)
            cell.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
            cell.setSpacing(SPACE_2)
            cell.addWidget(kiosk_label(fact.heading, "large", strong=True))
            cell.addWidget(kiosk_label(fact.text, "text", quiet=True))
            cell.addStretch(1)
            left = columns - i % columns if i == len(facts) - 1 else 1
            grid.addWidget(card, i // columns, i % columns, 1, left)
            grid.setRowStretch(i // columns, 1)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_6)
        box.addWidget(self.heading)
        box.addLayout(grid, 1)
        self.setAccessibleName(self.heading.text())
