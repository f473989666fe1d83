"""Visits on one payment: their receipt waits until all of them have closed.

A gate lets several people in on one token. Their visits close one after the other; the last one that is
decided brings the receipt for all. Somebody whom no camera followed never closes: then those that did are
issued ``GROUP_WAIT_S`` after the last of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from console.back_office.ledger_file import LedgerFile
from inference.messages.results import ClosedVisit

GROUP_ENTRY_S = 10.0
"""Who came in with the same token further apart than this came twice."""
GROUP_WAIT_S = 1800.0
"""How long a receipt waits for members of its group who never close, after the last that did."""


def is_grouped(closed: ClosedVisit) -> bool:
    """Whether the visit pays together with others."""
    return closed.token is not None and closed.people > 1


def join_group(file: LedgerFile, closed: ClosedVisit) -> None:
    """Remember that the visit's receipt is to come. Within a transaction."""
    file.database.execute(
        "INSERT INTO visit_group (visit, token, people, entered_at, closed_at, settled) "
        "VALUES (?, ?, ?, ?, ?, 0)",
        (closed.visit, closed.token, closed.people, closed.entered_at, closed.closed_at),
    )


def waiting_with(file: LedgerFile, visit: str) -> tuple[tuple[str, ...], bool]:
    """Members of the visit's group that have no receipt yet, first in first, and whether all have closed."""
    rows = file.database.execute(
        "SELECT g.visit, g.settled, g.people FROM visit_group g JOIN visit_group me ON me.token = g.token "
        "AND abs(me.entered_at - g.entered_at) <= ? WHERE me.visit = ? ORDER BY g.entered_at, g.visit",
        (GROUP_ENTRY_S, visit),
    ).fetchall()
    people = max((row[2] for row in rows), default=0)
    return tuple(row[0] for row in rows if not row[1]), len(rows) >= people


def company_of(file: LedgerFile, visit: str) -> tuple[str, ...]:
    """All visits on the same payment that have closed, this one included."""
    rows = file.database.execute(
        "SELECT g.visit FROM visit_group g JOIN visit_group me ON me.token = g.token "
        "AND abs(me.entered_at - g.entered_at) <= ? WHERE me.visit = ? ORDER BY g.entered_at, g.visit",
        (GROUP_ENTRY_S, visit),
    )
    return tuple(row[0] for row in rows) or (visit,)


def mark_settled(file: LedgerFile, visits: Sequence[str]) -> None:
    """Nothing of theirs is to come any more. Within a transaction."""
    for visit in visits:
        file.database.execute("UPDATE visit_group SET settled = 1 WHERE visit = ?", (visit,))


def overdue(file: LedgerFile, now: float | None) -> tuple[str, ...]:
    """Visits of groups that have waited long enough; with ``now`` None, of all that wait."""
    rows = file.database.execute(
        "SELECT g.visit FROM visit_group g WHERE g.settled = 0 AND (? IS NULL OR NOT EXISTS ("
        "SELECT 1 FROM visit_group o WHERE o.token = g.token AND abs(o.entered_at - g.entered_at) <= ? "
        "AND o.closed_at > ?)) ORDER BY g.entered_at, g.visit",
        (now, GROUP_ENTRY_S, (now or 0.0) - GROUP_WAIT_S),
    )
    return tuple(row[0] for row in rows.fetchall())
