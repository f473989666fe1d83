"""Rendered hands and shops' pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("moderngl", reason="rendering needs the extra 'simulate'")
pytest.importorskip("skimage", reason="rendering needs the extra 'simulate'")

from inference.simulation.rendering.packaging import Packages
from inference.simulation.rendering.renderer import Renderer, RendererError
from inference.training import product_examples
from inference.training.product_examples import ProductMaker, make_product_examples
from inference.training.product_goods import HELD_OUT, assortment_of, held_out, random_assortment
from inference.training.product_pictures import write_product_pictures
from inference.training.product_sights import surface_points
from inference.training.product_types import NO_PRODUCT, product_shards, read_product_shard
from store_layout.product_pictures import product_pictures
from tests.support.stores import small_store


@pytest.fixture(autouse=True)
def can_render() -> None:
    try:
        Renderer().close()
    except RendererError as error:
        pytest.skip(str(error))


def test_a_shop_takes_pictures_of_its_goods(tmp_path: Path) -> None:
    catalog = small_store().catalog[:2]
    written = write_product_pictures(catalog, 1, tmp_path / "products")
    found = product_pictures(tmp_path, catalog)
    assert set(found) == {p.sku for p in catalog}
    assert all(len(pictures) == 5 for pictures in found.values())
    assert written == sum(path.stat().st_size for paths in found.values() for path in paths) < 40_000
    front = cv2.imread(str(found[catalog[0].sku][0]))
    assert front is not None
    border = front[:6].reshape(-1, 3).std(axis=0)
    assert (border < 6).all()  # a plain ground
    assert front[30:80, 40:70].std() > 15  # and something on it


def test_hands_hold_goods_and_the_truth_is_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_examples, "FIGURES", 4)
    maker = ProductMaker(3)
    try:
        shard = maker.shard(0, random_assortment(np.random.default_rng(0), 6), shops=1, shots=2)
    finally:
        maker.close()
    assert len(shard.products) == 6
    assert {len(enrolled.pictures) for enrolled in shard.products} == {product_examples.ENROLMENTS}
    assert shard.hands
    for hand in shard.hands:
        patch = cv2.imdecode(np.frombuffer(hand.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert patch is not None
        assert patch.shape[0] == patch.shape[1] == pytest.approx(0.62 * hand.figure_px, abs=1)
        assert NO_PRODUCT <= hand.product < 6
        assert 0.0 <= hand.seen <= 1.0
        assert hand.product != NO_PRODUCT or (hand.seen == 0.0 and hand.places == b"")


def test_what_is_there_is_not_made_again_and_a_number_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(product_examples, "PRODUCTS", 3)
    told: list[tuple[int, int]] = []
    make_product_examples(tmp_path, 4, range(1), people=False)
    (path,) = product_shards(tmp_path)
    before = path.read_bytes()
    make_product_examples(tmp_path, 4, range(1), 1, lambda a, b: told.append((a, b)), people=False)
    assert told == [(1, 1)]
    path.unlink()
    make_product_examples(tmp_path, 4, range(1), people=False)
    assert path.read_bytes() == before
    assert read_product_shard(path).hands == ()


def test_goods_that_are_measured_on_are_not_trained_on() -> None:
    rng = np.random.default_rng(0)
    assert not any(random_assortment(rng, 24).new)
    assert any(random_assortment(rng, 48, new=True).new)
    assert all(held_out(p) == any(word in p.name for word in HELD_OUT) for p in small_store().catalog)


def test_a_catalogue_keeps_its_own_looks() -> None:
    catalog = small_store().catalog
    packages = Packages(catalog, 1)
    found = assortment_of(catalog, packages)
    assert found.prints == dict(packages.pictures)
    assert found.families[0] == found.families[1]  # the two lemonades
    assert len(set(found.families)) == len(catalog) - 1


def test_points_lie_evenly_on_a_surface() -> None:
    packages = Packages(small_store().catalog, 1)
    mesh = packages.mesh(small_store().catalog[3].sku)
    points, normals = surface_points(mesh, 200)
    low, high = mesh.positions.min(axis=0), mesh.positions.max(axis=0)
    assert points.shape == normals.shape == (200, 3)
    assert (points >= low - 1e-6).all()
    assert (points <= high + 1e-6).all()
    assert np.ptp(points, axis=0) == pytest.approx(high - low, rel=0.2)
