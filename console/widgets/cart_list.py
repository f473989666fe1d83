"""The carts of everybody inside, as cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from console.item_models.carts import CartCard, CartCardLine, CartsModel
from console.item_models.keyed_rows import ROW_ROLE
from console.language import tr, tr_n
from console.operations.moment import Moment
from console.theme.appearance import Appearance
from console.theme.fonts import sized, ui_font
from console.theme.tokens import RADIUS, SPACE_1, SPACE_2, SPACE_3, TEXT_BODY, TEXT_SECONDARY, Theme
from console.widgets.identity_paint import paint_token

HEAD = 36
LINE = 22
GAP = SPACE_2
MOST_LINES = 9
"""Of a cart that is not chosen: others are to be seen too."""
QUANTITY = 26
"""Width of the column of quantities."""
Index = QModelIndex | QPersistentModelIndex


class CartDelegate(QStyledItemDelegate):
    """Paints one cart: who, how much, and line by line."""

    def __init__(
        self, appearance: Appearance, chosen: Callable[[], QModelIndex], parent: QWidget | None = None
    ) -> None:
        """``chosen`` gives the row of which all is shown."""
        super().__init__(parent)
        self._appearance, self._chosen = appearance, chosen

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """As high as its lines."""
        card: CartCard = index.data(ROW_ROLE)
        lines = len(self._shown(card, index))
        return QSize(200, HEAD + (LINE * lines + SPACE_2 if lines else 0) + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The card."""
        card: CartCard = index.data(ROW_ROLE)
        theme = self._appearance.theme
        rect = QRectF(option.rect)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = rect.adjusted(0.5, 0.5, -0.5, -GAP - 0.5)
        painter.setBrush(QColor(theme.selected if chosen else theme.panel))
        painter.setPen(QPen(QColor(theme.accent if chosen or focused else theme.line), 1.0))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        self._head(painter, card, QRectF(box.left(), box.top(), box.width(), HEAD), theme)
        shown = self._shown(card, index)
        for i, line in enumerate(shown):
            place = QRectF(box.left(), box.top() + HEAD + i * LINE, box.width(), LINE)
            if line is not None:
                self._line(painter, line, place, theme)
            else:
                self._rest(painter, len(card.lines) - len(shown) + 1, place, theme)
        painter.restore()

    def _shown(self, card: CartCard, index: Index) -> Sequence[CartCardLine | None]:
        """All lines of the chosen one; of others so many that several are seen, and None for the rest."""
        chosen = self._chosen()
        if len(card.lines) <= MOST_LINES or (chosen.isValid() and chosen.row() == index.row()):
            return card.lines
        return (*card.lines[: MOST_LINES - 1], None)

    def _rest(self, painter: QPainter, count: int, box: QRectF, theme: Theme) -> None:
        painter.setFont(ui_font(TEXT_SECONDARY))
        painter.setPen(QColor(theme.secondary))
        room = box.adjusted(SPACE_3 + sized(QUANTITY) + SPACE_1, 0, 0, 0)
        painter.drawText(
            room,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            tr_n("and {n} more", "and {n} more", count),
        )

    def _head(self, painter: QPainter, card: CartCard, box: QRectF, theme: Theme) -> None:
        middle = QPointF(box.left() + SPACE_3 + 9, box.center().y())
        paint_token(painter, middle, card.identity, "", theme, hidden=card.hidden, radius=7.0)
        text = box.adjusted(SPACE_3 + 26, 0, -SPACE_3, 0)
        painter.setPen(QColor(theme.text))
        painter.setFont(ui_font(TEXT_BODY, bold=True))
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, card.code)
        used = QFontMetricsF(painter.font()).horizontalAdvance(card.code) + SPACE_2
        rest = text.width() - used
        if card.items:
            painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, card.total)
            rest -= QFontMetricsF(painter.font()).horizontalAdvance(card.total) + SPACE_2
        painter.setFont(ui_font(TEXT_SECONDARY))
        painter.setPen(QColor(theme.secondary))
        words = [tr_n("{n} item", "{n} items", card.items) if card.items else tr("nothing yet")]
        words += [tr("staff")] if card.staff else []
        words += [tr("hidden")] if card.hidden else []
        painter.drawText(
            text.adjusted(used, 0, 0, 0),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            QFontMetricsF(painter.font()).elidedText(", ".join(words), Qt.TextElideMode.ElideRight, rest),
        )

    def _line(self, painter: QPainter, line: CartCardLine, box: QRectF, theme: Theme) -> None:
        room = box.adjusted(SPACE_3, 0, -SPACE_3, 0)
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        painter.setFont(ui_font(TEXT_BODY))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(theme.text))
        painter.drawText(
            QRectF(room.left(), room.top(), sized(QUANTITY) - SPACE_2, LINE), right | middle, line.quantity
        )
        painter.drawText(room, right | middle, line.amount)
        left = room.left() + sized(QUANTITY) + SPACE_1
        width = room.right() - left - metrics.horizontalAdvance(line.amount) - SPACE_3
        sure = metrics.horizontalAdvance(line.chance) + SPACE_2 if line.chance else 0.0
        name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, width - sure)
        painter.drawText(QRectF(left, room.top(), width, LINE), Qt.AlignmentFlag.AlignLeft | middle, name)
        if line.chance:
            painter.setPen(QColor(theme.waiting))
            at = left + metrics.horizontalAdvance(name) + SPACE_2
            painter.drawText(
                QRectF(at, room.top(), sure, LINE), Qt.AlignmentFlag.AlignLeft | middle, line.chance
            )


class CartList(QListView):
    """Carts, newest change on top. Its selection is the shopper selected everywhere."""

    picked = Signal(object)

    def __init__(
        self, model: CartsModel, state: Moment, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._carts, self._state = model, state
        self._following = False
        self.setModel(model)
        self.setItemDelegate(CartDelegate(appearance, self.currentIndex, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setAccessibleName(tr("Carts, newest change on top"))
        self.setObjectName("carts")
        self.selectionModel().currentChanged.connect(self._tell)
        self.selectionModel().currentChanged.connect(self._resized)
        model.dataChanged.connect(self._resized)
        state.selection_changed.connect(self._follow)
        appearance.changed.connect(self.viewport().update)

    def _tell(self, current: QModelIndex) -> None:
        if not self._following and current.isValid():
            self.picked.emit(self._carts.row(current.row()).track)

    def _follow(self) -> None:
        self._following = True
        place = self._carts.place_of(self._state.selected)
        if place is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self._carts.index(place, 0))
        self._following = False

    def _resized(self) -> None:
        """A card with another number of lines has another height."""
        self.scheduleDelayedItemsLayout()
