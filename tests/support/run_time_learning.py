"""What cameras learn while the store runs, and what it is worth: the tables of ``BENCHMARKS.md``.

``python -m tests.support.run_time_learning`` measures the motion gate on ``pets09`` (YOLOX-nano, one pass
from a cold start, nothing known beforehand) and the foot bias on ``cmc1``, ``pets09`` and a simulated session
whose cameras all see feet too low, too high, or one so and the next the other way. Takes about three minutes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np

from inference.detection import DetectorPool, MotionGate, add_model, load_detector
from inference.detection.threads import CORES, tune_process
from inference.evaluation.detections import IgnoreRule, score_boxes
from inference.evaluation.tracks import TrackScore, read_tracks, score_tracks
from inference.floor_tracks import FloorTracker
from inference.floor_tracks.settings import Settings
from inference.messages import Detection, Detections, Frame, Observation, OperatorMark, WeightReading
from inference.recording import Recording, RecordingPlayer
from inference.recording.tracks import TracksFile
from inference.recording.truth import TruePath
from inference.simulation import SimulationSettings, simulate
from store_layout.model import StoreLayout
from store_layout.reader import read_store
from tests.floor_tracks import cmc1
from tests.support import pets09
from tests.support.data import real_data

RULES: tuple[IgnoreRule, ...] = ("ignore", "literal")
THRESHOLDS = (0.25, 0.35, 0.5)
DEMO_STORE = Path(__file__).parents[2] / "assets" / "demo_store"
BIAS = 0.04
"""Share of a box's height."""


def crowd(folder: Path) -> Iterator[Frame]:
    """The frames of ``pets09``."""
    for number in range(1, pets09.FRAMES + 1):
        image = cv2.imread(str(folder / "frames" / f"{number:06d}.jpg"))
        assert image is not None
        yield Frame(pets09.CAMERA, number, pets09.time_of(number), image.astype(np.uint8, copy=False))


def gated(frames: Iterable[Frame], seen: Iterable[Detections]) -> tuple[list[Detections], float]:
    """What a cold gate makes of the detections, and its milliseconds of a core a frame (median)."""
    gate, found, spent = MotionGate(), [], []
    for frame, each in zip(frames, seen, strict=True):
        began = time.thread_time()
        found.append(gate.judge(frame.image, each))
        spent.append(time.thread_time() - began)
    return found, 1000.0 * float(np.median(spent))


def gate_table(folder: Path, seen: Sequence[Detections], judged: Sequence[Detections]) -> Iterator[str]:
    """Precision, recall and F1 on ``pets09`` without and with the gate."""
    truth = pets09.truth(folder)
    yield "| score | rule | P / R / F1 without the gate | with it |"
    yield "|---:|---|---:|---:|"
    for rule in RULES:
        for threshold in THRESHOLDS:
            cells = []
            for detections in (seen, judged):
                score = score_boxes(
                    pets09.CAMERA,
                    truth.boxes[pets09.CAMERA],
                    detections,
                    threshold,
                    rule=rule,
                    period_s=truth.frame_period_s,
                )
                cells.append(f"{score.precision:.3f} / {score.recall:.3f} / {score.f1:.3f}")
            yield f"| {threshold:.2f} | {rule} | {cells[0]} | {cells[1]} |"


def tracked(
    layout: StoreLayout, seen: Iterable[Observation], paths: Sequence[TruePath], settings: Settings
) -> TrackScore:
    """Floor tracking alone over these observations, scored."""
    tracker = FloorTracker(layout, settings)
    with tempfile.TemporaryDirectory() as folder:
        file = TracksFile(Path(folder) / "tracks.csv")
        for each in seen:
            if not isinstance(each, WeightReading | OperatorMark) and (update := tracker.observe(each)):
                file.write(update)
        file.close(keep=True)
        return score_tracks(paths, read_tracks(Path(folder) / "tracks.csv"))


def with_feet_off(seen: Observation, down: Mapping[str, float]) -> Observation:
    """The frame of a detector that has feet too low by a share of the box's height; boxes and key points."""
    if not isinstance(seen, Detections) or seen.camera not in down:
        return seen
    return msgspec.structs.replace(
        seen, items=tuple(_lower(item, down[seen.camera], seen.height) for item in seen.items)
    )


