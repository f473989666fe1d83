"""Weights that changed under somebody's hands, and no product explains them."""

from __future__ import annotations

import msgspec
import pytest

from inference.messages import Explanation
from tests.support.stores import small_store
from tests.visits.days import Day, attribution, lines, move

LEMON = small_store().catalog[0].sku


def unexplained(name: str, t: float, **shares: float) -> object:
    """An event of which only the doers are known: by ``t1`` and so on."""
    made = attribution(name, t, (1.0, 1, move(LEMON)))
    found = tuple(Explanation(share, int(who[1:])) for who, share in shares.items())
    rest = 1.0 - sum(shares.values())
    return msgspec.structs.replace(made, explanations=(*found, Explanation(rest, None)))


@pytest.mark.parametrize(("share", "decision"), [(0.4, "review"), (0.02, "issue")])
def test_whoever_may_have_moved_it_is_looked_at(share: float, decision: str) -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.happen(attribution("e1", 5, (0.999, 1, move(LEMON))))
    day.happen(unexplained("e2", 9, t1=share))  # type: ignore[arg-type]
    day.leave(1, 20)
    day.until(30)
    closed = day.closed[1]
    assert closed.decision == decision
    assert lines(closed) == {LEMON: 1}
    assert bool(closed.notes) is (decision == "review")


def test_nobodys_change_of_weight_concerns_nobody() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.happen(attribution("e1", 5, (0.999, 1, move(LEMON))))
    day.happen(unexplained("e2", 9))  # type: ignore[arg-type]
    day.leave(1, 20)
    day.until(30)
    assert day.closed[1].decision == "issue"
