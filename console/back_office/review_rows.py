"""Rows of the review queue: how cards are read and written. Who may do what is in ``reviews``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from console.back_office.bodies import ReviewBody
from console.back_office.chain import canonical
from console.back_office.ledger_file import LedgerFile
from inference.messages.results import ClosedVisit, Explanation

State = Literal["open", "second", "manager", "answered", "issued"]
URGENCY = "(r.at_stake + 1) * (2.0 - r.probability) * (1.0 + max(0.0, ? - r.waiting_since) / 600.0)"
"""Money at stake times doubt times waiting; one argument: now."""


class ReviewRow(msgspec.Struct, frozen=True):
    """A card of the queue."""

    visit: str
    code: str
    at_stake: int
    """Expected wrong money of the questions that are open, minor units."""
    probability: float
    """That the engine's lines are right."""
    waiting_since: float
    state: State
    claimed_by: str | None
    claimed_at: float
    claimed_until: float
    unsure_by: tuple[str, ...]
    answer: ReviewBody | None

    def held_by(self, now: float) -> str | None:
        """Who has it now. A claim for longer than claims are is from before the clock was set back: over."""
        left, whole = self.claimed_until - now, self.claimed_until - self.claimed_at
        return self.claimed_by if 0 < left <= 2 * whole else None


class Openness(msgspec.Struct, frozen=True):
    """How often a person decided, and what that took: reported as it is."""

    visits: int
    reviewed: int
    """Decided by a person who looked at them; those that followed from another answer are not counted."""
    followed: int
    waiting: int
    per_1000_visits: float
    seconds: float
    """Between claiming a card and letting go of it, all people together."""
    changed: int
    """Where the person said otherwise than the engine had counted."""
    unsure: int
    skipped: int


_SELECT = (
    "SELECT r.visit, v.code, r.at_stake, r.probability, r.waiting_since, r.state, r.claimed_by, "
    "r.claimed_at, r.claimed_until, r.unsure_by, r.answer FROM review r JOIN visit v ON v.id = r.visit "
)


def enqueue(file: LedgerFile, closed: ClosedVisit, worth: int) -> None:
    """Put a visit into the queue. ``worth``: what its lines cost, at stake where it asks nothing."""
    at_stake = sum(question.at_stake for question in closed.questions)
    file.database.execute(
        "INSERT INTO review (visit, at_stake, probability, waiting_since, state, claimed_at, claimed_until, "
        "unsure_by, answered_at) VALUES (?, ?, ?, ?, 'open', 0, 0, '[]', 0)",
        (closed.visit, at_stake if closed.questions else worth, closed.probability, closed.closed_at),
    )
    for question in closed.questions:
        file.database.execute(
            "INSERT OR IGNORE INTO review_event (event, visit) VALUES (?, ?)", (question.event, closed.visit)
        )


def row(file: LedgerFile, visit: str) -> ReviewRow | None:
    """A card by its visit."""
    found = _read(file, f"{_SELECT} WHERE r.visit = ?", (visit,))
    return found[0] if found else None


def waiting(file: LedgerFile, now: float) -> list[ReviewRow]:
    """Cards without an answer, the most urgent first."""
    order = f"WHERE r.state IN ('open', 'second', 'manager') ORDER BY {URGENCY} DESC, r.visit"
    return _read(file, f"{_SELECT} {order}", (now,))


def answered(file: LedgerFile, now: float, age: float, visit: str | None) -> list[str]:
    """Visits with an answer of at least that age in seconds, and ``visit`` if it has one.

    One that is still to come was given before the clock was set back: it does not wait for that time again.
    """
    found = file.database.execute(
        "SELECT visit FROM review WHERE state = 'answered' "
        "AND (answered_at <= ? OR answered_at > ? OR visit = ?) ORDER BY answered_at, visit",
        (now - age, now + age, visit),
    )
    return [name for (name,) in found.fetchall()]


def skipped_by(file: LedgerFile, operator: str) -> dict[str, float]:
    """When this operator skipped which visit."""
    found = file.database.execute("SELECT visit, at FROM review_skip WHERE operator = ?", (operator,))
    return dict(found.fetchall())


def claim(file: LedgerFile, visit: str, operator: str, now: float, until: float) -> None:
    """The card is theirs."""
    file.database.execute(
        "UPDATE review SET claimed_by = ?, claimed_at = ?, claimed_until = ? WHERE visit = ?",
        (operator, now, until, visit),
    )


def keep_answer(file: LedgerFile, visit: str, body: ReviewBody, now: float) -> None:
    """The card has an answer, and is nobody's any more."""
    file.database.execute(
        "UPDATE review SET before = state, state = 'answered', answer = ?, answered_at = ?, "
        "claimed_until = 0 WHERE visit = ?",
        (canonical(body).decode(), now, visit),
    )


def take_back(file: LedgerFile, visit: str, operator: str, now: float, until: float) -> None:
    """The card has no answer, and is theirs again."""
    file.database.execute(
        "UPDATE review SET state = before, before = NULL, answer = NULL, claimed_by = ?, claimed_at = ?, "
        "claimed_until = ? WHERE visit = ?",
        (operator, now, until, visit),
    )


def hand_on(file: LedgerFile, card: ReviewRow, operator: str, state: State) -> None:
    """Somebody was not sure."""
    file.database.execute(
        "UPDATE review SET state = ?, unsure_by = ?, claimed_by = NULL, claimed_until = 0 WHERE visit = ?",
        (state, canonical((*card.unsure_by, operator)).decode(), card.visit),
    )


