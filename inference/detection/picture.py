"""From a camera's picture to a network's input, and from its pixels back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detection.manifest import ModelInput

Picture = NDArray[np.uint8]
STEP = 16
"""Sides of an input that fits its picture are multiples of so many pixels."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How a picture lies in the input: input pixel = picture pixel * scale, from the top left corner.

    Coordinates are continuous: the left edge of the picture is 0, its right edge its width.
    """

    scale_x: float
    scale_y: float
    width: int
    """Size of the picture, pixels."""
    height: int

    def boxes(self, boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Boxes ``[N, 4]`` (x1, y1, x2, y2) of the input in picture pixels, corners in order."""
        corners = boxes.reshape(-1, 2, 2) / np.array([self.scale_x, self.scale_y])
        return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)

    def points(self, xy: NDArray[np.float32]) -> NDArray[np.float64]:
        """Points ``[..., 2]`` of the input in picture pixels."""
        return np.asarray(xy / np.array([self.scale_x, self.scale_y]), dtype=np.float64)


def place(image: Picture, wanted: ModelInput) -> tuple[NDArray[np.uint8 | np.float32], Placement]:
    """A BGR picture ``[H, W, 3]`` as the network's input ``[1, ...]``, and how it lies there.

    Pure. With a uint8 input in NHWC nothing but the resize is done here: the graph normalises.
    """
    height, width = image.shape[:2]
    size = wanted.width, wanted.height
    ratio = min(wanted.width / width, wanted.height / height)
    if wanted.resize == "fit":
        ratio = min(1.0, math.sqrt(wanted.width * wanted.height / (width * height)))
    fit_w, fit_h = max(1, int(width * ratio)), max(1, int(height * ratio))
    if wanted.resize == "stretch":
        fit_w, fit_h = size
    elif wanted.resize == "fit":
        size = -(-fit_w // STEP) * STEP, -(-fit_h // STEP) * STEP
    canvas = _fitted(image, (fit_w, fit_h), size, wanted.fill)
    if wanted.colour == "rgb":
        canvas = cv2.cvtColor(canvas, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
    return _as_tensor(canvas, wanted), Placement(fit_w / width, fit_h / height, width, height)


def _fitted(image: Picture, fit: tuple[int, int], size: tuple[int, int], fill: int) -> Picture:
    """The picture at ``fit`` (width, height), top left on a canvas of ``size``."""
    if fit == size:
        canvas = np.empty((size[1], size[0], 3), np.uint8)
    else:
        canvas = np.full((size[1], size[0], 3), fill, np.uint8)
    part = canvas[: fit[1], : fit[0]]
    if fit == (image.shape[1], image.shape[0]):
        part[:] = image
    else:  # in place: OpenCV writes into the part of the canvas that the view shows
        cv2.resize(image, fit, dst=part, interpolation=cv2.INTER_LINEAR)
    return canvas


def _as_tensor(canvas: Picture, wanted: ModelInput) -> NDArray[np.uint8 | np.float32]:
    if wanted.type == "uint8":
        return (
            canvas[None] if wanted.layout == "nhwc" else np.ascontiguousarray(canvas.transpose(2, 0, 1))[None]
        )
    scale = np.float32(1 / 255) if wanted.range == "0-1" else np.float32(1)
    planes = canvas.transpose(2, 0, 1) if wanted.layout == "nchw" else canvas
    tensor = planes.astype(np.float32, order="C")
    if scale != 1:
        tensor *= scale
    return tensor[None]
