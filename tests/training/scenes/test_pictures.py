"""Procedural pictures: RGB bytes, neither black nor white nor one colour, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from inference.simulation.rendering.scene import Picture
from inference.training.scenes import pictures
from inference.training.scenes.ground import MATERIALS
from inference.training.scenes.noise import cloudy, photo_like

Maker = Callable[[np.random.Generator], Picture]


def repeating(maker: Callable[[np.random.Generator], pictures.Pattern]) -> Maker:
    return lambda rng: maker(rng).picture


def ground(maker: Callable[[np.random.Generator, tuple[int, int]], Picture]) -> Maker:
    return lambda rng: maker(rng, (90, 130))


MAKERS: dict[str, Maker] = {
    **{maker.__name__: repeating(maker) for maker in (*pictures.FLOORS, *pictures.WALLS)},
    **{name: ground(maker) for name, maker in MATERIALS.items()},
    "writing": pictures.writing,
    "notice_board": pictures.notice_board,
    "cloth": pictures.cloth,
    "gradient": pictures.gradient,
    "photo_like": lambda rng: photo_like(rng, 90, 130),
}


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_pictures_show_something(name: str) -> None:
    for seed in range(4):
        picture = MAKERS[name](np.random.default_rng(seed))
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3
        assert picture.std() > 0.5
        assert 8 < picture.mean() < 250
        np.testing.assert_array_equal(picture, MAKERS[name](np.random.default_rng(seed)))


def test_noise_is_rougher_for_a_smaller_falloff() -> None:
    def roughness(falloff: float) -> float:
        field = cloudy(np.random.default_rng(3), 200, 200, falloff)
        assert field.min() >= 0.0
        assert field.max() <= 1.0
        return float(np.abs(np.diff(field, axis=1)).mean() / field.std())

    assert roughness(0.4) > 2 * roughness(1.4)
