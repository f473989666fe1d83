"""Weights that changed under somebody's hands, and no product explains them."""

from __future__ import annotations

from collections.abc import Collection

from inference.messages import Attribution, ItemMove, ShelfEvent
from inference.messages.said import Words, said
from inference.visits import settings as s
from inference.visits.state import Visit, VisitsState
from store_layout.model import StoreLayout


def unknown_goods(state: VisitsState, visit: Visit) -> list[Attribution]:
    """Those that this visit is to be looked at for: it may have moved such goods.

    Doubted changes apart: those are a scale's own. Something is not in the catalogue or weighs other than it
    says, or more hands were there than are told apart: then everybody who stood within reach.
    """
    return [
        a
        for a in state.attributions.values()
        if not set(a.event.doubts) - {"overlap"}
        and (
            _moved(a, visit.track) >= s.UNKNOWN_FROM
            or (_moved(a, None) >= s.UNKNOWN_SURELY and _stood_there(visit, a.event))
        )
    ]


def note_of(attribution: Attribution, layout: StoreLayout) -> Words:
    """What is to be said of it."""
    event = attribution.event
    fixture = layout.fixtures.get(event.fixture)
    where, grams = event.fixture if fixture is None else fixture.name, round(event.delta_g)
    if _moved(attribution, None) < s.UNKNOWN_SURELY:
        return said(
            "The weight at {where} changed by {grams} g under the shopper's hands, "
            "and perhaps no product explains it.",
            where=where,
            grams=grams,
        )
    return said(
        "The weight at {where} changed by {grams} g under the shopper's hands, and no product explains it.",
        where=where,
        grams=grams,
    )


def movers(attribution: Attribution) -> list[int]:
    """Who may have moved it, the likeliest first: all of them are looked at."""
    tracks = dict.fromkeys(e.track for e in attribution.explanations if e.track is not None and not e.moves)
    shares = {track: _moved(attribution, track) for track in tracks}
    return sorted((t for t in shares if shares[t] >= s.UNKNOWN_FROM), key=lambda t: (-shares[t], t))


def nearest_goods(event: ShelfEvent, held: Collection[str], layout: StoreLayout) -> list[ItemMove]:
    """What it may have been by its weight if the catalogue errs, the nearest first.

    Of what lies on the scales that felt it; of what was put down, also what a cart may hold (``held``).
    """
    sign = 1 if event.delta_g < 0 else -1
    grams = abs(event.delta_g)
    if not grams:
        return []
    scales = sorted(event.changes, key=lambda change: -abs(change.delta_g))
    slots = [slot.id for change in scales for slot in layout.slots_of_scale.get(change.scale, ())]
    places: dict[str, str] = {}
    for slot in slots:
        for sku in layout.skus_of_slot.get(slot, ()):
            places.setdefault(sku, slot)
    if sign < 0 and slots:
        places = dict.fromkeys(sorted(held), slots[0]) | places
    found: list[tuple[float, ItemMove]] = []
    for sku, slot in places.items():
        product = layout.products.get(sku)
        if product is None or product.weight_g <= 0:
            continue
        count = min(s.MOST_UNITS, max(1, round(grams / product.weight_g)))
        off = abs(count * product.weight_g - grams) / grams
        if off <= s.NEAREST_OFF:
            found.append((off, ItemMove(sku, sign * count, slot)))
    return [move for _, move in sorted(found, key=lambda item: (item[0], item[1].sku))]


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
