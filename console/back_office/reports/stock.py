"""What moved off the shelves and onto them, by product and by slot, and what should be running low.

Units are those of receipts, with what corrections say was taken otherwise than charged; what was given back
for another reason (damaged, goodwill) left the shelf all the same. The ledger knows shelves by the events
behind a visit's lines: an event's id begins with its scale, and the planogram says which of the scale's slots
has the product.

What lies in a slot is what lay there at the beginning (as it was counted last before, else as the planogram
says), with what staff put in, less what was taken; where somebody counts, the difference is kept and counting
goes on from there. So stock = opening + put in - taken + differences, and the differences are what shrank.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from console.back_office.bodies import CorrectionBody, DocumentBody, ReviewBody
from console.back_office.corrections import Reason
from console.back_office.ledger_file import LedgerFile
from console.back_office.money import allocate
from console.back_office.reports.stock_entries import Key, StockCount, counts, restocks
from inference.messages.results import ClosedVisit
from store_layout.model import StoreLayout

TAKEN_OTHERWISE: frozenset[Reason] = frozenset({"not_taken", "wrong_product", "wrong_count", "not_charged"})
"""Reasons by which the count of a receipt had been wrong."""
LOW_SHARE = 0.25
"""Of what fits into a slot: at or below it, the slot is low."""


class ProductMoved(msgspec.Struct, frozen=True):
    """Units of a product that left the shelves, and came onto them."""

    sku: str
    name: str
    category: str
    units: int
    restocked: int = 0
    """Put in by staff, less what they took out."""
    difference: int = 0
    """What countings found more (or, below 0, less) than there should have been."""


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
    """Units at the beginning: as counted last before, else as the planogram says; None: nobody knows."""
    capacity: int | None = None
    restocked: int = 0
    """Put in by staff, less what they took out."""
    difference: int = 0
    """What countings found more (or, below 0, less) than there should have been."""
    left: int | None = None
    """Units that should be there now; below 0, it was refilled by nobody who was marked. None: not known."""

    @property
    def state(self) -> Literal["unknown", "plenty", "low", "out", "refilled"]:
        """``refilled``: more was taken than was there."""
        if self.left is None:
            return "unknown"
        if self.left < 0:
            return "refilled"
        if self.left == 0:
            return "out"
        full = self.capacity or self.stock or 0
        return "low" if self.left <= LOW_SHARE * full else "plenty"


class Difference(msgspec.Struct, frozen=True):
    """What a counting found, where it was known what should be there."""

    count: StockCount
    name: str
    expected: int
    worth: int
    """Of the difference at today's price, minor units; below 0: it is missing."""

    @property
    def units(self) -> int:
        """More than expected; below 0: less."""
        return self.count.units - self.expected


class StockReport(msgspec.Struct, frozen=True):
    """What moved from a moment on."""

    since: float
    until: float
    products: tuple[ProductMoved, ...]
    """Most units first."""
    slots: tuple[SlotMoved, ...]
    """By slot; last what came from no known slot."""
    differences: tuple[Difference, ...] = ()
    """Of each counting, in the order of time."""

    @property
    def low(self) -> tuple[SlotMoved, ...]:
        """Slots to be refilled, the emptiest first."""
        found = [slot for slot in self.slots if slot.state in {"low", "out"}]
        return tuple(sorted(found, key=lambda s: (s.left or 0, s.slot, s.sku)))


def stock_report(file: LedgerFile, layout: StoreLayout, since: float, until: float) -> StockReport:
    """Count what left the shelves from ``since`` on, by documents issued before ``until``."""
    counted = counts(file, until)
    moved = _Moved(layout, since, counted)
    for restock in restocks(file, moved.since, until):
        for move in restock.moves:
            moved.put_in((move.slot, move.sku), move.units, restock.at)
    rows = file.database.execute(
        "SELECT d.kind, d.series, d.number, d.issued_at, e.body FROM document d "
        "JOIN entry e ON e.seq = d.entry WHERE d.issued_at >= ? AND d.issued_at < ?",
        (moved.since, until),
    )
    for kind, series, number, at, body in rows.fetchall():
        if kind == "receipt":
            document = msgspec.json.decode(body, type=DocumentBody).document
            units: dict[str, int] = {}
            for line in document.lines:
                if line.kind == "product":
                    units[line.sku] = units.get(line.sku, 0) + line.quantity
                    moved.names.setdefault(line.sku, line.name)
            moved.add(units, _places(file, layout, series, number), at)
        else:
            correction = msgspec.json.decode(body, type=CorrectionBody).document
            if correction.reason in TAKEN_OTHERWISE:
                units = {}
                for changed in correction.lines:
                    if changed.kind == "product":
                        units[changed.sku] = units.get(changed.sku, 0) + changed.quantity
                        moved.names.setdefault(changed.sku, changed.name)
                moved.add(units, _places(file, layout, "R", correction.of), at)
    slots = moved.slots()
    return StockReport(since, until, moved.products(slots), slots, moved.differences())


