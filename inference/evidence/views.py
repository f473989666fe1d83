"""Which cameras see a hand at a slot best: by distance, angle, who and what stands between, hands seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Point, Polygon
from shapely.prepared import PreparedGeometry, prep

from inference.evidence.manifest import FloorMoment, Pixel, Seen, Standing
from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.model import Point3, Slot, StoreLayout

Array = NDArray[np.float64]

FINE_PX_PER_M = 250.0
"""A hand is then some 25 pixels wide: more adds little."""
BODY_M = 0.28
"""Who stands nearer than this to the line of sight, and is as tall, hides what is behind."""
STEPS = 32
"""Points at which a line of sight is looked at."""
LAST_M = 0.1
"""The end of a line of sight may be within the shelf itself."""
REACH_M = 1.5
"""Who reaches in is nearer than this."""
WALL_M, MOUNT_M = 0.05, 0.5
"""Lines of sight leave the floor by no more than this, but near a camera: it hangs on a wall."""
BEHIND_BODY, BEHIND_FIXTURE = 0.4, 0.08
SIDEWAYS = 0.35
"""What a view from beside or behind is worth against one from where people stand."""
HANDS_M = 0.2
"""From the middle of hands that met to the edge of their mark."""
HAND_S, HAND_M, HAND_SCORE = 0.8, 0.45, 0.3
UNSEEN = 0.5
"""What a view in which no hand was seen is worth against one in which it always was."""
FLOOR_ONLY = 0.03
"""Worth of a camera whose calibration knows the floor alone, that has the place in its picture."""


@dataclass(frozen=True, slots=True)
class View:
    """How well one camera sees a place."""

    camera: str
    score: float
    """0: not at all; 1: as well as one could wish."""
    way: tuple[float, float, float] | None
    """Unit vector from the place to the camera, where it is known."""


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What is to be seen, and who is around."""

    place: Array
    """Metres, shape (3,)."""
    t: float
    people: Sequence[Standing]
    reaching: Sequence[Standing]
    """Those of them who may reach into a shelf there: they stand on its open side."""


class Views:
    """The cameras of one store. One thread."""

    def __init__(self, layout: StoreLayout) -> None:
        self._layout = layout
        self._models: dict[tuple[str, int, int], CameraModel] = {}
        self._floor = prep(Polygon(layout.file.floor.outline).buffer(WALL_M))
        self._fixtures: list[tuple[PreparedGeometry, float]] = [
            (prep(Polygon(f.outline)), f.height) for f in layout.file.fixture
        ]

    def model(self, camera: str, width: int, height: int) -> CameraModel | None:
        """The camera for pictures of this size; None for one that the store does not have."""
        about = self._layout.cameras.get(camera)
        if about is None:
            return None
        key = (camera, width, height)
        if key not in self._models:
            self._models[key] = camera_model(about).scaled(width, height)
        return self._models[key]

    def best(
        self,
        sizes: Mapping[str, tuple[int, int]],
        slots: Sequence[Slot],
        t: float,
        floor: Sequence[FloorMoment],
        seen: Mapping[str, Sequence[Seen]],
        *,
        at: Point3 | None = None,
        count: int = 2,
    ) -> list[View]:
        """The ``count`` views that show the slots best, the best first; the second from another side.

        ``sizes``: width and height of each camera's pictures. ``at``: a place away from all shelves, metres,
        instead of slots. Cameras that do not see the place are none.
        """
        if not slots and at is None:
            return []
        people = min(floor, key=lambda m: abs(m.t - t)).people if floor else ()
        if at is None:
            scene = _Scene(_front(slots, people), t, people, people)
        else:
            scene = _Scene(np.array(at), t, people, ())
        found = [
            view
            for camera, size in sizes.items()
            if (view := self._view(camera, size, scene, seen.get(camera, ()))).score > 0
        ]
        chosen: list[View] = []
        while found and len(chosen) < count:
            best = max(found, key=lambda view: (view.score * _apart(view, chosen), view.camera))
            chosen.append(best)
            found.remove(best)
        return chosen

    def outlines(
        self, camera: str, size: tuple[int, int], slots: Sequence[Slot]
    ) -> tuple[tuple[Pixel, ...], ...]:
        """The slots as they stand in the picture."""
        model = self.model(camera, *size)
        if model is None or not model.can_see_heights:
            return ()
        found = []
        for slot in slots:
            pixels, front = model.project(_corners(slot))
            if front.all():
                found.append(_hull(pixels))
        return tuple(found)

    def around(self, camera: str, size: tuple[int, int], at: Point3) -> tuple[tuple[Pixel, ...], ...]:
        """A place in the room, marked as wide as two hands are."""
        model = self.model(camera, *size)
        if model is None or not model.can_see_heights:
            return ()
        corners = HANDS_M * np.array(list(product((-1.0, 1.0), repeat=3))) / np.sqrt(3.0)
        pixels, front = model.project(np.array(at) + corners)
        return (_hull(pixels),) if front.all() else ()

    # -- parts -----------------------------------------------------------------------------------------

    def _view(self, camera: str, size: tuple[int, int], scene: _Scene, seen: Sequence[Seen]) -> View:
        place = scene.place
        model = self.model(camera, *size)
        if model is None:
            return View(camera, 0.0, None)
        height = place[2] if model.can_see_heights else 0.0
        points = np.array([(place[0], place[1], height)])
        pixel, front = model.project(points)
        if not front[0] or not (0 <= pixel[0, 0] < size[0] and 0 <= pixel[0, 1] < size[1]):
            return View(camera, 0.0, None)
        if not model.can_see_heights or model.position is None:
            return View(camera, FLOOR_ONLY, None)
        above, _ = model.project(points + np.array([0.0, 0.0, 0.1]))
        per_m = 10.0 * float(np.linalg.norm(above[0] - pixel[0]))
        way = np.array(model.position) - place
        far = float(np.linalg.norm(way))
        way = way / far
        score = (
            min(1.0, per_m / FINE_PX_PER_M)
            * _facing(place, way, scene.reaching)
            * self._clear(place, way, far, scene.people)
            * _hands(pixel[0], HAND_M * per_m, scene.t, seen, size)
        )
        return View(camera, score, (float(way[0]), float(way[1]), float(way[2])))

    def _clear(self, place: Array, way: Array, far: float, people: Sequence[Standing]) -> float:
        """What is left of a view through people and fixtures; through walls nothing is."""
        steps = np.linspace(min(LAST_M, far), far, STEPS)
        line = place + steps[:, None] * way
        before = line[steps < far - MOUNT_M]
        if not all(self._floor.contains(Point(x, y)) for x, y, _ in before):
            return 0.0
        clear = 1.0
        for shape, tall in self._fixtures:
            if any(z < tall and shape.contains(Point(x, y)) for x, y, z in line):
                clear = BEHIND_FIXTURE
        for person in people:
            near = np.hypot(line[:, 0] - person.x, line[:, 1] - person.y) < BODY_M
            if np.any(near & (line[:, 2] < person.height)):
                clear *= BEHIND_BODY
        return clear


