"""Every slot as it is now: what should lie in it, what the scale says, what is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from console.item_models.shelf_counts import Count, Goods, count_units
from inference.messages.shelves import Misplaced, ScaleFault, ScaleView, SlotMove
from inference.messages.wire import Snapshot
from store_layout.model import Facing, Slot, StoreLayout

Stock = Literal["", "low", "empty"]
Zero = Literal["operator", "stock", "device"]
"""Where a scale's zero is from: an operator set it; it follows from the stock that the planogram has for the
start; or nobody knows better than the device."""
LOW_SHARE = 0.25
"""Of what fits in: a product with so little left is low."""
SURE_ENOUGH = 0.6
"""A count less probable than this calls nobody to a shelf."""
BLIND: frozenset[ScaleFault] = frozenset(
    {"silent", "stuck", "impossible", "over_capacity", "unsettled", "re_zeroed"}
)
"""With these the level does not say what lies there."""


class GoodsNow(msgspec.Struct, frozen=True):
    """A product that belongs in a slot."""

    sku: str
    count: Count | None
    """By weight; None: it cannot be told."""
    by_books: int | None
    """At the start, less what events explain; None: the planogram does not say what was there."""
    capacity: int | None
    stock: Stock = ""


class SlotNow(msgspec.Struct, frozen=True):
    """A slot and its scale."""

    slot: Slot
    goods: tuple[GoodsNow, ...]
    scale: ScaleView | None = None
    """None: it has none, or the engine has said nothing of it yet."""
    shared: tuple[str, ...] = ()
    """Other slots on the same scale: what it weighs is of all."""
    level_g: float = 0.0
    """What lies on the scale, from ``zero_g``."""
    zero_g: float = 0.0
    """What the device says of an empty scale."""
    zero_from: Zero = "device"
    expected_g: float | None = None
    """What should lie on the scale by the books; None: they do not know."""
    misplaced: tuple[Misplaced, ...] = ()

    @property
    def faults(self) -> tuple[ScaleFault, ...]:
        """What is wrong with its scale."""
        return self.scale.faults if self.scale is not None else ()

    @property
    def is_blind(self) -> bool:
        """Whether the scale does not say what lies there."""
        return self.scale is None or self.scale.t < 0 or not BLIND.isdisjoint(self.faults)

    @property
    def stock(self) -> Stock:
        """The emptiest of its products."""
        found = {one.stock for one in self.goods}
        return "empty" if "empty" in found else "low" if "low" in found else ""


COUNTS_KEPT = 8192
"""Remembered of all slots together: a level comes again while nobody takes anything."""
SD_STEP_G = 0.5
"""Noise is counted with in such steps: a count hangs on it little, and it is another one each second."""
_counted = lru_cache(maxsize=COUNTS_KEPT)(count_units)


class _Place(NamedTuple):
    """What the layout says of a slot: all that lies on its scale, whatever snapshot is looked at."""

    together: tuple[str, ...]
    """Slots on the same scale, itself among them."""
    shared: tuple[str, ...]
    facings: tuple[Facing, ...]
    """Of all of them."""
    units: tuple[Goods, ...]
    """Beside each facing: what a unit weighs."""
    start_g: float | None
    """What should lie there at the start; None: the planogram does not say."""


class ShelfBook:
    """Slots as the newest snapshot has them."""

    def __init__(self, layout: StoreLayout) -> None:
        self._layout = layout
        facings: dict[str, list[Facing]] = {slot.id: [] for slot in layout.file.slot}
        for facing in layout.planogram:
            facings[facing.slot].append(facing)
        self._places = {slot.id: self._place(slot, facings) for slot in layout.file.slot}
        self.slots: dict[str, SlotNow] = {}
        self._due: tuple[Slot, ...] = ()
        """Of those that are looked at in turn."""
        self._looked = 0.0

    def follow(self, snapshot: Snapshot, only: Iterable[Slot] | None = None) -> None:
        """Take a snapshot; with ``only``, what it says of these slots."""
        scales = {scale.scale: scale for scale in snapshot.scales}
        moved = _by_slot(snapshot.moved)
        strayed: dict[str, list[Misplaced]] = {}
        for one in snapshot.misplaced:
            strayed.setdefault(one.slot, []).append(one)
        for slot in self._layout.file.slot if only is None else only:
            self.slots[slot.id] = self._slot(slot, scales.get(slot.scale or ""), moved, strayed)

    def follow_in_turn(self, snapshot: Snapshot, round_s: float) -> bool:
        """Look at so many slots that it will have been all of them after ``round_s`` of store time.

        True: it was the last of them.
        """
        slots, passed = self._layout.file.slot, snapshot.t - self._looked
        self._looked = snapshot.t
        if not self.slots or not 0.0 <= passed < round_s:
            self._due, count = slots, len(slots)
        else:
            self._due, count = self._due or slots, math.ceil(len(slots) * passed / round_s)
        self.follow(snapshot, self._due[:count])
        self._due = self._due[count:]
        return not self._due

    def _place(self, slot: Slot, facings: dict[str, list[Facing]]) -> _Place:
        together = tuple(other.id for other in self._layout.slots_of_scale.get(slot.scale or "", (slot,)))
        here = tuple(facing for other in together for facing in facings[other])
        known = [facing.stock for facing in here if facing.stock is not None]
        start = None
        if here and len(known) == len(here):
            start = sum(self._weight(f.sku) * n for f, n in zip(here, known, strict=True))
        shared = tuple(other for other in together if other != slot.id)
        return _Place(together, shared, here, tuple(self._unit(facing) for facing in here), start)

    def _slot(
        self,
        slot: Slot,
        scale: ScaleView | None,
        moved: dict[tuple[str, str], int],
        strayed: dict[str, list[Misplaced]],
    ) -> SlotNow:
        place = self._places[slot.id]
        books = [_by_books(facing, moved) for facing in place.facings]
        here = [one for other in place.together for one in strayed.get(other, ())] if strayed else []
        foreign = sum(self._weight(one.sku) * round(one.units) for one in here)
        zero, zero_from = _zero(scale, place)
        level = 0.0 if scale is None else scale.level_g + scale.zero_g - zero
        now = SlotNow(
            slot,
            (),
            scale,
            place.shared,
            level,
            zero,
            zero_from,
            None if scale is None else _expected(place, books, foreign),
            tuple(strayed.get(slot.id, ())),
        )
        if scale is not None and scale.active and slot.id in self.slots:
            goods = self.slots[slot.id].goods  # while a hand is in
        else:
            counts = None
            if scale is not None and not now.is_blind:
                sd = round(scale.sd_g / SD_STEP_G) * SD_STEP_G
                counts = _counted(round(level - foreign), sd, _with_books(place.units, books))
            goods = tuple(
                _goods_now(facing, books[i], None if counts is None else counts[i])
                for i, facing in enumerate(place.facings)
                if facing.slot == slot.id
            )
        return msgspec.structs.replace(now, goods=goods)

    def _unit(self, facing: Facing) -> Goods:
        product = self._layout.products.get(facing.sku)
        return Goods(0.0, 0.0) if product is None else Goods(product.weight_g, product.weight_sd_g)

    def _weight(self, sku: str) -> float:
        product = self._layout.products.get(sku)
        return 0.0 if product is None else product.weight_g


def _zero(scale: ScaleView | None, place: _Place) -> tuple[float, Zero]:
    if scale is None or scale.zeroed_at is not None:
        return (0.0, "device") if scale is None else (scale.zero_g, "operator")
    if scale.first_g is None or place.start_g is None:
        return 0.0, "device"
    return scale.first_g - place.start_g, "stock"


def _expected(place: _Place, books: list[int | None], foreign: float) -> float | None:
    known = [n for n in books if n is not None]
    if not books or len(known) < len(books):
        return None
    return foreign + sum(unit.weight_g * n for unit, n in zip(place.units, known, strict=True))


def _with_books(units: tuple[Goods, ...], books: list[int | None]) -> tuple[Goods, ...]:
    """A product alone on its scale is counted by its weight, whatever the books say."""
    if len(units) == 1:
        return units
    return tuple(Goods(unit.weight_g, unit.weight_sd_g, n) for unit, n in zip(units, books, strict=True))


def _goods_now(facing: Facing, by_books: int | None, count: Count | None) -> GoodsNow:
    room = facing.capacity or facing.stock
    stock: Stock = ""
    if count is not None and count.probability >= SURE_ENOUGH:
        if count.units == 0:
            stock = "empty"
        elif room is not None and count.units <= LOW_SHARE * room:
            stock = "low"
    return GoodsNow(facing.sku, count, by_books, facing.capacity, stock)


def _by_slot(moves: Iterable[SlotMove]) -> dict[tuple[str, str], int]:
    return {(move.slot, move.sku): move.units for move in moves}


def _by_books(facing: Facing, moved: dict[tuple[str, str], int]) -> int | None:
    if facing.stock is None:
        return None
    return max(0, facing.stock - moved.get((facing.slot, facing.sku), 0))
