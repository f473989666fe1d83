"""The visit that is looked at, and what is done about it, from and to the ledger off the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from console.back_office.dispute_rows import DisputeRow
from console.back_office.disputes import Decided
from console.language import tr
from console.language.sentences import in_words
from console.operations import disputes
from console.operations.background import Background
from console.operations.disputes import TROUBLES, Claim, NextStep, RefusedError, SignIn, Verdict
from console.operations.visit_dossier import Dossier, read_dossier
from store_layout.model import StoreLayout


class VisitDesk(QObject):
    """One visit at a time. Call a method; ``changed`` and one of ``done`` and ``refused`` follow."""

    changed = Signal()
    """Another dossier, or the same one with something new in it."""
    done = Signal(object)
    """What came of it: ``Decided``, ``DisputeRow``, or None for a payment. It is in the ledger."""
    disputed = Signal(str)
    """A visit of which a receipt is disputed now."""
    refused = Signal(str, str)
    """Where in the form (see ``disputes.Where``), and why. Nothing was written."""
    trouble = Signal(str)

    def __init__(
        self, path: Path, layout: StoreLayout, store_time: Callable[[], float], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.path, self.layout, self.store_time = path, layout, store_time
        self.dossier: Dossier | None = None
        self.working = False
        """Something asked for is being written."""
        self._wanted: str | None = None
        self._reading: str | None = None
        self._again = False
        self._background = Background(self, workers=1)

    def close(self) -> None:
        """Wait for what runs."""
        self._background.close()

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        return self._background.busy

    # -- looking -------------------------------------------------------------------------------------

    def look_at(self, visit: str | None) -> None:
        """Read all about this visit; the newest wish wins."""
        if visit == self._wanted:
            return
        self._wanted = visit
        if visit is None:
            self.dossier = None
            self.changed.emit()
        else:
            self._read()

    def refresh(self) -> None:
        """The ledger has something new."""
        if self._wanted is not None:
            self._read()

    def _read(self) -> None:
        if self._reading is not None:
            self._again = True
            return
        visit = self._wanted
        if visit is None:
            return
        self._reading = visit
        self._background.run(lambda: read_dossier(self.path, visit), self._was_read, self._not_read)

    def _was_read(self, dossier: Dossier | None) -> None:
        if self._reading == self._wanted and dossier != self.dossier:
            self.dossier = dossier
            self.changed.emit()
        self._finish()

    def _not_read(self, error: Exception) -> None:
        if not isinstance(error, TROUBLES):
            raise error
        self.trouble.emit(tr("The visit could not be read: {error}", error=in_words(error)))
        self._finish()

    def _finish(self) -> None:
        stale, self._reading = self._reading != self._wanted, None
        if stale or self._again:
            self._again = False
            self._read()

    # -- doing ---------------------------------------------------------------------------------------

    def dispute(self, claim: Claim, who: SignIn, verdict: Verdict, second: SignIn | None = None) -> None:
        """Say what is wrong with a receipt and, unless ``verdict`` is ``open``, decide it."""
        at = self.store_time()
        visit = None if self.dossier is None else self.dossier.row.visit.visit

        def work() -> Decided | DisputeRow:
            return disputes.dispute(self.path, claim, who, verdict, at=at, second=second, layout=self.layout)

        self._do(work, visit)

    def decide(
        self,
        dispute: str,
        who: SignIn,
        verdict: Literal["accepted", "declined"],
        *,
        why: str = "",
        second: SignIn | None = None,
    ) -> None:
        """Decide a dispute that somebody opened."""
        at = self.store_time()
        self._do(
            lambda: disputes.decide(
                self.path, dispute, who, verdict, at=at, why=why, second=second, layout=self.layout
            )
        )

    def pay(self, receipt: int, who: SignIn, how: NextStep, why: str = "", token: str | None = None) -> None:
        """Take the next step with what is unpaid; ``token``: the provider's, of another card."""
        at = self.store_time()
        self._do(lambda: disputes.pay(self.path, receipt, who, how, at=at, why=why, token=token))

    def _do(self, work: Callable[[], object], disputed: str | None = None) -> None:
        if self.working:
            return
        self.working = True
        self._background.run(work, lambda result: self._was_done(result, disputed), self._was_refused)

    def _was_done(self, result: object, disputed: str | None) -> None:
        self.working = False
        if disputed is not None:
            self.disputed.emit(disputed)
        self._read()
        self.done.emit(result)

    def _was_refused(self, error: Exception) -> None:
        self.working = False
        if not isinstance(error, RefusedError):
            raise error
        self.refused.emit(error.where, in_words(error))
