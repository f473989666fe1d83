"""A tiny training of the products' network, from drawn shops to a model that the engine loads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra 'train'")

import torch

from inference.detection.product_model import INPUT_PX, load_products
from inference.training.product_batches import Batches, BatchSettings
from inference.training.product_export import calibrated, export_products
from inference.training.product_fit import ProductFitSettings, fit_products, losses_of, trained
from inference.training.product_measure import figures, look, shares
from inference.training.product_network import LENGTH, ProductNet
from inference.training.product_types import product_shards, read_product_shard
from tests.training.shop_toys import write_toy_shops

BATCH = BatchSettings(shops=2, hands=8, empty=3)


def test_the_losses_are_finite_and_fall_where_hands_are_right(tmp_path: Path) -> None:
    batch = Batches(product_shards(write_toy_shops(tmp_path, 2)), BATCH, 1).draw()
    answers = ProductNet()(torch.from_numpy(batch.pictures).permute(0, 3, 1, 2).float())
    before = losses_of(answers, batch, 0.1)
    assert all(torch.isfinite(loss) for loss in before)
    perfect = torch.eye(LENGTH)
    embedding = torch.cat([perfect[torch.from_numpy(batch.product).clamp(min=0)], perfect[batch.owner]])
    after = losses_of(answers._replace(embedding=embedding), batch, 0.1)
    assert after[0] < 0.05 < before[0]


def test_a_tiny_training_gives_a_model_that_tells_colours(tmp_path: Path) -> None:
    train, new = write_toy_shops(tmp_path / "train", 4), write_toy_shops(tmp_path / "new", 2)
    settings = ProductFitSettings(max_steps=30, batch=BATCH)
    told: list[float] = []
    checkpoint = fit_products(train, tmp_path / "run", settings, lambda share, _: told.append(share))
    assert told == sorted(told)
    done = export_products(checkpoint, new, tmp_path / "models", "a test")
    assert done.figures.top1 > 0.5
    assert done.onnx.stat().st_size < 1 << 20
    session = load_products(done.manifest).session()
    shown = np.random.default_rng(0).integers(0, 255, (5, INPUT_PX, INPUT_PX, 3)).astype(np.uint8)
    vectors, held = session.embed(shown)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-3)
    answers = trained(checkpoint)(torch.from_numpy(shown).permute(0, 3, 1, 2).float())
    assert vectors == pytest.approx(answers.embedding.detach().numpy(), abs=2e-3)
    c = done.calibration
    assert held == pytest.approx(torch.sigmoid(c.slope * answers.held + c.offset).detach().numpy(), abs=2e-3)


def test_a_run_that_was_broken_off_goes_on(tmp_path: Path) -> None:
    train = write_toy_shops(tmp_path / "train", 2)
    fit_products(train, tmp_path / "run", ProductFitSettings(max_steps=2, batch=BATCH))
    told: list[str] = []
    settings = ProductFitSettings(max_steps=20, batch=BATCH)
    checkpoint = fit_products(train, tmp_path / "run", settings, lambda _, words: told.append(words))
    assert told
    assert told[0].startswith("step 20:")
    assert torch.load(checkpoint, weights_only=True)["step"] == 20


def test_probabilities_are_calibrated_on_what_was_seen(tmp_path: Path) -> None:
    new = write_toy_shops(tmp_path, 2)
    looked = look(ProductNet().eval(), [read_product_shard(path) for path in product_shards(new)])
    found = calibrated(looked)
    assert found.temperature > 0
    told = shares(looked.cosines[0], found.temperature, found.unknown)
    assert told.sum() == pytest.approx(1.0)
    measured = figures(looked, found.temperature, found.unknown)
    assert measured.log_loss < np.log(4) + 0.05  # never worse than saying nothing
    assert 0.0 <= measured.held <= 1.0
    assert sum(count for _, count, _, _ in measured.by_size) == measured.hands


def test_too_few_shops_to_measure_on_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too few"):
        export_products(tmp_path / "absent.pt", tmp_path, tmp_path)
