"""Detectors beside each other: the same pictures, the same rule, one thread, in one run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from inference.detection import Detector, MotionGate, load_detector
from inference.evaluation.detections import IgnoreRule, score_boxes
from inference.evaluation.rates import f1, ratio
from inference.evaluation.report import RULES
from inference.messages import Detections, Frame
from inference.recording import Recording, RecordingError
from inference.recording.pictures import frames
from inference.recording.truth import TrueBox

LOWEST = 0.02
"""Finds below this score are not looked at."""
STEPS = tuple(n / 50 for n in range(2, 50))
"""Thresholds among which the best is sought."""


class DetectorScore(msgspec.Struct, frozen=True):
    """What one detector is worth on one recording."""

    detector: str
    gate: bool
    """With what its scores become when the motion of the picture is known."""
    width: int
    """Of the network's input."""
    height: int
    ms: float
    """Median time of a picture on one thread, from the decoded picture to detections."""
    rule: IgnoreRule
    threshold: float
    """The manifest's: chosen without this recording."""
    precision: float | None
    recall: float | None
    f1: float | None
    best_f1: float
    """At the threshold that is best on this recording: nobody could know it beforehand."""


def compare_detectors(folder: Path, detectors: Sequence[str]) -> tuple[DetectorScore, ...]:
    """Scores of all detectors on a recording's pictures, by both rules, with and without the motion gate.

    The detectors take turns, a picture each, so that whatever else the machine does touches all alike.
    Raises ``RecordingError`` where there are no pictures or no true boxes, ``ModelError`` for a bad model.
    """
    recording = Recording.open(folder)
    if recording.truth is None or not any(recording.truth.boxes.values()):
        raise RecordingError(f"{folder}: no truth about boxes to compare detectors by")
    loaded = [load_detector(name) for name in detectors]
    sessions = [one.with_score(LOWEST).session() for one in loaded]
    gates = [MotionGate() for _ in loaded]
    seen: list[list[Detections]] = [[] for _ in loaded]
    judged: list[list[Detections]] = [[] for _ in loaded]
    times: list[list[float]] = [[] for _ in loaded]
    for frame in _pictures(recording):
        for n, session in enumerate(sessions):
            began = time.perf_counter()
            items = session.detect(frame.image)
            times[n].append(1000.0 * (time.perf_counter() - began))
            height, width = frame.image.shape[:2]
            found = Detections(frame.camera, frame.t, frame.seq, width, height, items)
            seen[n].append(found)
            judged[n].append(gates[n].judge(frame.image, found))
    if not times[0]:
        raise RecordingError(f"{folder}: no pictures to compare detectors on")
    return tuple(
        _score(recording.truth.boxes, one, sorted(times[n])[len(times[n]) // 2], finds, rule, gate=gate)
        for rule in RULES
        for gate, all_finds in ((False, seen), (True, judged))
        for n, (one, finds) in enumerate(zip(loaded, all_finds, strict=True))
    )


def _pictures(recording: Recording) -> Iterator[Frame]:
    for camera in recording.cameras:
        if camera.times is not None:
            for _, item in frames(recording, camera):
                if isinstance(item, Frame):
                    yield item


def _score(
    truth: dict[str, tuple[TrueBox, ...]],
    detector: Detector,
    ms: float,
    finds: list[Detections],
    rule: IgnoreRule,
    *,
    gate: bool,
) -> DetectorScore:
    threshold = detector.manifest.thresholds.score

    def at(level: float) -> tuple[float | None, float | None, float | None]:
        parts = [
            score_boxes(camera, boxes, [d for d in finds if d.camera == camera], level, rule=rule)
            for camera, boxes in truth.items()
        ]
        true, found, hits = (sum(getattr(p, name) for p in parts) for name in ("true", "found", "hits"))
        p, r = ratio(hits, found), ratio(hits, true)
        return p, r, f1(p, r)

    precision, recall, f = at(threshold)
    wanted = detector.manifest.input
    return DetectorScore(
        detector=detector.name,
        gate=gate,
        width=wanted.width,
        height=wanted.height,
        ms=ms,
        rule=rule,
        threshold=threshold,
        precision=precision,
        recall=recall,
        f1=f,
        best_f1=max(at(level)[2] or 0.0 for level in STEPS),
    )
