"""What was written: ``<clips folder>/<visit>/<event>/``, whole or not there.

``console.back_office.clip_files`` removes what is old of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from inference.evidence.manifest import FILE, FORMAT, Evidence
from inference.messages.said import said
from inference.recording.format import file_name

FOLDER = "clips"
"""Name of the folder within an engine's state folder."""
MAKING = ".making"
"""What is being written; what a killed engine left there is removed at its next start."""


class EvidenceError(ValueError):
    """What was kept of an event cannot be read; the text says why."""


def event_folder(clips: Path, visit: str, event: str) -> Path:
    """Where what is kept of an event of a visit lies."""
    return clips / file_name(visit) / file_name(event)


def read_evidence(clips: Path, visit: str, event: str) -> Evidence | None:
    """What is kept of an event; None where nothing is. Raises :class:`EvidenceError`."""
    return _read(event_folder(clips, visit, event))


def every_evidence(clips: Path) -> Iterator[Evidence]:
    """All that is kept, by folder; what cannot be read is left out."""
    for file in sorted(clips.glob(f"[!.]*/*/{FILE}")):
        try:
            found = _read(file.parent)
        except EvidenceError:
            continue
        if found is not None:
            yield found


def _read(folder: Path) -> Evidence | None:
    file = folder / FILE
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Evidence)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise EvidenceError(said("{file}: {error}", file=file, error=error)) from error
    if found.format != FORMAT:
        raise EvidenceError(
            said(
                "{file}: format {format}, this program reads {known}",
                file=file,
                format=found.format,
                known=FORMAT,
            )
        )
    return found
