"""The graph that is exported: a trained network and all around it that is the same for every picture."""

from __future__ import annotations

import copy
import io
import itertools
import warnings
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from inference.training.answers import KIND_OF_POINT, PIXEL_SCALE, Looks
from inference.training.close_look import Closer
from inference.training.losses import overlap
from inference.training.network import PersonNet
from inference.training.settings import STRIDE
from inference.training.twins import Twins

OPSET = 17
CLOSE_FROM = -1.0
"""Logit, as yet uncalibrated, from which people are looked at again, and asked what they look like."""
SAME_IOU = 0.6
"""Of a box that overlaps a better one by so much there is no second look: it is dropped in the end."""


@dataclass(frozen=True, slots=True)
class Platt:
    """Platt scaling (Platt, 1999): probability = sigmoid(slope * logit + offset)."""

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, logits: Tensor) -> Tensor:
        """Probabilities."""
        return torch.sigmoid(self.logit(logits))

    def logit(self, logits: Tensor) -> Tensor:
        """Those of the probabilities."""
        return self.slope * logits + self.offset


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes the network's answers chances."""

    score: Platt = Platt()
    points: tuple[Platt, Platt, Platt] = (Platt(), Platt(), Platt())
    """Of head, foot and wrists."""
    sides: Platt = Platt()
    """Of how far the logit that says which wrist is which is from 0."""
    twins: Twins | None = None
    """What becomes of a score where a better box is on the same place; None: nothing."""


class DetectionGraph(nn.Module):
    """uint8 picture in, ``scores``, ``boxes``, ``points``, ``sides`` and ``appearance`` out.

    What these are is said in :mod:`inference.detection.centre_points`.
    """

    def __init__(self, network: PersonNet, peaks: int = 40, calibration: Calibration | None = None) -> None:
        super().__init__()
        self.network = folded(network)
        self.peaks = peaks
        self.calibration = calibration or Calibration()
        self.eval()  # the exporter restores the mode that it finds

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """``image`` is uint8 ``[1, H, W, 3]``."""
        pixels = image.permute(0, 3, 1, 2).to(torch.float32)
        maps = self.network(pixels)
        heat, cell = (part[0] for part in peaks_of(maps.heat, self.peaks))
        columns = maps.heat.shape[-1]
        x, y = cell % columns, torch.div(cell, columns, rounding_mode="floor")
        xy = torch.stack([x, y], dim=1).to(torch.float32) * STRIDE + STRIDE / 2
        picture = torch.zeros_like(cell)
        looks = self.network.peak(maps, picture, xy)
        logits, order = torch.topk(heat + looks.score, self.peaks)
        looks = looks.rows(order)
        # Who is hardly there is not looked at again. The best always is: operators dislike empty sets.
        likely = self._likely(logits, looks)
        some, rest = torch.nonzero(likely)[:, 0], torch.nonzero(~likely)[:, 0]
        closely, close, whose = looks.rows(some), self.network.close, picture[some]
        crops = close.crops(image.permute(0, 3, 1, 2), whose, closely.box)
        closer = close.at(crops, close.seen_first(maps, whose, closely.box), closely)
        others = looks.rows(rest)
        logits = torch.cat([logits[some] + closer.score, logits[rest]])
        points = torch.cat([key_points(look, self.calibration.points) for look in (closer, others)])
        boxes = torch.cat([closer.box, others.box])
        swapped = torch.cat([closer.swapped, others.swapped])
        logits, order = torch.topk(self.calibration.score.logit(logits), self.peaks)
        if self.calibration.twins is not None:
            doubted = self.calibration.twins(logits, boxes[order], points[order, :, :2])
            logits, again = torch.topk(doubted, self.peaks)
            order = order[again]
        scores = torch.sigmoid(logits)
        points, box = points[order], boxes[order]
        sides = self.calibration.sides(swapped.abs())[order].clamp(min=0.5)
        looked = self.network.appearance(crops, closer.features)
        unknown = torch.zeros_like(others.hidden[:, : looked.shape[1]])
        appearance = torch.cat([looked, unknown])[order]
        return scores[None], box[None], points[None], sides[None], appearance[None]

    def _likely(self, logits: Tensor, looks: Looks) -> Tensor:
        """``[K]`` who, of peaks best first, is likely enough to be looked at again; somebody always is."""
        score, twins = self.calibration.score, self.calibration.twins
        if twins is None:
            return (logits >= logits.amax().clamp(max=CLOSE_FROM)) & ~overlapped(looks.box)
        doubted = twins(score.logit(logits), looks.box, looks.points[:, :2])
        return doubted >= doubted.amax().clamp(max=score.slope * CLOSE_FROM + score.offset)


