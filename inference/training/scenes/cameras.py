"""Random calibrated cameras: lenses that can be undone, and views in which people have a wanted size."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.training.scenes.floor_map import FloorMap
from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.lens import Lens
from store_layout.model import Camera, OpenCvCalibration

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIZES = (
    (640, 360),
    (640, 384),
    (576, 324),
    (512, 288),
    (480, 270),
    (512, 384),
    (480, 360),
    (448, 336),
    (384, 288),
)
"""Pictures: width, height. No larger, so that they are rendered fast."""
REFERENCE_PX = 480
"""Sizes of people are compared at this width of the picture."""
BODY_M = 1.7
"""Height of a body that stands for all when views are chosen."""
SAMPLES = np.linspace(0.02, 0.98, 4)
"""Heights on a body, as shares, that are looked at."""
CLEAR_M, CLEAR_SHARE = 2.4, 0.6
"""This share of a picture shows nothing nearer than so many metres."""
SHOWN_SHARE, SHOWN = 0.06, 12
"""Of the places that people could be at, a view shows at least this share, and so many."""
WIDEST = 1.6
"""The ideal picture is at most so many times as wide as the lens's: a renderer draws all of it."""


class Rig(NamedTuple):
    """Where cameras of one kind of place hang, and how they look."""

    place: Callable[[np.random.Generator, int], Floats]
    """``[N, 3]`` random places."""
    fov: tuple[float, float]
    """Horizontal field of view, degrees, of the lens as it is."""
    pitch: tuple[float, float]
    """How far the axis points below the horizon, degrees."""
    nearest: float = 0.5
    """Nobody stands closer than this to the camera's foot when a view is chosen."""
    barrel: float = 0.9
    """How much of a fisheye the lens may be, 0 to 1."""


class Candidates(NamedTuple):
    """Places where somebody could be seen by a camera."""

    xy: Floats
    size: Floats
    """Height in pixels at :data:`REFERENCE_PX`."""
    inside: Floats
    """Share of the body within the picture."""
    seen: Floats
    """Share of the body that furniture does not hide."""


class View(NamedTuple):
    """A camera, its place, and who could be seen by it."""

    camera: Camera
    eye: Floats
    candidates: Candidates


def random_view(
    rng: np.random.Generator, floor: FloorMap, cells: Floats, rig: Rig, *, target_px: float, name: str
) -> View | None:
    """A camera before which some people are about ``target_px`` tall (at :data:`REFERENCE_PX`).

    ``cells`` are places where somebody fits. None: none of the tried ones sees enough of the floor.
    """
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    for eye, fov, aim in _proposals(rng, floor, cells, rig, target_px):
        camera = _camera(rng, (width, height), (eye, aim), fov, rig=rig, name=name)
        if camera is None:
            continue
        model = camera_model(camera)
        if _blocked(floor, model, (width, height), eye):
            continue
        found = candidates(floor, model, cells, (width, height), np.asarray(eye))
        good = (found.inside > 0.5) & (found.seen > 0.5)
        if good.sum() >= max(SHOWN, SHOWN_SHARE * len(cells)):
            return View(camera, eye, found)
    return None


def _proposals(
    rng: np.random.Generator, floor: FloorMap, cells: Floats, rig: Rig, target_px: float
) -> list[tuple[Floats, float, Floats]]:
    """Eye, field of view and aim of a few cameras, those first that show somebody of the wanted size."""
    count, anchors = 20, 24
    eyes = rig.place(rng, count)
    fov = rng.uniform(*rig.fov, count)
    at = cells[rng.integers(len(cells), size=(count, anchors))]
    focal = REFERENCE_PX / 2 / np.tan(np.radians(fov) / 2)
    along = np.linalg.norm(at - eyes[:, None, :2], axis=2)
    down = eyes[:, None, 2] - BODY_M / 2
    # A body of height h at distance d is seen under h * cos(pitch) / d.
    size = focal[:, None] * BODY_M * along / (along**2 + down**2)
    pitch = np.degrees(np.arctan2(down, along))
    off = np.abs(np.log(size / target_px)) + rng.uniform(0, 0.25, size.shape)
    off += np.where(
        (pitch < rig.pitch[0] - 12) | (pitch > rig.pitch[1] + 12) | (along < rig.nearest), 3.0, 0.0
    )
    hidden = floor.height_at(eyes[:, :2]) > eyes[:, 2] - 0.05
    off[hidden] += 10.0
    middle = np.concatenate([at, np.full((*at.shape[:2], 1), BODY_M * 0.7)], axis=2)
    off += np.where(floor.sees(eyes[:, None], middle), 0.0, 2.0)
    best = off.argmin(axis=1)
    order = np.argsort(off.min(axis=1))[:7]
    return [(eyes[i], float(fov[i]), middle[i, best[i]]) for i in order]


def _camera(
    rng: np.random.Generator,
    size: tuple[int, int],
    sight: tuple[Floats, Floats],
    fov: float,
    *,
    rig: Rig,
    name: str,
) -> Camera | None:
    """A camera at the first point of ``sight`` that shows the second one around the middle of its picture.

    None: the lens cannot be undone.
    """
    width, height = size
    eye, aim = sight
    way = aim - eye
    yaw = np.arctan2(way[1], way[0]) + rng.normal(0, 0.17) * np.radians(fov)
    pitch = np.arctan2(-way[2], np.hypot(way[0], way[1]))
    # The person of the wanted size is anywhere in the picture, not just in the middle.
    pitch += rng.normal(0, 0.22) * np.radians(fov) / 2 * height / width
    pitch = float(np.clip(pitch, *np.radians(rig.pitch)))
    roll = float(np.clip(rng.normal(0, np.radians(1.5)), -0.07, 0.07))
    centre = np.array([width, height]) / 2 + rng.normal(0, 0.008, 2) * width
    for barrel in (rig.barrel, rig.barrel, rig.barrel / 2):
        focal, distortion = _lens(rng, width, height, fov, barrel)
        calibration = _calibration(eye, float(yaw), pitch, roll, (focal, centre, distortion))
        camera = Camera(id=name, name=name, width=width, height=height, calibration=calibration)
        if sound(camera):
            return camera
    return None