def _hull(pixels: Array) -> tuple[Pixel, ...]:
    hull = cv2.convexHull(pixels.astype(np.float32)).reshape(-1, 2)
    return tuple((round(float(u), 1), round(float(v), 1)) for u, v in hull)


def _corners(slot: Slot) -> Array:
    xs, ys, zs = zip(slot.low, slot.high, strict=True)
    return np.array([(x, y, z) for x in xs for y in ys for z in zs])


def _front(slots: Sequence[Slot], people: Sequence[Standing]) -> Array:
    """Where a hand goes in: the middle of the slots, moved to the side on which somebody stands."""
    place = np.mean([slot.centre for slot in slots], axis=0)
    out = _out(place, people)
    if out is None:
        return np.asarray(place)
    size = np.mean([np.subtract(slot.high, slot.low) for slot in slots], axis=0)
    across = int(abs(out[1]) > abs(out[0]))  # the side that is passed: of x, or of y
    place[across] += np.copysign(size[across] / 2, out[across])
    return np.asarray(place)


def _out(place: Array, people: Sequence[Standing]) -> Array | None:
    """Unit vector on the floor from the place to whoever is nearest; None where nobody is near."""
    ways = [np.array([p.x - place[0], p.y - place[1]]) for p in people]
    way = min(ways, key=lambda w: float(w @ w), default=None)
    length = 0.0 if way is None else float(np.linalg.norm(way))
    return None if way is None or not 0.05 < length < REACH_M else way / length


def _facing(place: Array, way: Array, people: Sequence[Standing]) -> float:
    """People stand on the side that is open: best seen from there."""
    out, flat = _out(place, people), float(np.linalg.norm(way[:2]))
    if out is None or flat < 0.05:
        return 1.0
    return SIDEWAYS + (1.0 - SIDEWAYS) * max(0.0, float(out @ way[:2]) / flat)


def _hands(pixel: Array, radius: float, t: float, seen: Sequence[Seen], size: tuple[int, int]) -> float:
    looks = [moment for moment in seen if abs(moment.t - t) <= HAND_S]
    if not looks:
        return UNSEEN
    with_hand = sum(_has_hand(moment, pixel, radius, size) for moment in looks)
    return UNSEEN + (1.0 - UNSEEN) * with_hand / len(looks)


def _has_hand(moment: Seen, pixel: Array, radius: float, size: tuple[int, int]) -> bool:
    sx, sy = size[0] / moment.width, size[1] / moment.height
    wrists = [w for person in moment.people for w in (person.left, person.right) if w is not None]
    return any(
        w.score >= HAND_SCORE and np.hypot(w.x * sx - pixel[0], w.y * sy - pixel[1]) <= radius for w in wrists
    )


def _apart(view: View, chosen: Sequence[View]) -> float:
    """From another side more is seen than from the same."""
    if not chosen or view.way is None:
        return 1.0
    cosines = [float(np.dot(view.way, other.way)) for other in chosen if other.way is not None]
    closest = min(1.0, max(cosines, default=0.0))
    return 0.5 + 0.5 * float(np.sqrt(1.0 - closest * closest)) if closest > 0 else 1.0
