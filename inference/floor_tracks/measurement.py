"""What one detection says about a place on the floor, and how surely.

The lines of sight to all points of a frame are taken in one call of the camera model.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt
from typing import NamedTuple

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from inference.floor_tracks.body import offsets
from inference.floor_tracks.boxes import (
    NEIGHBOURS,
    Pixel,
    box_height,
    foot_pixel,
    top_pixel,
    usable,
    without_duplicates,
    wrists_of,
)
from inference.floor_tracks.kalman import Fix, fused
from inference.floor_tracks.rays import Ray, at_height, between, height_above, ray_from, spread_of
from inference.floor_tracks.settings import Settings
from inference.messages import Appearance, Detection, Detections, Skeleton
from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.model import Camera, StoreLayout

Array = NDArray[np.float64]


class WristRay(msgspec.Struct, frozen=True, gc=False):
    """Unit direction of the line of sight to a wrist, and the angle that one sd of noise makes there."""

    left: bool
    x: float
    y: float
    z: float
    angle_sd: float
    score: float
    side_score: float


class Feet(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the box's height, moved through the picture at the feet, is on the floor: metres."""

    from_point: bool
    """The feet are those of a key point, not the box's bottom."""
    down_x: float
    down_y: float
    right_x: float
    right_y: float


class Sighting(msgspec.Struct):
    """One detection, or one skeleton, as the floor sees it."""

    index: int
    score: float
    first: Fix
    """Place for a person of unknown height."""
    appearance: Appearance | None = None
    foot: Fix | None = None
    """Place from feet that are visible."""
    feet: Feet | None = None
    """How ``foot`` moves with its pixel."""
    sure_feet: bool = False
    """A key point says where the feet are, and that they show: a short box is somebody who crouches."""
    implied_m: float | None = None
    """Height of a person who stood on that foot point."""
    top: Ray | None = None
    """Line of sight to the top of the head."""
    middle: Ray | None = None
    """To half the person's height, where neither feet nor head are in the picture."""
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    wrists: tuple[WristRay, ...] = ()
    height_m: float | None = None
    """Measured by a 3D sensor."""
    skeleton: Skeleton | None = None


class CameraOff(NamedTuple):
    """What is to be taken from what a camera sees.

    Its feet are too low, and too far right, in the picture by shares of the box's height.
    """

    box: tuple[float, float] = (0.0, 0.0)
    """The middle of the box's bottom."""
    point: tuple[float, float] = (0.0, 0.0)
    """The foot key point."""
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """How the camera is turned against its calibration: rotation vector in the world's axes, small, rad."""
    late_s: float = 0.0
    """Its frames were taken so long before their time stamps."""
    doubt: float = 0.0
    """What is not known of the turn, rad; 0 where it is too small to matter."""


AS_SEEN = CameraOff()


class View:
    """One camera's geometry at the size of the pictures that its detector works on."""

    def __init__(self, camera: Camera, width: int, height: int) -> None:
        self.model: CameraModel = camera_model(camera).scaled(width, height)
        self.width, self.height = width, height
        middle = np.array([[width / 2, height / 2]])
        self.error_px = sqrt(float(np.trace(self.model.pixel_error(middle)[0])) / 2)
        self._px_per_rad = 0.0
        if self.model.can_see_heights:
            _, (a, b) = self.model.sight_lines(np.add(middle, ((0.0, 0.0), (1.0, 0.0))))
            self._px_per_rad = float(np.linalg.norm(a) / np.linalg.norm(b - a))

    def sight_lines(self, pixels: Array, off: CameraOff) -> tuple[Array, Array]:
        """The camera's place, and directions ``(N, 3)`` as it is turned now."""
        origin, lines = self.model.sight_lines(pixels)
        x, y, z = off.turn
        if x == y == z == 0.0:
            return origin, lines
        return origin, lines @ np.array(((1.0, z, -y), (-z, 1.0, x), (y, -x, 1.0)))

    def noise_px(self, off: CameraOff) -> float:
        """Of the calibration, and of how the camera is turned."""
        return hypot(self.error_px, off.doubt * self._px_per_rad)

    def shows(self, places: Sequence[tuple[float, float]]) -> list[bool]:
        """Where a person standing there would be in the picture: by their hips, or else their feet."""
        if not places:
            return []
        points = np.zeros((len(places), 3))
        points[:, :2] = places
        points[:, 2] = 1.0 if self.model.can_see_heights else 0.0
        pixels, _ = self.model.project(points)
        inside = (pixels >= 0.0) & (pixels <= (self.width, self.height))  # NaN behind the camera: False
        return [a and b for a, b in inside.tolist()]


