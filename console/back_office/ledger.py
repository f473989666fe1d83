"""The ledger: one SQLite file that keeps visits and documents, and forgets nothing it issued.

Posting is idempotent by cause: the engine posts again whatever it is not sure of after a crash, and nothing
is doubled. Numbers are given inside the transaction that writes the document, so there are no gaps.
One :class:`Ledger` per thread; several processes may have the file open (WAL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import msgspec
from sqlite_utils import Database

from console.back_office.chain import GENESIS, canonical, digest, link
from console.back_office.receipts import Receipt, UnknownProductError, price_visit
from console.back_office.records import DocumentRow, VisitRow
from console.back_office.schema import KNOWN_MIGRATIONS, migrations
from inference.messages.results import ClosedVisit
from store_layout.model import StoreLayout

RECEIPT_SERIES = "R"
BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another one before it gives up."""


class LedgerError(RuntimeError):
    """The ledger cannot be opened or written; the text says what to do."""


class Posted(msgspec.Struct, frozen=True):
    """What posting a visit led to."""

    visit: str
    document: DocumentRow | None
    new: bool
    """False: it had been posted before, and nothing was written now."""


class VisitCommitment(msgspec.Struct, frozen=True):
    """What the chain keeps of a visit: enough to prove it unchanged, nothing about the shopper.

    The visit itself can be purged when its time is over, and the chain still holds.
    """

    kind: Literal["visit"]
    visit: str
    sha256: str


