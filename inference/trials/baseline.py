"""The rule of the published winner, for comparison: nearest hand or head, best weight, no doubts.

As described for the AutoCheckout competition of 2020 and AIM3S (see the numbers below): a plate is active
while the deviation over a second exceeds 20 g; the change is the mean after less the mean before; the
product whose weight fits best of those on the plate, a dynamic planogram included; whoever's head or wrist
came nearest to the plate up to the moment of largest variance; a put-back is of something in that person's
cart. It gets our tracker, which is kind to it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import CartLine, ClosedVisit, FloorUpdate
from inference.recording.format import WeightBatch
from inference.trials.payments import Payment, payments
from inference.trials.session import Happened
from store_layout.model import Product, StoreLayout

Floats = NDArray[np.float64]

WINDOW_S = 1.0
ACTIVE_G = 20.0
ACTIVE_S = 0.5
OUTSIDE_S = 0.5
"""The level is measured so far outside of both ends ..."""
LEVEL_S = 0.5
"""... over so long."""
MERGE_S = 0.5
LEAST_G = 10.0
MOST_UNITS = 4
HEAD_SHARE = 0.93
SD_G = 5.0
"""Of a change, beside the spread of the units."""
STRAYED_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Change:
    """A plate's level changed."""

    t_start: float
    t_peak: float
    scale: str
    delta_g: float


def changes(batches: Sequence[WeightBatch]) -> list[Change]:
    """All events of all plates, in order of time."""
    of_scale: dict[str, list[WeightBatch]] = {}
    for batch in batches:
        of_scale.setdefault(batch.scale, []).append(batch)
    found = [change for scale, some in of_scale.items() for change in _of_one(scale, some)]
    return sorted(found, key=lambda change: (change.t_peak, change.scale))


def _of_one(scale: str, batches: Sequence[WeightBatch]) -> Iterable[Change]:
    rate = batches[0].rate_hz
    t = np.concatenate([b.t + np.arange(len(b.grams)) / rate for b in batches])
    grams = np.array([np.nan if g is None else g for b in batches for g in b.grams])
    known = ~np.isnan(grams)
    t, grams = t[known], grams[known]
    n = max(2, round(WINDOW_S * rate))
    if len(t) < 3 * n:
        return
    sums, squares = (np.concatenate([[0.0], np.cumsum(x)]) for x in (grams, grams**2))
    mean = (sums[n:] - sums[:-n]) / n
    sd = np.sqrt(np.maximum(0.0, (squares[n:] - squares[:-n]) / n - mean**2))
    middle = t[: len(sd)] + (t[n - 1 :][: len(sd)] - t[: len(sd)]) / 2
    runs = _runs(sd > ACTIVE_G, middle)
    for first, last in runs:
        if middle[last] - middle[first] < ACTIVE_S:
            continue
        start, end = middle[first] - WINDOW_S / 2, middle[last] + WINDOW_S / 2
        before = grams[(t >= start - OUTSIDE_S - LEVEL_S) & (t < start - OUTSIDE_S)]
        after = grams[(t > end + OUTSIDE_S) & (t <= end + OUTSIDE_S + LEVEL_S)]
        if not len(before) or not len(after):
            continue
        delta = float(after.mean() - before.mean())
        if abs(delta) >= LEAST_G:
            peak = middle[first + int(np.argmax(sd[first : last + 1]))]
            yield Change(float(start), float(peak), scale, delta)