class Measurer:
    """Turns the items of a frame into sightings."""

    def __init__(self, layout: StoreLayout, settings: Settings) -> None:
        self._settings = settings
        self._cameras = layout.cameras
        self._views: dict[tuple[str, int, int], View] = {}
        shapes = [shapely.Polygon(f.outline).buffer(-settings.inside_fixture_m) for f in layout.file.fixture]
        solid = shapely.union_all(shapes)
        self._solid = None if solid.is_empty else solid
        if self._solid is not None:
            shapely.prepare(self._solid)

    def view(self, camera: str, width: int, height: int) -> View | None:
        """The camera at this picture size; None for a camera the store does not have."""
        key = (camera, width, height)
        found = self._views.get(key)
        if found is None and camera in self._cameras:
            found = self._views[key] = View(self._cameras[camera], width, height)
        return found

    def views(self) -> dict[str, View]:
        """Every camera at its calibrated size."""
        return {
            c.id: view
            for c in self._cameras.values()
            if (view := self.view(c.id, c.width, c.height)) is not None
        }

    def sightings(self, seen: Detections, off: CameraOff = AS_SEEN) -> list[Sighting]:
        """Sightings of one frame, weakest and doubled boxes left out; empty for an unknown camera.

        ``off`` is what this camera is off on the average.
        """
        view = self.view(seen.camera, seen.width, seen.height)
        kept = without_duplicates(seen.items, self._settings)
        if view is None or not kept:
            return []
        if not view.model.can_see_heights:
            return self._from_floor(seen, kept, view, off)
        return self._from_lines(seen, kept, view, off)

    def _foot(self, item: Detection, seen: Detections, off: CameraOff) -> Pixel:
        """The feet less what this camera's are off on the average."""
        foot = foot_pixel(item, seen, self._settings)
        if off is AS_SEEN or foot.cut:
            return foot
        down, right = off.point if usable(item.foot, self._settings) else off.box
        tall = box_height(item.box)
        return foot.moved(-right * tall, -down * tall)

    # -- cameras that only know the floor ------------------------------------------------------------

    def _from_floor(self, seen: Detections, kept: list[int], view: View, off: CameraOff) -> list[Sighting]:
        s = self._settings
        feet = [self._foot(seen.items[i], seen, off) for i in kept]
        points = np.array([(f.u + a, f.v + b) for f in feet for a, b in NEIGHBOURS])
        xy, valid = view.model.to_floor(points)
        found = []
        for n, i in enumerate(kept):
            foot = feet[n]
            if foot.cut or not valid[3 * n : 3 * n + 3].all():
                continue  # feet out of the picture, and no way to use a head
            (x, y), (ax, ay), (bx, by) = xy[3 * n : 3 * n + 3].tolist()
            fix = spread_of(x, y, (ax - x, ay - y, bx - x, by - y), foot, view.error_px)
            item = seen.items[i]
            tall = box_height(item.box)
            step = Feet(
                usable(item.foot, s), tall * (bx - x), tall * (by - y), tall * (ax - x), tall * (ay - y)
            )
            found.append(Sighting(i, item.score, fix, item.appearance, foot=fix, feet=step))
        return found

    # -- cameras that know heights -------------------------------------------------------------------

    def _from_lines(self, seen: Detections, kept: list[int], view: View, off: CameraOff) -> list[Sighting]:
        s = self._settings
        feet = [self._foot(seen.items[i], seen, off) for i in kept]
        tops = [top_pixel(seen.items[i], seen, s) for i in kept]
        feet, tops = self._unleaned(seen, kept, view, off, feet=feet, tops=tops)
        wrists = [(n, left, k) for n, i in enumerate(kept) for left, k in wrists_of(seen.items[i], s)]
        flat = [(p.u + a, p.v + b) for p in (*feet, *tops) for a, b in NEIGHBOURS]
        flat += [(k.x, k.y) for _, _, k in wrists]
        origin, directions = view.sight_lines(np.array(flat, dtype=np.float64), off)
        error_px = view.noise_px(off)
        ox, oy, oz = origin.tolist()
        rays = directions.tolist()
        count = len(kept)
        found: list[Sighting] = []
        places: dict[int, Sighting] = {}
        for n, i in enumerate(kept):
            foot = ray_from(rays[3 * n : 3 * n + 3], feet[n], error_px)
            m = 3 * (count + n)
            top = ray_from(rays[m : m + 3], tops[n], error_px)
            sighting = self._combine(
                seen.items[i],
                i,
                (ox, oy, oz),
                foot=foot,
                top=top,
                foot_cut=feet[n].cut,
                top_cut=tops[n].cut,
            )
            if sighting is not None:
                found.append(sighting)
                places[n] = sighting
        for (n, left, key), d in zip(wrists, rays[6 * count :], strict=True):
            if n in places:
                m = 3 * (count + n)
                noise = hypot(error_px, s.key_share * box_height(seen.items[kept[n]].box) + s.pixel_floor_px)
                angle = noise * sqrt(sum((a - b) ** 2 for a, b in zip(rays[m], rays[m + 1], strict=True)))
                item = seen.items[kept[n]]
                ray = WristRay(left, d[0], d[1], d[2], angle, key.score, item.side_score)
                places[n].wrists = (*places[n].wrists, ray)
        self._drop_feet_in_fixtures(found)
        return found

    def _unleaned(
        self,
        seen: Detections,
        kept: list[int],
        view: View,
        off: CameraOff,
        *,
        feet: list[Pixel],
        tops: list[Pixel],
    ) -> tuple[list[Pixel], list[Pixel]]:
        """The pixels of feet and head, from those of the box's bottom and top (see ``body``)."""
        s = self._settings
        origin, lines = view.sight_lines(np.array([(p.u, p.v) for p in (*feet, *tops)]), off)
        count = len(kept)
        down = np.minimum(lines[:, 2:], -0.05)
        slopes = lines[:, :2] / down
        cut = np.array([foot.cut for foot in feet])[:, None]
        tall = s.height_m - origin[2] if origin[2] > s.height_m + 0.1 else -0.1
        places = origin[:2] + np.where(cut, tall * slopes[count:], -origin[2] * slopes[:count])
        moves = offsets(view.model, places, s.height_m, (seen.width, seen.height)).tolist()
        for n, i in enumerate(kept):
            item = seen.items[i]
            fu, fv, tu, tv = moves[n]
            if not usable(item.foot, s):
                feet[n] = feet[n].moved(fu, fv)
            tops[n] = tops[n].moved(0.0 if usable(item.head, s) else tu, tv)
        return feet, tops

    def _combine(
        self,
        item: Detection,
        index: int,
        origin: tuple[float, float, float],
        *,
        foot: Ray | None,
        top: Ray | None,
        foot_cut: bool,
        top_cut: bool,
    ) -> Sighting | None:
        """Feet where they show; else the head; else the middle of what is left."""
        s = self._settings
        sighting = Sighting(index, item.score, Fix(0, 0, 1, 0, 1), item.appearance, origin=origin)
        sighting.sure_feet = item.foot is not None and item.foot.score >= s.sure_foot_score
        place = None
        if foot is not None and not foot_cut:
            place = at_height(foot, origin, 0.0, 0.0, s.farthest_m)
        if top is not None and not top_cut:
            sighting.top = top
        if place is not None and sighting.top is not None:
            implied = height_above(sighting.top, origin, place.x, place.y)
            if implied is not None and implied < s.shortest_m and not sighting.sure_feet:
                place = None
            elif implied is not None and implied > s.tallest_m:
                sighting.top = None
                place = Fix(place.x, place.y, 4 * place.xx, 4 * place.xy, 4 * place.yy)
            sighting.implied_m = implied
        sighting.foot = place
        if place is not None and foot is not None:
            reach = -origin[2] * box_height(item.box)
            sighting.feet = Feet(
                usable(item.foot, s), reach * foot.vx, reach * foot.vy, reach * foot.ux, reach * foot.uy
            )
        if place is None and sighting.top is None and foot is not None and top is not None:
            sighting.middle = between(foot, top)
        first = located(sighting, s.height_m, s.height_sd_m, s)
        if first is None:
            return None
        sighting.first = first
        return sighting

    def _drop_feet_in_fixtures(self, found: list[Sighting]) -> None:
        """A foot point deep inside a gondola is the edge of what hides the feet."""
        s = self._settings
        with_feet = [f for f in found if f.foot is not None and f.top is not None]
        if self._solid is None or not with_feet:
            return
        xs = [f.foot.x for f in with_feet if f.foot is not None]
        ys = [f.foot.y for f in with_feet if f.foot is not None]
        for sighting, inside in zip(with_feet, shapely.contains_xy(self._solid, xs, ys), strict=True):
            if inside:
                foot, sighting.foot = sighting.foot, None
                first = located(sighting, s.height_m, s.height_sd_m, s)
                if first is None:
                    sighting.foot = foot
                else:
                    sighting.first = first


