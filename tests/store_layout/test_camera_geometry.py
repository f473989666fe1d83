"""Projection both ways, for every kind of calibration, and how sure it is."""

from __future__ import annotations

import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from store_layout.aim import looking_at
from store_layout.camera_geometry import CameraModel, NoHeights, camera_model
from store_layout.floor_fit import DegeneratePairs, fit_floor
from store_layout.model import (
    Calibration,
    Camera,
    MatrixCalibration,
    OpenCvCalibration,
    Point2,
    Point3,
    PointPair,
    PointsCalibration,
)

Array = NDArray[np.float64]
PLACE: Point3 = (1.0, -2.0, 2.8)
BARREL = (-0.32, 0.12, 0.001, -0.0005, -0.02)
RATIONAL = (0.11, -0.21, 0.0004, -0.0003, 0.02, 0.41, -0.19, 0.03)
FLOOR = np.array([[0.0, 1.0], [3.0, 1.5], [2.5, 4.0], [0.2, 5.0], [1.2, 2.5], [-0.5, 3.0]])


def opencv(distortion: tuple[float, ...] = ()) -> OpenCvCalibration:
    return looking_at(PLACE, (1.5, 2.5, 0.3), 640, 360, 85.0, distortion=distortion)


def a_camera(calibration: Calibration, width: int = 640, height: int = 360) -> Camera:
    return Camera(id="c", name="c", width=width, height=height, calibration=calibration)


def matrix(factor: float = 1.0) -> MatrixCalibration:
    source = opencv()
    p = factor * np.array(source.k) @ np.column_stack([source.r, source.t])
    return msgspec.convert({"kind": "matrix", "p": p.tolist()}, MatrixCalibration)


def points(position: Point3 | None, floor: Array = FLOOR, noise: Array | None = None) -> PointsCalibration:
    pixels, front = camera_model(a_camera(opencv())).project(np.column_stack([floor, np.zeros(len(floor))]))
    assert front.all()
    clicked = pixels if noise is None else pixels + noise
    pairs = tuple(
        PointPair(floor=(float(a[0]), float(a[1])), pixel=(float(b[0]), float(b[1])))
        for a, b in zip(floor, clicked, strict=True)
    )
    return PointsCalibration(pairs=pairs, position=position)


CALIBRATIONS: dict[str, Calibration] = {
    "opencv": opencv(),
    "opencv with barrel distortion": opencv(BARREL),
    "opencv with a rational lens": opencv(RATIONAL),
    "opencv with a tilted sensor": opencv((-0.2, 0.05, 0, 0, 0, 0, 0, 0, 1e-4, 0, 1e-4, 0, 0.01, -0.01)),
    "matrix": matrix(),
    "matrix of the other sign and scale": matrix(-7.3),
    "points": points(None),
    "points with a position": points(PLACE),
}


@pytest.fixture(params=CALIBRATIONS, name="model")
def _model(request: pytest.FixtureRequest) -> CameraModel:
    return camera_model(a_camera(CALIBRATIONS[request.param]))


def heights_of(model: CameraModel) -> tuple[float, ...]:
    return (0.0, 0.9, 1.7) if model.can_see_heights else (0.0,)


def test_to_floor_undoes_project(model: CameraModel) -> None:
    for height in heights_of(model):
        pixels, front = model.project(np.column_stack([FLOOR, np.full(len(FLOOR), height)]))
        assert front.all()
        xy, valid = model.to_floor(pixels, height)
        assert valid.all()
        np.testing.assert_allclose(xy, FLOOR, atol=1e-6)


