"""What lies in the fixtures, seen from above: how full each place is, and where something is amiss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

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
"""Store time between two looks at a place: shelves change slowly."""
STEP_S = 0.15
"""Store time between two looks at some of them: all at once held up a frame in a large store."""
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
        self._next = 0
        """The place to be looked at next."""
        self.places = _places(layout)
        self._drawn: _Drawing | None = None
        """As it was painted last; the floor moves seldom, and stock in few places at a time."""
        self._drawn_of: tuple[object, ...] = ()

    def follow(self, snapshot: Snapshot) -> bool:
        """Take a snapshot; true: something looks different now."""
        t, engine = self._looked
        passed = snapshot.t - t
        if engine == snapshot.engine and 0.0 <= passed < STEP_S:
            return False
        self._looked = (snapshot.t, snapshot.engine)
        if engine != snapshot.engine or not 0.0 <= passed < EVERY_S:
            due = range(len(self.places))
        else:
            count = math.ceil(len(self.places) * passed / EVERY_S)
            due = range(self._next, min(self._next + count, len(self.places)))
        self._next = due.stop if due.stop < len(self.places) else 0
        self._book.follow(snapshot, [slot for i in due for slot in self.places[i].slots])
        changed = False
        for i in due:
            now = self._as_it_is(self.places[i])
            changed = changed or now != self.places[i]
            self.places[i] = now
        if changed:
            self._drawn = None
        return changed

    def paint(self, painter: QPainter, view: FloorView, theme: Theme, ratio: float) -> None:
        """All bars. Where the floor is small only the signs."""
        key = (view.key, theme, ratio)
        if self._drawn is None or self._drawn_of != key:
            self._drawn, self._drawn_of = _drawing(self.places, view, theme, ratio), key
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, bars in self._drawn.bars:
            painter.setBrush(colour)
            painter.drawRects(bars)
        for at, picture in self._drawn.signs:
            painter.drawPixmap(at, picture)

    def said(self, slot: str) -> str | None:
        """All about a slot in words; None before the first snapshot."""
        now = self._book.slots.get(slot)
        return None if now is None else slot_said(now, self._looked[0], self._words)

    def _as_it_is(self, place: Place) -> Place:
        slots = [self._book.slots[slot.id] for slot in place.slots]
        sign, tone = _amiss(slots)
        return Place(place.slots, place.outwards, _share(slots), sign, tone)


class _Drawing(NamedTuple):
    """Rectangles by colour, in the order in which they lie on each other, and what stands over them."""

    bars: list[tuple[QColor, list[QRectF]]]
    signs: list[tuple[QPointF, QPixmap]]


def _drawing(places: Sequence[Place], view: FloorView, theme: Theme, ratio: float) -> _Drawing:
    large, plain = view.scale >= NAMES_FROM, QColor(theme.secondary)
    plain.setAlpha(QUIET)  # what is well is not to be looked at
    troughs: list[QRectF] = []
    fills: dict[str, list[QRectF]] = {}
    signs = []
    for place in places:
        slot = place.slots[0]
        box = slot_rect(slot.low, slot.high, view).adjusted(INSET, INSET, -INSET, -INSET)
        if place.full is not None and large:
            trough, fill = _bar(box, place)
            troughs.append(trough)
            fills.setdefault(place.tone, []).append(fill)
        if place.sign is not None:
            picture = icon_pixmap(place.sign, getattr(theme, place.tone), SIGN, ratio)
            signs.append((QPointF(box.center().x() - SIGN / 2, box.bottom() - SIGN), picture))
    bars = [(QColor(theme.line), troughs)]
    bars += [(QColor(getattr(theme, tone)) if tone else plain, found) for tone, found in fills.items()]
    return _Drawing([both for both in bars if both[1]], signs)


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
