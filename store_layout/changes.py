"""What changes of a catalogue and a planogram, from when on, and what that means for a layout. Pure.

A change has whole rows: products and facings as they are from then on, and what is gone. So changes can
follow each other, be made while others wait, and be taken back, whatever else was changed in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

import msgspec

from store_layout.model import Facing, Product, StoreLayout
from store_layout.rebuilt import Rebuild

Place = tuple[str, str]
"""Slot and sku: what a row of the planogram is known by."""
T = TypeVar("T", Product, Facing)
K = TypeVar("K", str, Place)


class Rows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Rows to set, and rows to take out."""

    products: tuple[Product, ...] = ()
    gone_products: tuple[str, ...] = ()
    facings: tuple[Facing, ...] = ()
    gone_facings: tuple[Place, ...] = ()

    @property
    def touched(self) -> frozenset[str | Place]:
        """Skus and places that it says something of."""
        return frozenset(
            [
                *(product.sku for product in self.products),
                *self.gone_products,
                *(place_of(facing) for facing in self.facings),
                *self.gone_facings,
            ]
        )


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A change as it stands in the store folder: ``changes/000001.json``."""

    format: Literal[1]
    number: int
    valid_from: float
    """Seconds since the epoch: visits that close from then on are priced by it."""
    made_at: float
    who: str
    why: str
    currency: str
    """Of the prices, which are in its minor units."""
    rows: Rows
    undoes: int | None = None
    before: Rows | None = None
    """What takes it back; known from when it is written into the tables."""
    applied_at: float | None = None
    """The tables of the folder have it."""
    cancelled_at: float | None = None
    rebuild: Rebuild | None = None
    """The boards and slots that were changed with it; None: only tables."""

    @property
    def state(self) -> Literal["scheduled", "applied", "cancelled"]:
        """One word for lists."""
        if self.cancelled_at is not None:
            return "cancelled"
        return "scheduled" if self.applied_at is None else "applied"


def place_of(facing: Facing) -> Place:
    """What a row of the planogram is known by."""
    return facing.slot, facing.sku


def rows_between(before: StoreLayout, after: StoreLayout) -> Rows:
    """What has to be set and taken out to come from one to the other."""
    products, gone_products = _between(before.catalog, after.catalog, _sku)
    facings, gone_facings = _between(before.planogram, after.planogram, place_of)
    return Rows(products=products, gone_products=gone_products, facings=facings, gone_facings=gone_facings)


def with_rows(layout: StoreLayout, rows: Rows) -> StoreLayout:
    """The layout with these rows: in their old places where they were, else at the end."""
    return StoreLayout(
        file=layout.file,
        catalog=_merged(layout.catalog, rows.products, rows.gone_products, _sku),
        planogram=_merged(layout.planogram, rows.facings, rows.gone_facings, place_of),
        promotions=layout.promotions,
        learned=layout.learned,
    )


def layout_at(
    layout: StoreLayout, changes: Iterable[Change], at: float, included: frozenset[int] = frozenset()
) -> StoreLayout:
    """The layout as it was or will be at a time.

    ``included``: numbers of the changes that ``layout`` has already; those from after ``at`` are taken back.
    """
    live = in_time([change for change in changes if change.state != "cancelled"])
    for change in reversed(live):
        if change.number in included and change.valid_from > at and change.before is not None:
            layout = with_rows(layout, change.before)
    for change in live:
        if change.number not in included and change.valid_from <= at:
            layout = with_rows(layout, change.rows)
    return layout


def in_time(changes: Iterable[Change]) -> list[Change]:
    """In the order in which they come to be valid."""
    return sorted(changes, key=lambda change: (change.valid_from, change.number))


def _sku(product: Product) -> str:
    return product.sku


def _between(
    before: tuple[T, ...], after: tuple[T, ...], key: Callable[[T], K]
) -> tuple[tuple[T, ...], tuple[K, ...]]:
    old, new = {key(row): row for row in before}, {key(row): row for row in after}
    changed = tuple(row for name, row in new.items() if old.get(name) != row)
    return changed, tuple(name for name in old if name not in new)


def _merged(
    rows: tuple[T, ...], changed: tuple[T, ...], gone: tuple[K, ...], key: Callable[[T], K]
) -> tuple[T, ...]:
    found = {key(row): row for row in rows if key(row) not in gone}
    return tuple({**found, **{key(row): row for row in changed}}.values())