class Ledger:
    """An open ledger."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self.path = path

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open, make or migrate the file. Raises :class:`LedgerError` with the remedy."""
        try:
            if read_only:
                conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                conn = sqlite3.connect(path)
            conn.isolation_level = None
            db = Database(conn)
            _prepare(db, read_only=read_only)
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(
                f"{path}: cannot be opened as a ledger ({error}). Check that the folder can be written, the "
                "disk is not full, and the file is a ledger; nothing was changed."
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

    # -- writing -------------------------------------------------------------------------------------

    def post_visit(self, closed: ClosedVisit, layout: StoreLayout) -> Posted:
        """Keep a closed visit and, where it was decided so, issue its receipt: both or neither.

        A visit that holds something without a price goes into review instead of being lost.
        """
        receipt: Receipt | None = None
        if closed.decision == "issue":
            try:
                receipt = price_visit(closed, layout)
            except UnknownProductError as error:
                closed = msgspec.structs.replace(closed, decision="review", notes=(*closed.notes, str(error)))
        try:
            with immediate(self._db):
                if self._has_entry(f"visit:{closed.visit}"):
                    return Posted(closed.visit, self.document_of(closed.visit), new=False)
                self._write_visit(closed)
                if receipt is not None:
                    self._issue(receipt)
        except sqlite3.Error as error:
            raise LedgerError(f"{self.path}: visit {closed.code} was not written: {error}") from error
        return Posted(closed.visit, self.document_of(closed.visit), new=True)

    def _write_visit(self, closed: ClosedVisit) -> None:
        body = canonical(closed)
        self._append(f"visit:{closed.visit}", VisitCommitment("visit", closed.visit, digest(body)))
        self._db.execute(
            "INSERT INTO visit (id, code, entered_at, left_at, closed_at, decision, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                closed.visit,
                closed.code,
                closed.entered_at,
                closed.left_at,
                closed.closed_at,
                closed.decision,
                body.decode(),
            ),
        )
        for i, line in enumerate(closed.lines, start=1):
            self._db.execute(
                "INSERT INTO visit_line (visit, line, sku, quantity, probability) VALUES (?, ?, ?, ?, ?)",
                (closed.visit, i, line.sku, line.quantity, line.probability),
            )

    def _issue(self, receipt: Receipt) -> None:
        number = self._scalar(
            "SELECT coalesce(max(number), 0) + 1 FROM document WHERE series = ?", RECEIPT_SERIES
        )
        entry = self._append(
            f"receipt:{receipt.visit}", DocumentBody(series=RECEIPT_SERIES, number=number, document=receipt)
        )
        self._db.execute(
            "INSERT INTO document (series, number, kind, visit, code, issued_at, currency, total, entry) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                RECEIPT_SERIES,
                number,
                receipt.kind,
                receipt.visit,
                receipt.code,
                receipt.issued_at,
                receipt.currency,
                receipt.total,
                entry,
            ),
        )
        for i, line in enumerate(receipt.lines, start=1):
            self._db.execute(
                "INSERT INTO document_line (series, number, line, sku, name, quantity, unit_price, amount) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    RECEIPT_SERIES,
                    number,
                    i,
                    line.sku,
                    line.name,
                    line.quantity,
                    line.unit_price,
                    line.amount,
                ),
            )

    def _append(self, cause: str, body: VisitCommitment | DocumentBody) -> int:
        data = canonical(body)
        row = self._db.execute("SELECT hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        previous = row[0] if row else GENESIS
        kind = "visit" if isinstance(body, VisitCommitment) else body.document.kind
        cursor = self._db.execute(
            "INSERT INTO entry (cause, kind, body, previous, hash) VALUES (?, ?, ?, ?, ?)",
            (cause, kind, data.decode(), previous, link(previous, data)),
        )
        return int(cursor.lastrowid or 0)

    # -- reading -------------------------------------------------------------------------------------

    def visit(self, visit: str) -> VisitRow | None:
        """A closed visit by its id."""
        rows = self._visits("WHERE v.id = ?", (visit,))
        return rows[0] if rows else None

    def visits(self, limit: int = 200, decision: str | None = None) -> list[VisitRow]:
        """The visits that closed last, newest first."""
        where, args = ("WHERE v.decision = ? ", (decision,)) if decision else ("", ())
        return self._visits(f"{where}ORDER BY v.closed_at DESC, v.id DESC LIMIT {int(limit)}", args)

    def document_of(self, visit: str) -> DocumentRow | None:
        """The receipt of a visit."""
        rows = self._documents("WHERE d.visit = ?", (visit,))
        return rows[0] if rows else None

    def document(self, number: int, series: str = RECEIPT_SERIES) -> DocumentRow | None:
        """A document by its number."""
        rows = self._documents("WHERE d.series = ? AND d.number = ?", (series, number))
        return rows[0] if rows else None

    def documents(self, limit: int = 200, search: str = "") -> list[DocumentRow]:
        """The latest documents, newest first; ``search`` matches code, number or a product's name or sku."""
        where = ""
        args: tuple[object, ...] = ()
        if search.strip():
            like = f"%{_escape_like(search.strip())}%"
            where = (
                "WHERE d.code LIKE ? ESCAPE '\\' OR printf('%s-%06d', d.series, d.number) LIKE ? ESCAPE '\\' "
                "OR EXISTS (SELECT 1 FROM document_line l WHERE l.series = d.series AND l.number = d.number "
                "AND (l.name LIKE ? ESCAPE '\\' OR l.sku LIKE ? ESCAPE '\\')) "
            )
            args = (like, like, like, like)
        return self._documents(f"{where}ORDER BY d.number DESC LIMIT {int(limit)}", args)

    def counts(self) -> dict[str, int]:
        """How many visits were decided how."""
        rows = self._db.execute("SELECT decision, count(*) FROM visit GROUP BY decision ORDER BY decision")
        return {str(decision): int(n) for decision, n in rows}

    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry: written down elsewhere, it proves that nothing was cut off."""
        row = self._db.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        return (int(row[0]), str(row[1])) if row else (0, GENESIS)

    @property
    def database(self) -> Database:
        """For the verifier, which looks at the raw rows."""
        return self._db

    def _visits(self, tail: str, args: tuple[object, ...]) -> list[VisitRow]:
        sql = f"SELECT v.body, d.number FROM visit v LEFT JOIN document d ON d.visit = v.id {tail}"  # noqa: S608
        rows = self._db.execute(sql, args)
        return [VisitRow(msgspec.json.decode(body, type=ClosedVisit), number) for body, number in rows]

    def _documents(self, tail: str, args: tuple[object, ...]) -> list[DocumentRow]:
        rows = self._db.execute(
            "SELECT d.series, d.number, e.body, e.seq, e.hash "
            "FROM document d JOIN entry e ON e.seq = d.entry " + tail,
            args,
        )
        return [
            DocumentRow(series, number, msgspec.json.decode(body, type=DocumentBody).document, seq, chained)
            for series, number, body, seq, chained in rows
        ]

    def _has_entry(self, cause: str) -> bool:
        return self._db.execute("SELECT 1 FROM entry WHERE cause = ?", (cause,)).fetchone() is not None

    def _scalar(self, sql: str, *args: object) -> Any:
        return self._db.execute(sql, args).fetchone()[0]


class DocumentBody(msgspec.Struct, frozen=True):
    """What the chain keeps of a document: all of it."""

    series: str
    number: int
    document: Receipt


def _prepare(db: Database, *, read_only: bool) -> None:
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    db.execute("PRAGMA foreign_keys = ON")
    if read_only:
        db.execute("SELECT 1 FROM entry LIMIT 1")
        return
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    with immediate(db):
        migrations.apply(db)
        newer = {m.name for m in migrations.applied(db)} - KNOWN_MIGRATIONS
        if newer:
            raise sqlite3.DatabaseError(
                f"made by a newer version of this program: {', '.join(sorted(newer))}"
            )


@contextmanager
def immediate(db: Database) -> Iterator[None]:
    """One transaction, all or nothing.

    IMMEDIATE takes the write lock at the start: a transaction that read first and then writes would fail at
    once, whatever its time-out, when another process has written in between.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.conn.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
