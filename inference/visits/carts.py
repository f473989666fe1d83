"""What one visit may hold, from the parts of the evidence that hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inference.messages import Attribution, CartLine, Explanation
from inference.visits import settings as s
from inference.visits.hypotheses import Hypothesis, Joint

_Units = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CartHypothesis:
    """One content of a cart, and the most probable explanations that lead to it."""

    cart: Mapping[str, int]
    probability: float
    path: tuple[tuple[Attribution, int], ...]
    """Events that matter to this visit, each with the number of its explanation."""

    def explanations(self) -> list[tuple[Attribution, Explanation]]:
        """The events and how each came about."""
        return [(attribution, attribution.explanations[i]) for attribution, i in self.path]


@dataclass(frozen=True, slots=True)
class Carts:
    """All that some tracks may hold together, most probable first; the probabilities sum to 1.

    Mostly it is one track; several where they pay together.
    """

    tracks: tuple[int, ...]
    hypotheses: tuple[CartHypothesis, ...]

    @property
    def best(self) -> CartHypothesis:
        """The most probable."""
        return self.hypotheses[0]

    def ranked(self) -> list[tuple[Mapping[str, int], float]]:
        """Contents and their probabilities."""
        return [(h.cart, h.probability) for h in self.hypotheses]

    def covers(self, cart: Mapping[str, int]) -> bool:
        """Whether what is most probably held by all of them contains this."""
        return all(self.best.cart.get(sku, 0) >= units for sku, units in cart.items())

    def as_sure_as(self, others: Carts) -> Carts:
        """The same best content, with the probabilities that ``others`` give to all contents."""
        best = self.best.cart
        sure = sum(h.probability for h in others.hypotheses if h.cart == best)
        rest = (h for h in others.hypotheses if h.cart != best)
        return Carts(self.tracks, (CartHypothesis(best, sure, self.best.path), *rest))

    def probability(self, sku: str, quantity: int) -> float:
        """That they hold so many of a product."""
        return min(1.0, sum(h.probability for h in self.hypotheses if h.cart.get(sku, 0) == quantity))

    def lines(self, paid: Carts | None = None) -> tuple[CartLine, ...]:
        """Those of what is most probably held, with the events behind them and each one's probability.

        ``paid``: what all hold who pay together; the probability is then that of what they are charged.
        """
        paid = paid or self
        events: dict[str, list[str]] = {}
        for attribution, explanation in self.best.explanations():
            for sku in dict.fromkeys(sku for track in self.tracks for sku in explanation.units(track)):
                events.setdefault(sku, []).append(attribution.event.id)
        return tuple(
            CartLine(
                sku=sku,
                quantity=quantity,
                probability=paid.probability(sku, paid.best.cart[sku]),
                events=tuple(dict.fromkeys(events.get(sku, ()))),
            )
            for sku, quantity in sorted(self.best.cart.items())
        )


@dataclass(slots=True)
class _Way:
    """A content of the cart so far: its probability, and the likeliest way there."""

    probability: float
    likeliest: float
    path: tuple[Hypothesis, ...]


def carts_of(tracks: Sequence[int], parts: Iterable[Joint]) -> Carts:
    """Convolve what independent parts of the evidence say of one cart, or of several together."""
    parts = tuple(parts)
    ways: dict[_Units, _Way] = {(): _Way(1.0, 1.0, ())}
    for part in parts:
        ways = _convolved(ways, _contributions(tracks, part))
    total = sum(way.probability for way in ways.values())
    ranked = sorted(ways.items(), key=lambda item: (-item[1].probability, item[0]))
    return Carts(
        tuple(tracks),
        tuple(
            CartHypothesis(dict(units), way.probability / total, _path(parts, way)) for units, way in ranked
        ),
    )


def _path(parts: tuple[Joint, ...], way: _Way) -> tuple[tuple[Attribution, int], ...]:
    found = [
        (choice.attribution, index)
        for part, hypothesis in zip(parts, way.path, strict=True)
        for choice, index in zip(part.choices, hypothesis.path, strict=True)
    ]
    return tuple(sorted(found, key=lambda item: (item[0].event.t_peak, item[0].event.id)))


def _contributions(tracks: Sequence[int], part: Joint) -> dict[_Units, tuple[float, Hypothesis]]:
    """What the part puts into the carts: probability, and the likeliest hypothesis."""
    found: dict[_Units, tuple[float, Hypothesis]] = {}
    for hypothesis in part.hypotheses:
        units = tuple(sorted(hypothesis.cart_of(tracks).items()))
        before = found.get(units)
        if before is None:
            found[units] = (hypothesis.probability, hypothesis)
        else:
            likelier = max(before[1], hypothesis, key=lambda h: (h.path_probability, h.contents))
            found[units] = (before[0] + hypothesis.probability, likelier)
    return found


def _convolved(
    ways: Mapping[_Units, _Way], contributions: Mapping[_Units, tuple[float, Hypothesis]]
) -> dict[_Units, _Way]:
    found: dict[_Units, _Way] = {}
    for units, way in ways.items():
        for more, (probability, hypothesis) in contributions.items():
            key = _plus(units, more)
            likeliest = way.likeliest * hypothesis.path_probability
            path = (*way.path, hypothesis)
            before = found.get(key)
            if before is None:
                found[key] = _Way(way.probability * probability, likeliest, path)
                continue
            before.probability += way.probability * probability
            if likeliest > before.likeliest:
                before.likeliest, before.path = likeliest, path
    top = max(way.probability for way in found.values())
    ranked = sorted(found.items(), key=lambda item: (-item[1].probability, item[0]))
    return {key: way for key, way in ranked[: s.BEAM_CART] if way.probability >= s.LEAST * top}


def _plus(a: _Units, b: _Units) -> _Units:
    if not a or not b:
        return a or b
    total = dict(a)
    for sku, count in b:
        total[sku] = total.get(sku, 0) + count
    return tuple(sorted(total.items()))
