"""What each camera is off by on the average, learned from cameras that see the same person.

Four things make a camera's foot points wrong in a way that repeats. A detector puts a box's bottom, or the
foot key point, a constant share of the box's height too low or too high (``box``, ``point``). The camera is
not turned as its calibration says: somebody knocked it (``turn``). Its frames are stamped late or early, more
so by the day (``clock``). What two cameras say of one person's feet at one moment differs by all of these,
through the derivatives of the floor by the picture, by a rotation of the camera and by time, and by noise.
All are one Gaussian, updated by each such difference (recursive least squares with a prior): where cameras
look from different sides, and people walk about, every one is found; of what no difference shows (a lone
camera, people who stand still) the prior stays: nothing is off, with its standard deviation. The height of
people is no such evidence: its spread, and that of the tops of boxes, is that of the feet's own error.

A camera that somebody knocked is far off at once; a detector's habit explains only a little of that. So how
far off each camera is against the others, all causes together, is also kept as a mean over its latest feet.
Where that is large, the camera is told of (see ``tracker``), how it is turned is opened to be learned anew,
and what it sees counts less.

And how far a camera's feet lie from the others', squared, against what the boxes promise says how good its
detector is, here (``spreads``): people's covariances are told accordingly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.floor_tracks.camera_knowledge import block_name
from inference.floor_tracks.kalman import Fix
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Feet, Sighting, feet_show, stature
from inference.floor_tracks.state import CameraErrors, CameraShifted, CameraSpread, FeetSeen, Track

Array = NDArray[np.float64]
Moves = Sequence[tuple[float, float]]
"""Metres along x and y that feet are moved by for each unit of each of a block's errors."""


class FeetFound(NamedTuple):
    """Somebody's feet in the frame that is at work."""

    track: Track
    fix: Fix
    feet: Feet
    eye: tuple[float, float, float] | None = None
    """From below the camera to the feet, and the camera's height; None for one that knows only its floor."""


def feet_found(track: Track, sighting: Sighting, camera: str, t: float, s: Settings) -> FeetFound | None:
    """This person's feet in a sighting that is theirs; None where something hides them.

    None, too, when the camera has already shown them in this step: one frame of a step is compared.
    """
    last = track.feet.get(camera)
    if last is not None and t // s.foot_step_s <= last.t // s.foot_step_s:
        return None
    if sighting.foot is None or sighting.feet is None:
        return None
    if not feet_show(sighting, stature(track.height_m, track.height_var**0.5, s)):
        return None
    fix, (x, y, z) = sighting.foot, sighting.origin
    return FeetFound(track, fix, sighting.feet, (fix.x - x, fix.y - y, z) if z > 0.0 else None)


def learn_feet(errors: CameraErrors, camera: str, t: float, found: Sequence[FeetFound], s: Settings) -> None:
    """Compare feet found by one camera with those that others found of the same people just before."""
    if not found:
        return
    _age(errors, t, s)
    for track, fix, feet, eye in found:
        own = FeetSeen(
            t,
            camera,
            feet.from_point,
            fix,
            feet.down_x,
            feet.down_y,
            feet.right_x,
            feet.right_y,
            eye,
        )
        others = [
            seen
            for sensor, seen in track.feet.items()
            if sensor != camera and abs(t - seen.t) <= s.foot_apart_s
        ]
        track.feet[camera] = own
        if others:
            _compare(errors, own, others, track, s)


def _moves(seen: FeetSeen, u: float, v: float) -> Iterator[tuple[str, Moves]]:
    """By which error these feet are moved how, block by block; ``(u, v)``: the person's velocity."""
    feet = ((seen.down_x, seen.down_y), (seen.right_x, seen.right_y))
    yield block_name(seen.camera, "point" if seen.from_point else "box"), feet
    if seen.eye is not None:
        yield block_name(seen.camera, "turn"), _turning(seen.eye)
    yield block_name(seen.camera, "clock"), ((-u, -v), (0.0, 0.0))


def _turning(eye: tuple[float, float, float]) -> Moves:
    """Metres that feet are moved by for each radian about the world's three axes.

    A camera that is turned by ``w`` against its calibration says of somebody in the direction ``d`` that they
    are in the direction ``d - w x d``, up to where that meets the floor.
    """
    x, y, h = eye
    return ((-x * y / h, -h - y * y / h), (h + x * x / h, x * y / h), (y, -x))


