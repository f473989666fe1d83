"""The console's table: sorted by its headings, words in colour with a sign, selection that survives."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSettings,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from console.item_models.keyed_rows import SIGN_ROLE, cell_of
from console.theme.appearance import Appearance
from console.theme.fonts import sized, ui_font
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import ICON_SMALL, SPACE_1, SPACE_2, SPACE_4, TEXT_BODY, TEXT_SECONDARY
from console.widgets.identity_paint import paint_token

ROW_HEIGHT = 32
Index = QModelIndex | QPersistentModelIndex


@lru_cache(maxsize=64)
def _colour(name: str) -> QColor:
    return QColor(name)


@lru_cache(maxsize=4096)
def _elided(text: str, pixels: int, bold: bool, width: int) -> str:
    """As much of a text as fits, in the UI font of so many pixels: cells say the same again and again."""
    del pixels  # tells the sizes apart; the font is of the one that is chosen
    metrics = QFontMetricsF(ui_font(TEXT_BODY, bold=bold))
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


class CellDelegate(QStyledItemDelegate):
    """A cell with a sign before its text, in the tone of what it says."""

    def __init__(self, appearance: Appearance, table: QTableView) -> None:
        super().__init__(table)
        self._appearance, self._table = appearance, table
        self.marked_row = -1
        """Where the keys are; -1: nowhere. Of all cells of one painting."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, line, sign, text."""
        theme, cell = self._appearance.theme, cell_of(index)
        rect = QRectF(option.rect)
        left, width = rect.left(), rect.width()
        if cell.heading:
            painter.fillRect(rect, _colour(theme.raised))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, _colour(theme.selected))
        painter.fillRect(QRectF(left, rect.bottom() - 1, width, 1), _colour(theme.raised))
        if self.marked_row == index.row():
            for y in (rect.top(), rect.bottom() - 1):
                painter.fillRect(QRectF(left, y, width, 1), _colour(theme.accent))
        toned = cell.tone in ("good", "waiting", "wrong")
        colour = getattr(theme, str(cell.tone)) if toned else theme.text
        room = rect.adjusted(SPACE_2, 0, -SPACE_2, 0)
        if cell.sign is not None:
            tint = colour if toned else theme.secondary
            picture = icon_pixmap(Icon(cell.sign), tint, ICON_SMALL, painter.device().devicePixelRatio())
            painter.drawPixmap(QPointF(room.left(), room.center().y() - ICON_SMALL / 2), picture)
            room.setLeft(room.left() + ICON_SMALL + SPACE_1 + 2)
        if cell.identity is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            at = QPointF(room.left() + 8, room.center().y())
            paint_token(painter, at, cell.identity, "", theme, hidden=False, radius=6.0)
            painter.restore()
            room.setLeft(room.left() + 8 + SPACE_4)
        if not cell.text:
            return
        painter.setPen(_colour(colour))
        bold = cell.heading and index.column() == 0
        painter.setFont(ui_font(TEXT_BODY, bold=bold))
        text = _elided(cell.text, sized(TEXT_BODY), bold, math.floor(room.width()))
        painter.drawText(room, cell.alignment, text)

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """As wide as sign and text need."""
        sign = ICON_SMALL + SPACE_1 + 2 if index.data(SIGN_ROLE) is not None else 0
        text = QFontMetricsF(ui_font(TEXT_BODY)).horizontalAdvance(index.data() or "")
        return QSize(math.ceil(text) + sign + 2 * SPACE_2 + 1, sized(ROW_HEIGHT))


