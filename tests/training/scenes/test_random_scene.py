"""Random scenes: reproducible, possible, and as varied as training needs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pytest

from inference.training.scenes import Shot, TrainingScene, compose, random_scene
from inference.training.scenes.cameras import REFERENCE_PX, WIDEST, sound
from inference.training.scenes.crowd import APART_M
from inference.training.scenes.floor_map import FloorMap
from inference.training.scenes.setting import Setting
from store_layout.camera_geometry import camera_model
from store_layout.model import OpenCvCalibration

ARMS = {"hang", "phone", "basket", "trolley", "pockets", "folded", "bag"}
SEED, SCENES = 20261126, 26
BODY_M = 1.7


class Built(NamedTuple):
    scene: TrainingScene
    floor: FloorMap


@pytest.fixture(scope="module")
def built() -> list[Built]:
    """Scenes together with the maps of what stands in them."""
    floors: list[FloorMap] = []

    def kept(maker: Callable[[np.random.Generator], Setting]) -> Callable[[np.random.Generator], Setting]:
        def make(rng: np.random.Generator) -> Setting:
            setting = maker(rng)
            floors.append(setting.stage.floor)
            return setting

        return make

    with pytest.MonkeyPatch.context() as patch:
        for kind, maker in list(compose.SETTINGS.items()):
            patch.setitem(compose.SETTINGS, kind, kept(maker))
        return [Built(random_scene(np.random.default_rng([SEED, n])), floors[-1]) for n in range(SCENES)]


@pytest.fixture(scope="module")
def scenes(built: list[Built]) -> list[TrainingScene]:
    return [one.scene for one in built]


def shots_of(scenes: list[TrainingScene]) -> Iterator[tuple[TrainingScene, Shot]]:
    return ((scene, shot) for scene in scenes for shot in scene.shots)


def heights_px(shot: Shot) -> list[float]:
    """Pixels from crown to foot of a 1.7 m body where each of the people stands, at the reference width."""
    feet = np.array([(s.x, s.y, 0.0) for _, s in shot.people]).reshape(-1, 3)
    model = camera_model(shot.camera)
    low, seen = model.project(feet)
    high, also = model.project(feet + np.array([0.0, 0.0, BODY_M]))
    found = np.linalg.norm(high - low, axis=1)[seen & also]
    return [float(h) * REFERENCE_PX / shot.camera.width for h in found]


@pytest.mark.parametrize("kind", ["store", "room", "outdoor", "abstract"])
def test_a_seed_makes_the_same_scene_again(kind: str, scenes: list[TrainingScene]) -> None:
    number, first = next((n, scene) for n, scene in enumerate(scenes) if scene.kind == kind)
    second = random_scene(np.random.default_rng([SEED, number]))
    assert first.wishes == second.wishes
    assert [shot.people for shot in first.shots] == [shot.people for shot in second.shots]
    assert [shot.camera for shot in first.shots] == [shot.camera for shot in second.shots]
    assert first.stage.lighting == second.stage.lighting
    assert len(first.stage.things) == len(second.stage.things)
    for a, b in zip(first.stage.things, second.stage.things, strict=True):
        assert a.surface == b.surface
        np.testing.assert_array_equal(a.mesh.positions, b.mesh.positions)
        np.testing.assert_array_equal(a.transforms, b.transforms)
    for name, picture in first.stage.pictures.items():
        np.testing.assert_array_equal(picture, second.stage.pictures[name])


def test_no_two_scenes_are_alike(scenes: list[TrainingScene]) -> None:
    assert len({scene.shots[0].camera.calibration for scene in scenes}) == len(scenes)


def test_scenes_refer_only_to_what_they_hold(scenes: list[TrainingScene]) -> None:
    for scene, shot in shots_of(scenes):
        numbers = [number for number, _ in shot.people]
        assert len(set(numbers)) == len(numbers)
        assert all(0 <= number < len(scene.wishes) for number in numbers)
        assert all(stance.arms in ARMS for _, stance in shot.people)
        for figure, side, product in shot.held:
            assert figure in numbers
            assert side in {"left", "right"}
            assert 0 <= product < len(scene.products)
        surfaces = [thing.surface for thing in (*scene.stage.things, *shot.props)]
        surfaces += [surface for _, surface in scene.products]
        assert {s.picture for s in surfaces if s.picture is not None} <= set(scene.stage.pictures)


def test_meshes_are_sound(scenes: list[TrainingScene]) -> None:
    for scene in scenes[:12]:
        for thing in scene.stage.things:
            mesh = thing.mesh
            assert mesh.positions.dtype == np.float32
            assert np.isfinite(mesh.positions).all()
            assert int(mesh.faces.max()) < len(mesh.positions)
            np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=0.02)


def test_every_scene_has_four_to_eight_shots_that_fit_the_renderer(scenes: list[TrainingScene]) -> None:
    for scene in scenes:
        assert 4 <= len(scene.shots) <= 8
        assert all(shot.camera.width <= 640 and shot.camera.height <= 384 for shot in scene.shots)
        triangles = sum(len(t.mesh.faces) * len(t.transforms) for t in scene.stage.things)
        assert triangles < 90_000


def test_cameras_can_be_undistorted_to_their_corners(scenes: list[TrainingScene]) -> None:
    for scene in scenes:
        camera = scene.shots[0].camera
        assert isinstance(camera.calibration, OpenCvCalibration)
        assert sound(camera)
        assert WIDEST < 2.0
        w, h = camera.width, camera.height
        corners = np.array([(0, 0), (w, 0), (0, h), (w, h), (w / 2, h / 2)], dtype=np.float64)
        model = camera_model(camera)
        eye, rays = model.sight_lines(corners)
        assert np.isfinite(rays).all()
        back, seen = model.project(eye + 3.0 * rays)
        assert seen.all()
        np.testing.assert_allclose(back, corners, atol=0.5)
        assert 1.5 < eye[2] < 10.5


def test_people_keep_apart(scenes: list[TrainingScene]) -> None:
    for _, shot in shots_of(scenes):
        places = np.array([(s.x, s.y) for _, s in shot.people]).reshape(-1, 2)
        between = np.linalg.norm(places[:, None] - places[None], axis=2)
        np.fill_diagonal(between, np.inf)
        assert between.min(initial=np.inf) >= APART_M - 0.12 >= 0.3


def test_people_and_cameras_are_not_inside_of_things(built: list[Built]) -> None:
    for scene, floor in built:
        room = floor.room()
        for shot in scene.shots:
            places = np.array([(s.x, s.y) for _, s in shot.people]).reshape(-1, 2)
            assert floor.fits(places, room, 0.15).all()
            eye = camera_model(shot.camera).position
            assert eye is not None
            assert float(floor.height_at(np.array(eye[:2]))) < eye[2]


def test_sizes_cover_30_to_350_pixels_evenly(scenes: list[TrainingScene]) -> None:
    sizes = np.array([h for _, shot in shots_of(scenes) for h in heights_px(shot)])
    edges = np.exp(np.linspace(np.log(30), np.log(350), 6))
    shares = np.histogram(sizes, edges)[0] / len(sizes)
    assert ((sizes > 24) & (sizes < 420)).mean() > 0.9
    assert shares.min() > 0.07
    assert shares.max() < 0.33


def test_some_pictures_show_nobody_and_some_a_crowd(scenes: list[TrainingScene]) -> None:
    counts = np.array([len(shot.people) for _, shot in shots_of(scenes)])
    assert 0.01 < (counts == 0).mean() < 0.15
    assert (counts >= 8).mean() > 0.1


def test_people_come_back_in_the_shots_of_their_scene(scenes: list[TrainingScene]) -> None:
    present = [
        sum(number in dict(shot.people) for shot in scene.shots) / len(scene.shots)
        for scene in scenes
        for number in range(len(scene.wishes))
    ]
    assert np.mean(present) > 0.65


def test_kinds_come_in_their_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "scene_of", lambda _, kind: kind)
    drawn = Counter(str(random_scene(np.random.default_rng(n))) for n in range(2000))
    assert sum(compose.MIXTURE.values()) == pytest.approx(1.0)
    for kind, share in compose.MIXTURE.items():
        assert drawn[kind] / 2000 == pytest.approx(share, abs=0.04)


def test_people_do_all_sorts_of_things(scenes: list[TrainingScene]) -> None:
    stances = [stance for _, shot in shots_of(scenes) for _, stance in shot.people]
    reaching = [s for s in stances if s.left is not None or s.right is not None]
    assert {s.arms for s in stances} == ARMS
    assert 0.2 < np.mean([s.stride > 0 for s in stances]) < 0.8
    assert len(reaching) > 0.03 * len(stances)
    assert any(s.crouch > 0.3 for s in stances)
    assert any(shot.props for _, shot in shots_of(scenes))
    assert any(shot.held for _, shot in shots_of(scenes))
    assert any(wish.child for scene in scenes for wish in scene.wishes)
    assert any(wish.staff for scene in scenes for wish in scene.wishes)
