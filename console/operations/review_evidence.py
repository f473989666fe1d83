"""What was kept of the events that cards ask about: read off the window's thread, held while needed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from console.language.sentences import in_words
from console.operations.background import Background
from inference.evidence.kept import EvidenceError, event_folder, read_evidence
from inference.evidence.manifest import Clip, Evidence

AGAIN_S = 2.0
"""The engine writes beside the ledger: what is not there yet is looked for again after so long."""


@dataclass(frozen=True, eq=False)
class ClipPictures:
    """One camera's clip, decoded."""

    about: Clip
    pictures: tuple[NDArray[np.uint8], ...]
    """``[height, width, 3]``, BGR, one for each of ``about.times``."""


@dataclass(frozen=True, eq=False)
class Watched:
    """What there is of one event."""

    evidence: Evidence | None = None
    """None: nothing was kept."""
    clips: tuple[ClipPictures, ...] = ()
    trouble: str = ""
    """Why some of it cannot be shown."""


class ReviewEvidence(QObject):
    """Holds the evidence of the card in hand and of the one after it."""

    changed = Signal()

    def __init__(self, clips: Path | None, background: Background, parent: QObject | None = None) -> None:
        """``clips``: the engine's folder, see ``inference.evidence.kept``; None: there is none."""
        super().__init__(parent)
        self._clips, self._background = clips, background
        self._held: dict[tuple[str, str], Watched] = {}
        self._reading: set[tuple[str, str]] = set()
        self._looked: dict[tuple[str, str], float] = {}

    def want(self, events: Sequence[tuple[str, str]]) -> None:
        """Read what is not held of these (visit, event), the first first; let go of all else."""
        self._held = {key: held for key, held in self._held.items() if key in events}
        self._looked = {key: at for key, at in self._looked.items() if key in events}
        if self._clips is None:
            return
        for key in events:
            held = self._held.get(key)
            due = held is None or (
                held.evidence is None and time.monotonic() - self._looked.get(key, 0.0) >= AGAIN_S
            )
            if due and key not in self._reading:
                self._read(self._clips, key)

    def of(self, visit: str, event: str) -> Watched | None:
        """What is held of it; None while it is read."""
        return Watched() if self._clips is None else self._held.get((visit, event))

    def _read(self, clips: Path, key: tuple[str, str]) -> None:
        self._reading.add(key)
        self._looked[key] = time.monotonic()

        def done(found: Watched) -> None:
            self._reading.discard(key)
            before = self._held.get(key)
            if key in self._looked:  # still wanted
                self._held[key] = found
                if before is None or found.evidence is not None:
                    self.changed.emit()

        def failed(error: Exception) -> None:
            self._reading.discard(key)
            raise error

        self._background.run(lambda: watched(clips, *key), done, failed)


def watched(clips: Path, visit: str, event: str) -> Watched:
    """Read and decode; what is damaged is said and the rest is shown."""
    from inference.recording import RecordingError
    from inference.recording.video import read_video

    try:
        evidence = read_evidence(clips, visit, event)
    except EvidenceError as error:
        return Watched(trouble=in_words(error))
    if evidence is None:
        return Watched()
    folder, found, trouble = event_folder(clips, visit, event), [], ""
    for clip in evidence.clips:
        try:
            pictures = tuple(read_video(folder / clip.file))[: len(clip.times)]
        except RecordingError as error:
            trouble = in_words(error)
            continue
        if pictures:
            found.append(ClipPictures(clip, pictures))
    return Watched(evidence, tuple(found), trouble)
