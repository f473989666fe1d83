"""Search as you type: the ledger is asked off the GUI thread, and only the newest question is answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office.ledger import Ledger
from console.back_office.visit_search import Shop, Sought, VisitEntry, find_visits
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from store_layout.model import StoreLayout

PAUSE_MS = 90
"""Between the last key and the question: who types on is not answered in between."""
MOST = 200
"""Rows shown; whoever finds more has to say more."""


class VisitSearch(QObject):
    """What is looked for, and what was found. ``changed`` follows :meth:`seek`."""

    changed = Signal()
    trouble = Signal(str)

    def __init__(
        self, path: Path, layout: StoreLayout, store_time: Callable[[], float], parent: QObject | None = None
    ) -> None:
        """``store_time``: now, as the store has it."""
        super().__init__(parent)
        self.path = path
        self.sought = Sought()
        self.found: tuple[VisitEntry, ...] | None = None
        """None: nothing is looked for."""
        store = layout.file.store
        self._store_time = store_time
        self._shop = Shop(
            ZoneInfo(store.time_zone), store.currency, 0.0, tuple((p.sku, p.name) for p in layout.catalog)
        )
        self._background = Background(self, workers=1)
        self._asked: Sought | None = None
        """Under way."""
        self._again = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    def close(self) -> None:
        """Wait for what runs; nothing is looked for any more."""
        self._pause.stop()
        self._background.close()

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._pause.isActive() or self._asked is not None

    def seek(self, sought: Sought) -> None:
        """Look for this from now on."""
        if sought == self.sought:
            return
        self.sought = sought
        if sought.is_all:
            self._pause.stop()
            self.found = None
            self.changed.emit()
        else:
            self._pause.start()

    def refresh(self) -> None:
        """The ledger has something new: look again for the same."""
        if not self.sought.is_all:
            self._ask()

    def _ask(self) -> None:
        if self._asked is not None:
            self._again = True
            return
        if self.sought.is_all:
            return
        sought, shop = self.sought, msgspec.structs.replace(self._shop, now=self._store_time())
        self._asked = sought
        self._background.run(lambda: _find(self.path, sought, shop), self._answered, self._failed)

    def _answered(self, found: tuple[VisitEntry, ...]) -> None:
        if self._finish():
            self.found = found
            self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.trouble.emit(tr("The ledger could not be searched: {error}", error=in_words(error)))
        self._finish()

    def _finish(self) -> bool:
        """The answer is there; whether it is the one that is wanted. If it is stale, ask for that one."""
        wanted, self._asked = self._asked == self.sought, None
        if (not wanted or self._again) and not self._pause.isActive():
            self._again = False
            self._ask()
        return wanted


def _find(path: Path, sought: Sought, shop: Shop) -> tuple[VisitEntry, ...]:
    if not path.exists():
        return ()
    with Ledger.open(path, read_only=True) as ledger:
        return tuple(find_visits(ledger, sought, shop, MOST))
