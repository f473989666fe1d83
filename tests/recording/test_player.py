"""One order, decided by the recording alone; and any place in it can be gone to."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.messages import Detections, Frame, GateSignal, Observation, Tick, WeightReading
from inference.recording import (
    TICK_S,
    FrameTime,
    Recording,
    RecordingError,
    RecordingPlayer,
    RecordingWriter,
    WeightBatch,
)
from inference.recording.video import read_video
from tests.recording.sessions import (
    CAMERA,
    GATE,
    LAYOUT,
    OTHER_CAMERA,
    OTHER_SCALE,
    SCALE,
    START,
    detections,
    everything,
    number_in,
    picture,
    played,
    write,
)

TIMES = st.lists(st.integers(0, 200).map(lambda n: n / 20), max_size=25)


@st.composite
def sessions(draw: st.DrawFn) -> list[Observation]:
    """Readings, sightings and gate signals, each device in its own order, written in any order of devices."""
    parts: list[list[Observation]] = []
    for scale in (SCALE, OTHER_SCALE):
        parts.append([WeightReading(scale, START + t, t, i) for i, t in enumerate(sorted(draw(TIMES)))])
    for camera in (CAMERA, OTHER_CAMERA):
        parts.append([detections(t, i, camera) for i, t in enumerate(sorted(draw(TIMES)))])
    parts.append([GateSignal(GATE, START + t, "exit") for t in sorted(draw(TIMES))])
    # Scales share a file, so they are written in order of time.
    return sorted((seen for part in parts for seen in part), key=lambda seen: seen.t)


@settings(max_examples=25, deadline=None)
@given(sessions(), st.data())
def test_the_merge_is_ordered_complete_and_resumable(session: list[Observation], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        recording = Recording.open(write(Path(folder) / "r", session, appearance=True))
        whole = list(RecordingPlayer(recording).observations())
        assert recording.problems == []
        # Ordered in time, and at one time by kind and device.
        assert [s.t for s in whole] == sorted(s.t for s in whole)
        # Complete: nothing lost, nothing doubled.
        said = [s for s in whole if not isinstance(s, Tick)]
        assert sorted(map(repr, said)) == sorted(map(repr, session))
        # Ticks are on their grid, each once, whatever else is said.
        ticks = [s.t for s in whole if isinstance(s, Tick)]
        assert ticks == [START + (k + 1) * TICK_S for k in range(len(ticks))]
        assert len(ticks) == int(recording.duration / TICK_S + 1e-9)
        # Each device's own order holds.
        seqs = [s.seq for s in said if isinstance(s, WeightReading) and s.scale == SCALE]
        assert seqs == sorted(seqs, key=lambda n: n or 0)
        # From any place on it is the same sequence.
        start = data.draw(st.integers(0, len(whole) + 2))
        assert list(RecordingPlayer(recording).observations(start)) == whole[start:]


def test_at_one_instant_the_kind_decides_then_the_device(tmp_path: Path) -> None:
    seen: list[Observation] = [
        WeightReading(OTHER_SCALE, START + 1, 1.0),
        detections(1.0, 1, OTHER_CAMERA),
        WeightReading(SCALE, START + 1, 1.0),
        detections(1.0, 1, CAMERA),
        GateSignal(GATE, START + 1, "entry"),
    ]
    write(tmp_path / "r", seen)
    order = list(RecordingPlayer(Recording.open(tmp_path / "r")).observations())[-6:]
    kinds = [type(s).__name__ for s in order]
    assert kinds == ["Tick", "GateSignal", "Detections", "Detections", "WeightReading", "WeightReading"]
    assert [s.camera for s in order if isinstance(s, Detections)] == sorted((CAMERA, OTHER_CAMERA))
    assert [s.scale for s in order if isinstance(s, WeightReading)] == sorted((SCALE, OTHER_SCALE))


def test_batches_of_several_scales_interleave(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "r", LAYOUT, started_at=START) as writer:
        for second in range(5):
            for scale, offset in ((SCALE, 0.0), (OTHER_SCALE, 0.02)):
                writer.weights(
                    WeightBatch(scale, START + second + offset, 10.0, tuple(map(float, range(10))))
                )
    seen = played(tmp_path / "r")
    assert len(seen) == 100
    assert [s.t for s in seen] == sorted(s.t for s in seen)
    assert {s.scale for s in seen[:2] if isinstance(s, WeightReading)} == {SCALE, OTHER_SCALE}


def test_nothing_is_read_far_ahead(tmp_path: Path) -> None:
    """After one second of store time only a few seconds of an hour have been read."""
    with RecordingWriter(tmp_path / "r", LAYOUT, started_at=START, compress=False) as writer:
        for second in range(3600):
            writer.weights(WeightBatch(SCALE, START + second, 1.0, (1.0,)))
    path = tmp_path / "r" / "scales.jsonl"
    lines = path.read_text().splitlines()
    # A bad line far down is only noticed when it is reached (files are read in blocks of 64 KiB).
    lines[3000] = "junk"
    path.write_text("\n".join(lines) + "\n")
    recording = Recording.open(tmp_path / "r")
    player = RecordingPlayer(recording).observations()
    list(islice(player, 10))
    assert recording.problems == []
    list(player)
    assert [p.line for p in recording.problems] == [3001]


# -- pictures ----------------------------------------------------------------------------------------


def bright(frames: Iterator[Frame]) -> Iterator[Detections]:
    """A detector that works three frames ahead and says how bright each is."""
    ahead: deque[Frame] = deque()
    for frame in frames:
        ahead.append(frame)
        if len(ahead) > 3:
            yield _seen(ahead.popleft())
    while ahead:
        yield _seen(ahead.popleft())


def _seen(frame: Frame) -> Detections:
    return Detections(frame.camera, frame.t, frame.seq, number_in(frame.image), frame.image.shape[0])


@pytest.fixture
def filmed(tmp_path: Path) -> Path:
    """Thirty pictures of one camera, half of the other's, and some weights."""
    with RecordingWriter(tmp_path / "r", LAYOUT, started_at=START, raw_video=True) as writer:
        for n in range(30):
            frame = picture(n)
            writer.frame(frame)
            if n % 2:
                writer.frame(Frame(OTHER_CAMERA, n, frame.t + 0.01, frame.image))
            writer.observe(WeightReading(SCALE, START + n / 10, float(n)))
    return tmp_path / "r"


