"""Who sits at the console: signed in by name and PIN, until it is locked or nothing was done for a while."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office import operators as people
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.operators import Operator, OperatorError, PinMustChangeError, SignInError
from console.back_office.permissions import Actor, NotAllowedError
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background

IDLE_MINUTES = 5
IDLE_CHOICES = (1, 2, 5, 10, 15, 30)
"""Minutes without a key or a click after which whoever is signed in is signed out; never is no choice."""
SCREEN = "window"
_REFUSALS = (SignInError, OperatorError, NotAllowedError)


def read_operators(path: Path) -> tuple[Operator, ...]:
    """Those who work here; none while there is no ledger. Raises ``LedgerError``."""
    if not path.exists():
        return ()
    with Ledger.open(path, read_only=True) as file:
        return tuple(operator for operator in people.operators(file) if operator.active)


class OperatorSession(QObject):
    """At most one operator. PINs are checked off the GUI thread: a check takes some 50 ms by design."""

    changed = Signal()
    """Somebody else (or nobody) is signed in, or the list of names is another one."""
    refused = Signal(str)
    must_choose = Signal(str)
    """The PIN was right and was somebody else's choice: this operator has to choose their own now."""

    def __init__(self, path: Path, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.actor: Actor | None = None
        self.operators: tuple[Operator, ...] | None = None
        """None: not read yet."""
        self._background = background
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self.idle_minutes = IDLE_MINUTES
        self._idle.setInterval(IDLE_MINUTES * 60_000)
        self._idle.timeout.connect(self.lock)

    def close(self) -> None:
        """Nobody any more, and no timer."""
        self._idle.stop()
        self.actor = None

    def take_over(self, actor: Actor | None) -> None:
        """Who was signed in at the window that this one takes the place of is signed in here."""
        if actor is not None:
            self.actor = actor
            self.touch()
            self.changed.emit()

    def lock_after(self, minutes: int) -> None:
        """Sign out after so long without a key or a click."""
        self.idle_minutes = minutes
        self._idle.setInterval(minutes * 60_000)

    def touch(self) -> None:
        """Somebody did something."""
        if self.actor is not None:
            self._idle.start()

    def lock(self) -> None:
        """Sign out."""
        self._idle.stop()
        if self.actor is not None:
            self.actor = None
            self.changed.emit()

    def read(self) -> None:
        """Read the names again."""
        self._background.run(lambda: read_operators(self.path), self._were_read, self._failed)

    def sign_in(self, name: str, pin: str) -> None:
        """Check a PIN; ``changed``, ``must_choose`` or ``refused`` follows."""
        self._do(name, lambda file: people.sign_in(file, name, pin, at=time.time(), screen=SCREEN))

    def choose_pin(self, name: str, old: str, new: str) -> None:
        """Choose a PIN of one's own in place of ``old``, and be signed in."""

        def work(file: Ledger) -> Actor:
            people.change_pin(file, name, old, new, at=time.time(), screen=SCREEN)
            return people.sign_in(file, name, new, at=time.time(), screen=SCREEN)

        self._do(name, work)

    def add_first(self, name: str, pin: str) -> None:
        """Make the first operator of all, a manager, and be signed in."""

        def work(file: Ledger) -> Actor:
            people.add_operator(file, None, name, "manager", pin, at=time.time(), screen=SCREEN)
            return people.sign_in(file, name, pin, at=time.time(), screen=SCREEN)

        self._do(name, work)

    def _do(self, name: str, work: Callable[[Ledger], Actor]) -> None:
        def whole() -> Actor:
            with Ledger.open(self.path) as file:
                return work(file)

        def failed(error: Exception) -> None:
            if isinstance(error, PinMustChangeError):
                self.must_choose.emit(name)
            else:
                self._failed(error)

        self._background.run(whole, self._entered, failed)

    def _entered(self, actor: Actor) -> None:
        self.actor = actor
        self.touch()
        self.changed.emit()
        self.read()

    def _were_read(self, found: tuple[Operator, ...]) -> None:
        if found != self.operators:
            self.operators = found
            self.changed.emit()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, _REFUSALS):
            self.refused.emit(f"{in_words(error)}.")
        elif isinstance(error, LedgerError | sqlite3.Error | OSError):
            self.refused.emit(tr("The ledger could not be used: {error}", error=in_words(error)))
        else:
            raise error
