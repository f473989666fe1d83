"""Proof of day closes: numbered, in their order, and each what the chain says it should be."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.back_office.bodies import CutBody, CutClose
from console.back_office.cut_rows import last_cut
from console.back_office.ledger_file import LedgerFile
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.closing import KIND, DayClose, close_stretch
from console.back_office.reports.figures import Figures, ReportError
from console.back_office.reports.stretches import figures_of
from console.back_office.verify_streams import Fault


def close_faults(file: LedgerFile, cut: CutBody | None = None) -> Iterator[Fault]:
    """Over all closes; those of which something was cut off are not counted again."""
    before: tuple[DayClose | CutClose, int] | None = None
    if cut is not None and cut.close is not None:
        before = cut.close, cut.close.entry
    entry, moment = (0, 0.0) if cut is None else _last_incomplete(file, cut)
    rows = file.database.execute(
        "SELECT seq, cause, body FROM entry WHERE kind = ? ORDER BY seq", (KIND,)
    ).fetchall()
    for seq, cause, body in rows:
        try:
            close = msgspec.json.decode(body, type=DayClose)
        except msgspec.MsgspecError:
            continue  # the chain is broken there, and says so
        place = f"close {close.label}"
        expected = 1 if before is None else before[0].number + 1
        if close.number != expected:
            yield seq, place, f"its number should be {expected}"
        if cause != f"{KIND}:{close.day}":
            yield seq, place, "its entry is of another day"
        if before is not None and (close.day <= before[0].day or close.since != before[0].until):
            yield seq, place, "it does not follow the close before it"
        is_whole = cut is None or (before is not None and before[1] > entry and close.since > moment)
        if is_whole and _counted(file, close, seq, before) != close.figures:
            yield seq, place, "its figures are not what the chain comes to"
        before = close, seq


def _last_incomplete(file: LedgerFile, cut: CutBody) -> tuple[int, float]:
    """Entry and time after which nothing is missing that a close counts.

    Of a correction whose receipt was cut off, the category of its products is not known any more.
    """
    entry, moment = file.database.execute(
        "SELECT coalesce(max(entry), 0), coalesce(max(issued_at), 0) FROM document "
        "WHERE of_number > 0 AND of_number <= ?",
        (last_cut(cut, "R"),),
    ).fetchone()
    return max(cut.through, entry), max(cut.latest, moment)


def _counted(
    file: LedgerFile, close: DayClose, seq: int, before: tuple[DayClose | CutClose, int] | None
) -> Figures | None:
    days = BusinessDays(close.time_zone, close.day_starts)
    try:
        return figures_of(file, days, [close_stretch(close, seq, before)])[0]
    except (msgspec.MsgspecError, ReportError):
        return None
