"""The second look: what it is shown, what it is taught, and how it moves points."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="torch, an extra, is not installed")

import torch

from inference.training.answers import Looks, Maps
from inference.training.augment import FILL
from inference.training.close_look import COLUMNS, REACH, ROWS, UNSEEN_LOGIT, CloseLook, close_targets
from inference.training.graph import overlapped
from inference.training.sampling import Sampler
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


def maps(pictures: int, height: int, width: int) -> Maps:
    cells = torch.randn((pictures, 3, height // 4, width // 4), generator=torch.Generator().manual_seed(4))
    return Maps(cells[:, :1], cells, cells, cells, cells, cells)


def nowhere(count: int = 1) -> torch.Tensor:
    """What the first look says of wrists where it sees none."""
    return torch.full((count, 32 * 24), UNSEEN_LOGIT)


def untrained() -> CloseLook:
    torch.manual_seed(3)
    layers = CloseLook(TINY).eval()
    layers.start()
    return layers


def test_a_crop_is_what_is_around_the_box_and_grey_outside_of_the_picture() -> None:
    image = torch.randint(0, 256, (2, 3, 80, 100), dtype=torch.uint8)
    box = torch.tensor([[40.0, 20, 60, 60], [-12, -16, 12, 16]])
    crops = untrained().crops(image, torch.tensor([1, 0]), box)
    assert crops.shape == (2, 3, ROWS, COLUMNS)
    assert crops.dtype == torch.uint8
    pixels = crops.float()
    for row, column in ((0, 0), (21, 61), (127, 95)):
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
        seen = maps(2, 64, 96)
        both = layers(image, seen, torch.tensor([1, 1]), two)
        alone = layers(image[1:], Maps(*(part[1:] for part in seen)), torch.tensor([0, 0]), two)
    for a, b in zip(both, alone, strict=True):
        torch.testing.assert_close(a, b)


def test_before_anything_is_learned_the_first_look_stands() -> None:
    first = looks([[20.0, 10, 40, 50]])
    with torch.no_grad():
        image, which = torch.zeros(1, 3, 64, 96), torch.zeros(1, dtype=torch.int64)
        closer = untrained()(image, maps(1, 64, 96), which, first)
    torch.testing.assert_close(closer.box, first.box, atol=1.0, rtol=0)
    # A cell is .5 by .8 pixels. Wrists are wherever their map is highest.
    torch.testing.assert_close(closer.points[:, :2], first.points[:, :2], atol=3.0, rtol=0)
    torch.testing.assert_close(closer.rough, first.points, atol=1.0, rtol=0)
    assert closer.score.abs().max() < 0.2


def test_a_foot_is_drawn_to_the_peak_of_its_map_and_a_head_no_further_than_its_window() -> None:
    layers = untrained()
    heat = torch.full((1, 3, 64, 48), -8.0)
    heat[0, 1, 32, 26] = 12.0  # two cells to the right of the middle
    heat[0, 0, 4, 4] = 12.0  # too far for the head, which is thought to be in the middle
    drawn, clear = layers._drawn(heat, nowhere(), torch.zeros(1, 4, 2))
    assert drawn[0, 1].tolist() == pytest.approx([26.5 / 48 * 2 - 1, 32.5 / 64 * 2 - 1], abs=0.01)
    assert drawn[0, 0].abs().max() < 0.1
    assert clear[0, :2].tolist() == [-8.0, 12.0]


def place(column: float, row: float) -> list[float]:
    return [column / 48 * 2 - 1, row / 64 * 2 - 1]


def wrists_drawn(
    heat: torch.Tensor, thought: list[list[float]], first: torch.Tensor | None = None
) -> tuple[list[list[float]], list[float]]:
    places = torch.tensor([[[0.0, 0.0], [0.0, 0.0], *thought]])
    heats = torch.stack([torch.full((64, 48), -8.0)] * 2 + [heat])[None]
    drawn, clear = untrained()._drawn(heats, nowhere() if first is None else first, places)
    return drawn[0, 2:].tolist(), clear[0, 2:].tolist()


def test_wrists_are_the_two_peaks_that_are_best_together() -> None:
    heat = torch.full((64, 48), -6.0)
    heat[20, 5], heat[20, 18], heat[4, 12] = 5.0, 4.0, -1.0
    # Both are thought to be at the left: one is, the other is where the next peak is.
    (left, right), clear = wrists_drawn(heat, [place(5, 20), place(6, 20)])
    assert left == pytest.approx(place(5.5, 20.5), abs=0.02)
    assert right == pytest.approx(place(18.5, 20.5), abs=0.02)
    assert clear == [5.0, 4.0]
    # Thought of the other way round, they are found the other way round.
    (right, left), _ = wrists_drawn(heat, [place(16, 20), place(7, 20)])
    assert left == pytest.approx(place(5.5, 20.5), abs=0.02)
    assert right == pytest.approx(place(18.5, 20.5), abs=0.02)


def test_a_raised_hand_is_found_however_far_it_is_from_where_it_was_thought_to_be() -> None:
    heat = torch.full((64, 48), -6.0)
    heat[20, 5], heat[2, 18] = 4.0, 4.0
    (left, raised), _ = wrists_drawn(heat, [place(5.5, 20.5), place(18.5, 24)])
    assert left == pytest.approx(place(5.5, 20.5), abs=0.02)
    assert raised == pytest.approx(place(18.5, 2.5), abs=0.02)


def test_of_peaks_alike_the_nearer_ones_are_meant_and_cells_beside_them_say_where_exactly() -> None:
    heat = torch.full((64, 48), -6.0)
    for row, column in ((10, 3), (10, 20), (25, 3), (25, 20)):
        heat[row, column] = 4.0
    heat[25, 4] = 3.999  # the place is between two cells
    (left, right), _ = wrists_drawn(heat, [place(4, 24), place(20.5, 11)])
    assert left == pytest.approx(place(4, 25.5), abs=0.02)
    assert right == pytest.approx(place(20.5, 10.5), abs=0.02)


def test_a_map_without_two_peaks_gives_two_places_all_the_same() -> None:
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(48.0), indexing="ij")
    hill = -((x - 8) ** 2 + (y - 12) ** 2) / 9
    (one, other), clear = wrists_drawn(hill, [place(8.5, 12.5), place(8.5, 12.5)])
    assert one == pytest.approx(place(8.5, 12.5), abs=0.05)
    assert other == pytest.approx(place(8.5, 12.5), abs=0.2)
    assert clear[0] == 0


def test_a_wrist_stays_where_no_peak_is_worth_more() -> None:
    heat = torch.full((64, 48), -12.0)
    heat[20, 5], heat[6, 12], heat[12, 12] = 4.0, -8.0, -8.5
    (left, hidden), clear = wrists_drawn(heat, [place(5, 20), place(17.3, 22.7)])
    assert left == pytest.approx(place(5.5, 20.5), abs=0.02)
    assert hidden == pytest.approx(place(17.3, 22.7), abs=1e-4)
    assert clear == [4.0, -12.0]


def test_what_the_first_look_saw_decides_between_peaks_alike() -> None:
    heat = torch.full((64, 48), -6.0)
    heat[40, 10] = heat[40, 36] = heat[16, 24] = 4.0
    first = nowhere()  # its cells are twice as wide
    for row, column in ((8, 12), (20, 18)):
        first[0, row * 24 + column] = 3.0
    (one, other), clear = wrists_drawn(heat, [place(16, 28), place(34, 28)], first)
    assert one == pytest.approx(place(24.5, 16.5), abs=0.02)
    assert other == pytest.approx(place(36.5, 40.5), abs=0.02)
    assert clear == [4.0, 4.0]  # what it adds is no part of how clear the second look's peaks are


def test_what_the_first_look_saw_is_read_where_the_cells_of_the_crop_are() -> None:
    seen = maps(2, 64, 96)
    box = torch.tensor([[40.0, 16, 56, 48], [-40, -40, -20, -20]])
    first = untrained().seen_first(seen, torch.tensor([1, 0]), box)
    assert first.shape == (2, 32 * 24)
    assert (first[1] == UNSEEN_LOGIT).all()  # outside of the picture
    step_x, step_y = 2 * REACH * 8 / 24, 2 * REACH * 16 / 32
    x, y = 48 + (0.5 + 5 - 12) * step_x, 32 + (0.5 + 20 - 16) * step_y
    wanted = Sampler(seen.points[:, 2:], 4)(torch.tensor([1]), torch.tensor([[[x, y]]]))
    torch.testing.assert_close(first[0, 20 * 24 + 5], wanted[0, 0, 0])


def test_learning_moves_the_peak_that_was_chosen() -> None:
    heat = torch.full((1, 3, 64, 48), -6.0)
    heat[0, 2, 20, 5] = heat[0, 2, 20, 18] = 4.0
    heat.requires_grad_(True)
    places = torch.tensor([[[0.0, 0], [0, 0], place(5, 20), place(18, 20)]])
    drawn, _ = untrained()._drawn(heat, nowhere(), places)
    drawn[0, 2, 0].backward()
    slope = heat.grad
    assert slope is not None
    assert slope[0, 2, 20, 6] > 0  # what is to the right of it draws it there
    assert slope[0, 2, 20, 4] < 0
    assert slope[0, 2, :, 12:].abs().max() < 1e-6


def test_the_maps_are_to_show_points_that_show_and_nothing_is_asked_about_hidden_ones() -> None:
    region = torch.tensor([[50.0, 40.0, 24.0, 32.0]])  # a cell is a pixel
    points = torch.tensor([[[50.0, 20, 1], [50, 68, 0], [34.5, 40.5, 1], [66, 40, 0]]])
    wanted, counts = close_targets(points, region, torch.zeros(1, 3, 64, 48))
    assert wanted[0, 0].max() > 0.7
    assert wanted[0, 1].max() == 0
    assert wanted[0, 2, 32, 8] == 1  # the wrist that shows, in the middle of its cell
    assert wanted[0, 2, :, 24:].max() < 1e-6
    assert counts[0, 0].all()
    assert not counts[0, 1, 60, 24]
    assert not counts[0, 2, 32, 40]
    assert counts[0, 2, 32, 8]


def test_a_box_on_a_better_one_is_not_looked_at_again() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 20], [1, 0, 11, 20], [30, 0, 40, 20]])
    assert overlapped(boxes).tolist() == [False, True, False]
