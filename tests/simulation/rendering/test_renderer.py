"""The renderer against geometry worked out by hand, and against itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.simulation.rendering.figures import Figure, Look, Part
from inference.simulation.rendering.mesh import Mesh, merged, placed
from inference.simulation.rendering.scene import Actor, Lighting, Rendered, Stage, Surface, Thing, View

pytest.importorskip("moderngl", reason="moderngl comes with the extra simulate")

from inference.simulation.rendering import renderer as renderer_module
from inference.simulation.rendering.gl_frame import clip_matrix, visible
from inference.simulation.rendering.gl_meshes import finely_divided
from inference.simulation.rendering.renderer import Renderer, RendererError

Doubles = NDArray[np.float64]
SIZE = 320, 192
HERE = np.eye(4, dtype=np.float32)[None]
DARK = Lighting(horizon=(0, 0, 0), zenith=(0, 0, 0), below=(0, 0, 0), shadow=0, contact=0)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    try:
        made = Renderer()
    except RendererError as error:
        pytest.skip(f"no OpenGL here: {error}")
    with made:
        yield made


def view(eye: tuple[float, float, float], at: tuple[float, float, float], k: Doubles | None = None) -> View:
    ahead = np.subtract(at, eye, dtype=np.float64)
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, (0, 0, 1))
    right /= np.linalg.norm(right)
    r = np.array([right, np.cross(ahead, right), ahead])
    k = np.array([[260.0, 0, 160], [0, 260, 96], [0, 0, 1]]) if k is None else k
    return View(k, r, -r @ np.array(eye, dtype=np.float64), *SIZE)


def sheet(corners: Doubles, normal: Doubles) -> Mesh:
    """Four corners, counter-clockwise from where the normal points."""
    uv = np.array([(0, 1), (1, 1), (1, 0), (0, 0)], dtype=np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.uint32)
    return Mesh(corners.astype(np.float32), np.tile(normal, (4, 1)).astype(np.float32), uv, faces)


def box(x: float, y: float, z: float) -> Mesh:
    """Edges in metres, standing on the floor's origin."""
    sides = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            a, b = (axis + 1) % 3, (axis + 2) % 3
            corners = np.zeros((4, 3))
            corners[:, axis] = sign
            corners[:, a] = np.array([-1, 1, 1, -1]) * sign
            corners[:, b] = [-1, -1, 1, 1]
            sides.append(
                sheet((corners + np.array([0, 0, 1])) * (x / 2, y / 2, z / 2), np.eye(3)[axis] * sign)
            )
    return merged(sides)


def floor(half: float = 8.0) -> Mesh:
    corners = np.array([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)])
    return sheet(corners, np.array([0.0, 0, 1]))


def post(height: float = 1.7, colour: tuple[float, float, float] = (0.8, 0.1, 0.1)) -> Figure:
    """Somebody as simple as can be: a box on two bones, the upper of which may turn away."""
    mesh = finely_divided(box(0.3, 0.4, height), 0.2)
    upper = mesh.positions[:, 2] > height / 2
    bone = np.zeros((len(upper), 4), dtype=np.uint8)
    bone[:, 0] = upper
    weight = np.zeros((len(upper), 4), dtype=np.float32)
    weight[:, 0] = 1
    joints = np.array([(0, 0, 0.1), (0, 0, height * 0.9)], dtype=np.float32)
    looks = tuple(Look(colour) for _ in Part)
    parts = np.full(len(upper), Part.UPPER, dtype=np.uint8)
    return Figure(height, mesh.positions, mesh.normals, mesh.faces, bone, weight, parts, looks, joints)


def standing(figure: Figure, x: float, y: float) -> Actor:
    return Actor(figure, np.repeat(placed(x, y, 0.0)[None], len(figure.joints), axis=0))


def light(picture: Rendered) -> Doubles:
    return np.asarray((picture.image.mean(axis=2) / 255.0) ** 2.2)


