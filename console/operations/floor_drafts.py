"""The floor's outline as it is drawn: its corners changed one by one, and what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import msgspec
from shapely.geometry import LineString, Point, Polygon

from console.language import tr, tr_n
from console.language.writing import percent
from console.operations.draft_checks import new_errors
from store_layout.camera_geometry import camera_model
from store_layout.model import Camera, Point2, StoreLayout

Outline = tuple[Point2, ...]
SAME_M = 1e-3
SLACK_M = 0.05
"""As the store's own checks have it: nobody measures a shelf against a wall closer."""
MOUNT_M = 0.5
"""Cameras may hang so far outside of the outline: on brackets, or where walls were measured roughly."""
LEAST = 3
MOST_NAMED = 3
"""Things outside that are said by name."""


def size_of(outline: Outline) -> Point2 | None:
    """Metres along x and y; None: it is no rectangle along the axes."""
    xs, ys = {round(x, 3) for x, _ in outline}, {round(y, 3) for _, y in outline}
    if len(outline) != 4 or len(xs) != 2 or len(ys) != 2 or Polygon(outline).area < SAME_M:
        return None
    if not Polygon(outline).is_valid:
        return None
    return round(max(xs) - min(xs), 3), round(max(ys) - min(ys), 3)


def resized(outline: Outline, size: Point2) -> Outline:
    """A rectangle that grows and shrinks at its right and its upper edge."""
    now = size_of(outline)
    if now is None or max(abs(size[0] - now[0]), abs(size[1] - now[1])) <= SAME_M:
        return outline
    x, y = min(a for a, _ in outline), min(b for _, b in outline)
    far_x, far_y = round(x + size[0], 3), round(y + size[1], 3)
    return (x, y), (far_x, y), (far_x, far_y), (x, far_y)


def with_corner(outline: Outline, after: int) -> Outline:
    """One more, in the middle of the wall from this corner to the next."""
    (ax, ay), (bx, by) = outline[after], outline[(after + 1) % len(outline)]
    middle = (round((ax + bx) / 2, 2), round((ay + by) / 2, 2))
    return (*outline[: after + 1], middle, *outline[after + 1 :])


def without_corner(outline: Outline, number: int) -> Outline:
    """One less; three stay."""
    if len(outline) <= LEAST:
        return outline
    return (*outline[:number], *outline[number + 1 :])


def moved_corner(outline: Outline, number: int, to: Point2) -> Outline:
    """One of them elsewhere."""
    point = (round(to[0], 3), round(to[1], 3))
    return (*outline[:number], point, *outline[number + 1 :])


def shape_problem(outline: Outline) -> str:
    """Why it is no floor by itself; empty: it is one. Corners count from 1."""
    if len(outline) < LEAST:
        return tr("A floor has at least three corners")
    n = len(outline)
    for i in range(n):
        if _near(outline[i], outline[(i + 1) % n]):
            return tr(
                "Corners {one} and {other} are in the same place: move or remove one",
                one=i + 1,
                other=(i + 1) % n + 1,
            )
    walls = [(i, LineString((outline[i], outline[(i + 1) % n]))) for i in range(n)]
    for (i, one), (k, other) in combinations(walls, 2):
        neighbours = k - i in (1, n - 1)
        if one.intersects(other) and (not neighbours or one.intersection(other).length > SAME_M):
            return tr(
                "The wall from corner {a} to {b} crosses the one from {c} to {d}: list the corners as one "
                "walks around the floor",
                a=i + 1,
                b=(i + 1) % n + 1,
                c=k + 1,
                d=(k + 1) % n + 1,
            )
    return ""


def outside(layout: StoreLayout, outline: Outline) -> tuple[str, ...]:
    """What stood inside of the store's floor, and would stand outside of this one; in words, by name."""
    floor, before = Polygon(outline), Polygon(layout.file.floor.outline)
    if not floor.is_valid or not before.is_valid:
        return ()
    told = []
    for fixture in layout.file.fixture:
        share = _share_outside(fixture.outline, floor)
        if share > 0.0 and share > _share_outside(fixture.outline, before):
            told.append(tr("{share} of {name} would stand outside", share=percent(share), name=fixture.name))
    for gate in layout.file.gate:
        area = Polygon(gate.outline)
        if not area.intersects(floor.buffer(SLACK_M)) and area.intersects(before.buffer(SLACK_M)):
            told.append(tr("Gate {name} would lie outside", name=gate.name))
    for camera in layout.file.camera:
        at = _mount(camera)
        if at is not None and floor.distance(at) > MOUNT_M >= before.distance(at):
            told.append(tr("Camera {name} would hang outside", name=camera.name))
    return tuple(told)


def drawn_problem(layout: StoreLayout, outline: Outline) -> str:
    """What can be seen to be wrong with it at once, in words; empty: nothing."""
    if outline == layout.file.floor.outline:
        return ""
    if wrong := shape_problem(outline):
        return f"{wrong}."
    if told := outside(layout, outline):
        more = len(told) - MOST_NAMED
        named = "; ".join(told[:MOST_NAMED])
        return f"{named}; {tr_n('and {n} more', 'and {n} more', more)}." if more > 0 else f"{named}."
    return ""


def floor_problem(layout: StoreLayout, outline: Outline) -> str:
    """What keeps this outline from being the store's floor, in words; empty: nothing."""
    if outline == layout.file.floor.outline:
        return ""
    if words := drawn_problem(layout, outline):
        return words
    floor = msgspec.structs.replace(layout.file.floor, outline=outline)
    return new_errors(layout, msgspec.structs.replace(layout.file, floor=floor))


def corners_outside(layout: StoreLayout, outline: Outline) -> tuple[Outline, ...]:
    """Outlines of the fixtures and gates that :func:`outside` names, to be drawn."""
    floor = Polygon(outline)
    if not floor.is_valid or len(outline) < LEAST:
        return ()
    found = [f.outline for f in layout.file.fixture if _share_outside(f.outline, floor) > 0.0]
    lost = (g.outline for g in layout.file.gate if not Polygon(g.outline).intersects(floor.buffer(SLACK_M)))
    return (*found, *lost)


def _share_outside(outline: Sequence[Point2], floor: Polygon) -> float:
    area = Polygon(outline)
    if not area.is_valid or area.area <= 0.0 or floor.buffer(SLACK_M).covers(area):
        return 0.0
    return float(area.difference(floor).area / area.area)


def _mount(camera: Camera) -> Point | None:
    """Where it hangs, seen from above; None: its calibration does not say."""
    position = camera_model(camera).position
    return None if position is None else Point(position[0], position[1])


def _near(a: Point2, b: Point2) -> bool:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) <= SAME_M
