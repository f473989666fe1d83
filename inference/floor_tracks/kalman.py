"""A person's place and velocity on the floor as one Gaussian, in plain floats.

The velocity is an Ornstein-Uhlenbeck process: it decays with a time constant and is refreshed by noise, so
that an unseen person neither flies away nor has an unbounded speed. Matrices are 2x2 blocks written out:
at this size that is several times faster than array calls.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, log, pi
from typing import NamedTuple

import msgspec

LOG_2PI = log(2 * pi)


class Fix(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A place on the floor with its covariance, metres and m2."""

    x: float
    y: float
    xx: float
    xy: float
    yy: float


class Motion(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Mean ``(x, y, u, v)`` in m and m/s, and the upper half of its 4x4 covariance."""

    x: float
    y: float
    u: float
    v: float
    xx: float
    xy: float
    yy: float
    xu: float
    xv: float
    yu: float
    yv: float
    uu: float
    uv: float
    vv: float


def at_rest(fix: Fix, speed_sd: float) -> Motion:
    """Somebody first seen at ``fix``, with the population's velocity."""
    s2 = speed_sd * speed_sd
    return Motion(fix.x, fix.y, 0.0, 0.0, fix.xx, fix.xy, fix.yy, 0.0, 0.0, 0.0, 0.0, s2, 0.0, s2)


class Step(NamedTuple):
    """What a stretch of time does to every motion alike (see :func:`step_of`)."""

    phi: float
    """Share of the velocity that is left."""
    c: float
    """Seconds that the velocity counts for."""
    q_xx: float
    q_xv: float
    q_vv: float
    """Variances that are added."""


@lru_cache(maxsize=64)
def step_of(dt: float, speed_sd: float, memory_s: float) -> Step:
    """Exact discretisation of ``dv = -v/tau dt + sqrt(2/tau) s dW``, ``dx = v dt``; ``dt`` > 0 seconds."""
    phi = exp(-dt / memory_s)
    s2 = speed_sd * speed_sd
    q_xx = s2 * memory_s * memory_s * (2.0 * dt / memory_s - 3.0 + 4.0 * phi - phi * phi)
    return Step(
        phi,
        memory_s * (1.0 - phi),
        max(0.0, q_xx),
        s2 * memory_s * (1.0 - phi) ** 2,
        s2 * (1.0 - phi * phi),
    )


def predict(m: Motion, dt: float, speed_sd: float, memory_s: float) -> Motion:
    """The same person ``dt`` >= 0 seconds later."""
    if dt <= 0.0:
        return m
    phi, c, q_xx, q_xv, q_vv = step_of(dt, speed_sd, memory_s)
    cc = c * c
    return Motion(
        m.x + c * m.u,
        m.y + c * m.v,
        phi * m.u,
        phi * m.v,
        m.xx + 2.0 * c * m.xu + cc * m.uu + q_xx,
        m.xy + c * (m.xv + m.yu) + cc * m.uv,
        m.yy + 2.0 * c * m.yv + cc * m.vv + q_xx,
        phi * (m.xu + c * m.uu) + q_xv,
        phi * (m.xv + c * m.uv),
        phi * (m.yu + c * m.uv),
        phi * (m.yv + c * m.vv) + q_xv,
        phi * phi * m.uu + q_vv,
        phi * phi * m.uv,
        phi * phi * m.vv + q_vv,
    )


def update(m: Motion, z: Fix) -> Motion:
    """The same person after having been seen at ``z`` (Kalman update with ``H = [I 0]``)."""
    s_xx, s_xy, s_yy = m.xx + z.xx, m.xy + z.xy, m.yy + z.yy
    det = s_xx * s_yy - s_xy * s_xy
    a, b, c = s_yy / det, -s_xy / det, s_xx / det
    dx, dy = z.x - m.x, z.y - m.y
    kx1, kx2 = m.xx * a + m.xy * b, m.xx * b + m.xy * c
    ky1, ky2 = m.xy * a + m.yy * b, m.xy * b + m.yy * c
    ku1, ku2 = m.xu * a + m.yu * b, m.xu * b + m.yu * c
    kv1, kv2 = m.xv * a + m.yv * b, m.xv * b + m.yv * c
    return Motion(
        m.x + kx1 * dx + kx2 * dy,
        m.y + ky1 * dx + ky2 * dy,
        m.u + ku1 * dx + ku2 * dy,
        m.v + kv1 * dx + kv2 * dy,
        m.xx - (kx1 * m.xx + kx2 * m.xy),
        m.xy - (kx1 * m.xy + kx2 * m.yy),
        m.yy - (ky1 * m.xy + ky2 * m.yy),
        m.xu - (kx1 * m.xu + kx2 * m.yu),
        m.xv - (kx1 * m.xv + kx2 * m.yv),
        m.yu - (ky1 * m.xu + ky2 * m.yu),
        m.yv - (ky1 * m.xv + ky2 * m.yv),
        m.uu - (ku1 * m.xu + ku2 * m.yu),
        m.uv - (ku1 * m.xv + ku2 * m.yv),
        m.vv - (kv1 * m.xv + kv2 * m.yv),
    )


def brought_forward(z: Fix, m: Motion, dt: float, speed_sd: float) -> Fix:
    """A sighting that is ``dt`` seconds late, moved to now with the person's velocity.

    What they may have done in between widens it: the velocity's own doubt, and a turn.
    """
    turn = (0.5 * speed_sd * dt) ** 2
    d2 = dt * dt
    return Fix(
        z.x + m.u * dt, z.y + m.v * dt, z.xx + d2 * m.uu + turn, z.xy + d2 * m.uv, z.yy + d2 * m.vv + turn
    )


def fused(a: Fix, b: Fix) -> Fix:
    """Two independent fixes of one place as one (information weighted)."""
    s_xx, s_xy, s_yy = a.xx + b.xx, a.xy + b.xy, a.yy + b.yy
    det = s_xx * s_yy - s_xy * s_xy
    i, j, k = s_yy / det, -s_xy / det, s_xx / det
    g1, g2 = a.xx * i + a.xy * j, a.xx * j + a.xy * k
    h1, h2 = a.xy * i + a.yy * j, a.xy * j + a.yy * k
    dx, dy = b.x - a.x, b.y - a.y
    return Fix(
        a.x + g1 * dx + g2 * dy,
        a.y + h1 * dx + h2 * dy,
        a.xx - (g1 * a.xx + g2 * a.xy),
        a.xy - (g1 * a.xy + g2 * a.yy),
        a.yy - (h1 * a.xy + h2 * a.yy),
    )


def distance2(dx: float, dy: float, xx: float, xy: float, yy: float) -> tuple[float, float]:
    """Squared Mahalanobis distance, and log density of the Gaussian there."""
    det = xx * yy - xy * xy
    d2 = (dx * dx * yy - 2.0 * dx * dy * xy + dy * dy * xx) / det
    return d2, -LOG_2PI - 0.5 * log(det) - 0.5 * d2
