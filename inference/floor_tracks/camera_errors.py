"""How far each camera's foot points are off on the average, learned from cameras that see the same person.

A detector puts a box's bottom, or the foot key point, a constant share of the box's height too low or too
high, more or less so by the camera's pitch. What two cameras say of one person's feet at one moment differs
by both their biases, through the derivatives of the floor by their pictures, and by noise. All biases are one
Gaussian, updated by each such difference (recursive least squares with a prior): where cameras look from
different sides every one is found, and of what no difference shows (a lone camera, two side by side) the
prior stays: no bias, with its standard deviation. The height of people is no such evidence: its spread, and
that of the tops of boxes, is that of the bias itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.floor_tracks.kalman import Fix
from inference.floor_tracks.measurement import AS_SEEN, Feet, FeetOff, Sighting, feet_show
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import FeetSeen, FootBiases, Track

Array = NDArray[np.float64]


class FootBias(NamedTuple):
    """One camera's, in shares of the box's height: positive is too low, and too far right, in the picture."""

    down: float
    right: float
    down_sd: float
    right_sd: float


class FeetFound(NamedTuple):
    """Somebody's feet in the frame that is at work."""

    track: Track
    fix: Fix
    feet: Feet


def bias_of(biases: FootBiases, camera: str, *, points: bool, s: Settings) -> FootBias:
    """What is known of one camera; ``points``: of its foot key points, else of its boxes."""
    slot = biases.slots.get(_slot(camera, points))
    if slot is None:
        return FootBias(0.0, 0.0, s.foot_bias_sd, s.foot_bias_side_sd)
    down, right = biases.mean[2 * slot : 2 * slot + 2].tolist()
    down_var, right_var = biases.covariance.diagonal()[2 * slot : 2 * slot + 2].tolist()
    return FootBias(down, right, down_var**0.5, right_var**0.5)


def off_of(biases: FootBiases, camera: str) -> FeetOff:
    """What to take from a camera's feet."""
    slots = biases.slots
    box, point = slots.get(_slot(camera, False)), slots.get(_slot(camera, True))
    if box is None and point is None:
        return AS_SEEN
    return FeetOff(_mean(biases, box), _mean(biases, point))


def _mean(biases: FootBiases, slot: int | None) -> tuple[float, float]:
    if slot is None:
        return (0.0, 0.0)
    return (float(biases.mean[2 * slot]), float(biases.mean[2 * slot + 1]))


def feet_found(track: Track, sighting: Sighting, camera: str, t: float, s: Settings) -> FeetFound | None:
    """This person's feet in a sighting that is theirs; None where something hides them.

    None, too, when the camera has already shown them in this step: one frame of a step is compared.
    """
    last = track.feet.get(camera)
    if last is not None and t // s.foot_step_s <= last.t // s.foot_step_s:
        return None
    if sighting.foot is None or sighting.feet is None:
        return None
    if not feet_show(sighting, track.height_m, track.height_var**0.5, s):
        return None
    return FeetFound(track, sighting.foot, sighting.feet)


def learn_feet(biases: FootBiases, camera: str, t: float, found: Sequence[FeetFound], s: Settings) -> None:
    """Compare feet found by one camera with those that others found of the same people just before."""
    if not found:
        return
    _age(biases, t, s)
    for track, fix, feet in found:
        own = FeetSeen(
            t, _slot(camera, feet.from_point), fix, feet.down_x, feet.down_y, feet.right_x, feet.right_y
        )
        others = [
            seen
            for sensor, seen in track.feet.items()
            if sensor != camera and abs(t - seen.t) <= s.foot_apart_s
        ]
        track.feet[camera] = own
        if others:
            _compare(biases, own, others, track, s)


