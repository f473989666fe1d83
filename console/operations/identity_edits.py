"""What an operator puts right on the floor: asked of the engine, and once it is done, in the ledger's log."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from console.back_office.audit import record
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.permissions import Actor, NotAllowedError, require
from console.engine_process.link import EngineLink
from console.language import tr, tr_noop
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.operator_session import OperatorSession
from inference.messages.said import said
from inference.messages.wire import CorrectLine, Done, JoinVisits, MakeShopper, Refused, SetStaff, SplitVisit

Edit = SetStaff | JoinVisits | SplitVisit | MakeShopper | CorrectLine


class IdentityEdits(QObject):
    """One at a time; nothing on the screen changes until a snapshot says so."""

    done = Signal(str, object)
    """What was done, and the edit that undoes it; None where nothing does."""
    refused = Signal(str)

    def __init__(
        self,
        link: EngineLink,
        session: OperatorSession,
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self._link, self._background = link, background

    def send(self, edit: Edit) -> None:
        """``done`` or ``refused`` follows."""
        actor = self.session.actor
        if actor is None:
            self.refused.emit(tr("Sign in first: what is put right goes into the log with a name."))
            return
        try:
            require(actor, "correct the floor")
        except NotAllowedError as error:
            self.refused.emit(f"{in_words(error)}.")
            return
        self.session.touch()
        self._background.run(
            lambda: ask_and_log(self._link, self.session.path, actor, edit),
            lambda answer: self._answered(answer, edit),
            lambda error: self.refused.emit(tr("It could not be put right: {why}", why=error)),
        )

    def _answered(self, answer: Done | Refused, edit: Edit) -> None:
        if isinstance(answer, Refused):
            self.refused.emit(tr("It was not put right: {why}", why=in_words(answer.why)))
        else:
            self.done.emit(in_words(answer.text), undo_of(edit))


def ask_and_log(link: EngineLink, ledger: Path, actor: Actor, edit: Edit) -> Done | Refused:
    """Ask the engine; what it did is logged with who asked for it. Not on the GUI thread."""
    if not isinstance(edit, SetStaff):
        edit = msgspec.structs.replace(edit, by=actor.name)
    answer = link.request(edit)
    if not isinstance(answer, Done):
        return answer if isinstance(answer, Refused) else Refused(said("the engine answered something else"))
    try:
        with Ledger.open(ledger) as file, file.writing(tr_noop("what was put right")):
            record(file, actor, logged(edit), at=time.time(), about=edit.code)
    except (LedgerError, sqlite3.Error, OSError) as error:
        told = tr("It is not in the log: {why}", why=error)
        return Done(f"{in_words(answer.text)}. {told}")
    return answer


def logged(edit: Edit) -> str:
    """What the log says, in English as all of it."""
    match edit:
        case SetStaff(staff=staff):
            return "marked the visit as staff" if staff else "marked the visit as a shopper"
        case JoinVisits(other=other):
            return f"joined the visit {other} to it"
        case SplitVisit():
            return "said that whoever was followed as it is somebody else"
        case MakeShopper():
            return "said that this person, whom no gate explained, is a shopper"
        case CorrectLine(sku=sku, count=None):
            return f"took back what was said of {sku}"
        case CorrectLine(sku=sku, count=count):
            return f"set {sku} to {count}"


def undo_of(edit: Edit) -> Edit | None:
    """What undoes an edit; visits that were joined, parted or opened stay so."""
    match edit:
        case SetStaff(code=code, staff=staff):
            return SetStaff(code, not staff)
        case CorrectLine(code=code, sku=sku, count=count) if count is not None:
            return CorrectLine(code, sku, None)
        case _:
            return None
