"""Procedural people: the right size, closed, moved by their bones, and each like nobody else."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from inference.simulation.rendering.clipping import clipped, walls
from inference.simulation.rendering.fields import ellipsoid, grid, limb, slopes, surface, union
from inference.simulation.rendering.figures import Figure, Part, Wish, make_figure
from inference.simulation.rendering.skeleton import Bone, Build, joints_of
from inference.simulation.rendering.tops import Person

pytest.importorskip("skimage", reason="figures are made with scikit-image (extra simulate)")

SEEDS = range(4)


@cache
def somebody(seed: int) -> Figure:
    return make_figure(np.random.default_rng(seed))


def area_vector(figure: Figure, faces: np.ndarray) -> np.ndarray:
    a, b, c = (figure.positions[faces[:, k]].astype(float) for k in range(3))
    return np.asarray(np.cross(b - a, c - a).sum(axis=0) / 2)


@pytest.mark.parametrize("height", [1.1, 1.7, 2.0])
def test_it_is_as_tall_as_wished(height: float) -> None:
    figure = make_figure(np.random.default_rng(5), Wish(height=height))
    assert figure.height == height
    assert float(np.ptp(figure.positions[:, 2])) == pytest.approx(height, abs=0.02)
    assert float(figure.positions[:, 2].min()) == pytest.approx(0.0, abs=0.02)


def test_children_are_small_and_have_larger_heads() -> None:
    child = make_figure(np.random.default_rng(1), Wish(child=True))
    assert 1.05 < child.height < 1.6
    small, large = joints_of(Build(1.1, 0, 0, 0, 1.0)), joints_of(Build(1.8, 0, 0, 0))
    assert small[Bone.HEAD, 2] / 1.1 < large[Bone.HEAD, 2] / 1.8


@pytest.mark.parametrize("seed", SEEDS)
def test_arrays_fit_together(seed: int) -> None:
    figure = somebody(seed)
    count = len(figure.positions)
    assert 2_000 < len(figure.faces) < 9_000
    assert figure.faces.max() < count
    assert figure.positions.dtype == figure.normals.dtype == figure.weight.dtype == np.float32
    assert figure.bone.shape == figure.weight.shape == (count, 4)
    assert len(figure.joints) == len(Bone) <= 24
    assert figure.bone.max() < len(Bone)
    assert len(figure.looks) == len(Part)
    np.testing.assert_allclose(figure.weight.sum(axis=1), 1.0, atol=1e-5)
    assert figure.weight.min() >= 0.0
    np.testing.assert_allclose(np.linalg.norm(figure.normals, axis=1), 1.0, atol=1e-3)
    assert np.isfinite(figure.positions).all()
    assert figure.tint is not None
    assert figure.tint.shape == (count, 3)
    assert (figure.tint.min(), figure.tint.max()) >= (0.0, 0.5)
    assert all(0.0 <= v <= 1.0 for look in figure.looks for v in (*look.colour, *look.second))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_triangle_is_of_one_part(seed: int) -> None:
    figure = somebody(seed)
    parts = figure.part[figure.faces]
    assert (parts == parts[:, :1]).all()
    assert {Part.SKIN, Part.UPPER, Part.SHOES, Part.FEATURES} <= set(np.unique(parts).tolist())


@pytest.mark.parametrize("seed", SEEDS)
def test_normals_and_triangles_look_outwards(seed: int) -> None:
    figure = somebody(seed)
    a, b, c = (figure.positions[figure.faces[:, k]].astype(float) for k in range(3))
    facing = np.cross(b - a, c - a)
    along = np.einsum("fi,fi->f", facing, figure.normals[figure.faces].mean(axis=1))
    area = np.linalg.norm(facing, axis=1)
    assert area[along < 0].sum() < 0.02 * area.sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_shows_is_nearly_closed(seed: int) -> None:
    # Only what other pieces hide is missing: the areas of a closed surface cancel out.
    figure = somebody(seed)
    a, b, c = (figure.positions[figure.faces[:, k]].astype(float) for k in range(3))
    total = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    assert 1.2 < total < 4.5
    assert np.linalg.norm(area_vector(figure, figure.faces)) < 0.06 * total


def test_nobody_can_be_looked_through() -> None:
    # Rays from all sides meet a front before a back: nothing is open where one could see inside.
    figure = somebody(2)
    a, b, c = (figure.positions[figure.faces[:, k]].astype(float) for k in range(3))
    rng = np.random.default_rng(0)
    fronts = 0
    for _ in range(60):
        angle, z = rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.97) * figure.height
        towards = np.array([np.cos(angle), np.sin(angle), -rng.uniform(0, 0.8)])
        origin = np.array([0.0, 0.0, z]) - 3.0 * towards
        facing = first_hit(origin, towards, (a, b, c))
        if facing is not None:
            assert facing < 0
            fronts += 1
    assert fronts > 30


def first_hit(
    origin: np.ndarray, towards: np.ndarray, triangles: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> float | None:
    """Which way the first triangle on a ray faces (Möller and Trumbore 1997); None: none is met."""
    a, b, c = triangles
    normal = np.cross(b - a, c - a)
    facing = normal @ towards
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.einsum("fi,fi->f", a - origin, normal) / facing
        point = origin + t[:, None] * towards
        inside = np.ones(len(a), dtype=bool)
        for p, q in ((a, b), (b, c), (c, a)):
            inside &= np.einsum("fi,fi->f", np.cross(q - p, point - p), normal) >= 0
    hits = np.flatnonzero(inside & (t > 0) & np.isfinite(t))
    return float(facing[hits[np.argmin(t[hits])]]) if len(hits) else None


def test_the_same_chance_makes_the_same_figure() -> None:
    first, again = (make_figure(np.random.default_rng(11), Wish(bag=True)) for _ in range(2))
    np.testing.assert_array_equal(first.positions, again.positions)
    np.testing.assert_array_equal(first.faces, again.faces)
    np.testing.assert_array_equal(first.weight, again.weight)
    assert first.looks == again.looks


def test_people_differ() -> None:
    figures = [somebody(seed) for seed in SEEDS]
    assert len({figure.height for figure in figures}) == len(figures)
    assert len({figure.looks[Part.UPPER].colour for figure in figures}) == len(figures)
    assert len({len(figure.positions) for figure in figures}) > len(figures) // 2


def test_wishes_come_true() -> None:
    rng = np.random.default_rng(3)
    colour = (0.8, 0.1, 0.2)
    for bag in (True, False):
        figure = make_figure(rng, Wish(bag=bag, upper=colour))
        assert (Part.BAG in figure.part) is bag
        assert figure.looks[Part.UPPER].colour == colour
        if Part.OUTER in figure.part and Part.LOWER not in figure.part:
            assert figure.looks[Part.OUTER].colour == colour


def test_staff_wear_the_colour_of_the_shop() -> None:
    rng = np.random.default_rng(4)
    for _ in range(2):
        figure = make_figure(rng, Wish(staff=True, shop_colour=(0.1, 0.3, 0.7)))
        outer = figure.part == Part.OUTER
        assert outer.sum() > 50
        np.testing.assert_allclose(figure.looks[Part.OUTER].colour, (0.1, 0.3, 0.7), atol=0.12)
        # It is worn in front, on chest or belly.
        assert figure.positions[outer, 0].max() > 0.08


def test_clothes_and_what_is_under_them_move_together() -> None:
    figure = somebody(0)
    # Near the knee everything belongs to the legs, near the hands to the arms.
    knees = np.abs(figure.positions[:, 2] - figure.joints[Bone.SHIN_LEFT, 2]) < 0.05
    knees &= np.abs(figure.positions[:, 1]) < 0.2
    legs = [Bone.THIGH_LEFT, Bone.SHIN_LEFT, Bone.THIGH_RIGHT, Bone.SHIN_RIGHT, Bone.HEM_FRONT, Bone.HEM_BACK]
    carried = figure.part == Part.BAG
    share = np.where(np.isin(figure.bone, legs), figure.weight, 0).sum(axis=1)
    assert share[knees & ~carried].min() > 0.99
    hands = np.linalg.norm(figure.positions - figure.joints[Bone.HAND_LEFT], axis=1) < 0.06
    arms = np.isin(figure.bone, [Bone.FOREARM_LEFT, Bone.HAND_LEFT, Bone.CARRIED])
    assert np.where(arms, figure.weight, 0).sum(axis=1)[hands].min() > 0.99


def test_a_field_becomes_a_closed_surface() -> None:
    ball = ellipsoid((0.1, 0.0, 0.0), (0.3, 0.2, 0.25))
    points, faces = surface(ball, grid((-0.3, -0.3, -0.3), (0.5, 0.3, 0.3), (0.03, 0.03, 0.03)))
    np.testing.assert_allclose(ball(*points.T), 0.0, atol=2e-3)
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    a, b, c = (points[faces[:, k]].astype(float) for k in range(3))
    volume = np.einsum("fi,fi->", a, np.cross(b, c)) / 6
    assert volume == pytest.approx(4 / 3 * np.pi * 0.3 * 0.2 * 0.25, rel=0.02)
    normals = slopes(ball, points)
    assert (np.einsum("vi,vi->v", normals, points - [0.1, 0, 0]) > 0).all()


def test_a_union_melts_shapes_together() -> None:
    two = [limb((0, 0, 0), (0, 0, 1), [0.1, 0.1]), limb((0.2, 0, 0), (0.2, 0, 1), [0.1, 0.1])]
    x, y, z = (np.array([v], dtype=np.float32) for v in (0.1, 0.0, 0.5))
    assert union(two)(x, y, z)[0] == pytest.approx(0.0, abs=1e-6)
    assert union(two, 0.05)(x, y, z)[0] < -0.005


def test_a_cut_is_straight_and_has_walls() -> None:
    ball = ellipsoid((0, 0, 0), (0.2, 0.2, 0.2))
    points, faces = surface(ball, grid((-0.3,) * 3, (0.3,) * 3, (0.04,) * 3))
    cut = clipped(points, faces, points[:, 2] - np.float32(0.05))
    used = np.unique(cut.faces)
    assert cut.positions[used, 2].max() == pytest.approx(0.05, abs=1e-6)
    np.testing.assert_allclose(cut.positions[np.unique(cut.rim), 2], 0.05, atol=1e-6)
    # The rim is a ring: every point of it is the start of one edge and the end of another.
    assert sorted(cut.rim[:, 0].tolist()) == sorted(cut.rim[:, 1].tolist())
    normals = slopes(ball, cut.positions)
    places, facing, strips = walls(cut, normals, 0.03)
    assert len(strips) == 2 * len(cut.rim)
    assert len(places) == len(facing) == 4 * len(cut.rim)
    assert (facing[:, 2] > 0).all()
    a, b, c = (places[strips[:, k]] for k in range(3))
    assert (np.cross(b - a, c - a)[:, 2] >= -1e-6).all()


def test_what_a_cut_does_not_meet_stays() -> None:
    points = np.eye(3, dtype=np.float32)
    faces = np.array([[0, 1, 2]], dtype=np.uint32)
    whole = clipped(points, faces, np.full(3, -1.0, np.float32))
    np.testing.assert_array_equal(whole.faces, faces)
    assert len(clipped(points, faces, np.ones(3, np.float32)).faces) == 0


def test_a_person_is_what_was_drawn() -> None:
    from inference.simulation.rendering.wardrobe import somebody as drawn

    people = [drawn(np.random.default_rng(seed), Wish()) for seed in range(60)]
    assert all(isinstance(person, Person) for person in people)
    assert all(1.1 <= person.build.height <= 2.0 for person in people)
    assert 15 < sum(person.female for person in people) < 45
    assert len({person.hair for person in people}) >= 8
    light = [sum(person.skin) for person in people]
    assert max(light) > 2.0
    assert min(light) < 0.9
