"""Settled events for tests of what is learned."""

from __future__ import annotations

from inference.learning.cases import Moved, Settled, moved_alone
from inference.messages.results import Doubt, Explanation, ItemMove, ScaleChange


def took(track: int | None, sku: str = "cola", count: int = 1, probability: float = 1.0) -> Explanation:
    moves = () if track is None and not sku else (ItemMove(sku, count, "a"),)
    return Explanation(probability, track, moves)


def settled(
    number: int,
    grams: float,
    *,
    answer: Explanation | None = None,
    stated: tuple[Explanation, ...] = (),
    sureness: float = 1.0,
    reviewed: bool = True,
    noise: float = 0.5,
    scale: str = "s1",
    t: float | None = None,
    doubts: tuple[Doubt, ...] = (),
) -> Settled:
    """``grams``: what came off the scale (negative: came back)."""
    said = took(1) if answer is None else answer
    return Settled(
        event=f"e{number}",
        t=float(number) if t is None else t,
        changes=(ScaleChange(scale, -grams, noise),),
        doubts=doubts,
        explanations=stated or (said,),
        answer=said,
        sureness=sureness,
        reviewed=reviewed,
    )


def moved(*events: Settled) -> tuple[Moved, ...]:
    found = moved_alone(events)
    assert len(found) == len(events)
    return found
