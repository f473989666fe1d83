"""What the products' network learns from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.detection.product_model import INPUT_PX
from inference.training.product_batches import Batches, BatchSettings, clearness
from inference.training.product_types import (
    NO_PRODUCT,
    HandPatch,
    product_shards,
    read_product_shard,
    write_product_shard,
)
from inference.training.product_views import GRID, hand_view, palette_of, pasted_view, shop_picture
from tests.training.shop_toys import COLOURS, toy_hand, toy_shard, write_toy_shops

SETTINGS = BatchSettings(shops=2, hands=8, empty=4, pictures=1)


def test_shards_are_read_as_written_and_unfinished_ones_are_not_seen(tmp_path: Path) -> None:
    shard = toy_shard(np.random.default_rng(0))
    path = write_product_shard(tmp_path, 3, shard)
    (tmp_path / "hands-000004.9.part").write_bytes(b"half")
    assert product_shards(tmp_path) == (path,)
    assert read_product_shard(path) == shard


def test_a_batch_holds_hands_of_both_kinds_and_every_product_of_its_shops(tmp_path: Path) -> None:
    batches = Batches(product_shards(write_toy_shops(tmp_path, 3)), SETTINGS, 1)
    batch = batches.draw()
    assert batch.hands == 2 * (8 + 4)
    assert batch.pictures.shape == (batch.hands + 8, INPUT_PX, INPUT_PX, 3)
    assert sorted(batch.owner.tolist()) == list(range(8))
    assert (batch.product == NO_PRODUCT).sum() == 8
    assert (batch.clear[batch.product == NO_PRODUCT] == 0).all()
    of_hands, of_shops = batch.places[: batch.hands], batch.places[batch.hands :]
    assert (of_hands[batch.product == NO_PRODUCT] == 0).all()
    assert (of_hands[batch.clear == 1].sum(axis=1) > 0).all()
    assert (of_shops.sum(axis=1) > 0).all()
    assert (batch.clear[batch.product != NO_PRODUCT] >= 0.5).all()
    assert batch.palettes.shape[0] == 8


def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    paths = product_shards(write_toy_shops(tmp_path, 2))
    first, second = (Batches(paths, SETTINGS, 5) for _ in range(2))
    assert (first.draw().pictures == second.draw().pictures).all()
    assert not (first.draw().pictures == Batches(paths, SETTINGS, 6).draw().pictures).all()


def test_too_few_shards_are_refused(tmp_path: Path) -> None:
    paths = product_shards(write_toy_shops(tmp_path, 1))
    with pytest.raises(ValueError, match="too few"):
        Batches(paths, SETTINGS, 1)


def test_a_hand_is_cut_out_around_what_it_holds() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        view, shows = hand_view(toy_hand(rng, 0), rng)
        vivid = view[..., 2].astype(int) - view[..., 0] > 60
        cells = vivid.reshape(GRID, INPUT_PX // GRID, GRID, INPUT_PX // GRID).mean(axis=(1, 3))
        assert cells[shows.reshape(GRID, GRID) > 0].mean() > 4 * cells[shows.reshape(GRID, GRID) == 0].mean()


def test_a_product_is_cut_off_its_ground_and_pasted() -> None:
    rng = np.random.default_rng(1)
    shop = shop_picture(toy_shard(rng).products[1].pictures[0])
    assert 0.1 < (shop.product > 0).mean() < 0.3
    assert shop.ground.tolist() == pytest.approx([160] * 3, abs=2)
    empty: HandPatch = toy_hand(rng, 2)
    shown = 0
    for _ in range(20):
        view, shows = pasted_view(shop, empty, rng)
        shown += bool(shows.any())
        blue = (view[..., 0].astype(int) - view[..., 2] > 50).sum()
        assert bool(blue > 6) or not shows.any() or shows.sum() < 4
    assert shown >= 10


def test_a_palette_says_what_colour_a_product_is() -> None:
    shard = toy_shard(np.random.default_rng(2))
    for enrolled, colour in zip(shard.products, COLOURS, strict=True):
        palette = palette_of([shop_picture(p) for p in enrolled.pictures])
        assert 255 * palette[9:12] == pytest.approx(np.array(colour, float), abs=25)
        assert palette[12:].sum() > 0.4


def test_what_hardly_shows_is_neither_clear_nor_empty() -> None:
    hand = HandPatch(b"", 100.0, 1.0, 0, 0.1, 20.0)
    assert clearness(HandPatch(b"", 100.0, 1.0, NO_PRODUCT, 0.0, 0.0)) == 0.0
    assert 0.0 < clearness(hand) < 0.5
    assert clearness(HandPatch(b"", 100.0, 1.0, 0, 0.9, 20.0)) == 1.0
    assert clearness(HandPatch(b"", 100.0, 1.0, 0, 0.9, 3.0)) < 0.6
