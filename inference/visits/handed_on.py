"""What somebody put back who never took it, once they have gone: others may have handed it to them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from inference.messages import Attribution, Explanation
from inference.visits import settings as s
from inference.visits.carts import CartHypothesis
from inference.visits.evidence import Evidence
from inference.visits.state import Visit, VisitsState


def hand_on(state: VisitsState, chosen: CartHypothesis, visit: Visit) -> set[str]:
    """From now on such a giving back is that of whoever may have handed it on; ids of the events.

    While both were inside the carts' hypotheses said so (see ``hypotheses``); with one of them gone there is
    only the other's cart that it can be taken from.
    """
    found: set[str] = set()
    held: dict[str, int] = {}
    for attribution, explanation in chosen.explanations():
        for sku, units in explanation.units(visit.track).items():
            held[sku] = held.get(sku, 0) + units
            if held[sku] >= 0:
                continue
            held[sku] = 0
            givers = _givers(state, attribution, visit, sku) if units == -1 else {}
            if givers:
                state.attributions[attribution.event.id] = _given_by(attribution, visit.track, sku, givers)
                found.add(attribution.event.id)
    return found


def _givers(state: VisitsState, attribution: Attribution, visit: Visit, sku: str) -> dict[int, float]:
    """How much speaks for each who would hold it, had it not been given back."""
    others = {name: a for name, a in state.attributions.items() if name != attribution.event.id}
    before = Evidence(msgspec.structs.replace(state, attributions=others))
    found: dict[int, float] = {}
    for track, other in state.visits.items():
        if other is visit or other.staff:
            continue
        together = visit.token is not None and other.token == visit.token
        count = min(1.0, before.expected(track).get(sku, 0.0))
        if count >= s.SHARED:
            found[track] = count * (s.HANDED_TOGETHER if together else s.HANDED_ON)
    return found


def _given_by(attribution: Attribution, track: int, sku: str, givers: Mapping[int, float]) -> Attribution:
    """The same with what they had taken as what was given back, or nobody's, where a taking was missed.

    As in the carts' hypotheses, others who may have given it back are the likelier for it.
    """
    weighed: list[tuple[float, Explanation]] = []
    for e in attribution.explanations:
        if e.track != track or len(e.moves) != 1 or e.units(track) != {sku: -1}:
            weighed.append((e.probability, e))
            continue
        for giver, w in givers.items():
            moves = tuple(msgspec.structs.replace(move, track=giver) for move in e.moves)
            weighed.append((e.probability * w, Explanation(0.0, track, moves, handed=True)))
        weighed.append((e.probability * s.BREACH, Explanation(0.0, None, e.moves)))
    total = sum(weight for weight, _ in weighed)
    explanations = [msgspec.structs.replace(e, probability=weight / total) for weight, e in weighed]
    explanations.sort(key=lambda e: -e.probability)
    return msgspec.structs.replace(attribution, explanations=tuple(explanations))
