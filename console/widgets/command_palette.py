"""Ctrl+K: type a few letters of anything, and Enter does it or leads there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from console.item_models.palette import Findable, matching
from console.language import tr
from console.theme.appearance import Appearance
from console.theme.fonts import sized, ui_font
from console.theme.tokens import RADIUS, SPACE_2, SPACE_3, SPACE_4, TEXT_BODY, TEXT_SECONDARY
from console.widgets.labels import label

WIDTH, ROWS, ROW = 620, 10, 32
Index = QModelIndex | QPersistentModelIndex


class _FoundModel(QAbstractListModel):
    """What was found, as one line each for screen readers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: list[Findable] = []

    def show(self, found: list[Findable]) -> None:
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self.found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.text, entry.kind, entry.keys) if part)
        return None


class _Rows(QStyledItemDelegate):
    """What it is called at the left, what it is and its keys at the right."""

    def __init__(self, appearance: Appearance, model: _FoundModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance, self._model = appearance, model

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802
        return QSize(200, sized(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, entry = self._appearance.theme, self._model.found[index.row()]
        rect = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(QColor(theme.accent))
            painter.setBrush(QColor(theme.selected))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        room = rect.adjusted(SPACE_3, 0, -SPACE_3, 0)
        beside = "   ".join(part for part in (entry.kind, entry.keys) if part)
        small = ui_font(TEXT_SECONDARY)
        painter.setFont(small)
        painter.setPen(QColor(theme.secondary))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, beside)
        room.setRight(room.right() - QFontMetricsF(small).horizontalAdvance(beside) - SPACE_4)
        font = ui_font(TEXT_BODY)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        said = QFontMetricsF(font).elidedText(entry.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | middle, said)
        painter.restore()


class CommandPalette(QDialog):
    """A field and what it finds. Closes before what was chosen is done: the keys are where they were."""

    def __init__(
        self, entries: Sequence[Findable], appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Dialog)
        self.setObjectName("palette")
        self.setWindowTitle(tr("Find"))
        self.setAccessibleName(tr("Find"))
        self._entries = entries
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Type an action, a page, a shopper, a visit or a device"))
        self.field.setAccessibleName(tr("Find an action, a page, a shopper, a visit or a device"))
        self._model = _FoundModel(self)
        self.list = QListView()
        self.list.setAccessibleName(tr("Found"))
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Rows(appearance, self._model, self))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFixedHeight(ROWS * sized(ROW) + 2)
        self.nothing = label(tr("Nothing is called so."), "secondary")
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        box.setSpacing(SPACE_2)
        for part in (self.field, self.nothing, self.list):
            box.addWidget(part)
        self.setFixedWidth(sized(WIDTH))
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self._find("")

    @property
    def found(self) -> list[Findable]:
        """What is shown now, best first."""
        return self._model.found

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The field keeps the focus: arrows move in the list, Enter chooses."""
        if watched is not self.field or not isinstance(event, QKeyEvent):
            return False
        if event.type() != QEvent.Type.KeyPress:
            return False
        key, page = event.key(), ROWS - 1
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif key in steps:
            last = self._model.rowCount() - 1
            row = max(0, min(last, self.list.currentIndex().row() + steps[Qt.Key(key)]))
            self.list.setCurrentIndex(self._model.index(row, 0))
        else:
            return False
        return True

    def _find(self, typed: str) -> None:
        self._model.show(matching(self._entries, typed))
        self.list.setCurrentIndex(self._model.index(0, 0))
        self.nothing.setVisible(not self._model.found)
        self.list.setVisible(bool(self._model.found))

    def _choose(self, index: QModelIndex | None = None) -> None:
        row = (index or self.list.currentIndex()).row()
        if 0 <= row < len(self._model.found):
            chosen = self._model.found[row]
            self.accept()
            chosen.run()
