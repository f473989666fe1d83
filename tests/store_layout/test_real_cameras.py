"""Geometry of four real cameras in one room (CMC1), against the truth that was measured there."""

from __future__ import annotations

import msgspec
import numpy as np

from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.model import Camera, MatrixCalibration
from tests.support.data import shared_data

ROOM_M = (7.67, 3.41)


def cameras() -> list[CameraModel]:
    folder = shared_data("cmc1")
    found = []
    for path in sorted(folder.glob("cam*_P3x4.txt")):
        p = np.loadtxt(path).tolist()
        calibration = msgspec.convert({"kind": "matrix", "p": p}, MatrixCalibration)
        found.append(camera_model(Camera(id="c", name="c", width=1920, height=1024, calibration=calibration)))
    return found


def people() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    rows = np.loadtxt(shared_data("cmc1") / "gt_world.txt", usecols=(7, 8, 9))
    return np.asarray(rows[np.isfinite(rows).all(axis=1)], dtype=np.float64).reshape(-1, 3)


def test_the_cameras_hang_above_the_room() -> None:
    models = cameras()
    assert len(models) == 4
    for model in models:
        assert model.position is not None
        x, y, z = model.position
        assert -2 < x < ROOM_M[0] + 2
        assert -2 < y < ROOM_M[1] + 2
        assert 1.5 < z < 4


def test_people_are_projected_in_front_and_back_to_where_they_are() -> None:
    world = people()[::7]
    assert len(world) > 50
    for model in cameras():
        pixels, front = model.project(world)
        assert front.all()
        for point, pixel in zip(world, pixels, strict=True):
            xy, valid = model.to_floor(pixel[None], float(point[2]))
            assert valid.all()
            np.testing.assert_allclose(xy[0], point[:2], atol=1e-6)


def test_two_sight_lines_meet_at_the_person() -> None:
    world = people()[::25]
    first, second = cameras()[:2]
    origin_a, rays_a = first.sight_lines(first.project(world)[0])
    origin_b, rays_b = second.sight_lines(second.project(world)[0])
    for point, a, b in zip(world, rays_a, rays_b, strict=True):
        along = np.linalg.lstsq(np.column_stack([a, -b]), origin_b - origin_a, rcond=None)[0]
        np.testing.assert_allclose(origin_a + along[0] * a, point, atol=1e-5)
