"""A question about a visit: what may have been, each with its probability as a bar and its price."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from console.item_models.questions import QuestionCard, effect_words
from console.item_models.words import ShopWords
from console.language import tr
from console.language.writing import percent
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3
from console.widgets.labels import label, set_tone

BAR = 6


class ShareBar(QWidget):
    """A share of 1 as a bar; the words beside it say it too."""

    def __init__(self, share: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = min(1.0, max(0.0, share))
        self.setFixedHeight(BAR)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The whole, and the share of it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(QRectF(self.rect()), BAR / 2, BAR / 2)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Accent))
        width = max(float(BAR), self.width() * self._share)
        painter.drawRoundedRect(QRectF(0, 0, width, BAR), BAR / 2, BAR / 2)


def question_card(card: QuestionCard, words: ShopWords) -> QFrame:
    """The card."""
    frame = QFrame()
    frame.setProperty("role", "card")
    box = QVBoxLayout(frame)
    box.setContentsMargins(SPACE_3, SPACE_2, SPACE_3, SPACE_3)
    box.setSpacing(SPACE_2)
    box.addWidget(label(card.text, wrap=True))
    if card.possibilities:
        box.addLayout(_possibilities(card, words))
    if card.at_stake:
        stake = label(tr("{amount} at stake", amount=words.money(card.at_stake)), "secondary")
        set_tone(stake, "waiting")
        box.addWidget(stake)
    return frame


def _possibilities(card: QuestionCard, words: ShopWords) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_3)
    grid.setVerticalSpacing(SPACE_1)
    grid.setColumnStretch(0, 1)
    side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for i, possibility in enumerate(card.possibilities):
        grid.addWidget(label(possibility.words, wrap=True), 2 * i, 0)
        grid.addWidget(label(effect_words(possibility, words), "secondary"), 2 * i, 2, side)
        if possibility.probability is not None:
            grid.addWidget(label(percent(possibility.probability)), 2 * i, 1, side)
            grid.addWidget(ShareBar(possibility.probability), 2 * i + 1, 0, 1, 3)
    return grid
