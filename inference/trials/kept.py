"""Sessions that are done, on disk: a long run that was broken off goes on where it was.

What a session gives hangs on the code, so a file's name has a fingerprint of it: after a change everything is
simulated anew, and what older code gave stays beside it until somebody deletes it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

import inference
import store_layout
from inference.trials.session import Trial
from store_layout.whole_files import write_asked_for

Result = TypeVar("Result")


class Kept:
    """A folder of results."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when there is something to keep."""
        self._folder = folder

    def load(self, trial: Trial, how: object, kind: type[Result]) -> Result | None:
        """What this session gave, run so; None: it was not, or the file is damaged."""
        try:
            return msgspec.json.decode(self._path(trial, how).read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError):
            return None

    def save(self, trial: Trial, how: object, result: object) -> None:
        """Keep it. Raises ``OSError`` that names the file."""
        write_asked_for(self._path(trial, how), msgspec.json.encode(result))

    def _path(self, trial: Trial, how: object) -> Path:
        what = msgspec.json.encode((trial, how, _fingerprint()))
        name = f"{trial.profile}-{trial.format}-{trial.scales}-{trial.seed}"
        return self._folder / f"{name}-{hashlib.sha256(what).hexdigest()[:16]}.json"


@cache
def _fingerprint() -> str:
    """Of all source that a session runs through."""
    digest = hashlib.sha256()
    for package in (inference, store_layout):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