@pytest.mark.parametrize("seed", range(6))
def test_a_point_is_drawn_where_the_camera_model_says_and_as_far_away(renderer: Renderer, seed: int) -> None:
    rng = np.random.default_rng(seed)
    k = np.diag([rng.uniform(180, 400), rng.uniform(180, 400), 1.0])
    k[:2, 2] = rng.uniform(120, 200), 80
    seen = view((rng.uniform(-3, 3), rng.uniform(-3, 3), rng.uniform(1, 7)), (6.0, 6.0, 0.5), k)
    u, v = rng.uniform((30, 30), (290, 160))
    z = rng.uniform(0.5, 30)
    middle = seen.r.T @ (np.linalg.inv(k) @ (u, v, 1.0) * z - seen.t)
    right, down, ahead = seen.r
    a, b = (
        0.03 * z * (np.cos(0.4) * right + np.sin(0.4) * down),
        0.03 * z * (np.cos(0.4) * down - np.sin(0.4) * right),
    )
    patch = sheet(np.array([middle - a + b, middle + a + b, middle + a - b, middle - a - b]), -ahead)
    renderer.set_stage(Stage([Thing(patch, Surface((1, 1, 1), glow=1.0, gloss=0.0), HERE)], DARK))
    drawn = renderer.render(seen)
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    weights = light(drawn)
    assert weights.sum() > 10
    assert (columns * weights).sum() / weights.sum() == pytest.approx(u, abs=0.1)
    assert (rows * weights).sum() / weights.sum() == pytest.approx(v, abs=0.1)
    assert drawn.depth[int(v), int(u)] == pytest.approx(z, abs=0.01)


@pytest.mark.parametrize("samples", [0, 2, 4])
def test_depth_of_a_slanting_floor_is_that_of_the_pixels_middles(samples: int, renderer: Renderer) -> None:
    seen = view((-5.0, 0.3, 2.5), (0.0, 0.0, 0.0))
    with Renderer(samples) as own:
        own.set_stage(Stage([Thing(floor(60.0), Surface(), HERE)]))
        depth = own.render(seen).depth
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    rays = np.stack([columns, rows, np.ones_like(rows)], axis=-1) @ np.linalg.inv(seen.k).T
    eye = -seen.r.T @ seen.t
    expected = -eye[2] / (rays @ seen.r)[..., 2]
    near = (expected > 0) & (expected < 25)
    assert near.mean() > 0.5
    np.testing.assert_allclose(depth[near], expected[near], atol=0.01)


def test_nothing_is_infinitely_far_and_shows_the_sky(renderer: Renderer) -> None:
    renderer.set_stage(Stage([], Lighting(horizon=(0.7, 0.2, 0.2), zenith=(0.1, 0.2, 0.9))))
    drawn = renderer.render(view((0, 0, 1), (5, 0, 4)))
    assert np.isinf(drawn.depth).all()
    top, bottom = drawn.image[0].mean(axis=0), drawn.image[-1].mean(axis=0)
    assert top[0] > bottom[0]  # blue
    assert top[2] < bottom[2]  # red


def test_a_glowing_surface_has_its_own_colour_whatever_the_light(renderer: Renderer) -> None:
    sheet_ahead = Thing(box(0.1, 9, 9), Surface((0.2, 0.4, 0.6), gloss=0.0, glow=1.0), placed(3, 0, -4)[None])
    renderer.set_stage(Stage([sheet_ahead], DARK))
    drawn = renderer.render(view((0, 0, 0.5), (3, 0, 0.5)))
    np.testing.assert_allclose(drawn.image[96, 160], np.array([0.6, 0.4, 0.2]) * 255, atol=3)


def test_a_picture_stands_upright_and_is_not_mirrored(renderer: Renderer) -> None:
    picture = np.zeros((64, 64, 3), dtype=np.uint8)
    picture[:32, :32] = 255, 0, 0  # top left: red
    picture[:32, 32:] = 0, 255, 0
    picture[32:, :32] = 0, 0, 255
    wall = sheet(np.array([(3.0, 1, 0), (3, -1, 0), (3, -1, 2), (3, 1, 2)]), np.array([-1.0, 0, 0]))
    shown = Thing(wall, Surface((1, 1, 1), "print", gloss=0.0, glow=1.0), HERE)
    renderer.set_stage(Stage([shown], DARK, {"print": picture}))
    image = renderer.render(view((0, 0, 1), (3, 0, 1))).image
    top_left, top_right, bottom_left = image[60, 120], image[60, 200], image[130, 120]
    assert top_left.tolist() == pytest.approx([0, 0, 243], abs=15)
    assert top_right.tolist() == pytest.approx([0, 243, 0], abs=15)
    assert bottom_left.tolist() == pytest.approx([243, 0, 0], abs=15)


def test_a_picture_that_is_missing_or_not_a_picture_is_told(renderer: Renderer) -> None:
    with pytest.raises(ValueError, match="no picture 'gone'"):
        renderer.set_stage(Stage([Thing(floor(), Surface(picture="gone"), HERE)]))
    with pytest.raises(ValueError, match="not RGB uint8"):
        renderer.set_stage(Stage([], pictures={"grey": np.zeros((4, 4), dtype=np.uint8)}))


