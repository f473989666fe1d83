"""The file under the print queue: opened, migrated, read and written in whole transactions.

One per thread; several processes may have it open (WAL).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from console.back_office.database import Database
from console.language import tr
from console.printing.queue_schema import migrations

BUSY_TIMEOUT_MS = 10_000


class QueueError(RuntimeError):
    """The queue cannot be used, or a job cannot do what is asked of it; the text says what can be done."""


class QueueFile:
    """An open file."""

    def __init__(self, db: Database, path: Path, clock: Callable[[], float]) -> None:
        self._db, self.path, self._clock = db, path, clock

    @classmethod
    def open(cls, path: Path, clock: Callable[[], float] = time.time) -> Self:
        """Open or make the file. Raises :class:`QueueError`."""
        conn: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            conn = sqlite3.connect(path)
            conn.isolation_level = None
            db = Database(conn)
            db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA secure_delete = ON")
            queue = cls(db, path, clock)
            if migrations.pending(db):  # a spooler opens it every few seconds: nobody is held up by that
                with queue.writing():
                    migrations.apply(db)
        except (sqlite3.Error, OSError, QueueError) as error:
            if conn is not None:
                conn.close()
            raise QueueError(
                tr(
                    "{path}: cannot be opened as a print queue ({error}). Check that the folder can be "
                    "written and the disk is not full; receipts are safe in the ledger and can be "
                    "printed again",
                    path=path,
                    error=error,
                )
            ) from error
        return queue

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """What a statement finds. Raises :class:`QueueError`."""
        try:
            return list(self._db.execute(sql, args))
        except sqlite3.Error as error:
            raise QueueError(
                tr(
                    "{path}: cannot be read ({error}). If it is damaged, move it away: receipts are safe "
                    "in the ledger and can be printed again",
                    path=self.path,
                    error=error,
                )
            ) from error

    def writing(self) -> Transaction:
        """All or nothing. Raises :class:`QueueError`."""
        return Transaction(self._db, self.path)


class Transaction:
    """IMMEDIATE, all or nothing; SQLite's errors in words."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db, self._path = db, path

    def __enter__(self) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise QueueError(
                tr("{path}: cannot be written now ({error})", path=self._path, error=error)
            ) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        failure = error
        try:
            if error is None:
                self._db.execute("COMMIT")
        except sqlite3.Error as late:
            failure = late
        if failure is not None and self._db.conn.in_transaction:  # a full disk has rolled back already
            self._db.execute("ROLLBACK")
        if isinstance(failure, sqlite3.Error):
            raise QueueError(
                tr(
                    "{path}: was not written ({failure}); nothing was changed",
                    path=self._path,
                    failure=failure,
                )
            ) from failure
