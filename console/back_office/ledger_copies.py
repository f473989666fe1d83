"""Copies of the ledger: made while the shop goes on, proved, and put back when the file is lost.

A copy is the ledger as it was at one moment, in one file that needs no others beside it. Whoever copies the
file by other means loses what still lies in the write-ahead log, or gets halves of two moments.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from console.back_office.audit import record
from console.back_office.ledger import Ledger
from console.back_office.ledger_file import LedgerError
from console.back_office.operators import SignInError
from console.back_office.permissions import Actor, NotAllowedError, require
from console.back_office.verify import Verification, verify
from console.back_office.verify_streams import OnProgress
from console.language import tr, tr_noop

PAGES = 2_048
"""Copied between two words about the progress: 8 MiB of pages of 4 KiB."""

SignIn = Callable[[Ledger], Actor]


class CopyError(LedgerError):
    """A copy cannot be made, is not sound, or cannot be put back; nothing was changed."""


class Copied(msgspec.Struct, frozen=True):
    """A copy that was made or put back, and proved."""

    file: str
    bytes: int
    entries: int
    documents: int
    visits: int
    head: str
    """Hash of the last entry: written down elsewhere, it proves later that nothing was cut off."""
    moved_aside: str = ""
    """Where the ledger lies now in whose place the copy was put; empty: there was none."""


def back_up(ledger: Path, to: Path, *, on_progress: OnProgress | None = None) -> Copied:
    """Copy the ledger as it is now to ``to``, a new file, or a folder in which it gets a name; then prove it.

    Others go on writing meanwhile; what they write is not in it. Raises :class:`CopyError`; then there is no
    file, whatever came between.
    """
    target = _new_file(ledger, to)
    with Ledger.open(ledger, read_only=True) as source, _half(target, tr_noop("the copy")) as half:
        _copy(source.database.conn, half, on_progress)
        found = _proved(half, tr("the copy that was made"), on_progress)
        _to_disk(half)
        half.replace(target)
    return _copied(target, found)


def put_back(
    copy: Path,
    ledger: Path,
    sign_in: SignIn | None,
    *,
    at: float,
    older: bool = False,
    on_progress: OnProgress | None = None,
) -> Copied:
    """Put a proved copy in the place of the ledger, which is moved aside and not deleted.

    ``sign_in`` signs a manager in, by the copy's operators; None is for a copy without operators. ``older``:
    also when the ledger that is there goes on after the copy's end, as far as it can be read: its later
    documents are then not on record, and their numbers are given again. Raises :class:`CopyError`,
    ``NotAllowedError``, ``SignInError``.
    """
    if not copy.is_file():
        raise CopyError(tr("{path}: there is no such file", path=copy))
    if ledger.exists() and copy.samefile(ledger):
        raise CopyError(tr("{path} is the ledger itself: name a copy of it", path=copy))
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with _half(ledger, tr_noop("the ledger")) as half:
        shutil.copyfile(copy, half)
        found = _proved(half, copy, on_progress)
        with Ledger.open(half) as opened:  # which brings a copy of an older version up to date
            _signed(opened, sign_in, copy, at)
            if not older:
                _goes_on(ledger, opened)
        _as_one_file(half)
        _to_disk(half)
        aside = _moved_aside(ledger, at)
        half.replace(ledger)
    return msgspec.structs.replace(_copied(ledger, found), moved_aside="" if aside is None else str(aside))


# -- parts -------------------------------------------------------------------------------------------


def _new_file(ledger: Path, to: Path) -> Path:
    if to.is_dir():
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        to = to / f"{ledger.parent.name}-{ledger.stem}-{now}{ledger.suffix}"
    if to.exists():
        raise CopyError(tr("{path} is there already: name another file, or move it away", path=to))
    return to


@contextmanager
def _half(target: Path, what: str) -> Iterator[Path]:
    """A file beside ``target`` that is gone afterwards, unless it has taken its place."""
    half = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield half
    except (NotAllowedError, SignInError):  # which are OSErrors to Python
        raise
    except (OSError, sqlite3.Error) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CopyError(
            tr(
                "{path}: {what} was not written: {error}. Check that the disk is not full and the folder can "
                "be written; nothing was changed",
                path=target,
                what=tr(what),
                error=said,
            )
        ) from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                half.with_name(half.name + suffix).unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, half: Path, on_progress: OnProgress | None) -> None:
    """All pages as they are at one moment."""

    def told(_status: int, left: int, of: int) -> None:
        if on_progress is not None:
            on_progress("copying", of - left, of)

    # In a transaction of its own it is one moment; without, each write of others would begin it anew.
    source.execute("BEGIN")
    try:
        source.execute("SELECT 1 FROM entry LIMIT 1").fetchone()
        with closing(sqlite3.connect(half)) as target:
            source.backup(target, pages=PAGES, progress=told)
    finally:
        source.execute("ROLLBACK")
    _as_one_file(half)


def _as_one_file(path: Path) -> None:
    """Without a write-ahead log beside it: it can be read where nothing can be written."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")


