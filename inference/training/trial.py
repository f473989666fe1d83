"""A network that is still learning, as a detector: what it is worth so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from inference.detection.centre_points import KEY_POINTS, decode
from inference.detection.manifest import Manifest, ModelInput, Thresholds
from inference.detection.picture import Picture, place
from inference.messages import Detection
from inference.training.example_types import Example
from inference.training.graph import DetectionGraph
from inference.training.measure import Measures, measure, sighted
from inference.training.network import PersonNet

NMS = 0.6
"""IoU at which of two boxes the worse one is dropped: people are seldom nearer to each other."""


def tried(network: PersonNet, examples: Sequence[Example]) -> Measures:
    """Measures on held-out pictures, each at its own size."""
    graph = DetectionGraph(network)

    @torch.no_grad()
    def detect(image: Picture) -> tuple[Detection, ...]:
        manifest = _manifest(image)
        tensor, placement = place(image, manifest.input)
        answers = graph(torch.from_numpy(tensor))
        names = ("scores", "boxes", "points", "sides", "appearance")
        found = {name: np.asarray(a, np.float32) for name, a in zip(names, answers, strict=True)}
        return decode(found, manifest, placement)

    return measure(sighted(detect, examples))


def _manifest(image: Picture) -> Manifest:
    height, width = (-(-n // 16) * 16 for n in image.shape[:2])
    return Manifest(
        name="learning",
        family="centre_points",
        sha256="0" * 64,
        licence="",
        input=ModelInput(name="image", width=width, height=height, layout="nhwc", type="uint8"),
        thresholds=Thresholds(score=0.02, nms=NMS),
        key_points=KEY_POINTS,
    )
