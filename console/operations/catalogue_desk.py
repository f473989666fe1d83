"""What is sold and where it stands, from the window: dry runs, changes now or at a time, and their history.

A change whose time has come is priced by the engine's ledger at once; weights and slots come into the running
engine when it takes the folder over. An open window asks for that and says so; without one the engine's
process does it (``engine_process/planned_changes.py``).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office.ledger import Ledger, LedgerError
from console.back_office.operators import OperatorError, SignInError, sign_in
from console.back_office.permissions import Actor, NotAllowedError
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.catalogue import (
    Book,
    Plan,
    carry_out,
    plan_import,
    plan_slot,
    read_book,
    read_table,
    save_tables,
)
from console.operations.change_undo import take_back
from console.operations.disputes import SignIn
from console.operations.operator_session import SCREEN
from store_layout.change_files import ChangeError
from store_layout.changes import Change, in_time
from store_layout.model import Facing, StoreLayout
from store_layout.problems import StoreProblems

LOOK_MS = 15_000
"""Between two looks for a change whose time has come."""
REFUSALS = (NotAllowedError, OperatorError, SignInError, ChangeError, StoreProblems)
TROUBLES = (LedgerError, sqlite3.Error, OSError)


class CatalogueDesk(QObject):
    """Works off the GUI thread. A dry run is told by ``planned``, unless a newer one was asked for."""

    changed = Signal()
    """The tables or their changes were read anew."""
    planned = Signal(object)
    """A ``Plan``."""
    not_planned = Signal(str)
    """Why there is none."""
    saved = Signal(object)
    """Where copies of the tables lie."""
    made = Signal(object)
    """The ``Change`` that was made, planned or taken back."""
    filed = Signal(str, str)
    """The store's tables were changed: what of them, and in words. The engine does not know yet."""
    said = Signal(str)
    refused = Signal(str)
    """What was to be made was not, and why."""
    trouble = Signal(str)
    """The tables cannot be read."""

    def __init__(
        self, ledger_path: Path, layout: StoreLayout, folder: Path | None, parent: QObject | None = None
    ) -> None:
        """``folder``: the store's; None of a recording, whose shelves are part of it."""
        super().__init__(parent)
        self._path, self.folder = ledger_path, folder
        self.book = Book(layout, ())
        self.undoable: int | None = None
        """The change that was made last from this window."""
        self._background = Background(self, workers=1)
        self._asked = 0
        self._told: set[int] = set()
        """Changes of which the engine was told that their time has come."""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look_for_due)

    @property
    def can_change(self) -> bool:
        """Whether there are tables to be changed."""
        return self.folder is not None

    @property
    def busy(self) -> bool:
        """Whether something asked for is still to come."""
        return self._background.busy

    @property
    def waiting(self) -> tuple[Change, ...]:
        """Planned changes, the next one first."""
        return tuple(in_time([c for c in self.book.changes if c.state == "scheduled"]))

    def start(self) -> None:
        """Read the tables, and look for changes whose time has come from now on."""
        if self.folder is not None:
            self._timer.start()
            self.look()

    def close(self) -> None:
        """Wait for what runs."""
        self._timer.stop()
        self._background.close()

    def look(self) -> None:
        """Read tables and changes; ``changed`` follows."""
        folder = self.folder
        if folder is not None:
            self._background.run(lambda: read_book(folder), self._read, self._not_read)

    def look_for_due(self) -> None:
        """Have the engine take over what was planned for a time that has come: once for each change."""
        now = time.time()
        due = [change for change in self.waiting if change.valid_from <= now]
        new = [change.number for change in due if change.number not in self._told]
        self._told.update(new)
        if due:
            self.look()
        if new:
            self.filed.emit(
                f"catalogue change {new[-1]}",
                tr("The planned change {number} is valid from now on.", number=new[-1]),
            )

    def save_tables(self, target: Path) -> None:
        """Copy the tables as they are, for a spreadsheet; ``said`` or ``not_planned`` follows."""
        folder = self.folder
        if folder is None:
            return

        def done(made: tuple[Path, ...]) -> None:
            self.said.emit(tr("Saved: {files}.", files=", ".join(str(path) for path in made)))
            self.saved.emit(made)

        def failed(error: Exception) -> None:
            if not isinstance(error, ChangeError):
                raise error
            self.not_planned.emit(_sentence(error))

        self._background.run(lambda: save_tables(folder, target), done, failed)

    # -- dry runs ------------------------------------------------------------------------------------

    def plan_import(
        self, catalog: Path | None, planogram: Path | None, *, partial: bool, at: float | None
    ) -> None:
        """Say what these files would change."""
        self._plan(
            lambda folder: plan_import(
                folder,
                None if catalog is None else read_table(catalog),
                None if planogram is None else read_table(planogram),
                partial=partial,
                at=at,
                now=time.time(),
            )
        )

    def plan_slot(self, slot: str, facings: tuple[Facing, ...], at: float | None) -> None:
        """Say what it would change to have just these rows of the planogram for a slot."""
        self._plan(lambda folder: plan_slot(folder, slot, facings, at=at, now=time.time()))

    def forget_plan(self) -> None:
        """Whatever dry run is still to come is not wanted any more."""
        self._asked += 1

    def _plan(self, work: Callable[[Path], Plan]) -> None:
        folder = self.folder
        if folder is None:
            return
        self._asked += 1
        number = self._asked

        def done(plan: Plan) -> None:
            if number == self._asked:
                self.planned.emit(plan)

        def failed(error: Exception) -> None:
            if not isinstance(error, (*REFUSALS, *TROUBLES)):
                raise error
            if number == self._asked:
                self.not_planned.emit(_sentence(error))

        self._background.run(lambda: work(folder), done, failed)

    # -- changes -------------------------------------------------------------------------------------

    def carry_out(self, plan: Plan, who: SignIn, why: str = "") -> None:
        """Make a planned change; ``made`` or ``refused`` follows."""
        self._change(
            who,
            lambda folder, ledger, actor: carry_out(folder, ledger, actor, plan, now=time.time(), why=why),
        )

    def take_back(self, number: int, who: SignIn, why: str = "") -> None:
        """Undo a change, or cancel one that waits; ``made`` or ``refused`` follows."""
        self._change(
            who,
            lambda folder, ledger, actor: take_back(folder, ledger, actor, number, now=time.time(), why=why),
        )

    def _change(self, who: SignIn, make: Callable[[Path, Ledger, Actor], Change]) -> None:
        folder = self.folder
        if folder is None:
            return

        def work() -> tuple[Change, Book]:
            with Ledger.open(self._path) as ledger:
                actor = sign_in(ledger, who.name, who.pin, at=time.time(), screen=SCREEN)
                change = make(folder, ledger, actor)
            return change, read_book(folder)

        self._background.run(work, self._was_made, self._failed)

    # -- inside --------------------------------------------------------------------------------------

    def _was_made(self, done: tuple[Change, Book]) -> None:
        change, self.book = done
        self.undoable = change.number if change.undoes is None and change.state != "cancelled" else None
        self.changed.emit()
        self.made.emit(change)
        about = f"catalogue change {change.number}"
        match change.state:
            case "cancelled":
                self.said.emit(tr("The planned change {number} is cancelled.", number=change.number))
            case "scheduled":
                self.said.emit(tr("Change {number} is planned.", number=change.number))
            case _ if change.undoes is not None:
                self.filed.emit(about, tr("Change {number} is taken back.", number=change.undoes))
            case _:
                self.filed.emit(about, tr("Change {number} is made.", number=change.number))

    def _read(self, book: Book) -> None:
        if book != self.book:
            self.book = book
            self.changed.emit()

    def _not_read(self, error: Exception) -> None:
        if not isinstance(error, (*REFUSALS, *TROUBLES)):
            raise error
        self.trouble.emit(_sentence(error))

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, (*REFUSALS, *TROUBLES)):
            raise error
        self.refused.emit(_sentence(error))


def _sentence(error: Exception) -> str:
    words = in_words(error)
    return words[:1].upper() + words[1:]
