"""The truth about a picture follows from what was drawn in it."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("skimage", reason="needs the extra simulate")
pytest.importorskip("moderngl", reason="needs the extra simulate")

from inference.simulation.rendering.figures import Figure, Wish, make_figure
from inference.simulation.rendering.optics import LensView
from inference.simulation.rendering.poses import HandTarget, Posed, Stance, pose
from inference.simulation.rendering.sightings import Shown, TrueSighting, sight
from store_layout.aim import looking_at
from store_layout.camera_geometry import camera_model
from store_layout.model import Camera

ABOUT = Camera(
    id="c", name="c", width=320, height=240, calibration=looking_at((0, 0, 2.6), (4, 0, 0.9), 320, 240, 70.0)
)
LENS = LensView(ABOUT)
EMPTY = np.full((LENS.view.height, LENS.view.width), np.inf, dtype=np.float32)


@pytest.fixture(scope="module")
def figure() -> Figure:
    return make_figure(np.random.default_rng(4), Wish(height=1.75))


def shown(depth: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Shown:
    return Shown(camera_model(ABOUT), LENS.size, LENS.view, depth)


def seen(
    figure: Figure, posed: Posed, depth: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
) -> TrueSighting:
    found = sight(figure, posed, shown(depth))
    assert found is not None
    return found


def test_whoever_nothing_hides_is_seen_where_they_stand(figure: Figure) -> None:
    posed = pose(figure, Stance(4.0, 0.3, math.pi))
    found = seen(figure, posed, EMPTY)
    assert found.visible == pytest.approx(1.0)
    model = camera_model(ABOUT)
    foot = model.project(np.array([[4.0, 0.3, 0.0]]))[0][0]
    assert math.dist((found.foot.x, found.foot.y), foot) < 3
    x1, y1, x2, y2 = found.box
    assert x1 < found.head.x < x2
    assert y1 < found.head.y < y1 + 0.2 * (y2 - y1)
    assert abs(found.height_px - (y2 - y1)) < 0.12 * (y2 - y1)
    assert found.head.seen
    assert found.foot.seen
    assert found.wrist_left.seen
    # they face the camera: their left hand is on the right of the picture
    assert found.wrist_left.x > found.head.x > found.wrist_right.x


def test_what_stands_before_them_hides_them_but_not_their_box(figure: Figure) -> None:
    posed = pose(figure, Stance(4.0, 0.0, math.pi))
    free = seen(figure, posed, EMPTY)
    wall = EMPTY.copy()
    wall[int((free.box[1] + free.box[3]) / 2) :] = 1.5
    half = seen(figure, posed, wall)
    assert half.box == free.box
    assert 0.2 < half.visible < 0.85
    assert half.head.seen
    assert not half.foot.seen
    nothing = seen(figure, posed, np.full_like(EMPTY, 1.5))
    assert nothing.visible == 0.0


def test_a_hand_before_the_body_is_seen_and_one_behind_it_is_not(figure: Figure) -> None:
    target = HandTarget((4.35, 0.0, 1.15), 1.0)
    front = pose(figure, Stance(4.0, 0.0, math.pi))
    depth = EMPTY.copy()
    view = LENS.view
    # A body at 4 m that hides everything further away along the same lines of sight.
    for v in np.linspace(0.9, 1.6, 40):
        for u in np.linspace(-0.25, 0.25, 40):
            x, y, z = view.r @ np.array([4.0, u, v]) + view.t
            px, py, pw = view.k @ np.array([x, y, z])
            depth[int(py / pw), int(px / pw)] = z
    reaching = pose(figure, Stance(4.0, 0.0, 0.0, right=target))
    assert not seen(figure, reaching, depth).wrist_right.seen
    assert seen(figure, front, EMPTY).wrist_right.seen


def test_who_is_behind_the_camera_or_far_outside_is_in_no_picture(figure: Figure) -> None:
    assert sight(figure, pose(figure, Stance(-3.0, 0.0, 0.0)), shown(EMPTY)) is None
    assert sight(figure, pose(figure, Stance(3.0, 30.0, 0.0)), shown(EMPTY)) is None


def test_whoever_is_cut_by_the_edge_keeps_a_whole_box_and_loses_what_is_outside(figure: Figure) -> None:
    found = seen(figure, pose(figure, Stance(1.3, 0.0, 0.0)), EMPTY)
    assert found.box[3] > ABOUT.height
    assert found.visible < 0.9
    assert not found.foot.seen
