"""The print queue: jobs that outlive the power, in a SQLite file of its own.

Not tables of the ledger: a job is ten times the size of a receipt and more, and is thrown away when it is
done, while the ledger forgets nothing. A full disk, a lock or damage here costs paper, never a receipt; and
whoever checks the ledger's chain does not wade through printers' troubles.

The rule that everything follows: before the first byte leaves, the row says so (:meth:`PrintQueue.sending`,
``synchronous=FULL``). A job found ``printing`` whose worker is gone is queued again when it had not come so
far, and is ``unknown`` when it had. Nothing is printed a second time unless somebody asked for it.
One :class:`PrintQueue` per thread; several processes may have the file open (WAL).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from console.language import tr, tr_noop
from console.printing.jobs import Format, Job, State
from console.printing.queue_file import QueueError, QueueFile

__all__ = ["LONGEST_WAIT_S", "PrintQueue", "QueueError"]

LONGEST_WAIT_S = 300.0
"""Between two attempts. What is to wait for longer was put off before the clock was set back: it is due."""
KEPT_S = 7 * 86_400.0
"""How long a job that is over is kept: a receipt can be printed again from the ledger."""
LOST = tr_noop("power or program was lost while it was printed")
_COLUMNS = ", ".join(Job.__struct_fields__)
_OVER = ("printed", "cancelled")


class PrintQueue(QueueFile):
    """An open queue."""

    # -- adding --------------------------------------------------------------------------------------

    def add(self, printer: str, what: str, body: bytes, job_format: Format = "escpos") -> Job:
        """Queue something that is no document: a test page."""
        with self.writing():
            return self._insert(printer, what, body, job_format)

    def add_document(
        self,
        printer: str,
        document: str,
        render: Callable[[int], bytes],
        *,
        copy: bool = False,
        given: int | None = None,
        what: str = "",
        job_format: Format = "escpos",
    ) -> Job:
        """Queue a document: its original, or its next copy. ``what``: its name for people, else ``document``.

        ``render`` makes the bytes for a copy's number, 0 for the original. The number is taken in the same
        transaction as the job is written: two at once get two numbers. ``given``: the copy's number, where
        :meth:`next_copy` gave it already. Raises :class:`QueueError` when the original was given out, or is
        still in the queue.
        """
        name = what or document
        if given is not None:
            body = render(given)
            with self.writing():
                return self._insert(
                    printer, f"{name} copy {given}", body, job_format, document=document, copy=given
                )
        while True:
            number = self._number(document, name, copy=copy)
            body = render(number)
            with self.writing():
                if self._number(document, name, copy=copy) != number:
                    continue  # somebody else took it while ours was drawn
                self._give(document, number)
                called = f"{name} copy {number}" if number else name
                return self._insert(printer, called, body, job_format, document=document, copy=number)

    def next_copy(self, document: str) -> int:
        """The number of a copy that is to be made: it is given once, whatever comes of the copy."""
        with self.writing():
            number = self._number(document, document, copy=True)
            self._give(document, number)
        return number

    def _give(self, document: str, copy: int) -> None:
        self._db.execute(
            "INSERT INTO given (document, copies) VALUES (?, ?) "
            "ON CONFLICT (document) DO UPDATE SET copies = max(copies, excluded.copies)",
            (document, copy),
        )

    def _number(self, document: str, what: str, *, copy: bool) -> int:
        row = self._db.execute(
            "SELECT copies, original_out FROM given WHERE document = ?", (document,)
        ).fetchone()
        copies, original_out = row or (0, 0)
        if copy:
            return int(copies) + 1
        if original_out:
            raise QueueError(
                tr(
                    "{what} was printed; another one is a copy, and marked so: print it with --copy",
                    what=what,
                )
            )
        waiting = self._db.execute(
            "SELECT id, state FROM job WHERE document = ? AND copy = 0 AND state <> 'cancelled'", (document,)
        ).fetchone()
        if waiting:
            raise QueueError(
                tr(
                    "{what} is in the queue as job {waiting} ({waiting2}); retry or cancel that, or "
                    "print a copy",
                    what=what,
                    waiting=waiting[0],
                    waiting2=waiting[1],
                )
            )
        return 0

    def _insert(
        self, printer: str, what: str, body: bytes, job_format: Format, *, document: str = "", copy: int = 0
    ) -> Job:
        now = self._clock()
        cursor = self._db.execute(
            "INSERT INTO job (printer, what, document, copy, format, state, created, changed, body) "
            "VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?)",
            (printer, what, document, copy, job_format, now, now, body),
        )
        return self.job(int(cursor.lastrowid or 0))

    # -- reading -------------------------------------------------------------------------------------

    def job(self, number: int) -> Job:
        """A job by its number. Raises :class:`QueueError`."""
        rows = self.rows(f"SELECT {_COLUMNS} FROM job WHERE id = ?", number)  # noqa: S608
        if not rows:
            raise QueueError(
                tr("there is no print job {number}; main.py printers jobs lists them", number=number)
            )
        return _job(rows[0])

    def body(self, number: int) -> bytes:
        """What is sent for a job."""
        self.job(number)
        return bytes(self.rows("SELECT body FROM job WHERE id = ?", number)[0][0])

    def jobs(self, *states: State, printer: str | None = None, limit: int = 200) -> list[Job]:
        """The latest jobs, newest first; of some states, or of one printer."""
        where, args = ["1"], list[object]()
        if states:
            where.append(f"state IN ({', '.join('?' * len(states))})")
            args += states
        if printer is not None:
            where.append("printer = ?")
            args.append(printer)
        sql = f"SELECT {_COLUMNS} FROM job WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?"  # noqa: S608
        return [_job(row) for row in self.rows(sql, *args, limit)]

    def is_given(self, document: str) -> bool:
        """Whether its original was printed or waits for it: another one is a copy."""
        try:
            return self._number(document, document, copy=False) != 0
        except QueueError:
            return True

    # -- what the worker says --------------------------------------------------------------------------

    def claim(self, printer: str) -> Job | None:
        """Take the printer's oldest job that is due. Only its worker does (see :mod:`.printer_lock`)."""
        with self.writing():
            row = self._db.execute(
                "SELECT id FROM job WHERE printer = ? AND state = 'queued' "
                "AND not (not_before > ? AND not_before <= ?) ORDER BY id LIMIT 1",
                (printer, now := self._clock(), now + LONGEST_WAIT_S),
            ).fetchone()
            if row is None:
                return None
            return self._move(row[0], ("queued",), "printing", attempts="attempts + 1", sent="0", reason="")

    def sending(self, job: Job) -> None:
        """From now on bytes may be at the printer; on disk before the first of them leaves."""
        with self.writing():
            self._move(job.id, ("printing",), "printing", sent="1")
            if job.document and not job.copy:
                self._db.execute("UPDATE given SET original_out = 1 WHERE document = ?", (job.document,))

    def printed(self, job: Job, *, confirmed: bool) -> Job:
        """It came out; ``confirmed``: the printer says so."""
        with self.writing():
            return self._move(job.id, ("printing",), "printed", confirmed=str(int(confirmed)), reason="")

    def not_known(self, job: Job, reason: str) -> Job:
        """Bytes left, and nobody can say whether paper came out."""
        with self.writing():
            return self._move(job.id, ("printing",), "unknown", reason=reason)

    def postpone(self, job: Job, reason: str, until: float) -> Job:
        """Nothing left; it is tried again."""
        with self.writing():
            return self._move(job.id, ("printing",), "queued", reason=reason, not_before=str(float(until)))

    def not_taken(self, job: Job) -> None:
        """What :meth:`sending` announced did not happen: nothing left after all."""
        with self.writing():
            self._move(job.id, ("printing",), "printing", sent="0")
            self._original_is_here(job)

    def failed(self, job: Job, reason: str) -> Job:
        """Nothing left, and it is not tried again by itself."""
        with self.writing():
            return self._move(job.id, ("printing",), "failed", reason=reason)

    def settle(self, printer: str) -> list[Job]:
        """Jobs that a worker of this printer left behind when it died. Only who holds its lock may ask."""
        with self.writing():
            rows = self._db.execute(
                "SELECT id, sent FROM job WHERE printer = ? AND state = 'printing' ORDER BY id", (printer,)
            ).fetchall()
            return [
                self._move(number, ("printing",), "unknown", reason=tr(LOST))
                if sent
                else self._move(number, ("printing",), "queued", reason="", not_before="0")
                for number, sent in rows
            ]

    # -- what people say -------------------------------------------------------------------------------

    def answer(self, number: int, *, printed: bool) -> Job:
        """Did it print? A no queues it again."""
        with self.writing():
            if printed:
                return self._move(number, ("unknown",), "printed", reason="somebody saw it")
            job = self._move(
                number, ("unknown",), "queued", reason="", not_before="0", attempts="0", sent="0"
            )
            self._original_is_here(job)
            return job

    def retry(self, number: int) -> Job:
        """Try a failed job again, or a waiting one now."""
        with self.writing():
            return self._move(
                number, ("failed", "queued"), "queued", reason="", not_before="0", attempts="0", sent="0"
            )

    def cancel(self, number: int) -> Job:
        """Give a job up."""
        with self.writing():
            return self._move(number, ("queued", "failed", "unknown"), "cancelled", reason="cancelled")

    def purge(self, kept_s: float = KEPT_S) -> int:
        """Delete jobs that have been over for longer; how many. What was given out is remembered."""
        with self.writing():
            cursor = self._db.execute(
                "DELETE FROM job WHERE state IN (?, ?) AND changed < ?", (*_OVER, self._clock() - kept_s)
            )
            return int(cursor.rowcount)

    # -- within ----------------------------------------------------------------------------------------

    def _move(
        self, number: int, allowed: tuple[State, ...], to: State, reason: str | None = None, **columns: str
    ) -> Job:
        """Change a job's state, if it is one of ``allowed``. ``columns``: SQL of ours, never a caller's."""
        job = self.job(number)
        if job.state not in allowed:
            then = _WHAT_THEN[job.state]
            raise QueueError(
                tr(
                    "print job {number} ({what}) is {state}, {then}",
                    number=number,
                    what=job.what,
                    state=tr(_STATES[job.state]),
                    then=tr(then),
                )
            )
        sets = "".join(f", {name} = {sql}" for name, sql in columns.items())
        self._db.execute(
            f"UPDATE job SET state = ?, reason = ?, changed = ?{sets} WHERE id = ?",  # noqa: S608
            (to, job.reason if reason is None else reason, self._clock(), number),
        )
        return self.job(number)

    def _original_is_here(self, job: Job) -> None:
        """It was not given out: should its job be cancelled, it can still be printed."""
        if job.document and not job.copy:
            self._db.execute("UPDATE given SET original_out = 0 WHERE document = ?", (job.document,))


_WHAT_THEN: dict[State, str] = {
    "queued": tr_noop("it waits for its turn; it can be cancelled"),
    "printing": tr_noop("it is being sent; wait for its end"),
    "printed": tr_noop("and over; print a copy instead"),
    "unknown": tr_noop("somebody must say whether it printed: main.py printers answer"),
    "failed": tr_noop("it can be tried again or cancelled"),
    "cancelled": tr_noop("and over; print it anew"),
}


def _job(row: tuple[Any, ...]) -> Job:
    return msgspec.convert(dict(zip(Job.__struct_fields__, row, strict=True)), type=Job, strict=False)


_STATES: dict[State, str] = {
    "queued": tr_noop("queued"),
    "printing": tr_noop("printing"),
    "printed": tr_noop("printed"),
    "unknown": tr_noop("unknown"),
    "failed": tr_noop("failed"),
    "cancelled": tr_noop("cancelled"),
}