def test_each_instance_has_its_tint(renderer: Renderer) -> None:
    places = np.stack([placed(3, 0.6, 0), placed(3, -0.6, 0)])
    tints = np.array([(1, 0, 0), (0, 0, 1)], dtype=np.float32)
    renderer.set_stage(Stage([Thing(box(0.5, 0.5, 1.5), Surface((0.8, 0.8, 0.8)), places, tints)]))
    image = renderer.render(view((0, 0, 1), (3, 0, 0.7))).image.astype(int)
    left, right = image[96, 108], image[96, 212]
    assert left[2] > 2 * left[0]
    assert right[0] > 2 * right[2]


def test_who_stands_behind_a_box_is_not_seen_and_who_stands_before_it_is(renderer: Renderer) -> None:
    renderer.set_stage(
        Stage([Thing(floor(), Surface(), HERE), Thing(box(0.2, 2, 2), Surface(), placed(3, 0, 0)[None])])
    )
    seen = view((0, 0, 1.2), (3, 0, 0.9))
    alone = renderer.render(seen)
    behind = renderer.render(seen, [standing(post(), 4.0, 0.0)])
    before = renderer.render(seen, [standing(post(), 2.0, 0.0)])
    assert np.array_equal(alone.depth, behind.depth)
    assert before.depth[96, 160] == pytest.approx(2.0 - 0.15, abs=0.05)
    blue, green, red = before.image[96, 160].astype(int)
    assert red > 2 * max(blue, green)


def test_bones_move_the_vertices_that_are_theirs(renderer: Renderer) -> None:
    renderer.set_stage(Stage([], DARK))
    figure = post()
    bones = np.repeat(placed(3, 0, 0)[None], 2, axis=0)
    bones[1, :3, 3] += 0.0, 1.0, 0.0
    drawn = renderer.render(view((0, 0, 0.85), (3, 0, 0.85)), [Actor(figure, bones)])
    low, high = (np.flatnonzero(np.isfinite(drawn.depth[row])).mean() + 0.5 for row in (130, 60))
    assert low == pytest.approx(160, abs=1)
    assert high == pytest.approx(160 - 260 * 1.0 / 3.0, abs=3)


def test_too_many_bones_are_told(renderer: Renderer) -> None:
    with pytest.raises(ValueError, match="at most 24"):
        renderer.render(
            view((0, 0, 1), (3, 0, 1)), [Actor(post(), np.repeat(placed(3, 0, 0)[None], 25, axis=0))]
        )


def test_glass_changes_what_is_behind_it_and_hides_no_depth(renderer: Renderer) -> None:
    ground = Thing(floor(), Surface(), HERE)
    pane = Thing(box(0.02, 4, 2.4), Surface((0.3, 0.9, 0.5), opacity=0.3, gloss=0.8), placed(2, 0, 0)[None])
    seen, actor = view((0, 0, 1.4), (3, 0, 0.8)), standing(post(), 3.0, 0.0)
    renderer.set_stage(Stage([ground]))
    without = renderer.render(seen, [actor])
    renderer.set_stage(Stage([ground, pane]))
    behind = renderer.render(seen, [actor])
    assert np.array_equal(without.depth, behind.depth)
    change = behind.image[96, 160].astype(int) - without.image[96, 160]
    assert change[1] > 15  # greener
    assert behind.image[96, 160, 2] > 80  # and still red
    before = renderer.render(seen, [standing(post(), 1.4, 0.0)])
    assert abs(before.image[96, 160].astype(int) - without.image[96, 160]).max() < 25


def test_a_prop_is_drawn_and_may_be_of_glass(renderer: Renderer) -> None:
    renderer.set_stage(Stage([Thing(floor(), Surface(), HERE)]))
    seen = view((0, 0, 1), (3, 0, 0.5))
    solid = Thing(box(0.4, 0.4, 0.8), Surface((0.1, 0.1, 0.8)), placed(3, 0, 0)[None])
    assert renderer.render(seen, props=[solid]).depth[96, 160] == pytest.approx(2.8, abs=0.05)
    clear = Thing(solid.mesh, Surface((0.1, 0.1, 0.8), opacity=0.5), solid.transforms)
    alone, behind_glass = renderer.render(seen), renderer.render(seen, props=[clear])
    assert np.array_equal(alone.depth, behind_glass.depth)
    assert not np.array_equal(alone.image[96, 160], behind_glass.image[96, 160])


