"""A change of catalogue and planogram as people read it: what is new, gone, dearer, heavier, elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from store_layout.changes import Place, place_of
from store_layout.currency import to_major
from store_layout.model import Facing, Product, StoreLayout

Kind = Literal["added", "removed", "price", "tax", "weight", "deposit", "other", "moved", "slot", "stock"]
_KINDS: dict[str, Kind] = {
    "price": "price",
    "tax_basis_points": "tax",
    "weight_g": "weight",
    "weight_sd_g": "weight",
    "deposit": "deposit",
    "deposit_tax_basis_points": "deposit",
}
_NAMES = {"tax_basis_points": "tax", "weight_g": "weight", "weight_sd_g": "spread of weights"}
_MONEY = frozenset({"price", "deposit"})


class Difference(msgspec.Struct, frozen=True):
    """One thing that is otherwise."""

    kind: Kind
    sku: str
    name: str
    """The product's."""
    what: str
    """The column, or what happened to the row."""
    before: str
    after: str
    column: str = ""
    """Of the table; empty: a whole row came or went."""
    slot: str = ""
    """Of the planogram: which one."""
    was: int | float | str | None = None
    """As in the table: money in minor units, weights in grams. For who writes it in another language."""
    now: int | float | str | None = None

    def __str__(self) -> str:
        head = f"{self.sku} {self.name}: {self.what}"
        if not self.before:
            return f"{head} {self.after}".rstrip()
        return f"{head} {self.before} -> {self.after}" if self.after else f"{head} {self.before}"


def differences(before: StoreLayout, after: StoreLayout) -> tuple[Difference, ...]:
    """All of them: products in the order of the catalogue, then the planogram."""
    return (*_products(before, after), *_planogram(before, after))


def _products(before: StoreLayout, after: StoreLayout) -> Iterator[Difference]:
    currency = after.file.store.currency
    for product in after.catalog:
        old = before.products.get(product.sku)
        if old is None:
            price = _shown("price", product.price, currency)
            yield Difference("added", product.sku, product.name, "new, at", "", price, now=product.price)
        else:
            yield from _columns(old, product, currency)
    for product in before.catalog:
        if product.sku not in after.products:
            yield Difference("removed", product.sku, product.name, "is not sold any more", "", "")


def _columns(old: Product, new: Product, currency: str) -> Iterator[Difference]:
    for column in Product.__struct_fields__:
        was, now = getattr(old, column), getattr(new, column)
        if was != now:
            kind = _KINDS.get(column, "other")
            shown = _shown(column, was, currency), _shown(column, now, currency)
            what = _NAMES.get(column, column)
            yield Difference(kind, new.sku, new.name, what, *shown, column=column, was=was, now=now)


def _planogram(before: StoreLayout, after: StoreLayout) -> Iterator[Difference]:
    old = {place_of(facing): facing for facing in before.planogram}
    new = {place_of(facing): facing for facing in after.planogram}
    left: dict[str, list[Place]] = {}
    for place in old:
        if place not in new:
            left.setdefault(place[1], []).append(place)
    names = {**before.products, **after.products}
    for place, facing in new.items():
        slot, sku = place
        name = names[sku].name if sku in names else ""
        if place not in old:
            if left.get(sku):
                was, _ = left[sku].pop(0)
                yield Difference(
                    "moved", sku, name, "moves from slot", was, slot, slot=slot, was=was, now=slot
                )
            else:
                what = "also stands in slot" if sku in names else "slot"
                yield Difference("slot", sku, name, what, "", slot, slot=slot, now=slot)
        elif old[place] != facing:
            yield from _counts(old[place], facing, name)
    for sku, places in left.items():
        for slot, _ in places:
            gone = names[sku].name if sku in names else ""
            yield Difference("slot", sku, gone, "leaves slot", "", slot, slot=slot, was=slot)


def _counts(old: Facing, new: Facing, name: str) -> Iterator[Difference]:
    for column in ("facings", "capacity", "stock"):
        was, now = getattr(old, column), getattr(new, column)
        if was != now:
            what = f"{column} in slot {new.slot}"
            shown = _text(was), _text(now)
            yield Difference(
                "stock", new.sku, name, what, *shown, column=column, slot=new.slot, was=was, now=now
            )


def _shown(column: str, value: object, currency: str) -> str:
    if column in _MONEY and isinstance(value, int):
        return f"{to_major(value, currency):f} {currency}"
    if column in {"tax_basis_points", "deposit_tax_basis_points"} and isinstance(value, int):
        return f"{value / 100:g} %"
    if column in {"weight_g", "weight_sd_g"}:
        return f"{value:g} g"
    return _text(value)


def _text(value: object) -> str:
    return "none" if value in (None, "") else str(value)