def _compare(
    biases: FootBiases, own: FeetSeen, others: Sequence[FeetSeen], track: Track, s: Settings
) -> None:
    """One update by the difference between these feet and the others' weighted mean."""
    m = track.motion
    slots = [_known(biases, other.slot, s) for other in others]
    slot = _known(biases, own.slot, s)
    infos = []
    for other in others:
        turn = (0.5 * s.speed_sd_ms * (own.t - other.t)) ** 2
        z = other.fix
        infos.append(_inverse(z.xx + turn, z.xy, z.yy + turn))
    spread = _inverse(*(sum(column) for column in zip(*infos, strict=True)))
    x, y = own.fix.x, own.fix.y
    h = np.zeros((2, len(biases.mean)))
    h[0, 2 * slot : 2 * slot + 2] = own.down_x, own.right_x
    h[1, 2 * slot : 2 * slot + 2] = own.down_y, own.right_y
    for other, k, info in zip(others, slots, infos, strict=True):
        a, b, c, d = _product(spread, info)
        dt = own.t - other.t
        zx, zy = other.fix.x + m.u * dt, other.fix.y + m.v * dt
        x, y = x - (a * zx + b * zy), y - (c * zx + d * zy)
        h[0, 2 * k] -= a * other.down_x + b * other.down_y
        h[0, 2 * k + 1] -= a * other.right_x + b * other.right_y
        h[1, 2 * k] -= c * other.down_x + d * other.down_y
        h[1, 2 * k + 1] -= c * other.right_x + d * other.right_y
    hp = h @ biases.covariance
    (pxx, pxy), (_, pyy) = (hp @ h.T).tolist()
    rxx, rxy, ryy = own.fix.xx + spread[0], own.fix.xy + spread[1], own.fix.yy + spread[2]
    sxx, sxy, syy = _inverse(pxx + rxx, pxy + rxy, pyy + ryy)
    if sxx * x * x + 2.0 * sxy * x * y + syy * y * y > s.foot_gate_d2:
        return  # another person's feet, or something else's
    # Neighbouring frames repeat each other's errors: few of them are news.
    few = max(1.0, s.foot_independent_s / s.foot_step_s)
    sxx, sxy, syy = _inverse(pxx + few * rxx, pxy + few * rxy, pyy + few * ryy)
    gain = np.array(((sxx, sxy), (sxy, syy))) @ hp
    biases.mean = biases.mean + np.array((x, y)) @ gain
    covariance = biases.covariance - gain.T @ hp
    biases.covariance = (covariance + covariance.T) / 2


def _age(biases: FootBiases, t: float, s: Settings) -> None:
    """Cameras are touched and detectors replaced: what was learned ages, up to the prior."""
    dt = 0.0 if biases.t is None else t - biases.t
    if biases.t is None or dt > s.foot_step_s:
        biases.t = t
    if biases.slots and dt > s.foot_step_s:
        prior = _prior(len(biases.slots), s)
        room = np.maximum(0.0, prior - biases.covariance.diagonal())
        biases.covariance = biases.covariance + np.diag(np.minimum(room, prior * (dt / s.foot_memory_s)))


def _prior(slots: int, s: Settings) -> Array:
    return np.tile([s.foot_bias_sd**2, s.foot_bias_side_sd**2], slots)


def _known(biases: FootBiases, name: str, s: Settings) -> int:
    """Number of a camera's biases, added with the prior where it is new."""
    slot = biases.slots.get(name)
    if slot is None:
        slot = biases.slots[name] = len(biases.slots)
        n = 2 * slot
        covariance = np.zeros((n + 2, n + 2))
        covariance[:n, :n] = biases.covariance
        covariance[n:, n:] = np.diag(_prior(1, s))
        biases.covariance = covariance
        biases.mean = np.append(biases.mean, (0.0, 0.0))
    return slot


def _slot(camera: str, points: bool) -> str:
    return f"{camera}\n{'point' if points else 'box'}"


def _inverse(xx: float, xy: float, yy: float) -> tuple[float, float, float]:
    """Of a symmetric 2x2 matrix."""
    det = xx * yy - xy * xy
    return yy / det, -xy / det, xx / det


def _product(
    a: tuple[float, float, float], b: tuple[float, float, float]
) -> tuple[float, float, float, float]:
    """Of two symmetric 2x2 matrices, by rows."""
    return (
        a[0] * b[0] + a[1] * b[1],
        a[0] * b[1] + a[1] * b[2],
        a[1] * b[0] + a[2] * b[1],
        a[1] * b[1] + a[2] * b[2],
    )
