"""The front of a fixture as one stands before it, in true proportions, with a tile for each slot."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.item_models.shelves import SlotNow
from console.item_models.words import ShopWords
from console.operations.gondolas import Face, Placed
from console.theme.appearance import Appearance
from console.theme.fonts import sized
from console.theme.tokens import SPACE_3
from console.widgets.product_pictures import ProductPictures
from console.widgets.slot_tile import SlotTile

BOARD = 5.0
"""Pixels of a shelf board's edge."""
LEAST_WIDE, LEAST_TILE = 320, 88
"""Pixels of all of it, and of its narrowest slot where the height allows."""
ASIDE = 0.35
"""How much a neighbour may lie aside of an arrow's direction, against how far it lies along."""


class GondolaView(QWidget):
    """Draws one face; the tiles on it say which slot is chosen."""

    chosen = Signal(str)
    """The slot chosen."""
    face_shown = Signal()
    """Another side of a fixture: it may want another width."""
    placed = Signal()
    """Its tiles are where they belong."""

    def __init__(
        self,
        words: ShopWords,
        pictures: ProductPictures,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words, self._pictures, self._appearance = words, pictures, appearance
        self.face: Face | None = None
        self.tiles: dict[str, SlotTile] = {}
        self.slot = ""
        self.comes_after: QWidget | None = None
        """From where Tab comes to the chosen slot."""
        self.setMinimumSize(LEAST_WIDE, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        appearance.changed.connect(self.update)

    def show_face(self, face: Face, slots: Mapping[str, SlotNow], store_time: float) -> None:
        """Draw another side of a fixture; its first slot is chosen unless the chosen one is on it."""
        had_focus = any(tile.hasFocus() for tile in self.tiles.values())
        for tile in self.tiles.values():
            tile.hide()  # not taken out at once: the key that led here may still be on its way through it
            tile.deleteLater()
        self.face, self.tiles = face, {}
        for placed in face.slots:
            tile = SlotTile(placed.slot.id, self._words, self._pictures, self._appearance, self)
            tile.chosen.connect(self.choose)
            tile.moved.connect(self._move)
            self.tiles[placed.slot.id] = tile
            tile.show()
        self.face_shown.emit()
        self._place()
        self.show_slots(slots, store_time)
        first = self.slot if self.slot in self.tiles else next(iter(self.tiles), "")
        if first:
            self.choose(first)
            self.setFocusProxy(self.tiles[first])
            if had_focus:
                self.tiles[first].setFocus()
        self.update()

    def show_slots(self, slots: Mapping[str, SlotNow], store_time: float) -> None:
        """The slots as they are now."""
        for slot, tile in self.tiles.items():
            if slot in slots:
                tile.show_slot(slots[slot], store_time)

    def choose(self, slot: str) -> None:
        """Choose a slot of this face; others are left alone."""
        if slot not in self.tiles:
            return
        changed, self.slot = slot != self.slot or not self.tiles[slot].isChecked(), slot
        for name, tile in self.tiles.items():
            tile.choose(name == slot)
        self.setFocusProxy(self.tiles[slot])
        if self.comes_after is not None:
            QWidget.setTabOrder(self.comes_after, self.tiles[slot])
        if changed:
            self.chosen.emit(slot)

    def width_for(self, height: float) -> int:
        """Pixels at which its slots can be read, on a screen where it is so high."""
        if self.face is None or not self.face.slots:
            return LEAST_WIDE
        highest = (height - 2 * SPACE_3) / self.face.height
        wanted = sized(LEAST_TILE) / min(placed.width for placed in self.face.slots)
        return max(LEAST_WIDE, round(min(highest, wanted) * self.face.width) + 2 * SPACE_3)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As large as there is room."""
        return QSize(720, 420)

    # -- inside --------------------------------------------------------------------------------------

    def _move(self, slot: str, right: int, up: int) -> None:
        """To the nearest slot that way; at the edge nothing happens."""
        if self.face is None:
            return
        here = next(p for p in self.face.slots if p.slot.id == slot)
        x, y = _middle(here)
        found: list[tuple[float, str]] = []
        for other in self.face.slots:
            ox, oy = _middle(other)
            along = (ox - x) * right + (oy - y) * up
            aside = abs((oy - y) * right) + abs((ox - x) * up)
            overlaps = _overlap(here, other, upright=right != 0)
            if along > 0.02 and (overlaps or aside <= along / ASIDE):
                found.append((along + 2 * aside * (not overlaps), other.slot.id))
        if found:
            self.tiles[min(found)[1]].setFocus(Qt.FocusReason.OtherFocusReason)

    def _scale(self) -> tuple[float, QPointF]:
        """Pixels a metre, and where the face's lower left corner is."""
        room = QRectF(self.rect()).adjusted(SPACE_3, SPACE_3, -SPACE_3, -SPACE_3)
        face = self.face
        if face is None:
            return 1.0, room.bottomLeft()
        scale = min(room.width() / face.width, room.height() / face.height)
        return scale, QPointF(room.center().x() - scale * face.width / 2, room.bottom() - 1)

    def _box(self, placed: Placed) -> QRectF:
        scale, corner = self._scale()
        return QRectF(
            corner.x() + scale * placed.left,
            corner.y() - scale * (placed.bottom + placed.height),
            scale * placed.width,
            scale * placed.height,
        )

    def _place(self) -> None:
        if self.face is not None:
            for placed in self.face.slots:
                self.tiles[placed.slot.id].setGeometry(self._box(placed).toAlignedRect())

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802
        """Tiles move along."""
        self._place()
        self.placed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The carcass and its boards."""
        if self.face is None:
            return
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale, corner = self._scale()
        body = QRectF(
            corner.x(), corner.y() - scale * self.face.fixture.height, scale * self.face.width,
            scale * self.face.fixture.height,
        )  # fmt: skip
        painter.setPen(QPen(QColor(theme.fixture_line), 1.5))
        painter.setBrush(QColor(theme.fixture))
        painter.drawRect(body)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.fixture_line))
        for bottom in {round(placed.bottom, 2) for placed in self.face.slots}:
            painter.drawRect(QRectF(corner.x(), corner.y() - scale * bottom, body.width(), BOARD))
        painter.setPen(QPen(QColor(theme.secondary), 2))
        painter.drawLine(QPointF(0, corner.y()), QPointF(self.width(), corner.y()))


def _middle(placed: Placed) -> tuple[float, float]:
    return placed.left + placed.width / 2, placed.bottom + placed.height / 2


def _overlap(one: Placed, other: Placed, *, upright: bool) -> bool:
    """Whether they share some height (``upright``) or some width."""
    if upright:
        top = min(one.bottom + one.height, other.bottom + other.height)
        return top - max(one.bottom, other.bottom) > 0.02
    return min(one.left + one.width, other.left + other.width) - max(one.left, other.left) > 0.02
