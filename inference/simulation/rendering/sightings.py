"""What a rendered picture truly shows of somebody: box, points, and how much of them is seen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.messages import Box
from inference.simulation.rendering.figures import Figure
from inference.simulation.rendering.poses import Posed, skinned
from inference.simulation.rendering.scene import View
from store_layout.camera_geometry import CameraModel

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

VERTICES = 900
"""So many vertices of a figure stand for all of them."""
SKIN_M = 0.04
"""A vertex counts as seen up to so far behind what the picture shows there: folds, and the pixel's size."""
INSIDE_M = {"head": 0.17, "foot": 0.2, "wrist": 0.09}
"""How deep the named points lie inside the body."""
CROWN = 0.068
"""From the middle of the head to the crown, as a share of the height."""
SHOWN_SHARE = 0.5
"""Of somebody with fewer vertices than this before the camera no true box can be told."""


class TruePoint(NamedTuple):
    """A point of somebody in the camera's picture, pixels, seen or not."""

    x: float
    y: float
    seen: bool


class TrueSighting(NamedTuple):
    """One person in one picture, as it truly is."""

    box: Box
    """The whole body, hidden and outside parts too; pixels of the camera's picture."""
    visible: float
    """Share of the body's surface facing the camera that is seen inside the picture, 0 to 1."""
    head: TruePoint
    foot: TruePoint
    wrist_left: TruePoint
    wrist_right: TruePoint
    height_px: float
    """From the crown to the foot point, pixels."""
    distance: float
    """Camera to the middle of the body, metres."""


class Shown(NamedTuple):
    """A rendered picture as far as the truth needs it."""

    camera: CameraModel
    size: tuple[int, int]
    """Width and height of the camera's picture, pixels."""
    view: View
    """The pinhole view that was rendered for it."""
    depth: NDArray[np.float32]
    """Of that view."""


def sight(figure: Figure, posed: Posed, shown: Shown) -> TrueSighting | None:
    """What a picture shows of a posed figure; None: they are behind the camera, or far outside of it."""
    camera, size, view, depth = shown
    chosen = np.arange(0, len(figure.positions), max(1, len(figure.positions) // VERTICES))
    world = skinned(figure, posed.bones, chosen).astype(np.float64)
    pixels, front = camera.project(world)
    if front.mean() < SHOWN_SHARE:
        return None
    low, high = pixels[front].min(axis=0), pixels[front].max(axis=0)
    if (high < 0).any() or low[0] > size[0] or low[1] > size[1]:
        return None
    centre = -view.r.T @ view.t
    facing = _facing(figure, posed, chosen, world, centre)
    inside = front & (pixels >= 0).all(axis=1) & (pixels < size).all(axis=1)
    seen = inside & _unhidden(world, view, depth, SKIN_M)
    shares = int(facing.sum())
    visible = float((seen & facing).sum() / shares) if shares else 0.0
    named = np.array([posed.head, posed.foot, posed.wrist_left, posed.wrist_right], dtype=np.float64)
    deep = np.array([INSIDE_M["head"], INSIDE_M["foot"], INSIDE_M["wrist"], INSIDE_M["wrist"]])
    points = _points(named, camera, size, _unhidden(named, view, depth, deep))
    top = named[:1] + np.array([0.0, 0.0, CROWN * figure.height])
    crown, _ = camera.project(top)
    foot = points[1]
    return TrueSighting(
        box=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        visible=visible,
        head=points[0],
        foot=foot,
        wrist_left=points[2],
        wrist_right=points[3],
        height_px=float(np.hypot(crown[0, 0] - foot.x, crown[0, 1] - foot.y)),
        distance=float(np.linalg.norm(world.mean(axis=0) - centre)),
    )


def _facing(figure: Figure, posed: Posed, chosen: NDArray[np.intp], world: Floats, centre: Floats) -> Mask:
    """Which vertices look towards the camera; each turned by the bone that moves it most."""
    turn = posed.bones[figure.bone[chosen, 0], :3, :3]
    normals = np.einsum("nij,nj->ni", turn, figure.normals[chosen])
    return np.asarray(np.einsum("ni,ni->n", normals, centre - world) > 0)


def _unhidden(world: Floats, view: View, depth: NDArray[np.float32], deep: float | Floats) -> Mask:
    """Which points nothing is in front of; ``deep``: how far inside of a body they lie, metres."""
    rays = world @ view.r.T + view.t
    with np.errstate(divide="ignore", invalid="ignore"):
        place = rays @ view.k.T
        place = place[:, :2] / place[:, 2:]
    column, row = np.floor(np.nan_to_num(place, nan=-1.0, posinf=-1.0, neginf=-1.0)).astype(np.int64).T
    within = (rays[:, 2] > 0) & (column >= 0) & (column < view.width) & (row >= 0) & (row < view.height)
    shown = depth[np.clip(row, 0, view.height - 1), np.clip(column, 0, view.width - 1)]
    return np.asarray(within & (shown > rays[:, 2] - deep))


def _points(named: Floats, camera: CameraModel, size: tuple[int, int], unhidden: Mask) -> list[TruePoint]:
    pixels, front = camera.project(named)
    # Points beyond the lens get a place far outside, so that nobody takes them for near ones.
    pixels = np.where(front[:, None], pixels, -1e4)
    seen = unhidden & (pixels >= 0).all(axis=1) & (pixels < size).all(axis=1)
    return [TruePoint(float(x), float(y), bool(s)) for (x, y), s in zip(pixels, seen.tolist(), strict=True)]
