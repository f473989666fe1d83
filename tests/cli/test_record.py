from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from inference.detection import write_manifest
from inference.recording import Recording
from inference.recording.video import VideoFile
from store_layout.writer import write_store
from tests.cli.conftest import run
from tests.detection.networks import centre_points
from tests.support.stores import small_store


@pytest.fixture
def live_store(tmp_path: Path) -> Path:
    """A store with one camera, a video that repeats, and no broker."""
    layout = small_store()
    camera = msgspec.structs.replace(layout.file.camera[0], url="file:loop.mp4?loop")
    file = msgspec.structs.replace(layout.file, camera=(camera,), broker=None)
    folder = tmp_path / "store"
    write_store(msgspec.structs.replace(layout, file=file), folder)
    video = VideoFile(folder / "loop.mp4", 64, 48, 10.0)
    for i in range(20):
        video.write(np.full((48, 64, 3), 10 * i, np.uint8))
    video.close()
    return folder


@pytest.mark.parametrize("raw", [False, True])
def test_a_live_store_is_recorded_and_can_be_replayed(
    live_store: Path, tmp_path: Path, raw: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "state"))
    network = write_manifest(centre_points(tmp_path / "tiny.onnx"), "centre_points")
    target = tmp_path / "recorded"
    options = ["--raw-video"] if raw else []
    run("record", "--store", live_store, "--out", target, "--detector", network, "--minutes", "0.1", *options)
    recording = Recording.open(target)
    assert recording.about.raw_video is raw
    assert (recording.about.expires_at is not None) is raw
    assert bool(list(target.rglob("*.mp4"))) is raw
    assert not recording.about.appearance
    seen = list(recording.detections(recording.cameras[0]))
    assert len(seen) >= 3
    run("replay", target, "--out", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "visits.json").read_text())["visits"] == []