def _compare(
    errors: CameraErrors, own: FeetSeen, others: Sequence[FeetSeen], track: Track, s: Settings
) -> None:
    """One update by the difference between these feet and the others' weighted mean."""
    u, v = track.motion.u, track.motion.v
    infos = []
    for other in others:
        turn = (0.5 * s.speed_sd_ms * (own.t - other.t)) ** 2
        z = other.fix
        infos.append(_inverse(z.xx + turn, z.xy, z.yy + turn))
    spread = _inverse(*(sum(column) for column in zip(*infos, strict=True)))
    x, y = own.fix.x, own.fix.y
    parts = [(_known(errors, name, s), moves) for name, moves in _moves(own, u, v)]
    for other, info in zip(others, infos, strict=True):
        a, b, c, d = _product(spread, info)
        dt = own.t - other.t
        zx, zy = other.fix.x + u * dt, other.fix.y + v * dt
        x, y = x - (a * zx + b * zy), y - (c * zx + d * zy)
        for name, moves in _moves(other, u, v):
            weighted = [(-a * p - b * q, -c * p - d * q) for p, q in moves]
            parts.append((_known(errors, name, s), weighted))
    by_error = np.zeros((len(errors.mean), 2))
    for at, moves in parts:  # each block is one camera's, and each camera takes part once
        by_error[at : at + len(moves)] = moves
    h = by_error.T
    hp = h @ errors.covariance
    (pxx, pxy), (_, pyy) = (hp @ h.T).tolist()
    rxx, rxy, ryy = own.fix.xx + spread[0], own.fix.xy + spread[1], own.fix.yy + spread[2]
    sxx, sxy, syy = _inverse(pxx + rxx, pxy + rxy, pyy + ryy)
    _follow_shift(errors, own, x, y, s)
    d2 = sxx * x * x + 2.0 * sxy * x * y + syy * y * y
    _follow_spread(errors, own.camera, min(d2, s.foot_gate_d2) / 2.0, s)
    if d2 > s.foot_gate_d2:
        return  # another person's feet, or something else's
    # Neighbouring frames repeat each other's errors: few of them are news.
    few = max(1.0, s.foot_independent_s / s.foot_step_s)
    sxx, sxy, syy = _inverse(pxx + few * rxx, pxy + few * rxy, pyy + few * ryy)
    gain = np.array(((sxx, sxy), (sxy, syy))) @ hp
    errors.mean = errors.mean + np.array((x, y)) @ gain
    covariance = errors.covariance - gain.T @ hp
    errors.covariance = (covariance + covariance.T) / 2


def _follow_spread(errors: CameraErrors, camera: str, square: float, s: Settings) -> None:
    """``square``: squared distance of one comparison, against its expectation."""
    known = errors.spreads.get(camera, CameraSpread())
    compared = known.compared + 1
    step = (square - known.share) / (s.spread_prior + min(compared, s.spread_memory))
    errors.spreads[camera] = CameraSpread(compared, known.share + step)


def _follow_shift(errors: CameraErrors, own: FeetSeen, x: float, y: float, s: Settings) -> None:
    """How far off this camera is in angles: what is left, ``(x, y)`` metres, and what was taken from it."""
    if own.eye is None:
        return
    right, down = _angle(own.eye, own.right_x, own.right_y), _angle(own.eye, own.down_x, own.down_y)
    at = errors.starts[block_name(own.camera, "turn")]
    for turn, (p, q) in zip(errors.mean[at : at + 3].tolist(), _turning(own.eye), strict=True):
        x, y = x + turn * p, y + turn * q
    # x, y = alpha (right_x, right_y) / right + beta (down_x, down_y) / down
    det = own.right_x * own.down_y - own.down_x * own.right_y
    alpha = (x * own.down_y - y * own.down_x) * right / det
    beta = (y * own.right_x - x * own.right_y) * down / det
    bias = errors.starts[block_name(own.camera, "point" if own.from_point else "box")]
    alpha += float(errors.mean[bias + 1]) * right
    beta += float(errors.mean[bias]) * down
    most = s.shift_most
    alpha, beta = max(-most, min(most, alpha)), max(-most, min(most, beta))
    shift = errors.shifts.get(own.camera, CameraShifted())
    compared = shift.compared + 1
    share = 1.0 / min(compared, s.shift_memory)
    off = (alpha - shift.right) ** 2 + (beta - shift.down) ** 2
    errors.shifts[own.camera] = CameraShifted(
        compared,
        shift.right + share * (alpha - shift.right),
        shift.down + share * (beta - shift.down),
        (1.0 - share) * (shift.var + share * off) if shift.compared else most**2,
    )