def _lens(
    rng: np.random.Generator, width: int, height: int, fov: float, barrel: float
) -> tuple[float, tuple[float, ...]]:
    """Focal length in pixels, and OpenCV coefficients k1, k2, p1, p2, k3.

    The lens lies between a pinhole (distorted radius tan a for the angle a) and an equidistant fisheye (a),
    or is slightly pincushion; three radial coefficients are fitted to that over the picture.
    """
    half = np.radians(fov) / 2
    bend = float(rng.uniform(0, barrel)) if rng.random() < 0.75 else float(rng.uniform(-0.12, 0.05))

    def radius(ideal: Floats) -> Floats:
        return np.asarray((1 - bend) * ideal + bend * np.arctan(ideal))

    edge = float(radius(np.array([np.tan(half)]))[0])
    focal = width / 2 / edge
    corner = edge * float(np.hypot(width, height)) / width * 1.06
    ideal = np.linspace(0.0, np.tan(min(half * 1.75, 1.35)), 400)[1:]
    ideal = ideal[radius(ideal) <= corner]
    powers = ideal[:, None] ** np.array([3, 5, 7])
    k1, k2, k3 = np.linalg.lstsq(powers, radius(ideal) - ideal, rcond=None)[0]
    p1, p2 = rng.normal(0, 0.0006, 2)
    return focal, (float(k1), float(k2), float(p1), float(p2), float(k3))


def _calibration(
    eye: Floats, yaw: float, pitch: float, roll: float, lens: tuple[float, Floats, tuple[float, ...]]
) -> OpenCvCalibration:
    focal, (cx, cy), distortion = lens
    forward = np.array([np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), -np.sin(pitch)])
    level = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
    below = np.cross(forward, level)
    right = np.cos(roll) * level + np.sin(roll) * below
    down = np.cross(forward, right)
    rotation = np.stack([right, down, forward])
    rows = [(float(a), float(b), float(c)) for a, b, c in rotation]
    x, y, z = (float(v) for v in -rotation @ eye)
    return OpenCvCalibration(
        k=((focal, 0.0, float(cx)), (0.0, focal, float(cy)), (0.0, 0.0, 1.0)),
        r=(rows[0], rows[1], rows[2]),
        t=(x, y, z),
        distortion=distortion,
    )


def sound(camera: Camera) -> bool:
    """Whether the picture's border can be undistorted and distorted back, and is not too far out."""
    calibration = camera.calibration
    if not isinstance(calibration, OpenCvCalibration):
        return False
    k = np.array(calibration.k)
    w, h = float(camera.width), float(camera.height)
    border = np.array([(0, 0), (w, 0), (0, h), (w, h), (w / 2, 0), (w / 2, h), (0, h / 2), (w, h / 2)])
    bent = (border - k[:2, 2]) / (k[0, 0], k[1, 1])
    lens = Lens(calibration.distortion)
    ideal, seen = lens.undistort(bent)
    if not seen.all() or np.abs(lens.distort(ideal) - bent).max() > 0.3 / k[0, 0]:
        return False
    spread = np.ptp(ideal, axis=0) * (k[0, 0], k[1, 1]) / (w, h)
    return bool(spread.max() < WIDEST)


def candidates(
    floor: FloorMap, model: CameraModel, cells: Floats, size: tuple[int, int], eye: Floats
) -> Candidates:
    """How a body at each of ``cells`` ``[N, 2]`` would be seen."""
    z = np.broadcast_to(SAMPLES * BODY_M, (len(cells), len(SAMPLES)))
    body = np.concatenate([np.broadcast_to(cells[:, None], (*z.shape, 2)), z[..., None]], axis=2)
    pixels, front = model.project(body.reshape(-1, 3))
    pixels = np.where(front[:, None], pixels, -1e4).reshape(*z.shape, 2)
    inside = ((pixels >= 0) & (pixels < np.asarray(size))).all(axis=2)
    whole = front.reshape(z.shape).all(axis=1)
    height = np.linalg.norm(pixels[:, -1] - pixels[:, 0], axis=1) / (SAMPLES[-1] - SAMPLES[0])
    height = np.where(whole, height * REFERENCE_PX / size[0], 0.0)
    share = np.where(whole, inside.mean(axis=1), 0.0)
    seen = np.zeros(len(cells))
    near = np.flatnonzero(share > 0)
    if len(near):
        seen[near] = floor.sees(eye, body[near][:, 1:]).mean(axis=1)
    return Candidates(cells, height, share, seen)


def _blocked(floor: FloorMap, model: CameraModel, size: tuple[int, int], eye: Floats) -> bool:
    """Whether the camera is in something, or most of its picture is a wall or shelf right before it."""
    if float(floor.height_at(eye[:2])) > eye[2] - 0.05:
        return True
    u, v = np.meshgrid(np.linspace(0.06, 0.94, 6) * size[0], np.linspace(0.2, 0.95, 5) * size[1])
    _, rays = model.sight_lines(np.column_stack([u.ravel(), v.ravel()]))
    # A ray that reaches the floor sooner has seen enough.
    reach = np.minimum(CLEAR_M, 0.95 * eye[2] / np.maximum(-rays[:, 2], 1e-6))
    return float(floor.sees(eye, eye + reach[:, None] * rays).mean()) < CLEAR_SHARE
