"""Closed visits and their receipts, read from the ledger in the background."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office.ledger import Ledger
from console.back_office.visit_search import VisitEntry, latest_visits
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background

RETRY_MS = 1000
TROUBLE_AFTER = 2
"""Failed reads in a row."""
RECENT = 200
"""How many visits the list holds."""


def read_recent(path: Path, limit: int = RECENT) -> tuple[VisitEntry, ...]:
    """The visits that closed last, newest first; none while there is no ledger. Raises ``LedgerError``."""
    if not path.exists():
        return ()
    with Ledger.open(path, read_only=True) as ledger:
        return tuple(latest_visits(ledger, limit))


class VisitHistory(QObject):
    """The closed visits as last read. ``refresh`` reads again; ``changed`` follows when they differ."""

    changed = Signal()
    trouble = Signal(str)

    def __init__(self, path: Path, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.entries: tuple[VisitEntry, ...] = ()
        self._background = background
        self._reading = False
        self._again = False
        self._failures = 0
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self.refresh)

    def close(self) -> None:
        """No more retries."""
        self._retry.stop()

    def refresh(self) -> None:
        """Read the ledger; a second call while one is under way leads to one more read after it."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._background.run(lambda: read_recent(self.path), self._read, self._failed)

    def _read(self, entries: tuple[VisitEntry, ...]) -> None:
        self._failures = 0
        if entries != self.entries:
            self.entries = entries
            self.changed.emit()
        self._finish()

    def _failed(self, error: Exception) -> None:
        """Once may be the moment in which the engine makes the file; twice is trouble, and is said once."""
        self._failures += 1
        if self._failures == TROUBLE_AFTER:
            self.trouble.emit(
                tr("The ledger could not be read: {error}. What is shown may be old.", error=in_words(error))
            )
        self._retry.start()
        self._finish()

    def _finish(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self.refresh()