def test_all_kinds_agree_on_the_same_camera() -> None:
    world = np.column_stack([FLOOR, np.linspace(0, 2, len(FLOOR))])
    expected, _ = camera_model(a_camera(opencv())).project(world)
    for name in ("matrix", "matrix of the other sign and scale", "points with a position"):
        pixels, front = camera_model(a_camera(CALIBRATIONS[name])).project(world)
        assert front.all()
        np.testing.assert_allclose(pixels, expected, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("distortion", [(), BARREL, RATIONAL])
def test_project_is_opencvs(distortion: tuple[float, ...]) -> None:
    source = opencv(distortion)
    world = np.column_stack([FLOOR, np.linspace(0, 2, len(FLOOR))])
    rotation, _ = cv2.Rodrigues(np.array(source.r))
    expected, _ = cv2.projectPoints(
        world, rotation, np.array(source.t), np.array(source.k), np.array(distortion)
    )
    pixels, _ = camera_model(a_camera(source)).project(world)
    np.testing.assert_allclose(pixels, expected.reshape(-1, 2), atol=1e-6)


def test_sight_lines_pass_through_what_is_seen(model: CameraModel) -> None:
    if not model.can_see_heights:
        with pytest.raises(NoHeights):
            model.sight_lines(np.array([[320.0, 180.0]]))
        return
    world = np.column_stack([FLOOR, np.linspace(0, 2, len(FLOOR))])
    origin, rays = model.sight_lines(model.project(world)[0])
    np.testing.assert_allclose(origin, PLACE, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=1), 1.0)
    away = world - origin
    np.testing.assert_allclose(rays, away / np.linalg.norm(away, axis=1)[:, None], atol=1e-6)


def test_nothing_behind_the_camera_or_above_the_horizon(model: CameraModel) -> None:
    behind = np.array([[0.5, -30.0, 0.0], [1.5, 2.5, 0.0]])
    pixels, front = model.project(behind)
    assert front.tolist() == [False, True]
    assert np.isnan(pixels[0]).all()
    sky = np.array([[320.0, -400.0], [320.0, 200.0]])
    xy, valid = model.to_floor(sky)
    assert valid.tolist() == [False, True]
    assert np.isnan(xy[0]).all()


def test_a_plane_above_the_camera_is_seen_above_its_horizon() -> None:
    model = camera_model(a_camera(opencv()))
    ceiling = np.array([[1.5, 6.0, 3.5]])
    pixels, front = model.project(ceiling)
    assert front.all()
    np.testing.assert_allclose(model.to_floor(pixels, 3.5)[0], ceiling[:, :2], atol=1e-6)
    assert not model.to_floor(pixels, 0.0)[1].any()
    assert not model.to_floor(pixels, PLACE[2])[1].any()


def test_a_floor_only_calibration_refuses_heights() -> None:
    model = camera_model(a_camera(points(None)))
    assert model.position is None
    with pytest.raises(NoHeights):
        model.to_floor(np.array([[320.0, 200.0]]), 0.5)
    with pytest.raises(NoHeights):
        model.project(np.array([[1.0, 1.0, 0.5]]))


def test_a_lens_that_folds_over_is_not_believed_beyond_the_fold() -> None:
    model = camera_model(a_camera(opencv((-0.4, 0.0, 0.0, 0.0))))
    # 70 degrees off the axis: the polynomial would throw it back into the middle of the picture.
    axis = np.array([1.5, 2.5, 0.3]) - PLACE
    right = np.cross(axis, [0, 0, 1])
    aside = (
        np.array(PLACE) + axis / np.linalg.norm(axis) + np.tan(np.radians(70)) * right / np.linalg.norm(right)
    )
    pixels, front = model.project(aside[None])
    assert not front.any()
    assert np.isnan(pixels).all()
    # No ideal point distorts to this pixel at all.
    assert not model.to_floor(np.array([[2000.0, 300.0]]))[1].any()


def test_undistortion_holds_to_the_corners_of_a_strong_lens() -> None:
    lens = (-0.33, 0.11, 0.0, 0.0, -0.015)
    model = camera_model(a_camera(looking_at(PLACE, (1.5, 2.5, 0.3), 640, 360, 75.0, distortion=lens)))
    u, v = np.meshgrid(np.linspace(0, 640, 25), np.linspace(0, 360, 15))
    pixels = np.column_stack([u.ravel(), v.ravel()])
    origin, rays = model.sight_lines(pixels)
    assert np.isfinite(rays).all()
    back, front = model.project(origin + 3.0 * rays)
    assert front.all()
    assert np.abs(back - pixels).max() < 0.02


