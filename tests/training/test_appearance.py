"""People are told apart by their colours, in whatever light."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch, an extra, is not installed")

import torch

from inference.training.appearance import (
    AppearanceSettings,
    contrast,
    seen_people,
    teach,
    told_apart,
)
from inference.training.network import Appearance, palette
from tests.training.toys import toy_scene


def test_people_who_keep_their_colours_are_told_apart_after_learning() -> None:
    rng = np.random.default_rng(1)
    torch.manual_seed(1)
    layers = Appearance(8, hidden=32)
    learn, check = (
        seen_people([e for n in range(first, first + 15) for e in toy_scene(n, rng)], layers, rng, 0.3)
        for first in (0, 100)
    )
    settings = AppearanceSettings(epochs=10, scenes=5)
    before = teach(Appearance(8, hidden=32), learn, AppearanceSettings(epochs=1, scenes=5), rng)
    after = teach(layers, learn, settings, rng)
    assert after < before
    found = told_apart(layers, check)
    assert found is not None
    assert found > 0.85


def test_nobody_seen_twice_is_nothing_to_learn_from() -> None:
    rng = np.random.default_rng(2)
    layers = Appearance(8, hidden=32)
    with pytest.raises(ValueError, match="two pictures"):
        teach(
            layers,
            seen_people(toy_scene(1, rng, shots=1), layers, rng, 0.3),
            AppearanceSettings(),
            rng,
        )
    with pytest.raises(ValueError, match="two pictures"):
        teach(layers, seen_people([], layers, rng, 0.3), AppearanceSettings(), rng)


def test_a_brighter_picture_changes_the_palette_by_a_constant_lightness() -> None:
    colours = torch.full((1, 4, 3), 100.0)
    dim, bright = palette(colours).reshape(4, 5), palette(2 * (colours + 8) - 8).reshape(4, 5)
    np.testing.assert_allclose((bright - dim)[:, 1], np.log(2), atol=1e-5)
    np.testing.assert_allclose((bright - dim)[:, [0, 2, 3, 4]], 0, atol=1e-5)


def test_contrast_compares_pictures_of_one_scene() -> None:
    identity, scene = torch.tensor([1, 2, 1, 2]), torch.zeros(4, dtype=torch.int64)
    picture = torch.tensor([0, 0, 1, 1])
    good = torch.tensor([[1.0, 0], [0, 1], [1, 0], [0, 1]])
    assert contrast(good, identity, scene, picture) < 0.01
    assert contrast(good[[0, 1, 3, 2]], identity, scene, picture) > 4
    alone = contrast(good[[0, 1, 3, 2]], identity, torch.tensor([0, 1, 0, 1]), picture)
    assert alone.item() == pytest.approx(0)  # nobody else of their scene to be told from
    assert contrast(good, identity, scene, torch.zeros(4)) == 0
