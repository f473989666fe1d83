"""People are told apart by their colours, in whatever light."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch, an extra, is not installed")

import torch

from inference.training.appearance import (
    AppearanceSettings,
    Seen,
    contrast,
    filled,
    seen_people,
    teach,
    told_apart,
    varied,
)
from inference.training.appearance_layers import GRID, Appearance, palette
from inference.training.network import PersonNet
from tests.training.sizes import TINY
from tests.training.toys import toy_scene

CELLS = GRID[0] * GRID[1]


def tiny(seed: int = 1) -> PersonNet:
    torch.manual_seed(seed)
    return PersonNet(TINY).eval()


def test_people_who_keep_their_colours_are_told_apart_after_learning() -> None:
    rng = np.random.default_rng(1)
    network = tiny()
    layers = Appearance(TINY.close[2], 8, hidden=32)
    learn, check = (
        seen_people([e for n in range(first, first + 15) for e in toy_scene(n, rng)], network, rng, 0.3)
        for first in (0, 100)
    )
    settings = AppearanceSettings(epochs=10, scenes=5, hidden=0.2)
    untaught = Appearance(TINY.close[2], 8, hidden=32)
    before = teach(untaught, learn, AppearanceSettings(epochs=1, scenes=5), rng)
    after = teach(layers, learn, settings, rng)
    assert after < before
    found = told_apart(layers, check)
    assert found is not None
    assert found > 0.85


def test_nobody_seen_twice_is_nothing_to_learn_from() -> None:
    rng = np.random.default_rng(2)
    network = tiny()
    layers = Appearance(TINY.close[2], 8, hidden=32)
    for examples in (toy_scene(1, rng, shots=1), []):
        seen = seen_people(examples, network, rng, 0.3)
        with pytest.raises(ValueError, match="two pictures"):
            teach(layers, seen, AppearanceSettings(), rng)


def test_what_hides_somebody_can_be_looked_past() -> None:
    """Two thirds of everybody are hidden by something of any colour, here or there: a feature says where."""
    rng = np.random.default_rng(3)
    torch.manual_seed(3)
    layers = Appearance(1, 8, hidden=32)
    settings = AppearanceSettings(epochs=60, scenes=8, light=0.0, tint=0.0, hidden=0.0)

    def people(scenes: int) -> Seen:
        rows = np.arange(scenes * 8)
        scene, picture, identity = rows // 8, rows // 2, rows // 8 * 2 + rows % 2
        own = rng.uniform(30, 220, (scenes * 2, 3))[identity]
        colours = np.repeat(own[:, None], CELLS, axis=1)
        shown = rng.integers(0, 3, len(rows))
        hidden = (np.arange(CELLS) // (CELLS // 3))[None] != shown[:, None]
        colours = np.where(hidden[..., None], rng.uniform(30, 220, (len(rows), 1, 3)), colours)
        return Seen(
            torch.from_numpy(colours.astype(np.float32)),
            torch.from_numpy(hidden[..., None].astype(np.float16)),
            *(torch.from_numpy(x) for x in (identity, scene, picture)),
        )

    check = people(30)
    teach(layers, people(40), settings, rng)
    found = told_apart(layers, check)
    blind = check.of_scenes([torch.arange(len(check.identity))])
    blind.features = torch.zeros_like(blind.features)
    without = told_apart(layers, blind)
    assert found is not None
    assert without is not None
    assert found > 0.8
    assert found > without + 0.1


def test_cells_are_mirrored_or_hidden_by_a_part_of_somebody_else() -> None:
    rng = np.random.default_rng(4)
    colours = torch.arange(20.0)[:, None, None].expand(20, CELLS, 3)  # each person in a colour of their own
    column = (torch.arange(CELLS) % GRID[0]).float()[None, :, None].expand(20, CELLS, 1)
    as_is = AppearanceSettings(mirrored=0.0, hidden=0.0)
    for found, before in zip(varied(colours, column, as_is, rng), (colours, column), strict=True):
        torch.testing.assert_close(found, before)
    _, turned = varied(colours, column, AppearanceSettings(mirrored=1.0, hidden=0.0), rng)
    torch.testing.assert_close(turned, GRID[0] - 1 - column)
    found, _ = varied(colours, column, AppearanceSettings(mirrored=0.0, hidden=1.0), rng)
    own = (found[..., 0] == torch.arange(20.0)[:, None]).float().mean(dim=1)
    assert own.min() > 0.45  # at most half of the height
    assert own.mean() < 0.95


def test_a_picture_is_filled_up_to_whole_cells_of_the_coarsest_map() -> None:
    image = np.full((50, 64, 3), 7, np.uint8)
    whole = filled(image)
    assert whole.shape == (64, 64, 3)
    assert (whole[:50] == 7).all()
    assert (whole[50:] == 114).all()


def test_a_brighter_picture_changes_the_palette_by_a_constant_lightness() -> None:
    colours = torch.full((1, 4, 3), 100.0)
    dim, bright = palette(colours)[0], palette(2 * (colours + 8) - 8)[0]
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