@settings(deadline=None)
@given(
    x=st.floats(-1, 4),
    y=st.floats(0, 8),
    height=st.floats(0, 2.2),
    k1=st.floats(-0.3, 0.15),
    k2=st.floats(0, 0.05),
)
def test_round_trip_wherever_it_is_seen(x: float, y: float, height: float, k1: float, k2: float) -> None:
    model = camera_model(a_camera(opencv((k1, k2, 0.0005, -0.0005))))
    pixels, front = model.project(np.array([[x, y, height]]))
    if not front[0]:
        return
    xy, valid = model.to_floor(pixels, height)
    # Whatever is seen is below the camera here, so it must come back, unless it is far beyond the picture.
    if np.all((pixels > -50) & (pixels < (690, 410))):
        assert valid[0]
        np.testing.assert_allclose(xy[0], (x, y), atol=1e-4)


def test_scaled_pictures_show_the_same_world(model: CameraModel) -> None:
    small = model.scaled(320, 120)
    pixels, _ = model.project(np.column_stack([FLOOR, np.zeros(len(FLOOR))]))
    fewer, _ = small.project(np.column_stack([FLOOR, np.zeros(len(FLOOR))]))
    np.testing.assert_allclose(fewer, pixels * (0.5, 1 / 3), atol=1e-6)
    xy, valid = small.to_floor(fewer)
    assert valid.all()
    np.testing.assert_allclose(xy, FLOOR, atol=1e-6)
    whole = model.floor_covariances(pixels, 0.0)
    np.testing.assert_allclose(small.floor_covariances(fewer, 0.0), whole, rtol=1e-4, atol=1e-12)
    with pytest.raises(ValueError, match="positive"):
        model.scaled(0, 10)


def test_the_jacobian_is_the_derivative(model: CameraModel) -> None:
    for height in heights_of(model):
        pixels, _ = model.project(np.column_stack([FLOOR, np.full(len(FLOOR), height)]))
        analytic = model.floor_jacobian(pixels, height)
        for axis in (0, 1):
            step = np.eye(2)[axis] * 1e-3
            difference = model.to_floor(pixels + step, height)[0] - model.to_floor(pixels - step, height)[0]
            np.testing.assert_allclose(analytic[:, :, axis], difference / 2e-3, rtol=2e-4, atol=1e-7)


def test_pixel_noise_becomes_floor_covariance_as_in_monte_carlo(model: CameraModel) -> None:
    random = np.random.default_rng(5)
    pixels, _ = model.project(np.array([[1.5, 3.5, 0.0]]))
    noise = 3.0
    error = model.pixel_error(pixels)[0]
    spread = np.linalg.cholesky(noise**2 * np.eye(2) + error)
    cloud, valid = model.to_floor(pixels + random.standard_normal((20_000, 2)) @ spread.T)
    assert valid.all()
    np.testing.assert_allclose(
        model.floor_covariance(pixels[0], noise), np.cov(cloud.T), rtol=0.08, atol=2e-5
    )


def test_covariance_grows_with_distance_and_is_nan_beyond_the_horizon(model: CameraModel) -> None:
    pixels, _ = model.project(np.array([[1.5, 1.0, 0.0], [1.5, 6.0, 0.0]]))
    near, far = model.floor_covariances(pixels, 2.0)
    assert np.trace(far) > 4 * np.trace(near)
    assert np.isnan(model.floor_covariance(np.array([320.0, -500.0]), 2.0)).all()
    one_each = model.floor_covariances(pixels, np.array([2.0, 4.0]))
    np.testing.assert_allclose(one_each[0], near)
    assert np.trace(one_each[1]) > np.trace(far)


