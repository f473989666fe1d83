"""A ledger of a busy store after years: visits, receipts, reviews, refunds and payments that never happened.

Everything is written by the same code as in the store, only many visits to a transaction and without
waiting for the disk; so it verifies, and its tables and indices are what they would be.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from console.back_office import Ledger
from console.back_office.corrections import Change, CorrectionError, Reason
from console.back_office.disputes import decide, open_dispute
from console.back_office.payment_provider import Accepted, Answer, Declined
from console.back_office.payment_rows import of_receipt
from console.back_office.payments import keep_answer
from console.back_office.permissions import Actor
from console.back_office.reviews import answer, claim, issue_due
from inference.messages.results import CartLine, ClosedVisit, Explanation, Felt, ItemMove, Question
from inference.visits.codes import code_for, visit_id
from store_layout.model import Product, StoreLayout

VISITS_A_DAY = 2_000
OPENS_AT_S, OPEN_FOR_S = 6 * 3600.0, 16 * 3600.0
FIRST_DAY = 1_700_000_000.0 // 86_400 * 86_400
AT_ONCE = 2_000
"""Visits in a transaction."""
NOTHING, IN_REVIEW, IN_PAIRS = 0.06, 0.02, 0.03
"""Shares of visits: that took nothing, that a person decides, that bring a second one on the same payment."""
DISPUTED, DECLINED = 0.005, 0.01
"""Shares of receipts: that were wrong, that the card did not pay."""
REASONS: tuple[Reason, ...] = ("not_taken", "wrong_product", "wrong_count", "damaged")
STAFF, MANAGER, SECOND = (
    Actor("Sam", "staff", "bench"),
    Actor("Mara", "manager", "bench"),
    Actor("Noor", "manager", "bench"),
)


def write_big_ledger(
    path: Path,
    layout: StoreLayout,
    visits: int,
    *,
    seed: int = 1,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Write ``visits`` visits to a new ledger at ``path``; the same ``seed`` gives the same.

    ``on_progress`` is told how many there are. Raises ``LedgerError`` where the file cannot be written.
    """
    rng = random.Random(seed)
    made = _visits(layout, visits, rng)
    with Ledger.open(path) as ledger:
        # Nothing is lost but a file that can be made again.
        ledger.database.execute("PRAGMA synchronous = OFF")
        ledger.database.execute("PRAGMA cache_size = -262144")
        for start in range(0, visits, AT_ONCE):
            with ledger.writing("the visits"):
                for _ in range(min(AT_ONCE, visits - start)):
                    _one(ledger, layout, next(made), rng)
            if on_progress is not None:
                on_progress(min(start + AT_ONCE, visits))


def _one(ledger: Ledger, layout: StoreLayout, closed: ClosedVisit, rng: random.Random) -> None:
    """A visit and all that comes of it."""
    ledger.post_visit(closed, layout)
    now = closed.closed_at
    if closed.decision == "review":
        claim(ledger, STAFF, now + 20.0, closed.visit)
        event = closed.questions[0].event
        answer(ledger, STAFF, closed.visit, {event: rng.choice((0, 0, 1))}, now + 35.0)
        issue_due(ledger, now + 35.0, closed.visit)
    document = ledger.document_of(closed.visit)
    if document is None:
        return
    _pay(ledger, document.number, now, rng)
    if rng.random() < DISPUTED:
        at = now + rng.uniform(600.0, 5 * 86_400.0)
        change = Change(kind="remove", line=1, count=1)
        reason = rng.choice(REASONS)
        dispute = open_dispute(ledger, STAFF, document.number, (change,), reason, at=at)
        try:
            decide(ledger, MANAGER, dispute.id, "accepted", at=at + 60.0, approver=SECOND)
        except CorrectionError:  # a promotion stands on that line
            decide(ledger, MANAGER, dispute.id, "declined", at=at + 60.0)
        _pay(ledger, document.number, at + 65.0, rng)


def _pay(ledger: Ledger, receipt: int, now: float, rng: random.Random) -> None:
    """What a provider says to the orders of a receipt; refunds wait in the outbox where nothing was paid."""
    for task in of_receipt(ledger, receipt):
        if task.state == "due" and task.kind == "capture":
            said: Answer = Accepted(f"{rng.getrandbits(48):012x}", task.token[-4:])
            if rng.random() < DECLINED:
                said = Declined("the card was declined")
            keep_answer(ledger, task.key, said, now + 2.0)


# -- who comes and what they take ----------------------------------------------------------------------


def _visits(layout: StoreLayout, count: int, rng: random.Random) -> Iterator[ClosedVisit]:
    """In the order in which they close, day after day."""
    goods = list(layout.catalog)
    # A few products are half of what a shop sells: the n-th is taken 1/n as often as the first.
    popular = [1.0 / rank for rank in range(1, len(goods) + 1)]
    number = 0
    for day in range(-(-count // VISITS_A_DAY)):
        opens = FIRST_DAY + 86_400.0 * day + OPENS_AT_S
        today = min(VISITS_A_DAY, count - number)
        times = iter(sorted(opens + rng.uniform(900.0, OPEN_FOR_S) for _ in range(today)))
        for left_at in times:
            number += 1
            visit = _visit(number, left_at, goods, popular, rng)
            if rng.random() < IN_PAIRS and (later := next(times, None)) is not None:
                number += 1
                other = _visit(number, later, goods, popular, rng)
                visit = msgspec.structs.replace(visit, people=2)
                yield visit
                visit = msgspec.structs.replace(
                    other, token=visit.token, people=2, entered_at=visit.entered_at + 1.0
                )
            yield visit


def _visit(
    number: int, left_at: float, goods: list[Product], popular: list[float], rng: random.Random
) -> ClosedVisit:
    entered_at = round(left_at - rng.uniform(60.0, 900.0), 3)
    name = visit_id("demo", "door", entered_at, number)
    drawn = rng.random()
    kinds = 0 if drawn < NOTHING else min(12, 1 + int(rng.expovariate(0.45)))
    chosen = dict.fromkeys(rng.choices(goods, popular, k=kinds))
    lines = tuple(
        CartLine(
            sku=product.sku,
            quantity=rng.choices((1, 2, 3, 4), (70, 20, 7, 3))[0],
            probability=round(rng.uniform(0.93, 1.0), 4),
            events=(f"{product.sku}@{left_at - 60.0 - 7.5 * n:.2f}",),
        )
        for n, product in enumerate(chosen)
    )
    doubtful = bool(lines) and drawn > 1.0 - IN_REVIEW
    return ClosedVisit(
        visit=name,
        code=code_for("bench", name, ()),
        track=number,
        entered_at=entered_at,
        left_at=round(left_at, 3),
        gate_in="door",
        gate_out="door",
        closed_at=round(left_at + 1.5, 3),
        lines=lines,
        probability=0.61 if doubtful else round(rng.uniform(0.95, 1.0), 4),
        decision="review" if doubtful else "issue" if lines else "nothing",
        token=f"tok-{number}-{rng.randrange(10_000):04d}",
        questions=(_question(lines[0], number, left_at - 60.0),) if doubtful else (),
    )


def _question(line: CartLine, track: int, t: float) -> Question:
    """Whether the first thing was taken by them or by nobody."""
    move = ItemMove(line.sku, line.quantity, "slot")
    return Question(
        event=line.events[0],
        text="What was taken?",
        alternatives=(Explanation(0.61, track, (move,)), Explanation(0.39, None)),
        at_stake=40,
        felt=Felt("fixture", t, -350.0, 2.1),
    )
