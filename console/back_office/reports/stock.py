"""What moved off the shelves, by product and by slot, and what should be running low.

Units are those of receipts, with what corrections say was taken otherwise than charged; what was given back
for another reason (damaged, goodwill) left the shelf all the same. The ledger knows shelves by the events
behind a visit's lines: an event's id begins with its scale, and the planogram says which of the scale's slots
has the product. Restocking is not in the ledger: what is left is counted from when the planogram's stock was
right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from console.back_office.bodies import CorrectionBody, DocumentBody, ReviewBody
from console.back_office.corrections import Reason
from console.back_office.ledger_file import LedgerFile
from console.back_office.money import allocate
from inference.messages.results import ClosedVisit
from store_layout.model import StoreLayout

TAKEN_OTHERWISE: frozenset[Reason] = frozenset({"not_taken", "wrong_product", "wrong_count", "not_charged"})
"""Reasons by which the count of a receipt had been wrong."""
LOW_SHARE = 0.25
"""Of what fits into a slot: at or below it, the slot is low."""


class ProductMoved(msgspec.Struct, frozen=True):
    """Units of a product that left the shelves."""

    sku: str
    name: str
    category: str
    units: int


class SlotMoved(msgspec.Struct, frozen=True):
    """A slot with its product, and what is left of it as far as the ledger and the planogram know."""

    slot: str
    """Empty: from where is not known (the visit was purged, or a person gave the lines)."""
    fixture: str
    sku: str
    name: str
    units: int
    shared: int
    """Of these, so many are a share: they were taken from several slots in one visit."""
    stock: int | None = None
    """Units when the planogram was right; None: it does not say."""
    capacity: int | None = None

    @property
    def left(self) -> int | None:
        """Units that should be left; below 0, the slot was refilled. None: not known."""
        return None if self.stock is None else self.stock - self.units

    @property
    def state(self) -> Literal["unknown", "plenty", "low", "out", "refilled"]:
        """``refilled``: more was taken than the planogram has."""
        left = self.left
        if left is None:
            return "unknown"
        if left < 0:
            return "refilled"
        if left == 0:
            return "out"
        full = self.capacity or self.stock or 0
        return "low" if left <= LOW_SHARE * full else "plenty"


class StockReport(msgspec.Struct, frozen=True):
    """What moved from a moment on."""

    since: float
    until: float
    products: tuple[ProductMoved, ...]
    """Most units first."""
    slots: tuple[SlotMoved, ...]
    """By slot; last what came from no known slot."""

    @property
    def low(self) -> tuple[SlotMoved, ...]:
        """Slots to be refilled, the emptiest first."""
        found = [slot for slot in self.slots if slot.state in {"low", "out"}]
        return tuple(sorted(found, key=lambda s: (s.left or 0, s.slot, s.sku)))


def stock_report(file: LedgerFile, layout: StoreLayout, since: float, until: float) -> StockReport:
    """Count what left the shelves from ``since`` on, by documents issued before ``until``."""
    moved = _Moved(layout)
    rows = file.database.execute(
        "SELECT d.kind, d.series, d.number, e.body FROM document d JOIN entry e ON e.seq = d.entry "
        "WHERE d.issued_at >= ? AND d.issued_at < ?",
        (since, until),
    )
    for kind, series, number, body in rows.fetchall():
        if kind == "receipt":
            document = msgspec.json.decode(body, type=DocumentBody).document
            units: dict[str, int] = {}
            for line in document.lines:
                if line.kind == "product":
                    units[line.sku] = units.get(line.sku, 0) + line.quantity
                    moved.names.setdefault(line.sku, line.name)
            moved.add(units, _places(file, layout, series, number))
        else:
            correction = msgspec.json.decode(body, type=CorrectionBody).document
            if correction.reason in TAKEN_OTHERWISE:
                units = {}
                for changed in correction.lines:
                    if changed.kind == "product":
                        units[changed.sku] = units.get(changed.sku, 0) + changed.quantity
                        moved.names.setdefault(changed.sku, changed.name)
                moved.add(units, _places(file, layout, "R", correction.of))
    return StockReport(since, until, moved.products(), moved.slots())


class _Moved:
    """Units while they are counted."""

    def __init__(self, layout: StoreLayout) -> None:
        self._layout = layout
        self.names: dict[str, str] = {}
        self._units: dict[str, int] = {}
        self._slots: dict[tuple[str, str], list[int]] = {}

    def add(self, units: Mapping[str, int], places: Mapping[str, Mapping[str, int]]) -> None:
        """``places``: sku -> slot -> how many events of a visit say that it came from there."""
        for sku, count in units.items():
            if not count:
                continue
            self._units[sku] = self._units.get(sku, 0) + count
            found = places.get(sku) or self._only_place(sku)
            shares = allocate(count, list(found.values()))
            for slot, share in zip(found, shares, strict=True):
                known = self._slots.setdefault((slot, sku), [0, 0])
                known[0] += share
                known[1] += share if len(found) > 1 else 0

    def products(self) -> tuple[ProductMoved, ...]:
        ordered = sorted(self._units.items(), key=lambda item: (-item[1], item[0]))
        return tuple(ProductMoved(sku, *self._about(sku), units) for sku, units in ordered if units)

    def slots(self) -> tuple[SlotMoved, ...]:
        facings = {(facing.slot, facing.sku): facing for facing in self._layout.planogram}
        keys = sorted({*facings, *self._slots}, key=lambda key: (not key[0], key))
        found = []
        for slot, sku in keys:
            units, shared = self._slots.get((slot, sku), (0, 0))
            facing, place = facings.get((slot, sku)), self._layout.slots.get(slot)
            found.append(
                SlotMoved(
                    slot=slot,
                    fixture=place.fixture if place else "",
                    sku=sku,
                    name=self._about(sku)[0],
                    units=units,
                    shared=shared,
                    stock=facing.stock if facing else None,
                    capacity=facing.capacity if facing else None,
                )
            )
        return tuple(found)

    def _only_place(self, sku: str) -> dict[str, int]:
        """The one slot that has it; else nobody knows."""
        found = [facing.slot for facing in self._layout.planogram if facing.sku == sku]
        return {found[0] if len(found) == 1 else "": 1}

    def _about(self, sku: str) -> tuple[str, str]:
        known = self._layout.products.get(sku)
        return (known.name, known.category) if known else (self.names.get(sku, sku), "")


def _places(file: LedgerFile, layout: StoreLayout, series: str, number: int) -> dict[str, dict[str, int]]:
    """Where the products of a receipt came from: sku -> slot -> events that say so."""
    rows = file.database.execute(
        "SELECT v.body, r.answer FROM receipt_visit p JOIN visit v ON v.id = p.visit "
        "LEFT JOIN review r ON r.visit = v.id WHERE p.series = ? AND p.number = ?",
        (series, number),
    )
    found: dict[str, dict[str, int]] = {}
    for body, answer in rows.fetchall():
        visit = msgspec.json.decode(body, type=ClosedVisit)
        asked = {question.event for question in visit.questions}
        for line in visit.lines:
            for event in line.events:
                if event not in asked or answer is None:
                    _note(found, line.sku, _slot_of(layout, event, line.sku))
        if answer is not None:
            for _, chosen in msgspec.json.decode(answer, type=ReviewBody).choices:
                for move in chosen.moves:
                    if move.count > 0 and chosen.mover(move) == visit.track:
                        _note(found, move.sku, move.slot)
    return found


def _note(found: dict[str, dict[str, int]], sku: str, slot: str | None) -> None:
    if slot is not None:
        places = found.setdefault(sku, {})
        places[slot] = places.get(slot, 0) + 1


def _slot_of(layout: StoreLayout, event: str, sku: str) -> str | None:
    """The slot of the event's scale that has the product; None where that is not one slot."""
    scale = event.rpartition("@")[0]
    slots: Iterable[str] = (slot.id for slot in layout.slots_of_scale.get(scale, ()))
    having = [slot for slot in slots if sku in layout.skus_of_slot[slot]]
    return having[0] if len(having) == 1 else None
