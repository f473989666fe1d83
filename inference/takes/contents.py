"""What hands were seen to hold: how well that fits if a hand had just taken it, or was about to give it back.

Each figure is a likelihood ratio, in log units, against "this hand had nothing to do with it": it was empty,
or held what its owner had before, or anything else. A hand that no camera looked into scores 0. Looks of one
camera err together, and cameras a little: their logs are averaged, and only grow slowly with their number.
And all of them may be of the wrong hand, or of goods that the network does not know well: no product is ever
favoured over another by more than ``1 / LOOKS_WRONG``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from inference.messages import Holding, ItemMove, ShelfEvent
from inference.takes import settings as s
from inference.takes.people import SIDES, Side
from inference.takes.state import Look

Goods = frozenset[str]
"""Skus that were moved together."""


def looks_between(event: ShelfEvent) -> tuple[float, float]:
    """Times between which a hand would be seen with the goods: after a taking, before a giving back."""
    if event.delta_g < 0:
        return event.t_peak + s.LOOK_GAP_S, event.t_peak + s.LOOK_S
    return event.t_peak - s.LOOK_S, event.t_peak - s.LOOK_GAP_S


class Contents:
    """What the hands of one person were seen to hold around an event."""

    def __init__(self, event: ShelfEvent, looks: Iterable[Look], cart: Mapping[str, float]) -> None:
        """``cart``: what they had before, sku -> expected count."""
        start, end = looks_between(event)
        self._cart = {sku: count for sku, count in cart.items() if count > 0.01}
        self._looks: dict[Side, dict[str, list[_View]]] = {side: {} for side in SIDES}
        for look in looks:
            if start <= look.t <= end:
                view = self._view(look.holding, abs(look.t - event.t_peak))
                self._looks[look.holding.side].setdefault(look.camera, []).append(view)
        self._known: dict[tuple[Side, Goods], float] = {}

    def __bool__(self) -> bool:
        """Whether anything was seen at all."""
        return any(self._looks.values())

    def log_ratio(self, side: Side, moves: Sequence[ItemMove]) -> float:
        """Log likelihood ratio if this hand made these moves. Not limited: see :func:`limited`.

        Detectors take one hand for the other, and people change hands.
        """
        goods = frozenset(move.sku for move in moves)
        if not self or not goods:
            return 0.0
        own, other = (self._of_side(hand, goods) for hand in (side, "left" if side == "right" else "right"))
        return _log_mixed(own, other, s.OTHER_HAND)

    def _of_side(self, side: Side, goods: Goods) -> float:
        if (side, goods) not in self._known:
            self._known[side, goods] = self._worth(self._looks[side], goods)
        return self._known[side, goods]

    @staticmethod
    def _worth(looks: Mapping[str, Sequence[_View]], goods: Goods) -> float:
        total = 0.0
        for views in looks.values():
            n = len(views)
            weight = s.LOOK_WORTH * n / (1.0 + s.LOOK_ALIKE * (n - 1))
            total += weight * sum(view.log_ratio(goods) for view in views) / n
        return total / (1.0 + s.CAMERAS_ALIKE * max(0, len(looks) - 1))

    def _view(self, holding: Holding, away_s: float) -> _View:
        return _View(holding, s.STILL_HELD * math.exp(-away_s / s.PUT_AWAY_S), self._cart)


class _View:
    """One look into one hand."""

    def __init__(self, holding: Holding, held: float, cart: Mapping[str, float]) -> None:
        """``held``: probability that what was moved would be in the hand at that moment."""
        self._held = held
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
        self._usual = max(1e-6, s.HANDS_EMPTY * empty + (1.0 - s.HANDS_EMPTY) * something)

    def _likelihood(self, sku: str) -> float:
        """Of this look if the hand holds that, against all looks: posterior by prior."""
        return self._named.get(sku, self._other) * self._scale

    def log_ratio(self, goods: Goods) -> float:
        """Log of how much likelier this look is if one of these goods was moved than otherwise."""
        seen = sum(self._likelihood(sku) for sku in goods) / len(goods)
        return math.log(self._held * seen / self._usual + 1.0 - self._held)


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
