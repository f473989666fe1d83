"""What a picture of a live store shows, and who makes it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.simulation.movements import BodyNow
from store_layout.model import StoreLayout

STORE_PICTURES = "inference.simulation.live.pictures:store_pictures"
"""Names :func:`store_pictures` to the process that makes the pictures."""
RENDERED_WITH = ("moderngl", "skimage")


class Moment(msgspec.Struct, frozen=True):
    """Who is where, and what is on the shelves."""

    t: float
    """Seconds from the store's start."""
    people: tuple[BodyNow, ...]
    stock: dict[str, dict[str, int]]
    """Slot -> sku -> units."""


class PictureMaker(Protocol):
    """Makes pictures of one store. One thread."""

    def picture(self, camera: str, moment: Moment) -> NDArray[np.uint8]:
        """``[height, width, 3]`` BGR, of the size of the camera."""

    def close(self) -> None:
        """Nothing more will be asked for."""


class StorePictures:
    """Pictures rendered through the store's own calibrated cameras."""

    def __init__(self, layout: StoreLayout, seed: int) -> None:
        """Raises ``RendererError`` where nothing can be rendered, ``ValueError`` for an unknown lens."""
        from inference.simulation.rendering.session_scene import SessionScene, StoreCameras

        self._scene = SessionScene(layout, seed)
        self._cameras = StoreCameras(self._scene, layout.file.camera, seed)

    def picture(self, camera: str, moment: Moment) -> NDArray[np.uint8]:
        """Sharp: a second moment for the motion's blur would cost as much as the first."""
        self._cameras.stock(moment.stock)
        self._scene.forget(body.person for body in moment.people)
        return self._cameras.picture(camera, [[self._scene.staged(body) for body in moment.people]])

    def close(self) -> None:
        """End the renderer."""
        self._cameras.close()


def can_render() -> bool:
    """Whether what renders is installed (the extra ``simulate``); a driver may still be missing."""
    return all(find_spec(name) is not None for name in RENDERED_WITH)


def store_pictures(layout: StoreLayout, seed: int) -> PictureMaker:
    """See :class:`StorePictures`."""
    return StorePictures(layout, seed)
