"""Visits to a store that never happened: what a day's shoppers take, in the order in which they leave."""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from inference.messages.results import CartLine, ClosedVisit, Explanation, Felt, ItemMove, Question
from inference.visits.codes import code_for, visit_id
from store_layout.model import Product, StoreLayout

VISITS_A_DAY = 2_000
OPENS_AT_S, OPEN_FOR_S = 6 * 3600.0, 16 * 3600.0
FIRST_DAY = 1_700_000_000.0 // 86_400 * 86_400
NOTHING, IN_REVIEW, IN_PAIRS = 0.06, 0.02, 0.03
"""Shares of visits: that took nothing, that a person decides, that bring a second one on the same payment."""


def shoppers(
    layout: StoreLayout, count: int, rng: random.Random, *, in_review: float = IN_REVIEW
) -> Iterator[ClosedVisit]:
    """``count`` closed visits, day after day. ``in_review``: share of them that a person decides."""
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
            visit = _visit(number, left_at, goods, popular, rng, in_review)
            if rng.random() < IN_PAIRS and (later := next(times, None)) is not None:
                number += 1
                other = _visit(number, later, goods, popular, rng, in_review)
                yield (visit := msgspec.structs.replace(visit, people=2))
                visit = msgspec.structs.replace(
                    other, token=visit.token, people=2, entered_at=visit.entered_at + 1.0
                )
            yield visit


def _visit(
    number: int,
    left_at: float,
    goods: list[Product],
    popular: list[float],
    rng: random.Random,
    in_review: float,
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
    doubtful = bool(lines) and drawn > 1.0 - in_review
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
