"""Solids: closed, facing outwards, with unit normals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from inference.simulation.rendering.mesh import Mesh
from inference.training.scenes import shapes


def outline() -> list[tuple[float, float]]:
    return [(0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 0.3), (0.0, 1.0)]


SOLIDS: dict[str, Callable[[], Mesh]] = {
    "box": lambda: shapes.box((1.0, 2.0, 3.0)),
    "room": lambda: shapes.box((1.0, 2.0, 3.0), inside=True),
    "panel": lambda: shapes.panel(1.0, 2.0),
    "floor": lambda: shapes.sheet((0.0, 0.0), (1.0, 2.0), 0.0, uv="metres"),
    "ceiling": lambda: shapes.sheet((0.0, 0.0), (1.0, 2.0), 0.0, uv="metres", up=False),
    "bottle": lambda: shapes.lathe([(0.3, 0.0), (0.2, 1.0), (0.0, 1.2)]),
    "cone": lambda: shapes.lathe([(0.3, 0.0), (0.3, 0.1), (0.0, 1.2)], flat=True),
    "wire": lambda: shapes.tube([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 0)], 0.05),
    "limb": lambda: shapes.capsule((0, 0, 0), (1, 0, 1), 0.1, 0.05),
    "ball": lambda: shapes.ball((1.0, 2.0, 3.0), (0.0, 0.0, 0.0)),
    "bush": lambda: shapes.blob(np.random.default_rng(0), (1.0, 2.0, 3.0), (0.0, 0.0, 0.0)),
    "slab": lambda: shapes.slab(outline(), 0.0, 0.1),
    "stretched": lambda: shapes.stretched(shapes.ball((1.0, 1.0, 1.0), (0.0, 0.0, 0.0)), 2.0, 0.5),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_faces_run_counter_clockwise_seen_from_where_normals_point(name: str) -> None:
    mesh = SOLIDS[name]()
    corners = mesh.positions[mesh.faces].astype(np.float64)
    turned = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    agreement = np.einsum("fi,fi->f", turned, mesh.normals[mesh.faces].mean(axis=1))
    assert agreement.min() > -1e-9
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-4)


def test_a_box_stands_on_the_floor_and_is_as_large_as_asked() -> None:
    low, high = shapes.bounds(shapes.box((1.0, 2.0, 3.0)))
    np.testing.assert_allclose(low, (-0.5, -1.0, 0.0))
    np.testing.assert_allclose(high, (0.5, 1.0, 3.0))


def test_pictures_that_repeat_keep_their_size_on_a_box() -> None:
    mesh = shapes.box((1.0, 2.0, 3.0), uv="metres")
    edges = mesh.faces[:, [0, 1]]
    metres = np.linalg.norm(np.diff(mesh.positions[edges], axis=1)[:, 0], axis=1)
    shown = np.linalg.norm(np.diff(mesh.uv[edges], axis=1)[:, 0], axis=1)
    np.testing.assert_allclose(metres, shown, rtol=1e-5)


def test_a_panel_is_upright_for_who_stands_before_it() -> None:
    mesh = shapes.panel(1.0, 2.0)
    top_left = mesh.positions[(mesh.uv == 0).all(axis=1)][0]
    # Seen from -y the x axis runs to the right.
    np.testing.assert_allclose(top_left, (-0.5, 0.0, 2.0))
