"""What hands were seen to hold: how well that fits if a hand had just taken it, or was about to give it back.

Each figure is a likelihood ratio, in log units, against "this hand had nothing to do with it": it was empty,
or held what its owner had before, or anything else. A hand that no camera looked into scores 0. What was
taken is in the hand for a while, then it is put away, and what is given back comes out of a bag: for how long
it shows is not known, and summed over. What the same hands moved a moment before or after shows as well, and
speaks for nothing else. Looks of one camera err together, and cameras a little: their logs are
averaged, and only grow slowly with their number. And all of them may be of the wrong hand, or of goods that
the network does not know well: no product is ever favoured over another by more than ``1 / LOOKS_WRONG``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.messages import Attribution, Holding, ItemMove, ShelfEvent
from inference.takes import settings as s
from inference.takes.people import Side
from inference.takes.state import Look, Moved

Row = NDArray[np.float64]
Goods = frozenset[str]
"""Skus that were moved together."""


def looks_between(t_peak: float, *, taken: bool) -> tuple[float, float]:
    """Times between which a hand would be seen with the goods: after a taking, before a giving back."""
    if taken:
        return t_peak + s.LOOK_GAP_S, t_peak + s.LOOK_S
    return t_peak - s.LOOK_S, t_peak - s.LOOK_GAP_S


def moved(attribution: Attribution) -> tuple[Moved, ...]:
    """What each person moved in an event, with probabilities."""
    found: dict[tuple[int, str, bool], float] = {}
    for explanation in attribution.explanations:
        for move in explanation.moves:
            track = explanation.mover(move)
            if track is not None:
                key = (track, move.sku, move.count > 0)
                found[key] = found.get(key, 0.0) + explanation.probability
    return tuple(
        Moved(track, attribution.event.t_peak, sku, taken, p) for (track, sku, taken), p in found.items()
    )


class Contents:
    """What the hands of one person were seen to hold around an event."""

    def __init__(
        self,
        event: ShelfEvent,
        looks: Iterable[Look],
        cart: Mapping[str, float],
        others: Sequence[Moved] = (),
    ) -> None:
        """``cart``: what they had before, sku -> expected count. ``others``: what else they moved then."""
        self._t_peak = event.t_peak
        self._others = [moved for moved in others if abs(moved.t - event.t_peak) <= 2 * s.LOOK_S]
        self._looks = [look for look in looks if abs(look.t - event.t_peak) <= s.LOOK_S]
        self._cart = {sku: count for sku, count in cart.items() if count > 0.01}
        self._views: dict[tuple[bool, Side], dict[str, list[_View]]] = {}
        self._known: dict[tuple[bool, Side, Goods], float] = {}

    def __bool__(self) -> bool:
        """Whether anything was seen at all."""
        return bool(self._looks)

    def log_ratio(self, side: Side, moves: Sequence[ItemMove]) -> float:
        """Log likelihood ratio if this hand made these moves. Not limited: see :func:`limited`.

        Detectors take one hand for the other, and people change hands.
        """
        total = 0.0
        for taken in (True, False) if self else ():
            goods = frozenset(move.sku for move in moves if (move.count > 0) is taken)
            if goods:
                sides: tuple[Side, Side] = (side, "left" if side == "right" else "right")
                own, other = (self._of_side(taken, hand, goods) for hand in sides)
                total += _log_mixed(own, other, s.OTHER_HAND)
        return total

    def _of_side(self, taken: bool, side: Side, goods: Goods) -> float:
        key = (taken, side, goods)
        if key not in self._known:
            self._known[key] = self._worth(self._seen(taken, side), goods)
        return self._known[key]

    def _seen(self, taken: bool, side: Side) -> dict[str, list[_View]]:
        """Looks into one hand, by camera, when it would show what was taken, or is about to be given back."""
        if (taken, side) not in self._views:
            start, end = looks_between(self._t_peak, taken=taken)
            views: dict[str, list[_View]] = {}
            for look in self._looks:
                if look.holding.side == side and start <= look.t <= end:
                    shown = _shown_of(self._others, look.t)
                    view = _View(look.holding, abs(look.t - self._t_peak), self._cart, shown)
                    views.setdefault(look.camera, []).append(view)
            self._views[taken, side] = views
        return self._views[taken, side]

    @staticmethod
    def _worth(looks: Mapping[str, Sequence[_View]], goods: Goods) -> float:
        """Summed over how long the goods showed: so long, or not at all."""
        if not looks:
            return 0.0
        total = np.zeros(len(SHOWN_S))
        cameras = np.zeros(len(SHOWN_S))
        for views in looks.values():
            away = np.array([view.away_s for view in views])
            held = away[None] <= SHOWN_S[:, None]
            n = held.sum(axis=1)
            mean = held @ np.array([view.log_ratio(goods) for view in views]) / np.maximum(n, 1)
            total += s.LOOK_WORTH * n / (1.0 + s.LOOK_ALIKE * np.maximum(n - 1, 0)) * mean
            cameras += n > 0
        return float(
            np.log(SHOWN_SHARE @ np.exp(total / (1.0 + s.CAMERAS_ALIKE * np.maximum(cameras - 1, 0))))
        )


def _shown() -> tuple[Row, Row]:
    """For how long goods show before or after the moment, seconds, and with what probability each."""
    until = np.arange(s.LOOK_GAP_S + s.SHOWN_STEP_S, s.LOOK_S + s.SHOWN_STEP_S / 2, s.SHOWN_STEP_S)
    still = s.STILL_HELD * np.exp(-np.append(s.LOOK_GAP_S, until) / s.PUT_AWAY_S)
    # in the middle of a step it is put away; what is still held then shows to the end of what is looked at
    ends = np.append(0.0, np.append(until - s.SHOWN_STEP_S / 2, s.LOOK_S))
    return ends, np.concatenate([[1.0 - still[0]], still[:-1] - still[1:], still[-1:]])


SHOWN_S, SHOWN_SHARE = _shown()


def _shown_of(others: Iterable[Moved], t: float) -> dict[str, float]:
    """What is in a hand at ``t`` because of other moves than the event's own: sku -> probability."""
    found: dict[str, float] = {}
    for moved in others:
        since = t - moved.t if moved.taken else moved.t - t
        if since > 0.0:
            held = s.SHOWN_BY_OTHERS * moved.probability * s.STILL_HELD * math.exp(-since / s.PUT_AWAY_S)
            found[moved.sku] = found.get(moved.sku, 0.0) + held
    total = sum(found.values())
    return found if total <= s.STILL_HELD else {sku: p * s.STILL_HELD / total for sku, p in found.items()}


