"""The only way out of the kiosk: a manager's PIN. Each try is in the ledger's log."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from console.back_office import operators as people
from console.back_office.audit import record
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.operators import OperatorError, PinMustChangeError, SignInError
from console.language import tr, tr_noop
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.operator_session import read_operators

SCREEN = "kiosk"


class NotAManagerError(PermissionError):
    """The PIN was right, and its owner may not end the kiosk."""


class KioskExit(QObject):
    """Knows the managers' names, and checks their PINs off the GUI thread."""

    changed = Signal()
    """The names were read."""
    left = Signal(str)
    """This manager's PIN was right."""
    refused = Signal(str)

    def __init__(self, path: Path, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path, self._background = path, background
        self.managers: tuple[str, ...] | None = None
        """None: not read yet."""

    def read(self) -> None:
        """Read the names; ``changed`` follows."""
        self._background.run(lambda: read_operators(self._path), self._were_read, self._failed)

    def try_pin(self, name: str, pin: str) -> None:
        """``left`` or ``refused`` follows."""

        def work() -> str:
            with Ledger.open(self._path) as file:
                actor = people.sign_in(file, name, pin, at=time.time(), screen=SCREEN)
                may = actor.role == "manager"
                with file.writing(tr_noop("leaving the kiosk")):
                    record(
                        file,
                        actor,
                        "left the kiosk" if may else "was refused to leave the kiosk",
                        at=time.time(),
                    )
                if not may:
                    raise NotAManagerError(name)
                return name

        self._background.run(work, self.left.emit, self._failed)

    def _were_read(self, found: tuple[people.Operator, ...]) -> None:
        self.managers = tuple(each.name for each in found if each.role == "manager")
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        match error:
            case PinMustChangeError():
                self.refused.emit(tr("This is a first PIN: choose your own one in the console first."))
            case NotAManagerError():
                self.refused.emit(tr("Only a manager can end the kiosk."))
            case SignInError() | OperatorError():
                self.refused.emit(f"{in_words(error)}.")
            case LedgerError() | sqlite3.Error() | OSError():
                self.refused.emit(tr("The ledger could not be used: {why}", why=error))
            case _:
                raise error