def test_video_is_detected_in_its_place(filmed: Path) -> None:
    shown: list[tuple[str, int]] = []
    player = RecordingPlayer(Recording.open(filmed), bright, lambda f: shown.append((f.camera, f.seq)))
    seen = list(player.observations())
    first = [s for s in seen if isinstance(s, Detections) and s.camera == CAMERA]
    assert [s.width for s in first] == list(range(30))
    assert [s.seq for s in first] == list(range(100, 130))
    assert [s.t for s in seen] == sorted(s.t for s in seen)
    both = [(s.camera, s.seq) for s in seen if isinstance(s, Detections)]
    assert shown == both
    assert len(both) == 45


@pytest.mark.parametrize("start", [1, 7, 40, 75])
def test_a_late_start_gives_the_same_pictures(filmed: Path, start: int) -> None:
    recording = Recording.open(filmed)
    whole = list(RecordingPlayer(recording, bright).observations())
    assert list(RecordingPlayer(recording, bright).observations(start)) == whole[start:]


def test_a_picture_is_shown_just_before_what_was_seen_in_it(filmed: Path) -> None:
    log: list[str] = []
    player = RecordingPlayer(Recording.open(filmed), bright, lambda f: log.append(f"show {f.camera} {f.seq}"))
    for seen in player.observations():
        if isinstance(seen, Detections):
            log.append(f"seen {seen.camera} {seen.seq}")
    for show, seen_line in zip(log[::2], log[1::2], strict=True):
        assert show.replace("show", "seen") == seen_line


@pytest.mark.parametrize("first", [0, 1, 29, 45, 89])
def test_a_video_can_be_entered_at_any_frame(tmp_path: Path, first: int) -> None:
    with RecordingWriter(tmp_path / "r", LAYOUT, started_at=START, raw_video=True) as writer:
        for n in range(90):
            writer.frame(Frame(CAMERA, n, START + n / 10, picture(n % 31).image))
    (path,) = (tmp_path / "r").rglob("*.mp4")
    assert [number_in(image) for image in read_video(path, first)] == [n % 31 for n in range(first, 90)]


def test_recorded_detections_stand_in_and_pictures_are_shown_beside_them(filmed: Path) -> None:
    with pytest.raises(RecordingError, match="name a detector"):
        RecordingPlayer(Recording.open(filmed))
    with RecordingWriter(filmed.parent / "both", LAYOUT, started_at=START, raw_video=True) as writer:
        for n in range(10):
            writer.frame(picture(n))
            writer.observe(Detections(CAMERA, START + n / 10, 100 + n, 64, 48))
    recording = Recording.open(filmed.parent / "both")
    quiet = list(RecordingPlayer(recording).observations())
    log: list[int] = []
    seen = list(RecordingPlayer(recording, on_frame=lambda f: log.append(f.seq)).observations())
    assert seen == quiet
    assert log == list(range(100, 110))
    log.clear()
    rest = list(RecordingPlayer(recording, on_frame=lambda f: log.append(f.seq)).observations(6))
    assert rest == quiet[6:]
    assert log == list(range(110 - len([s for s in rest if isinstance(s, Detections)]), 110))


def test_a_folder_of_pictures_plays_and_a_broken_one_is_an_outage(tmp_path: Path) -> None:
    source = tmp_path / "pictures"
    source.mkdir()
    times = []
    for n in range(5):
        cv2.imwrite(str(source / f"{n:03}.png"), np.full((48, 64, 3), 8 * n, np.uint8))
        times.append(FrameTime(n, START + n / 7, n, f"{n:03}.png"))
    (source / "002.png").write_bytes(b"not a picture")
    with RecordingWriter(tmp_path / "r", LAYOUT, started_at=START, raw_video=True) as writer:
        writer.pictures(CAMERA, source, times, 7.0)
    recording = Recording.open(tmp_path / "r")
    seen = [s for s in RecordingPlayer(recording, bright).observations() if not isinstance(s, Tick)]
    assert [type(s).__name__ for s in seen] == ["Detections"] * 2 + ["Outage"] + ["Detections"] * 2
    assert [s.width for s in seen if isinstance(s, Detections)] == [0, 1, 3, 4]
    assert any("frame 2" in p.reason for p in recording.problems)


def test_a_detector_that_answers_out_of_turn_is_not_believed(filmed: Path) -> None:
    def mixed_up(frames: Iterator[Frame]) -> Iterator[Detections]:
        first, second = next(frames), next(frames)
        yield _seen(second)
        yield _seen(first)

    with pytest.raises(RuntimeError, match="out of turn"):
        list(RecordingPlayer(Recording.open(filmed), mixed_up).observations())


def test_everything_plays(tmp_path: Path) -> None:
    assert len(played(write(tmp_path / "r", everything()))) == len(everything())
