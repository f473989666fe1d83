"""A ledger of a busy store after years: visits, receipts, reviews, refunds and payments that never happened.

Everything is written by the same code as in the store, only many visits to a transaction and without
waiting for the disk; so it verifies, and its tables and indices are what they would be.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

from console.back_office import Ledger
from console.back_office.corrections import Change, CorrectionError, Reason
from console.back_office.disputes import decide, open_dispute
from console.back_office.payment_provider import Accepted, Answer, Declined, Held
from console.back_office.payments import owed, send_due, settle
from console.back_office.permissions import Actor
from console.back_office.reviews import answer, claim, issue_due
from console.cli.bench.shoppers import shoppers
from inference.messages.results import ClosedVisit
from store_layout.model import StoreLayout

AT_ONCE = 2_000
"""Visits in a transaction."""
DISPUTED, DECLINED, COLLECTED = 0.005, 0.01, 0.97
"""Shares of receipts: that were wrong, that the card did not pay, and of these: that were paid later."""
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
    made, bank = shoppers(layout, visits, rng), _Bank(rng)
    with Ledger.open(path) as ledger:
        # Nothing is lost but a file that can be made again.
        ledger.database.execute("PRAGMA synchronous = OFF")
        ledger.database.execute("PRAGMA cache_size = -262144")
        for start in range(0, visits, AT_ONCE):
            with ledger.writing("the visits"):
                for _ in range(min(AT_ONCE, visits - start)):
                    _one(ledger, layout, next(made), bank, rng)
            if on_progress is not None:
                on_progress(min(start + AT_ONCE, visits))


def _one(ledger: Ledger, layout: StoreLayout, closed: ClosedVisit, bank: _Bank, rng: random.Random) -> None:
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
    send_due(ledger, bank, now + 2.0)
    if owed(ledger, document.number) and rng.random() < COLLECTED:
        settle(ledger, STAFF, document.number, "counter", at=now + 3_600.0)
    if rng.random() < DISPUTED:
        at = now + rng.uniform(600.0, 5 * 86_400.0)
        change = Change(kind="remove", line=1, count=1)
        reason = rng.choice(REASONS)
        dispute = open_dispute(ledger, STAFF, document.number, (change,), reason, at=at)
        try:
            decide(ledger, MANAGER, dispute.id, "accepted", at=at + 60.0, approver=SECOND)
        except CorrectionError:  # a promotion stands on that line
            decide(ledger, MANAGER, dispute.id, "declined", at=at + 60.0)
        send_due(ledger, bank, at + 65.0)


class _Bank:
    """A provider that keeps no books: it answers at once, and declines some."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def authorise(self, key: str, token: str, amount: int, currency: str) -> Held | Declined:  # noqa: ARG002
        return Held(self._ref(), math.inf)

    def capture(self, key: str, token: str, amount: int, currency: str, hold: str = "") -> Answer:  # noqa: ARG002
        if self._rng.random() < DECLINED:
            return Declined("the card was declined")
        return Accepted(self._ref(), token[-4:])

    def release(self, key: str, hold: str) -> Answer:  # noqa: ARG002
        return Accepted(hold)

    def refund(self, key: str, capture: str, amount: int, currency: str) -> Answer:  # noqa: ARG002
        return Accepted(self._ref())

    def _ref(self) -> str:
        return f"{self._rng.getrandbits(48):012x}"