def skip(file: LedgerFile, visit: str, operator: str, now: float) -> None:
    """Somebody gave it back."""
    release(file, visit)
    file.database.execute("INSERT OR REPLACE INTO review_skip VALUES (?, ?, ?)", (visit, operator, now))


def release(file: LedgerFile, visit: str) -> None:
    """The card is nobody's."""
    file.database.execute("UPDATE review SET claimed_by = NULL, claimed_until = 0 WHERE visit = ?", (visit,))


def mark_issued(file: LedgerFile, visit: str) -> None:
    """Nothing changes about it any more."""
    file.database.execute("UPDATE review SET state = 'issued' WHERE visit = ?", (visit,))


def note_work(
    file: LedgerFile, card: ReviewRow, operator: str, now: float, *, outcome: str, longest: float
) -> None:
    """How long somebody had it. A lease that ran out long ago counts as one lease."""
    seconds = min(max(0.0, now - card.claimed_at), longest)
    file.database.execute(
        "INSERT INTO review_work (visit, operator, at, seconds, outcome) VALUES (?, ?, ?, ?, ?)",
        (card.visit, operator, now, seconds, outcome),
    )


def settle_events(file: LedgerFile, visit: str, body: ReviewBody, now: float) -> list[str]:
    """Remember what happened, by event. Gives the events that were not settled before."""
    fresh = []
    for event, explanation in body.choices:
        cursor = file.database.execute(
            "INSERT OR IGNORE INTO review_answer (event, visit, operator, at, explanation) "
            "VALUES (?, ?, ?, ?, ?)",
            (event, visit, body.decided_by, now, canonical(explanation).decode()),
        )
        if cursor.rowcount:
            fresh.append(event)
    return fresh


def settled_events(file: LedgerFile, events: Iterable[str]) -> dict[str, Explanation]:
    """What has been settled of these."""
    found = {}
    for event in events:
        body = file.scalar("SELECT explanation FROM review_answer WHERE event = ?", event)
        if body is not None:
            found[event] = msgspec.json.decode(body, type=Explanation)
    return found


def asking_about(file: LedgerFile, events: Sequence[str]) -> list[str]:
    """Cards without an answer that ask about any of these."""
    found: dict[str, None] = {}
    for event in events:
        for (visit,) in file.database.execute(
            "SELECT e.visit FROM review_event e JOIN review r ON r.visit = e.visit "
            "WHERE e.event = ? AND r.state IN ('open', 'second', 'manager') ORDER BY e.visit",
            (event,),
        ).fetchall():
            found[visit] = None
    return list(found)


def restake(file: LedgerFile, visit: str, at_stake: int) -> None:
    """What is at stake now that some of it is settled."""
    file.database.execute("UPDATE review SET at_stake = ? WHERE visit = ?", (at_stake, visit))


def openness(file: LedgerFile, since: float = 0.0) -> Openness:
    """Counts over visits that closed from ``since`` on."""
    visits = int(file.scalar("SELECT count(*) FROM visit WHERE closed_at >= ?", since))
    bodies = file.database.execute(
        "SELECT r.answer, v.body FROM review r JOIN visit v ON v.id = r.visit "
        "WHERE r.state IN ('answered', 'issued') AND v.closed_at >= ?",
        (since,),
    ).fetchall()
    answers = [
        (msgspec.json.decode(answer, type=ReviewBody), msgspec.json.decode(visit, type=ClosedVisit))
        for answer, visit in bodies
    ]
    seen = [(answer, visit) for answer, visit in answers if not answer.follows]
    changed = [
        1
        for answer, visit in seen
        if {x.sku: x.quantity for x in answer.lines} != {x.sku: x.quantity for x in visit.lines}
    ]
    work = file.database.execute(
        "SELECT w.outcome, count(*), sum(w.seconds) FROM review_work w JOIN visit v ON v.id = w.visit "
        "WHERE v.closed_at >= ? GROUP BY w.outcome",
        (since,),
    ).fetchall()
    count = {outcome: int(n) for outcome, n, _ in work}
    waits = file.scalar(
        "SELECT count(*) FROM review r JOIN visit v ON v.id = r.visit "
        "WHERE r.state IN ('open', 'second', 'manager') AND v.closed_at >= ?",
        since,
    )
    return Openness(
        visits=visits,
        reviewed=len(seen),
        followed=len(answers) - len(seen),
        waiting=int(waits),
        per_1000_visits=1000.0 * len(seen) / visits if visits else 0.0,
        seconds=float(sum(seconds for _, _, seconds in work)),
        changed=len(changed),
        unsure=count.get("unsure", 0),
        skipped=count.get("skipped", 0),
    )


def _read(file: LedgerFile, sql: str, args: tuple[object, ...]) -> list[ReviewRow]:
    found = []
    for *columns, unsure_by, answer in file.database.execute(sql, args).fetchall():
        values = dict(zip(ReviewRow.__struct_fields__, columns, strict=False))
        values["unsure_by"] = msgspec.json.decode(unsure_by)
        values["answer"] = None
        made = msgspec.convert(values, ReviewRow)
        if answer is not None:
            made = msgspec.structs.replace(made, answer=msgspec.json.decode(answer, type=ReviewBody))
        found.append(made)
    return found
