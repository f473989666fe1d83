"""Pictures as textures: those of the stage, and the noise that makes surfaces uneven."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.gl_frame import linear
from inference.simulation.rendering.scene import Picture

if TYPE_CHECKING:
    import moderngl

Doubles = NDArray[np.float64]

LARGEST = 1024
"""Pixels: larger pictures are made smaller."""
PICTURE_UNIT = 0
NOISE_UNIT = 1

_ROOTS = np.rint(255 * np.sqrt(linear(np.arange(256) / 255))).astype(np.uint8)
"""Square root of the linear light of each sRGB value: the shaders need only square it."""


class Pictures:
    """Textures by name, with mipmaps. A picture that was there before, the same array, is not sent again."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._textures: dict[str, tuple[Picture, moderngl.Texture]] = {}

    def replace(self, pictures: Mapping[str, Picture]) -> None:
        """Exactly ``pictures`` from now on. Raises ``ValueError`` for one that is not RGB ``uint8``."""
        known = {id(picture): texture for picture, texture in self._textures.values()}
        textures = {}
        for name, picture in pictures.items():
            known[id(picture)] = known.get(id(picture)) or self._texture(name, picture)
            textures[name] = picture, known[id(picture)]
        self._textures = textures

    def use(self, name: str) -> None:
        """Binds the picture to :data:`PICTURE_UNIT`. Raises ``KeyError`` where there is none of that name."""
        self._textures[name][1].use(PICTURE_UNIT)

    def __contains__(self, name: str) -> bool:
        return name in self._textures

    def _texture(self, name: str, picture: Picture) -> moderngl.Texture:
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
            raise ValueError(f"picture {name}: {picture.dtype} {picture.shape} is not RGB uint8 [H, W, 3]")
        height, width = (min(side, LARGEST) for side in picture.shape[:2])
        if (height, width) != picture.shape[:2]:
            picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
        level = cv2.cvtColor(cv2.LUT(picture, _ROOTS), cv2.COLOR_RGB2RGBA)
        return _mipmapped(self._context, level.astype(np.uint8, copy=False))


def noise_texture(context: moderngl.Context) -> moderngl.Texture:
    """Noise that repeats without a seam: fine structure in red, blots of a tenth of its width in green."""
    generator = np.random.default_rng(7)
    fine = _noise(generator, 256, lambda f: 1 / np.maximum(f, 4.0) ** 0.7)
    blots = _noise(generator, 256, lambda f: np.exp(-(((f - 9) / 6) ** 2)) + 0.5 / np.maximum(f, 3.0) ** 1.5)
    return _mipmapped(context, np.stack([fine, blots], axis=2))


def _noise(
    generator: np.random.Generator, side: int, spectrum: Callable[[Doubles], Doubles]
) -> NDArray[np.uint8]:
    """White noise through a filter on its frequencies (periods a width), mean 0.5, deviation 0.2."""
    across = np.fft.fftfreq(side, 1 / side)
    frequency = np.hypot(across[:, None], across)
    field = np.fft.ifft2(np.fft.fft2(generator.standard_normal((side, side))) * spectrum(frequency)).real
    field = (field - field.mean()) / field.std()
    return np.asarray(np.rint(255 * np.clip(0.5 + 0.2 * field, 0, 1)), dtype=np.uint8)


def _mipmapped(context: moderngl.Context, picture: NDArray[np.uint8]) -> moderngl.Texture:
    height, width, channels = picture.shape
    texture = context.texture((width, height), channels, picture)
    texture.build_mipmaps()
    # Neither anisotropic nor trilinear: a CPU pays most for filtering, and there are several samples a pixel.
    texture.anisotropy = 1.0
    texture.filter = (context.LINEAR_MIPMAP_NEAREST, context.LINEAR)
    return texture
