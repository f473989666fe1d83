"""How good a person detector is on held-out pictures in which everybody is known."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.detection.manifest import read_manifest, read_network
from inference.detection.picture import Picture
from inference.detection.session import Detector
from inference.messages import Detection, KeyPoint
from inference.training.augment import decoded
from inference.training.example_types import Example, TrainingPerson, read_shard, shards
from inference.training.matching import Matched, auc, calibration_error, counted, curve, match
from inference.training.settings import CLEARLY_VISIBLE, MIN_VISIBLE

Floats = NDArray[np.float64]

BODY_M = 1.72
"""Metres that a person's length in the picture stands for."""
NEAR_M = 0.08
"""A wrist found this near counts as found."""
LOWEST_SCORE = 0.003
"""Detections below this change no measure."""
BUCKETS_PX = (0, 40, 80, 160, 10_000)
"""People by the longer side of their boxes in the network's input."""


class Found(msgspec.Struct, frozen=True):
    """How well boxes were found in some of the pictures or for some of the people."""

    people: int
    ap50: float
    recall: float
    """At the threshold."""


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything, for one network at one input scale."""

    pictures: int
    people: int
    """At least half of whom can be seen."""
    scale: float
    """Input pixels for one of the pictures' pixels."""
    ap50: float
    """For people of whom at least half can be seen; others count neither way."""
    ap50_all: float
    """For all of whom something is to be seen."""
    threshold: float
    precision: float
    recall: float
    f1: float
    calibration_error: float
    foot_error: float | None
    """Median distance as a share of the person's length in the picture."""
    foot_error_seen: float | None
    """The same where the feet can be seen."""
    head_error: float | None
    wrists_near: float | None
    """Share of visible wrists found within 8 cm, whichever hand is called left."""
    wrist_error_m: float | None
    """Median."""
    hands_right: float | None
    """Share of people with both wrists visible whose left is called left."""
    wrist_calibration_error: float | None
    """Mean distance between what wrists' scores promise and how many are within 8 cm, seen or not."""
    side_calibration_error: float | None
    """The same for what is said of left and right."""
    appearance_auc: float | None
    """Chance that two pictures of one person are more alike than pictures of two people of the scene."""
    by_size: dict[str, Found]
    by_kind: dict[str, Found]


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One held-out picture and what was detected in it."""

    example: Example
    found: tuple[Detection, ...]


Detect = Callable[[Picture], tuple[Detection, ...]]


def held_out_examples(folder: Path, most: int | None = None) -> list[Example]:
    """Examples of a held-out folder, evenly chosen if there are more than ``most``. Raises ``ValueError``."""
    examples = [e for path in shards(folder) for e in read_shard(path)]
    if not examples:
        raise ValueError(f"no examples in {folder}")
    if most is None or len(examples) <= most:
        return examples
    # Whole scenes, so that appearance can be compared.
    scenes = [list(shots) for _, shots in itertools.groupby(examples, key=lambda e: e.scene)]
    step = len(examples) / most
    chosen = [scenes[int(k * step)] for k in range(int(len(scenes) / step))]
    return [e for shots in chosen for e in shots]


def sighted(detect: Detect, examples: Iterable[Example]) -> list[Sighting]:
    """Run a detector on all pictures."""
    return [Sighting(e, detect(decoded(e))) for e in examples]


def detector_at(manifest: Path, size: tuple[int, int] | None, nms: float | None) -> Detector:
    """A model with other thresholds, all but the hopeless, for measuring; and another input size, if any."""
    wanted = read_manifest(manifest)
    thresholds = msgspec.structs.replace(wanted.thresholds, score=LOWEST_SCORE, nms=nms)
    model_input = wanted.input
    if size is not None:
        # Letterboxed, so that pictures are enlarged too where the scale is above 1.
        width, height = size
        model_input = msgspec.structs.replace(model_input, width=width, height=height, resize="letterbox")
    changed = msgspec.structs.replace(wanted, thresholds=thresholds, input=model_input)
    return Detector(changed, manifest, read_network(manifest, wanted))


def measure(sightings: Sequence[Sighting], threshold: float | None = None, scale: float = 1.0) -> Measures:
    """Everything about what was found, at a threshold or at that of the best F1."""
    clear = matches_of_clear(sightings)
    whole = curve(clear)
    if threshold is None:
        threshold = whole.best()[0]
    precision, recall, f1 = whole.at(threshold)
    pairs = [_pairs(s, m, threshold) for s, m in zip(sightings, clear, strict=True)]
    everybody = [pair for picture in pairs for pair in picture]
    points = _point_errors(everybody)
    trust = trust_of(everybody)
    return Measures(
        pictures=len(sightings),
        people=sum(m.wanted for m in clear),
        scale=scale,
        ap50=whole.average_precision,
        ap50_all=curve([_matched(s, MIN_VISIBLE) for s in sightings]).average_precision,
        threshold=threshold,
        precision=precision,
        recall=recall,
        f1=f1,
        calibration_error=calibration_error(*counted(clear)),
        wrist_calibration_error=_error(trust.points[2]),
        side_calibration_error=_error(trust.sides),
        appearance_auc=_appearance(sightings, pairs),
        by_size={
            f"{low}-{high}" if high < BUCKETS_PX[-1] else f"over {low}": _found(
                [_matched(s, CLEARLY_VISIBLE, (low / scale, high / scale)) for s in sightings], threshold
            )
            for low, high in itertools.pairwise(BUCKETS_PX)
        },
        by_kind={
            kind: _found(
                [m for s, m in zip(sightings, clear, strict=True) if s.example.kind == kind], threshold
            )
            for kind in sorted({s.example.kind for s in sightings})
        },
        **dataclasses.asdict(points),
    )


def matches_of_clear(sightings: Sequence[Sighting]) -> list[Matched]:
    """Matches with the people of whom at least half can be seen."""
    return [_matched(s, CLEARLY_VISIBLE) for s in sightings]


def _found(matches: list[Matched], threshold: float) -> Found:
    found = curve(matches)
    return Found(sum(m.wanted for m in matches), found.average_precision, found.at(threshold)[1])


def _matched(sighting: Sighting, visible: float, sizes: tuple[float, float] = (0.0, float("inf"))) -> Matched:
    """Matches with the people of whom enough can be seen and whose box is long enough, but not too long."""
    people = sighting.example.people
    truth = np.array([p.box for p in people], np.float64).reshape(-1, 4)
    found = np.array([d.box for d in sighting.found], np.float64).reshape(-1, 4)
    scores = np.array([d.score for d in sighting.found], np.float64)
    wanted = np.array([p.visible >= visible for p in people], bool) & _between(truth, sizes)
    matched = match(found, scores, truth, wanted)
    ordered = found[np.argsort(-scores, kind="stable")]
    other_size = (matched.person < 0) & ~_between(ordered, sizes)
    return dataclasses.replace(matched, counts=matched.counts & ~other_size)


def _between(boxes: Floats, sizes: tuple[float, float]) -> NDArray[np.bool_]:
    longer = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)
    return np.asarray((longer >= sizes[0]) & (longer < sizes[1]))


Pair = tuple[TrainingPerson, Detection]


def _pairs(sighting: Sighting, matched: Matched, threshold: float) -> list[Pair]:
    """People and the detections that found them."""
    ordered = sorted(sighting.found, key=lambda d: -d.score)
    return [
        (sighting.example.people[k], detection)
        for k, detection in zip(matched.person.tolist(), ordered, strict=True)
        if k >= 0 and detection.score >= threshold
    ]


Promises = tuple[Floats, NDArray[np.bool_]]
"""Chances that were named, and whether it was so."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What is said of points and sides, and what is true of it."""

    points: tuple[Promises, Promises, Promises]
    """Of heads, feet and wrists: within 8 cm, whether they show or not."""
    sides: Promises
    """That the left wrist is called left, where both show."""


