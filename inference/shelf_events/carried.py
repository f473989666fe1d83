"""What is known of the scales, carried into another layout of the same store."""

from __future__ import annotations

from inference.shelf_events.state import ShelfEventsState
from store_layout.layout_changes import reset_scales
from store_layout.model import StoreLayout


def carry(state: ShelfEventsState, before: StoreLayout, after: StoreLayout) -> None:
    """Levels stay; a scale that is read otherwise now, or is gone, begins anew when it speaks."""
    anew = reset_scales(before, after)
    state.scales = {s.id: state.scales[s.id] for s in after.file.scale if s.id in state.scales.keys() - anew}
    state.unknown = [scale for scale in state.unknown if scale not in after.scales]
    state.pending = [change for change in state.pending if change.scale in state.scales]


def touched(state: ShelfEventsState) -> set[str]:
    """Scales on which something is under way: a hand is in, or a change waits for a neighbour's."""
    active = {scale for scale, one in state.scales.items() if one.active}
    return active | {change.scale for change in state.pending}
