"""Visits that ask something, for the back office's tests."""

from __future__ import annotations

from inference.messages.results import CartLine, ClosedVisit, Explanation, ItemMove, Question
from tests.back_office.visits import closed


def took(track: int | None, *moves: tuple[str, int], probability: float = 0.5) -> Explanation:
    """So many of each sku from the shelf (negative: put back), by this track."""
    return Explanation(probability, track, tuple(ItemMove(sku, count, "a") for sku, count in moves))


def asked(event: str, *alternatives: Explanation, at_stake: int = 100) -> Question:
    return Question(event, f"What happened at {event}?", alternatives, at_stake)


def doubtful(visit: str, *questions: Question, **changes: object) -> ClosedVisit:
    """A visit of track N (vN) that holds what the first alternative of each question gives it."""
    track = int(visit[1:])
    units: dict[str, int] = {}
    events: dict[str, list[str]] = {}
    for question in questions:
        for sku, count in question.alternatives[0].units(track).items():
            units[sku] = units.get(sku, 0) + count
            events.setdefault(sku, []).append(question.event)
    lines = tuple(CartLine(sku, n, 0.6, tuple(events[sku])) for sku, n in sorted(units.items()) if n)
    values = {"decision": "review", "questions": questions, "probability": 0.6, "lines": lines}
    made = closed(visit, (("cola", 1),), **{k: v for k, v in {**values, **changes}.items() if k != "lines"})
    import msgspec

    return msgspec.structs.replace(made, lines=changes.get("lines", lines))
