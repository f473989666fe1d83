"""Who did what, when, to which document, from which screen, and why: in the same chain as the documents."""

from __future__ import annotations

import msgspec

from console.back_office.bodies import AuditEntry, CutBody, OperatorChange, PurgeBody, StockCountBody
from console.back_office.ledger_file import LedgerFile
from console.back_office.permissions import Actor

KINDS = ("audit", "operator", "purge", "cut", "stock_count")
"""Kinds of entries that are lines of the log."""


class AuditRow(msgspec.Struct, frozen=True):
    """A line of the log, with its place in the chain."""

    entry: int
    at: float
    who: str
    role: str
    what: str
    about: str
    screen: str
    why: str
    approved_by: str


def record(
    file: LedgerFile,
    actor: Actor | None,
    what: str,
    *,
    at: float,
    about: str = "",
    why: str = "",
    approved_by: str = "",
    screen: str = "",
) -> int:
    """Write a line into the chain, in the transaction of what it tells of. Gives the entry's number.

    ``actor`` None: somebody who has not shown a PIN; then ``screen`` says where.
    """
    entry = AuditEntry(
        kind="audit",
        at=at,
        who=actor.name if actor else "",
        role=actor.role if actor else "",
        what=what,
        about=about,
        screen=actor.screen if actor else screen,
        why=why,
        approved_by=approved_by,
    )
    seq, _ = file.head()
    return file.append(f"audit:{seq + 1}", "audit", entry)


def log(file: LedgerFile, limit: int = 200, about: str = "") -> list[AuditRow]:
    """The latest lines, newest first; ``about`` only those of one document, visit or operator."""
    # By an index that has the order too, whether of its kind or of what it is about: nothing is sorted.
    where = "+kind = ? AND json_extract(body, '$.about') = ?" if about else "kind = ?"
    found: list[tuple[int, str, str]] = []
    for kind in KINDS:
        found += file.database.execute(
            f"SELECT seq, kind, body FROM entry WHERE {where} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - ours
            (kind, *((about,) if about else ()), limit),
        ).fetchall()
    return [_row(*row) for row in sorted(found, reverse=True)[:limit]]


_BODIES: dict[str, type[AuditEntry | OperatorChange | PurgeBody | CutBody | StockCountBody]] = {
    "audit": AuditEntry,
    "operator": OperatorChange,
    "purge": PurgeBody,
    "cut": CutBody,
    "stock_count": StockCountBody,
}


def _row(seq: int, kind: str, body: str) -> AuditRow:
    entry = msgspec.json.decode(body, type=_BODIES[kind])
    return AuditRow(
        entry=seq,
        at=entry.at,
        who=entry.who,
        role=entry.role,
        what=entry.what,
        about=entry.about,
        screen=entry.screen,
        why=entry.why,
        approved_by=entry.approved_by,
    )
