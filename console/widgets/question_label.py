"""A question in large type: smaller where it is long, and cut before it takes the room of its answers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_HEADING, TEXT_QUESTION, TEXT_TITLE

MOST_LINES = 2
SIZES = (("question", TEXT_QUESTION), ("title", TEXT_TITLE), ("heading", TEXT_HEADING))
CUT = "\N{HORIZONTAL ELLIPSIS}"


class QuestionLabel(QLabel):
    """In the largest size of three in which it takes two lines. Tool tip and screen readers say all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("role", SIZES[0][0])

    def ask(self, question: str) -> None:
        """Another question."""
        if question != self._asked:
            self._asked = question
            self.setAccessibleName(question)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width takes another size."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        words = self._asked
        fitting = [role for role, size in SIZES if self._lines(words, size) <= MOST_LINES]
        role, size = SIZES[-1]
        if fitting:
            role = fitting[0]
        else:
            words = self._cut(words, size)
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)
        if self.text() != words:
            self.setText(words)
        self.setToolTip("" if words == self._asked else self._asked)

    def _lines(self, words: str, size: int) -> int:
        metrics = QFontMetricsF(ui_font(size, bold=True))
        room = QRectF(0, 0, max(1, self.width()), 1e6)
        high = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, words).height()
        return round(high / metrics.lineSpacing())

    def _cut(self, words: str, size: int) -> str:
        """As many of its letters as take so many lines."""
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self._lines(words[:middle].rstrip() + CUT, size) <= MOST_LINES
            low, high = (middle, high) if fits else (low, middle - 1)
        return words[:low].rstrip() + CUT
