"""Carts of the shoppers inside, the one that changed last on top."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from PySide6.QtCore import QObject

from console.item_models.keyed_rows import Column, KeyedRows
from console.item_models.words import ShopWords, called, chance
from console.language import tr, tr_n
from console.operations.moment import Moment
from inference.messages.results import Cart


class CartCardLine(msgspec.Struct, frozen=True):
    """One line as it is shown."""

    quantity: str
    name: str
    chance: str
    amount: str


class CartCard(msgspec.Struct, frozen=True):
    """One cart as it is shown."""

    track: int
    code: str
    identity: int
    items: int
    total: str
    hidden: bool
    staff: bool
    lines: tuple[CartCardLine, ...]

    @property
    def spoken(self) -> str:
        """All of it in one sentence, for screen readers."""
        lines = ", ".join(f"{line.quantity} {line.name} {line.chance}".strip() for line in self.lines)
        items = tr_n("{n} item", "{n} items", self.items)
        return f"{self.code}, {items}, {self.total}: {lines or tr('nothing yet')}"


class _Source(NamedTuple):
    """What a card is made of."""

    cart: Cart | None
    code: str
    hidden: bool
    staff: bool
    identity: int


class CartsModel(KeyedRows[CartCard]):
    """One row per shopper."""

    def __init__(self, state: Moment, words: ShopWords, parent: QObject | None = None) -> None:
        super().__init__((Column(tr("Cart"), lambda c: c.spoken),), key=lambda c: c.track, parent=parent)
        self._state = state
        self._words = words
        self._made: dict[int, tuple[_Source, CartCard]] = {}

    def refresh(self) -> None:
        """Take what the newest snapshot says. A cart never changed counts from its shopper's entry."""
        snapshot = self._state.snapshot
        if snapshot is None:
            self.replace([])
            return
        changed = {cart.track: cart.t for cart in snapshot.carts}
        order = sorted(
            self._state.visitors,
            key=lambda i: (-changed.get(i.person.track, i.entered_at), i.person.track),
        )
        made: dict[int, tuple[_Source, CartCard]] = {}
        for inside in order:
            track, cart = inside.person.track, self._state.cart(inside.person.track)
            source = _Source(
                cart, called(inside), inside.person.hidden, inside.staff, self._state.identity(track)
            )
            known = self._made.get(track)
            if known is not None and known[0] == source:
                made[track] = known
            else:
                made[track] = (source, self._card(track, source))
        self._made = made
        self.replace([card for _, card in made.values()])

    def _card(self, track: int, source: _Source) -> CartCard:
        words = self._words
        lines = source.cart.lines if source.cart else ()
        return CartCard(
            track=track,
            code=source.code,
            identity=source.identity,
            items=sum(line.quantity for line in lines),
            total=words.money(sum(words.price(line.sku, line.quantity) for line in lines)),
            hidden=source.hidden,
            staff=source.staff,
            lines=tuple(
                CartCardLine(
                    quantity=str(line.quantity),
                    name=words.product(line.sku),
                    chance=chance(line.probability),
                    amount=words.money(words.price(line.sku, line.quantity)),
                )
                for line in lines
            ),
        )
