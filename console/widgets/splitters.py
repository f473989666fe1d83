"""Parts side by side with a handle between them that somebody may move, and that stays where it was left."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from console.theme.tokens import SPACE_3


def split(orientation: Qt.Orientation, *parts: tuple[QWidget, int, int]) -> QSplitter:
    """Widgets with their first size in pixels and their share of what room is added later."""
    made = QSplitter(orientation)
    made.setHandleWidth(SPACE_3)
    for widget, _, _ in parts:
        made.addWidget(widget)
    made.setChildrenCollapsible(False)
    made.setSizes([size for _, size, _ in parts])
    for place, (_, _, share) in enumerate(parts):
        made.setStretchFactor(place, share)
    return made


def restore(splitter: QSplitter, settings: QSettings, key: str) -> bool:
    """Put the handle where ``splitter.saveState()`` under this key says; false: nothing is stored."""
    stored = settings.value(key)
    return isinstance(stored, QByteArray) and splitter.restoreState(stored)
