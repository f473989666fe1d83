"""What each scale shows now, read from the stage's state: for the window, no event depends on it."""

from __future__ import annotations

import math

from inference.messages.shelves import ScaleFault, ScaleLevel
from inference.shelf_events import settings as s
from inference.shelf_events.state import ScaleState, ShelfEventsState


def scale_levels(state: ShelfEventsState) -> tuple[ScaleLevel, ...]:
    """All scales of the layout, in its order. Touches nothing."""
    return tuple(_level(scale, one) for scale, one in state.scales.items())


def _level(scale: str, st: ScaleState) -> ScaleLevel:
    """At rest the level that events are counted from; under a hand what was read last."""
    at_rest = st.based and not st.active
    return ScaleLevel(
        scale, st.last_t, st.base if at_rest else st.last_g, math.sqrt(st.noise_var), st.active, _faults(st)
    )


def _faults(st: ScaleState) -> tuple[ScaleFault, ...]:
    found: list[ScaleFault] = []
    if st.stuck:
        found.append("stuck")
    if st.wild >= s.WILD_ALARM:
        found.append("impossible")
    if st.saturated:
        found.append("over_capacity")
    if st.active and st.alarmed:
        found.append("unsettled")
    return tuple(found)
