"""A whole camera from points on the floor: where it hangs, how it looks, its lens as far as the points tell.

First the floor's homography says whether the pairs determine anything (``floor_fit``); then OpenCV finds the
pose of a pinhole with square pixels and its axis in the middle of the picture (``solvePnP`` over the fields
of view, refined by ``calibrateCamera``). Few pairs cannot tell the lens: with fewer than :data:`LENS_PAIRS`
its field of view is taken as given, with fewer than :data:`BEND_PAIRS` it is taken for straight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from store_layout.camera_geometry import camera_model
from store_layout.floor_fit import DegeneratePairs, fit_floor
from store_layout.model import Camera, OpenCvCalibration, Point3, PointPair, PointsCalibration
from store_layout.said import said

Array = NDArray[np.float64]

LEAST_PAIRS = 4
LENS_PAIRS = 6
BEND_PAIRS = 9
FIELDS_DEG = (30.0, 140.0)
"""Horizontal fields of view that are tried."""
STEP_DEG = 5.0
TELLS = 1.5
"""The lens is only believed where another field of view, a quarter wider or narrower, fits so much worse."""
LEAST_ERROR_PX = 0.5
"""A lucky fit does not make a hand steadier than this."""
UNKNOWN_ERROR_PX = 2.0
"""Where the pairs leave nothing to measure it by."""
LOW_M, HIGH_M = 1.0, 30.0
"""Above the floor: no camera of a store hangs outside of this."""
_NO_BEND = np.zeros(5)


class PairFit(msgspec.Struct, frozen=True):
    """The camera that was found, and how well each pair fits."""

    calibration: OpenCvCalibration
    residual_px: tuple[float, ...]
    """Of each pair: from the clicked pixel to where the floor point is seen."""
    residual_m: tuple[float, ...]
    """Of each pair: on the floor, from the point to where the click lands; infinite beyond the horizon."""
    position: Point3
    hfov_deg: float
    down_deg: float
    """How far below the horizon it looks."""
    lens_found: bool
    """The field of view was found, not taken as given."""
    bend_found: bool
    """The lens's distortion too."""

    @property
    def worst(self) -> int:
        """Index of the pair that is off most, in pixels."""
        return max(range(len(self.residual_px)), key=self.residual_px.__getitem__)

    @property
    def rms_px(self) -> float:
        """Root mean square of the residuals in the picture."""
        return math.sqrt(sum(r * r for r in self.residual_px) / len(self.residual_px))

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals on the floor."""
        return math.sqrt(sum(r * r for r in self.residual_m) / len(self.residual_m))


class _Pose(msgspec.Struct, frozen=True):
    k: Array
    bend: Array
    rotation: Array
    """Rodrigues vector."""
    translation: Array
    rms_px: float


def fit_pairs(pairs: Sequence[PointPair], width: int, height: int, hfov_deg: float) -> PairFit:
    """The camera of a picture of this size that sees these floor points at these pixels.

    ``hfov_deg``: what is known, or guessed, of its horizontal field of view, where the pairs cannot tell.
    Raises :class:`~store_layout.floor_fit.DegeneratePairs` where they determine no camera; the text says why.
    """
    fit_floor(PointsCalibration(pairs=tuple(pairs)))
    floor = np.array([(*p.floor, 0.0) for p in pairs], dtype=np.float64)
    pixels = np.array([p.pixel for p in pairs], dtype=np.float64)
    size = (width, height)
    given = _posed(floor, pixels, size, hfov_deg)
    best, lens_found, bend_found = given, False, False
    if len(pairs) >= LENS_PAIRS:
        found = _with_lens(floor, pixels, size)
        if found is not None and (given is None or _tells(floor, pixels, size, found)):
            best, lens_found = found, True
            if len(pairs) >= BEND_PAIRS and (bent := _bent(floor, pixels, size, found)) is not None:
                best, bend_found = bent, True
    if best is None:
        raise DegeneratePairs(
            said(
                "no camera {low_m} to {high_m} m above the floor with this field of view sees them so: "
                "look for points that were exchanged, or give another field of view",
                low_m=f"{LOW_M:g}",
                high_m=f"{HIGH_M:g}",
            )
        )
    free = 2 * len(pairs) - 6 - lens_found - bend_found
    return _judged(pairs, size, best, free, (lens_found, bend_found))


def _posed(floor: Array, pixels: Array, size: tuple[int, int], hfov_deg: float) -> _Pose | None:
    """The pose with this lens that fits best; None: none above the floor does."""
    focal = size[0] / 2 / math.tan(math.radians(hfov_deg) / 2)
    k = np.array([[focal, 0.0, size[0] / 2], [0.0, focal, size[1] / 2], [0.0, 0.0, 1.0]])
    try:
        count, rotations, translations, _ = cv2.solvePnPGeneric(
            floor, pixels, k, None, flags=cv2.SOLVEPNP_IPPE
        )
    except cv2.error:
        return None
    poses: list[_Pose] = []
    for i in range(count):
        turn, move = cv2.solvePnPRefineLM(floor, pixels, k, None, rotations[i], translations[i])
        turned, moved = (np.asarray(found, np.float64).ravel() for found in (turn, move))
        pose = _Pose(k, _NO_BEND, turned, moved, 0.0)
        if _hangs(pose, floor):
            poses.append(msgspec.structs.replace(pose, rms_px=_rms(pose, floor, pixels)))
    return min(poses, key=lambda pose: pose.rms_px, default=None)


def _with_lens(floor: Array, pixels: Array, size: tuple[int, int]) -> _Pose | None:
    low, high = FIELDS_DEG
    tried = (_posed(floor, pixels, size, field) for field in np.arange(low, high + 1e-9, STEP_DEG))
    start = min((pose for pose in tried if pose is not None), key=lambda p: p.rms_px, default=None)
    if start is None:
        return None
    return _refined(floor, pixels, size, start, cv2.CALIB_FIX_K1) or start


def _bent(floor: Array, pixels: Array, size: tuple[int, int], start: _Pose) -> _Pose | None:
    """With one coefficient of distortion, where that fits clearly better."""
    found = _refined(floor, pixels, size, start, 0)
    if found is None or abs(found.bend[0]) > 1.0:
        return None
    free = 2 * len(floor) - 8
    # One parameter more lowers the sum of squares by one variance by chance; four are more than that.
    return found if free * (start.rms_px**2 - found.rms_px**2) > 4 * found.rms_px**2 else None


def _refined(floor: Array, pixels: Array, size: tuple[int, int], start: _Pose, fixed: int) -> _Pose | None:
    flags = (
        cv2.CALIB_USE_INTRINSIC_GUESS
        | cv2.CALIB_FIX_ASPECT_RATIO
        | cv2.CALIB_FIX_PRINCIPAL_POINT
        | cv2.CALIB_ZERO_TANGENT_DIST
        | cv2.CALIB_FIX_K2
        | cv2.CALIB_FIX_K3
        | fixed
    )
    try:
        _, k, bend, turns, moves = cv2.calibrateCamera(
            [floor.astype(np.float32)],
            [pixels.astype(np.float32)],
            size,
            start.k.copy(),
            np.zeros(5),
            flags=flags,
        )
    except cv2.error:
        return None
    pose = _Pose(
        np.asarray(k, np.float64),
        np.asarray(bend, np.float64).ravel()[:5],
        np.asarray(turns[0], np.float64).ravel(),
        np.asarray(moves[0], np.float64).ravel(),
        0.0,
    )
    if not _hangs(pose, floor) or not FIELDS_DEG[0] <= _field(pose, size) <= FIELDS_DEG[1]:
        return None
    return msgspec.structs.replace(pose, rms_px=_rms(pose, floor, pixels))


def _tells(floor: Array, pixels: Array, size: tuple[int, int], found: _Pose) -> bool:
    """Whether the pairs really say how wide the lens is: of a camera that looks straight down they do not."""
    field = _field(found, size)
    others = [_posed(floor, pixels, size, field * by) for by in (0.8, 1.25) if 10.0 < field * by < 170.0]
    noise = max(found.rms_px, LEAST_ERROR_PX)
    return all(other is None or other.rms_px > TELLS * noise for other in others)


def _hangs(pose: _Pose, floor: Array) -> bool:
    """Above the floor, in reason, with the points before it."""
    turn = np.asarray(cv2.Rodrigues(pose.rotation)[0], np.float64)
    depth = floor @ turn[2] + pose.translation[2]
    height = float((-turn.T @ pose.translation)[2])
    return LOW_M <= height <= HIGH_M and bool(np.all(depth > 0.0))


def _rms(pose: _Pose, floor: Array, pixels: Array) -> float:
    seen, _ = cv2.projectPoints(floor, pose.rotation, pose.translation, pose.k, pose.bend)
    off = np.asarray(seen, np.float64).reshape(-1, 2) - pixels
    return float(np.sqrt(np.mean(np.sum(off**2, axis=1))))


def _field(pose: _Pose, size: tuple[int, int]) -> float:
    return math.degrees(2 * math.atan(size[0] / 2 / float(pose.k[0, 0])))


def _judged(
    pairs: Sequence[PointPair], size: tuple[int, int], pose: _Pose, free: int, found: tuple[bool, bool]
) -> PairFit:
    turn = np.asarray(cv2.Rodrigues(pose.rotation)[0], np.float64)
    off = pose.rms_px * math.sqrt(len(pairs) / free) if free > 0 else UNKNOWN_ERROR_PX
    k, r = pose.k.tolist(), turn.tolist()
    calibration = OpenCvCalibration(
        k=(tuple(k[0]), tuple(k[1]), tuple(k[2])),
        r=(tuple(r[0]), tuple(r[1]), tuple(r[2])),
        t=(float(pose.translation[0]), float(pose.translation[1]), float(pose.translation[2])),
        distortion=tuple(pose.bend.tolist()) if np.any(pose.bend) else (),
        error_px=round(max(LEAST_ERROR_PX, off), 3),
        pairs=tuple(pairs),
    )
    model = camera_model(Camera(id="fit", name="fit", width=size[0], height=size[1], calibration=calibration))
    floor = np.array([p.floor for p in pairs], dtype=np.float64)
    pixels = np.array([p.pixel for p in pairs], dtype=np.float64)
    seen, _ = model.project(np.column_stack([floor, np.zeros(len(floor))]))
    met, meets = model.to_floor(pixels)
    on_floor = np.where(meets, np.hypot(*(met - floor).T), math.inf)
    place = -turn.T @ pose.translation
    return PairFit(
        calibration,
        tuple(float(x) for x in np.hypot(*(seen - pixels).T)),
        tuple(float(x) for x in on_floor),
        (float(place[0]), float(place[1]), float(place[2])),
        _field(pose, size),
        math.degrees(math.asin(max(-1.0, min(1.0, -float(turn[2, 2]))))),
        *found,
    )