def overlapped(boxes: Tensor) -> Tensor:
    """``[N]`` whether boxes ``[N, 4]``, best first, lie on a better one.

    Without asking whether that one stays itself (Bolya et al., 2019, arXiv:1904.02689).
    """
    iou, _ = overlap(boxes[:, None], boxes[None])
    return (torch.triu(iou, diagonal=1) > SAME_IOU).any(dim=0)


def peaks_of(heat: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Logits and flat cells ``[B, count]`` of the highest local maxima of the maps ``[B, 1, h, w]``.

    What is no maximum of its 3x3 cells is never chosen while there are enough that are; its logit is then
    lower than any real one.
    """
    around = nn.functional.max_pool2d(heat, 3, stride=1, padding=1)
    peaked = torch.where(heat == around, heat, torch.full_like(heat, -40.0))
    logits, cells = torch.topk(peaked.flatten(1), count)
    return logits, cells


def key_points(looks: Looks | Closer, trust: tuple[Platt, Platt, Platt]) -> Tensor:
    """Head, foot, left and right wrist ``[N, 4, 3]``: x, y and the chance that it is there."""
    chances = torch.stack([trust[kind](looks.near[:, k]) for k, kind in enumerate(KIND_OF_POINT)], dim=1)
    points = torch.cat([looks.points, chances[..., None]], dim=2)
    left_first = torch.stack([points[:, 2], points[:, 3]], dim=1)
    right_first = torch.stack([points[:, 3], points[:, 2]], dim=1)
    wrists = torch.where((looks.swapped > 0)[:, None, None], right_first, left_first)
    return torch.cat([points[:, :2], wrists], dim=1)


def folded(network: PersonNet) -> PersonNet:
    """A copy for inference in which no batch normalisation and no scaling of the pixels is left."""
    copied = copy.deepcopy(network).cpu().float().eval()
    for module in list(copied.modules()):
        # In this network a normalisation always follows the convolution that is named before it.
        for (name, first), (after, second) in itertools.pairwise(list(module.named_children())):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                setattr(module, name, nn.utils.fuse_conv_bn_eval(first, second))
                setattr(module, after, nn.Identity())
    for part in (copied, copied.close):
        first = next(m for m in part.stem.modules() if isinstance(m, nn.Conv2d))
        with torch.no_grad():
            first.weight *= PIXEL_SCALE
        part.pixel_scale = 1.0
    return copied


def onnx_bytes(graph: DetectionGraph, width: int, height: int, *, dynamic: bool) -> bytes:
    """The graph as ONNX. With ``dynamic`` height and width may be any multiples of 16."""
    axes = {"image": {1: "height", 2: "width"}} if dynamic else None
    out = io.BytesIO()
    picture = torch.randint(0, 255, (1, height, width, 3), dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter is deprecated; the newer one needs onnxscript
        torch.onnx.export(
            graph,
            (picture,),
            cast(Any, out),
            dynamo=False,
            opset_version=OPSET,
            input_names=["image"],
            output_names=["scores", "boxes", "points", "sides", "appearance"],
            dynamic_axes=axes,
        )
    return out.getvalue()
