"""The print queue's tables, and how they came to be. A migration that has landed is never edited."""

from __future__ import annotations

from console.back_office.database import Database, Migrations

migrations = Migrations("openaisle-printing")


@migrations()
def m001_jobs(db: Database) -> None:
    """Jobs, and what was given out of each document."""
    db.execute(
        """CREATE TABLE job (
            id         INTEGER PRIMARY KEY AUTOINCREMENT,
            printer    TEXT NOT NULL,
            what       TEXT NOT NULL,
            document   TEXT NOT NULL,
            copy       INTEGER NOT NULL CHECK (copy >= 0),
            format     TEXT NOT NULL CHECK (format IN ('escpos', 'blocks')),
            state      TEXT NOT NULL
                       CHECK (state IN ('queued', 'printing', 'printed', 'unknown', 'failed', 'cancelled')),
            reason     TEXT NOT NULL DEFAULT '',
            attempts   INTEGER NOT NULL DEFAULT 0,
            sent       INTEGER NOT NULL DEFAULT 0,
            confirmed  INTEGER NOT NULL DEFAULT 0,
            created    REAL NOT NULL,
            changed    REAL NOT NULL,
            not_before REAL NOT NULL DEFAULT 0,
            body       BLOB NOT NULL
        ) STRICT"""
    )
    db.execute("CREATE INDEX job_waiting ON job (printer, state, id)")
    db.execute("CREATE INDEX job_document ON job (document)")
    db.execute(
        """CREATE TABLE given (
            document     TEXT PRIMARY KEY,
            copies       INTEGER NOT NULL DEFAULT 0,
            original_out INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID"""
    )
