"""The real recordings: ``python -m tests.support.floor_study.real``; two minutes.

``cmc1``, both published detectors, with and without appearance, and ``pets09`` with YOLOX-nano, by our
tracker and the plain one.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from inference.detection import DetectorPool, add_model, load_detector
from inference.detection.threads import CORES, tune_process
from inference.floor_tracks import FloorTracker
from inference.messages import Detections, Frame
from inference.recording import Recording, RecordingPlayer
from store_layout.model import StoreLayout
from tests.floor_tracks import cmc1
from tests.support import cmc1_recording, pets09
from tests.support.data import real_data
from tests.support.floor_study.follow import Tracker, score
from tests.support.plain_tracker import PlainTracker

TRACKERS: dict[str, Callable[[StoreLayout], Tracker]] = {"ours": FloorTracker, "plain": PlainTracker}
YOLOX_NANO = "yolox_nano_416x416.onnx"
ROOM_RUNS: tuple[tuple[str, cmc1.Detector, bool], ...] = (
    ("faster_rcnn", "faster_rcnn", False),
    ("fairmot, boxes alone", "fairmot", False),
    ("fairmot, with appearance", "fairmot", True),
)


def room_observations(folder: Path, detector: cmc1.Detector, *, appearance: bool) -> list[Detections]:
    """What a replay of the converted recording gives a tracker."""
    with tempfile.TemporaryDirectory(prefix="openaisle-cmc1-") as place:
        out = cmc1_recording.write_recording(folder, Path(place) / "r", detector, appearance=appearance)
        player = RecordingPlayer(Recording.open(out))
        return [seen for seen in player.observations() if isinstance(seen, Detections)]


def crowd_observations(folder: Path, yolox: Path | None) -> list[Detections]:
    """What a YOLOX network finds in the frames of ``pets09``; our ``persons_medium``, where none is given."""
    with tempfile.TemporaryDirectory(prefix="openaisle-pets09-") as place:
        model: Path | str = "persons_medium"
        if yolox is not None:
            model = add_model(yolox, "yolox", Path(place), licence="Apache-2.0")
        with DetectorPool(load_detector(model), CORES) as pool:
            return list(pool.ordered(_frames(folder)))


def _frames(folder: Path) -> Iterator[Frame]:
    for number in range(1, pets09.FRAMES + 1):
        image = cv2.imread(str(folder / "frames" / f"{number:06d}.jpg"))
        if image is None:
            raise ValueError(f"{folder}: frame {number} cannot be read")
        yield Frame(pets09.CAMERA, number, pets09.time_of(number), image.astype(np.uint8, copy=False))


def room_rows(folder: Path) -> Iterator[str]:
    """False, missed and switched at the 1 m gate on the floor, frame by frame.

    *missed*: all, and those later than a second after that person's first frame.
    """
    yield (
        "| cmc1 | tracker | true | false | missed | missed after a person's first second | switches "
        "| error mean / p90, m |"
    )
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    real = cmc1.truth(folder)
    first: dict[int, int] = {}
    for frame in sorted(real):
        for person in real[frame]:
            first.setdefault(person, frame)
    for name, detector, appearance in ROOM_RUNS:
        seen = room_observations(folder, detector, appearance=appearance)
        for label, tracker in TRACKERS.items():
            found = cmc1.score(tracker(cmc1.layout(folder)), iter(seen), real, 1.0)  # type: ignore[arg-type]
            late = [(f, p) for f, p in found.missed_at if f - first[p] >= cmc1.FPS]
            error = f"{found.mean_error:.3f} / {np.percentile(found.errors, 90):.3f}"
            yield (
                f"| {name} | {label} | {found.truths} | {found.false} | {found.missed} | {len(late)} "
                f"| {found.switches} | {error} |"
            )


def crowd_rows(folder: Path, seen: Sequence[Detections]) -> Iterator[str]:
    """MOTA, IDF1, switches and floor error."""
    yield "| pets09, YOLOX-nano | IDF1 | MOTA | switches | missed | false | error median / p90, m |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    truth = pets09.truth(folder)
    for label, tracker in TRACKERS.items():
        found = score(tracker(pets09.layout(folder)), seen, truth.paths, truth.frame_period_s)
        yield (
            f"| {label} | {found.idf1:.3f} | {found.mota:.3f} | {found.switches} | {found.misses} "
            f"| {found.false} | {found.error_median_m:.3f} / {found.error_p90_m:.3f} |"
        )


def report() -> Iterator[str]:
    """Both tables; what has no data here is left out, and said."""
    room, crowd, models = (real_data(name) for name in ("cmc1", "pets09", "models"))
    if room is None:
        yield "cmc1 is not here (set OPENAISLE_DATA)."
    else:
        yield from room_rows(room)
    yield ""
    if crowd is None or models is None:
        yield "pets09 or its detector is not here (set OPENAISLE_DATA)."
    else:
        yield from crowd_rows(crowd, crowd_observations(crowd, models / YOLOX_NANO))


if __name__ == "__main__":
    tune_process()
    for line in report():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
