from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store_layout.aim import looking_at
from store_layout.camera_geometry import camera_model
from store_layout.floor_fit import DegeneratePairs
from store_layout.model import Camera, Point3, PointPair
from store_layout.pair_fit import fit_pairs

SIZE = (1280, 720)


def pairs_of(
    position: Point3,
    target: Point3,
    hfov: float,
    count: int,
    *,
    noise_px: float,
    seed: int,
    distortion: tuple[float, ...] = (),
) -> list[PointPair]:
    """Floor points that the camera sees, as somebody would click them."""
    calibration = looking_at(position, target, *SIZE, hfov, distortion=distortion)
    model = camera_model(Camera(id="c", name="c", width=SIZE[0], height=SIZE[1], calibration=calibration))
    rng = np.random.default_rng(seed)
    found: list[PointPair] = []
    for _ in range(5000):
        floor = np.array([rng.uniform(0, 12), rng.uniform(0, 9)])
        pixel, front = model.project(np.array([[*floor, 0.0]]))
        u, v = pixel[0]
        apart = all(math.dist(floor, p.floor) > 0.8 for p in found)
        if front[0] and 20 < u < SIZE[0] - 20 and 20 < v < SIZE[1] - 20 and apart:
            off = rng.normal(0, noise_px, 2)
            place = (round(float(floor[0]), 3), round(float(floor[1]), 3))
            found.append(PointPair(floor=place, pixel=(float(u + off[0]), float(v + off[1]))))
        if len(found) == count:
            return found
    raise AssertionError("too few places")


@pytest.mark.parametrize(("count", "lens"), [(4, False), (6, True), (10, True)])
def test_a_camera_is_found_again(count: int, lens: bool) -> None:
    place: Point3 = (1.0, 0.5, 3.0)
    pairs = pairs_of(place, (6.0, 5.0, 0.5), 75.0, count, noise_px=0.5, seed=count + 8)
    fit = fit_pairs(pairs, *SIZE, hfov_deg=75.0)
    assert fit.lens_found == lens
    assert fit.rms_px < 2.0
    assert fit.rms_m < 0.05
    assert math.dist(fit.position, place) < (0.35 if count > 4 else 0.8)
    assert abs(fit.hfov_deg - 75.0) < 6.0
    assert fit.calibration.pairs == tuple(pairs)


def test_the_field_of_view_is_found_whatever_was_guessed() -> None:
    pairs = pairs_of((1.0, 0.5, 3.0), (6.0, 5.0, 0.5), 90.0, 12, noise_px=0.5, seed=5)
    assert abs(fit_pairs(pairs, *SIZE, hfov_deg=50.0).hfov_deg - 90.0) < 5.0


def test_a_bent_lens_is_found_with_enough_points() -> None:
    bend = (-0.25, 0.0, 0.0, 0.0, 0.0)
    pairs = pairs_of((1.0, 0.5, 3.0), (6.0, 5.0, 0.5), 90.0, 16, noise_px=0.3, seed=8, distortion=bend)
    fit = fit_pairs(pairs, *SIZE, hfov_deg=80.0)
    assert fit.bend_found
    assert fit.rms_px < 1.5
    assert abs(fit.calibration.distortion[0] + 0.25) < 0.12


def test_straight_down_the_lens_is_not_guessed_from_the_floor() -> None:
    """Higher with a narrow lens or lower with a wide one sees the floor alike."""
    pairs = pairs_of((6.0, 4.5, 3.0), (6.0, 4.5, 0.0), 80.0, 8, noise_px=0.5, seed=2)
    fit = fit_pairs(pairs, *SIZE, hfov_deg=80.0)
    assert not fit.lens_found
    assert fit.hfov_deg == pytest.approx(80.0)
    assert abs(fit.position[2] - 3.0) < 0.2


def test_the_pair_that_is_wrong_is_the_worst() -> None:
    pairs = pairs_of((1.0, 0.5, 3.0), (6.0, 5.0, 0.5), 75.0, 9, noise_px=0.3, seed=3)
    u, v = pairs[4].pixel
    pairs[4] = PointPair(floor=pairs[4].floor, pixel=(u + 60.0, v - 40.0))
    assert fit_pairs(pairs, *SIZE, hfov_deg=75.0).worst == 4


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ([((0, 0), (10, 10)), ((1, 0), (20, 10)), ((0, 1), (10, 20))], "at least four"),
        ([((i, i), (10 * i, 20 * i)) for i in range(5)], "one line"),
        ([((1, 1), (10, 10))] * 4, "one place"),
        (
            [((0, 0), (0, 700)), ((4, 0), (1200, 700)), ((0, 4), (900, 300)), ((4, 4), (300, 300))],
            "contradict|no camera",
        ),
    ],
)
def test_pairs_that_determine_nothing_are_refused_with_a_reason(
    pairs: list[tuple[tuple[float, float], tuple[float, float]]], why: str
) -> None:
    made = [PointPair(floor=floor, pixel=pixel) for floor, pixel in pairs]
    with pytest.raises(DegeneratePairs, match=why):
        fit_pairs(made, *SIZE, hfov_deg=80.0)


@settings(max_examples=25, deadline=None)
@given(
    height=st.floats(2.2, 5.0),
    hfov=st.floats(50.0, 110.0),
    count=st.integers(6, 12),
    seed=st.integers(0, 10_000),
)
def test_whatever_is_found_sees_the_pairs(height: float, hfov: float, count: int, seed: int) -> None:
    """Of any camera that looks across the floor: it hangs above it, and errors are what the clicks were."""
    pairs = pairs_of((0.5, 0.5, height), (6.0, 4.5, 0.5), hfov, count, noise_px=1.0, seed=seed)
    fit = fit_pairs(pairs, *SIZE, hfov_deg=hfov)
    assert fit.position[2] > 1.0
    assert fit.rms_px < 4.0
    assert fit.residual_px[fit.worst] == max(fit.residual_px)
    assert 0.0 < fit.down_deg < 90.0