def found_people(sightings: Sequence[Sighting], threshold: float) -> list[Pair]:
    """People of whom at least half can be seen, with the detections of this score that found them."""
    clear = matches_of_clear(sightings)
    return [
        pair
        for sighting, matched in zip(sightings, clear, strict=True)
        for pair in _pairs(sighting, matched, threshold)
    ]


def trust_of(pairs: Sequence[Pair]) -> Trust:
    """Scores of the points and sides of these people, and whether they are right."""
    kinds: tuple[list[tuple[float, bool]], ...] = ([], [], [])
    sides: list[tuple[float, bool]] = []
    for person, detection in pairs:
        near = NEAR_M / BODY_M * _length(person)
        left, right = detection.wrist_left, detection.wrist_right
        straight = _apart(person.wrist_left, left) + _apart(person.wrist_right, right)
        crossed = _apart(person.wrist_left, right) + _apart(person.wrist_right, left)
        wrists = [(person.wrist_left, left), (person.wrist_right, right)]
        if crossed < straight:
            wrists = [(person.wrist_left, right), (person.wrist_right, left)]
        for kind, some in enumerate(
            [[(person.head, detection.head)], [(person.foot, detection.foot)], wrists]
        ):
            kinds[kind].extend((found.score, _apart(true, found) < near) for true, found in some if found)
        if all(true[2] > 0.5 for true, _ in wrists):
            sides.append((detection.side_score, straight <= crossed))
    head, foot, wrist = (_promises(kind) for kind in kinds)
    return Trust((head, foot, wrist), _promises(sides))