def _lower(item: Detection, share: float, height: int) -> Detection:
    x1, y1, x2, y2 = item.box
    by = share * (y2 - y1)
    bottom = y2 if y2 > height - 2 else min(height - 3.0, y2 + by)
    foot = item.foot and msgspec.structs.replace(item.foot, y=item.foot.y + by)
    return msgspec.structs.replace(item, box=(x1, y1, x2, bottom), foot=foot)


def bias_table(crowd_seen: Sequence[Detections] | None) -> Iterator[str]:
    """Errors of positions without and with learned foot biases."""
    yield "| session | without, median / p90, m | learned, median / p90, m |"
    yield "|---|---:|---:|"
    for name, measure in _sessions(crowd_seen):
        cells = []
        for learn in (False, True):
            median, p90 = measure(Settings(learn_camera_errors=learn))
            cells.append(f"{median:.3f} / {p90:.3f}")
        yield f"| {name} | {cells[0]} | {cells[1]} |"


Measure = Callable[[Settings], tuple[float, float]]


def _sessions(crowd_seen: Sequence[Detections] | None) -> Iterator[tuple[str, Measure]]:
    room = real_data("cmc1")
    if room is not None:
        for detector in ("faster_rcnn", "fairmot"):
            yield f"cmc1, 4 cameras, {detector}", _of_room(room, detector)
    folder = real_data("pets09")
    if folder is not None and crowd_seen is not None:
        paths = pets09.truth(folder).paths
        yield "pets09, 1 camera, YOLOX-nano", _of_tracks(pets09.layout(folder), crowd_seen, paths)
    with tempfile.TemporaryDirectory() as place:
        settings = SimulationSettings(visits=8, arrivals_per_min=8.0, scale_rate_hz=2.0)
        target = Path(place) / "session"
        simulate(read_store(DEMO_STORE), settings, 13, target, store_folder=DEMO_STORE)
        recording = Recording.open(target)
        truth = recording.truth
        assert truth is not None
        observed = list(RecordingPlayer(recording).observations())
        cameras = [camera.id for camera in recording.layout.file.camera]
        habits = {
            "as simulated": {},
            "all feet 4 % low": dict.fromkeys(cameras, BIAS),
            "all feet 4 % high": dict.fromkeys(cameras, -BIAS),
            "4 % low and high by turns": {c: BIAS * (-1) ** i for i, c in enumerate(cameras)},
        }
        for name, down in habits.items():
            seen = [with_feet_off(each, down) for each in observed]
            label = f"simulated, {len(cameras)} cameras, {name}"
            yield label, _of_tracks(recording.layout, seen, truth.paths)


def _of_room(folder: Path, detector: cmc1.Detector) -> Measure:
    def measure(settings: Settings) -> tuple[float, float]:
        tracker = FloorTracker(cmc1.layout(folder), settings)
        found = cmc1.score(tracker, cmc1.observations(folder, detector), cmc1.truth(folder), 1.0)
        return float(np.median(found.errors)), float(np.percentile(found.errors, 90))

    return measure


def _of_tracks(layout: StoreLayout, seen: Sequence[Observation], paths: Sequence[TruePath]) -> Measure:
    def measure(settings: Settings) -> tuple[float, float]:
        score = tracked(layout, seen, paths, settings)
        assert score.error_median_m is not None
        assert score.error_p90_m is not None
        return score.error_median_m, score.error_p90_m

    return measure


def report() -> Iterator[str]:
    """The lines of both tables; what has no data here is left out."""
    tune_process()
    folder, models = real_data("pets09"), real_data("models")
    seen: list[Detections] | None = None
    if folder is not None and models is not None:
        with tempfile.TemporaryDirectory() as place:
            network = models / "yolox_nano_416x416.onnx"
            model = add_model(network, "yolox", Path(place), licence="Apache-2.0")
            with DetectorPool(load_detector(model), CORES) as pool:
                seen = list(pool.ordered(crowd(folder)))
        judged, took_ms = gated(crowd(folder), seen)
        yield from gate_table(folder, seen, judged)
        yield ""
        yield f"The gate takes {took_ms:.2f} ms a frame of {pets09.WIDTH}x{pets09.HEIGHT}."
        yield ""
    yield from bias_table(seen)


if __name__ == "__main__":
    for line in report():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