def _angle(eye: tuple[float, float, float], x: float, y: float) -> float:
    """Angle by which the line of sight turns when the feet move by this much along the floor, rad."""
    dx, dy, h = eye
    return hypot(h * x, h * y, dx * y - dy * x) / (dx * dx + dy * dy + h * h)


def learn_turn_anew(errors: CameraErrors, camera: str, s: Settings) -> None:
    """This camera has been knocked: what was learned of its turn is forgotten, and a large one allowed."""
    at = errors.starts.get(block_name(camera, "turn"))
    if at is None:
        return
    chosen = slice(at, at + 3)
    covariance = errors.covariance.copy()
    covariance[chosen] = 0.0
    covariance[:, chosen] = 0.0
    covariance[chosen, chosen] = s.knocked_sd**2 * np.eye(3)
    errors.covariance = covariance


def _age(errors: CameraErrors, t: float, s: Settings) -> None:
    """Cameras are touched and detectors replaced: what was learned ages, up to the prior. Clocks drift."""
    dt = 0.0 if errors.t is None else t - errors.t
    if errors.t is None or dt > s.foot_step_s:
        errors.t = t
    if not errors.starts or dt <= s.foot_step_s:
        return
    prior, forget = np.zeros(len(errors.mean)), np.zeros(len(errors.mean))
    drift = np.eye(len(errors.mean))
    for name, at in errors.starts.items():
        sds, memory_s = _prior(name, s)
        prior[at : at + len(sds)] = np.square(sds)
        forget[at : at + len(sds)] = np.divide(dt, memory_s)
        if name.endswith("\nclock"):
            drift[at, at + 1] = dt
    covariance = drift @ errors.covariance @ drift.T
    room = np.maximum(0.0, prior - covariance.diagonal())
    errors.mean = drift @ errors.mean
    errors.covariance = covariance + np.diag(np.minimum(room, prior * forget))


def _prior(name: str, s: Settings) -> tuple[Sequence[float], Sequence[float]]:
    """Standard deviations of a block, and in how many seconds without news all is forgotten."""
    if name.endswith("\nturn"):
        return 3 * [s.turn_sd], 3 * [s.foot_memory_s]
    if name.endswith("\nclock"):
        return [s.clock_sd_s, s.clock_drift_sd], [s.clock_memory_s, s.foot_memory_s]
    return [s.foot_bias_sd, s.foot_bias_side_sd], 2 * [s.foot_memory_s]


def _known(errors: CameraErrors, name: str, s: Settings) -> int:
    """Where a block begins, added with its prior where it is new."""
    at = errors.starts.get(name)
    if at is None:
        sds, _ = _prior(name, s)
        at = errors.starts[name] = len(errors.mean)
        size = at + len(sds)
        covariance = np.zeros((size, size))
        covariance[:at, :at] = errors.covariance
        covariance[at:, at:] = np.diag(np.square(sds))
        errors.covariance = covariance
        errors.mean = np.append(errors.mean, np.zeros(len(sds)))
    return at


def _inverse(xx: float, xy: float, yy: float) -> tuple[float, float, float]:
    """Of a symmetric 2x2 matrix."""
    det = xx * yy - xy * xy
    return yy / det, -xy / det, xx / det


def _product(
    a: tuple[float, float, float], b: tuple[float, float, float]
) -> tuple[float, float, float, float]:
    """Of two symmetric 2x2 matrices, row by row."""
    (axx, axy, ayy), (bxx, bxy, byy) = a, b
    return axx * bxx + axy * bxy, axx * bxy + axy * byy, axy * bxx + ayy * bxy, axy * bxy + ayy * byy