def _promises(told: list[tuple[float, bool]]) -> Promises:
    return np.array([score for score, _ in told], np.float64), np.array([so for _, so in told], bool)


def _error(promises: Promises) -> float | None:
    return calibration_error(*promises) if len(promises[0]) else None


@dataclass(frozen=True, slots=True)
class _PointErrors:
    foot_error: float | None
    foot_error_seen: float | None
    head_error: float | None
    wrists_near: float | None
    wrist_error_m: float | None
    hands_right: float | None


def _point_errors(pairs: list[Pair]) -> _PointErrors:
    foot, foot_seen, head, wrists, right = [], [], [], [], []
    for person, detection in pairs:
        length = _length(person)
        foot.append(_apart(person.foot, detection.foot) / length)
        if person.foot[2] > 0.5:
            foot_seen.append(foot[-1])
        if person.head[2] > 0.5:
            head.append(_apart(person.head, detection.head) / length)
        straight = _wrists(person, detection.wrist_left, detection.wrist_right)
        crossed = _wrists(person, detection.wrist_right, detection.wrist_left)
        wrists += [d / length * BODY_M for d in min(straight, crossed, key=sum)]
        if len(straight) == 2:
            right.append(sum(straight) <= sum(crossed))
    return _PointErrors(
        _median(foot),
        _median(foot_seen),
        _median(head),
        float(np.mean(np.array(wrists) <= NEAR_M)) if wrists else None,
        _median(wrists),
        float(np.mean(right)) if right else None,
    )


def _length(person: TrainingPerson) -> float:
    """Pixels that a body's length takes; seen from above the box is longer than from head to foot."""
    x1, y1, x2, y2 = person.box
    return max(person.height_px, x2 - x1, y2 - y1, 1.0)


def _wrists(person: TrainingPerson, left: KeyPoint | None, right: KeyPoint | None) -> list[float]:
    """Distances of the wrists that can be seen, if these are their places."""
    known = ((person.wrist_left, left), (person.wrist_right, right))
    return [_apart(true, found) for true, found in known if true[2] > 0.5]


def _apart(true: tuple[float, float, float], found: KeyPoint | None) -> float:
    """Pixels; infinitely many where nothing was found."""
    return float("inf") if found is None else float(np.hypot(true[0] - found.x, true[1] - found.y))


def _median(values: list[float]) -> float | None:
    return float(np.median(values)) if values else None


def _appearance(sightings: Sequence[Sighting], pairs: list[list[Pair]]) -> float | None:
    """Over pairs of detections in two pictures of one scene."""
    same: list[float] = []
    different: list[float] = []
    groups = itertools.groupby(zip(sightings, pairs, strict=True), key=lambda sp: sp[0].example.scene)
    for _, group in groups:
        for (_, first), (_, second) in itertools.combinations(list(group), 2):
            for (a, found_a), (b, found_b) in itertools.product(first, second):
                if found_a.appearance is not None and found_b.appearance is not None:
                    alike = float(found_a.appearance.vector @ found_b.appearance.vector)
                    (same if a.identity == b.identity else different).append(alike)
    return auc(np.array(same), np.array(different))
