"""Goods that lie where they do not belong, read from the stage's state: for staff who tidy up."""

from __future__ import annotations

from inference.messages.shelves import Misplaced
from inference.takes.state import TakesState

LEAST_UNITS = 0.5
"""Less than this is rather not there: nobody is sent to look for it."""


def misplaced(state: TakesState) -> tuple[Misplaced, ...]:
    """Sorted by slot and product. Touches nothing."""
    return tuple(
        Misplaced(slot, sku, units)
        for slot, goods in sorted(state.strayed.items())
        for sku, units in sorted(goods.items())
        if units >= LEAST_UNITS
    )
