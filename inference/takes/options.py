"""What may have been moved in one event: by whom who is near, by two of them, or by nobody whom we follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from inference.messages import ShelfEvent
from inference.takes import products
from inference.takes import settings as s
from inference.takes.products import Candidate, Hypothesis, Shared
from inference.takes.scoring import likely
from inference.takes.stock import Stock

Cart = Mapping[str, float]
"""Sku -> expected count."""


@dataclass(frozen=True, slots=True)
class Options:
    """All that one event may have been, before anybody's hands are looked at."""

    by_one: Mapping[int, Sequence[Hypothesis]]
    """By track."""
    by_two: Sequence[Shared]
    two_of: frozenset[int]
    """Of whom it may have been two."""
    brought: Sequence[Hypothesis]
    """Goods from outside."""
    by_nobody: Sequence[Hypothesis]
    """By somebody unseen."""

    def slots(self) -> tuple[str, ...]:
        """Everywhere where something may have been moved."""
        one = [
            slot
            for some in (*self.by_one.values(), self.brought)
            for h in some
            for w in h.slots
            for slot in w
        ]
        two = [slot for way in self.by_two for slot in (*way.my_slots, *way.other_slots)]
        return tuple(dict.fromkeys((*one, *two)))


def options_of(
    event: ShelfEvent,
    stock: Stock,
    strayed: Mapping[str, Cart],
    near: Sequence[int],
    carts: Mapping[int, Cart],
) -> Options:
    """What may explain the event. ``carts``: of everybody, ``near`` or not."""
    takeable = stock.takeable(event, strayed)
    small = givers(near, carts)
    swapped = {
        track: products.swaps(event, takeable, held_of(stock.returnable(event, cart), cart))
        for track, cart in small.items()
    }
    everything = all_held(small)
    mixed = between_two(event, stock, takeable, everything, s.ODD_COUNTS) if len(near) > 1 else []
    fillers = [track for track in near if track not in small]
    beside: list[Shared] = []
    if fillers and len(near) > 1:
        beside = products.filled_beside(event, takeable, stock.returnable(event, {}), less=event.delta_g < 0)
    if event.delta_g < 0:
        taken = products.single(event, takeable, 1) + products.pairs(event, takeable, 1)
        alone = likely(taken)
        return Options(
            by_one={
                track: likely(taken + _fitting(swapped[track], carts[track])) if swapped.get(track) else alone
                for track in near
            },
            by_two=[*_shared_out([*alone, *mixed], taken=True), *beside] if len(near) > 1 else [],
            two_of=frozenset(near),
            brought=[],
            by_nobody=alone,
        )
    returned = {track: _returnable(event, stock, cart) for track in near for cart in (carts.get(track, {}),)}
    by_two: list[Shared] = []
    if len(small) > 1:
        by_two = _shared_out([*likely(_returnable(event, stock, everything)), *mixed], taken=False)
    anybodys = all_held(carts)
    return Options(
        by_one={
            track: likely(
                _fitting(found + swapped.get(track, []), _with_handed(carts.get(track, {}), anybodys))
            )
            for track, found in returned.items()
        },
        by_two=[*by_two, *beside],
        two_of=frozenset(small if not beside else near),
        brought=_brought(event, stock),
        by_nobody=likely(_fitting(_returnable(event, stock, anybodys), anybodys)),
    )


def between_two(
    event: ShelfEvent,
    stock: Stock,
    takeable: Sequence[Candidate],
    held: Cart,
    counts: Sequence[tuple[int, int]],
) -> list[Hypothesis]:
    """What one may have taken while another gave back something of what is ``held``.

    ``counts``: units taken and given back where both are of one product.
    """
    given = held_of(stock.returnable(event, held), held)
    return products.swaps(event, takeable, given) + products.of_one(event, takeable, given, counts)


def _shared_out(found: list[Hypothesis], *, taken: bool) -> list[Shared]:
    return [way for hypothesis in likely(found) for way in products.shared_out(hypothesis, taken=taken)]


def _fitting(found: Iterable[Hypothesis], cart: Cart) -> list[Hypothesis]:
    """With how well this cart could give back what they give back."""
    return [replace(h, score=h.score + products.held_factor(h.moves, cart)) for h in found]


def _with_handed(cart: Cart, anybodys: Cart) -> Cart:
    """With what another may have handed on to them: how likely that is, the carts will say."""
    handed = {sku: s.HANDED * min(1.0, count) for sku, count in anybodys.items()}
    return handed | {sku: max(count, handed.get(sku, 0.0)) for sku, count in cart.items()}


def _returnable(event: ShelfEvent, stock: Stock, cart: Cart) -> list[Hypothesis]:
    """What may have been given back of what is held, whatever it is likely to hold."""
    candidates = stock.returnable(event, cart)
    return products.single(event, candidates, -1) + products.pairs(event, candidates, -1)


def _brought(event: ShelfEvent, stock: Stock) -> list[Hypothesis]:
    """Goods from outside: what belongs on these scales."""
    own = stock.returnable(event, {})
    return likely([products.brought(h) for h in products.single(event, own, -1)])


def held_of(candidates: Iterable[Candidate], cart: Cart) -> list[Candidate]:
    """Those of them that the cart may hold."""
    return [c for c in candidates if cart.get(c.product.sku, 0.0) >= s.SWAPPED_AT_LEAST]


def givers(near: Iterable[int], carts: Mapping[int, Cart]) -> dict[int, Cart]:
    """What those who are near may give back, but for staff: they may put anything on a shelf.

    Among all that they could bring, what the others hold would be lost.
    """
    held = {track: carts.get(track, {}) for track in near}
    return {track: cart for track, cart in held.items() if len(cart) <= s.PAIR_CANDIDATES}


def all_held(carts: Mapping[int, Cart]) -> dict[str, float]:
    """What anybody holds: somebody unseen may give back what we believe another has."""
    held: dict[str, float] = {}
    for cart in carts.values():
        for sku, count in cart.items():
            held[sku] = max(held.get(sku, 0.0), count)
    return held