def test_with_a_backdrop_the_picture_is_the_same(renderer: Renderer) -> None:
    pane = Thing(box(0.02, 1, 2.0), Surface(opacity=0.3), placed(1.5, 0.8, 0)[None])
    rack = Thing(box(0.4, 2, 1.2), Surface((0.5, 0.4, 0.3), grain=0.5), placed(4, 0, 0)[None])
    renderer.set_stage(Stage([Thing(floor(), Surface(gloss=0.4), HERE), rack, pane]))
    seen = view((0, 0, 2.0), (4, 0, 0.5))
    actors = [standing(post(), 3.0, y) for y in (-0.8, 0.2, 0.9)]
    prop = Thing(box(0.2, 0.2, 0.2), Surface(), placed(2.5, -0.2, 0)[None])
    backdrop = renderer.backdrop(seen)
    whole = renderer.render(seen, actors, [prop])
    quick = renderer.render(seen, actors, [prop], backdrop)
    assert np.array_equal(whole.image, quick.image)
    assert np.array_equal(whole.depth, quick.depth)
    with pytest.raises(RendererError, match="another view"):
        renderer.render(view((0.1, 0, 2.0), (4, 0, 0.5)), backdrop=backdrop)
    renderer.update_stage([rack])
    with pytest.raises(RendererError, match="a stage that is no more"):
        renderer.render(seen, backdrop=backdrop)


def test_the_stage_changes_without_its_pictures(renderer: Renderer) -> None:
    red = np.full((8, 8, 3), (255, 0, 0), dtype=np.uint8)
    ground = Thing(floor(), Surface((1, 1, 1), "red"), HERE)
    rack = Thing(box(0.4, 2, 1.2), Surface(), placed(4, 0, 0)[None])
    renderer.set_stage(Stage([ground, rack], pictures={"red": red}))
    seen = view((0, 0, 2.0), (4, 0, 0.5))
    full = renderer.render(seen)
    renderer.update_stage([ground])
    empty = renderer.render(seen)
    assert empty.depth[96, 160] > full.depth[96, 160] + 0.1
    assert empty.image[180, 160, 2] > 2 * empty.image[180, 160, 0]


def shade(renderer: Renderer, actors: list[Actor], lighting: Lighting) -> Doubles:
    """How much light the floor keeps, seen from above."""
    renderer.set_stage(Stage([Thing(floor(), Surface((0.6, 0.6, 0.6), gloss=0.0), HERE)], lighting))
    seen = view((0.0, -0.01, 6.0), (0.0, 0.0, 0.0))
    alone, peopled = renderer.render(seen), renderer.render(seen, actors)
    on_floor = np.abs(peopled.depth - alone.depth) < 1e-4
    return np.asarray(np.where(on_floor, light(peopled) / light(alone), np.nan))


def test_people_cast_one_shadow_where_theirs_overlap(renderer: Renderer) -> None:
    lighting = Lighting(towards_sun=(0.6, 0.0, 0.8), shadow=0.4, contact=0.0)
    one = shade(renderer, [standing(post(), 0.0, 0.0)], lighting)
    three = shade(renderer, [standing(post(), 0.0, y) for y in (-0.1, 0.0, 0.1)], lighting)
    # 6 m above, 0.6 m towards -x is 26 pixels to the left.
    assert one[96, 160 - 26] == pytest.approx(0.6, abs=0.03)
    assert three[96, 160 - 26] == pytest.approx(0.6, abs=0.03)
    assert np.nanmin(three) > 0.55
    assert one[96, 160 + 26] == pytest.approx(1.0, abs=0.01)


def test_things_cast_shadows_too_and_people_in_them_none_darker(renderer: Renderer) -> None:
    lighting = Lighting(towards_sun=(0.6, 0.0, 0.8), shadow=0.4, contact=0.0)
    ground = Thing(floor(), Surface((0.6, 0.6, 0.6), gloss=0.0), HERE)
    crate = Thing(box(0.5, 1.0, 1.0), Surface(), placed(0, 0, 0)[None])
    ceiling = Thing(
        Mesh(ground.mesh.positions, -ground.mesh.normals, ground.mesh.uv, ground.mesh.faces[:, ::-1].copy()),
        Surface(),
        placed(0, 0, 8.0)[None],
    )
    lamps = Thing(box(7.0, 0.2, 0.1), Surface(glow=1.0), placed(0, 0, 7.0)[None])
    seen = view((0.0, -0.01, 6.0), (0.0, 0.0, 0.0))
    renderer.set_stage(Stage([ground, ceiling, lamps], lighting))
    empty = light(renderer.render(seen))
    renderer.set_stage(Stage([ground, ceiling, lamps, crate], lighting))
    alone = renderer.render(seen)
    both = renderer.render(seen, [standing(post(1.0), -0.1, 0.3)])
    # The crate's shadow reaches from its side at -0.25 m to -1 m, 43 pixels to the left.
    assert (light(alone) / empty)[96, 160 - 28] == pytest.approx(0.6, abs=0.03)
    assert (light(alone) / empty)[96, 160 - 52] == pytest.approx(1.0, abs=0.01)
    assert (light(alone) / empty)[96, 160 + 40] == pytest.approx(1.0, abs=0.01)
    assert (light(both) / empty)[92, 160 - 28] == pytest.approx(0.6, abs=0.03)


