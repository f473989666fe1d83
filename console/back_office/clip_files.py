"""The folder of clips that an engine writes: what is old goes, what is disputed or under review stays.

``<folder>/<visit>/<event>/…``, the visit's id percent-encoded. What belongs to one event goes as one, by the
age of its newest file.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import unquote

import msgspec

BEING_WRITTEN = "."
"""Folders that begin so are not finished; whoever writes them removes what a crash left."""


class ClipsPurged(msgspec.Struct, frozen=True):
    """What went, or would go."""

    files: int = 0
    size: int = 0
    """Bytes."""
    kept: int = 0
    """Files that were old enough, and are kept for their visits."""


def clips_of(folder: Path, visits: Collection[str]) -> list[Path]:
    """Files of these visits."""
    return [file for unit in _units(folder) if _visit(folder, unit) in visits for file in _files(unit)]


def purge_clips(
    folder: Path,
    *,
    before: float | None = None,
    visits: Collection[str] | None = None,
    keep: Collection[str] = (),
    dry_run: bool = False,
) -> ClipsPurged:
    """Remove what was written before a time (seconds since the epoch), or all of ``visits``.

    ``keep``: visits of which everything stays. Raises ``ValueError`` where neither is said: that would be
    everything, and ``OSError`` for what cannot be removed.
    """
    if before is None and visits is None:
        raise ValueError("say before when, or which visits: without either, everything would be removed")
    files = size = kept = 0
    for unit in _units(folder):
        visit, found = _visit(folder, unit), _files(unit)
        stats = [file.stat() for file in found]
        if visits is not None and visit not in visits:
            continue
        if before is not None and any(stat.st_mtime >= before for stat in stats):
            continue
        if visit in keep:
            kept += len(found)
            continue
        files, size = files + len(found), size + sum(stat.st_size for stat in stats)
        if not dry_run:
            _remove(folder, unit)
    return ClipsPurged(files, size, kept)


def _units(folder: Path) -> Iterator[Path]:
    """What belongs together: a folder of an event, or a file that lies alone."""
    for child in sorted(folder.iterdir()) if folder.is_dir() else ():
        if child.name.startswith(BEING_WRITTEN):
            continue
        if child.is_dir():
            yield from sorted(child.iterdir()) or [child]
        else:
            yield child


def _visit(folder: Path, unit: Path) -> str:
    name = unit.stem if unit.is_file() and unit.parent == folder else unit.relative_to(folder).parts[0]
    return unquote(name)


def _files(unit: Path) -> list[Path]:
    return [unit] if unit.is_file() else [path for path in sorted(unit.rglob("*")) if path.is_file()]


def _remove(folder: Path, unit: Path) -> None:
    if unit.is_dir():
        shutil.rmtree(unit)
    else:
        unit.unlink()
    parent = unit.parent
    if parent != folder and not any(parent.iterdir()):
        parent.rmdir()
