"""The file under the ledger: opened, migrated, written in whole transactions, and chained."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from console.back_office.chain import canonical, link
from console.back_office.cut_rows import anchor
from console.back_office.database import Database
from console.back_office.schema import KNOWN_MIGRATIONS, migrations
from console.language import tr

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another one before it gives up."""
AGAIN_S = 0.02
"""... where SQLite does not wait by itself, looking so often."""


class LedgerError(RuntimeError):
    """The ledger cannot be opened or written; the text says what to do."""


class LedgerFile:
    """An open file. One per thread; several processes may have it open (WAL)."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self.path = path

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open, make or migrate the file. Raises :class:`LedgerError` with the remedy.

        A reader of a file from an older version brings it up to date first, which wants write access once.
        """
        try:
            db = _connected(path, read_only=read_only)
        except (sqlite3.Error, OSError) as error:
            if read_only and not os.path.exists(path):  # noqa: PTH110 - no error in a folder that is not ours
                raise LedgerError(
                    f"{path}: there is no ledger here yet; running a store makes it."
                ) from error
            raise LedgerError(
                tr(
                    "{path}: cannot be opened as a ledger ({error}). Check that the "
                    "folder can be written, the disk is not full, and the file is a "
                    "ledger; nothing was changed.",
                    path=path,
                    error=error,
                )
            ) from error
        return cls(db, path)

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def database(self) -> Database:
        """For those that read or write tables of their own, and for the verifier."""
        return self._db

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        """One transaction, all or nothing; inside of another one, a part of it.

        Raises :class:`LedgerError` saying that ``what`` was not written where SQLite refuses.
        """
        if self._db.conn.in_transaction:
            yield
            return
        try:
            with immediate(self._db):
                yield
        except sqlite3.Error as error:
            raise LedgerError(
                tr(
                    "{path}: {what} was not written: {error}. Check that the disk is not "
                    "full and the file can be written; nothing was changed",
                    path=self.path,
                    what=tr(what),
                    error=error,
                )
            ) from error

    def append(self, cause: str, kind: str, body: msgspec.Struct) -> int:
        """Chain an entry; gives its number. Within :meth:`writing`; a cause is written once."""
        data = canonical(body)
        _, previous = self.head()
        cursor = self._db.execute(
            "INSERT INTO entry (cause, kind, body, previous, hash) VALUES (?, ?, ?, ?, ?)",
            (cause, kind, data.decode(), previous, link(previous, data)),
        )
        return int(cursor.lastrowid or 0)

    def has_entry(self, cause: str) -> bool:
        """Whether this has led to an entry before."""
        return self._db.execute("SELECT 1 FROM entry WHERE cause = ?", (cause,)).fetchone() is not None

    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry: written down elsewhere, it proves that nothing was cut off."""
        row = self._db.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        if row is None:
            begins = anchor(self._db)
            return begins.seq, begins.hash
        return int(row[0]), str(row[1])

    @property
    def name(self) -> str:
        """Random, given when the file was made or brought up to date; a copy has the same."""
        return str(self.scalar("SELECT name FROM ledger_name"))

    def scalar(self, sql: str, *args: object) -> Any:
        """First column of the first row; None where there is none."""
        row = self._db.execute(sql, args).fetchone()
        return None if row is None else row[0]


@contextmanager
def immediate(db: Database) -> Iterator[None]:
    """One transaction, all or nothing.

    IMMEDIATE takes the write lock at the start: a transaction that read first and then writes would fail at
    once, whatever its time-out, when another process has written in between.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.execute("ROLLBACK")
        raise


def _connected(path: Path, *, read_only: bool) -> Database:
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _prepared(Database(_plain(sqlite3.connect(path))))
    uri = f"{path.absolute().as_uri()}?mode=ro"
    db = _reader(uri)
    try:
        _refuse_newer(db)
    except sqlite3.Error:
        db.close()
        raise
    if not is_current(db):
        db.close()
        _prepared(Database(_plain(sqlite3.connect(path)))).close()
        db = _reader(uri)
    return db


def _plain(conn: sqlite3.Connection) -> sqlite3.Connection:
    """Transactions begin and end where we say so."""
    conn.isolation_level = None
    conn.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return conn


def _reader(uri: str) -> Database:
    db = Database(_plain(sqlite3.connect(uri, uri=True)))
    try:
        db.execute("SELECT 1 FROM entry LIMIT 1")
    except sqlite3.Error:
        db.close()
        raise
    return db


def is_current(db: Database) -> bool:
    """Whether all migrations that this program knows have been applied."""
    return {m.name for m in migrations.applied(db)} >= KNOWN_MIGRATIONS


def _refuse_newer(db: Database) -> None:
    """What a later version wrote is not understood, not even to be read: it would be called changed."""
    newer = {m.name for m in migrations.applied(db)} - KNOWN_MIGRATIONS
    if newer:
        raise sqlite3.DatabaseError(f"made by a newer version of this program: {', '.join(sorted(newer))}")


def _into_wal(db: Database) -> None:
    """Have it written ahead.

    Two who open a new file at once are in each other's way here, and SQLite, which cannot know who would wait
    for whom, has neither wait: the one that is refused tries again.
    """
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(AGAIN_S)
        else:
            return


def _prepared(db: Database) -> Database:
    try:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")  # what is purged leaves no bytes behind
        _into_wal(db)
        db.execute("PRAGMA synchronous = FULL")
        _refuse_newer(db)
        if not is_current(db):  # else nobody who writes is waited for
            with immediate(db):
                migrations.apply(db)
    except sqlite3.Error:
        db.close()
        raise
    return db
