"""Recording beside the engine: complete, quick to return, and never the engine's trouble."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from inference.messages import Observation, WeightReading
from inference.recording import Recording, RecordingWriter
from inference.recording import record as record_module
from inference.recording.record import LiveRecorder
from tests.recording.sessions import LAYOUT, SCALE, START, everything, picture, played


def test_what_the_engine_saw_is_what_is_replayed(tmp_path: Path) -> None:
    recorder = LiveRecorder(tmp_path / "r", LAYOUT, started_at=START, appearance=True)
    for seen in everything():
        recorder.observe(seen)
    recorder.frame(picture(0))
    recorder.close()
    assert recorder.why == ""
    assert sorted(map(repr, played(tmp_path / "r"))) == sorted(map(repr, everything()))
    assert not list((tmp_path / "r").rglob("*.mp4")), "pictures were not asked for"


def test_pictures_are_kept_when_asked_for(tmp_path: Path) -> None:
    recorder = LiveRecorder(tmp_path / "r", LAYOUT, started_at=START, raw_video=True, expires_at=START + 9.0)
    for n in range(10):
        recorder.frame(picture(n))
    recorder.close()
    assert recorder.dropped_frames == 0
    about = Recording.open(tmp_path / "r").about
    assert about.raw_video
    assert about.expires_at == START + 9.0
    assert [c.kind for c in about.cameras] == ["video"]


def test_a_full_disk_ends_the_recording_not_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Observation] = []

    def observe(self: RecordingWriter, seen: Observation) -> None:
        if len(kept) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        kept.append(seen)

    monkeypatch.setattr(RecordingWriter, "observe", observe)
    recorder = LiveRecorder(tmp_path / "r", LAYOUT, started_at=START)
    for seen in everything():
        recorder.observe(seen)
    recorder.close()
    assert kept == everything()[:3]
    assert "No space left" in recorder.why
    assert Recording.open(tmp_path / "r").about.duration is None


def test_a_slow_disk_never_holds_the_engine_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(record_module, "MOST_OBSERVATIONS", 5)
    monkeypatch.setattr(RecordingWriter, "observe", lambda _self, _seen: go_on.wait(60) and None)
    recorder = LiveRecorder(tmp_path / "r", LAYOUT, started_at=START)
    for n in range(20):
        recorder.observe(WeightReading(SCALE, START + n, 1.0))
    assert "too slow" in recorder.why
    go_on.set()
    recorder.close()


def test_pictures_that_do_not_fit_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(record_module, "MOST_FRAMES", 3)
    monkeypatch.setattr(RecordingWriter, "frame", lambda _self, _frame: go_on.wait(60) and None)
    recorder = LiveRecorder(tmp_path / "r", LAYOUT, started_at=START, raw_video=True)
    for n in range(12):
        recorder.frame(picture(n))
    # One may be with the writer, three wait.
    assert recorder.dropped_frames >= 8
    assert recorder.why == ""
    go_on.set()
    recorder.close()