class _Slot:
    """One slot with one product while it is counted: what moved between one counting and the next."""

    def __init__(self, since: float, counted: list[StockCount]) -> None:
        """``counted``: oldest first."""
        before = [count for count in counted if count.at < since]
        self.base = before[-1] if before else None
        """What is counted on from, where somebody counted before ``since``."""
        self.counted = [count for count in counted if count.at >= since]
        self.begins = self.base.at if self.base else since
        self._times = [since, *(count.at for count in self.counted)]
        """Segment 0 is before ``since``, each later one ends with a counting, the last with the report."""
        self._taken = [0] * (len(self._times) + 1)
        self._put_in = [0] * (len(self._times) + 1)
        self.shared = 0

    def take(self, units: int, at: float, *, shared: bool) -> None:
        if at >= self.begins:
            self._taken[bisect_right(self._times, at)] += units
            if shared and at >= self._times[0]:
                self.shared += units

    def put_in(self, units: int, at: float) -> None:
        if at >= self.begins:
            self._put_in[bisect_right(self._times, at)] += units

    @property
    def taken(self) -> int:
        return sum(self._taken[1:])

    @property
    def restocked(self) -> int:
        return sum(self._put_in[1:])

    def opening(self, planogram: int | None) -> int | None:
        """What lay there at ``since``."""
        return self.base.units + self._put_in[0] - self._taken[0] if self.base else planogram

    def expected(self, planogram: int | None) -> list[int | None]:
        """What should have been there at each counting, and at the end."""
        lies, found = self.opening(planogram), []
        for segment in range(1, len(self._times) + 1):
            lies = None if lies is None else lies + self._put_in[segment] - self._taken[segment]
            found.append(lies)
            if segment <= len(self.counted):
                lies = self.counted[segment - 1].units
        return found


class _Moved:
    """Units while they are counted."""

    def __init__(self, layout: StoreLayout, since: float, counted: list[StockCount]) -> None:
        self._layout, self._since = layout, since
        self.names: dict[str, str] = {}
        by_slot: dict[Key, list[StockCount]] = {}
        for count in counted:
            by_slot.setdefault((count.slot, count.sku), []).append(count)
        self._slots = {key: _Slot(since, found) for key, found in by_slot.items()}
        self._facings = {(facing.slot, facing.sku): facing for facing in layout.planogram}
        self.since = min([since, *(slot.begins for slot in self._slots.values())])
        """From when on documents matter: some slot is counted on from then."""

    def put_in(self, key: Key, units: int, at: float) -> None:
        """Staff did."""
        self._slot(key).put_in(units, at)

    def add(self, units: Mapping[str, int], places: Mapping[str, Mapping[str, int]], at: float) -> None:
        """``places``: sku -> slot -> how many events of a visit say that it came from there."""
        for sku, count in units.items():
            if not count:
                continue
            found = places.get(sku) or self._only_place(sku)
            shares = allocate(count, list(found.values()))
            for slot, share in zip(found, shares, strict=True):
                self._slot((slot, sku)).take(share, at, shared=len(found) > 1)

    def products(self, slots: Iterable[SlotMoved]) -> tuple[ProductMoved, ...]:
        """``slots`` together, most units first."""
        sums: dict[str, list[int]] = {}
        for slot in slots:
            summed = sums.setdefault(slot.sku, [0, 0, 0])
            for i, units in enumerate((slot.units, slot.restocked, slot.difference)):
                summed[i] += units
        ordered = sorted((item for item in sums.items() if any(item[1])), key=lambda x: (-x[1][0], x[0]))
        return tuple(ProductMoved(sku, *self._about(sku), *summed) for sku, summed in ordered)

    def slots(self) -> tuple[SlotMoved, ...]:
        keys = sorted({*self._facings, *self._slots}, key=lambda key: (not key[0], key))
        found = []
        for slot, sku in keys:
            moved = self._slots.get((slot, sku)) or _Slot(self._since, [])
            facing, place = self._facings.get((slot, sku)), self._layout.slots.get(slot)
            planogram = facing.stock if facing else None
            found.append(
                SlotMoved(
                    slot=slot,
                    fixture=place.fixture if place else "",
                    sku=sku,
                    name=self._about(sku)[0],
                    units=moved.taken,
                    shared=moved.shared,
                    stock=moved.opening(planogram),
                    capacity=facing.capacity if facing else None,
                    restocked=moved.restocked,
                    difference=sum(one.units for one in self._differences(slot, sku)),
                    left=moved.expected(planogram)[-1],
                )
            )
        return tuple(found)

    def differences(self) -> tuple[Difference, ...]:
        """Of all slots."""
        found = [one for key in self._slots for one in self._differences(*key)]
        return tuple(sorted(found, key=lambda one: (one.count.at, one.count.slot, one.count.sku)))

    def _differences(self, slot: str, sku: str) -> list[Difference]:
        moved, facing = self._slots.get((slot, sku)), self._facings.get((slot, sku))
        if moved is None:
            return []
        product = self._layout.products.get(sku)
        price = product.price if product else 0
        expected = moved.expected(facing.stock if facing else None)
        return [
            Difference(count, self._about(sku)[0], lay, (count.units - lay) * price)
            for count, lay in zip(moved.counted, expected, strict=False)
            if lay is not None
        ]

    def _slot(self, key: Key) -> _Slot:
        if key not in self._slots:
            self._slots[key] = _Slot(self._since, [])
        return self._slots[key]

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
