"""A layout becomes a room: lit, closed, seen by its cameras, and the same for the same seed."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from inference.simulation.rendering.packaging import Packages
from inference.simulation.rendering.room import Style, store_stage
from inference.simulation.rendering.scene import Stage, View
from inference.simulation.rendering.shelving import stock_things, unit_places
from inference.simulation.rendering.style import FLOORS
from inference.simulation.rendering.wall_pictures import floor_picture
from store_layout.camera_geometry import camera_model
from store_layout.model import Gate, OpenCvCalibration
from tests.support.demo_store import demo_store
from tests.support.stores import rectangle, small_store

DEMO = demo_store()


def stage(seed: int = 1, style: Style | None = None) -> Stage:
    return store_stage(DEMO, np.random.default_rng(seed), style)


def floor_area(found: Stage) -> float:
    (floor,) = [thing.mesh for thing in found.things if thing.surface.picture == "floor"]
    a, b, c = (floor.positions[floor.faces[:, n]].astype(np.float64) for n in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_the_floor_is_the_outline() -> None:
    # 10 x 6.4 m less the stock room of 2.2 x 1.4 m.
    assert floor_area(stage()) == pytest.approx(64.0 - 2.2 * 1.4, abs=1e-3)


def test_the_ceiling_is_above_the_highest_camera() -> None:
    style = Style(ceiling_m=2.5)
    places = [camera_model(camera).position for camera in DEMO.file.camera]
    highest = max(place[2] for place in places if place is not None)
    top = max(
        float(thing.mesh.positions[:, 2].max())
        for thing in stage(style=style).things
        if not thing.surface.picture
    )
    assert highest + 0.1 < top < highest + 0.3


def test_every_picture_named_is_there_and_of_a_size_that_repeats() -> None:
    found = stage()
    assert {thing.surface.picture for thing in found.things} - {None} <= set(found.pictures)
    for picture in found.pictures.values():
        assert picture.dtype == np.uint8
        assert picture.ndim == 3
        assert all(side & (side - 1) == 0 for side in picture.shape[:2])


def test_same_seed_same_stage() -> None:
    one, same = (
        stage(4, Style.random(np.random.default_rng(9))),
        stage(4, Style.random(np.random.default_rng(9))),
    )
    assert len(one.things) == len(same.things)
    for a, b in zip(one.things, same.things, strict=True):
        assert a.surface == b.surface
        assert np.array_equal(a.mesh.positions, b.mesh.positions)
    assert one.lighting == same.lighting
    assert all(np.array_equal(one.pictures[name], same.pictures[name]) for name in one.pictures)


def test_styles_vary() -> None:
    styles = [Style.random(np.random.default_rng(seed)) for seed in range(30)]
    assert {style.floor for style in styles} == set(FLOORS)
    assert len({style.walls for style in styles}) == 30
    assert all(0.4 <= style.brightness <= 1.4 for style in styles)
    assert stage(style=styles[0]).lighting != stage(style=styles[1]).lighting


@pytest.mark.parametrize("kind", FLOORS)
def test_floors_repeat_without_a_seam(kind: str) -> None:
    picture = floor_picture(kind, (0.7, 0.65, 0.6), np.random.default_rng(0)).astype(np.float64)  # type: ignore[arg-type]
    inside = np.abs(np.diff(picture, axis=0)).mean(axis=(1, 2))
    across = float(np.abs(picture[0] - picture[-1]).mean())
    assert across <= max(3.0, 1.5 * float(inside.max()))


def test_lamps_hang_under_the_ceiling_over_the_floor() -> None:
    found = stage()
    assert 0 < len(found.lighting.lamps) <= 8
    for x, y, z, strength in found.lighting.lamps:
        assert 0 < x < 10
        assert 0 < y < 6.4
        assert 2.9 < z < 3.4
        assert strength > 0


def test_gates_are_open_and_the_other_walls_closed() -> None:
    """Rays at shoulder height from the middle of the store: out through the gates, else into a wall."""
    triangles = np.concatenate(
        [thing.mesh.positions[thing.mesh.faces] for thing in stage().things if thing.surface.opacity == 1.0]
    ).astype(np.float64)
    for gate in DEMO.file.gate:
        middle = np.mean(gate.outline, axis=0)
        assert _distance(triangles, np.array([middle[0], middle[1], 1.4]), np.array([0.0, -1.0, 0.0])) > 5.0
    for way in ((0.0, 1.0), (1.0, 0.0), (-1.0, 0.0)):
        assert _distance(triangles, np.array([7.5, 1.2, 2.1]), np.array([*way, 0.0])) < 8.0


def test_a_gate_that_stands_free_gets_posts() -> None:
    layout = small_store()
    free = Gate(id="free", name="Free", kind="both", outline=rectangle(4.4, 2.0, 5.2, 2.6))
    file = msgspec.structs.replace(layout.file, gate=(*layout.file.gate, free))
    with_posts = store_stage(msgspec.structs.replace(layout, file=file), np.random.default_rng(0))
    without = store_stage(layout, np.random.default_rng(0))
    count = [sum(len(thing.mesh.faces) for thing in found.things) for found in (with_posts, without)]
    assert count[0] > count[1]


def test_cameras_see_a_lit_store_and_a_unit_taken_is_seen_to_go() -> None:
    pytest.importorskip("moderngl")
    from inference.simulation.rendering.renderer import Renderer, RendererError

    packages = Packages(DEMO.catalog)
    bare = stage()
    slot = DEMO.slots["G1w12"]
    (sku,) = DEMO.skus_of_slot[slot.id]

    def stocked(count: int) -> Stage:
        places = unit_places(DEMO, packages, slot.id, {sku: count}, np.random.default_rng(2))
        things = [*bare.things, *stock_things(packages, places)]
        return Stage(things, bare.lighting, {**bare.pictures, **packages.pictures})

    camera = DEMO.cameras["front-left"]
    assert isinstance(camera.calibration, OpenCvCalibration)
    k, r, t = (np.array(part) for part in (camera.calibration.k, camera.calibration.r, camera.calibration.t))
    view = View(k, r, t, 640, 360)
    try:
        renderer = Renderer()
    except RendererError as error:
        pytest.skip(str(error))
    with renderer:
        pictures = []
        for count in (24, 12):
            renderer.set_stage(stocked(count))
            pictures.append(renderer.render(view).image.astype(np.float64))
    assert 90 < pictures[0].mean() < 215
    changed = np.argwhere(np.abs(pictures[0] - pictures[1]).max(axis=2) > 40)
    assert len(changed) > 50
    seen = k @ (r @ np.array(slot.centre) + t)
    middle = seen[:2] / seen[2]
    assert np.abs(changed.mean(axis=0)[::-1] - middle).max() < 60


def _distance(triangles: np.ndarray, start: np.ndarray, way: np.ndarray) -> float:
    """To the first triangle along a ray, or inf (Moeller and Trumbore)."""
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    across = np.cross(way, c - a)
    volume = np.einsum("ij,ij->i", b - a, across)
    with np.errstate(all="ignore"):
        from_a = start - a
        u = np.einsum("ij,ij->i", from_a, across) / volume
        turned = np.cross(from_a, b - a)
        v = turned @ way / volume
        far = np.einsum("ij,ij->i", c - a, turned) / volume
        hit = (np.abs(volume) > 1e-12) & (u >= 0) & (v >= 0) & (u + v <= 1) & (far > 1e-6)
    return float(far[hit].min()) if hit.any() else float("inf")
