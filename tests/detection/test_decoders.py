"""Decoders on golden tensors: each is laid out by hand, each expected value is worked out beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.detection import centre_points, yolox
from inference.detection.family import BadOutputError, Tensor
from inference.detection.manifest import Manifest, ModelInput, Thresholds
from inference.detection.picture import Placement
from inference.messages import Detections, KeyPoint
from inference.messages.checks import problem_of
from tests.detection.networks import yolox_rows

SAME = Placement(1.0, 1.0, 64, 64)
HALF = Placement(0.5, 0.25, 128, 256)
"""The picture was shrunk to a half and a quarter: coordinates come back twice and four times as large."""


def yolox_manifest(score: float = 0.3, nms: float | None = 0.45, decoded: bool = False) -> Manifest:
    return Manifest(
        name="y",
        family="yolox",
        sha256="0" * 64,
        licence="none",
        input=ModelInput(name="images", width=64, height=64, layout="nchw", type="float32"),
        thresholds=Thresholds(score=score, nms=nms),
        classes=("dog", "person"),
        decoded=decoded,
    )


def answer(**cells: tuple[int, list[float]]) -> dict[str, NDArray[np.float32]]:
    rows = yolox_rows(64, classes=2)
    for index, values in cells.values():
        rows[index] = values
    return {"output": rows[None]}


# Stride 16 starts after the 8 x 8 cells of stride 8; row 1, column 2 of its 4 x 4 grid is 64 + 4 + 2.
# Centre ((2 + 0.5) * 16, (1 + 0.25) * 16) = (40, 20), size (2 * 16, 3 * 16) = (32, 48), score 0.9 * 0.8.
PERSON = (70, [0.5, 0.25, math.log(2), math.log(3), 0.9, 0.1, 0.8])


def test_yolox_decodes_a_cell_of_the_middle_grid() -> None:
    (found,) = yolox.decode(answer(p=PERSON), yolox_manifest(), SAME)
    assert found.box == pytest.approx((24, -4, 56, 44), abs=1e-4)
    assert found.score == pytest.approx(0.72, abs=1e-6)


def test_yolox_decodes_the_first_and_the_last_cell() -> None:
    first = (0, [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.6])  # centre (0, 0), size 8
    last = (83, [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.5])  # stride 32, row 1, column 1: centre (32, 32), size 32
    found = yolox.decode(answer(a=first, b=last), yolox_manifest(), SAME)
    assert [d.box for d in found] == [(-4, -4, 4, 4), (16, 16, 48, 48)]


def test_yolox_scales_boxes_back_to_the_picture() -> None:
    (found,) = yolox.decode(answer(p=PERSON), yolox_manifest(), HALF)
    assert found.box == pytest.approx((48, -16, 112, 176), abs=1e-3)


def test_yolox_leaves_other_classes_and_low_scores_out() -> None:
    dog = (70, [0.5, 0.25, 0.0, 0.0, 0.9, 0.95, 0.1])
    assert yolox.decode(answer(p=dog), yolox_manifest(), SAME) == ()
    assert yolox.decode(answer(p=PERSON), yolox_manifest(score=0.73), SAME) == ()


def test_yolox_keeps_the_better_of_two_boxes_on_one_person() -> None:
    # Beside PERSON, one column to the right with the offset one cell to the left: the same box, score 0.63.
    twin = (71, [-0.5, 0.25, math.log(2), math.log(3), 0.9, 0.1, 0.7])
    (found,) = yolox.decode(answer(p=PERSON, q=twin), yolox_manifest(), SAME)
    assert found.score == pytest.approx(0.72)
    both = yolox.decode(answer(p=PERSON, q=twin), yolox_manifest(nms=None), SAME)
    assert [d.score for d in both] == pytest.approx([0.72, 0.63])


def test_yolox_takes_decoded_boxes_as_they_are() -> None:
    row = (70, [40.0, 20.0, 32.0, 48.0, 0.9, 0.1, 0.8])
    (found,) = yolox.decode(answer(p=row), yolox_manifest(decoded=True), SAME)
    assert found.box == (24, -4, 56, 44)


def test_yolox_drops_what_is_not_a_number() -> None:
    bad_score = (3, [0.0, 0.0, 0.0, 0.0, math.nan, 0.0, 0.9])
    bad_box = (5, [math.inf, 0.0, 0.0, 0.0, 0.9, 0.0, 0.9])
    (found,) = yolox.decode(answer(a=bad_score, b=bad_box, p=PERSON), yolox_manifest(), SAME)
    assert found.score == pytest.approx(0.72)


def test_yolox_refuses_logits_and_other_sizes() -> None:
    with pytest.raises(BadOutputError, match="sigmoid"):
        yolox.decode(answer(p=(70, [0, 0, 0, 0, 4.0, 0, 3.0])), yolox_manifest(), SAME)
    with pytest.raises(BadOutputError, match="shape"):
        yolox.decode({"output": np.zeros((1, 85, 7), np.float32)}, yolox_manifest(), SAME)


numbers = st.sampled_from([0.0, 0.5, 0.9, 1.0, -1.0, 30.0, 3e38, -3e38, math.inf, -math.inf, math.nan])


@given(
    st.lists(st.tuples(st.integers(0, 83), st.lists(numbers, min_size=7, max_size=7)), max_size=5),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_yolox_survives_any_numbers(cells: list[tuple[int, list[float]]], decoded: bool) -> None:
    outputs = answer(**{str(i): cell for i, cell in enumerate(cells)})
    try:
        found = yolox.decode(outputs, yolox_manifest(decoded=decoded), HALF)
    except BadOutputError:
        return
    assert problem_of(Detections("c", 0.0, 0, 128, 256, found)) is None
    assert [d.score for d in found] == sorted((d.score for d in found), reverse=True)


# -- centre points ---------------------------------------------------------------------------------------


def centre_manifest(score: float = 0.3, nms: float | None = None) -> Manifest:
    return Manifest(
        name="c",
        family="centre_points",
        sha256="0" * 64,
        licence="none",
        input=ModelInput(name="image", width=64, height=64, layout="nhwc", type="uint8"),
        thresholds=Thresholds(score=score, nms=nms),
        key_points=centre_points.KEY_POINTS,
    )


def two_people() -> dict[str, NDArray[np.float32]]:
    """The second scores higher; the third place is not used."""
    points = np.zeros((1, 3, 4, 3), np.float32)
    points[0, 0] = [(10, 4, 0.9), (10, 40, 0.5), (5, 20, 0.25), (15, 20, 0.0)]
    points[0, 1] = [(30, 6, 1.0), (30, np.nan, 1.0), (25, 22, 0.5), (35, 22, 0.75)]
    return {
        "scores": np.array([[0.5, 0.875, 0.0]], np.float32),
        "boxes": np.array([[[4, 2, 16, 42], [24, 4, 36, 44], [0, 0, 0, 0]]], np.float32),
        "points": points,
        "appearance": np.array([[[3, 4], [0, 0], [1, 1]]], np.float32),
    }


def test_centre_points_gives_people_best_first_with_key_points() -> None:
    best, other = centre_points.decode(two_people(), centre_manifest(), HALF)
    assert (best.score, best.box) == (0.875, (48, 16, 72, 176))
    assert (other.score, other.box) == (0.5, (8, 8, 32, 168))
    assert best.head == KeyPoint(60, 24, 1.0)
    assert best.wrist_left == KeyPoint(50, 88, 0.5)
    assert best.wrist_right == KeyPoint(70, 88, 0.75)
    assert other.foot == KeyPoint(20, 160, 0.5)


def test_centre_points_says_none_for_what_is_not_known() -> None:
    best, other = centre_points.decode(two_people(), centre_manifest(), SAME)
    assert best.foot is None  # its y is not a number
    assert other.wrist_right is None  # its score is 0
    assert best.appearance is None  # zeros
    assert other.appearance is not None
    assert other.appearance.vector.tolist() == pytest.approx([0.6, 0.8])  # 3, 4 as a unit vector


def test_centre_points_without_appearance_and_with_suppression() -> None:
    outputs = two_people()
    del outputs["appearance"]
    outputs["boxes"][0, 0] = (24, 4, 36, 43)  # overlaps the other by 39 / 40
    (best,) = centre_points.decode(outputs, centre_manifest(nms=0.5), SAME)
    assert (best.score, best.appearance) == (0.875, None)
    assert len(centre_points.decode(outputs, centre_manifest(), SAME)) == 2


def test_centre_points_refuses_logits() -> None:
    outputs = two_people() | {"scores": np.array([[-3.0, 2.0, 0.0]], np.float32)}
    with pytest.raises(BadOutputError, match="sigmoid"):
        centre_points.decode(outputs, centre_manifest(), SAME)


@given(st.lists(numbers, min_size=3 * 19, max_size=3 * 19), st.sampled_from([None, 0.5]))
@settings(max_examples=150, deadline=None)
def test_centre_points_survives_any_numbers(values: list[float], nms: float | None) -> None:
    flat = np.array(values, np.float32).reshape(1, 3, 19)
    outputs = {
        "scores": flat[:, :, 0],
        "boxes": flat[:, :, 1:5],
        "points": flat[:, :, 5:17].reshape(1, 3, 4, 3),
        "appearance": flat[:, :, 17:],
    }
    try:
        found = centre_points.decode(outputs, centre_manifest(nms=nms), HALF)
    except BadOutputError:
        return
    assert problem_of(Detections("c", 0.0, 0, 128, 256, found)) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"boxes": None}, "missing: boxes"),
        ({"points": (1, 9, 3, 3)}, "number of peaks"),
        ({"points": (1, 3, 3, 3)}, "points has shape"),
        ({"scores": (3,)}, "scores has shape"),
    ],
)
def test_centre_points_names_what_breaks_the_contract(
    change: dict[str, tuple[int, ...] | None], words: str
) -> None:
    shapes: dict[str, tuple[int | None, ...]] = {"scores": (1, 3), "boxes": (1, 3, 4), "points": (1, 3, 4, 3)}
    assert centre_points.problem(_declared(shapes), centre_manifest()) is None
    for name, shape in change.items():
        shapes.pop(name)
        if shape is not None:
            shapes[name] = shape
    assert words in (centre_points.problem(_declared(shapes), centre_manifest()) or "")


def _declared(shapes: dict[str, tuple[int | None, ...]]) -> tuple[Tensor, ...]:
    return tuple(Tensor(name, shape, "tensor(float)") for name, shape in shapes.items())
