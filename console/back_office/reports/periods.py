"""Reports of days, and of periods as the sum of their days. A closed day is what its close says."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from console.back_office.cut_rows import latest_cut
from console.back_office.ledger_file import LedgerFile
from console.back_office.reports.business_days import ONE_DAY, BusinessDays, days_between
from console.back_office.reports.closing import CloseRow, closes, last_close, next_stretch, open_days
from console.back_office.reports.figures import Figures, ReportError
from console.back_office.reports.openness import Openness, openness
from console.back_office.reports.standing import Standing, standing
from console.back_office.reports.stretches import Stretch, figures_of
from console.language import tr

LONGEST = 3 * 366
"""Days of a period."""
DayState = Literal["closed", "open", "empty", "purged"]


class DayReport(msgspec.Struct, frozen=True):
    """What a day came to, or has come to so far."""

    day: date
    state: DayState
    """``open``: it may still change. ``empty``: nothing is in it, or what there was is in another close.
    ``purged``: the time of its documents is over."""
    since: float
    until: float
    figures: Figures
    standing: Standing
    close: CloseRow | None = None


class PeriodReport(msgspec.Struct, frozen=True):
    """The sum of days that follow each other."""

    first: date
    last: date
    days: tuple[DayReport, ...]
    figures: Figures

    @property
    def still_open(self) -> tuple[date, ...]:
        """Days that are in no close: while there are any, the period may still change."""
        return tuple(day.day for day in self.days if day.state == "open")


class OpenDay(msgspec.Struct, frozen=True):
    """Openness of a day."""

    day: date
    openness: Openness
    purged: bool = False
    """Its visits have been purged: the numbers are those of its close."""


class OpennessReport(msgspec.Struct, frozen=True):
    """How openly it was decided, day by day and together."""

    first: date
    last: date
    days: tuple[OpenDay, ...]
    whole: Openness


def day_report(file: LedgerFile, day: date, days: BusinessDays) -> DayReport:
    """What a day came to. Raises :class:`~.figures.ReportError`."""
    (found,) = _reports(file, (day,), days, with_standing=True)
    return found


def period_report(file: LedgerFile, first: date, last: date, days: BusinessDays) -> PeriodReport:
    """The days from ``first`` to ``last``, and their sum. Raises :class:`~.figures.ReportError`."""
    found = _reports(file, _range(first, last), days, with_standing=False)
    whole = Figures()
    for report in found:
        whole = whole + report.figures
    return PeriodReport(first, last, found, whole)


def openness_report(file: LedgerFile, first: date, last: date, days: BusinessDays) -> OpennessReport:
    """Openness of the days from ``first`` to ``last``, and together; times together are counted in classes.

    Raises :class:`~.figures.ReportError`.
    """
    kept = {row.close.day: row.close for row in closes(file, first, last)}
    found = []
    for day in _range(first, last):
        close = kept.get(day)
        since, until = (close.since, close.until) if close else days.bounds(day)
        now = openness(file, since, until)
        purged = close is not None and now.visits < close.openness.visits
        found.append(OpenDay(day, close.openness if close is not None and purged else now, purged))
    whole = Openness()
    for one in found:
        whole = whole + one.openness
    return OpennessReport(first, last, tuple(found), whole)


def _range(first: date, last: date) -> tuple[date, ...]:
    if last < first:
        raise ReportError(tr("{last} comes before {first}: give the first day first", last=last, first=first))
    if (last - first).days >= LONGEST:
        raise ReportError(
            tr(
                "{first} to {last} are more than {longest} days: ask for a shorter period",
                first=first,
                last=last,
                longest=LONGEST,
            )
        )
    return days_between(first, last)


def _reports(
    file: LedgerFile, wanted: tuple[date, ...], days: BusinessDays, *, with_standing: bool
) -> tuple[DayReport, ...]:
    before, cut = last_close(file), latest_cut(file.database)
    kept = {row.close.day: row for row in closes(file, wanted[0], wanted[-1])} if before else {}
    waiting = open_days(file, days)
    following = waiting[0] if waiting else (before.close.day + ONE_DAY if before else None)
    stretches = {
        day: stretch
        for day in wanted
        if day not in kept and (stretch := _open_stretch(day, days, before, following)) is not None
    }
    counted = dict(zip(stretches, figures_of(file, days, list(stretches.values())), strict=True))
    found = []
    for day in wanted:
        bounds = days.bounds(day)
        if day in kept:
            close = kept[day].close
            report = DayReport(
                day, "closed", close.since, close.until, close.figures, close.standing, kept[day]
            )
        elif cut is not None and bounds[1] <= cut.before:
            report = DayReport(day, "purged", *bounds, Figures(), Standing())
        elif day in stretches:
            stretch, figures = stretches[day], counted[day]
            open_now = standing(file, stretch) if with_standing else Standing()
            state: DayState = "open" if day in waiting or figures != Figures() else "empty"
            report = DayReport(day, state, stretch.since, stretch.until, figures, open_now)
        else:
            report = DayReport(day, "empty", *bounds, Figures(), Standing())
        found.append(report)
    return tuple(found)


def _open_stretch(
    day: date, days: BusinessDays, before: CloseRow | None, following: date | None
) -> Stretch | None:
    """What a day that is not closed has come to; ``following``: the day that is closed next.

    None: it lies before the next close, and what is still written for it falls in that one.
    """
    if before is None:
        return Stretch(*days.bounds(day))
    if following is not None and day < following:
        return None
    if day == following:
        return next_stretch(day, days, before)
    since, until = days.bounds(day)
    since = max(since, before.close.until)
    return Stretch(since, max(since, until), first_open=before.close.first_open)
