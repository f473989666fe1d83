from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm

from inference.floor_tracks.kalman import (
    Fix,
    Motion,
    at_rest,
    brought_forward,
    distance2,
    fused,
    predict,
    update,
)

Matrix = NDArray[np.float64]


def matrix(m: Motion) -> Matrix:
    return np.array(
        [
            [m.xx, m.xy, m.xu, m.xv],
            [m.xy, m.yy, m.yu, m.yv],
            [m.xu, m.yu, m.uu, m.uv],
            [m.xv, m.yv, m.uv, m.vv],
        ]
    )


def some_motion() -> Motion:
    start = predict(at_rest(Fix(1.0, 2.0, 0.04, 0.01, 0.09), 0.7), 0.4, 0.7, 1.2)
    return update(start, Fix(1.3, 2.1, 0.05, -0.02, 0.03))


def test_prediction_equals_the_matrix_exponential() -> None:
    m, dt, speed, memory = some_motion(), 0.37, 0.7, 1.2
    rate = np.zeros((4, 4))
    rate[0, 2] = rate[1, 3] = 1.0
    rate[2, 2] = rate[3, 3] = -1.0 / memory
    noise = np.diag([0.0, 0.0, 2 * speed**2 / memory, 2 * speed**2 / memory])
    van_loan = expm(np.block([[-rate, noise], [np.zeros((4, 4)), rate.T]]) * dt)
    f = van_loan[4:, 4:].T
    q = f @ van_loan[:4, 4:]
    later = predict(m, dt, speed, memory)
    assert np.allclose([later.x, later.y, later.u, later.v], f @ [m.x, m.y, m.u, m.v])
    assert np.allclose(matrix(later), f @ matrix(m) @ f.T + q, atol=1e-12)


def test_update_equals_the_textbook_formula() -> None:
    m, z = some_motion(), Fix(0.9, 2.4, 0.02, 0.005, 0.06)
    h, p = np.eye(2, 4), matrix(m)
    r = np.array([[z.xx, z.xy], [z.xy, z.yy]])
    gain = p @ h.T @ np.linalg.inv(h @ p @ h.T + r)
    after = update(m, z)
    mean = np.array([m.x, m.y, m.u, m.v]) + gain @ [z.x - m.x, z.y - m.y]
    assert np.allclose([after.x, after.y, after.u, after.v], mean)
    assert np.allclose(matrix(after), (np.eye(4) - gain @ h) @ p)


@given(
    steps=st.lists(st.tuples(st.floats(0, 5), st.floats(-9, 9), st.floats(-9, 9), st.booleans()), max_size=30)
)
def test_covariance_stays_positive_and_speed_bounded(steps: list[tuple[float, float, float, bool]]) -> None:
    m = at_rest(Fix(0.0, 0.0, 0.04, 0.0, 0.04), 0.75)
    for dt, x, y, seen in steps:
        m = predict(m, dt, 0.75, 1.2)
        if seen:
            m = update(m, Fix(x, y, 0.03, 0.01, 0.02))
        assert np.linalg.eigvalsh(matrix(m)).min() > -1e-9
        assert m.uu <= 0.75**2 + 1e-9


def test_no_time_no_change() -> None:
    m = some_motion()
    assert predict(m, 0.0, 0.7, 1.2) is m


def test_fusing_is_information_weighted() -> None:
    both = fused(Fix(0.0, 0.0, 1.0, 0.0, 4.0), Fix(1.0, 1.0, 1.0, 0.0, 4.0))
    assert (both.x, both.y, both.xx, both.yy) == pytest.approx((0.5, 0.5, 0.5, 2.0))


def test_density_matches_scipy() -> None:
    from scipy.stats import multivariate_normal

    cov = [[0.3, 0.1], [0.1, 0.2]]
    d2, log_density = distance2(0.4, -0.3, 0.3, 0.1, 0.2)
    assert log_density == pytest.approx(multivariate_normal([0, 0], cov).logpdf([0.4, -0.3]))
    assert d2 == pytest.approx(np.array([0.4, -0.3]) @ np.linalg.inv(cov) @ [0.4, -0.3])


def test_late_sighting_is_moved_with_the_person_and_widened() -> None:
    m = some_motion()
    z = Fix(1.0, 1.0, 0.02, 0.0, 0.02)
    now = brought_forward(z, m, 0.2, 0.7)
    assert now.x == pytest.approx(1.0 + 0.2 * m.u)
    assert now.xx > z.xx
    assert now.yy > z.yy
