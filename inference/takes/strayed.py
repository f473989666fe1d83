"""What shoppers have put where it does not belong, event by event."""

from __future__ import annotations

import msgspec

from inference.messages import Attribution
from inference.takes import settings as s
from inference.takes.state import Recent, TakesState
from inference.takes.stock import Stock


def remember_strayed(state: TakesState, stock: Stock, item: Recent, attribution: Attribution) -> Recent:
    """Products put back where they do not belong become candidates there; taken again, they go.

    What an earlier explanation of the event did to the planogram is undone first.
    """
    for slot, sku, units in item.strayed:
        _stray(state, slot, sku, -units)
    changes: dict[tuple[str, str], float] = {}
    for explanation in attribution.explanations:
        for move in explanation.moves:
            if not stock.belongs(move.slot, move.sku):
                key = (move.slot, move.sku)
                changes[key] = changes.get(key, 0.0) - move.count * explanation.probability
    strayed = tuple(
        (slot, sku, units)
        for (slot, sku), units in sorted(changes.items())
        if abs(units) >= s.RETURNED_AT_LEAST
    )
    for slot, sku, units in strayed:
        _stray(state, slot, sku, units)
    return msgspec.structs.replace(item, strayed=strayed)


def _stray(state: TakesState, slot: str, sku: str, units: float) -> None:
    there = state.strayed.setdefault(slot, {})
    there[sku] = there.get(sku, 0.0) + units
    if there[sku] < 1e-6:
        del there[sku]
    if not there:
        del state.strayed[slot]
