"""The end of the status line: where the observations come from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from console.theme.fonts import sized
from console.theme.tokens import ICON_SMALL

SOURCE_LEAST = 80
"""Pixels: a long name is cut before a small screen is left."""
AROUND = 28
"""Around a text and its icon in the status line."""


class SourceButton(QPushButton):
    """Says less where there is no room for all, and is cut at the end before it takes any from others."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(SOURCE_LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setStyleSheet("text-align: right")
        self._words = ("", "")

    def say(self, words: str, short: str) -> None:
        """Screen readers and the tool tip say the whole."""
        self._words = (words, short)
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width has room for other words."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        whole, short = self._words
        room, metrics = self.width() - sized(ICON_SMALL) - AROUND, self.fontMetrics()
        words = whole if metrics.horizontalAdvance(whole) <= room else short
        self.setText(metrics.elidedText(words, Qt.TextElideMode.ElideRight, room))
