"""From a camera's picture to a network's input, and from its pixels back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detection.manifest import ModelInput

Picture = NDArray[np.uint8]


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
    fit_w, fit_h = wanted.width, wanted.height
    if wanted.resize == "letterbox":
        ratio = min(wanted.width / width, wanted.height / height)
        fit_w, fit_h = max(1, int(width * ratio)), max(1, int(height * ratio))
    canvas = _fitted(image, fit_w, fit_h, wanted)
    if wanted.colour == "rgb":
        canvas = cv2.cvtColor(canvas, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
    return _as_tensor(canvas, wanted), Placement(fit_w / width, fit_h / height, width, height)


def _fitted(image: Picture, fit_w: int, fit_h: int, wanted: ModelInput) -> Picture:
    if (fit_w, fit_h) == (wanted.width, wanted.height):
        canvas = np.empty((wanted.height, wanted.width, 3), np.uint8)
    else:
        canvas = np.full((wanted.height, wanted.width, 3), wanted.fill, np.uint8)
    # Resized in place: OpenCV writes into the part of the canvas that the view shows.
    cv2.resize(image, (fit_w, fit_h), dst=canvas[:fit_h, :fit_w], interpolation=cv2.INTER_LINEAR)
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
