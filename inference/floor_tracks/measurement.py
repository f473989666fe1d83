"""Detections of a frame to sightings: which pixels are feet and heads, and where their lines of sight lead.

The lines of sight to all points of a frame are taken in one call of the camera model.
"""

from __future__ import annotations

from math import hypot

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
    without_duplicates,
    wrists_of,
)
from inference.floor_tracks.kalman import Fix
from inference.floor_tracks.rays import Ray, at_height, between, height_above, rays_from, spread_of
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Feet, Sighting, WristRay, located, stature
from inference.floor_tracks.views import AS_SEEN, CameraOff, View
from inference.messages import Detection, Detections
from store_layout.model import StoreLayout

Array = NDArray[np.float64]
NOWHERE = Fix(0.0, 0.0, 1.0, 0.0, 1.0)
"""Until the place is known."""


class Measurer:
    """Turns the items of a frame into sightings."""

    def __init__(self, layout: StoreLayout, settings: Settings) -> None:
        self._settings = settings
        self._anybody = stature(settings.height_m, settings.height_sd_m, settings)
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
        down, right = off.point if foot.by_key else off.box
        tall = box_height(item.box)
        return foot.moved(-right * tall, -down * tall)

    # -- cameras that only know the floor ------------------------------------------------------------

    def _from_floor(self, seen: Detections, kept: list[int], view: View, off: CameraOff) -> list[Sighting]:
        feet = [self._foot(seen.items[i], seen, off) for i in kept]
        points = (np.array([(f.u, f.v) for f in feet])[:, None] + NEIGHBOURS).reshape(-1, 2)
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
            step = Feet(foot.by_key, tall * (bx - x), tall * (by - y), tall * (ax - x), tall * (ay - y))
            found.append(Sighting(i, item.score, fix, item.appearance, foot=fix, feet=step))
        return found

    # -- cameras that know heights -------------------------------------------------------------------

    def _from_lines(self, seen: Detections, kept: list[int], view: View, off: CameraOff) -> list[Sighting]:
        s = self._settings
        count, items = len(kept), [seen.items[i] for i in kept]
        feet = [self._foot(item, seen, off) for item in items]
        tops = [top_pixel(item, seen, s) for item in items]
        points = self._unleaned(view, off, feet, tops)
        wrists = wrists_of(items, s)
        pixels = (points[:, None] + NEIGHBOURS).reshape(-1, 2)
        if wrists:
            pixels = np.concatenate((pixels, np.array([(k.x, k.y) for _, _, k in wrists])))
        eye, lines = view.sight_lines(pixels, off)
        origin: tuple[float, float, float] = tuple(eye.tolist())
        error_px = view.noise_px(off)
        three = lines[: 6 * count].reshape(-1, 3, 3)
        rays = rays_from(three, (*feet, *tops), error_px)
        found: list[Sighting] = []
        places: dict[int, Sighting] = {}
        for n, item in enumerate(items):
            foot, top = rays[n], rays[count + n]
            sighting = self._combine(
                item, kept[n], origin, foot=foot, top=top, foot_at=feet[n], top_at=tops[n]
            )
            if sighting is not None:
                found.append(sighting)
                places[n] = sighting
        if wrists:
            steps = three[count:, 1] - three[count:, 0]
            angles = np.sqrt(np.vecdot(steps, steps)).tolist()
        for (n, left, key), (dx, dy, dz) in zip(wrists, lines[6 * count :].tolist(), strict=True):
            if n in places:
                noise = hypot(error_px, s.key_share * box_height(items[n].box) + s.pixel_floor_px)
                ray = WristRay(left, dx, dy, dz, noise * angles[n], key.score, items[n].side_score)
                places[n].wrists = (*places[n].wrists, ray)
        self._drop_feet_in_fixtures(found)
        return found

    def _unleaned(self, view: View, off: CameraOff, feet: list[Pixel], tops: list[Pixel]) -> Array:
        """The pixels of all feet, then of all heads, from those of the boxes' edges (see ``body``)."""
        s = self._settings
        pixels = np.array([(p.u, p.v) for p in (*feet, *tops)])
        origin, lines = view.sight_lines(pixels, off)
        count = len(feet)
        slopes = lines[:, :2] / np.minimum(lines[:, 2:], -0.05)
        places = origin[:2] - origin[2] * slopes[:count]
        if any(foot.cut for foot in feet):
            tall = s.height_m - origin[2] if origin[2] > s.height_m + 0.1 else -0.1
            cut = [foot.cut for foot in feet]
            places[cut] = origin[:2] + tall * slopes[count:][cut]
        moves = offsets(view.model, view.below, places, s.height_m, view.size)
        for n in range(count):  # key points know better
            if feet[n].by_key:
                moves[0, n] = 0.0
            if tops[n].by_key:
                moves[1, n, 0] = 0.0
        pixels += moves.reshape(-1, 2)
        return pixels

    def _combine(
        self,
        item: Detection,
        index: int,
        origin: tuple[float, float, float],
        *,
        foot: Ray | None,
        top: Ray | None,
        foot_at: Pixel,
        top_at: Pixel,
    ) -> Sighting | None:
        """Feet where they show; else the head; else the middle of what is left."""
        s = self._settings
        score = 0.0 if item.foot is None else item.foot.score
        sighting = Sighting(
            index,
            item.score,
            NOWHERE,
            item.appearance,
            top=None if top_at.cut else top,
            origin=origin,
            foot_score=score,
            sure_feet=score >= s.sure_foot_score,
        )
        place = None
        if foot is not None and not foot_at.cut:
            place = at_height(foot, origin, 0.0, 0.0, s.farthest_m)
        if place is not None and sighting.top is not None:
            implied = height_above(sighting.top, origin, place.x, place.y)
            if implied is not None and implied < s.shortest_m and not sighting.sure_feet:
                sighting.low_foot, place = place, None
            elif implied is not None and implied > s.tallest_m:
                sighting.top = None
                place = Fix(place.x, place.y, 4 * place.xx, 4 * place.xy, 4 * place.yy)
            sighting.implied_m = implied
        sighting.foot = place
        if place is not None and foot is not None:
            reach = -origin[2] * box_height(item.box)
            sighting.feet = Feet(
                foot_at.by_key, reach * foot.vx, reach * foot.vy, reach * foot.ux, reach * foot.uy
            )
        if place is None and sighting.top is None and foot is not None and top is not None:
            sighting.middle = between(foot, top)
        first = located(sighting, self._anybody, s)
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
        xy = np.array([(f.foot.x, f.foot.y) for f in with_feet if f.foot is not None])
        within: list[bool] = shapely.contains_xy(self._solid, xy[:, 0], xy[:, 1]).tolist()
        for sighting, inside in zip(with_feet, within, strict=True):
            if inside:
                foot, sighting.foot = sighting.foot, None
                first = located(sighting, self._anybody, s)
                if first is None:
                    sighting.foot = foot
                else:
                    sighting.first = first