def test_contact_shade_is_soft_and_only_near_the_feet(renderer: Renderer) -> None:
    kept = shade(renderer, [standing(post(), 0.0, 0.0)], Lighting(shadow=0.0, contact=0.6))
    near, far = kept[96, 160 + 10], kept[96, 160 + 60]
    assert near < 0.93
    assert far == pytest.approx(1.0, abs=0.01)
    assert np.nanmax(np.abs(np.diff(kept[96, 180:]))) < 0.15


def test_a_thing_on_the_floor_darkens_it_around_and_one_on_a_shelf_does_not(renderer: Renderer) -> None:
    lighting = Lighting(contact=0.6)
    ground = Thing(floor(), Surface(), HERE)
    seen = view((0.0, -0.01, 6.0), (0.0, 0.0, 0.0))
    values = []
    for z in (0.0, 1.0):
        renderer.set_stage(
            Stage([ground, Thing(box(0.6, 0.6, 0.6), Surface(), placed(0, 0, z)[None])], lighting)
        )
        values.append(light(renderer.render(seen))[96, 160 + 18])
    renderer.set_stage(Stage([ground], lighting))
    alone = light(renderer.render(seen))[96, 160 + 18]
    assert values[0] < 0.9 * alone
    assert values[1] == pytest.approx(alone, rel=0.02)


def test_two_pictures_of_the_same_are_the_same_bytes(renderer: Renderer) -> None:
    stage = Stage([Thing(floor(), Surface(grain=0.5, gloss=0.5), HERE)], Lighting(lamps=((1, 1, 3, 0.5),)))
    figure, seen = post(), view((0, 0, 2.0), (4, 0, 0.5))
    renderer.set_stage(stage)
    first = renderer.render(seen, [standing(figure, 3, 0)])
    with Renderer() as other:
        other.set_stage(stage)
        second = other.render(seen, [standing(figure, 3, 0)])
        renderer.render(view((1, 0, 2.0), (4, 0, 0.5)))
        third = other.render(seen, [standing(figure, 3, 0)])
    again = renderer.render(seen, [standing(figure, 3, 0)])
    for picture in (second, third, again):
        assert picture.image.tobytes() == first.image.tobytes()
        assert picture.depth.tobytes() == first.depth.tobytes()


def test_no_edge_stays_too_long_and_the_surface_is_the_same() -> None:
    mesh = finely_divided(box(4.0, 2.0, 0.1), 0.7)
    corners = mesh.positions[mesh.faces]
    assert np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max() <= 0.7
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    assert area.sum() == pytest.approx(2 * (4 * 2 + 4 * 0.1 + 2 * 0.1), rel=1e-5)
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume == pytest.approx(4 * 2 * 0.1, rel=1e-5)


def test_what_is_beside_or_behind_the_camera_is_left_out() -> None:
    clip = clip_matrix(view((0, 0, 1), (3, 0, 1)))
    centres = np.array([(3.0, 0, 1), (-3, 0, 1), (3, 9, 1), (3, 9, 1)])
    halves = np.array([(0.1, 0.1, 0.1)] * 3 + [(0.1, 8, 0.1)])
    assert visible(clip, centres, halves).tolist() == [True, False, False, True]


def test_where_no_context_can_be_made_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import moderngl

    def broken(**_: object) -> None:
        raise RuntimeError("libEGL.so.1 not found")

    monkeypatch.setattr(moderngl, "create_standalone_context", broken)
    with pytest.raises(RendererError, match=r"libegl1 libgl1-mesa-dri.*openaisle\[simulate\]"):
        Renderer()
    monkeypatch.setitem(sys.modules, "moderngl", None)
    with pytest.raises(RendererError, match=r"pip install openaisle\[simulate\]"):
        Renderer()
    with pytest.raises(ValueError, match="3 samples"):
        renderer_module.Renderer(3)
