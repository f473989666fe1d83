"""What happened to a visit and its documents, newest on top."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from console.item_models.visit_story import story_of
from console.item_models.words import ShopWords
from console.language import tr
from console.operations.visit_dossier import Dossier
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4
from console.widgets.labels import label, set_tone


class DocumentHistory(QScrollArea):
    """Rebuilt when something new has happened."""

    left = Signal()
    """Escape: back to the list."""

    def __init__(self, words: ShopWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._shown: object = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(tr("History"))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows scroll; Escape goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def show_dossier(self, dossier: Dossier | None) -> None:
        """Everything that happened to it."""
        story = () if dossier is None else story_of(dossier, self._words)
        if story == self._shown:
            return
        self._shown = story
        inner = QWidget()
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_3)
        grid.setVerticalSpacing(SPACE_2)
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        for i, each in enumerate(story):
            what = label(each.what, wrap=True)
            if each.tone != "neutral":
                set_tone(what, each.tone)
            beside = "\n".join(part for part in (each.who, each.why) if part)
            grid.addWidget(label(each.when, "secondary"), i, 0, top)
            grid.addWidget(what, i, 1, top)
            grid.addWidget(label(each.amount), i, 2, top | Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label(beside, "secondary", wrap=True), i, 3, top)
        grid.setColumnStretch(3, 1)
        box = QVBoxLayout(inner)
        box.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_4)
        box.addLayout(grid)
        box.addStretch(1)
        self.setWidget(inner)
