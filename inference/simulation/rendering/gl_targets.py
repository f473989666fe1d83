"""Where pictures are drawn, and how they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.gl_frame import DEPTH_A, DEPTH_B
from inference.simulation.rendering.scene import Rendered

if TYPE_CHECKING:
    import moderngl

SAMPLES = {0: (1, 1), 1: (1, 1), 2: (1, 2), 4: (2, 2)}
"""Samples across and down for each number of them a pixel.

A picture with samples is drawn larger, not with OpenGL's multisampling: llvmpipe then shades what is hidden
too, and took half as long again as with four times the pixels.
"""
WHITE_KEPT = 0.8
"""White, as the shaders keep it (colour.glsl): brighter light goes up to 1."""
ROLL_OFF = 0.8
"""Light from here on is pressed together, so that it goes over into white softly."""
EDGE = 1.02
"""Depths within a pixel that differ more are those of different surfaces."""


def _coded() -> NDArray[np.uint8]:
    """The sRGB value of each squared sample, 65025 for the 255 that a sample can be at most."""
    light = np.arange(65536) / (255 * WHITE_KEPT) ** 2
    over = np.maximum(light - ROLL_OFF, 0)
    light = np.minimum(light, ROLL_OFF) + over * (1 - ROLL_OFF) / (over + 1 - ROLL_OFF)
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * srgb), dtype=np.uint8)


_LIGHT = (np.arange(256) ** 2).astype(np.uint16)
_CODED = _coded()


class Target:
    """A framebuffer to draw into, of one size, and the way from its samples to a picture.

    Arrays between are kept: new ones cost more than what is done with them.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int], samples: int) -> None:
        self.drawn = sampled(context, size, samples)
        self._size = size
        width, height = self.drawn.size
        self._raw = np.empty((height, width, 4), dtype=np.uint8)
        self._bgr = np.empty((height, width, 3), dtype=np.uint8)
        self._light = np.empty((height, width, 3), dtype=np.uint16)
        self._averaged_light = np.empty((*size[::-1], 3), dtype=np.uint16)
        self._depths = np.empty((height, width), dtype=np.float32)
        self._mean = np.empty(size[::-1], dtype=np.float32)
        self._nearest = np.empty(size[::-1], dtype=np.float32)
        self._halves = np.empty((size[1], width), dtype=np.float32)

    def read(self) -> Rendered:
        """What was drawn: samples averaged in linear light and coded as sRGB, and the pixels' depth."""
        self.drawn.read_into(self._raw, components=4)
        self.drawn.read_into(self._depths, components=1, attachment=-1, dtype="f4")
        cv2.cvtColor(self._raw, cv2.COLOR_RGBA2BGR, dst=self._bgr)
        cv2.LUT(self._bgr, _LIGHT, dst=self._light)
        light = self._light
        if light.shape[1::-1] != self._size:
            light = self._averaged_light
            cv2.resize(self._light, self._size, dst=light, interpolation=cv2.INTER_AREA)
        return Rendered(np.take(_CODED, light), self._metres())

    def _metres(self) -> NDArray[np.float32]:
        """``[H, W]`` depth, inf where nothing is.

        On one surface it is that of the pixel's middle: inverse depth is linear across a plane, and the
        samples lie evenly about the middle. On an edge it is that of the nearest sample.
        """
        width, height = self._size
        depths = self._depths
        if depths.shape == (height, width):
            return _depth(depths, depths >= 1)
        cv2.resize(depths, self._size, dst=self._mean, interpolation=cv2.INTER_AREA)
        np.minimum(depths[::2], depths[1::2], out=self._halves)
        nearest = self._halves
        if depths.shape[1] != width:
            nearest = np.minimum(self._halves[:, ::2], self._halves[:, 1::2], out=self._nearest)
        empty = nearest >= 1
        # An edge is where the inverse depth of the nearest sample is more than EDGE times the mean.
        bound = nearest * np.float32(1 / EDGE) + np.float32((1 + DEPTH_A) / 2 * (1 - 1 / EDGE))
        np.copyto(self._mean, nearest, where=bound < self._mean)
        return _depth(self._mean, empty)


def _depth(stored: NDArray[np.float32], empty: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Metres of values of the depth buffer, which are ``(1 + A + B / Z) / 2``."""
    depth = stored * np.float32(2 / DEPTH_B)
    depth -= np.float32((1 + DEPTH_A) / DEPTH_B)
    np.reciprocal(depth, out=depth)
    depth[empty] = np.inf
    return depth


def sampled(context: moderngl.Context, size: tuple[int, int], samples: int) -> moderngl.Framebuffer:
    """A framebuffer of colour and depth for a picture of ``size`` with ``samples`` samples a pixel."""
    across, down = SAMPLES[samples]
    whole = size[0] * across, size[1] * down
    return context.framebuffer([context.texture(whole, 4)], context.depth_texture(whole))
