"""The real crowd: its calibration, its floor, and a real detector against the published labels."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.detection import DetectorPool, MotionGate, add_model, load_detector
from inference.evaluation.detections import IgnoreRule, score_boxes
from inference.messages import Detections, Frame
from store_layout.camera_geometry import camera_model
from store_layout.floor_plan import FloorPlan
from tests.support import pets09
from tests.support.data import shared_data


@pytest.fixture(scope="module")
def pets() -> Path:
    return shared_data("pets09")


def test_the_inverse_of_the_distortion_holds_over_the_whole_sensor(pets: Path) -> None:
    calibration = pets09.calibration(pets)
    k1, k2, _, _, k3 = calibration.distortion
    kappa = 5.1113043639e-3 * 5.5549183034**2
    distorted = np.linspace(0, np.hypot(444 / calibration.k[0][0], 294 / calibration.k[1][1]), 100)
    plain = distorted * (1 + kappa * distorted**2)
    again = plain * (1 + k1 * plain**2 + k2 * plain**4 + k3 * plain**6)
    assert np.abs(again - distorted).max() * calibration.k[1][1] < 0.01
    assert np.abs(plain - distorted).max() * calibration.k[1][1] > 10  # it is not a thing to be left out


def test_true_feet_fall_on_the_true_floor_positions(pets: Path) -> None:
    rows = [row for row in pets09.read_rows(pets) if not row.ignore]
    feet = np.array([((r.box[0] + r.box[2]) / 2, r.box[3]) for r in rows])
    model = camera_model(pets09.layout(pets).cameras[pets09.CAMERA])
    found, valid = model.to_floor(feet)
    assert valid.all()
    apart = np.linalg.norm(found - np.array([r.world for r in rows]), axis=1)
    assert np.median(apart) < 0.14
    assert np.percentile(apart, 90) < 0.25
    back, in_front = model.project(np.column_stack([found, np.zeros(len(found))]))
    assert in_front.all()
    assert np.abs(back - feet).max() < 0.02


def test_everybody_walks_on_the_floor_and_comes_and_goes_through_gates(pets: Path) -> None:
    plan = FloorPlan(pets09.layout(pets))
    rows = pets09.read_rows(pets)
    assert all(plan.inside(row.world) for row in rows)
    for person in {row.person for row in rows}:
        own = [row for row in rows if row.person == person]
        if own[0].frame > 1:
            assert plan.gate_at(own[0].world) is not None, f"{person} appears inside"
        if own[-1].frame < pets09.FRAMES:
            assert plan.gate_at(own[-1].world) is not None, f"{person} vanishes inside"


def test_the_truth_has_all_labels_and_ignores_what_they_say(pets: Path) -> None:
    truth = pets09.truth(pets)
    boxes = truth.boxes[pets09.CAMERA]
    assert (len(boxes), sum(b.ignore for b in boxes)) == (1874, 174)
    assert sum(len(p.t) for p in truth.paths) == 1874
    assert sum(len(p.t) for p in truth.paths if p.ignore) == 174
    assert len({p.person for p in truth.paths}) == 10


def frames(pets: Path) -> Iterator[Frame]:
    for number in range(1, pets09.FRAMES + 1):
        image = cv2.imread(str(pets / "frames" / f"{number:06d}.jpg"))
        assert image is not None
        yield Frame(pets09.CAMERA, number, pets09.time_of(number), image.astype(np.uint8, copy=False))


@pytest.fixture(scope="module")
def yolox_nano(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("models")
    yield add_model(shared_data("models") / "yolox_nano_416x416.onnx", "yolox", folder, licence="Apache-2.0")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def seen(pets: Path, yolox_nano: Path) -> list[Detections]:
    with DetectorPool(load_detector(yolox_nano), threads=2) as pool:
        found = list(pool.ordered(frames(pets)))
        assert pool.failed == 0
    return found


REFERENCE: list[tuple[IgnoreRule, float, tuple[float, float]]] = [
    ("ignore", 0.25, (0.741, 0.907)),
    ("ignore", 0.35, (0.757, 0.892)),
    ("ignore", 0.50, (0.835, 0.878)),
    ("literal", 0.35, (0.700, 0.892)),
]
"""Rule, score, precision and recall: measured once with independent code."""


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "threshold", "expected"), REFERENCE)
def test_yolox_nano_finds_what_independent_code_found(
    pets: Path, seen: list[Detections], rule: IgnoreRule, threshold: float, expected: tuple[float, float]
) -> None:
    truth = pets09.truth(pets)
    boxes = truth.boxes[pets09.CAMERA]
    score = score_boxes(pets09.CAMERA, boxes, seen, threshold, rule=rule, period_s=truth.frame_period_s)
    assert (score.frames, score.true) == (300, 1700)
    assert score.precision == pytest.approx(expected[0], abs=0.01)
    assert score.recall == pytest.approx(expected[1], abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(("threshold", "gained"), [(0.25, 0.09), (0.35, 0.09), (0.50, 0.05)])
def test_the_motion_gate_takes_a_notice_board_and_no_person(
    pets: Path, seen: list[Detections], threshold: float, gained: float
) -> None:
    gate, truth = MotionGate(), pets09.truth(pets)
    judged = [gate.judge(frame.image, each) for frame, each in zip(frames(pets), seen, strict=True)]
    before, after = (
        score_boxes(pets09.CAMERA, truth.boxes[pets09.CAMERA], each, threshold, period_s=truth.frame_period_s)
        for each in (seen, judged)
    )
    assert before.precision is not None
    assert after.precision is not None
    assert after.precision >= before.precision + gained
    assert after.hits == before.hits


@pytest.mark.slow
def test_feet_of_found_boxes_fall_near_the_true_positions(pets: Path, seen: list[Detections]) -> None:
    """The reference is a median of 0.20 m and a 90th percentile of 0.48 m."""
    model = camera_model(pets09.layout(pets).cameras[pets09.CAMERA])
    rows = [row for row in pets09.read_rows(pets) if not row.ignore]
    apart = []
    for picture in seen:
        feet = np.array([((d.box[0] + d.box[2]) / 2, d.box[3]) for d in picture.items])
        places, valid = model.to_floor(feet)
        own = np.array([r.world for r in rows if r.frame == picture.seq])
        distances = np.linalg.norm(places[valid][:, None] - own[None], axis=2)
        apart += [d for d in distances.min(axis=0) if d <= 1.0]
    assert np.median(apart) < 0.22
    assert len(apart) > 1400
