"""What was written: ``<clips folder>/<visit>/<event>/``, whole or not there."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

import msgspec

from inference.evidence.manifest import FILE, FORMAT, Evidence
from inference.recording.format import file_name

FOLDER = "clips"
"""Name of the folder within an engine's state folder."""
MAKING = ".making"
"""What is being written; what a killed engine left there is removed at its next start."""


class EvidenceError(ValueError):
    """What was kept of an event cannot be read; the text says why."""


class Kept(msgspec.Struct, frozen=True):
    """What is kept of one event."""

    visit: str
    event: str
    t: float
    """Store time of the event."""
    size: int
    """Bytes on the disk."""
    clips: int
    folder: str


def event_folder(clips: Path, visit: str, event: str) -> Path:
    """Where what is kept of an event of a visit lies."""
    return clips / file_name(visit) / file_name(event)


def read_evidence(clips: Path, visit: str, event: str) -> Evidence | None:
    """What is kept of an event; None where nothing is. Raises :class:`EvidenceError`."""
    return _read(event_folder(clips, visit, event))


def _read(folder: Path) -> Evidence | None:
    file = folder / FILE
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Evidence)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise EvidenceError(f"{file}: {error}") from error
    if found.format != FORMAT:
        raise EvidenceError(f"{file}: format {found.format}, this program reads {FORMAT}")
    return found


def kept_evidence(clips: Path) -> list[Kept]:
    """Everything that is kept, the oldest first. What cannot be read counts by its file's age."""
    found = []
    for folder in clips.glob("*/*/") if clips.is_dir() else ():
        if folder.parent.name == MAKING:
            continue
        try:
            size = sum(file.stat().st_size for file in folder.iterdir())
            told = _read(folder)
            changed = folder.stat().st_mtime
        except FileNotFoundError:  # removed meanwhile
            continue
        except EvidenceError:
            told, changed = None, folder.stat().st_mtime
        visit, event, t, count = folder.parent.name, folder.name, changed, 0
        if told is not None:
            visit, event, t, count = told.visit, told.event, told.t, len(told.clips)
        found.append(Kept(visit, event, t, size, count, str(folder)))
    return sorted(found, key=lambda kept: (kept.t, kept.visit, kept.event))


def remove_evidence(
    clips: Path,
    *,
    before: float | None = None,
    visits: Collection[str] | None = None,
    keep: Collection[str] = (),
    dry_run: bool = False,
) -> list[Kept]:
    """Remove what is older than ``before`` (store time of the event), of ``visits`` only where given.

    ``keep``: visits of which everything stays. Gives what was removed; with ``dry_run``, what would be.
    Safe while an engine writes and a window reads. Raises ``ValueError`` where neither is given: that would
    be everything, and ``OSError`` for what cannot be removed.
    """
    if before is None and visits is None:
        raise ValueError("say before when, or which visits: without either, everything would be removed")
    gone = [
        kept
        for kept in kept_evidence(clips)
        if (before is None or kept.t < before)
        and (visits is None or kept.visit in visits)
        and kept.visit not in keep
    ]
    for kept in () if dry_run else gone:
        folder = Path(kept.folder)
        shutil.rmtree(folder)
        if not any(folder.parent.iterdir()):
            folder.parent.rmdir()
    return gone
