"""Figures of many payments: how often right, how often asked, what was charged wrongly."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from inference.trials.payments import Payment
from store_layout.model import Rules

BINS = 10
"""Of a reliability diagram: equally many payments in each."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of session. Shares are None where there is nothing to share."""

    payments: int
    reviews_per_1000: float
    must_per_1000: float
    """Of these: a scale was silent, somebody was lost from sight, and the like."""
    decided: int
    """Without a person: issued, or closed with nothing."""
    decided_right: int
    right_share: float | None
    """Exactly right among those."""
    all_right_share: float
    """Exactly right of all, asked about or not, as proposed."""
    precision: float | None
    """Of units, over all payments as proposed."""
    recall: float | None
    f1: float | None
    over_per_1000: float
    """Payments charged for something not taken, without a person."""
    under_per_1000: float
    over_money: float
    """Minor units a payment, without a person."""
    under_money: float
    exit_to_receipt_p50_s: float | None
    exit_to_receipt_p95_s: float | None
    calibration_error: float
    """Expected: mean distance of what is stated from what is true, over the bins of :func:`reliability`."""
    unseen_per_1000: float
    """Cards for which nobody was followed."""


def score(payments: Sequence[Payment]) -> Score:
    """Add up. Raises ``ValueError`` for none."""
    if not payments:
        raise ValueError("no payments to score: simulate at least one visit")
    n = len(payments)
    decided = [p for p in payments if p.decision != "review"]
    right = sum(p.right for p in decided)
    true, found, hit = (
        sum(getattr(p, name) for p in payments) for name in ("true_units", "found_units", "hit_units")
    )
    waits = [p.waited_s for p in decided if p.waited_s is not None]
    precision, recall = (hit / found if found else None), (hit / true if true else None)
    return Score(
        payments=n,
        reviews_per_1000=1000.0 * (n - len(decided)) / n,
        must_per_1000=1000.0 * sum(p.must_look for p in payments) / n,
        decided=len(decided),
        decided_right=right,
        right_share=right / len(decided) if decided else None,
        all_right_share=sum(p.right for p in payments) / n,
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision and recall else None,
        over_per_1000=1000.0 * sum(p.over > 0 for p in decided) / n,
        under_per_1000=1000.0 * sum(p.under > 0 for p in decided) / n,
        over_money=sum(p.over for p in decided) / n,
        under_money=sum(p.under for p in decided) / n,
        exit_to_receipt_p50_s=float(np.percentile(waits, 50)) if waits else None,
        exit_to_receipt_p95_s=float(np.percentile(waits, 95)) if waits else None,
        calibration_error=calibration_error(payments),
        unseen_per_1000=1000.0 * sum(not p.seen for p in payments) / n,
    )


class Tricky(msgspec.Struct, frozen=True):
    """Payments with one kind of action that makes them hard; a payment may have several."""

    name: str
    """As :class:`inference.recording.truth.TrueVisit` has it."""
    payments: int
    right: int
    """As proposed, asked about or not."""
    asked: int
    wrong: int
    """Decided without a person, and not exactly right."""


def by_trick(payments: Sequence[Payment]) -> tuple[Tricky, ...]:
    """Count for each kind what became of the payments, by name."""
    found = []
    for name in sorted({trick for p in payments for trick in p.tricky}):
        some = [p for p in payments if name in p.tricky]
        asked = sum(p.decision == "review" for p in some)
        right = sum(p.right for p in some)
        wrong = sum(p.decision != "review" and not p.right for p in some)
        found.append(Tricky(name, len(some), right, asked, wrong))
    return tuple(found)


class Bin(msgspec.Struct, frozen=True):
    """Payments stated about alike."""

    count: int
    stated: float
    """Mean probability that they are exactly right."""
    true: float
    """Share that is."""


def reliability(payments: Sequence[Payment]) -> tuple[Bin, ...]:
    """Stated against true, in bins of equally many payments, least sure first."""
    known = sorted((p for p in payments if p.seen), key=lambda p: p.probability)
    found = []
    for part in np.array_split(np.arange(len(known)), min(BINS, max(1, len(known)))):
        some = [known[i] for i in part.tolist()]
        if some:
            stated = sum(p.probability for p in some) / len(some)
            found.append(Bin(len(some), stated, sum(p.right for p in some) / len(some)))
    return tuple(found)


def calibration_error(payments: Sequence[Payment]) -> float:
    """Expected calibration error of whole receipts (Naeini et al. 2015, with bins of equal counts)."""
    bins = reliability(payments)
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.stated - b.true) for b in bins) / total if total else 0.0


class Setting(msgspec.Struct, frozen=True):
    """One point of the curve: what is asked and what goes wrong when asking costs so much."""

    review_cost: float
    """Minor units; see ``store_layout.model.Rules``."""
    reviews_per_1000: float
    wrong_per_1000: float
    """Decided without a person and not exactly right."""
    over_per_1000: float


COSTS = (10, 20, 50, 100, 200, 300, 500, 1000, 2000, 10000)
"""Minor units at which the curve is drawn; 300 is the default."""


def curve(payments: Sequence[Payment], rules: Rules) -> tuple[Setting, ...]:
    """Reviews against wrong receipts as the setting moves.

    ``issue_from`` moves with the cost, and ``charge_from`` with it, so that the default's place on the curve
    is the default: what is less sure than that is asked about as well. Reviews that must be are at every
    point.
    """
    found = []
    for cost in COSTS:
        least = 1.0 - (1.0 - rules.issue_from) * cost / max(1, rules.review_cost)
        by = msgspec.structs.replace(rules, issue_from=least)
        asked = [
            p.must_look
            or p.wrong_money * rules.wrong_cost_factor > cost
            or p.probability < by.issue_from
            or p.least_line < by.charge_from
            for p in payments
        ]
        decided = [p for p, ask in zip(payments, asked, strict=True) if not ask]
        n = len(payments)
        found.append(
            Setting(
                float(cost),
                1000.0 * sum(asked) / n,
                1000.0 * sum(not p.right for p in decided) / n,
                1000.0 * sum(p.over > 0 for p in decided) / n,
            )
        )
    return tuple(found)
