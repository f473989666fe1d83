"""Who tracks: ours, the plain one, and ours with one idea switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from inference.floor_tracks import FloorTracker
from inference.floor_tracks.settings import Settings
from inference.messages import Detections, Observation
from store_layout.model import StoreLayout
from tests.support.floor_study.follow import Tracker
from tests.support.plain_tracker import PlainTracker


class Variant(msgspec.Struct, frozen=True):
    """A tracker, and what it is not told."""

    name: str
    make: Callable[[StoreLayout], Tracker]
    given: Callable[[Iterable[Observation]], Iterable[Observation]] = lambda seen: seen


def no_conservation(layout: StoreLayout) -> Tracker:
    """Every place is as good as a gate to come in by, and who is not seen for a second is gone."""
    d = Settings()
    return FloorTracker(
        layout,
        Settings(
            gate_margin_m=1e3,
            birth_density_no_signal=d.birth_density,
            birth_density_inside=d.birth_density,
            give_up_s=d.hidden_s,
            give_up_unexplained_s=d.hidden_s,
        ),
    )


def no_walls(layout: StoreLayout) -> Tracker:
    """The tracker's store has no fixtures."""
    file = msgspec.structs.replace(layout.file, fixture=(), slot=())
    bare = msgspec.structs.replace(layout, file=file, planogram=())
    return FloorTracker(bare, Settings(wall_cost=0.0))


def without_appearance(seen: Iterable[Observation]) -> Iterator[Observation]:
    """The same detections, and no vectors."""
    for each in seen:
        if isinstance(each, Detections):
            items = tuple(msgspec.structs.replace(item, appearance=None) for item in each.items)
            yield msgspec.structs.replace(each, items=items)
        else:
            yield each


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("ours", FloorTracker),
        Variant("plain", PlainTracker),
        Variant("no conservation", no_conservation),
        Variant("no appearance", FloorTracker, without_appearance),
        Variant("no walls", no_walls),
    )
}