def test_calibration_error_of_point_pairs_as_in_monte_carlo() -> None:
    random = np.random.default_rng(7)
    sd = 1.5
    clicked = [random.normal(0, sd, FLOOR.shape) for _ in range(1500)]
    probe, _ = camera_model(a_camera(opencv())).project(np.array([[1.5, 3.0, 0.0], [3.5, 6.0, 0.0]]))
    cloud = np.array([camera_model(a_camera(points(None, noise=n))).to_floor(probe)[0] for n in clicked])
    fit = fit_floor(points(None))
    # The exact fit has no residual; ask what it would say with the true error of a click.
    scale = (sd / fit.sd_px) ** 2
    model = camera_model(a_camera(points(None)))
    jacobian = model.floor_jacobian(probe)
    predicted = jacobian @ (model.pixel_error(probe) * scale) @ jacobian.transpose(0, 2, 1)
    for n in (0, 1):
        np.testing.assert_allclose(predicted[n], np.cov(cloud[:, n].T), rtol=0.2, atol=2e-5)
    assert np.trace(predicted[1]) > 10 * np.trace(predicted[0])  # outside of the pairs


def test_residuals_find_the_mistyped_pair() -> None:
    noise = np.random.default_rng(3).normal(0, 0.7, FLOOR.shape)
    fair = fit_floor(points(None, noise=noise))
    assert fair.rms_px < 1.5
    assert fair.rms_m < 0.05
    noise[4] += (35.0, 0.0)
    poor = fit_floor(points(None, noise=noise))
    assert poor.worst == 4
    assert poor.residual_px.shape == poor.residual_m.shape == (6,)
    assert poor.rms_px > 5
    assert poor.sd_px > 5 * fair.sd_px


def pair(floor: Point2, pixel: Point2) -> PointPair:
    return PointPair(floor=floor, pixel=pixel)


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ([((0, 0), (0, 0)), ((1, 0), (10, 0)), ((0, 1), (0, 10))], "at least four"),
        ([((n, 0), (10 * n, 5)) for n in range(6)], "one line"),
        ([((0, 0), (0, 0)), ((1, 0), (10, 0)), ((2, 0), (20, 0)), ((1, 3), (8, 9))], "one line"),
        ([((1, 1), (5, 5))] * 4, "one place"),
        ([((0, 0), (0, 0)), ((2, 0), (100, 0)), ((2, 2), (0, 100)), ((0, 2), (100, 100))], "contradict"),
    ],
)
def test_pairs_that_fix_nothing_are_refused(pairs: list[tuple[Point2, Point2]], why: str) -> None:
    with pytest.raises(DegeneratePairs, match=why):
        fit_floor(PointsCalibration(pairs=tuple(pair(*p) for p in pairs)))


def test_no_points_give_no_answers(model: CameraModel) -> None:
    none = np.zeros((0, 2))
    xy, valid = model.to_floor(none)
    assert xy.shape == (0, 2)
    assert valid.shape == (0,)
    pixels, front = model.project(np.zeros((0, 3)))
    assert pixels.shape == (0, 2)
    assert front.shape == (0,)
    assert model.floor_covariances(none, 1.0).shape == (0, 2, 2)


def test_a_matrix_without_a_centre_is_refused() -> None:
    flat = MatrixCalibration(p=((1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 0.0, 1.0)))
    with pytest.raises(ValueError, match="no camera centre"):
        camera_model(a_camera(flat))


def test_looking_at_centres_its_target() -> None:
    for target in ((1.0, -2.0, 0.0), (4.0, 3.0, 1.0)):
        model = camera_model(a_camera(looking_at(PLACE, target, 640, 360, 90.0)))
        pixels, front = model.project(np.array([target]))
        assert front.all()
        np.testing.assert_allclose(pixels, [[320.0, 180.0]], atol=1e-6)
        assert model.position == pytest.approx(PLACE, abs=1e-9)
    with pytest.raises(ValueError, match="its own place"):
        looking_at(PLACE, PLACE, 640, 360, 90.0)
