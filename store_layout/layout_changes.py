"""What is otherwise in another layout of the same store, and what a running engine needs to take it over.

A *new place* (floor, fixtures, gates) moves the ground under whoever is followed; a scale's change meets a
hand that is in it just now. Each difference therefore says when it can be taken over without losing anything.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from store_layout.model import StoreLayout

Needs = Literal["nothing", "quiet", "empty", "start"]
"""``quiet``: nothing happens on the scales concerned; ``empty``: nobody is inside; ``start``: it starts."""
Part = Literal[
    "camera",
    "scale",
    "slot",
    "gate",
    "fixture",
    "floor",
    "broker",
    "product",
    "planogram",
    "promotions",
    "rules",
    "retention",
    "store",
    "detector",
]
How = Literal["added", "changed", "removed"]

_SETTLED = ("id", "currency", "time_zone", "prices_include_tax", "day_starts")
"""Of the store: ledger, codes and journal are made with these."""


class LayoutChange(msgspec.Struct, frozen=True):
    """One thing that is otherwise."""

    part: Part
    how: How
    name: str
    """Id of the device, slot or product; empty for what there is one of."""
    needs: Needs
    scales: tuple[str, ...] = ()
    """Scales on which nothing may happen meanwhile."""


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def layout_changes(before: StoreLayout, after: StoreLayout) -> tuple[LayoutChange, ...]:
    """All of them; empty for two layouts that an engine cannot tell apart."""
    return tuple(_changes(before, after))


def reset_scales(before: StoreLayout, after: StoreLayout) -> frozenset[str]:
    """Scales of both that are read otherwise now: what is known of their level is of no use."""
    old = before.scales
    return frozenset(s.id for s in after.file.scale if s.id in old and old[s.id] != s)


def moved_cameras(before: StoreLayout, after: StoreLayout) -> frozenset[str]:
    """Cameras that are gone, or look elsewhere: what was learned of how they err is of no use."""
    new = after.cameras

    def looks(camera: str) -> bool:
        a, b = before.cameras[camera], new[camera]
        return (a.calibration, a.width, a.height) == (b.calibration, b.width, b.height)

    return frozenset(c for c in before.cameras if c not in new or not looks(c))


def _changes(before: StoreLayout, after: StoreLayout) -> Iterator[LayoutChange]:
    old, new = before.file, after.file
    if any(getattr(old.store, field) != getattr(new.store, field) for field in _SETTLED):
        yield LayoutChange("store", "changed", "", "start")
    elif old.store != new.store:
        yield LayoutChange("store", "changed", "", "nothing")
    if _ground(before) != _ground(after):
        yield LayoutChange("floor", "changed", "", "empty")
    elif old.floor != new.floor:
        yield LayoutChange("floor", "changed", "", "nothing")
    for change in _named("fixture", old.fixture, new.fixture, "empty"):
        yield _named_otherwise(change, old.fixture, new.fixture)
    for change in _named("gate", old.gate, new.gate, "empty"):
        yield _named_otherwise(change, old.gate, new.gate)
    if old.broker != new.broker:
        yield LayoutChange("broker", "changed", "", "start")
    if old.rules.default_detector != new.rules.default_detector:
        yield LayoutChange("detector", "changed", new.rules.default_detector or "", "start")
    yield from _named("camera", old.camera, new.camera, "nothing")
    for change in _named("scale", old.scale, new.scale, "quiet"):
        yield msgspec.structs.replace(change, scales=(change.name,))
    yield from _slots(before, after)
    yield from _products(before, after)
    yield from _facings(before, after)
    if before.promotions != after.promotions:
        yield LayoutChange("promotions", "changed", "", "nothing")
    plain = msgspec.structs.replace(old.rules, default_detector=new.rules.default_detector)
    if plain != new.rules:
        # What is kept back on cards is the payment worker's, which an engine makes when it starts.
        card = plain.card_hold != new.rules.card_hold
        yield LayoutChange("rules", "changed", "", "start" if card else "nothing")
    if old.retention != new.retention:
        yield LayoutChange("retention", "changed", "", "start")


def _ground(layout: StoreLayout) -> object:
    return layout.file.floor.outline


def _named(part: Part, old: Sequence[_Named], new: Sequence[_Named], needs: Needs) -> Iterator[LayoutChange]:
    was, now = {one.id: one for one in old}, {one.id: one for one in new}
    for name, one in now.items():
        if name not in was:
            yield LayoutChange(part, "added", name, needs)
        elif was[name] != one:
            yield LayoutChange(part, "changed", name, needs)
    for name in was:
        if name not in now:
            yield LayoutChange(part, "removed", name, needs)


def _named_otherwise(change: LayoutChange, was: Sequence[_Named], now: Sequence[_Named]) -> LayoutChange:
    """Nobody walks otherwise because a gondola goes by another name."""
    called = "?"
    pair = [
        msgspec.structs.replace(one, name=called)  # type: ignore[type-var]  # fixtures and gates
        for one in (*was, *now)
        if one.id == change.name
    ]
    same = change.how == "changed" and pair[0] == pair[1]
    return msgspec.structs.replace(change, needs="nothing") if same else change


def _slots(before: StoreLayout, after: StoreLayout) -> Iterator[LayoutChange]:
    for change in _named("slot", before.file.slot, after.file.slot, "quiet"):
        slots = (layout.slots.get(change.name) for layout in (before, after))
        scales = dict.fromkeys(s.scale for s in slots if s is not None and s.scale is not None)
        yield msgspec.structs.replace(change, scales=tuple(scales))


def _products(before: StoreLayout, after: StoreLayout) -> Iterator[LayoutChange]:
    where = _scales_of_products(before), _scales_of_products(after)

    def scales(sku: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*where[0].get(sku, ()), *where[1].get(sku, ()))))

    for sku, product in after.products.items():
        was = before.products.get(sku)
        if was is None:
            yield LayoutChange("product", "added", sku, "quiet", scales(sku))
        elif was != product:
            weight = (was.weight_g, was.weight_sd_g) != (product.weight_g, product.weight_sd_g)
            yield LayoutChange(
                "product", "changed", sku, "quiet" if weight else "nothing", scales(sku) if weight else ()
            )
    for sku in before.products:
        if sku not in after.products:
            yield LayoutChange("product", "removed", sku, "quiet", scales(sku))


def _facings(before: StoreLayout, after: StoreLayout) -> Iterator[LayoutChange]:
    old, new = _by_slot(before), _by_slot(after)
    for slot in dict.fromkeys((*old, *new)):
        if old.get(slot) != new.get(slot):
            found = (layout.slots.get(slot) for layout in (before, after))
            scales = dict.fromkeys(s.scale for s in found if s is not None and s.scale is not None)
            yield LayoutChange("planogram", "changed", slot, "quiet", tuple(scales))


def _by_slot(layout: StoreLayout) -> Mapping[str, Hashable]:
    found: dict[str, tuple[object, ...]] = {}
    for facing in layout.planogram:
        found[facing.slot] = (*found.get(facing.slot, ()), facing)
    return found


def _scales_of_products(layout: StoreLayout) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for facing in layout.planogram:
        slot = layout.slots.get(facing.slot)
        if slot is not None and slot.scale is not None:
            found[facing.sku] = (*found.get(facing.sku, ()), slot.scale)
    return found
