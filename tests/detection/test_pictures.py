"""Pictures on their way into the network, and boxes among themselves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.detection.boxes import overlaps, suppress
from inference.detection.manifest import ModelInput
from inference.detection.picture import Picture, place


def wanted(**changes: object) -> ModelInput:
    fields: dict[str, object] = {"name": "i", "width": 64, "height": 32, "layout": "nhwc", "type": "uint8"}
    return ModelInput(**(fields | changes))  # type: ignore[arg-type]  # fields by name


def picture(height: int, width: int) -> Picture:
    """Blue on the left, red on the right."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : width // 2, 0] = 200
    image[:, width // 2 :, 2] = 100
    return image


def test_letterbox_puts_the_picture_at_the_top_left() -> None:
    tensor, lies = place(picture(64, 64), wanted(fill=7))
    assert tensor.shape == (1, 32, 64, 3)
    assert tensor.dtype == np.uint8
    assert (lies.scale_x, lies.scale_y) == (0.5, 0.5)
    assert (tensor[0, :, 32:] == 7).all()
    assert tensor[0, 5, 5].tolist() == [200, 0, 0]
    assert tensor[0, 5, 30].tolist() == [0, 0, 100]


def test_stretch_fills_the_input() -> None:
    tensor, lies = place(picture(64, 64), wanted(resize="stretch"))
    assert (lies.scale_x, lies.scale_y) == (1.0, 0.5)
    assert tensor[0, 31, 63].tolist() == [0, 0, 100]


def test_planes_colours_and_range() -> None:
    tensor, _ = place(
        picture(32, 64), wanted(layout="nchw", type="float32", colour="rgb", range="0-1", resize="stretch")
    )
    assert tensor.shape == (1, 3, 32, 64)
    assert tensor.dtype == np.float32
    assert tensor[0, :, 0, 0].tolist() == pytest.approx([0, 0, 200 / 255])
    assert tensor[0, :, 0, 63].tolist() == pytest.approx([100 / 255, 0, 0])
    plain, _ = place(picture(32, 64), wanted(layout="nchw", type="float32"))
    assert plain[0, :, 0, 0].tolist() == [200, 0, 0]


def test_the_picture_itself_is_not_touched() -> None:
    image = picture(32, 64)
    before = image.copy()
    for changes in ({"fill": 3, "width": 128}, {"colour": "rgb"}, {"type": "float32", "layout": "nchw"}):
        place(image, wanted(**changes))
    assert np.array_equal(image, before)


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from(["letterbox", "stretch"]))
@settings(max_examples=60, deadline=None)
def test_any_picture_fits_and_its_corners_come_back(height: int, width: int, resize: str) -> None:
    tensor, lies = place(np.zeros((height, width, 3), np.uint8), wanted(resize=resize))
    assert tensor.shape == (1, 32, 64, 3)
    corner = np.array([[0, 0, width * lies.scale_x, height * lies.scale_y]], np.float32)
    assert corner[0, 2] <= 64.001
    assert corner[0, 3] <= 32.001
    assert lies.boxes(corner)[0].tolist() == pytest.approx([0, 0, width, height], rel=1e-5)


def test_overlap_by_hand() -> None:
    a = np.array([[0, 0, 2, 2], [0, 0, 1, 1]], np.float32)
    b = np.array([[1, 0, 3, 2], [5, 5, 6, 6], [0, 0, 2, 2]], np.float32)
    # 2 of 4 + 4 - 2; nothing; all. 0 of 1 + 4; nothing; 1 of 4.
    assert overlaps(a, b).tolist() == [pytest.approx([1 / 3, 0, 1]), pytest.approx([0, 0, 0.25])]


boxes_and_scores = st.lists(
    st.tuples(
        st.integers(0, 40), st.integers(0, 40), st.integers(1, 30), st.integers(1, 30), st.integers(1, 10**6)
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[4],
)


@given(boxes_and_scores, st.sampled_from([0.3, 0.45, 0.62]))
@settings(max_examples=100, deadline=None)
def test_suppression_agrees_with_opencv(rows: list[tuple[int, int, int, int, int]], most: float) -> None:
    corners = np.array([(x, y, x + w, y + h) for x, y, w, h, _ in rows], np.float64)
    scores = np.array([s / 1e6 for *_, s in rows])
    sizes = [(float(x), float(y), float(w), float(h)) for x, y, w, h, _ in rows]
    expected = cv2.dnn.NMSBoxes(sizes, scores.tolist(), 0.0, most)
    assert suppress(corners, scores, most).tolist() == np.asarray(expected).reshape(-1).tolist()


def test_suppression_of_nothing() -> None:
    assert suppress(np.zeros((0, 4)), np.zeros(0), 0.5).tolist() == []


@pytest.mark.parametrize(
    ("size", "shape", "scale"),
    [
        ((32, 64), (32, 64), 1.0),  # the budget is 64 x 32 pixels: nothing is enlarged
        ((64, 64), (48, 48), 0.707),
        ((90, 160), (48, 64), 0.377),
        ((16, 20), (16, 32), 1.0),
    ],
)
def test_fit_takes_the_pictures_shape_within_the_budget(
    size: tuple[int, int], shape: tuple[int, int], scale: float
) -> None:
    tensor, lies = place(picture(*size), wanted(resize="fit", fill=9))
    assert tensor.shape == (1, *shape, 3)
    assert lies.scale_x == pytest.approx(scale, abs=0.04)
    assert lies.scale_y == pytest.approx(scale, abs=0.04)
    assert tensor[0, 2, 2].tolist() == [200, 0, 0]
    low, right = round(size[0] * lies.scale_y), round(size[1] * lies.scale_x)
    assert (tensor[0, low:] == 9).all()
    assert (tensor[0, :, right:] == 9).all()
