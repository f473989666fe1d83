"""What one detection says about a place on the floor, and how surely.

A sight line meets the plane at height ``h`` in ``o + (h - o_z) g`` with the slope ``g = (d_x, d_y) / d_z``;
slope and its derivative by the pixel are all that is needed for a point at any height. They are taken for
all points of a frame in one call of the camera model.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from inference.floor_tracks.kalman import Fix, fused
from inference.floor_tracks.settings import Settings
from inference.messages import Appearance, Box, Detection, Detections, KeyPoint, Skeleton
from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.model import Camera, StoreLayout

Pixels = NDArray[np.float64]


class Ray(msgspec.Struct, frozen=True, gc=False):
    """A sight line by its slope, with the covariance of the slope from pixel noise."""

    gx: float
    gy: float
    xx: float
    xy: float
    yy: float


class WristRay(msgspec.Struct, frozen=True, gc=False):
    """Unit direction of the line of sight to a wrist, and the angle that one sd of noise makes there."""

    left: bool
    x: float
    y: float
    z: float
    angle_sd: float
    score: float


class Sighting(msgspec.Struct):
    """One detection, or one skeleton, as the floor sees it."""

    index: int
    score: float
    first: Fix
    """Place for a person of unknown height."""
    appearance: Appearance | None = None
    foot: Fix | None = None
    """Place from feet that are visible."""
    top: Ray | None = None
    """Line of sight to the top of the head."""
    middle: Ray | None = None
    """To half the person's height, where neither feet nor head are in the picture."""
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    wrists: tuple[WristRay, ...] = ()
    height_m: float | None = None
    """Measured by a 3D sensor."""
    skeleton: Skeleton | None = None


class View:
    """One camera's geometry at the size of the pictures that its detector works on."""

    def __init__(self, camera: Camera, width: int, height: int) -> None:
        self.model: CameraModel = camera_model(camera).scaled(width, height)
        self.width, self.height = width, height
        middle = np.array([[width / 2, height / 2]])
        self.error_px = sqrt(float(np.trace(self.model.pixel_error(middle)[0])) / 2)

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

    def sightings(self, seen: Detections) -> list[Sighting]:
        """Sightings of one frame, weakest and doubled boxes left out; empty for an unknown camera."""
        view = self.view(seen.camera, seen.width, seen.height)
        kept = without_duplicates(seen.items, self._settings)
        if view is None or not kept:
            return []
        if not view.model.can_see_heights:
            return self._from_floor(seen, kept, view)
        return self._from_lines(seen, kept, view)

    # -- cameras that only know the floor ------------------------------------------------------------

    def _from_floor(self, seen: Detections, kept: list[int], view: View) -> list[Sighting]:
        s = self._settings
        feet = [foot_pixel(seen.items[i], seen, s) for i in kept]
        points = np.array([(f[0] + a, f[1] + b) for f in feet for a, b in ((0, 0), (1, 0), (0, 1))])
        xy, valid = view.model.to_floor(points)
        found = []
        for n, i in enumerate(kept):
            _, _, su, sv, cut = feet[n]
            if cut or not valid[3 * n : 3 * n + 3].all():
                continue  # feet out of the picture, and no way to use a head
            (x, y), (ax, ay), (bx, by) = xy[3 * n : 3 * n + 3].tolist()
            fix = _spread(x, y, (ax - x, ay - y, bx - x, by - y), su, sv, view.error_px)
            item = seen.items[i]
            found.append(Sighting(i, item.score, fix, item.appearance, foot=fix))
        return found

    # -- cameras that know heights -------------------------------------------------------------------

    def _from_lines(self, seen: Detections, kept: list[int], view: View) -> list[Sighting]:
        s = self._settings
        feet = [foot_pixel(seen.items[i], seen, s) for i in kept]
        tops = [top_pixel(seen.items[i], seen, s) for i in kept]
        wrists = [(n, left, k) for n, i in enumerate(kept) for left, k in _wrists(seen.items[i], s)]
        flat = [(p[0] + a, p[1] + b) for p in feet + tops for a, b in ((0, 0), (1, 0), (0, 1))]
        flat += [(k.x, k.y) for _, _, k in wrists]
        origin, directions = view.model.sight_lines(np.array(flat, dtype=np.float64))
        ox, oy, oz = origin.tolist()
        rays = directions.tolist()
        count = len(kept)
        found: list[Sighting] = []
        places: dict[int, Sighting] = {}
        for n, i in enumerate(kept):
            foot = _ray(rays[3 * n : 3 * n + 3], feet[n][2], feet[n][3], view.error_px)
            m = 3 * (count + n)
            top = _ray(rays[m : m + 3], tops[n][2], tops[n][3], view.error_px)
            sighting = self._combine(seen.items[i], i, (ox, oy, oz), foot, top, feet[n][4], tops[n][4])
            if sighting is not None:
                found.append(sighting)
                places[n] = sighting
        for (n, left, key), d in zip(wrists, rays[6 * count :], strict=True):
            if n in places:
                m = 3 * (count + n)
                noise = hypot(
                    view.error_px, s.key_share * _height(seen.items[kept[n]].box) + s.pixel_floor_px
                )
                angle = noise * sqrt(sum((a - b) ** 2 for a, b in zip(rays[m], rays[m + 1], strict=True)))
                ray = WristRay(left, d[0], d[1], d[2], angle, key.score)
                places[n].wrists = (*places[n].wrists, ray)
        self._drop_feet_in_fixtures(found)
        return found

    def _combine(
        self,
        item: Detection,
        index: int,
        origin: tuple[float, float, float],
        foot: Ray | None,
        top: Ray | None,
        foot_cut: bool,
        top_cut: bool,
    ) -> Sighting | None:
        """Feet where they show; else the head; else the middle of what is left."""
        s = self._settings
        sighting = Sighting(index, item.score, Fix(0, 0, 1, 0, 1), item.appearance, origin=origin)
        place = None
        if foot is not None and not foot_cut:
            depth = 0.0 if _usable(item.foot, s) else s.foot_depth_m
            place = at_height(foot, origin, 0.0, 0.0, s.farthest_m, depth)
        if top is not None and not top_cut:
            sighting.top = top
        if place is not None and sighting.top is not None:
            implied = height_above(sighting.top, origin, place.x, place.y)
            if implied is not None and implied < s.shortest_m:
                place = None
            elif implied is not None and implied > s.tallest_m:
                sighting.top = None
                place = Fix(place.x, place.y, 4 * place.xx, 4 * place.xy, 4 * place.yy)
        sighting.foot = place
        if place is None and sighting.top is None and foot is not None and top is not None:
            sighting.middle = _between(foot, top)
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


