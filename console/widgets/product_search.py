"""The catalogue to choose a product from: a field, and what matches with picture, number, price, weight."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from console.item_models.words import ShopWords
from console.language import tr
from console.language.writing import up_to
from console.theme.appearance import Appearance
from console.theme.fonts import sized, ui_font
from console.theme.tokens import SPACE_1, SPACE_2, TEXT_BODY, TEXT_SECONDARY
from console.widgets.product_pictures import ProductPictures
from store_layout.model import Product

ROW, PICTURE = 48, 36
NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex
PRODUCT_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class ProductsFound(QAbstractListModel):
    """Products in which every word of the search occurs: in name, number, category or slot."""

    def __init__(self, words: ShopWords, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        places: dict[str, list[str]] = {}
        for facing in words.layout.planogram:
            places.setdefault(facing.sku, []).append(facing.slot)
        self._places = places
        self._all = sorted(words.layout.catalog, key=lambda p: p.name.casefold())
        self._texts = [
            " ".join((p.name, p.sku, p.category, *places.get(p.sku, ()))).casefold() for p in self._all
        ]
        self.found: list[Product] = list(self._all)

    def search(self, text: str) -> None:
        """Show what matches."""
        parts = text.casefold().split()
        self.beginResetModel()
        self.found = [
            p for p, hay in zip(self._all, self._texts, strict=True) if all(w in hay for w in parts)
        ]
        self.endResetModel()

    def facts(self, product: Product) -> str:
        """Number, price, weight, and where it stands."""
        weight = f"{up_to(product.weight_g, 1)} g"
        told = [product.sku, self._words.money(product.price), weight]
        slots = self._places.get(product.sku, [])
        told.append(tr("in {slots}", slots=", ".join(slots)) if slots else tr("in no slot"))
        return "  ·  ".join(told)

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802
        """Those that match."""
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """For eyes and screen readers."""
        if not index.isValid() or index.row() >= len(self.found):
            return None
        product = self.found[index.row()]
        if role == PRODUCT_ROLE:
            return product
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{product.name}, {self.facts(product)}"
        return None


class _Rows(QStyledItemDelegate):
    """Picture, name over facts."""

    def __init__(
        self, found: ProductsFound, pictures: ProductPictures, appearance: Appearance, view: QListView
    ) -> None:
        super().__init__(view)
        self._found, self._pictures, self._appearance, self._view = found, pictures, appearance, view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One product."""
        theme, product = self._appearance.theme, index.data(PRODUCT_ROLE)
        rect = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(theme.selected))
        if self._view.currentIndex().row() == index.row() and self._view.hasFocus():
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), QColor(theme.accent))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), QColor(theme.raised))
        side = float(sized(PICTURE))
        box = QRectF(rect.left() + SPACE_2, rect.center().y() - side / 2, side, side)
        self._pictures.paint(painter, box, product.sku, theme)
        room = QRectF(box.right() + SPACE_2, rect.top() + SPACE_1, 0, rect.height() / 2 - SPACE_1)
        room.setRight(rect.right() - SPACE_2)
        for text, size, colour, bold in (
            (product.name, TEXT_BODY, theme.text, True),
            (self._found.facts(product), TEXT_SECONDARY, theme.secondary, False),
        ):
            font = ui_font(size, bold=bold)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            room.translate(0, room.height())

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802
        """All the same."""
        return QSize(240, sized(ROW))


class ProductSearch(QWidget):
    """Type, arrow down, Enter; or a double click."""

    chosen = Signal(str)
    """Enter or a double click on a product: its number."""
    current = Signal(str)
    """The product that the marker stands on; empty: none."""

    def __init__(
        self,
        words: ShopWords,
        pictures: ProductPictures,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = ProductsFound(words, self)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Name, GTIN, category or slot"))
        self.field.setAccessibleName(tr("Search the catalogue"))
        self.field.setClearButtonEnabled(True)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setAccessibleName(tr("Products found"))
        self.list.setItemDelegate(_Rows(self.model, pictures, appearance, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_1)
        box.addWidget(self.field)
        box.addWidget(self.list, 1)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.installEventFilter(self)
        self.list.doubleClicked.connect(lambda _: self._choose())
        self.list.selectionModel().currentChanged.connect(lambda *_: self._tell())
        appearance.changed.connect(self.list.viewport().update)
        self._to_first()

    @property
    def sku(self) -> str:
        """What the marker stands on; empty: nothing."""
        product = self.list.currentIndex().data(PRODUCT_ROLE)
        return product.sku if isinstance(product, Product) else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Arrows move in the list from the field; Enter chooses in both."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose()
                return True
            if watched is self.field and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                row = self.list.currentIndex().row() + step
                if 0 <= row < self.model.rowCount():
                    self.list.setCurrentIndex(self.model.index(row))
                return True
        return super().eventFilter(watched, event)

    def _search(self, text: str) -> None:
        self.model.search(text)
        self._to_first()

    def _to_first(self) -> None:
        self.list.setCurrentIndex(self.model.index(0) if self.model.rowCount() else QModelIndex())
        self._tell()

    def _tell(self) -> None:
        self.current.emit(self.sku)

    def _choose(self) -> None:
        if self.sku:
            self.chosen.emit(self.sku)