def _runs(active: NDArray[np.bool_], middle: Floats) -> list[tuple[int, int]]:
    """First and last number of each stretch, short pauses left out."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(int), [0]])))
    runs = [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    merged: list[tuple[int, int]] = []
    for run in runs:
        if merged and middle[run[0]] - middle[merged[-1][1]] < MERGE_S:
            merged[-1] = (merged[-1][0], run[1])
        else:
            merged.append(run)
    return merged


class _Near:
    """How near everybody's head and hands came to a plate."""

    def __init__(self, layout: StoreLayout, floor: Sequence[FloorUpdate]) -> None:
        self._t = np.array([update.t for update in floor])
        self._floor = floor
        self._boxes = {
            scale: (
                np.min([s.low for s in slots], axis=0),
                np.max([s.high for s in slots], axis=0),
            )
            for scale, slots in layout.slots_of_scale.items()
            if slots
        }

    def who(self, change: Change) -> int | None:
        """The nearest track, from the event's start to its moment of largest variance."""
        low, high = self._boxes[change.scale]
        first, last = np.searchsorted(self._t, [change.t_start, change.t_peak + 1e-6])
        best: tuple[float, int] | None = None
        for update in self._floor[int(first) : int(last) + 1]:
            for person in update.people:
                points = [
                    (*person.position, HEAD_SHARE * person.height_m),
                    *(hand.mean for hand in person.hands),
                ]
                for point in points:
                    gap = float(np.linalg.norm(np.maximum(0.0, np.maximum(low - point, point - high))))
                    if best is None or (gap, person.track) < best:
                        best = (gap, person.track)
        return None if best is None else best[1]


@dataclass(frozen=True, slots=True)
class _Fit:
    sku: str
    units: int
    log: float


def _fits(delta_g: float, candidates: Mapping[str, float], products: Mapping[str, Product]) -> _Fit | None:
    """The product and number whose weight fits best."""
    found: _Fit | None = None
    for sku, share in candidates.items():
        product = products[sku]
        for n in range(1, MOST_UNITS + 1):
            sd = math.sqrt(SD_G**2 + n * product.weight_sd_g**2)
            miss = (abs(delta_g) - n * product.weight_g) / sd
            log = math.log(share) - 0.5 * miss * miss - math.log(sd)
            if found is None or log > found.log:
                found = _Fit(sku, n, log)
    return found


def play_baseline(
    happened: Happened, floor: Sequence[FloorUpdate], closed: Sequence[ClosedVisit]
) -> tuple[Payment, ...]:
    """What every card would be charged by the published rule. ``closed``: visits, for their tokens only."""
    layout = happened.layout
    near = _Near(layout, floor)
    carts: dict[int, Counter[str]] = {}
    planogram: dict[str, Counter[str]] = {}
    for scale, slots in layout.slots_of_scale.items():
        here = planogram.setdefault(scale, Counter())
        for slot in slots:
            here.update(layout.skus_of_slot[slot.id])
    strayed: dict[str, Counter[str]] = {scale: Counter() for scale in planogram}
    staff = {visit.track for visit in closed if visit.decision == "staff"}
    for change in changes(happened.batches):
        track = near.who(change)
        if track is None or track in staff:
            continue
        cart = carts.setdefault(track, Counter())
        if change.delta_g < 0:
            shares = {sku: float(n) for sku, n in planogram[change.scale].items()}
            shares |= {sku: STRAYED_SHARE for sku, n in strayed[change.scale].items() if n > 0}
            fit = _fits(change.delta_g, shares, layout.products)
            if fit is not None:
                cart[fit.sku] += fit.units
                strayed[change.scale][fit.sku] -= fit.units
        else:
            held = {sku: 1.0 for sku, n in cart.items() if n > 0}
            fit = _fits(change.delta_g, held, layout.products) if held else None
            if fit is not None:
                cart[fit.sku] -= min(fit.units, cart[fit.sku])
                if fit.sku not in planogram[change.scale]:
                    strayed[change.scale][fit.sku] += fit.units
    return payments(
        happened.truth, [_charged(v, carts.get(v.track, Counter())) for v in closed], {}, layout.products
    )


def _charged(visit: ClosedVisit, cart: Counter[str]) -> ClosedVisit:
    """The visit with this in its cart, issued without a question."""
    if visit.decision == "staff":
        return visit
    lines = tuple(CartLine(sku, n, 1.0) for sku, n in sorted(cart.items()) if n > 0)
    return msgspec.structs.replace(
        visit, lines=lines, probability=1.0, decision="issue" if lines else "nothing", questions=()
    )