def located(sighting: Sighting, height_m: float, height_sd_m: float, s: Settings) -> Fix | None:
    """Where a person of this height stands: feet and head together as far as they show."""
    top = None
    if sighting.top is not None:
        top = at_height(sighting.top, sighting.origin, height_m, height_sd_m, s.farthest_m)
        if top is not None:
            lean = s.head_lean_sd_m**2
            top = Fix(top.x, top.y, top.xx + lean, top.xy, top.yy + lean)
    if sighting.foot is not None:
        return sighting.foot if top is None else fused(sighting.foot, top)
    if top is not None or sighting.middle is None:
        return top
    return at_height(sighting.middle, sighting.origin, 0.5 * height_m, 0.3, s.farthest_m)


def at_height(
    ray: Ray,
    origin: tuple[float, float, float],
    h: float,
    h_sd: float,
    farthest_m: float,
    beyond: float = 0.0,
) -> Fix | None:
    """Where the line of sight passes height ``h``, moved ``beyond`` metres away from the camera.

    None behind the camera, or farther than ``farthest_m``.
    """
    drop = h - origin[2]
    dx, dy = drop * ray.gx, drop * ray.gy
    reach = hypot(dx, dy)
    if drop >= -0.05 or reach > farthest_m:
        return None  # the slopes are of lines that go down: see ``_ray``
    if beyond and reach > 1e-6:
        dx, dy = dx * (1 + beyond / reach), dy * (1 + beyond / reach)
    d2, h2 = drop * drop, h_sd * h_sd
    return Fix(
        origin[0] + dx,
        origin[1] + dy,
        d2 * ray.xx + h2 * ray.gx * ray.gx + 1e-6,
        d2 * ray.xy + h2 * ray.gx * ray.gy,
        d2 * ray.yy + h2 * ray.gy * ray.gy + 1e-6,
    )


def height_above(ray: Ray, origin: tuple[float, float, float], x: float, y: float) -> float | None:
    """Height at which the line of sight passes the vertical through ``(x, y)``; None from nearly above."""
    g2 = ray.gx * ray.gx + ray.gy * ray.gy
    if g2 < 0.05:
        return None
    return origin[2] + ((x - origin[0]) * ray.gx + (y - origin[1]) * ray.gy) / g2


