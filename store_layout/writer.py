"""Writes a :class:`StoreLayout` to a store folder. Reading it again gives an equal layout."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from store_layout.checks import check_all
from store_layout.findings import CATALOG, LEARNED, PLANOGRAM, PROMOTIONS, TOML, Locator, draft_of
from store_layout.learned_file import learned_text
from store_layout.model import StoreLayout
from store_layout.problems import Problem, StoreProblems, errors_among
from store_layout.product_rows import catalog_text, planogram_text, promotions_text
from store_layout.toml_entries import not_finite
from store_layout.toml_text import toml_text


def check_layout(layout: StoreLayout) -> tuple[Problem, ...]:
    """All problems of a layout in memory, warnings too. Files that it names are not looked for."""
    draft = draft_of(layout)
    numbers = list(not_finite(msgspec.to_builtins(layout.file)))
    # Geometry of numbers that are none says nothing; first things first.
    findings = numbers or list(check_all(draft))
    locator = Locator(draft.ids)
    return tuple(locator.problem(finding) for finding in findings)


def write_store(layout: StoreLayout, folder: Path) -> None:
    """Write ``store.toml``, the CSV files and, where there are any, promotions and what was learned.

    Other files stay.

    All or nothing: a folder that is not there appears whole, and one that is keeps its old files where a new
    one cannot be written. Each file is replaced at once, so that a reader never sees half of it. Raises
    :class:`StoreProblems` for a layout that could not be read again, ``OSError`` where the disk refuses.
    """
    problems = check_layout(layout)
    if errors_among(problems):
        raise StoreProblems(problems)
    texts = {
        CATALOG: catalog_text(layout.catalog, layout.file.store.currency),
        PLANOGRAM: planogram_text(layout.planogram),
        TOML: toml_text(layout.file),
    }
    if layout.promotions or (folder / PROMOTIONS).exists():
        texts[PROMOTIONS] = promotions_text(layout.promotions, layout.file.store.currency)
    if layout.learned is not None:
        texts[LEARNED] = learned_text(layout.learned)
    contents = {name: text.encode("utf-8") for name, text in texts.items()}
    if folder.exists():
        _replace(folder, contents)
    else:
        _appear(folder, contents)


def write_tables(layout: StoreLayout, folder: Path, names: Iterable[str]) -> None:
    """Write some of the CSV files into a store folder that is there: all of them or none. ``OSError``."""
    texts = {
        CATALOG: catalog_text(layout.catalog, layout.file.store.currency),
        PLANOGRAM: planogram_text(layout.planogram),
        PROMOTIONS: promotions_text(layout.promotions, layout.file.store.currency),
    }
    _replace(folder, {name: texts[name].encode("utf-8") for name in names})


def _appear(folder: Path, contents: dict[str, bytes]) -> None:
    """Make the folder under another name, then move it into place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    making.mkdir()
    try:
        for name, content in contents.items():
            _write_through(making / name, content)
        making.rename(folder)
    except BaseException:
        for name in contents:
            (making / name).unlink(missing_ok=True)
        with suppress(OSError):
            making.rmdir()
        raise


def _replace(folder: Path, contents: dict[str, bytes]) -> None:
    """Write all files beside the old ones, then swap them; put the old ones back if a swap fails."""
    mark = secrets.token_hex(4)
    beside = {name: folder / f".{name}.{mark}" for name in contents}
    old = {name: (folder / name).read_bytes() if (folder / name).is_file() else None for name in contents}
    done: list[str] = []
    try:
        for name, content in contents.items():
            _write_through(beside[name], content)
        for name, path in beside.items():
            path.replace(folder / name)
            done.append(name)
    except BaseException:
        for name in done:
            before = old[name]
            if before is None:
                (folder / name).unlink(missing_ok=True)
            else:
                _write_through(beside[name], before)
                beside[name].replace(folder / name)
        raise
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)


def _write_through(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
