"""The lens bends pictures where the calibration says; the sensor does what its settings say."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.simulation.rendering.optics import LensView, Sensor, compressed, exposed
from store_layout.aim import looking_at
from store_layout.camera_geometry import camera_model
from store_layout.model import Camera, MatrixCalibration

PLAIN = Sensor(vignette=0.0, blur_px=0.0, noise=0.0)


def camera(distortion: tuple[float, ...], width: int = 320, height: int = 200) -> Camera:
    calibration = looking_at((0.0, 0.0, 3.0), (2.0, 1.0, 0.0), width, height, 85.0, distortion=distortion)
    return Camera(id="c", name="c", width=width, height=height, calibration=calibration)


def spot(lens: LensView, x: float, y: float) -> NDArray[np.uint8]:
    """The view with a soft white dot at a place (continuous pixels)."""
    rows, columns = np.mgrid[: lens.view.height, : lens.view.width]
    bright = np.exp(-((columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2) / 8.0)
    return np.repeat((bright * 255).astype(np.uint8)[..., None], 3, axis=2)


def centroid(image: NDArray[np.uint8]) -> tuple[float, float]:
    weight = image[..., 0].astype(np.float64)
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    return float((weight * (columns + 0.5)).sum() / weight.sum()), float(
        (weight * (rows + 0.5)).sum() / weight.sum()
    )


@pytest.mark.parametrize("distortion", [(), (-0.19, 0.042, 0.0004, -0.0003, -0.004), (-0.3, 0.08, 0.0, 0.0)])
def test_a_world_point_is_where_the_calibration_projects_it(distortion: tuple[float, ...]) -> None:
    about = camera(distortion)
    lens, model = LensView(about), camera_model(about)
    for point in ([1.5, 0.6, 0.0], [2.4, 2.2, 0.4], [0.9, -0.4, 1.2]):
        seen = lens.view.r @ np.array(point) + lens.view.t
        u, v, w = lens.view.k @ seen
        image = lens.through_lens(spot(lens, u / w, v / w))
        assert image.shape == (200, 320, 3)
        wanted = model.project(np.array([point]))[0][0]
        assert np.abs(np.subtract(centroid(image), wanted)).max() < 0.25, point


def test_the_view_reaches_into_every_corner_of_the_picture() -> None:
    lens = LensView(camera((-0.19, 0.042, 0.0004, -0.0003, -0.004)))
    white = np.full((lens.view.height, lens.view.width, 3), 255, np.uint8)
    framed = cv2.copyMakeBorder(white[2:-2, 2:-2], 2, 2, 2, 2, cv2.BORDER_CONSTANT)
    inner = lens.through_lens(np.asarray(framed, dtype=np.uint8))
    assert (inner[40:-40, 40:-40] == 255).all()
    assert lens.view.width < 2.2 * 320


def test_other_calibrations_are_refused() -> None:
    matrix = MatrixCalibration(p=((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0)))
    with pytest.raises(ValueError, match="opencv"):
        LensView(Camera(id="m", name="m", width=64, height=64, calibration=matrix))


def test_a_plain_sensor_changes_nothing() -> None:
    image = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    assert np.array_equal(exposed(image, PLAIN, np.random.default_rng(0)), image)


def test_the_sensor_keeps_to_its_settings() -> None:
    grey = np.full((80, 120, 3), 100, np.uint8)
    rng = np.random.default_rng(0)

    def seen(sensor: Sensor) -> NDArray[np.uint8]:
        return exposed(grey, sensor, rng)

    assert seen(replace(PLAIN, exposure=1.5)).mean() == pytest.approx(100 * 1.5 ** (1 / 2.2), abs=1)
    assert seen(replace(PLAIN, noise=0.04))[..., 0].std() / 255 == pytest.approx(
        0.04 * (0.6 + 0.8 * 100 / 255), rel=0.2
    )
    dark = seen(replace(PLAIN, vignette=0.4))
    assert dark[0, 0, 0] < dark[40, 60, 0] == 100
    assert seen(replace(PLAIN, lift=0.1)).min() > 100


def test_noise_is_another_each_time_and_the_same_for_the_same_generator() -> None:
    grey = np.full((30, 30, 3), 128, np.uint8)
    rng, again = np.random.default_rng(3), np.random.default_rng(3)
    noisy = Sensor(noise=0.05)
    first, second = exposed(grey, noisy, rng), exposed(grey, noisy, rng)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, exposed(grey, noisy, again))


def test_compression_loses_more_at_lower_quality() -> None:
    image = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    errors = []
    for quality in (95, 30):
        back = cv2.imdecode(np.frombuffer(compressed(image, quality), np.uint8), cv2.IMREAD_COLOR)
        assert back is not None
        errors.append(float(np.abs(back.astype(int) - image).mean()))
    assert errors[0] < errors[1]


def test_random_sensors_differ_but_stay_within_reason() -> None:
    rng = np.random.default_rng(0)
    found = [Sensor.random(rng) for _ in range(200)]
    assert len({s.quality for s in found}) > 30
    assert all(0.2 < s.exposure < 4 and 35 <= s.quality <= 95 and 0.45 <= s.detail <= 1 for s in found)
    assert Sensor(exposure=0.5).at(0.5).exposure == pytest.approx(0.25)