def foot_pixel(item: Detection, seen: Detections, s: Settings) -> tuple[float, float, float, float, bool]:
    """Pixel of the feet, its standard deviations ``(u, v)``, and whether the picture's edge hides them."""
    x1, _, x2, y2 = item.box
    tall = _height(item.box)
    if item.foot is not None and _usable(item.foot, s):
        sd = s.key_share * tall + s.pixel_floor_px
        return item.foot.x, item.foot.y, sd, sd, False
    side = x1 <= s.edge_px or x2 >= seen.width - s.edge_px
    su = (s.cut_share_u if side else s.box_share_u) * tall + s.pixel_floor_px
    return (x1 + x2) / 2, y2, su, s.box_share_v * tall + s.pixel_floor_px, y2 >= seen.height - s.edge_px


def top_pixel(item: Detection, seen: Detections, s: Settings) -> tuple[float, float, float, float, bool]:
    """Pixel of the top of the head, likewise."""
    x1, y1, x2, _ = item.box
    tall = _height(item.box)
    sv = s.top_share_v * tall + s.pixel_floor_px
    if item.head is not None and _usable(item.head, s):
        return item.head.x, y1, s.key_share * tall + s.pixel_floor_px, sv, y1 <= s.edge_px
    side = x1 <= s.edge_px or x2 >= seen.width - s.edge_px
    su = (s.cut_share_u if side else s.box_share_u) * tall + s.pixel_floor_px
    return (x1 + x2) / 2, y1, su, sv, y1 <= s.edge_px


def without_duplicates(items: tuple[Detection, ...], s: Settings) -> list[int]:
    """Indices of the items worth using: a box that covers a stronger one's is the same person again."""
    order = sorted(
        (i for i, d in enumerate(items) if d.score >= s.min_score and _height(d.box) > 1.0),
        key=lambda i: (-items[i].score, -_height(items[i].box), i),
    )
    kept: list[int] = []
    for i in order:
        if not any(_same_person(items[i].box, items[j].box, s) for j in kept):
            kept.append(i)
    return sorted(kept)


def _same_person(a: Box, b: Box, s: Settings) -> bool:
    """Whether box ``a`` is ``b`` again, or a part of it."""
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0.0 or h <= 0.0:
        return False
    both = w * h
    area, other = (a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])
    return both > s.duplicate_iou * (area + other - both) or both > s.part_share * area


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


def _ray(three: list[list[float]], su: float, sv: float, error_px: float) -> Ray | None:
    """Slope and its covariance from the directions at a pixel and its two neighbours; None if not downward.

    Covariance to first order: ``J diag(su2 + e2, sv2 + e2) J'`` with ``J = dg / d(u, v)``.
    """
    (x, y, z), (ax, ay, az), (bx, by, bz) = three
    if not (z < -0.02 and az < -0.02 and bz < -0.02):
        return None  # upward, level, or (NaN) not through the lens
    gx, gy = x / z, y / z
    ux, uy, vx, vy = ax / az - gx, ay / az - gy, bx / bz - gx, by / bz - gy
    e2 = error_px * error_px
    wu, wv = su * su + e2, sv * sv + e2
    return Ray(gx, gy, wu * ux * ux + wv * vx * vx, wu * ux * uy + wv * vx * vy, wu * uy * uy + wv * vy * vy)


def _spread(
    x: float, y: float, j: tuple[float, float, float, float], su: float, sv: float, error_px: float
) -> Fix:
    ux, uy, vx, vy = j
    e2 = error_px * error_px
    wu, wv = su * su + e2, sv * sv + e2
    return Fix(
        x,
        y,
        wu * ux * ux + wv * vx * vx + 1e-6,
        wu * ux * uy + wv * vx * vy,
        wu * uy * uy + wv * vy * vy + 1e-6,
    )


def _between(a: Ray, b: Ray) -> Ray:
    return Ray((a.gx + b.gx) / 2, (a.gy + b.gy) / 2, (a.xx + b.xx) / 2, (a.xy + b.xy) / 2, (a.yy + b.yy) / 2)


def _usable(point: KeyPoint | None, s: Settings) -> bool:
    return point is not None and point.score >= s.key_point_score


def _height(box: Box) -> float:
    return box[3] - box[1]


def _wrists(item: Detection, s: Settings) -> list[tuple[bool, KeyPoint]]:
    pairs = ((True, item.wrist_left), (False, item.wrist_right))
    return [(left, k) for left, k in pairs if k is not None and k.score >= s.key_point_score]
