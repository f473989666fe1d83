"""What was learned, in the window: estimated off its thread, applied and taken back with a manager's PIN."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from console.back_office.ledger import Ledger, LedgerError
from console.back_office.operators import SignInError, sign_in
from console.back_office.permissions import Actor, NotAllowedError
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.disputes import SignIn
from console.operations.learning_work import (
    LearningState,
    apply_proposal,
    propose_for,
    read_state,
    undo_last,
)
from console.operations.operator_session import SCREEN
from inference.learning.proposal import Proposal
from store_layout.learned import Learned
from store_layout.learned_file import LearnedError
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

_REFUSALS = (SignInError, NotAllowedError)
_TROUBLES = (LearnedError, StoreProblems, LedgerError, sqlite3.Error, OSError)


@dataclass(frozen=True)
class LearningPlaces:
    """Where all that is learned from lies, and where it is written."""

    ledger: Path
    store: Path | None
    """None: of a recording, which nothing is learned for."""
    clips: Path | None


@dataclass(frozen=True)
class Looked:
    """The store folder as it was read, with what would be proposed for it."""

    layout: StoreLayout
    state: LearningState
    proposal: Proposal


class _StoppedError(Exception):
    """Nobody waits for it any more."""


class LearningDesk(QObject):
    """One look at a time. ``changed`` follows whatever is done."""

    changed = Signal()
    progressed = Signal(int, int)
    """Visits read, then numbers estimated, of how many."""
    refused = Signal(str)
    """The PIN, or the role: said beside the PIN."""
    told = Signal(str)
    """What was done, or why it was not."""

    def __init__(self, places: LearningPlaces, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.places = places
        self.looked: Looked | None = None
        self.looking = False
        self._background = Background(self, workers=1)
        self._stop = threading.Event()

    def close(self) -> None:
        """Break off what runs."""
        self._stop.set()
        self._background.close()

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        return self._background.busy

    def look(self) -> None:
        """Read the folder and estimate everything anew."""
        folder = self.places.store
        if folder is None or self.looking:
            return
        self.looking = True

        def step(done: int, total: int) -> None:
            if self._stop.is_set():
                raise _StoppedError
            self.progressed.emit(done, total)

        def work() -> Looked:
            if not self.places.ledger.exists():
                layout = read_store(folder)
                number = 0 if layout.learned is None else layout.learned.number
                nothing = Proposal(estimates=(), settled=0, reviewed=0, follows=number)
                return Looked(layout, read_state(folder), nothing)
            with Ledger.open(self.places.ledger, read_only=True) as file:
                proposal = propose_for(folder, file, self.places.clips, step)
            return Looked(read_store(folder), read_state(folder), proposal)

        self._background.run(work, self._have_looked, self._failed)
        self.changed.emit()

    def apply(self, signed: SignIn, why: str = "") -> None:
        """Put in force what is shown, and nothing else."""
        looked = self.looked
        if looked is not None:
            self._do(
                signed,
                lambda folder, file, actor: apply_proposal(
                    folder, file, actor, looked.proposal, now=time.time(), why=why
                ),
                lambda done: tr("Number {n} holds from the engine's next start.", n=done.number),
            )

    def undo(self, signed: SignIn, why: str = "") -> None:
        """Take back what was applied last."""
        self._do(
            signed,
            lambda folder, file, actor: undo_last(folder, file, actor, now=time.time(), why=why),
            lambda done: tr("Number {n} is taken back, from the engine's next start.", n=done.number),
        )

    # -- inside --------------------------------------------------------------------------------------

    def _do(
        self,
        signed: SignIn,
        work: Callable[[Path, Ledger, Actor], Learned],
        words: Callable[[Learned], str],
    ) -> None:
        folder = self.places.store
        if folder is None:
            return

        def whole() -> Learned:
            with Ledger.open(self.places.ledger) as file:
                actor = sign_in(file, signed.name, signed.pin, at=time.time(), screen=SCREEN)
                return work(folder, file, actor)

        def done(learned: Learned) -> None:
            self.told.emit(words(learned))
            self.look()

        self._background.run(whole, done, self._failed)

    def _have_looked(self, found: Looked) -> None:
        self.looking = False
        self.looked = found
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.looking = False
        if isinstance(error, _REFUSALS):
            self.refused.emit(f"{in_words(error)}.")
        elif isinstance(error, _TROUBLES):
            self.told.emit(in_words(error))
        elif not isinstance(error, _StoppedError):
            raise error
        self.changed.emit()
