"""Every slot as it is now: what should lie in it, what the scale says, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

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


MOST_COUNTS = 8
"""Kept of each slot before they are counted anew."""


class ShelfBook:
    """Slots as the newest snapshot has them; only what changed is counted anew."""

    def __init__(self, layout: StoreLayout) -> None:
        self._layout = layout
        self._facings: dict[str, list[Facing]] = {slot.id: [] for slot in layout.file.slot}
        for facing in layout.planogram:
            self._facings[facing.slot].append(facing)
        self._counts: dict[tuple[object, ...], tuple[Count, ...] | None] = {}
        self.slots: dict[str, SlotNow] = {}

    def follow(self, snapshot: Snapshot, only: Iterable[Slot] | None = None) -> None:
        """Take a snapshot; with ``only``, what it says of these slots."""
        scales = {scale.scale: scale for scale in snapshot.scales}
        moved = _by_slot(snapshot.moved)
        strayed: dict[str, list[Misplaced]] = {}
        for one in snapshot.misplaced:
            strayed.setdefault(one.slot, []).append(one)
        counts = self._counts
        if only is None or len(counts) > MOST_COUNTS * len(self.slots):
            self._counts = {}
        for slot in self._layout.file.slot if only is None else only:
            self.slots[slot.id] = self._slot(slot, scales.get(slot.scale or ""), moved, strayed, counts)

    def _slot(
        self,
        slot: Slot,
        scale: ScaleView | None,
        moved: dict[tuple[str, str], int],
        strayed: dict[str, list[Misplaced]],
        counted: dict[tuple[object, ...], tuple[Count, ...] | None],
    ) -> SlotNow:
        together = self._layout.slots_of_scale.get(slot.scale or "", (slot,))
        facings = [facing for other in together for facing in self._facings[other.id]]
        books = {facing: _by_books(facing, moved) for facing in facings}
        here = [one for other in together for one in strayed.get(other.id, ())]
        goods = tuple(self._goods(facing, books[facing]) for facing in facings)
        foreign = sum(self._weight(one.sku) * round(one.units) for one in here)
        zero, zero_from = self._zero(scale, facings)
        level = 0.0 if scale is None else scale.level_g + scale.zero_g - zero
        now = SlotNow(
            slot,
            (),
            scale,
            tuple(other.id for other in together if other.id != slot.id),
            level,
            zero,
            zero_from,
            None if scale is None else self._expected(books, foreign),
            tuple(strayed.get(slot.id, ())),
        )
        if scale is not None and scale.active and slot.id in self.slots:
            return msgspec.structs.replace(now, goods=self.slots[slot.id].goods)  # while a hand is in
        counts: tuple[Count, ...] | None = None
        if scale is not None and not now.is_blind:
            key = (scale.scale, round(level - foreign), round(scale.sd_g, 1), goods)
            found = counted[key] if key in counted else count_units(key[1], key[2], goods)
            self._counts[key] = counts = found
        mine = [
            self._goods_now(facing, books[facing], None if counts is None else counts[place])
            for place, facing in enumerate(facings)
            if facing.slot == slot.id
        ]
        return msgspec.structs.replace(now, goods=tuple(mine))

    def _zero(self, scale: ScaleView | None, facings: list[Facing]) -> tuple[float, Zero]:
        if scale is None or scale.zeroed_at is not None:
            return (0.0, "device") if scale is None else (scale.zero_g, "operator")
        if scale.first_g is None or not facings or any(facing.stock is None for facing in facings):
            return 0.0, "device"
        load = sum(self._weight(facing.sku) * (facing.stock or 0) for facing in facings)
        return scale.first_g - load, "stock"

    def _goods(self, facing: Facing, by_books: int | None) -> Goods:
        product = self._layout.products.get(facing.sku)
        return Goods(0.0, 0.0) if product is None else Goods(product.weight_g, product.weight_sd_g, by_books)

    def _weight(self, sku: str) -> float:
        product = self._layout.products.get(sku)
        return 0.0 if product is None else product.weight_g

    def _expected(self, books: dict[Facing, int | None], foreign: float) -> float | None:
        if not books or any(units is None for units in books.values()):
            return None
        return foreign + sum(self._weight(facing.sku) * (units or 0) for facing, units in books.items())

    @staticmethod
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
