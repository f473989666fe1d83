"""All keys at a glance (F1), made from the actions themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.language import tr, tr_noop
from console.theme.fonts import sized
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8
from console.widgets.action_book import keys_of
from console.widgets.labels import close_button, label

IN_WIDGETS: Mapping[str, Sequence[tuple[str, str]]] = {
    tr_noop("Floor map"): (
        (tr_noop("Wheel"), tr_noop("Zoom where the pointer is")),
        (tr_noop("Drag, arrows"), tr_noop("Move the floor")),
        (tr_noop("Click"), tr_noop("Select a shopper everywhere")),
        (tr_noop("Double click"), tr_noop("Show the whole floor")),
        ("Esc", tr_noop("Select nobody")),
    ),
    tr_noop("Cameras"): (
        (tr_noop("Arrows, Enter"), tr_noop("Choose a camera, show it large")),
        ("Esc", tr_noop("Back to the map")),
    ),
}


KEYS, WORDS = 96, 210
"""Pixels across at the usual text size; longer words are wrapped."""
COLUMNS, ROWS = 3, 26
"""As many columns; one more where these would have more rows."""
MOST, MARGINS, BARS = QSize(1280, 640), QSize(80, 120), QSize(12, 12)
"""Where it does not fit over the window, it scrolls."""
Group = tuple[str, Sequence[tuple[str, str]]]


class KeySheet(QDialog):
    """Groups of keys in columns."""

    def __init__(self, groups: Mapping[str, Sequence[QAction]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys"))
        self.setAccessibleName(tr("Keys"))
        listed = {
            title: [(keys_of(a), a.text()) for a in actions if a.shortcuts()]
            for title, actions in groups.items()
            if any(a.shortcuts() for a in actions)
        }
        in_widgets = {
            tr(title): [(tr(keys), tr(what)) for keys, what in rows] for title, rows in IN_WIDGETS.items()
        }
        most = MOST if parent is None else parent.size() - MARGINS
        content = _content({**listed, **in_widgets}, most.width())
        self.area = QScrollArea()
        self.area.setWidget(content)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName(tr("Keys"))
        self.area.setMinimumSize((content.sizeHint() + BARS).boundedTo(most))
        buttons = close_button(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_6, SPACE_4, SPACE_6, SPACE_4)
        box.addWidget(self.area)
        box.addWidget(buttons)


def _content(groups: Mapping[str, Sequence[tuple[str, str]]], room: int) -> QWidget:
    """In so many columns that one scrolls down at most, and not to the side."""
    sizes = sum(len(rows) + 2 for rows in groups.values())
    many = COLUMNS if sizes <= COLUMNS * ROWS else COLUMNS + 1
    while True:
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SPACE_8)
        for part in _even_columns(groups, many):
            columns.addLayout(_column(part))
        if many == 1 or content.sizeHint().width() + BARS.width() <= room:
            return content
        content.deleteLater()
        many -= 1


def _even_columns(groups: Mapping[str, Sequence[tuple[str, str]]], many: int) -> list[list[Group]]:
    """The groups in their order, in columns of about the same height."""
    sizes = [len(rows) + 2 for rows in groups.values()]
    share, done = sum(sizes) / many, 0
    columns: list[list[Group]] = [[] for _ in range(many)]
    for group, size in zip(groups.items(), sizes, strict=True):
        columns[min(many - 1, int((done + size / 2) / share))].append(group)
        done += size
    return columns


def _column(groups: Sequence[Group]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(SPACE_2)
    for title, rows in groups:
        column.addWidget(label(title, "heading"))
        column.addLayout(_rows(rows))
        column.addSpacing(SPACE_3)
    column.addStretch(1)
    return column


def _rows(rows: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_4)
    grid.setVerticalSpacing(SPACE_1)
    grid.setColumnMinimumWidth(0, sized(KEYS))
    for i, (keys, what) in enumerate(rows):
        cap = label(keys)
        cap.setObjectName("keycap")
        grid.addWidget(cap, i, 0)
        said = label(what, wrap=True)
        said.setMinimumWidth(min(sized(WORDS), said.fontMetrics().horizontalAdvance(what) + 2))
        grid.addWidget(said, i, 1, Qt.AlignmentFlag.AlignVCenter)
    grid.setColumnStretch(1, 1)
    return grid
