"""What the checks look at, and what they find: a store before it is known to be sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from store_layout.learned import Learned
from store_layout.model import (
    Broker,
    Camera,
    Facing,
    Fixture,
    Floor,
    Gate,
    Product,
    Promotion,
    Retention,
    Rules,
    Scale,
    Slot,
    StoreInfo,
    StoreLayout,
)
from store_layout.problems import Problem, Severity
from store_layout.said import Words, said

TOML: Final = "store.toml"
CATALOG: Final = "catalog.csv"
PLANOGRAM: Final = "planogram.csv"
PROMOTIONS: Final = "promotions.csv"
LEARNED: Final = "learned.toml"

Place = tuple[str | int, ...]
"""Way to a value within its file; numbers count from 0: ``("camera", 2, "calibration", "k")``.

In a CSV: ``(row, column)``, row 0 being the first after the header.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem whose place is not yet in words."""

    file: str
    place: Place
    what: Words
    remedy: Words
    severity: Severity = "error"
    where: Words = ""
    """Where it is, of a file that has no places because it cannot be parsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A store of which parts may be missing, because they could not be read.

    Entries are kept by their number in the file. ``ids`` also knows those entries whose id could be read but
    not the rest, so that one mistake is not reported again by everything that refers to it.
    """

    store: StoreInfo | None = None
    floor: Floor | None = None
    fixtures: Mapping[int, Fixture] = field(default_factory=dict)
    slots: Mapping[int, Slot] = field(default_factory=dict)
    scales: Mapping[int, Scale] = field(default_factory=dict)
    cameras: Mapping[int, Camera] = field(default_factory=dict)
    gates: Mapping[int, Gate] = field(default_factory=dict)
    broker: Broker | None = None
    rules: Rules | None = None
    retention: Retention | None = None
    ids: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Table -> number of the entry -> id, for the tables of the TOML file and ``catalog``."""
    toml_read: bool = True
    """False: the TOML file as a whole could not be read, so references to it are not judged."""
    catalog_read: bool = True
    catalog: Mapping[int, Product] = field(default_factory=dict)
    planogram: Mapping[int, Facing] = field(default_factory=dict)
    promotions: Mapping[int, Promotion] = field(default_factory=dict)
    learned: Learned | None = None

    def known(self, table: str) -> frozenset[str]:
        """Ids of a table."""
        return frozenset(self.ids.get(table, {}).values())


def draft_of(layout: StoreLayout) -> Draft:
    """A whole layout, to be checked before it is written."""
    file = layout.file
    ids = {
        "fixture": {n: entry.id for n, entry in enumerate(file.fixture)},
        "slot": {n: entry.id for n, entry in enumerate(file.slot)},
        "scale": {n: entry.id for n, entry in enumerate(file.scale)},
        "camera": {n: entry.id for n, entry in enumerate(file.camera)},
        "gate": {n: entry.id for n, entry in enumerate(file.gate)},
        "catalog": {n: product.sku for n, product in enumerate(layout.catalog)},
    }
    return Draft(
        store=file.store,
        floor=file.floor,
        fixtures=dict(enumerate(file.fixture)),
        slots=dict(enumerate(file.slot)),
        scales=dict(enumerate(file.scale)),
        cameras=dict(enumerate(file.camera)),
        gates=dict(enumerate(file.gate)),
        broker=file.broker,
        rules=file.rules,
        retention=file.retention,
        ids=ids,
        catalog=dict(enumerate(layout.catalog)),
        planogram=dict(enumerate(layout.planogram)),
        promotions=dict(enumerate(layout.promotions)),
        learned=layout.learned,
    )


class Locator:
    """Puts places into words, with lines where they are known."""

    def __init__(
        self,
        ids: Mapping[str, Mapping[int, str]],
        toml_lines: Mapping[Place, int] | None = None,
        csv_lines: Mapping[str, Mapping[int, int]] | None = None,
    ) -> None:
        self._ids, self._toml_lines, self._csv_lines = ids, toml_lines or {}, csv_lines or {}

    def problem(self, finding: Finding) -> Problem:
        """The finding as people read it."""
        words: Words
        match finding.file:
            case _ if finding.where:
                words = finding.where
            case "store.toml":
                words = self._toml(finding.place)
            case "learned.toml":
                words = _path(finding.place)
            case _:
                words = self._csv(finding.file, finding.place)
        return Problem(finding.file, words, finding.what, finding.remedy, finding.severity)

    def _toml(self, place: Place) -> Words:
        words = ""
        for step, part in enumerate(place):
            if isinstance(part, int):
                words += f"[{part + 1}]"
                name = self._ids.get(str(place[0]), {}).get(part) if step == 1 else None
                words += f' "{name}"' if name is not None else ""
            else:
                words += f".{part}" if words else part
        for end in range(len(place), 0, -1):
            line = self._toml_lines.get(place[:end])
            if line is not None:
                return said("line {line}, {place}", line=line, place=words)
        return words

    def _csv(self, file: str, place: Place) -> Words:
        if not place:
            return ""
        row, *column = place
        # Files that do not exist yet have their header on line 1 and a line for each row.
        line = self._csv_lines.get(file, {}).get(int(row), int(row) + 2)
        if not column:
            return said("line {line}", line=line)
        return said("line {line}, column {name}", line=line, name=column[0])


def _path(place: Place) -> str:
    """A place in a TOML file whose lines are not known: ``product[2].weight_g``, counted from 1."""
    words = ""
    for part in place:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words
