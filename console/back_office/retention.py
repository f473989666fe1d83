"""What is older than the shop's periods goes: really, in small steps, and counted in the chain.

Rows go in short transactions, with pauses in which others write. SQLite overwrites
what it deletes (``secure_delete``); at the end the write-ahead log is emptied into the file and, where the
file is small enough to be rewritten at once, rewritten, which leaves no trace in half-full pages either.
Documents go with the beginning of the chain, years later (``cutting``).
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from console.back_office import purge_rows as rows
from console.back_office.bodies import PurgeBody
from console.back_office.clip_files import ClipsPurged, purge_clips
from console.back_office.cutting import Cut, cut_off, what_would_go
from console.back_office.evidence_files import EvidenceFiles
from console.back_office.ledger_file import BUSY_TIMEOUT_MS, LedgerError, LedgerFile
from console.back_office.permissions import Actor, require
from console.language import tr_noop
from store_layout.model import Retention

DAY_S = 86_400.0
BATCH = 100
"""Visits in a transaction: some tens of milliseconds."""
PAUSE_S = 0.05
"""Between two steps: selling comes first."""
COMPACT_BELOW = 64 * 2**20
"""Bytes; a larger file takes so long to rewrite that a sale would wait for it."""
CLIPS = "clips"
ARCHIVES = "journal.old-*"
"""What an engine's state folder holds of people: clips, and journals that it has put aside."""
LOG_WAIT_MS = 1_000


class Files(msgspec.Struct, frozen=True):
    """Files that went, or would go."""

    clips: int = 0
    evidence: int = 0
    journals: int = 0
    size: int = 0
    """Bytes of all."""
    clips_kept: int = 0
    """Old enough, and kept for a dispute or review."""

    @property
    def count(self) -> int:
        """All that went."""
        return self.clips + self.evidence + self.journals


class Purged(msgspec.Struct, frozen=True):
    """What went, or would go, and what stays although it is old."""

    rows: rows.Gone
    files: Files
    held: dict[str, int]
    """What holds visits that are old enough -> how many."""
    traces: bool
    """Somebody was reading, or the disk is full: the write-ahead log still has purged bytes."""
    compacted: bool
    dry_run: bool = False
    documents: Cut = Cut()


