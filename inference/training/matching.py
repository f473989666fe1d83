"""Detections against people who are known exactly: who was found, and what the scores are worth. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.detection.boxes import overlaps

Floats = NDArray[np.float64]

FOUND_IOU = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """What one picture's detections found."""

    scores: Floats
    """``[D]`` falling."""
    person: NDArray[np.intp]
    """``[D]`` index of the person that each detection found, -1 for nobody."""
    counts: NDArray[np.bool_]
    """``[D]`` False where a detection lies on somebody who is to be ignored: neither right nor wrong."""
    wanted: int
    """Number of people that were to be found."""


def match(boxes: Floats, scores: Floats, truth: Floats, wanted: NDArray[np.bool_]) -> Matched:
    """Let each detection, best first, take the free wanted person that it overlaps most, by IoU >= 0.5.

    ``boxes`` ``[D, 4]``, ``truth`` ``[N, 4]``; people who are not ``wanted`` ``[N]`` absorb any number of
    detections that find nobody else. This is how COCO's evaluation treats people to be ignored.
    """
    order = np.argsort(-scores, kind="stable")
    boxes, scores = boxes[order], scores[order]
    person = np.full(len(boxes), -1, np.intp)
    counts = np.ones(len(boxes), bool)
    if len(truth):
        table = overlaps(boxes, truth)
        free = wanted.copy()
        for d, row in enumerate(table):
            usable = np.where(free, row, -1.0)
            best = int(usable.argmax())
            if usable[best] >= FOUND_IOU:
                person[d], free[best] = best, False
            elif (row[~wanted] >= FOUND_IOU).any():
                counts[d] = False
    return Matched(scores, person, counts, int(wanted.sum()))


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall over the threshold, and what follows."""

    thresholds: Floats
    """Scores of the detections that count, falling."""
    precision: Floats
    recall: Floats

    @property
    def average_precision(self) -> float:
        """Area under the curve, its precision made to fall (all-point interpolation, as PASCAL VOC 2010)."""
        if not len(self.recall):
            return 0.0
        falling = np.maximum.accumulate(self.precision[::-1])[::-1]
        return float((np.diff(self.recall, prepend=0.0) * falling).sum())

    def best(self) -> tuple[float, float, float, float]:
        """Threshold of the highest F1, with precision, recall and F1 there; 0.5 and noughts for no curve."""
        total = self.precision + self.recall
        f1 = np.where(total > 0, 2 * self.precision * self.recall / np.maximum(total, 1e-12), 0.0)
        if not len(f1):
            return 0.5, 0.0, 0.0, 0.0
        k = int(f1.argmax())
        return float(self.thresholds[k]), float(self.precision[k]), float(self.recall[k]), float(f1[k])

    def at(self, threshold: float) -> tuple[float, float, float]:
        """Precision, recall and F1 of the detections that reach a threshold."""
        n = int(np.searchsorted(-self.thresholds, -threshold, side="right"))
        if n == 0:
            return 0.0, 0.0, 0.0
        p, r = float(self.precision[n - 1]), float(self.recall[n - 1])
        return p, r, 2 * p * r / (p + r) if p + r > 0 else 0.0


def curve(matches: Sequence[Matched]) -> Curve:
    """The curve over all pictures. Where nobody was to be found recall is 0."""
    scores, hit = counted(matches)
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(hit[order])
    wanted = sum(m.wanted for m in matches)
    precision = hits / np.arange(1, len(hits) + 1)
    return Curve(scores[order], precision, hits / max(1, wanted))


def counted(matches: Sequence[Matched]) -> tuple[Floats, NDArray[np.bool_]]:
    """Scores of all detections that count, and whether each found somebody."""
    if not matches:
        return np.zeros(0), np.zeros(0, bool)
    scores = np.concatenate([m.scores[m.counts] for m in matches])
    hit = np.concatenate([m.person[m.counts] >= 0 for m in matches])
    return scores.astype(np.float64), hit


def calibration_error(scores: Floats, hit: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error (Guo et al., 2017): mean distance of score and share found, by bin."""
    if not len(scores):
        return 0.0
    place = np.minimum((scores * bins).astype(int), bins - 1)
    total = np.bincount(place, minlength=bins)
    apart = np.bincount(place, scores - hit, minlength=bins)
    return float(np.abs(apart).sum() / total.sum())


def auc(positive: Floats, negative: Floats) -> float | None:
    """Chance that one of the first is higher than one of the second (Mann and Whitney); None where empty."""
    if not len(positive) or not len(negative):
        return None
    ranked = np.sort(negative)
    below = np.searchsorted(ranked, positive, side="left")
    not_above = np.searchsorted(ranked, positive, side="right")
    return float((below + not_above).mean() / 2 / len(negative))


def platt(scores: Floats, hit: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset of the logit that make scores chances (Platt, 1999), by Newton's method.

    A slope and offset of 1 and 0 where all or none found somebody: there is nothing to learn from.
    """
    if not len(scores) or hit.all() or not hit.any():
        return 1.0, 0.0
    clipped = np.clip(scores, 1e-6, 1 - 1e-6)
    design = np.stack([np.log(clipped / (1 - clipped)), np.ones(len(scores))], axis=1)
    slope, offset = logistic(design, hit, np.array([1.0, 0.0])).tolist()
    return slope, offset


def logistic(design: Floats, hit: NDArray[np.bool_], start: Floats | None = None) -> Floats:
    """``[F]`` weights of features ``[N, F]`` whose sum is the logit of a hit, by Newton's method.

    They are held to ``start`` (nought) a little, so that there is one answer whatever the data.
    """
    start = np.zeros(design.shape[1]) if start is None else start
    weights = start.copy()
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -40, 40)))
        gradient = design.T @ (chance - hit) + 1e-3 * (weights - start)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + 1e-3 * np.eye(len(start))
        step = np.linalg.solve(curvature, gradient)
        weights = weights - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return weights