class _View:
    """One look into one hand."""

    def __init__(
        self, holding: Holding, away_s: float, cart: Mapping[str, float], shown: Mapping[str, float]
    ) -> None:
        """``away_s``: from the event's moment. ``shown``: sku -> probability that other moves show it."""
        self.away_s = away_s
        self._named = dict(holding.products)
        rest = max(0.0, 1.0 - holding.empty - sum(self._named.values()))
        self._other = rest / max(1, holding.known - len(self._named))
        self._scale = holding.known / (1.0 - s.LOOKED_EMPTY)
        in_cart = sum(cart.values())
        own = min(1.0, in_cart) * s.HOLDS_OWN
        something = (1.0 - own) * (1.0 - holding.empty) / (1.0 - s.LOOKED_EMPTY)
        if in_cart > 0.0:
            something += own * sum(n * self._likelihood(sku) for sku, n in cart.items()) / in_cart
        empty = holding.empty / s.LOOKED_EMPTY
        usual = s.HANDS_EMPTY * empty + (1.0 - s.HANDS_EMPTY) * something
        usual *= 1.0 - sum(shown.values())
        usual += sum(p * self._likelihood(sku) for sku, p in shown.items())
        self._usual = max(1e-6, usual)

    def _likelihood(self, sku: str) -> float:
        """Of this look if the hand holds that, against all looks: posterior by prior."""
        return self._named.get(sku, self._other) * self._scale

    def log_ratio(self, goods: Goods) -> float:
        """Log of how much likelier this look is if the hand holds one of these goods than otherwise."""
        seen = sum(self._likelihood(sku) for sku in goods) / len(goods)
        return math.log((1.0 - s.LOOK_ASTRAY) * seen / self._usual + s.LOOK_ASTRAY)


def limited(ratios: Mapping[tuple[ItemMove, ...], float]) -> dict[tuple[ItemMove, ...], float]:
    """Log ratios of one doer's possible moves, with the chance that all looks are wrong.

    What speaks for the doer is bounded, all moves alike; and so is what speaks for one move against another.
    """
    if not any(ratios.values()):
        return dict(ratios)
    best = max(0.0, *ratios.values())
    too_much = max(0.0, best + math.log(s.LOOKS_WRONG))
    return {moves: _log_mixed(ratio, best, s.LOOKS_WRONG) - too_much for moves, ratio in ratios.items()}


def _log_mixed(a: float, b: float, share: float) -> float:
    """Log of ``(1 - share) exp(a) + share exp(b)``."""
    top = max(a, b)
    return top + math.log((1.0 - share) * math.exp(a - top) + share * math.exp(b - top))
