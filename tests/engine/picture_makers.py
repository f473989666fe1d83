"""Makers of pictures for the tests: each is asked for by name in a process of its own."""

from __future__ import annotations

import os
import time

import numpy as np
from numpy.typing import NDArray

from inference.simulation.live.pictures import Moment
from store_layout.model import StoreLayout

HERE = "tests.engine.picture_makers"
PLAIN, BROKEN, SICK, MORTAL, STUCK = (
    f"{HERE}:{name}" for name in ("plain", "broken", "sick", "mortal", "stuck")
)


class Plain:
    """Grey pictures: blue counts the people, green the units on the shelves, red the tenths of a second."""

    def __init__(self, layout: StoreLayout, seed: int) -> None:
        self._layout, self.made = layout, 0

    def picture(self, camera: str, moment: Moment) -> NDArray[np.uint8]:
        self.made += 1
        about = self._layout.cameras[camera]
        picture = np.empty((about.height, about.width, 3), np.uint8)
        units = sum(sum(found.values()) for found in moment.stock.values())
        picture[:] = (len(moment.people), units % 256, round(moment.t * 10) % 256)
        return picture

    def close(self) -> None:
        pass


class Sick(Plain):
    """Fails on one camera."""

    def picture(self, camera: str, moment: Moment) -> NDArray[np.uint8]:
        if camera == "west":
            raise ValueError("this lens is broken")
        return super().picture(camera, moment)


class Mortal(Plain):
    """Dies now and then."""

    def picture(self, camera: str, moment: Moment) -> NDArray[np.uint8]:
        if self.made == 4:
            os._exit(3)
        return super().picture(camera, moment)


class Stuck(Plain):
    """Never comes back."""

    def picture(self, camera: str, moment: Moment) -> NDArray[np.uint8]:
        time.sleep(600)
        return super().picture(camera, moment)


def broken(layout: StoreLayout, seed: int) -> Plain:
    raise RuntimeError("there is no graphics driver here")


plain, sick, mortal, stuck = Plain, Sick, Mortal, Stuck
