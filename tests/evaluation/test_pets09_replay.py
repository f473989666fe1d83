"""The whole way on real pictures: frames -> detections -> tracks on the floor -> scores."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inference.detection import DetectorPool, add_model, load_detector
from inference.evaluation import Report, evaluate
from inference.recording.replay import replay
from tests.support import pets09
from tests.support.data import shared_data


def replayed(recording: Path, model: Path, out: Path) -> Report:
    with DetectorPool(load_detector(model), os.cpu_count() or 1) as pool:
        replay(recording, out, pool.ordered, keep_detections=True)
    return evaluate(recording, out)


@pytest.mark.slow
def test_a_real_crowd_is_found_and_followed(tmp_path: Path) -> None:
    recording = pets09.write_recording(shared_data("pets09"), tmp_path / "recording")
    network = shared_data("models") / "yolox_nano_416x416.onnx"
    model = add_model(network, "yolox", tmp_path / "models", licence="Apache-2.0")
    report = replayed(recording, model, tmp_path / "first")

    by_threshold = {s.threshold: s for s in report.detections if s.rule == "ignore"}
    for threshold, precision, recall in ((0.25, 0.741, 0.907), (0.35, 0.757, 0.892), (0.50, 0.835, 0.878)):
        assert by_threshold[threshold].precision == pytest.approx(precision, abs=0.01)
        assert by_threshold[threshold].recall == pytest.approx(recall, abs=0.01)

    tracks = report.tracks
    assert tracks is not None
    assert tracks.true == 1700
    assert tracks.error_median_m is not None
    assert tracks.error_median_m <= 0.25
    assert tracks.mota is not None
    assert tracks.idf1 is not None
    # What is reached, with some room: .87 and .60 (nothing tells these people apart but where they walk).
    assert tracks.mota >= 0.80
    assert tracks.idf1 >= 0.50
    print(f"MOTA {tracks.mota:.3f} IDF1 {tracks.idf1:.3f} switches {tracks.switches}")

    replayed(recording, model, tmp_path / "second")
    for name in ("visits.json", "tracks.csv", f"detections/{pets09.CAMERA}.jsonl"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
