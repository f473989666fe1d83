"""Visits whose events are settled: decided by a person, or issued and not disputed.

What is learned from. No operator's name leaves here, only the role they had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from console.back_office.bodies import ReviewBody
from console.back_office.ledger_file import LedgerFile
from inference.learning.cases import Settled, settled_events
from inference.messages.results import ClosedVisit, Explanation

Progress = Callable[[int, int], None]
MOST_ISSUED = 20_000
"""So many of the latest visits that nobody looked at: older ones say little that these do not."""


class ReviewedVisit(msgspec.Struct, frozen=True):
    """A visit that a person has decided, and whose receipt nobody had to correct."""

    visit: ClosedVisit
    answer: ReviewBody
    role: str
    """Of who decided it, then."""

    @property
    def answers(self) -> dict[str, Explanation]:
        """What they said of each event; nothing where they said what was taken instead."""
        return {} if self.answer.given else dict(self.answer.choices)


_STANDS = (
    "NOT EXISTS (SELECT 1 FROM receipt_visit p JOIN dispute d ON d.receipt = p.number WHERE p.visit = v.id) "
    "AND NOT EXISTS (SELECT 1 FROM receipt_visit p JOIN document c ON c.of_number = p.number "
    "WHERE p.visit = v.id)"
)
"""Nobody has disputed it, and it has no refund or supplement."""
_REVIEWED = (
    "FROM visit v JOIN review r ON r.visit = v.id WHERE r.state = 'issued' "
    "AND json_extract(r.answer, '$.follows') IS NULL AND v.closed_at >= ? AND v.closed_at < ? "
    f"AND {_STANDS}"
)
_ISSUED = f"FROM visit v WHERE v.decision = 'issue' AND {_STANDS}"


def count_reviewed(file: LedgerFile, since: float, until: float) -> int:
    """How many :func:`reviewed_visits` gives."""
    return int(file.scalar(f"SELECT count(*) {_REVIEWED}", since, until))


def reviewed_visits(file: LedgerFile, since: float, until: float) -> Iterator[ReviewedVisit]:
    """Those that closed in that time and that somebody looked at, in order of time."""
    rows = file.database.execute(f"SELECT v.id {_REVIEWED} ORDER BY v.closed_at, v.id", (since, until))
    for (name,) in rows.fetchall():
        body, said = file.database.execute(
            "SELECT v.body, r.answer FROM visit v JOIN review r ON r.visit = v.id WHERE v.id = ?", (name,)
        ).fetchone()
        answer = msgspec.json.decode(said, type=ReviewBody)
        yield ReviewedVisit(
            msgspec.json.decode(body, type=ClosedVisit), answer, _role(file, name, answer.decided_by)
        )


def taught_events(file: LedgerFile, progress: Progress = lambda *_: None) -> Iterator[Settled]:
    """All settled events of all visits that are still kept. ``progress`` may raise to break off."""
    everything = (float("-inf"), float("inf"))
    issued = [
        name
        for (name,) in file.database.execute(
            f"SELECT v.id {_ISSUED} ORDER BY v.closed_at DESC LIMIT ?", (MOST_ISSUED,)
        ).fetchall()
    ]
    total, done = count_reviewed(file, *everything) + len(issued), 0
    for reviewed in reviewed_visits(file, *everything):
        if not reviewed.answer.given:
            yield from settled_events(reviewed.visit, reviewed.answers)
        done += 1
        progress(done, total)
    nothing_said: Mapping[str, Explanation] = {}
    for name in issued:
        body = file.scalar("SELECT body FROM visit WHERE id = ?", name)
        yield from settled_events(msgspec.json.decode(body, type=ClosedVisit), nothing_said)
        done += 1
        progress(done, total)


def _role(file: LedgerFile, visit: str, name: str) -> str:
    """What the log says that they were when they answered; else what they are now."""
    then = file.scalar(
        "SELECT json_extract(body, '$.role') FROM entry WHERE kind = 'audit' "
        "AND json_extract(body, '$.about') = ? AND json_extract(body, '$.what') = 'answered the review' "
        "AND json_extract(body, '$.who') = ? ORDER BY seq DESC LIMIT 1",
        visit,
        name,
    )
    now = file.scalar("SELECT role FROM operator WHERE name = ?", name) if then is None else then
    return "" if now is None else str(now)
