"""What a dispute comes to, before it is decided: the sum in words, and the lines of its documents."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from console.back_office.outlook import Outlook
from console.item_models.dispute_drafting import draft_words, outlook_words
from console.item_models.words import ShopWords
from console.language import tr
from console.operations.visit_dossier import Dossier
from console.theme.tokens import SPACE_1
from console.widgets.labels import label, set_tone


class DisputeOutlook(QWidget):
    """Says it, or why it cannot be so."""

    def __init__(self, words: ShopWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.said = label("", "caption", wrap=True, name=tr("What it comes to"))
        self.problem = label("", wrap=True, name=tr("What went wrong"))
        set_tone(self.problem, "wrong")
        self._drafts = QGridLayout()
        self._drafts.setColumnStretch(0, 1)
        self._drafts.setVerticalSpacing(SPACE_1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.said)
        box.addLayout(self._drafts)
        box.addWidget(self.problem)

    def show_outlook(self, found: Outlook | None, dossier: Dossier, otherwise: str) -> None:
        """``otherwise``: what is said while there is none."""
        self.said.setText(otherwise if found is None else outlook_words(found, dossier, self._words))
        self.said.setVisible(bool(self.said.text()))
        clear(self._drafts)
        for i, (what, amount) in enumerate(() if found is None else draft_words(found, self._words)):
            self._drafts.addWidget(label(what, "secondary", wrap=True), i, 0)
            self._drafts.addWidget(label(amount, "secondary"), i, 1, Qt.AlignmentFlag.AlignRight)

    def say_problem(self, words: str) -> None:
        """What is wrong with it; nothing, when all is well."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))


def clear(layout: QGridLayout | QVBoxLayout) -> None:
    """Take all widgets out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