def _proved(file: Path, called: object, on_progress: OnProgress | None) -> Verification:
    try:
        with Ledger.open(file, read_only=True) as opened:
            found = verify(opened, on_progress=on_progress)
    except (LedgerError, sqlite3.Error) as error:
        why = error.__cause__ or error
        raise CopyError(tr("{file} cannot be read as a ledger: {error}", file=called, error=why)) from error
    if not found.sound:
        first = found.findings[0]
        raise CopyError(
            tr(
                "{file} is not as it was written: {place}: {what}. Nothing was changed",
                file=called,
                place=first.place,
                what=first.what,
            )
        )
    return found


def _signed(opened: Ledger, sign_in: SignIn | None, copy: Path, at: float) -> None:
    if sign_in is None and opened.scalar("SELECT count(*) FROM operator"):
        raise CopyError(tr("{path} has operators: a manager of them puts it back", path=copy))
    actor = None if sign_in is None else sign_in(opened)
    if actor is not None:
        require(actor, "put a copy of the ledger back")
    with opened.writing(tr_noop("the audit log")):
        seq, head = opened.head()
        why = f"the chain ended with entry {seq}, {head}"
        record(opened, actor, "put a copy of the ledger back", at=at, about=opened.name, why=why)


def _goes_on(ledger: Path, copy: Ledger) -> None:
    """Raise :class:`CopyError` where the ledger that is there has entries that the copy has not.

    One that cannot be read is what copies are for.
    """
    if not ledger.exists():
        return
    try:
        with Ledger.open(ledger, read_only=True) as there:
            seq, head = there.head()
            documents = there.scalar("SELECT count(*) FROM document")
    except (LedgerError, sqlite3.Error):
        return
    if seq == 0 or copy.scalar("SELECT 1 FROM entry WHERE seq = ? AND hash = ?", seq, head):
        return
    mine = copy.scalar("SELECT count(*) FROM document")
    raise CopyError(
        tr(
            "{path} has entries that the copy has not ({there} documents there, {mine} in the copy): they "
            "would be lost, and their numbers given again. Nothing was changed",
            path=ledger,
            there=documents,
            mine=mine,
        )
    )


def _moved_aside(ledger: Path, at: float) -> Path | None:
    if not ledger.exists():
        return None
    _nobody_has_it_open(ledger)
    when = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = ledger.with_name(f"{ledger.stem}-until-{when}{ledger.suffix}")
    if aside.exists():
        raise CopyError(tr("{path} is there already: name another file, or move it away", path=aside))
    for suffix in ("-wal", "-shm"):
        beside = ledger.with_name(ledger.name + suffix)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + suffix))
    try:
        os.link(ledger, aside)  # so there is a ledger in its place at any moment
    except OSError:  # a file system without links
        ledger.replace(aside)
    return aside


def _nobody_has_it_open(ledger: Path) -> None:
    """Raise :class:`CopyError` while another process or connection has it open.

    SQLite ends the write-ahead log only for the last one who has the file open. A damaged file says so, and
    may be moved as it is.
    """
    try:
        with closing(sqlite3.connect(ledger, timeout=1.0)) as db:
            db.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            return
        raise CopyError(
            tr(
                "{path} is in use: end the console and its engine first (main.py stop). Nothing was changed",
                path=ledger,
            )
        ) from error
    except sqlite3.DatabaseError:
        return


def _to_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _copied(file: Path, found: Verification) -> Copied:
    return Copied(
        file=str(file),
        bytes=file.stat().st_size,
        entries=found.entries,
        documents=found.documents,
        visits=found.visits,
        head=found.head,
    )
