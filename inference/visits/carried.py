"""What open visits hang on, for whoever wants to change the store under them."""

from __future__ import annotations

from inference.visits.state import VisitsState


def products_moved(state: VisitsState) -> set[str]:
    """Products that an open visit may have to do with: their prices are needed until it is closed."""
    moved = {
        move.sku
        for attribution in state.attributions.values()
        for explanation in attribution.explanations
        for move in explanation.moves
    }
    lines = {line.sku for visit in state.visits.values() for line in visit.lines}
    return moved | lines | {sku for said in state.said.values() for sku in said}
