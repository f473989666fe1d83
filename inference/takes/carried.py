"""What the take stage remembers, carried into another layout of the same store."""

from __future__ import annotations

from inference.takes import settings as s
from inference.takes.state import Recent, TakesState
from store_layout.model import StoreLayout


def carry(state: TakesState, after: StoreLayout, t: float) -> None:
    """At time ``t``: what can be explained anew stays, and goods that lie in slots that are still there."""
    state.recent = _explained_anew(state, t)
    state.strayed = {
        slot: {sku: units for sku, units in goods.items() if sku in after.products}
        for slot, goods in state.strayed.items()
        if slot in after.slots
    }


def touched(state: TakesState, t: float) -> set[str]:
    """Scales of events that may still be explained otherwise at time ``t``."""
    return {change.scale for recent in _explained_anew(state, t) for change in recent.event.changes}


def _explained_anew(state: TakesState, t: float) -> list[Recent]:
    return [r for r in state.recent if t - r.event.t_settled <= s.JOINT_S or r.event.id in state.again]