def feet_show(sighting: Sighting, height_m: float, height_sd_m: float, s: Settings) -> bool:
    """Whether the box is tall enough for this person: else what ends it is something before their feet."""
    if sighting.foot is None or sighting.implied_m is None:
        return sighting.foot is not None
    doubt = hypot(height_sd_m, s.height_box_sd_m)
    return sighting.implied_m > height_m - s.hidden_feet_sds * doubt


def located(sighting: Sighting, height_m: float, height_sd_m: float, s: Settings) -> Fix | None:
    """Where a person of this height stands: feet and head together as far as they show.

    The head of somebody who crouches or bends, feet in sight, is lower than their height: it says nothing.
    """
    top = None
    if sighting.top is not None:
        top = at_height(sighting.top, sighting.origin, height_m, height_sd_m, s.farthest_m)
        if top is not None:
            lean = s.head_lean_sd_m**2
            top = Fix(top.x, top.y, top.xx + lean, top.xy, top.yy + lean)
    if sighting.foot is not None and (top is None or feet_show(sighting, height_m, height_sd_m, s)):
        return sighting.foot if top is None else fused(sighting.foot, top)
    if sighting.foot is not None and sighting.sure_feet:
        return sighting.foot
    if top is not None or sighting.middle is None:
        return top
    return at_height(sighting.middle, sighting.origin, 0.5 * height_m, 0.3, s.farthest_m)


def from_skeletons(items: tuple[Skeleton, ...], s: Settings) -> list[Sighting]:
    """Skeletons are in the world already: the pelvis, else the feet, else the head say where."""
    found = []
    for i, item in enumerate(items):
        for joint, sd in (
            (item.pelvis, s.body_sd_m),
            (item.foot, 2 * s.body_sd_m),
            (item.head, s.head_lean_sd_m),
        ):
            if joint is not None and joint.score > 0.0 and item.score >= s.min_score:
                fix = Fix(joint.x, joint.y, sd * sd, 0.0, sd * sd)
                tall = item.head.z if item.head is not None and item.head.z > s.shortest_m else None
                found.append(
                    Sighting(i, item.score, fix, item.appearance, foot=fix, height_m=tall, skeleton=item)
                )
                break
    return found
