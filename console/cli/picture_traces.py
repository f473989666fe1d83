"""The weights of the moment that a picture shows, asked of the engine while it still has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from inference.messages.shelves import ScaleDetail, ScaleView
from inference.messages.wire import Answer, Command, GetScale, Snapshot
from store_layout.model import StoreLayout

BACK_S = 150.0
"""Scales with an event no older than this are worth a look: a trace shows three minutes."""
LEVEL_S = 15.0
"""Of each level, before and after an event, to be seen as one."""
MOST = 12
"""Scales asked for at one moment, those with the latest events."""

Ask = Callable[[Command], Answer]


def traces_of(snapshot: Snapshot, ask: Ask) -> dict[str, ScaleDetail]:
    """By scale: the minutes up to the snapshot, of scales on which something happened in them."""
    busy = sorted(
        (view for view in snapshot.scales if _is_busy(view, snapshot.t)),
        key=lambda view: view.event_t or 0.0,
        reverse=True,
    )
    found = (ask(GetScale(view.scale)) for view in busy[:MOST])
    return {one.scale: _until(one, snapshot.t) for one in found if isinstance(one, ScaleDetail)}


def telling_slot(traces: Mapping[str, ScaleDetail], layout: StoreLayout) -> str:
    """The slot on whose scale most happened; empty: nothing is known of any."""
    slots = {scale: slots[0].id for scale, slots in layout.slots_of_scale.items() if slots}
    known = [one for one in traces.values() if one.times and one.scale in slots]
    if not known:
        return ""
    return slots[max(known, key=_happened).scale]


def later_than(detail: ScaleDetail, after: float) -> ScaleDetail:
    """What the engine answers to somebody who has the samples up to ``after``."""
    first = sum(t <= after for t in detail.times)
    return msgspec.structs.replace(detail, times=detail.times[first:], grams=detail.grams[first:])


def _happened(detail: ScaleDetail) -> tuple[int, int, float]:
    """Events of which both levels show, then those within its samples, then the latest of them."""
    first, last = detail.times[0], detail.times[-1]
    within = [event.t for event in detail.events if first <= event.t]
    both = sum(first + LEVEL_S <= t <= last - LEVEL_S for t in within)
    return both, len(within), max(within, default=0.0)


def _is_busy(view: ScaleView, now: float) -> bool:
    return view.event_t is not None and now - BACK_S <= view.event_t <= now and not view.faults


def _until(detail: ScaleDetail, t: float) -> ScaleDetail:
    """The engine has gone on since the snapshot."""
    n = sum(time <= t for time in detail.times)
    return msgspec.structs.replace(
        detail,
        times=detail.times[:n],
        grams=detail.grams[:n],
        events=tuple(event for event in detail.events if event.t <= t),
    )
