"""Closing the day: what it came to becomes a document of the chain, numbered, and never computed otherwise.

Days are closed in their order. What happens later, refunds above all, falls in the day on which it happens;
what is written later for a day that was closed falls in the next close (see ``stretches``).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from console.back_office.audit import record
from console.back_office.bodies import CutClose
from console.back_office.ledger_file import LedgerFile
from console.back_office.permissions import Actor, require
from console.back_office.reports.business_days import ONE_DAY, BusinessDays
from console.back_office.reports.figures import Figures, ReportError
from console.back_office.reports.openness import Openness, openness
from console.back_office.reports.standing import Standing, standing
from console.back_office.reports.stretches import Stretch, figures_of, first_payment_from
from console.language import tr

KIND = "day_close"
SERIES = "Z"
MOST_OPEN_DAYS = 400
"""Days that are listed as not closed; whoever has more begins somewhere."""


class CloseError(ReportError):
    """The day cannot be closed; the text says why and what to do."""


class DayClose(msgspec.Struct, frozen=True):
    """The body of a close: nothing in it ever changes."""

    kind: Literal["day_close"]
    number: int
    day: date
    time_zone: str
    day_starts: str
    since: float
    """From where the close before ended, or the beginning of the first day that was closed."""
    until: float
    """The end of the day, or the moment of closing where that came before."""
    first_open: int
    """Payments with a lower entry number are in this close or in earlier ones."""
    closed_at: float
    closed_by: str
    figures: Figures
    standing: Standing
    """What was still open when it was closed."""
    openness: Openness
    """As it was when it was closed."""
    why: str = ""
    """Why the day was closed before it was over, or why days before it never were."""

    @property
    def label(self) -> str:
        """What it goes by."""
        return f"{SERIES}-{self.number:06d}"


class CloseRow(msgspec.Struct, frozen=True):
    """A close with its place in the chain."""

    close: DayClose
    entry: int
    hash: str


class Closed(msgspec.Struct, frozen=True):
    """What closing a day led to."""

    row: CloseRow
    new: bool
    """False: it had been closed before, and nothing was written now."""


def close_day(
    ledger: LedgerFile, actor: Actor, day: date, days: BusinessDays, *, at: float, why: str = ""
) -> Closed:
    """Close a day that is over. Said again, the same close is given, and nothing is written.

    ``at``: now. ``why`` is needed for a day that is not over, and for the first close of all where documents
    of earlier days are in the ledger: those never are in a close. Raises :class:`CloseError`,
    ``ReportError``, ``NotAllowedError``.
    """
    require(actor, "close a day")
    with ledger.writing(tr("the close of {day}", day=day)):
        known = close_of(ledger, day)
        if known is not None:
            return Closed(known, new=False)
        before = last_close(ledger)
        _refuse(ledger, day, days, before, at=at, why=why)
        stretch = next_stretch(day, days, before)
        stretch = msgspec.structs.replace(stretch, until=min(stretch.until, at))
        (figures,) = figures_of(ledger, days, [stretch])
        head, _ = ledger.head()
        body = DayClose(
            kind="day_close",
            number=1 if before is None else before.close.number + 1,
            day=day,
            time_zone=days.time_zone,
            day_starts=days.starts,
            since=stretch.since,
            until=stretch.until,
            first_open=first_payment_from(ledger, stretch.until, stretch.first_open) or head + 1,
            closed_at=at,
            closed_by=actor.name,
            figures=figures,
            standing=standing(ledger, stretch),
            openness=openness(ledger, stretch.since, stretch.until),
            why=why,
        )
        ledger.append(f"{KIND}:{day}", KIND, body)
        record(ledger, actor, "closed the day", at=at, about=body.label, why=why)
        made = close_of(ledger, day)
        if made is None:
            raise CloseError(tr("the close of {day} is not in the chain after it was written", day=day))
        return Closed(made, new=True)


def close_of(file: LedgerFile, day: date) -> CloseRow | None:
    """The close of a day."""
    found = _read(file, "WHERE cause = ?", f"{KIND}:{day}")
    return found[0] if found else None


def last_close(file: LedgerFile) -> CloseRow | None:
    """The latest close."""
    found = _read(file, "WHERE kind = ? ORDER BY seq DESC LIMIT 1", KIND)
    return found[0] if found else None


def closes(file: LedgerFile, first: date = date.min, last: date = date.max) -> list[CloseRow]:
    """The closes of these days, in their order."""
    return [row for row in _read(file, "WHERE kind = ? ORDER BY seq", KIND) if first <= row.close.day <= last]


def next_stretch(day: date, days: BusinessDays, before: CloseRow | None) -> Stretch:
    """What a close of ``day`` would cover, ``before`` being the latest close: all that is in none."""
    since, until = days.bounds(day)
    if before is None:
        return Stretch(since, until)
    since = before.close.until
    return Stretch(since, max(until, since), before.entry, before.close.first_open)


def close_stretch(close: DayClose, entry: int, before: tuple[DayClose | CutClose, int] | None) -> Stretch:
    """What a close covers; ``entry``: its own number; ``before``: the close before it, with its number."""
    if before is None:
        return Stretch(close.since, close.until, before=entry)
    return Stretch(close.since, close.until, before[1], before[0].first_open, entry)


def open_days(file: LedgerFile, days: BusinessDays, limit: int = MOST_OPEN_DAYS) -> list[date]:
    """Days with something in them that are in no close, oldest first: they are closed in this order.

    Something is a document or a visit; payments of a day without either are in the next close.
    """
    before = last_close(file)
    found: list[date] = []
    t = 0.0
    if before is not None:
        t = before.close.until
        if _came_late(file, before):
            found.append(before.close.day + ONE_DAY)
    while len(found) < limit:
        first = _first_from(file, t)
        if first is None:
            break
        day = days.day_of(first)
        if before is not None:
            day = max(day, before.close.day + ONE_DAY)
        if day not in found:
            found.append(day)
        t = days.bounds(day)[1]
    return found


# -- parts -------------------------------------------------------------------------------------------


def _refuse(
    ledger: LedgerFile, day: date, days: BusinessDays, before: CloseRow | None, *, at: float, why: str
) -> None:
    since, until = days.bounds(day)
    if before is not None and day < before.close.day:
        raise CloseError(
            tr(
                "{day} comes before {closed}, which was closed as {label}: what is still "
                "written for it falls in the next close",
                day=day,
                closed=before.close.day,
                label=before.close.label,
            )
        )
    if at <= since:
        raise CloseError(tr("{day} has not begun", day=day))
    if at < until and not why:
        raise CloseError(tr("{day} is not over: close it when it is, or say why it is closed now", day=day))
    waiting = open_days(ledger, days, limit=1)
    if waiting and waiting[0] < day:
        if before is not None:
            raise CloseError(tr("{day} is not closed: close it first", day=waiting[0]))
        if not why:
            raise CloseError(
                tr(
                    "{day} is not closed: close it first, or say why the closes begin with {first}",
                    day=waiting[0],
                    first=day,
                )
            )


def _first_from(file: LedgerFile, t: float) -> float | None:
    """When the first document was issued or the first visit closed, from ``t`` on."""
    found = file.scalar(
        "SELECT min(t) FROM (SELECT min(issued_at) AS t FROM document WHERE issued_at >= ?1 "
        "UNION ALL SELECT min(closed_at) FROM visit WHERE closed_at >= ?1)",
        t,
    )
    return None if found is None else float(found)


def _came_late(file: LedgerFile, before: CloseRow) -> bool:
    found = file.scalar(
        "SELECT 1 FROM document WHERE entry > ? AND +issued_at < ? LIMIT 1",
        before.entry,
        before.close.until,
    )
    return found is not None


def _read(file: LedgerFile, tail: str, *args: object) -> list[CloseRow]:
    rows = file.database.execute(f"SELECT body, seq, hash FROM entry {tail}", args)  # noqa: S608 - our own text
    return [CloseRow(msgspec.json.decode(body, type=DayClose), seq, chained) for body, seq, chained in rows]
