"""The ledger's tables, and how they came to be. A migration that has landed is never edited."""

from __future__ import annotations

import secrets

from console.back_office.database import Database, Migrations
from console.back_office.tables import (
    CUTTING,
    DISPUTES,
    DOCUMENTS,
    HOLDS,
    OPERATORS,
    PAYMENTS,
    PURGING,
    REVIEWS,
    SEARCHING,
    TABLES,
)

migrations = Migrations("openaisle")

_IMMUTABLE = ("entry", "document", "document_line")
"""Nothing issued is ever edited. (Visits may be purged when their time is over.)"""


@migrations()
def m001_ledger(db: Database) -> None:
    """Visits, documents, and the chain that holds both."""
    for statement in TABLES.split(";"):
        if statement.strip():
            db.execute(statement)
    for table in _IMMUTABLE:
        for change in ("UPDATE", "DELETE"):
            db.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is immutable: a correction is a new document'); END"
            )
    db.execute(
        "CREATE TRIGGER visit_no_update BEFORE UPDATE ON visit "
        "BEGIN SELECT RAISE(ABORT, 'a closed visit is immutable'); END"
    )


@migrations()
def m002_documents(db: Database) -> None:
    """Receipts for several visits, documents that refer to a receipt, and the prices of each visit's time."""
    _execute(db, DOCUMENTS)
    _make_immutable(db, "document", "document_line", "receipt_visit", "price_list")


@migrations()
def m003_operators(db: Database) -> None:
    """The people who work with the console; who they are is also in the chain."""
    _execute(db, OPERATORS)


@migrations()
def m004_reviews(db: Database) -> None:
    """The queue of visits that a person has to decide."""
    _execute(db, REVIEWS)
    db.execute(
        "CREATE TRIGGER review_issued BEFORE UPDATE ON review WHEN OLD.state = 'issued' "
        "BEGIN SELECT RAISE(ABORT, 'an issued review is immutable: a correction is a new document'); END"
    )


@migrations()
def m005_disputes(db: Database) -> None:
    """What is said to be wrong with receipts, and how that was decided."""
    _execute(db, DISPUTES)
    db.execute(
        "CREATE TRIGGER dispute_decided BEFORE UPDATE ON dispute WHEN OLD.state <> 'open' "
        "BEGIN SELECT RAISE(ABORT, 'a decided dispute is immutable: open another one'); END"
    )


@migrations()
def m006_payments(db: Database) -> None:
    """The outbox of orders to the payment provider. What was issued before was charged elsewhere."""
    _execute(db, PAYMENTS)
    db.execute(
        "CREATE TRIGGER payment_answered BEFORE UPDATE ON payment_task "
        "WHEN OLD.state IN ('done', 'settled') "
        "BEGIN SELECT RAISE(ABORT, 'a payment that was made is immutable'); END"
    )


@migrations()
def m007_privacy(db: Database) -> None:
    """A card's token and digits, and a shopper's words, may be taken out of rows that are else immutable."""
    db.execute("DROP TRIGGER payment_answered")
    db.execute(
        "CREATE TRIGGER payment_answered BEFORE UPDATE ON payment_task "
        "WHEN OLD.state IN ('done', 'settled') "
        f"AND NOT ({_same(_PAYMENT_FIXED)} AND {_same_or_empty('token')} AND {_same_or_empty('last_four')}) "
        "BEGIN SELECT RAISE(ABORT, 'a payment that was made is immutable'); END"
    )
    db.execute("DROP TRIGGER dispute_decided")
    db.execute(
        "CREATE TRIGGER dispute_decided BEFORE UPDATE ON dispute WHEN OLD.state <> 'open' "
        f"AND NOT ({_same(_DISPUTE_FIXED)} AND {_same_or_empty('message')}) "
        "BEGIN SELECT RAISE(ABORT, 'a decided dispute is immutable: open another one'); END"
    )
    _execute(db, PURGING)


@migrations()
def m008_searching(db: Database) -> None:
    """Indices for what is looked up in a ledger of a million visits."""
    _execute(db, SEARCHING)


@migrations()
def m009_holds(db: Database) -> None:
    """Money kept back on cards from the entry on."""
    _execute(db, HOLDS)


@migrations()
def m010_closing(db: Database) -> None:
    """Money that moved on a day, found without reading all that ever moved."""
    _execute(db, "CREATE INDEX entry_payment_at ON entry (json_extract(body, '$.at')) WHERE kind = 'payment'")


@migrations()
def m011_cutting(db: Database) -> None:
    """The beginning of the chain may be cut off when its time is over; each ledger has a name of its own."""
    _execute(db, CUTTING)
    db.execute("INSERT INTO ledger_name VALUES (1, ?)", (secrets.token_hex(8),))
    _make_immutable(db, "cut_entry", "ledger_name")
    for table, was_cut in _WAS_CUT.items():
        db.execute(f"DROP TRIGGER {table}_no_delete")
        db.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "  # noqa: S608 - our own names
            f"WHEN NOT EXISTS (SELECT 1 FROM cut_entry c WHERE {was_cut}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is immutable: a correction is a new document'); END"
        )


_WAS_CUT = {
    "entry": "c.seq = OLD.seq AND c.hash = OLD.hash",
    "document": "c.seq = OLD.entry",
    "document_line": "c.series = OLD.series AND c.number = OLD.number AND c.series <> ''",
    "receipt_visit": "c.series = OLD.series AND c.number = OLD.number AND c.series <> ''",
}
"""Which row of ``cut_entry`` is what is left of a row."""


_PAYMENT_FIXED = (
    "id, key, kind, receipt, document, amount, currency, state, attempts, next_at, capture, ref, said"
)
_DISPUTE_FIXED = "id, receipt, opened_at, opened_by, source, reason, changes, state, decided_at, decided_by"


def _same(columns: str) -> str:
    return " AND ".join(f"NEW.{name} IS OLD.{name}" for name in columns.split(", "))


def _same_or_empty(column: str) -> str:
    return f"NEW.{column} IN ('', OLD.{column})"


def _execute(db: Database, statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            db.execute(statement)


def _make_immutable(db: Database, *tables: str) -> None:
    for table in tables:
        for change in ("UPDATE", "DELETE"):
            db.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is immutable: a correction is a new document'); END"
            )


KNOWN_MIGRATIONS = frozenset(
    migration.__name__
    for migration in (
        m001_ledger,
        m002_documents,
        m003_operators,
        m004_reviews,
        m005_disputes,
        m006_payments,
        m007_privacy,
        m008_searching,
        m009_holds,
        m010_closing,
        m011_cutting,
    )
)
