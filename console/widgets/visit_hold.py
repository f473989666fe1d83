"""What was kept back on the card at the entry: one line under the visit."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from console.item_models.hold_words import hold_words
from console.item_models.words import ShopWords
from console.operations.visit_dossier import Dossier
from console.theme.tokens import SPACE_2, SPACE_3
from console.widgets.labels import label, set_tone


class VisitHold(QFrame):
    """Shown only where something was to be kept back."""

    def __init__(self, words: ShopWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.said = label("", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_2, SPACE_3, SPACE_2)
        box.addWidget(self.said)

    def show_dossier(self, dossier: Dossier | None) -> None:
        """Of another visit, or after something was done."""
        hold = None if dossier is None else dossier.hold
        self.setVisible(hold is not None)
        if hold is None:
            return
        self.said.setText(hold_words(hold, self._words))
        set_tone(self.said, "waiting" if hold.state == "declined" else "neutral")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width may need another line."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.said.setMinimumHeight(max(0, self.said.heightForWidth(self.said.width())))
