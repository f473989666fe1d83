"""An oracle, for comparison: it knows each true moment and each true shopper, but only weight and hand.

What it gets wrong nobody can get right from one event's weight and hand position. It decides event by event,
by the most probable product and count, and never asks.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.messages import CartLine, ClosedVisit
from inference.trials.payments import Payment, payments, token_of
from inference.trials.session import Happened
from store_layout.model import Slot, StoreLayout

Floats = NDArray[np.float64]

HAND_SD_M = 0.12
"""Of where the hand is known to be."""
NOISE_G = 2.0
"""Of a change, beside the spread of the units."""
COUNTS = (0.8, 0.14, 0.04, 0.02)
OWN_SLOT = 0.85
STRAYED_SHARE = 0.3
WEIGHT_ERROR = 0.003


def play_ceiling(happened: Happened, seed: int) -> tuple[Payment, ...]:
    """What every card would be charged by it."""
    rng = np.random.default_rng([seed, 80])
    layout, truth = happened.layout, happened.truth
    hands = _hands(happened)
    carts: dict[str, Counter[str]] = {}
    strayed: dict[str, Counter[str]] = {}
    staff = {visit.person for visit in truth.visits if visit.staff}
    for move, step in zip(truth.moves, happened.steps, strict=True):
        if move.person in staff:
            continue
        cart = carts.setdefault(move.person, Counter())
        delta = step.grams + float(rng.normal(0.0, NOISE_G))
        hand = hands.get((move.person, round(move.t, 2)))
        at = None if hand is None else hand + rng.normal(0.0, HAND_SD_M, 3)
        slots = layout.slots_of_scale[step.scale]
        place = {slot.id: _log_place(slot, at) for slot in slots}
        if move.count > 0:
            options = _takes(layout, slots, place, strayed)
        else:
            options = _returns(layout, slots, place, cart)
        found = _best(delta, options, layout)
        if found is None:
            continue
        sku, units, slot_id = found
        sign = 1 if move.count > 0 else -1
        cart[sku] = max(0, cart[sku] + sign * units)
        if sku not in layout.skus_of_slot[slot_id]:
            strayed.setdefault(slot_id, Counter())[sku] -= sign * units
    return payments(truth, _closed(happened, carts), {}, layout.products)


def _hands(happened: Happened) -> Mapping[tuple[str, float], Floats]:
    """Where the hand truly was at each action."""
    return {
        (walker.plan.person, round(happened.started_at + reach.t, 2)): np.array(reach.target)
        for walker in happened.stage.walkers
        for reach in walker.reaches
    }


def _log_place(slot: Slot, hand: Floats | None) -> float:
    if hand is None:
        return 0.0
    gap = np.maximum(0.0, np.maximum(np.array(slot.low) - hand, hand - np.array(slot.high)))
    return -0.5 * float((gap**2).sum()) / HAND_SD_M**2


Option = tuple[str, str, float]
"""Sku, slot, log prior."""


def _takes(
    layout: StoreLayout,
    slots: Sequence[Slot],
    place: Mapping[str, float],
    strayed: Mapping[str, Counter[str]],
) -> list[Option]:
    own = [(sku, slot.id, place[slot.id]) for slot in slots for sku in layout.skus_of_slot[slot.id]]
    other = [
        (sku, slot.id, place[slot.id] + math.log(STRAYED_SHARE))
        for slot in slots
        for sku, n in strayed.get(slot.id, Counter()).items()
        if n > 0
    ]
    return own + other


def _returns(
    layout: StoreLayout, slots: Sequence[Slot], place: Mapping[str, float], cart: Counter[str]
) -> list[Option]:
    found = []
    for sku, n in cart.items():
        for slot in slots if n > 0 else ():
            own = sku in layout.skus_of_slot[slot.id]
            found.append((sku, slot.id, place[slot.id] + math.log(OWN_SLOT if own else 1.0 - OWN_SLOT)))
    return found


def _best(delta_g: float, options: Sequence[Option], layout: StoreLayout) -> tuple[str, int, str] | None:
    best: tuple[float, tuple[str, int, str]] | None = None
    for sku, slot, log_prior in options:
        product = layout.products[sku]
        for n, share in enumerate(COUNTS, start=1):
            sd = math.sqrt(
                NOISE_G**2 + n * product.weight_sd_g**2 + (WEIGHT_ERROR * n * product.weight_g) ** 2
            )
            miss = (abs(delta_g) - n * product.weight_g) / sd
            log = log_prior + math.log(share) - 0.5 * miss * miss - math.log(sd)
            if best is None or log > best[0]:
                best = (log, (sku, n, slot))
    return None if best is None else best[1]


def _closed(happened: Happened, carts: Mapping[str, Counter[str]]) -> list[ClosedVisit]:
    """A visit for every shopper, as a pipeline would have closed it."""
    found = []
    for number, true in enumerate(happened.truth.visits):
        if true.staff:
            continue
        cart = carts.get(true.person, Counter())
        lines = tuple(CartLine(sku, n, 1.0) for sku, n in sorted(cart.items()) if n > 0)
        found.append(
            ClosedVisit(
                visit=true.person,
                code="",
                track=number,
                entered_at=true.entered_at,
                left_at=true.left_at,
                gate_in=None,
                gate_out=None,
                closed_at=true.left_at or true.entered_at,
                lines=lines,
                probability=1.0,
                decision="issue" if lines else "nothing",
                token=token_of(true.person, true.group),
            )
        )
    return found
