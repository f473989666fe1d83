"""What is to stand in a slot: rows of the planogram, put together one step at a time. Pure."""

from __future__ import annotations

import msgspec

from store_layout.model import Facing

Rows = tuple[Facing, ...]


def in_place(rows: Rows, slot: str, sku: str) -> Rows:
    """Only this product, with as many facings as what stood there first; how many fit in is not known."""
    known = next((row for row in rows if row.sku == sku), None)
    facings = rows[0].facings if rows else 1
    return (known or Facing(slot=slot, sku=sku, facings=facings),)


def beside(rows: Rows, slot: str, sku: str) -> Rows:
    """This product too."""
    return rows if any(row.sku == sku for row in rows) else (*rows, Facing(slot=slot, sku=sku))


def without(rows: Rows, sku: str) -> Rows:
    """Not this product any more."""
    return tuple(row for row in rows if row.sku != sku)


def with_numbers(rows: Rows, sku: str, facings: int, capacity: int | None, stock: int | None) -> Rows:
    """The row of a product with other numbers."""
    return tuple(
        msgspec.structs.replace(row, facings=facings, capacity=capacity, stock=stock)
        if row.sku == sku
        else row
        for row in rows
    )
