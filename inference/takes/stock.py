"""What may lie in a slot: the planogram, and what shoppers have put where it does not belong."""

from __future__ import annotations

from collections.abc import Mapping

from inference.messages import ShelfEvent
from inference.takes import settings as s
from inference.takes.products import Candidate
from store_layout.model import StoreLayout

Strayed = dict[str, dict[str, float]]


class Stock:
    """The planogram of the layout, seen from its scales."""

    def __init__(self, layout: StoreLayout) -> None:
        self._layout = layout
        self._facings: dict[str, dict[str, int]] = {slot.id: {} for slot in layout.file.slot}
        for facing in layout.planogram:
            of_slot = self._facings[facing.slot]
            of_slot[facing.sku] = of_slot.get(facing.sku, 0) + max(1, facing.facings)

    def belongs(self, slot: str, sku: str) -> bool:
        """True: the planogram puts this product in this slot."""
        return sku in self._facings.get(slot, {})

    def slots_of(self, event: ShelfEvent) -> tuple[str, ...]:
        """Slots on the event's scales, those of the scale that felt most first."""
        changes = sorted(event.changes, key=lambda c: -abs(c.delta_g))
        return tuple(slot.id for c in changes for slot in self._layout.slots_of_scale.get(c.scale, ()))

    def takeable(self, event: ShelfEvent, strayed: Mapping[str, Mapping[str, float]]) -> list[Candidate]:
        """Products that may have been taken, with shares by facings; strayed ones count a little."""
        weights: dict[str, float] = {}
        slots: dict[str, list[str]] = {}
        for slot in self.slots_of(event):
            here: list[tuple[str, float]] = list(self._facings[slot].items())
            here += [(k, s.MISPLACED_WEIGHT * u) for k, u in sorted(strayed.get(slot, {}).items()) if u > 0]
            for sku, weight in here:
                if self._weighs(sku):
                    weights[sku] = weights.get(sku, 0.0) + weight
                    slots.setdefault(sku, []).append(slot)
        total = sum(weights.values())
        return [self._candidate(sku, slots[sku], weight / total) for sku, weight in weights.items()]

    def returnable(self, event: ShelfEvent, held: Mapping[str, float]) -> list[Candidate]:
        """Products that may have been put back: those that belong here, and others that the cart holds."""
        slots = self.slots_of(event)
        own = [
            c for c in self.takeable(event, {}) if any(self.belongs(slot, c.product.sku) for slot in slots)
        ]
        names = {c.product.sku for c in own}
        strange = [
            sku for sku, n in sorted(held.items()) if n > 0.01 and sku not in names and self._weighs(sku)
        ]
        if not strange:
            return own
        share = (s.WRONG_SLOT if own else 1.0) / len(strange)
        mine = [Candidate(c.product, c.slots, c.scales, c.share * (1 - s.WRONG_SLOT)) for c in own]
        return mine + [self._candidate(sku, list(slots), share) for sku in strange]

    def _weighs(self, sku: str) -> bool:
        return sku in self._layout.products and self._layout.products[sku].weight_g > 0

    def _candidate(self, sku: str, slots: list[str], share: float) -> Candidate:
        scales = frozenset(x for slot in slots if (x := self._layout.slots[slot].scale) is not None)
        return Candidate(self._layout.products[sku], tuple(dict.fromkeys(slots)), scales, share)
