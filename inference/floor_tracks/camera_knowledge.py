"""What is known of each camera's errors, as others ask for it. How it is learned: ``camera_errors``."""

from __future__ import annotations

from collections.abc import Mapping
from math import degrees, hypot, radians, sqrt
from statistics import median
from typing import Literal, NamedTuple

from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import CameraErrors
from inference.floor_tracks.views import AS_SEEN, CameraOff
from inference.messages import CameraLearned

Block = Literal["box", "point", "turn", "clock"]


class FootBias(NamedTuple):
    """One camera's, in shares of the box's height: positive is too low, and too far right, in the picture."""

    down: float
    right: float
    down_sd: float
    right_sd: float


class CameraClock(NamedTuple):
    """One camera's clock against the mean of all: positive stamps frames too late."""

    late_s: float
    late_sd: float
    drift: float
    """Seconds a second."""


class CameraShift(NamedTuple):
    """How far off what one camera sees is against the others, before anything is taken from it."""

    angle_deg: float
    surely: bool
    """It is not by chance."""


def bias_of(errors: CameraErrors, camera: str, *, points: bool, s: Settings) -> FootBias:
    """What is known of one camera; ``points``: of its foot key points, else of its boxes."""
    at = errors.starts.get(block_name(camera, "point" if points else "box"))
    if at is None:
        return FootBias(0.0, 0.0, s.foot_bias_sd, s.foot_bias_side_sd)
    down_var, right_var = errors.covariance.diagonal()[at : at + 2].tolist()
    return FootBias(float(errors.mean[at]), float(errors.mean[at + 1]), down_var**0.5, right_var**0.5)


def clock_of(errors: CameraErrors, camera: str, s: Settings) -> CameraClock:
    """How late this camera's stamps are."""
    at = errors.starts.get(block_name(camera, "clock"))
    if at is None:
        return CameraClock(0.0, s.clock_sd_s, 0.0)
    return CameraClock(
        float(errors.mean[at]), float(errors.covariance[at, at]) ** 0.5, float(errors.mean[at + 1])
    )


def shift_of(errors: CameraErrors, camera: str, s: Settings) -> CameraShift:
    """How far off this camera is, whatever the cause."""
    shift = errors.shifts.get(camera)
    if shift is None:
        return CameraShift(0.0, False)
    angle = hypot(shift.right, shift.down)
    few = max(1.0, min(shift.compared, s.shift_memory) * s.foot_step_s / s.foot_independent_s)
    surely = shift.compared >= s.shift_least and angle > s.shift_sds * sqrt(shift.var / few)
    return CameraShift(degrees(angle), surely)


def learned_of(errors: CameraErrors, s: Settings) -> tuple[CameraLearned, ...]:
    """What is known of each camera, as others are told."""
    return tuple(
        CameraLearned(
            camera,
            late_s,
            clock_of(errors, camera, s).drift,
            shift_of(errors, camera, s).angle_deg if camera in errors.turned else 0.0,
        )
        for camera, late_s in lates_of(errors, s).items()
    )


def shares_of(errors: CameraErrors, s: Settings) -> dict[str, float]:
    """Of each camera's variance that its boxes promise, the share that people's places are told with.

    What lies between cameras shows it, all but what they do alike.
    """
    return {
        camera: s.common_share + (1.0 - s.common_share) * spread.share
        for camera, spread in errors.spreads.items()
    }


def off_of(
    errors: CameraErrors, camera: str, s: Settings, lates: Mapping[str, float] | None = None
) -> CameraOff:
    """What to take from what a camera sees; ``lates``: all cameras' (``lates_of``), where that is known."""
    starts = errors.starts
    if not starts:
        return AS_SEEN

    def mean(block: Block, size: int) -> tuple[float, ...] | None:
        at = starts.get(block_name(camera, block))
        return None if at is None else tuple(errors.mean[at : at + size].tolist())

    box, point, turn = mean("box", 2), mean("point", 2), mean("turn", 3)
    if box is None and point is None:
        return AS_SEEN
    a, b = box or (0.0, 0.0)
    c, d = point or (0.0, 0.0)
    x, y, z = turn or (0.0, 0.0, 0.0)
    late_s = (lates_of(errors, s) if lates is None else lates).get(camera, 0.0)
    doubt = 0.0
    if camera in errors.turned:
        doubt = s.turned_doubt * radians(shift_of(errors, camera, s).angle_deg)
    return CameraOff((a, b), (c, d), (x, y, z), late_s, doubt)


def lates_of(errors: CameraErrors, s: Settings) -> dict[str, float]:
    """Seconds by which each camera's frames are surely older than their stamps.

    Only what lies between the clocks shows: the middle one is taken for right. Where one is early, all the
    others are late against it, so that no frame is ever of the future.
    """
    starts = {name: at for name, at in errors.starts.items() if name.endswith("\nclock")}
    clocks = [(float(errors.mean[at]), float(errors.covariance[at, at])) for at in starts.values()]
    usual = median([mean for mean, _ in clocks]) if clocks else 0.0

    def surely(mean: float, variance: float) -> float:
        away = mean - usual
        doubt = max(s.clock_least_s, s.clock_least_sds * variance**0.5)
        return away if abs(away) > doubt else 0.0

    offs = [surely(mean, variance) for mean, variance in clocks]
    earliest = min((0.0, *offs))
    return {name.removesuffix("\nclock"): off - earliest for name, off in zip(starts, offs, strict=True)}


def block_name(camera: str, block: Block) -> str:
    """Key of a camera's block in :attr:`CameraErrors.starts`."""
    return f"{camera}\n{block}"
