"""What lies in the fixtures, seen from above: how full each place is, and where something is amiss."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from console.item_models.shelf_words import slot_said
from console.item_models.shelves import GoodsNow, ShelfBook, SlotNow
from console.item_models.words import ShopWords
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import Theme
from console.widgets.floor_ground import NAMES_FROM, slot_rect
from console.widgets.floor_view import FloorView
from inference.messages.wire import Snapshot
from store_layout.model import Slot, StoreLayout

EVERY_S = 1.0
"""Store time between two looks: shelves change slowly."""
INSET, THICK, SIGN = 4.0, 3.0, 12
QUIET = 120
"""Of 255: how strongly a bar is drawn that nobody need look at."""


@dataclass(frozen=True, slots=True)
class Place:
    """Slots above each other: they look the same from above."""

    slots: tuple[Slot, ...]
    outwards: tuple[float, float]
    """From the middle of the fixture to here, metres: the bar lies at the side that people stand at."""
    full: float | None = None
    """Share of what fits in; None: nobody knows."""
    sign: Icon | None = None
    tone: str = ""


class FloorStock:
    """A bar a place, as full as the shelf, in the colour of what is wrong, with a sign beside it."""

    def __init__(self, layout: StoreLayout, words: ShopWords) -> None:
        self._words = words
        self._book = ShelfBook(layout)
        self._looked = (-1.0, "")
        self.places = _places(layout)

    def follow(self, snapshot: Snapshot) -> bool:
        """Take a snapshot; true: something looks different now."""
        t, engine = self._looked
        if engine == snapshot.engine and 0.0 <= snapshot.t - t < EVERY_S:
            return False
        self._looked = (snapshot.t, snapshot.engine)
        self._book.follow(snapshot)
        before, self.places = self.places, [self._as_it_is(place) for place in self.places]
        return before != self.places

    def paint(self, painter: QPainter, view: FloorView, theme: Theme, ratio: float) -> None:
        """All bars. Where the floor is small only the signs."""
        large, plain = view.scale >= NAMES_FROM, QColor(theme.secondary)
        plain.setAlpha(QUIET)  # what is well is not to be looked at
        for place in self.places:
            slot = place.slots[0]
            box = slot_rect(slot.low, slot.high, view).adjusted(INSET, INSET, -INSET, -INSET)
            if place.full is not None and large:
                trough, fill = _bar(box, place)
                painter.fillRect(trough, QColor(theme.line))
                painter.fillRect(fill, QColor(getattr(theme, place.tone)) if place.tone else plain)
            if place.sign is not None:
                picture = icon_pixmap(place.sign, getattr(theme, place.tone), SIGN, ratio)
                painter.drawPixmap(QPointF(box.center().x() - SIGN / 2, box.bottom() - SIGN), picture)

    def said(self, slot: str) -> str | None:
        """All about a slot in words; None before the first snapshot."""
        now = self._book.slots.get(slot)
        return None if now is None else slot_said(now, self._looked[0], self._words)

    def _as_it_is(self, place: Place) -> Place:
        slots = [self._book.slots[slot.id] for slot in place.slots]
        sign, tone = _amiss(slots)
        return Place(place.slots, place.outwards, _share(slots), sign, tone)


def _places(layout: StoreLayout) -> list[Place]:
    found: dict[tuple[object, ...], list[Slot]] = {}
    for slot in layout.file.slot:
        found.setdefault((slot.fixture, slot.low[:2], slot.high[:2]), []).append(slot)
    middles = {
        fixture.id: (
            sum(x for x, _ in fixture.outline) / len(fixture.outline),
            sum(y for _, y in fixture.outline) / len(fixture.outline),
        )
        for fixture in layout.file.fixture
    }
    made = []
    for slots in found.values():
        first = slots[0]
        mx, my = middles.get(first.fixture, (0.0, 0.0))
        x, y = (first.low[0] + first.high[0]) / 2, (first.low[1] + first.high[1]) / 2
        made.append(Place(tuple(slots), (x - mx, y - my)))
    return made


def _bar(box: QRectF, place: Place) -> tuple[QRectF, QRectF]:
    """Along the longer side, at the outer edge: all of it, and how much of it is full."""
    share = min(1.0, max(0.0, place.full or 0.0))
    if box.height() > box.width():
        left = box.left() if place.outwards[0] < 0 else box.right() - THICK
        whole = QRectF(left, box.top(), THICK, box.height())
        return whole, QRectF(left, box.bottom() - share * box.height(), THICK, share * box.height())
    top = box.top() if place.outwards[1] > 0 else box.bottom() - THICK
    return QRectF(box.left(), top, box.width(), THICK), QRectF(box.left(), top, share * box.width(), THICK)


def _share(slots: list[SlotNow]) -> float | None:
    """Of all units that fit in, where it is known how many these are and how many are there."""
    known = [
        (units, goods.capacity)
        for slot in slots
        for goods in slot.goods
        if goods.capacity and (units := _units(goods)) is not None
    ]
    room = sum(capacity for _, capacity in known)
    return sum(units for units, _ in known) / room if room else None


def _units(goods: GoodsNow) -> int | None:
    return goods.by_books if goods.count is None else goods.count.units


def _amiss(slots: list[SlotNow]) -> tuple[Icon | None, str]:
    """The worst of it: a sign, and the tone that it has."""
    stocks = {slot.stock for slot in slots}
    if "empty" in stocks:
        return Icon.LOW, "wrong"
    if any(slot.misplaced for slot in slots):
        return Icon.MISPLACED, "waiting"
    return (Icon.LOW, "waiting") if "low" in stocks else (None, "")
