"""What the product model makes of hands that it looks into, at the level of its answers.

A look at a product gives each known product a mark: normal, with deviation 1, and :data:`APART` higher for
the right one. Of two flavours the right one is then told by .85 of the looks, of 48 products by about .25:
what was measured for the shipped model on products that it had not learned (.85 and .22, see its card). The
probabilities are the posterior of such marks: the model is calibrated, as it was measured to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.messages import Holding
from inference.messages.observations import MOST_PRODUCTS
from inference.simulation.walkers import Action, Walker
from store_layout.model import StoreLayout

Floats = NDArray[np.float64]

APART = 1.45
ALIKE = 0.35
"""Share of the variance that looks of one camera at one product have in common."""
EMPTY_APART = 1.2
"""The same for the mark that says whether there is anything at all; either way."""
IN_SHELF_S = 0.25
"""So near to the moment the hand is among other goods."""
HELD_S = (1.0, 6.0)
"""How long something is in the hand before it goes into a bag, and from the bag to where it is put back."""
LEAST = 0.001
"""Less probable products are not named, nor those that have less than an even share."""
NEAR_ACTION_S = 3.5
"""Hands are looked into where anything has happened, or is about to."""


class _Stay(NamedTuple):
    """A product in a hand."""

    start: float
    end: float
    sku: str
    number: int


class HandLooks:
    """Looks into the hands of everybody in a session."""

    def __init__(
        self, layout: StoreLayout, walkers: Iterable[Walker], actions: Sequence[Action], seed: list[int]
    ) -> None:
        self._rng = np.random.default_rng(seed)
        self._skus = [product.sku for product in layout.catalog]
        self._row = {sku: i for i, sku in enumerate(self._skus)}
        self._moments = np.sort(np.array([action.t for action in actions if action.act != "give"]))
        self._stays: dict[tuple[str, str], list[_Stay]] = {}
        self._common: dict[tuple[str, int], Floats] = {}
        sides = {(w.plan.person, round(r.t, 6)): r.side for w in walkers for r in w.reaches}
        received: dict[tuple[str, str], float] = {}
        for number, action in enumerate(actions):
            side = sides.get((action.person, round(action.t, 6)))
            sku = action.sku or next(iter(layout.skus_of_slot[action.slot]), None)
            if side is None or sku is None or not action.units or action.act in ("browse", "restock"):
                continue
            if action.act == "give":
                self._handed(action, sku, side, sides, number)
                received[action.to or "", sku] = action.t
                continue
            held = float(self._rng.uniform(*HELD_S))
            start, end = (
                (action.t + IN_SHELF_S, action.t + held)
                if action.act == "take"
                else (
                    max(action.t - held, received.get((action.person, sku), -np.inf)),
                    action.t - IN_SHELF_S,
                )
            )
            self._stays.setdefault((action.person, side), []).append(_Stay(start, end, sku, number))

    def _handed(
        self,
        action: Action,
        sku: str,
        side: str,
        sides: Mapping[tuple[str, float], str],
        number: int,
    ) -> None:
        """Goods in the giver's hand until the hands meet, and in the other's from then on."""
        before, after = (float(self._rng.uniform(*HELD_S)) for _ in range(2))
        mine = self._stays.setdefault((action.person, side), [])
        taken = [i for i, stay in enumerate(mine) if stay.sku == sku and stay.start < action.t]
        if taken and action.t - mine[taken[-1]].start < HELD_S[1]:
            # It is in the hand since it was taken.
            mine[taken[-1]] = mine[taken[-1]]._replace(end=action.t)
        else:
            mine.append(_Stay(action.t - before, action.t, sku, number))
        if action.to is not None:
            other = sides.get((action.to, round(action.t, 6)), "right")
            stay = _Stay(action.t, action.t + after, sku, number)
            self._stays.setdefault((action.to, other), []).append(stay)

    def look(self, person: str, side: Literal["left", "right"], t: float, camera: str) -> Holding | None:
        """What is made of one hand in one picture; None: nobody looks, or the hand is in a shelf."""
        after = int(np.searchsorted(self._moments, t))
        near = self._moments[max(0, after - 1) : after + 1]
        if not len(near) or float(np.abs(near - t).min()) > NEAR_ACTION_S:
            return None
        stay = next((s for s in self._stays.get((person, side), ()) if s.start <= t <= s.end), None)
        sign = 1.0 if stay is None else -1.0
        mark = float(self._rng.normal(sign * EMPTY_APART, 1.0))
        empty = float(1.0 / (1.0 + np.exp(-2.0 * EMPTY_APART * mark)))
        marks = self._rng.normal(0.0, 1.0, len(self._skus))
        if stay is not None:
            key = (camera, stay.number)
            if key not in self._common:
                self._common[key] = self._rng.normal(0.0, 1.0, len(self._skus))
            marks = np.sqrt(1.0 - ALIKE) * marks + np.sqrt(ALIKE) * self._common[key]
            marks[self._row[stay.sku]] += APART
        weights = np.exp(APART * (marks - marks.max()))
        weights *= (1.0 - empty) / weights.sum()
        best = np.argsort(-weights, kind="stable")[:MOST_PRODUCTS]
        least = max(LEAST, (1.0 - empty) / len(self._skus))
        named = tuple(
            (self._skus[i], round(float(weights[i]), 4)) for i in best.tolist() if weights[i] >= least
        )
        return Holding(side, round(empty, 4), named, len(self._skus))
