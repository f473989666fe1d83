"""A changed store folder in the running engine: asked for, waited for, said how it went, written down."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office import audit
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.permissions import Actor
from console.engine_process.link import EngineLink
from console.language import tr, tr_n
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.live_state import LiveState
from console.operations.operator_session import SCREEN, OperatorSession
from inference.messages.said import Words
from inference.messages.wire import Answer, Refused, StoreTaken, TakeStore
from store_layout.layout_changes import LayoutChange

LOGGED = 20
"""Changes of one folder that the log names."""
AGAIN_MS = 500
"""Between two requests while something is in the way that goes away by itself."""


class StoreTakeover(QObject):
    """One at a time. Nothing here can harm the store that runs: the engine checks first, and refuses."""

    changed = Signal()
    """``waiting`` or ``start_needed`` is another one."""
    said = Signal(str)
    refused = Signal(str)
    taken = Signal()
    """The engine works with the folder as it is now."""

    def __init__(
        self, ledger_path: Path, link: EngineLink, state: LiveState, session: OperatorSession
    ) -> None:
        super().__init__(session.parent())
        self._path, self._link, self._state, self._session = ledger_path, link, state, session
        self._background = Background(self, workers=1)
        self._asking = self._again = self._given_up = False
        self._about = self._done = ""
        self.waiting = ""
        """What is in the way and goes away by itself; empty: nothing is waited for."""
        self.start_needed = ""
        """What the running engine cannot change, and another one can; empty: nothing."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AGAIN_MS)
        self._timer.timeout.connect(self._ask)
        state.engine_changed.connect(self._follow)
        self._renewed_at: float | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._asking or self._timer.isActive()

    def ask(self, about: str = "", done: str = "") -> None:
        """Have the engine take the store folder over.

        ``about``: what was changed of it, for the log; ``done``: the same in words, said with the outcome.
        """
        self._about, self._done = about, done
        self._show("", "")
        self._timer.stop()
        self._given_up = False
        self._again = self._asking  # the answer to come is about the folder as it was
        if not self._asking:
            self._ask()

    def cancel(self) -> None:
        """Wait no longer; the folder stays as it is, and the engine as it was."""
        self._timer.stop()
        self._given_up = True
        if self.waiting:
            self._show("", "")
            self.refused.emit(tr("The engine goes on with the store as it was."))

    def renew(self) -> None:
        """Let another engine go on with the changed folder: for some seconds nothing is seen."""
        if self._asking:
            return
        self._asking = True
        self._show("", tr("another engine is being loaded; this one works on meanwhile"))
        actor = self._session.actor

        def work() -> Words | None:
            why = self._link.renew()
            if why is None:
                self._log(actor, "had another engine go on with the changed store")
            return why

        self._background.run(work, self._renewing, self._failed)

    def close(self) -> None:
        """Wait for what runs."""
        self._timer.stop()
        self._background.close()

    # -- inside --------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._asking = True
        actor, about = self._session.actor, self._about

        def work() -> Answer:
            answer = self._link.request(TakeStore())
            if isinstance(answer, StoreTaken) and answer.changes:
                why = "; ".join(_logged(change) for change in answer.changes[:LOGGED])
                self._log(actor, "had the changed store folder taken over", about, why)
            return answer

        self._background.run(work, self._answered, self._failed)

    def _log(self, actor: Actor | None, what: str, about: str = "", why: str = "") -> None:
        """Not on the GUI thread."""
        with Ledger.open(self._path) as file, file.writing("the change of the store"):
            audit.record(file, actor, what, at=time.time(), about=about, why=why, screen=SCREEN)

    def _answered(self, answer: Answer) -> None:
        self._asking = False
        if self._again:
            self._again = False
            self._ask()
            return
        match answer:
            case StoreTaken(changes=changes):
                self._show("", "")
                self.taken.emit()
                self.said.emit(self._taken_words(changes))
            case Refused(remedy="wait") if self._given_up:
                pass
            case Refused(why=why, remedy="wait"):
                self._show(in_words(why), "")
                self._timer.start()
            case Refused(why=why, remedy=remedy):
                self._show("", in_words(why) if remedy == "start" else "")
                self._refuse(in_words(why))
            case _:
                self._show("", "")
                self.refused.emit(tr("The engine answered something else."))

    def _taken_words(self, changes: tuple[LayoutChange, ...]) -> str:
        if not changes:
            return self._with_done(tr("The engine works with the store folder as it is."))
        taken = tr_n(
            "The engine took {n} change over without a break.",
            "The engine took {n} changes over without a break.",
            len(changes),
        )
        return self._with_done(taken)

    def _with_done(self, words: str) -> str:
        return f"{self._done} {words}" if self._done else words

    def _renewing(self, why: Words | None) -> None:
        self._asking = False
        self._renewed_at = time.monotonic()
        if why is not None:
            self._renewed_at = None
            self._show("", "")
            self._refuse(in_words(why))

    def _refuse(self, why: str) -> None:
        words = tr("The engine goes on with the store as it was: {why}.", why=why)
        self.refused.emit(self._with_done(words))

    def _follow(self) -> None:
        """Another engine runs, as was asked for: say how long it took."""
        if self._renewed_at is not None and self._state.engine_state == "running" and not self._asking:
            took = time.monotonic() - self._renewed_at
            self._renewed_at = None
            self._show("", "")
            self.taken.emit()
            self.said.emit(
                tr("Another engine goes on with the changed store, after {seconds} s.", seconds=f"{took:.1f}")
            )

    def _show(self, waiting: str, start_needed: str) -> None:
        if (waiting, start_needed) != (self.waiting, self.start_needed):
            self.waiting, self.start_needed = waiting, start_needed
            self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._asking = False
        self._show("", "")
        if not isinstance(error, LedgerError | sqlite3.Error | OSError):
            raise error
        self.refused.emit(tr("It is done, but it could not be logged: {error}", error=in_words(error)))


def _logged(change: LayoutChange) -> str:
    """For the log, in English as all of it."""
    return " ".join(part for part in (change.part, change.name, change.how) if part)
