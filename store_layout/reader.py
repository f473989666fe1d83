"""Reads a store folder: ``store.toml`` and its CSV files -> :class:`StoreLayout`.

Everything that is wrong is reported at once. One file that cannot be read does not keep the others from being
checked, and one wrong entry does not bring complaints about whatever refers to it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from store_layout.checks import check_all
from store_layout.currency import is_currency
from store_layout.findings import (
    CATALOG,
    LEARNED,
    PLANOGRAM,
    PROMOTIONS,
    TOML,
    Draft,
    Finding,
    Locator,
    Place,
)
from store_layout.learned_entries import read_learned
from store_layout.model import StoreLayout
from store_layout.problems import Problem, StoreProblems, errors_among
from store_layout.product_pictures import FOLDER, strange_folders
from store_layout.product_rows import lines_of_rows, read_facings, read_products, read_promotions
from store_layout.said import said
from store_layout.toml_entries import entries_of, store_file
from store_layout.toml_lines import lines_of

LARGEST_FILE = 64 * 2**20
"""Bytes; a store file beyond that is something else by mistake."""


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """What reading a folder gave."""

    layout: StoreLayout | None
    """None where there are errors."""
    problems: tuple[Problem, ...]
    """Errors and warnings, in the order of the files."""


def read_store(folder: Path) -> StoreLayout:
    """The layout in a store folder. Raises :class:`StoreProblems` with all problems on errors."""
    check = check_store(folder)
    if check.layout is None:
        raise StoreProblems(check.problems)
    return check.layout


def check_store(folder: Path) -> StoreCheck:
    """Read a store folder and say all that is wrong or doubtful. Never raises for what is in the folder."""
    try:
        is_folder, is_there = folder.is_dir(), folder.exists()
    except (OSError, ValueError) as error:  # who may not look, a name that is too long or has a zero byte
        why = getattr(error, "strerror", None) or str(error)
        what, remedy = said("it cannot be looked into ({error})", error=why), said("Choose another folder")
        return StoreCheck(None, (Problem(str(folder), "", what, remedy),))
    if not is_folder:
        what = said("this is a file, not a folder") if is_there else said("there is no such folder")
        remedy = said("Check the path, or describe a store: copy assets/demo_store and change it")
        return StoreCheck(None, (Problem(str(folder), "", what, remedy),))
    findings: list[Finding] = []
    draft, lines = _toml(_content(folder / TOML, findings), findings)
    csv_lines: dict[str, dict[int, int]] = {}
    catalog, planogram = _content(folder / CATALOG, findings), _content(folder / PLANOGRAM, findings)
    promotions = _content(folder / PROMOTIONS, findings, optional=True)
    currency = draft.store.currency if draft.store and is_currency(draft.store.currency) else None
    if catalog is not None:
        products, skus, found = read_products(catalog, currency)
        draft = replace(draft, catalog=products, ids={**draft.ids, "catalog": skus})
        csv_lines[CATALOG] = lines_of_rows(catalog, CATALOG)
        findings += found
    if planogram is not None:
        facings, found = read_facings(planogram)
        draft = replace(draft, planogram=facings)
        csv_lines[PLANOGRAM] = lines_of_rows(planogram, PLANOGRAM)
        findings += found
    if promotions is not None:
        offers, found = read_promotions(promotions, currency)
        draft = replace(draft, promotions=offers)
        csv_lines[PROMOTIONS] = lines_of_rows(promotions, PROMOTIONS)
        findings += found
    taught = _content(folder / LEARNED, findings, optional=True)
    if taught is not None:
        learned, found = read_learned(taught)
        draft = replace(draft, learned=learned)
        findings += found
    draft = replace(draft, catalog_read=catalog is not None)
    findings += [*check_all(draft), *_pictures(folder, draft)]
    locator = Locator(draft.ids, lines, csv_lines)
    problems = tuple(locator.problem(f) for f in _in_order(findings, lines))
    return StoreCheck(None if errors_among(problems) else _layout(draft), problems)


def _layout(draft: Draft) -> StoreLayout | None:
    file = store_file(draft)
    if file is None:
        return None
    return StoreLayout(
        file=file,
        catalog=tuple(draft.catalog.values()),
        planogram=tuple(draft.planogram.values()),
        promotions=tuple(draft.promotions.values()),
        learned=draft.learned,
    )


def _content(path: Path, findings: list[Finding], *, optional: bool = False) -> bytes | None:
    try:
        if path.stat().st_size > LARGEST_FILE:
            what, remedy = (
                said("the file is larger than {size} MiB", size=LARGEST_FILE // 2**20),
                said("Check that it is the right file"),
            )
            findings.append(Finding(path.name, (), what, remedy))
            return None
        return path.read_bytes()
    except FileNotFoundError:
        if optional:
            return None
        remedy = said(
            "Create it in {name}, or choose the folder of a store", name=repr(path.parent.resolve().name)
        )
        findings.append(Finding(path.name, (), said("the file is missing"), remedy))
    except OSError as error:
        what = said("the file cannot be read ({strerror})", strerror=error.strerror)
        findings.append(Finding(path.name, (), what, said("Check that it is a file and who may read it")))
    return None


def _toml(content: bytes | None, findings: list[Finding]) -> tuple[Draft, dict[Place, int]]:
    """Entries of the TOML file and the line of each value; where there is no TOML, a draft without claims."""
    nothing = Draft(toml_read=False)
    if content is None:
        return nothing, {}
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.append(
            Finding(TOML, (), said("line {line} is not UTF-8", line=line), said("Save the file as UTF-8"))
        )
        return nothing, {}
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        findings.append(_syntax(str(error)))
        return nothing, {}
    except RecursionError:
        findings.append(
            Finding(TOML, (), said("brackets are nested too deeply"), said("Remove the surplus ones"))
        )
        return nothing, {}
    draft, found = entries_of(data)
    findings += found
    return draft, lines_of(text)


def _syntax(message: str) -> Finding:
    """A syntax error as ``tomllib`` words it: ``what (at line 3, column 7)``."""
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)", message)
    what = message[: place.start()] if place else message
    where = (
        said("line {line}, column {name}", line=place[1], name=place[2])
        if place and place[1]
        else said("the end of the file")
    )
    remedy = said(
        "Mend the TOML there: text in quotes, lists in square brackets, a key only once in its table"
    )
    return Finding(
        TOML, (), said("not TOML: {error}", error=f"{what[0].lower()}{what[1:]}"), remedy, where=where
    )


def _pictures(folder: Path, draft: Draft) -> Iterator[Finding]:
    """Files that the store names."""
    named: list[tuple[str, Place, str | None]] = [
        (TOML, ("floor", "plan"), draft.floor.plan if draft.floor else None),
        (TOML, ("broker", "ca_file"), draft.broker.ca_file if draft.broker else None),
        *((CATALOG, (row, "picture"), product.picture) for row, product in draft.catalog.items()),
    ]
    for file, place, name in named:
        if name is None:
            continue
        if _leads_out(name) and place != ("broker", "ca_file"):
            what, remedy = (
                said("{name} is not within the store folder", name=repr(name)),
                said("Put the file there and write its name"),
            )
            yield Finding(file, place, what, remedy)
        elif not _exists(folder / name):
            yield Finding(
                file,
                place,
                said("there is no file {name}", name=repr(name)),
                said("Put it there, or remove the name"),
                "warning",
            )
    for name in strange_folders(folder, draft.catalog.values()) if draft.catalog_read else ():
        what = said(
            "there are pictures in {folder}/{name}, and no product has this number", folder=FOLDER, name=name
        )
        yield Finding(CATALOG, (), what, said("Name the folder after the product's sku"), "warning")


def _leads_out(name: str) -> bool:
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    return posix.is_absolute() or bool(windows.anchor) or ".." in posix.parts or ".." in windows.parts


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or has a zero byte
        return False


def _in_order(findings: list[Finding], lines: dict[Place, int]) -> list[Finding]:
    """By file, and within a file by line or row."""

    def key(finding: Finding) -> tuple[int, float]:
        file = (TOML, CATALOG, PLANOGRAM, PROMOTIONS, LEARNED).index(finding.file)
        if file == 0:
            ends = range(len(finding.place), 0, -1)
            return 0, next((lines[finding.place[:end]] for end in ends if finding.place[:end] in lines), -1)
        if finding.file == LEARNED:
            return file, next((float(part) for part in finding.place if isinstance(part, int)), -1.0)
        return file, float(finding.place[0]) if finding.place else -2.0

    return sorted(findings, key=key)
