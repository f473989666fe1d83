"""What staff put onto the shelves while they were at work."""

from __future__ import annotations

from inference.messages import Attribution, Explanation, Restocked
from inference.visits.state import VisitsState


def restocked_by(state: VisitsState, track: int) -> tuple[Restocked, ...]:
    """By the likeliest explanation of each event that agrees with what closed visits have settled."""
    units: dict[tuple[str, str], int] = {}
    for attribution in state.attributions.values():
        chosen = _likeliest(state, attribution)
        for move in chosen.moves if chosen is not None else ():
            if chosen is not None and chosen.mover(move) == track:
                key = (move.slot, move.sku)
                units[key] = units.get(key, 0) - move.count
    return tuple(Restocked(slot, sku, units[slot, sku]) for slot, sku in sorted(units) if units[slot, sku])


def _likeliest(state: VisitsState, attribution: Attribution) -> Explanation | None:
    facts = state.facts.get(attribution.event.id, ())
    possible = [
        explanation
        for explanation in attribution.explanations
        if all(explanation.units(fact.track) == fact.units for fact in facts)
    ]
    return max(possible, key=lambda explanation: explanation.probability, default=None)
