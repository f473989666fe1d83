"""A day in the back office as work that may be done again from its beginning, however far it came.

Whoever kills a process that does it, at any moment, and starts another one must get the same day.
"""

from __future__ import annotations

import random

import msgspec

from console.back_office import Ledger
from console.back_office.corrections import Change, CorrectionError
from console.back_office.disputes import decide, open_dispute
from console.back_office.holds import note_entry
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payment_rows import of_receipt
from console.back_office.payments import send_due, settle, try_again, unpaid
from console.back_office.permissions import Actor
from console.back_office.reviews import answer, card, claim, issue_due
from console.cli.bench.shoppers import shoppers
from console.cli.places import DEMO_STORE
from inference.messages.results import ClosedVisit
from store_layout.model import StoreLayout
from store_layout.reader import read_store

VISITS = 60
IN_REVIEW = 0.25
STAFF, MANAGER, SECOND = (
    Actor("Sam", "staff", "bench"),
    Actor("Mara", "manager", "bench"),
    Actor("Noor", "manager", "bench"),
)
CARDS = ("tok", "tok", "tok", "tok-declines", "tok-times-out", "tok-answers-late")
HOLD = 1_500
"""Kept back on each card, minor units: less than some of them buy for."""
LATER_S = 1e6
"""Between two rounds of sending: whatever was waited for is over."""


def whole_day(ledger: Ledger, bank: SimulatedProvider, seed: int) -> None:
    """Everything that comes of ``VISITS`` visits, to the last payment. Every step is safe to do again."""
    layout = read_store(DEMO_STORE)
    clock = 0.0
    for number, visit in enumerate(_visits(layout, seed), start=1):
        # Not one generator for the whole day: whoever begins again must draw the same for each visit.
        rng = random.Random(f"{seed}:{visit.visit}")
        clock = visit.closed_at + LATER_S * number
        note_entry(ledger, visit.token or "", visit.entered_at, HOLD, layout.file.store.currency)
        send_due(ledger, bank, clock - LATER_S / 2)
        ledger.post_visit(visit, layout)
        if visit.decision == "review":
            _answer(ledger, visit, rng)
        # Of who pays with others the receipt comes later: whoever begins again would find it sooner.
        if visit.people == 1 and rng.random() < 0.3:
            _complain(ledger, visit, layout, rng)
        send_due(ledger, bank, clock)
        _see_to_the_unpaid(ledger, clock)
    ledger.settle_groups()
    for _ in range(8):  # a refund waits for its capture, and some cards answer late
        clock += LATER_S
        send_due(ledger, bank, clock)
        _see_to_the_unpaid(ledger, clock)


def _visits(layout: StoreLayout, seed: int) -> list[ClosedVisit]:
    rng = random.Random(seed)
    made = list(shoppers(layout, VISITS, rng, in_review=IN_REVIEW))
    tokens: dict[str | None, str | None] = {
        visit.token: f"{rng.choice(CARDS)}-{number}" for number, visit in enumerate(made)
    }
    tokens[made[0].token] = None  # somebody came in without a card
    return [msgspec.structs.replace(visit, token=tokens[visit.token]) for visit in made]


def _answer(ledger: Ledger, visit: ClosedVisit, rng: random.Random) -> None:
    now, choice = visit.closed_at + 30.0, rng.choice((0, 1, None))
    if card(ledger, visit.visit).row.state not in {"answered", "issued"}:
        claim(ledger, STAFF, now, visit.visit)
        answer(ledger, STAFF, visit.visit, {visit.questions[0].event: choice}, now)
    issue_due(ledger, now, visit.visit)


def _complain(ledger: Ledger, visit: ClosedVisit, layout: StoreLayout, rng: random.Random) -> None:
    """Something is given back, something more is charged, or both; a second time by some."""
    document, now = ledger.document_of(visit.visit), visit.closed_at + 60.0
    if document is None:
        return
    remove, add = (
        Change(kind="remove", line=1, count=1),
        Change(kind="add", sku=rng.choice(layout.catalog).sku, count=rng.randint(1, 2)),
    )
    for key in ("a", "b")[: rng.randint(1, 2)]:
        changes = rng.choice(((remove,), (add,), (remove, add)))
        try:
            dispute = open_dispute(ledger, STAFF, document.number, changes, "other", at=now, key=key)
        except CorrectionError:  # nothing is left of that line
            continue
        try:
            decide(ledger, MANAGER, dispute.id, "accepted", at=now, approver=SECOND)
        except CorrectionError:
            decide(ledger, MANAGER, dispute.id, "declined", at=now)


def _see_to_the_unpaid(ledger: Ledger, now: float) -> None:
    """The card once more, then at the counter, by every third not at all."""
    for entry in unpaid(ledger):
        tries = sum(task.kind == "capture" for task in of_receipt(ledger, entry.receipt))
        if entry.owed > 0 and tries < 2 and _has_card(ledger, entry.receipt):
            try_again(ledger, STAFF, entry.receipt, now)
        elif entry.owed > 0 and entry.receipt % 3 == 0:
            settle(ledger, MANAGER, entry.receipt, "written_off", at=now, why="cannot be reached")
        else:
            settle(ledger, MANAGER, entry.receipt, "counter", at=now)


def _has_card(ledger: Ledger, receipt: int) -> bool:
    return any(task.token for task in of_receipt(ledger, receipt))
