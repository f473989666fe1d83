"""What a visit's lines rest on, for whoever asks later why they are there."""

from __future__ import annotations

from inference.messages import Attribution, Explanation, Felt, Ground
from inference.visits import settings as s
from inference.visits.carts import CartHypothesis


def felt_of(attribution: Attribution) -> Felt:
    """What the scales felt of an event, all together."""
    event = attribution.event
    return Felt(event.fixture, event.t_peak, event.delta_g, event.sd_g, event.doubts)


def grounds_of(chosen: CartHypothesis, track: int) -> tuple[Ground, ...]:
    """The events that this track's cart rests on, or may rest on, in the order of time."""
    found = [
        _ground(attribution, counted)
        for attribution, counted in chosen.explanations()
        if any(track in e.tracks() and e.probability >= s.TOUCH for e in attribution.explanations)
        or track in counted.tracks()
    ]
    return tuple(sorted(found, key=lambda ground: (ground.felt.t, ground.event)))


def _ground(attribution: Attribution, counted: Explanation) -> Ground:
    likely = list(attribution.explanations[: s.GROUNDS_EACH])
    if counted not in likely:
        likely.append(counted)
    return Ground(
        event=attribution.event.id,
        felt=felt_of(attribution),
        changes=attribution.event.changes,
        explanations=tuple(likely),
        counted=likely.index(counted),
    )
