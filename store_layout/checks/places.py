"""Floor, fixtures, slots and gates: outlines that are areas, and things where they can be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import shapely
from shapely import Polygon

from store_layout.findings import TOML, Draft, Finding, Place
from store_layout.model import Point2, Slot
from store_layout.said import said

SLACK_M = 0.05
"""Measured by hand, walls and shelves agree to some centimetres."""
REACH_M = 0.30
"""How far a slot may stand out of its fixture's outline: a hook, a basket at its side."""
ABOVE_M = 0.60
"""How far goods may tower over the fixture they stand on."""
SMALLEST_M2 = 1e-4


def check_places(draft: Draft) -> Iterator[Finding]:
    """All that has an outline or an extent."""
    floor: Polygon | None = None
    if draft.floor is not None:
        yield from check_outline(("floor", "outline"), draft.floor.outline)
        floor = sound_polygon(draft.floor.outline)
        if draft.floor.plan_metres_per_pixel <= 0:
            what = said(
                "{plan_metres_per_pixel} metres a pixel",
                plan_metres_per_pixel=draft.floor.plan_metres_per_pixel,
            )
            yield Finding(
                TOML, ("floor", "plan_metres_per_pixel"), what, said("Write how wide a pixel is, in metres")
            )
    yield from _fixtures(draft, floor)
    for number, slot in draft.slots.items():
        yield from _slot(number, slot, draft)
    yield from _gates(draft, floor)


def sound_polygon(outline: tuple[Point2, ...]) -> Polygon | None:
    """The outline as a polygon, None where it is not a simple one with an area."""
    if len(outline) < 3:
        return None
    polygon = Polygon(outline)
    return polygon if polygon.is_valid and polygon.area > SMALLEST_M2 else None


def check_outline(place: Place, outline: tuple[Point2, ...]) -> Iterator[Finding]:
    """At least three different corners, no crossing of itself, an area."""
    if len(outline) < 3:
        yield Finding(
            TOML,
            place,
            said("{count} corners are no area", count=len(outline)),
            said("List at least three corners"),
        )
        return
    for corner, (a, b) in enumerate(pairwise(outline), start=1):
        if a == b:
            what, remedy = said("the corner stands twice in a row"), said("Remove one of them")
            yield Finding(TOML, (*place, corner), what, remedy, "warning")
    polygon = Polygon(outline)
    if polygon.convex_hull.area <= SMALLEST_M2:
        yield Finding(
            TOML, place, said("the outline has no area"), said("List the corners in metres, around the area")
        )
    elif not polygon.is_valid:
        reason = shapely.is_valid_reason(polygon).replace("[", " near (").replace("]", ")").lower()
        remedy = said(
            "List the corners in the order in which one walks around; the outline must not cross itself"
        )
        yield Finding(TOML, place, said("the outline is not simple ({reason})", reason=reason), remedy)


def _fixtures(draft: Draft, floor: Polygon | None) -> Iterator[Finding]:
    placed: dict[int, Polygon] = {}
    for number, fixture in draft.fixtures.items():
        place: Place = ("fixture", number, "outline")
        yield from check_outline(place, fixture.outline)
        if fixture.height <= 0:
            remedy = said("Write its height in metres")
            yield Finding(
                TOML,
                ("fixture", number, "height"),
                said("a height of {height} m", height=fixture.height),
                remedy,
            )
        polygon = sound_polygon(fixture.outline)
        if polygon is None:
            continue
        if floor is not None and not floor.buffer(SLACK_M).covers(polygon):
            out = polygon.difference(floor).area / polygon.area
            what = said("{out} of the fixture stands outside of the floor", out=f"{out:.0%}")
            yield Finding(TOML, place, what, said("Move it inside floor.outline, or correct the floor"))
        for other, area in placed.items():
            shared = area.intersection(polygon).area
            if shared > 0.1 * min(area.area, polygon.area):
                what = said(
                    "it overlaps fixture[{other}] by {shared} m2", other=other + 1, shared=f"{shared:.2f}"
                )
                yield Finding(TOML, place, what, said("Correct one of the two outlines"), "warning")
        placed[number] = polygon


def _slot(number: int, slot: Slot, draft: Draft) -> Iterator[Finding]:
    for axis, low, high in zip("xyz", slot.low, slot.high, strict=True):
        if not low < high:
            what, remedy = (
                said("{axis} goes from {low} to {high}", axis=axis, low=low, high=high),
                said("low must be smaller than high on each axis"),
            )
            yield Finding(TOML, ("slot", number, "high"), what, remedy)
            return
    if slot.low[2] < -SLACK_M:
        yield Finding(
            TOML,
            ("slot", number, "low"),
            said("z is {low}: under the floor", low=slot.low[2]),
            said("z counts up from 0"),
        )
    fixture = next((f for f in draft.fixtures.values() if f.id == slot.fixture), None)
    if fixture is None or (polygon := sound_polygon(fixture.outline)) is None:
        return
    footprint = shapely.box(slot.low[0], slot.low[1], slot.high[0], slot.high[1])
    if not polygon.buffer(REACH_M).covers(footprint):
        what = said(
            "it reaches {metres} m out of the outline of fixture {id}",
            metres=f"{_reach(polygon, footprint):.2f}",
            id=repr(fixture.id),
        )
        yield Finding(
            TOML,
            ("slot", number),
            what,
            said("Keep it within {reach_m} m, or name the right fixture", reach_m=REACH_M),
        )
    if slot.low[2] > fixture.height + SLACK_M or slot.high[2] > fixture.height + ABOVE_M:
        what = said(
            "z from {low} to {high} is above fixture {id} of {height} m",
            low=slot.low[2],
            high=slot.high[2],
            id=repr(fixture.id),
            height=fixture.height,
        )
        yield Finding(TOML, ("slot", number, "high"), what, said("Correct the slot, or the fixture's height"))


def _reach(polygon: Polygon, footprint: Polygon) -> float:
    corners = shapely.points(shapely.get_coordinates(footprint))
    return float(shapely.distance(polygon, corners).max())


def _gates(draft: Draft, floor: Polygon | None) -> Iterator[Finding]:
    solid = [p for f in draft.fixtures.values() if (p := sound_polygon(f.outline)) is not None]
    walkable = None if floor is None else floor.difference(shapely.union_all(solid))
    for number, gate in draft.gates.items():
        place: Place = ("gate", number, "outline")
        yield from check_outline(place, gate.outline)
        polygon = sound_polygon(gate.outline)
        if polygon is not None and walkable is not None and not walkable.buffer(SLACK_M).intersects(polygon):
            what, remedy = (
                said("nobody can walk there"),
                said("Move the gate so that it touches the floor between the fixtures"),
            )
            yield Finding(TOML, place, what, remedy)
    if draft.toml_read:
        yield from _ways(draft)


def _ways(draft: Draft) -> Iterator[Finding]:
    ids = draft.ids.get("gate", {})
    whole = len(ids) == len(draft.gates)
    for direction in ("entry", "exit") if whole else ():
        if not any(gate.kind in {direction, "both"} for gate in draft.gates.values()):
            what = said("there is no gate of kind {direction} or 'both'", direction=repr(direction))
            remedy = said("Add a [[gate]]: people appear and disappear only there")
            yield Finding(TOML, ("gate",), what, remedy, "warning")
