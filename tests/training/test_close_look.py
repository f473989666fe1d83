"""The second look: what it is shown, what it is taught, and how it moves points."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="torch, an extra, is not installed")

import torch

from inference.training.answers import Looks
from inference.training.augment import FILL
from inference.training.close_look import COLUMNS, REACH, ROWS, CloseLook, close_targets
from inference.training.graph import overlapped
from tests.training.sizes import TINY


def looks(boxes: list[list[float]]) -> Looks:
    box = torch.tensor(boxes)
    count = len(box)
    middle = ((box[:, :2] + box[:, 2:]) / 2)[:, None].expand(-1, 4, -1)
    nothing = torch.zeros(count, 4)
    return Looks(
        box,
        box,
        middle,
        middle,
        nothing,
        torch.zeros(count),
        torch.zeros(count),
        torch.zeros(count, TINY.hidden),
    )


def untrained() -> CloseLook:
    torch.manual_seed(3)
    layers = CloseLook(TINY).eval()
    layers.start()
    return layers


def test_a_crop_is_what_is_around_the_box_and_grey_outside_of_the_picture() -> None:
    image = torch.randint(0, 256, (2, 3, 80, 100), dtype=torch.uint8)
    box = torch.tensor([[40.0, 20, 60, 60], [-12, -16, 12, 16]])
    middle, half = (box[:, :2] + box[:, 2:]) / 2, (box[:, 2:] - box[:, :2]) / 2
    crops = untrained()._crops(image, torch.tensor([1, 0]), middle, REACH * half)
    assert crops.shape == (2, 3, ROWS, COLUMNS)
    pixels = crops * 64 + FILL
    for row, column in ((0, 0), (10, 30), (63, 47)):
        x = 50 + ((column + 0.5) * 2 / COLUMNS - 1) * REACH * 10
        y = 40 + ((row + 0.5) * 2 / ROWS - 1) * REACH * 20
        assert torch.equal(pixels[0, :, row, column], image[1, :, int(y), int(x)].float())
    assert (pixels[1, :, : ROWS // 2] == FILL).all()
    assert (pixels[1, :, :, : COLUMNS // 2] == FILL).all()
    assert torch.equal(pixels[1, :, ROWS // 2, COLUMNS // 2], image[0, :, 0, 0].float())


def test_one_picture_is_looked_at_as_one_of_many() -> None:
    layers, image = untrained(), torch.randint(0, 256, (2, 3, 64, 96), dtype=torch.uint8)
    two = looks([[20.0, 10, 40, 50], [50, 20, 80, 60]])
    with torch.no_grad():
        both = layers(image, torch.tensor([1, 1]), two)
        alone = layers(image[1:], torch.tensor([0, 0]), two)
    for a, b in zip(both, alone, strict=True):
        torch.testing.assert_close(a, b)


def test_before_anything_is_learned_the_first_look_stands() -> None:
    first = looks([[20.0, 10, 40, 50]])
    with torch.no_grad():
        closer = untrained()(torch.zeros(1, 3, 64, 96), torch.zeros(1, dtype=torch.int64), first)
    torch.testing.assert_close(closer.box, first.box, atol=1.0, rtol=0)
    torch.testing.assert_close(closer.points, first.points, atol=3.0, rtol=0)  # a cell is 1 by 1.6 pixels
    assert closer.score.abs().max() < 0.2


def test_a_point_is_drawn_to_the_peak_of_its_map_and_no_further_than_its_window() -> None:
    layers = untrained()
    heat = torch.full((1, 3, 32, 24), -8.0)
    heat[0, 2, 16, 14] = 12.0  # two cells to the right of the middle
    heat[0, 0, 2, 2] = 12.0  # too far for the head, which is thought to be in the middle
    places = torch.zeros(1, 4, 2)
    drawn, clear = layers._drawn(heat, places)
    assert drawn[0, 2].tolist() == pytest.approx([14.5 / 24 * 2 - 1, 16.5 / 32 * 2 - 1], abs=0.01)
    assert drawn[0, 0].abs().max() < 0.1
    assert clear[0].tolist() == [-8.0, -8.0, 12.0, 12.0]


def test_the_maps_are_to_show_points_that_show_and_nothing_is_asked_about_hidden_ones() -> None:
    region = torch.tensor([[50.0, 40.0, 12.0, 16.0]])  # a cell is a pixel
    points = torch.tensor([[[50.0, 30, 1], [50, 54, 0], [42.5, 40.5, 1], [58, 40, 0]]])
    wanted, counts = close_targets(points, region, torch.zeros(1, 3, 32, 24))
    assert wanted[0, 0].max() > 0.7
    assert wanted[0, 1].max() == 0
    assert wanted[0, 2, 16, 4] == 1  # the wrist that shows, in the middle of its cell
    assert wanted[0, 2, :, 12:].max() < 1e-6
    assert counts[0, 0].all()
    assert not counts[0, 1, 30, 12]
    assert not counts[0, 2, 16, 20]
    assert counts[0, 2, 16, 4]


def test_a_box_on_a_better_one_is_not_looked_at_again() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 20], [1, 0, 11, 20], [30, 0, 40, 20]])
    assert overlapped(boxes).tolist() == [False, True, False]
