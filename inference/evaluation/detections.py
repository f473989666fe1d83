"""Detections against true boxes: precision and recall of one camera's detector."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.detection.boxes import overlaps
from inference.evaluation.rates import f1, ratio
from inference.messages import Detection, Detections
from inference.recording.truth import TrueBox

IgnoreRule = Literal["ignore", "literal"]
"""``ignore``: a find that overlaps a box to be ignored counts neither way. ``literal``: it is a false one."""


class BoxScore(msgspec.Struct, frozen=True):
    """How well one camera's detections found the true boxes."""

    camera: str
    threshold: float
    """Detections below this score are not looked at."""
    rule: IgnoreRule
    iou: float
    """Overlap at which a find counts as found."""
    frames: int
    true: int
    found: int
    """Detections at or above the threshold, less those ignored."""
    hits: int
    ignored: int
    precision: float | None
    recall: float | None
    f1: float | None


class _Count(msgspec.Struct):
    true: int = 0
    found: int = 0
    hits: int = 0
    ignored: int = 0


def score_boxes(
    camera: str,
    truth: Sequence[TrueBox],
    seen: Iterable[Detections],
    threshold: float,
    *,
    rule: IgnoreRule = "ignore",
    iou: float = 0.5,
) -> BoxScore:
    """Precision and recall over the pictures that have a truth.

    Pictures and truth belong together by time, to within half the smallest step of the truth. A true picture
    that the detector never saw counts as missed; a seen picture without truth is not scored. Within a picture
    detections take, best first, the free true box that they overlap most, as in PASCAL VOC.
    """
    times = sorted({box.t for box in truth})
    boxes: dict[float, list[TrueBox]] = {t: [] for t in times}
    for box in truth:
        boxes[box.t].append(box)
    finds: dict[float, tuple[Detection, ...]] = {}
    for picture in seen:
        t = nearest_time(times, picture.t)
        if t is not None:
            finds[t] = picture.items
    count = _Count()
    for t in times:
        items = [d for d in finds.get(t, ()) if d.score >= threshold]
        _score_picture(boxes[t], items, iou, rule, count)
    precision, recall = ratio(count.hits, count.found), ratio(count.hits, count.true)
    return BoxScore(
        camera=camera,
        threshold=threshold,
        rule=rule,
        iou=iou,
        frames=len(finds),
        true=count.true,
        found=count.found,
        hits=count.hits,
        ignored=count.ignored,
        precision=precision,
        recall=recall,
        f1=f1(precision, recall),
    )


def nearest_time(times: Sequence[float], t: float) -> float | None:
    """The one of these sorted times that ``t`` means: within half the smallest step (0.5 s if there is one)."""
    if not times:
        return None
    step = min((b - a for a, b in zip(times, times[1:], strict=False)), default=1.0)
    at = bisect.bisect_left(times, t)
    best = min(times[max(0, at - 1) : at + 1], key=lambda known: abs(known - t))
    return best if abs(best - t) <= step / 2 else None


def _score_picture(
    truth: list[TrueBox], items: list[Detection], iou: float, rule: IgnoreRule, count: _Count
) -> None:
    items = sorted(items, key=lambda d: -d.score)
    true = [box for box in truth if not box.ignore]
    hits = _matched(items, true, iou)
    rest = [d for d, hit in zip(items, hits, strict=True) if not hit]
    ignored = 0
    if rule == "ignore":
        ignored = sum(_matched(rest, [box for box in truth if box.ignore], iou))
    count.true += len(true)
    count.hits += sum(hits)
    count.ignored += ignored
    count.found += len(items) - ignored


def _matched(items: list[Detection], truth: list[TrueBox], iou: float) -> list[bool]:
    """Which detections take a true box, best score first; a box is taken once."""
    if not items or not truth:
        return [False] * len(items)
    overlap = overlaps(_boxes(items), _boxes(truth))
    hits = []
    for row in range(len(items)):
        column = int(overlap[row].argmax())
        hit = bool(overlap[row, column] >= iou)
        if hit:
            overlap[:, column] = -1
        hits.append(hit)
    return hits


def _boxes(items: Sequence[Detection | TrueBox]) -> NDArray[np.float64]:
    return np.array([item.box for item in items], dtype=np.float64)
