"""Detections against true boxes: precision and recall of one camera's detector."""

from __future__ import annotations

import bisect
import itertools
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
    period_s: float | None = None,
) -> BoxScore:
    """Precision and recall over the pictures that have a truth.

    A true picture is what was seen nearest to its time, within half the smallest step of the truth; one that
    the detector never saw counts as missed. The truth lists no picture without people: with ``period_s``,
    the step of the truth, a picture seen in a hole of the truth is taken for one of these, else it is not
    scored. Within a picture detections take, best first, the free true box that they overlap most, as in the
    scoring of COCO.
    """
    boxes: dict[float, list[TrueBox]] = {}
    for box in sorted(truth, key=lambda b: b.t):
        boxes.setdefault(box.t, []).append(box)
    finds, empty = _by_true_time(list(boxes), seen, period_s)
    count = _Count()
    for t, true in boxes.items():
        _score_picture(true, _above(finds.get(t), threshold), iou, rule, count)
    for picture in empty:
        _score_picture([], _above(picture, threshold), iou, rule, count)
    precision, recall = ratio(count.hits, count.found), ratio(count.hits, count.true)
    return BoxScore(
        camera=camera,
        threshold=threshold,
        rule=rule,
        iou=iou,
        frames=len(finds) + len(empty),
        true=count.true,
        found=count.found,
        hits=count.hits,
        ignored=count.ignored,
        precision=precision,
        recall=recall,
        f1=f1(precision, recall),
    )


def add_box_scores(recordings: Sequence[Sequence[BoxScore]]) -> tuple[BoxScore, ...]:
    """Counts over the cameras of all recordings, by threshold and rule; ``camera`` is ``all``.

    Where a camera's truth has no boxes to be ignored both rules count the same, and one alone stands there.
    """
    rows = [score for scores in recordings for score in scores]
    by_camera = {(i, s.camera, s.threshold, s.rule): s for i, scores in enumerate(recordings) for s in scores}
    cameras = dict.fromkeys((i, s.camera) for i, scores in enumerate(recordings) for s in scores)
    found = []
    for threshold, rule, iou in dict.fromkeys((s.threshold, s.rule, s.iou) for s in rows):
        some = [
            by_camera.get((i, camera, threshold, rule)) or by_camera.get((i, camera, threshold, "ignore"))
            for i, camera in cameras
        ]
        parts = [score for score in some if score is not None]
        frames, true, claimed, hits, ignored = (
            sum(getattr(score, name) for score in parts)
            for name in ("frames", "true", "found", "hits", "ignored")
        )
        precision, recall = ratio(hits, claimed), ratio(hits, true)
        both = f1(precision, recall)
        found.append(
            BoxScore(
                "all", threshold, rule, iou, frames, true, claimed, hits, ignored, precision, recall, both
            )
        )
    return tuple(found)


def _above(picture: Detections | None, threshold: float) -> list[Detection]:
    return [] if picture is None else [d for d in picture.items if d.score >= threshold]


def _by_true_time(
    times: Sequence[float], seen: Iterable[Detections], period_s: float | None
) -> tuple[dict[float, Detections], list[Detections]]:
    """What was seen at each true time, and what was seen in holes of the truth."""
    finds: dict[float, Detections] = {}
    empty: list[Detections] = []
    step = min((b - a for a, b in itertools.pairwise(times)), default=1.0)
    for picture in seen:
        if not times or not times[0] - step / 2 <= picture.t <= times[-1] + step / 2:
            continue
        t = _nearest(times, picture.t)
        apart = abs(t - picture.t)
        if apart <= step / 2:
            if t not in finds or apart < abs(finds[t].t - t):
                finds[t] = picture
        elif period_s is not None and apart > 0.75 * period_s:
            empty.append(picture)
    return finds, empty


def _nearest(times: Sequence[float], t: float) -> float:
    at = bisect.bisect_left(times, t)
    return min(times[max(0, at - 1) : at + 1], key=lambda known: abs(known - t))


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
