"""All that the Visits page works with: search, one visit's desk, and printing, over one ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from console.operations.operator_session import OperatorSession
from console.operations.printing import PrintDesk
from console.operations.visit_desk import VisitDesk
from console.operations.visit_history import VisitHistory
from console.operations.visit_search import VisitSearch
from console.printing.places import PrintPlaces
from store_layout.model import StoreLayout


class VisitWork(QObject):
    """Keeps them at one: what one of them writes, the others read."""

    def __init__(
        self,
        ledger: Path,
        layout: StoreLayout,
        history: VisitHistory,
        session: OperatorSession,
        parent: QObject | None = None,
        *,
        places: PrintPlaces,
        store_time: Callable[[], float],
    ) -> None:
        """``store_time``: now, as the store has it."""
        super().__init__(parent)
        self.history, self.session = history, session
        self.search = VisitSearch(ledger, layout, store_time, self)
        self.desk = VisitDesk(ledger, layout, store_time, self)
        self.prints = PrintDesk(ledger, places, layout, self)
        history.changed.connect(self.search.refresh)
        history.changed.connect(self.desk.refresh)
        self.desk.done.connect(lambda _: history.refresh())
        self.desk.done.connect(lambda _: self.search.refresh())
        # A copy is in the log, which is a part of what is known of a visit.
        self.prints.said.connect(lambda _: self.desk.refresh())

    @property
    def busy(self) -> bool:
        """Whether something asked for is still to come."""
        return self.search.busy or self.desk.busy or self.prints.busy

    def close(self) -> None:
        """Wait for what runs."""
        self.search.close()
        self.desk.close()
        self.prints.close()
