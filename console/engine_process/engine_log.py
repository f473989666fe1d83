"""The engine's log file, and what it said last: all that is left to ask when it has ended."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from inference.messages.said import Said, said

LOG_FILE = "engine.log"
LOG_LIMIT = 2_000_000
SAID_LINES = 12


class EngineLog:
    """Appended to by one life of the engine after another."""

    def __init__(self, state: Path) -> None:
        """``state``: the engine's state folder."""
        self._path = state / LOG_FILE
        self._start = 0

    def open(self) -> IO[bytes]:
        """For a new life; what was said before it is not asked for any more."""
        if self._path.exists() and self._path.stat().st_size > LOG_LIMIT:
            self._path.replace(self._path.with_suffix(".log.1"))
        self._start = self._path.stat().st_size if self._path.exists() else 0
        return self._path.open("ab")

    def last(self) -> str:
        """The last lines that the engine said in this life."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._start)
                lines = file.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(line for line in lines[-SAID_LINES:] if line.strip())

    def unexpected_end(self, status: int | None) -> Said:
        """Of an engine that nobody asked to end; ``status``: None where it is not known."""
        last = self.last() or said("it said nothing")
        if status is None:
            return said("the engine ended unexpectedly: {last}", last=last)
        if status < 0:
            return said("the engine ended unexpectedly by signal {number}: {last}", number=-status, last=last)
        return said("the engine ended unexpectedly with status {number}: {last}", number=status, last=last)
