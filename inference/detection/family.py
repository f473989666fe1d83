"""What a model family must bring: three pure functions and how its exports look by default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.detection.manifest import FamilyName, Manifest
from inference.detection.picture import Placement
from inference.messages import Detection
from inference.messages.said import Words

Outputs = Mapping[str, NDArray[np.float32]]
"""The network's answers by name."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Name, shape and type of an input or output as the graph declares it; None: any size."""

    name: str
    shape: tuple[int | None, ...]
    type: str
    """ONNX Runtime's word, e.g. ``tensor(float)``."""


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of network."""

    name: FamilyName
    layout: Literal["nchw", "nhwc"]
    """How exports of this family usually take their picture."""
    nms: float | None
    """Usual threshold of the suppression of overlapping boxes."""
    classes: tuple[str, ...]
    key_points: tuple[str, ...]
    problem: Callable[[tuple[Tensor, ...], Manifest], Words | None]
    """What is wrong with the graph's outputs for this manifest, in words."""
    decode: Callable[[Outputs, Manifest, Placement], tuple[Detection, ...]]
    """The network's answers to one picture as detections in that picture's pixels, best first."""


class BadOutputError(ValueError):
    """The network answered with numbers that its family cannot mean."""
