"""Payments and tiny sessions for tests of trials."""

from __future__ import annotations

from functools import cache

from inference.trials.payments import Decision, Payment
from inference.trials.session import Happened, Trial, happen


def payment(
    *,
    decision: Decision = "issue",
    right: bool = True,
    probability: float = 0.99,
    wrong_money: float = 1.0,
    must_look: bool = False,
    over: int = 0,
    under: int = 0,
    tricky: tuple[str, ...] = (),
) -> Payment:
    """A payment of one unit."""
    return Payment(
        token="card-p1",  # noqa: S106
        people=1,
        decision=decision,
        right=right,
        probability=probability,
        wrong_money=wrong_money,
        must_look=must_look,
        over=over,
        under=under,
        true_units=1,
        found_units=1,
        hit_units=int(right),
        waited_s=1.5,
        tricky=tricky,
    )


@cache
def session(seed: int = 5) -> Happened:
    """Four visits to a nano store."""
    return happen(Trial(profile="normal", format="nano", scales="mixed", seed=seed, visits=4))
