"""A live store's pictures come from its own cameras. Needs the extra ``simulate`` and a driver."""

from __future__ import annotations

import numpy as np
import pytest

from inference.messages.wire import Wanted
from inference.simulation import SimulationSettings
from inference.simulation.live import LiveWorld
from inference.simulation.live.pictures import STORE_PICTURES, Moment, can_render, store_pictures
from tests.support.stores import HEIGHT, WIDTH, small_store

pytest.importorskip("moderngl", reason="the extra simulate is not installed")
pytest.importorskip("skimage", reason="the extra simulate is not installed")

LAYOUT = small_store()


def test_somebody_inside_and_what_they_took_can_be_seen() -> None:
    from inference.simulation.rendering.renderer import RendererError

    assert can_render()
    assert f"{store_pictures.__module__}:{store_pictures.__name__}" == STORE_PICTURES
    world = LiveWorld(LAYOUT, SimulationSettings(arrivals_per_min=0.0), 4)
    empty = Moment(world.now, tuple(world.bodies(world.now)), world.stock)
    world.send((Wanted("A5", 9),))
    while not world.sent[0].has:
        world.advance(world.now + 0.1)
    inside = Moment(world.now, tuple(world.bodies(world.now)), world.stock)
    world.advance(world.now + 60.0)
    left = Moment(world.now, tuple(world.bodies(world.now)), world.stock)
    assert (len(empty.people), len(inside.people), len(left.people)) == (0, 1, 0)
    try:
        maker = store_pictures(LAYOUT, 1)
    except RendererError as error:
        pytest.skip(f"nothing can be rendered here: {error}")
    try:
        pictures = [maker.picture("south", moment).astype(int) for moment in (empty, empty, inside, left)]
    finally:
        maker.close()
    assert all(picture.shape == (HEIGHT, WIDTH, 3) for picture in pictures)
    assert all(picture.std() > 20 for picture in pictures)

    def changed(a: int, b: int) -> float:
        """Share of pixels that differ by more than the sensor's noise."""
        return float(np.mean(np.abs(pictures[a] - pictures[b]).max(axis=2) > 60))

    noise, person, goods = changed(0, 1), changed(0, 2), changed(0, 3)
    assert noise < 0.002
    assert person > max(0.005, 3 * noise)
    assert noise < goods < person
