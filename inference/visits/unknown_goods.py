"""Weights that changed under somebody's hands, and no product explains them."""

from __future__ import annotations

from inference.messages import Attribution, ShelfEvent
from inference.messages.said import Words, said
from inference.visits import settings as s
from inference.visits.state import Visit, VisitsState
from store_layout.model import StoreLayout


def unknown_goods(state: VisitsState, visit: Visit, layout: StoreLayout) -> list[Words]:
    """What is to be said of them in this visit; whoever may have moved such goods is to be looked at.

    Doubted changes apart: those are a scale's own. Something is not in the catalogue or weighs other than it
    says, or more hands were there than are told apart: then everybody who stood within reach.
    """
    return [
        said(
            "The weight at {where} changed by {grams} g under the shopper's hands, "
            "and no product explains it.",
            where=_place(a.event, layout),
            grams=round(a.event.delta_g),
        )
        for a in state.attributions.values()
        if not set(a.event.doubts) - {"overlap"}
        and (
            _moved(a, visit.track) >= s.UNKNOWN_FROM
            or (_moved(a, None) >= s.UNKNOWN_SURELY and _stood_there(visit, a.event))
        )
    ]


def _moved(attribution: Attribution, track: int | None) -> float:
    """Probability that this track, or anybody, moved what no product explains."""
    return sum(
        e.probability
        for e in attribution.explanations
        if e.track is not None and not e.moves and track in {None, e.track}
    )


def _stood_there(visit: Visit, event: ShelfEvent) -> bool:
    return any(
        start - s.NEAR_STEP_S <= event.t_end and event.t_start <= end + s.NEAR_STEP_S
        for change in event.changes
        for start, end in visit.near.get(change.scale, ())
    )


def _place(event: ShelfEvent, layout: StoreLayout) -> str:
    fixture = layout.fixtures.get(event.fixture)
    return fixture.name if fixture is not None else event.fixture