def purge(
    ledger: LedgerFile,
    retention: Retention,
    state: Path | None,
    *,
    now: float,
    time_zone: str = "UTC",
    actor: Actor | None = None,
    why: str = "",
    dry_run: bool = False,
    compact: bool | None = None,
    cause: str | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Purged:
    """Purge what is over. ``state``: the engine's state folder, where clips and old journals are.

    ``time_zone``: the shop's, by which a year ends. ``actor`` None: the program itself. ``compact``: rewrite
    the file, whatever its size (True), or never (False). ``cause`` names the last entry, by which a day's
    purge is known to be done. ``stopped`` is asked between steps; ended anywhere, what went was counted, and
    the next purge goes on. Raises ``NotAllowedError``, ``LedgerError``, ``OSError`` for files.
    """
    if actor is not None:
        require(actor, "purge old data")
    visits_before = now - retention.visits_days * DAY_S
    clips_before = now - retention.clips_days * DAY_S
    if dry_run:
        gone = rows.Gone(visits=rows.count_due(ledger, visits_before))
        gone += rows.count_disputes_due(ledger, visits_before) + rows.count_holds_due(ledger, visits_before)
        files = _purge_files(ledger, state, clips_before, visits_before, now, dry_run=True)
        held = rows.held(ledger, visits_before)
        years = retention.documents_years
        documents = what_would_go(
            ledger, now=now, years=years, time_zone=time_zone, visits_before=visits_before
        )
        return Purged(gone, files, held, traces=False, compacted=False, dry_run=True, documents=documents)
    reason = why or f"visits {retention.visits_days} days, clips {retention.clips_days} days"
    gone = rows.Gone()
    while not stopped() and (step := _purge_rows(ledger, visits_before, now, actor, reason)):
        gone += step
        time.sleep(PAUSE_S)
    documents = Cut()
    years = retention.documents_years
    law = why or f"documents {years} years after the year of issue"
    while not stopped():
        part = cut_off(ledger, now=now, years=years, time_zone=time_zone, actor=actor, why=law)
        documents += part
        if not part.entries:
            break
        time.sleep(PAUSE_S)
    if stopped():
        return Purged(gone, Files(), {}, traces=True, compacted=False, documents=documents)
    files = _purge_files(ledger, state, clips_before, visits_before, now, dry_run=False)
    with ledger.writing(tr_noop("the purge")):
        if cause is None or not ledger.has_entry(cause):
            note(ledger, actor, now, reason, rows.Gone(), files=files.count, cause=cause)
    went = gone != rows.Gone() or documents.entries > 0
    traces, compacted = leave_no_trace(ledger, compact=compact if went else bool(compact))
    return Purged(
        gone,
        files,
        rows.held(ledger, visits_before),
        traces=traces,
        compacted=compacted,
        documents=documents,
    )


def due_day(ledger: LedgerFile, retention: Retention, time_zone: str, now: float) -> str | None:
    """The cause of today's purge, if it is time for it: after the quiet hour, once a day."""
    clock = datetime.fromtimestamp(now, ZoneInfo(time_zone))
    if clock.hour < retention.quiet_hour:
        return None
    cause = f"purge:{clock.date().isoformat()}"
    return None if ledger.has_entry(cause) else cause


def note(
    ledger: LedgerFile,
    actor: Actor | None,
    at: float,
    why: str,
    gone: rows.Gone,
    *,
    files: int = 0,
    about: str = "",
    what: str = "purged",
    cause: str | None = None,
) -> None:
    """Say in the chain how much went, in the transaction in which it goes."""
    body = PurgeBody(
        kind="purge",
        at=at,
        who=actor.name if actor else "",
        role=actor.role if actor else "",
        what=what,
        about=about,
        screen=actor.screen if actor else "",
        why=why,
        visits=gone.visits,
        messages=gone.messages,
        evidence=gone.evidence,
        cards=gone.cards,
        holds=gone.holds,
        files=files,
    )
    ledger.append(cause or f"purge:{ledger.head()[0] + 1}", "purge", body)


def leave_no_trace(ledger: LedgerFile, *, compact: bool | None = None) -> tuple[bool, bool]:
    """Empty the write-ahead log into the file, and rewrite the file. Gives (traces are left, rewritten).

    Where somebody reads, or the disk is full, that waits for the next time; only a rewriting that was asked
    for by ``compact`` raises :class:`LedgerError` then.
    """
    db = ledger.database
    rewritten = ledger.path.stat().st_size < COMPACT_BELOW if compact is None else compact
    # Who reads now keeps the log in use; writers would wait as long as this does.
    db.execute(f"PRAGMA busy_timeout = {LOG_WAIT_MS}")
    try:
        if rewritten:
            rewritten = _rewrite(ledger, asked=bool(compact))
        return bool(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]), rewritten
    except sqlite3.OperationalError:
        return True, rewritten
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _rewrite(ledger: LedgerFile, *, asked: bool) -> bool:
    try:
        ledger.database.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if asked:
            raise LedgerError(
                f"{ledger.path}: what is old was purged, but the file was not rewritten ({error}). Make room "
                "on its disk for it once more, and say it again when nobody writes"
            ) from error
        return False
    return True


def _purge_rows(
    ledger: LedgerFile, before: float, now: float, actor: Actor | None, why: str
) -> rows.Gone | None:
    """One step; None: nothing is left to do."""
    with ledger.writing(tr_noop("the purge")):
        visits = rows.visits_due(ledger, before, BATCH)
        disputes = rows.disputes_due(ledger, before, BATCH)
        gone = rows.delete_visits(ledger, visits) + rows.clear_disputes(ledger, disputes)
        gone += rows.delete_holds(ledger, before, BATCH)
        if gone == rows.Gone():
            return None
        note(ledger, actor, now, why, gone)
        return gone


def _purge_files(
    ledger: LedgerFile,
    state: Path | None,
    before: float,
    disputes_before: float,
    now: float,
    *,
    dry_run: bool,
) -> Files:
    named = rows.evidence_named(ledger, disputes_before)
    swept = EvidenceFiles.of(ledger).sweep(named, now=now, dry_run=dry_run)
    clips, archives, size = ClipsPurged(), 0, 0
    if state is not None:
        clips = purge_clips(state / CLIPS, before=before, keep=rows.held_visits(ledger), dry_run=dry_run)
        for archive in sorted(state.glob(ARCHIVES)):
            if archive.stat().st_mtime < before:
                archives += 1
                size += sum(path.stat().st_size for path in archive.rglob("*") if path.is_file())
                if not dry_run:
                    shutil.rmtree(archive)
    return Files(clips.files, swept.files, archives, clips.size + swept.size + size, clips.kept)
