"""The project's own family: people as peaks of a heat map, each with a box, key points and an appearance.

This is the contract between the training and the engine. The exported graph does everything that is the same
for every picture, so that Python touches only the K best peaks:

- input ``image``: uint8 ``[1, H, W, 3]``, BGR, 0..255; normalisation is the graph's first operation.
  H and W are multiples of 8.
- peaks: the sigmoid of the heat map where it equals its own 3x3 maximum, the K highest of them (K fixed in
  the graph, e.g. 64). No further suppression is needed; ``nms`` in the manifest adds one.
- output ``scores``: float32 ``[1, K]``, 0..1, falling. Places that are not needed have score 0.
- output ``boxes``: float32 ``[1, K, 4]``, x1, y1, x2, y2 in input pixels, continuous (left edge of the input
  is 0, right edge W); they may reach outside the input, e.g. for feet below the picture.
- output ``points``: float32 ``[1, K, 4, 3]``: head (centre), foot (middle between the feet on the floor, also
  where it is hidden or outside), wrist_left, wrist_right (the person's own left and right); each x and y in
  input pixels and the chance 0..1 that the point is there, or within a hand's width. 0 means: not known.
- output ``sides`` (may be absent): float32 ``[1, K]``, 0.5..1: the chance that the wrists are not exchanged.
- output ``appearance`` (may be absent): float32 ``[1, K, D]``, rows of any length, made unit vectors
  here. Cosine similarity compares two of one visit. A row of zeros means: not known.

After CenterNet (Zhou et al., "Objects as Points", 2019, arXiv:1904.07850).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.detection.boxes import FARTHEST, sane, suppress
from inference.detection.family import BadOutputError, Family, Outputs, Tensor
from inference.detection.manifest import Manifest
from inference.detection.picture import Placement
from inference.messages import Appearance, Detection, KeyPoint
from inference.messages.said import Words, said

KEY_POINTS = ("head", "foot", "wrist_left", "wrist_right")

_SHAPES: dict[str, tuple[int | None, ...]] = {
    "scores": (None,),
    "boxes": (None, 4),
    "points": (None, len(KEY_POINTS), 3),
    "sides": (None,),
    "appearance": (None, None),
}
"""Shapes of the outputs after the leading 1; the first None is K."""
_OPTIONAL = ("sides", "appearance")


def decode(outputs: Outputs, manifest: Manifest, placement: Placement) -> tuple[Detection, ...]:
    """People in the network's answer, best first, in picture pixels. Pure.

    A peak with a coordinate that is not finite is dropped; such a key point, or one of score 0, is None.
    Raises :class:`BadOutputError` when a score is outside 0..1.
    """
    scores = outputs["scores"][0]
    if scores.size and (
        float(np.nanmax(scores, initial=0)) > 1.001 or float(np.nanmin(scores, initial=0)) < -0.001
    ):
        raise BadOutputError(said("scores outside 0..1: the graph must end in sigmoids"))
    good = np.flatnonzero((scores >= manifest.thresholds.score) & sane(outputs["boxes"][0]))
    good = good[_order(outputs["boxes"][0][good], scores[good], manifest.thresholds.nms)]
    boxes = placement.boxes(outputs["boxes"][0][good]).tolist()
    points = outputs["points"][0][good]
    places = placement.points(points[..., :2])
    looks, sides = outputs.get("appearance"), outputs.get("sides")
    return tuple(
        _detection(
            boxes[i],
            float(scores[k]),
            _key_points(places[i], points[i, :, 2]),
            1.0 if sides is None else float(np.clip(sides[0][k], 0.5, 1.0)),
            None if looks is None else _appearance(looks[0][k]),
        )
        for i, k in enumerate(good.tolist())
    )


def _order(boxes: NDArray[np.float32], scores: NDArray[np.float32], nms: float | None) -> NDArray[np.intp]:
    if nms is not None:
        return suppress(boxes, scores, nms)
    return np.argsort(-scores, kind="stable")


def _key_points(xy: NDArray[np.float64], scores: NDArray[np.float32]) -> list[KeyPoint | None]:
    return [
        KeyPoint(x, y, min(score, 1.0)) if score > 0 and abs(x) <= FARTHEST and abs(y) <= FARTHEST else None
        for (x, y), score in zip(xy.tolist(), scores.tolist(), strict=True)
    ]


def _appearance(row: NDArray[np.float32]) -> Appearance | None:
    length = float(np.linalg.norm(row.astype(np.float64)))
    return Appearance((row / length).astype(np.float32)) if 1e-6 < length < np.inf else None


def _detection(
    box: list[float], score: float, points: list[KeyPoint | None], sides: float, look: Appearance | None
) -> Detection:
    head, foot, left, right = points
    return Detection(
        box=(box[0], box[1], box[2], box[3]),
        score=min(score, 1.0),
        head=head,
        foot=foot,
        wrist_left=left,
        wrist_right=right,
        side_score=sides,
        appearance=look,
    )


def problem(outputs: tuple[Tensor, ...], manifest: Manifest) -> Words | None:
    """Why a graph with these outputs does not keep the contract above."""
    if manifest.key_points != KEY_POINTS:
        return said(
            "key points must be {names}, the manifest says {given}",
            names=", ".join(KEY_POINTS),
            given=", ".join(manifest.key_points),
        )
    shapes = {o.name: o.shape for o in outputs}
    missing = [name for name in _SHAPES if name not in _OPTIONAL and name not in shapes]
    if missing:
        return said("outputs missing: {names}", names=", ".join(missing))
    peaks = {shapes[name][1] for name in _SHAPES if name in shapes and len(shapes[name]) > 1}
    if len(peaks - {None}) > 1:
        return said(
            "outputs disagree on the number of peaks: {value}",
            value=sorted(p for p in peaks if p is not None),
        )
    for name, wanted in _SHAPES.items():
        if name in shapes and not _fits(shapes[name], (1, *wanted)):
            return said(
                "output {name} has shape {shapes}, wanted {value}",
                name=name,
                shapes=shapes[name],
                value=(1, *wanted),
            )
    return None


def _fits(shape: tuple[int | None, ...], wanted: tuple[int | None, ...]) -> bool:
    pairs = zip(shape, wanted, strict=False)
    return len(shape) == len(wanted) and all(s is None or w is None or s == w for s, w in pairs)


CENTRE_POINTS = Family(
    name="centre_points",
    layout="nhwc",
    nms=None,
    classes=("person",),
    key_points=KEY_POINTS,
    problem=problem,
    decode=decode,
)
