"""Disputes and payments from the window, each a whole piece of work: PINs first, then all or nothing."""

from __future__ import annotations

import secrets
import sqlite3
import time
from pathlib import Path
from typing import Literal

import msgspec

from console.back_office import disputes as desk
from console.back_office import payments
from console.back_office.corrections import Change, CorrectionError, Reason
from console.back_office.dispute_rows import DisputeRow
from console.back_office.disputes import Decided, DisputeError
from console.back_office.evidence_files import EvidenceFileError, EvidenceFiles
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.operators import OperatorError, SignInError, sign_in
from console.back_office.payments import PaymentError
from console.back_office.permissions import Actor, NotAllowedError, SecondNotAllowedError
from console.back_office.receipts import UnknownProductError
from console.language import tr, tr_noop
from console.language.sentences import in_words
from store_layout.model import StoreLayout

SCREEN = "window"
Verdict = Literal["open", "accepted", "declined"]
NextStep = Literal["again", "card", "counter", "cash", "written_off"]
"""``card``: another one, which was shown meanwhile."""
Where = Literal["pin", "second", "form"]
"""Which part of a form a refusal is about."""
REFUSALS = (
    SignInError,
    OperatorError,
    NotAllowedError,
    DisputeError,
    EvidenceFileError,
    CorrectionError,
    PaymentError,
    UnknownProductError,
)
TROUBLES = (LedgerError, sqlite3.Error, OSError)


class SignIn(msgspec.Struct, frozen=True):
    """Who acts, as it was typed. Never kept."""

    name: str
    pin: str


class Claim(msgspec.Struct, frozen=True):
    """What somebody says is wrong with a receipt."""

    receipt: int
    changes: tuple[Change, ...]
    reason: Reason
    message: str = ""
    by_shopper: bool = True
    evidence: tuple[Path, ...] = ()
    """Files that are kept beside the ledger for as long as the dispute."""
    key: str = ""
    """The same key is the same dispute."""


class RefusedError(Exception):
    """It was not done, and nothing was written; says where in the form and why."""

    def __init__(self, where: Where, words: str) -> None:
        super().__init__(words)
        self.where: Where = where


def new_key() -> str:
    """A key for one form that is filled in."""
    return secrets.token_hex(4)


def dispute(
    path: Path,
    claim: Claim,
    who: SignIn,
    verdict: Verdict,
    *,
    at: float,
    second: SignIn | None = None,
    layout: StoreLayout | None = None,
) -> Decided | DisputeRow:
    """Open a dispute and, unless it is to stay open, decide it: both or neither. Raises RefusedError.

    ``at``: store time. ``layout`` has the terms of a receipt from before they were kept.
    """
    with _opened(path) as ledger:
        actor, approver = _signed_in(ledger, who, "pin"), _second(ledger, second)
        try:
            # Kept before anything is locked: a clip may be large. If nothing comes of it, it is swept away.
            kept = EvidenceFiles.of(ledger)
            pieces = [(file.name, kept.keep(file)) for file in claim.evidence]
            with ledger.writing(tr_noop("the dispute")):
                found = desk.open_dispute(
                    ledger,
                    actor,
                    claim.receipt,
                    claim.changes,
                    claim.reason,
                    at=at,
                    message=claim.message,
                    source="shopper" if claim.by_shopper else "staff",
                    key=claim.key,
                    layout=layout,
                )
                for name, sha256 in pieces:
                    found = desk.attach(ledger, actor, found.id, name, sha256, at=at)
                if verdict == "open":
                    return found
                return desk.decide(
                    ledger,
                    actor,
                    found.id,
                    verdict,
                    at=at,
                    approver=approver,
                    why=claim.message,
                    layout=layout,
                )
        except (*REFUSALS, *TROUBLES) as error:
            raise _refused(error) from error


def decide(
    path: Path,
    name: str,
    who: SignIn,
    verdict: Literal["accepted", "declined"],
    *,
    at: float,
    why: str = "",
    second: SignIn | None = None,
    layout: StoreLayout | None = None,
) -> Decided:
    """Decide a dispute that is open. Raises RefusedError."""
    with _opened(path) as ledger:
        actor, approver = _signed_in(ledger, who, "pin"), _second(ledger, second)
        try:
            return desk.decide(ledger, actor, name, verdict, at=at, approver=approver, why=why, layout=layout)
        except (*REFUSALS, *TROUBLES) as error:
            raise _refused(error) from error


def pay(
    path: Path,
    receipt: int,
    who: SignIn,
    how: NextStep,
    *,
    at: float,
    why: str = "",
    token: str | None = None,
) -> None:
    """Take the next step with what is unpaid; ``token``: the provider's, of another card.

    Raises RefusedError.
    """
    with _opened(path) as ledger:
        actor = _signed_in(ledger, who, "pin")
        try:
            if how == "card" and not token:
                raise PaymentError(tr("Show the card to the terminal, and type or scan what it gives."))
            if how in ("again", "card"):
                card = token if how == "card" else None
                payments.try_again(ledger, actor, receipt, time.time(), token=card)
            else:
                settled: Literal["counter", "written_off"] = (
                    "written_off" if how == "written_off" else "counter"
                )
                payments.settle(ledger, actor, receipt, settled, at=at, why=why, cash=how == "cash")
        except (*REFUSALS, *TROUBLES) as error:
            raise _refused(error) from error


# -- parts -------------------------------------------------------------------------------------------


def _opened(path: Path) -> Ledger:
    try:
        return Ledger.open(path)
    except TROUBLES as error:
        raise _refused(error) from error


def _signed_in(ledger: Ledger, who: SignIn, where: Where) -> Actor:
    try:
        return sign_in(ledger, who.name, who.pin, at=time.time(), screen=SCREEN)
    except REFUSALS as error:
        raise RefusedError(where, _sentence(in_words(error))) from error


def _second(ledger: Ledger, second: SignIn | None) -> Actor | None:
    return None if second is None else _signed_in(ledger, second, "second")


def _refused(error: Exception) -> RefusedError:
    if not isinstance(error, REFUSALS):  # asked first: a PermissionError is an OSError too
        return RefusedError("form", tr("Nothing was written: {error}", error=in_words(error)))
    where: Where = "form"
    if isinstance(error, NotAllowedError):
        where = "second" if isinstance(error, SecondNotAllowedError) else "pin"
    return RefusedError(where, _sentence(in_words(error)))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
