"""Packages: plausible sizes, sound meshes, prints that tell flavours apart, the same for the same seed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from inference.simulation.rendering.goods import amount_of, kind_of, words_of
from inference.simulation.rendering.labels import HEIGHT, TRIM, WIDTH, difference
from inference.simulation.rendering.mesh import Mesh
from inference.simulation.rendering.package_shapes import KINDS
from inference.simulation.rendering.packaging import APART, Packages, random_products
from inference.simulation.rendering.scene import Picture
from inference.simulation.rendering.solids import box, turned
from store_layout.model import Product
from tests.support.demo_store import catalog

PRODUCTS = catalog()
PACKAGES = Packages(PRODUCTS)
BY_NAME = {product.name: product.sku for product in PRODUCTS}


def outward(mesh: Mesh) -> float:
    """Share of triangles whose winding agrees with their normals."""
    corners = mesh.positions[mesh.faces].astype(np.float64)
    wound = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    real = np.linalg.norm(wound, axis=1) > 1e-10
    return float((np.einsum("ij,ij->i", wound, mesh.normals[mesh.faces].mean(axis=1)) > 0)[real].mean())


def printed(picture: Picture) -> tuple[int, int, int]:
    """The mean colour of what a customer sees of a label."""
    front = picture[HEIGHT // 4 : 3 * HEIGHT // 4, WIDTH // 8 : 5 * WIDTH // 8].reshape(-1, 3)
    r, g, b = (int(v) for v in front.mean(axis=0))
    return (r, g, b)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_closed_upright_and_of_few_triangles(name: str) -> None:
    kind = KINDS[name]
    for mesh, most in ((kind.mesh(kind.size), 120), (kind.plain(kind.size), 70)):
        assert len(mesh.faces) <= most
        assert outward(mesh) >= 0.97
        assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-4)
        assert mesh.uv.min() >= -1e-6
        assert mesh.uv.max() <= 1.0 + 1e-6
        low, high = mesh.positions.min(axis=0), mesh.positions.max(axis=0)
        assert low[2] == pytest.approx(0.0, abs=1e-6)
        assert np.allclose(low[:2] + high[:2], 0.0, atol=0.006)
        assert np.all(high - low <= np.array(kind.size) + 1e-6)
        assert np.all(high - low >= 0.85 * np.array(kind.size))


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda p: p.name)
def test_size_is_what_the_mesh_measures_and_plausible_for_the_weight(product: Product) -> None:
    size = np.array(PACKAGES.size(product.sku))
    positions = PACKAGES.mesh(product.sku).positions
    assert np.allclose(size, positions.max(axis=0) - positions.min(axis=0), atol=1e-6)
    assert size.min() > 0.008
    assert size.max() < 0.35
    litres = 1000.0 * float(np.prod(size))
    assert 0.02 < product.weight_g / 1000.0 / litres < 3.0


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Cola zero 0.5 l", "bottle"),
        ("Milk chocolate 100 g", "tablet"),
        ("Whole milk 1 l", "gable"),
        ("Strawberry yoghurt 150 g", "cup"),
        ("Butter croissant", "croissant"),
        ("Butter 250 g", "butter"),
        ("Pretzel", "pretzel"),
        ("Pretzel sticks 125 g", "bag"),
        ("Iced tea peach 0.5 l", "bottle"),
        ("AA batteries, 4", "blister"),
        ("Red wine 0.75 l", "wine"),
        ("Ham sandwich", "wedge"),
    ],
)
def test_names_say_what_the_package_is(name: str, kind: str) -> None:
    product = next(p for p in PRODUCTS if p.name == name)
    assert kind_of(product) == kind


def test_an_unknown_name_is_packed_by_its_category() -> None:
    odd = Product(sku="1", name="Xyzzy 3", price=100, weight_g=200.0, category="drinks")
    assert kind_of(odd) == "bottle"
    assert KINDS[kind_of(Product(sku="2", name="12 g", price=1, weight_g=9.0))]
    assert words_of("Cola zero 0.5 l") == ["cola", "zero"]
    assert amount_of(odd) == 200.0
    assert Packages([odd]).pictures


def test_every_surface_names_a_picture_that_exists() -> None:
    assert len(PACKAGES.pictures) == len(PRODUCTS)
    for product in PRODUCTS:
        picture = PACKAGES.pictures[PACKAGES.surface(product.sku).picture or ""]
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert picture.dtype == np.uint8
        assert picture.std() > 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cola 0.5 l", "Cola zero 0.5 l"),
        ("Still water 0.75 l", "Sparkling water 0.75 l"),
        ("Strawberry yoghurt 150 g", "Peach yoghurt 150 g"),
        ("Milk chocolate 100 g", "Dark chocolate 100 g"),
        ("Salted crisps 175 g", "Paprika crisps 175 g"),
        ("Spaghetti 500 g", "Fusilli 500 g"),
        ("Red wine 0.75 l", "White wine 0.75 l"),
    ],
)
def test_flavours_share_their_shape_and_differ_clearly_in_colour(one: str, other: str) -> None:
    a, b = BY_NAME[one], BY_NAME[other]
    assert np.array_equal(PACKAGES.mesh(a).positions, PACKAGES.mesh(b).positions)
    assert PACKAGES.surface(a).gloss == PACKAGES.surface(b).gloss
    first, second = (PACKAGES.pictures[PACKAGES.surface(sku).picture or ""] for sku in (a, b))
    assert difference(printed(first), printed(second)) > 18.0
    # Above, caps and lids are seen before the label is.
    u, v = int(WIDTH * (TRIM[0] + TRIM[2]) / 2), int(HEIGHT * (TRIM[1] + TRIM[3]) / 2)
    caps = [tuple(int(c) for c in picture[v, u]) for picture in (first, second)]
    assert difference((caps[0][0], caps[0][1], caps[0][2]), (caps[1][0], caps[1][1], caps[1][2])) > 15.0


@pytest.mark.parametrize("seed", range(4))
def test_flavours_of_invented_goods_differ_too(seed: int) -> None:
    products = random_products(np.random.default_rng(seed), 50)
    packages = Packages(products, seed)
    families: dict[tuple[str, float, int, str], list[str]] = {}
    for p in products:
        families.setdefault((kind_of(p), p.weight_g, p.price, p.category), []).append(p.sku)
    pairs = [pair for skus in families.values() for pair in itertools.combinations(skus, 2)]
    assert len(pairs) > 20
    for a, b in pairs:
        first, second = (packages.design(sku).ground for sku in (a, b))
        assert difference(first, second) >= 0.8 * APART


def test_invented_goods_are_sound_and_seeded() -> None:
    one, same, other = (random_products(np.random.default_rng(seed), 60) for seed in (5, 5, 6))
    assert one == same
    assert one != other
    assert len({p.sku for p in one}) == 60
    assert all(10 <= p.weight_g <= 2500 and p.price > 0 and p.name for p in one)
    assert len({kind_of(p) for p in one}) >= 12


def test_looks_depend_on_product_and_seed_alone() -> None:
    few = [product for product in PRODUCTS if product.category == "pantry"]
    again, elsewhere = Packages(reversed(few)), Packages(few, seed=1)
    sku = BY_NAME["Muesli 500 g"]
    name = PACKAGES.surface(sku).picture or ""
    assert np.array_equal(PACKAGES.pictures[name], again.pictures[name])
    assert not np.array_equal(PACKAGES.pictures[name], elsewhere.pictures[name])


def test_a_box_shows_parts_upright_to_who_stands_before_it() -> None:
    mesh = box((0, 0, 0), (1, 2, 3), parts={"front": (0.0, 0.0, 0.5, 1.0)}, without=("bottom",))
    assert len(mesh.faces) == 10
    assert outward(mesh) == 1.0
    top_left = np.flatnonzero((mesh.normals[:, 0] > 0.9) & (mesh.uv == [0.0, 0.0]).all(axis=1))
    # Before the front (+x), the viewer's left is -y.
    assert np.allclose(mesh.positions[top_left], [1.0, 0.0, 3.0])


def test_a_turned_solid_has_the_middle_of_its_picture_at_the_front() -> None:
    mesh = turned(np.array([[0.1, 0.0, 1.0], [0.1, 0.2, 0.0]]), 8)
    front = mesh.positions[np.isclose(mesh.uv[:, 0], 0.5)]
    assert np.allclose(front[:, :2], [0.1, 0.0], atol=1e-6)
    assert outward(mesh) == 1.0
    right = mesh.positions[np.isclose(mesh.uv[:, 0], 0.75)]
    assert np.allclose(right[:, :2], [0.0, 0.1], atol=1e-6)
