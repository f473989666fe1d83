"""Rows of disputes and their evidence: how they are read and written. Who may do what is in ``disputes``."""

from __future__ import annotations

from typing import Literal

import msgspec

from console.back_office.chain import canonical
from console.back_office.corrections import Change, Reason
from console.back_office.ledger_file import LedgerFile

Source = Literal["staff", "shopper", "kiosk"]
State = Literal["open", "accepted", "declined"]


class Evidence(msgspec.Struct, frozen=True):
    """Something that speaks for one side."""

    name: str
    sha256: str
    at: float
    operator: str


class DisputeRow(msgspec.Struct, frozen=True):
    """A dispute about one receipt."""

    id: str
    receipt: int
    """Its number."""
    opened_at: float
    opened_by: str
    source: Source
    """Who says so."""
    reason: Reason
    message: str
    changes: tuple[Change, ...]
    state: State
    decided_at: float
    decided_by: str
    evidence: tuple[Evidence, ...] = ()


_SELECT = (
    "SELECT id, receipt, opened_at, opened_by, source, reason, message, changes, state, decided_at, "
    "decided_by FROM dispute "
)


def row(file: LedgerFile, name: str) -> DisputeRow | None:
    """A dispute by its id."""
    found = _read(file, f"{_SELECT} WHERE id = ?", (name,))
    return found[0] if found else None


def disputes(file: LedgerFile, state: State | None = None, limit: int = 200) -> list[DisputeRow]:
    """The latest ones, newest first."""
    where = "WHERE (? IS NULL OR state = ?) ORDER BY opened_at DESC, id DESC LIMIT ?"
    return _read(file, f"{_SELECT} {where}", (state, state, limit))


def disputes_of(file: LedgerFile, receipt: int) -> list[DisputeRow]:
    """All about one receipt, the oldest first."""
    return _read(file, f"{_SELECT} WHERE receipt = ? ORDER BY opened_at, id", (receipt,))


def next_key(file: LedgerFile, receipt: int) -> str:
    """A key for one more dispute of a receipt, where nobody gave one. Within a transaction."""
    return str(file.scalar("SELECT count(*) + 1 FROM dispute WHERE receipt = ?", receipt))


def insert(file: LedgerFile, dispute: DisputeRow) -> None:
    """Within a transaction."""
    file.database.execute(
        "INSERT INTO dispute (id, receipt, opened_at, opened_by, source, reason, message, changes, state, "
        "decided_at, decided_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            dispute.id,
            dispute.receipt,
            dispute.opened_at,
            dispute.opened_by,
            dispute.source,
            dispute.reason,
            dispute.message,
            canonical(dispute.changes).decode(),
            dispute.state,
            dispute.decided_at,
            dispute.decided_by,
        ),
    )


def decide(file: LedgerFile, name: str, state: State, operator: str, at: float) -> None:
    """Nothing changes about it any more."""
    file.database.execute(
        "UPDATE dispute SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?",
        (state, operator, at, name),
    )


def attach(file: LedgerFile, dispute: str, name: str, sha256: str, *, at: float, operator: str) -> bool:
    """False: it is there already."""
    cursor = file.database.execute(
        "INSERT OR IGNORE INTO dispute_evidence (dispute, name, sha256, at, operator) VALUES (?, ?, ?, ?, ?)",
        (dispute, name, sha256, at, operator),
    )
    return bool(cursor.rowcount)


def _read(file: LedgerFile, sql: str, args: tuple[object, ...]) -> list[DisputeRow]:
    found = []
    for columns in file.database.execute(sql, args).fetchall():
        values = dict(zip(DisputeRow.__struct_fields__, columns, strict=False))
        values["changes"] = msgspec.json.decode(values["changes"])
        values["evidence"] = [
            dict(zip(Evidence.__struct_fields__, piece, strict=True))
            for piece in file.database.execute(
                "SELECT name, sha256, at, operator FROM dispute_evidence WHERE dispute = ? ORDER BY at, name",
                (values["id"],),
            )
        ]
        found.append(msgspec.convert(values, DisputeRow))
    return found
