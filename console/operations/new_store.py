"""A store folder from a few answers, judged by the same checks as one that was written by hand.

Fixtures, slots and scales are not asked for: they are measured on the spot, and added to the folder later.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from console.language import tr
from console.language.sentences import in_words
from store_layout.aim import looking_at
from store_layout.checks import check_all
from store_layout.findings import CATALOG, Finding, draft_of
from store_layout.model import (
    Camera,
    Floor,
    Gate,
    Point2,
    Point3,
    Product,
    StoreFile,
    StoreInfo,
    StoreLayout,
)
from store_layout.problems import Severity
from store_layout.product_rows import read_products
from store_layout.writer import write_store

Field = Literal["name", "currency", "time_zone", "floor", "gates", "cameras", "catalog", "folder"]
WIDTH, HEIGHT, VIEW_DEG, HUNG_M = 1280, 720, 90.0, 2.6
"""What a camera is taken to be until it is calibrated: pixels, field of view, height above the floor."""
GATE_DEEP_M, CORNER_M = 0.9, 0.2
GUESSED_PX = 60.0
"""How far a guessed calibration may be off: it must not count as a measured one."""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What was filled in. Lengths in metres."""

    name: str
    currency: str = "EUR"
    time_zone: str = "UTC"
    prices_include_tax: bool = True
    width: float = 10.0
    depth: float = 6.0
    gates: Literal["one", "two"] = "one"
    """One for both ways, or one in and one out."""
    gate_width: float = 1.2
    cameras: tuple[str, ...] = ()
    """Addresses."""
    catalog: str = ""
    """A CSV file; empty: products come later."""
    folder: str = ""
    """Where the store is written; it must not hold anything yet."""


class FieldProblem(msgspec.Struct, frozen=True):
    """What is to be mended, and in which field."""

    field: Field
    what: str
    remedy: str
    severity: Severity = "error"


def check(answers: Answers) -> tuple[FieldProblem, ...]:
    """All that is wrong or doubtful, by field. Nothing is written."""
    _, found = _read(answers)
    return found


def write(answers: Answers) -> Path:
    """Write the store's folder. Raises ``StoreProblems``, ``ValueError`` naming a field, or ``OSError``."""
    layout, found = _read(answers)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise ValueError(f"{errors[0].field}: {errors[0].what}")
    folder = Path(answers.folder).expanduser()
    if folder.is_dir():
        folder.rmdir()  # it is empty, and appears again whole
    write_store(layout, folder)
    return folder


def id_of(name: str) -> str:
    """An id made of a name: ``Café am Markt`` is ``cafe-am-markt``; empty where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64]


def _read(answers: Answers) -> tuple[StoreLayout, tuple[FieldProblem, ...]]:
    products, found = _products(answers)
    layout = StoreLayout(file=_file(answers), catalog=products)
    found += [_of_field(finding) for finding in check_all(draft_of(layout)) if _concerns(finding)]
    found += _folder(answers.folder)
    return layout, tuple(dict.fromkeys(found))


def _concerns(finding: Finding) -> bool:
    """Not what the form makes by itself and says so: guessed calibrations, and products in no slot yet."""
    return finding.severity == "error" or finding.place[:1] in (("store",), ("gate",), ("floor",))


def _of_field(finding: Finding) -> FieldProblem:
    fields: dict[object, Field] = {"floor": "floor", "gate": "gates", "camera": "cameras"}
    place = finding.place
    if finding.file == CATALOG:
        return FieldProblem("catalog", _row(finding), in_words(finding.remedy), finding.severity)
    if place[:1] == ("store",) and place[1:2] in (("currency",), ("time_zone",)):
        return FieldProblem(place[1], in_words(finding.what), in_words(finding.remedy), finding.severity)  # type: ignore[arg-type]  # one of the two
    field = fields.get(place[0] if place else None, "name")
    number = f"{int(place[1]) + 1}: " if field == "cameras" and len(place) > 1 else ""
    return FieldProblem(
        field, f"{number}{in_words(finding.what)}", in_words(finding.remedy), finding.severity
    )


def _row(finding: Finding) -> str:
    if not finding.place or not isinstance(finding.place[0], int) or finding.place[0] < 0:
        return in_words(finding.what)
    column = f", {finding.place[1]}" if len(finding.place) > 1 else ""
    return tr("row {number}: {what}", number=f"{finding.place[0] + 1}{column}", what=in_words(finding.what))


def _products(answers: Answers) -> tuple[tuple[Product, ...], list[FieldProblem]]:
    if not answers.catalog.strip():
        return (), []
    try:
        content = Path(answers.catalog).expanduser().read_bytes()
    except OSError as error:
        what = tr("the file cannot be read ({error})", error=in_words(error.strerror or ""))
        return (), [FieldProblem("catalog", what, tr("Choose a CSV file, or leave this empty"))]
    products, _, findings = read_products(content, answers.currency)
    return tuple(products.values()), [_of_field(finding) for finding in findings]


def _folder(text: str) -> list[FieldProblem]:
    if not text.strip():
        return [FieldProblem("folder", tr("there is no folder yet"), tr("Choose where the store is written"))]
    folder = Path(text).expanduser()
    try:
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            what = tr("there is something in it")
            return [FieldProblem("folder", what, tr("Choose a new or an empty folder"))]
    except OSError as error:
        what = tr("it cannot be looked into ({error})", error=in_words(error.strerror or ""))
        return [FieldProblem("folder", what, tr("Choose another folder"))]
    return []


def _file(answers: Answers) -> StoreFile:
    wide, deep = answers.width, answers.depth
    return StoreFile(
        format=1,
        store=StoreInfo(
            id=id_of(answers.name),
            name=answers.name,
            currency=answers.currency,
            time_zone=answers.time_zone,
            prices_include_tax=answers.prices_include_tax,
        ),
        floor=Floor(outline=_box(0.0, 0.0, wide, deep)),
        gate=tuple(_gates(answers)),
        camera=tuple(
            Camera(
                id=f"camera-{number}",
                name=f"Camera {number}",
                width=WIDTH,
                height=HEIGHT,
                url=url,
                calibration=looking_at(
                    _hung(number - 1, wide, deep),
                    (wide / 2 + 0.01, deep / 2, 0.5),
                    WIDTH,
                    HEIGHT,
                    VIEW_DEG,
                    error_px=GUESSED_PX,
                ),
            )
            for number, url in enumerate(answers.cameras, start=1)
        ),
    )


def _gates(answers: Answers) -> Iterator[Gate]:
    """In the middle of the front wall, side by side where there are two."""
    middle, width = answers.width / 2, answers.gate_width
    if answers.gates == "one":
        outline = _box(middle - width / 2, 0.0, middle + width / 2, GATE_DEEP_M)
        yield Gate(id="door", name="Door", kind="both", outline=outline)
        return
    yield Gate(id="entry", name="Entry", kind="entry", outline=_box(middle - width, 0.0, middle, GATE_DEEP_M))
    yield Gate(id="exit", name="Exit", kind="exit", outline=_box(middle, 0.0, middle + width, GATE_DEEP_M))


def _hung(number: int, wide: float, deep: float) -> Point3:
    """The corners first, then the middles of the walls."""
    low, x, y = CORNER_M, wide - CORNER_M, deep - CORNER_M
    places = (
        (low, low),
        (x, y),
        (x, low),
        (low, y),
        (wide / 2, y),
        (wide / 2, low),
        (low, deep / 2),
        (x, deep / 2),
    )
    return (*places[number % len(places)], HUNG_M)


def _box(x0: float, y0: float, x1: float, y1: float) -> tuple[Point2, ...]:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
