"""A simulated store's shelves as large tiles: a visitor touches what their shopper is to take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from console.item_models.words import ShopWords
from console.language import tr, tr_n
from console.operations.simulated_shoppers import SimulatedShoppers
from console.theme.appearance import Appearance
from console.theme.contrast import ink_on
from console.theme.fonts import ui_font
from console.theme.tokens import RADIUS, SPACE_3, SPACE_4
from console.widgets.kiosk_type import SMALL, SMALLEST_TOUCH, TEXT, kiosk_label, touch_button
from console.widgets.labels import set_tone
from store_layout.model import Product

COLUMNS, ROWS = 5, 3
MOST_UNITS = 6
"""More than this a simulated shopper does not carry; the visitor is told."""


class KioskShop(QWidget):
    """Pages of products; ``left`` when somebody was sent or it was given up."""

    left = Signal()

    def __init__(
        self,
        shoppers: SimulatedShoppers,
        words: ShopWords,
        pictures: Mapping[str, tuple[Path, ...]],
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shoppers = shoppers
        self.wanted: dict[str, int] = {}
        self._waits = False
        self._why_not = shoppers.why_not
        self._page = 0
        on_shelves = {facing.sku for facing in words.layout.planogram}
        self._products = [p for p in words.layout.catalog if p.sku in on_shelves]
        self.tiles = [_Tile(words, pictures, appearance) for _ in range(COLUMNS * ROWS)]
        self._lay_out()
        for tile in self.tiles:
            tile.clicked.connect(lambda _=False, t=tile: self.choose(t.sku, 1))
            tile.fewer.connect(lambda t=tile: self.choose(t.sku, -1))
        shoppers.sent.connect(self._was_sent)
        shoppers.refused.connect(self._was_refused)
        shoppers.changed.connect(self._follow)
        self.begin()

    def begin(self) -> None:
        """Nothing is chosen."""
        self.wanted.clear()
        self._waits = False
        self._page = 0
        self.refusal.setText(self._why_not)
        self._show()

    def choose(self, sku: str, units: int) -> None:
        """One more of a product, or one less; at most ``MOST_UNITS`` together."""
        if units > 0 and sum(self.wanted.values()) >= MOST_UNITS:
            self.refusal.setText(tr("They can carry {n} things at most.", n=MOST_UNITS))
            return
        count = self.wanted.get(sku, 0) + units
        if count > 0:
            self.wanted[sku] = count
        else:
            self.wanted.pop(sku, None)
        self.refusal.setText(self._why_not)
        self._show()

    def turn(self, pages: int) -> None:
        """To another page of the shelves, round and round."""
        self._page = (self._page + pages) % self.pages
        self._show()

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-len(self._products) // len(self.tiles)))

    def _show(self) -> None:
        first = self._page * len(self.tiles)
        for i, tile in enumerate(self.tiles):
            product = self._products[first + i] if first + i < len(self._products) else None
            tile.show_product(product, self.wanted.get(product.sku, 0) if product else 0)
        many = sum(self.wanted.values())
        self.send.setText(
            tr("Sending \N{HORIZONTAL ELLIPSIS}")
            if self._waits
            else tr_n("Send them in for {n} thing", "Send them in for {n} things", many)
            if many
            else tr("Touch what they are to take")
        )
        self.send.setEnabled(many > 0 and not self._waits and not self._why_not)
        self.page_said.setText(tr("{page} of {pages}", page=self._page + 1, pages=self.pages))
        for button in (self.earlier, self.later):
            button.setVisible(self.pages > 1)

    def _send(self) -> None:
        self._waits = True
        self._show()
        self._shoppers.send(self.wanted)

    def _was_sent(self, _person: str) -> None:
        if self._waits:
            self.begin()
            self.left.emit()

    def _was_refused(self, why: str) -> None:
        if self._waits:
            self._waits = False
            self.refusal.setText(self._why_not or why)
            self._show()

    def _follow(self) -> None:
        """The store was paused or opened meanwhile; what is chosen stays chosen."""
        if self._shoppers.why_not != self._why_not:
            self._why_not = self._shoppers.why_not
            self.refusal.setText(self._why_not)
            self._show()

    def _lay_out(self) -> None:
        self.heading = kiosk_label(tr("What is your shopper to take?"), "title", wrap=False)
        self.refusal = kiosk_label("", "text")
        self.refusal.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        set_tone(self.refusal, "wrong")
        grid = QGridLayout()
        grid.setSpacing(SPACE_3)
        for i, tile in enumerate(self.tiles):
            grid.addWidget(tile, i // COLUMNS, i % COLUMNS)
        self.back, self.send = touch_button(tr("Back")), touch_button(first=True)
        self.earlier, self.later = touch_button("\N{LEFTWARDS ARROW}"), touch_button("\N{RIGHTWARDS ARROW}")
        self.earlier.setAccessibleName(tr("Earlier products"))
        self.later.setAccessibleName(tr("More products"))
        self.page_said = kiosk_label("", "small", wrap=False, quiet=True)
        self.back.clicked.connect(self.left)
        self.send.clicked.connect(self._send)
        self.earlier.clicked.connect(lambda: self.turn(-1))
        self.later.clicked.connect(lambda: self.turn(1))
        head = QHBoxLayout()
        head.addWidget(self.heading)
        head.addWidget(self.refusal, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_3)
        foot.addWidget(self.back)
        foot.addStretch(1)
        for part in (self.earlier, self.page_said, self.later):
            foot.addWidget(part)
        foot.addStretch(1)
        foot.addWidget(self.send)
        box = QVBoxLayout(self)
        box.setSpacing(SPACE_4)
        box.addLayout(head)
        box.addLayout(grid, 1)
        box.addLayout(foot)


class _Tile(QAbstractButton):
    """A product: its picture, name and price; touched once more it is one more, on the minus one less."""

    fewer = Signal()

    def __init__(
        self, words: ShopWords, pictures: Mapping[str, tuple[Path, ...]], appearance: Appearance
    ) -> None:
        super().__init__()
        self._words, self._pictures, self._appearance = words, pictures, appearance
        self._product: Product | None = None
        self._count = 0
        self._picture = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(2 * SMALLEST_TOUCH, 2 * SMALLEST_TOUCH))
        appearance.changed.connect(self.update)

    @property
    def sku(self) -> str:
        """Of the product that it shows."""
        return self._product.sku if self._product else ""

    def show_product(self, product: Product | None, count: int) -> None:
        """This one, so many of which are chosen; None: the tile is empty."""
        if product is not None and product is not self._product:
            files = self._pictures.get(product.sku, ())
            self._picture = QPixmap(str(files[0])) if files else QPixmap()
        self._product, self._count = product, count
        self.setEnabled(product is not None)
        self.setAccessibleName(
            ""
            if product is None
            else tr("{name}, {price}, {n} chosen", name=product.name, price=self._price(), n=count)
        )
        self.update()

    def minus_box(self) -> QRectF:
        """Where one less is touched; at least as large as a finger."""
        side = max(float(SMALLEST_TOUCH), self.height() * 0.28)
        return QRectF(0, 0, side, side)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """On the minus it is one less."""
        if self._count and self.isDown() and self.minus_box().contains(event.position()):
            self.setDown(False)
            self.fewer.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Minus and Backspace: one less."""
        if self._count and event.key() in (Qt.Key.Key_Minus, Qt.Key.Key_Backspace):
            self.fewer.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Picture above, words below, how many in the corner."""
        if self._product is None:
            return
        theme = self._appearance.theme
        unit = self.height() / 250
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        chosen, focused = self._count > 0, self.hasFocus()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setBrush(QColor(theme.selected if chosen or self.isDown() else theme.panel))
        painter.setPen(
            QPen(QColor(theme.accent if chosen or focused else theme.line), 2.0 if focused else 1.0)
        )
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        size = max(13, round(min(TEXT, SMALL * max(unit, 0.75))))
        painter.setFont(ui_font(size))
        metrics = QFontMetricsF(painter.font())
        words = QRectF(
            box.left() + 10, box.bottom() - 2 * metrics.height() - 8, box.width() - 20, metrics.height()
        )
        self._paint_picture(
            painter, QRectF(box.left(), box.top() + 8, box.width(), words.top() - box.top() - 14)
        )
        middle = Qt.AlignmentFlag.AlignCenter
        painter.setPen(QColor(theme.text))
        name = metrics.elidedText(self._product.name, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, middle, name)
        painter.setPen(QColor(theme.text if chosen else theme.secondary))
        painter.drawText(words.translated(0, metrics.height()), middle, self._price())
        if chosen:
            self._paint_count(painter)

    def _paint_picture(self, painter: QPainter, room: QRectF) -> None:
        if self._picture.isNull() or room.height() < 24:
            return
        side = min(room.width() - 20, room.height())
        place = QRectF(room.center().x() - side / 2, room.center().y() - side / 2, side, side)
        clip = QPainterPath()
        clip.addRoundedRect(place, RADIUS, RADIUS)
        painter.save()
        painter.setClipPath(clip)
        painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))
        painter.restore()

    def _paint_count(self, painter: QPainter) -> None:
        theme = self._appearance.theme
        minus, radius = self.minus_box(), 18.0
        more = QPointF(self.width() - minus.center().x(), minus.center().y())
        for at, text in ((minus.center(), "\N{MINUS SIGN}"), (more, str(self._count))):
            filled = at is more
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(QColor(theme.accent if filled else theme.panel))
            painter.drawEllipse(at, radius, radius)
            painter.setPen(QColor(ink_on(theme.accent) if filled else theme.text))
            painter.setFont(ui_font(SMALL, bold=True))
            painter.drawText(
                QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius),
                Qt.AlignmentFlag.AlignCenter,
                text,
            )

    def _price(self) -> str:
        return self._words.money(self._product.price) if self._product else ""