class DataTable(QTableView):
    """A table of whole rows. ``widths``: pixels per column, 0 for the one that takes the rest."""

    def __init__(
        self,
        model: QAbstractItemModel,
        name: str,
        widths: Sequence[int],
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setModel(model)
        self._cells = CellDelegate(appearance, self)
        self.setItemDelegate(self._cells)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(sized(ROW_HEIGHT))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._spared: dict[int, int] = {}
        """Columns that may be left out, the first first, and how wide each is where it is shown."""
        self._least = 0
        for column, width in enumerate(widths):
            stretch = QHeaderView.ResizeMode.Stretch if width == 0 else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(column, stretch)
            if width:
                self.setColumnWidth(column, sized(width))
        self._widen_to_headings()
        self.setSortingEnabled(False)
        appearance.changed.connect(self.viewport().update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """What is the same for all cells is looked up once."""
        self._cells.marked_row = self.currentIndex().row() if self.hasFocus() else -1
        super().paintEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """The row that the keys come to is chosen, and seen to be: Qt makes it current and no more."""
        super().focusInEvent(event)
        current = self.currentIndex()
        if current.isValid() and not self.selectionModel().isSelected(current):
            self.select_row(current.row())

    def sort_by(self, column: int, order: Qt.SortOrder) -> None:
        """Sort from the start by this column, and by others when their headings are clicked."""
        self.horizontalHeader().setSortIndicator(column, order)
        self.setSortingEnabled(True)

    def spare(self, columns: Sequence[int], least: int) -> None:
        """Leave columns out, the first first, where those that take the rest would have fewer pixels."""
        self._spared = {column: self.columnWidth(column) for column in columns}
        self._least = sized(least)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width has room for other columns."""
        self._leave_out()
        super().resizeEvent(event)

    def _leave_out(self) -> None:
        self._spared |= {c: self.columnWidth(c) for c in self._spared if not self.isColumnHidden(c)}
        header = self.horizontalHeader()
        fixed = [
            c for c in range(header.count()) if header.sectionResizeMode(c) != QHeaderView.ResizeMode.Stretch
        ]
        room = self.viewport().width() - self._least
        room -= sum(self.columnWidth(c) for c in fixed if c not in self._spared)
        for column, width in reversed(self._spared.items()):
            room -= width
            self.setColumnHidden(column, room < 0)

    def widen_to_contents(self, columns: Sequence[int], most: int) -> None:
        """Make columns as wide as what they hold, up to ``most`` pixels; never narrower than they are."""
        for column in columns:
            wanted = min(most, self.sizeHintForColumn(column))
            if wanted > self.columnWidth(column):
                self.setColumnWidth(column, wanted)

    def widen_to(self, texts: Mapping[int, str], *, sign: bool = False) -> None:
        """Have columns show these texts whole: a figure cut short is another. ``sign``: after one."""
        metrics = QFontMetricsF(ui_font(TEXT_BODY))
        for column, text in texts.items():
            wanted = math.ceil(metrics.horizontalAdvance(text)) + 2 * SPACE_2 + 1
            wanted += ICON_SMALL + SPACE_1 + 2 if sign else 0
            if wanted > self.columnWidth(column):
                self.setColumnWidth(column, wanted)

    def select_row(self, row: int) -> None:
        """Select a row by its place in the table."""
        self.setCurrentIndex(self.model().index(row, 0))

    def keep_columns(self, settings: QSettings, key: Hashable) -> None:
        """Take up the widths and the sorting of last time."""
        stored = settings.value(f"columns/{key}")
        if stored is not None:
            self.horizontalHeader().restoreState(stored)
            self._widen_to_headings()
            self._leave_out()

    def _widen_to_headings(self) -> None:
        """A heading may be longer in this language or text size than in the one that the widths are from."""
        header, metrics = self.horizontalHeader(), QFontMetricsF(ui_font(TEXT_SECONDARY))
        for column in range(header.count()):
            heading = str(self.model().headerData(column, Qt.Orientation.Horizontal) or "")
            least = math.ceil(metrics.horizontalAdvance(heading)) + 2 * SPACE_2 + 2
            if header.sectionResizeMode(column) != QHeaderView.ResizeMode.Stretch:
                self.setColumnWidth(column, max(least, self.columnWidth(column)))

    def store_columns(self, settings: QSettings, key: Hashable) -> None:
        """Keep widths and sorting for the next time."""
        settings.setValue(f"columns/{key}", self.horizontalHeader().saveState())
