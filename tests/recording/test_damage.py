"""Damaged recordings: each problem is named by file and line, and the rest is used."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.messages import Detections, Observation, Tick, WeightReading
from inference.recording import Recording, RecordingError, RecordingPlayer, RecordingWriter
from tests.recording.sessions import CAMERA, LAYOUT, SCALE, START, detections, everything, picture, write

GOOD = f'{{"type":"weight","scale":"{SCALE}","t":{START + 1},"grams":5.0}}'
LATER = f'{{"type":"weight","scale":"{SCALE}","t":{START + 2},"grams":6.0}}'


def _weight(**fields: object) -> str:
    return json.dumps({"type": "weight", "scale": SCALE, "t": START + 1, "grams": 5.0} | fields)


def _batch(**fields: object) -> str:
    values = {"type": "weights", "scale": SCALE, "t": START + 1, "rate_hz": 20.0, "grams": [5.0]}
    return json.dumps(values | fields)


BAD_SCALE_LINES = {
    "not JSON": ("hello", "JSON is malformed"),
    "half a line": ('{"type":"weight","scale":', "truncated"),
    "a list": ("[1,2,3]", "Expected `object`"),
    "no grams": (f'{{"type":"weight","scale":"{SCALE}","t":{START}}}', "grams"),
    "grams as text": (_weight(grams="5 g"), "grams"),
    "grams not a number": (GOOD.replace("5.0", "NaN"), "malformed"),
    "grams without end": (GOOD.replace("5.0", "1e999"), "out of range"),
    "unknown type": (_weight(type="heavy"), "heavy"),
    "no type": (f'{{"scale":"{SCALE}","t":{START},"grams":1.0}}', "type"),
    "unknown scale": (_weight(scale="ghost"), "'ghost' is not in the store folder"),
    "time before 1970": (_weight(t=-5.0), "not a time"),
    "time in milliseconds": (_weight(t=(START + 1) * 1000), "not within the recording"),
    "time of another day": (_weight(t=START - 86400), "not within the recording"),
    "nested without end": ('{"x":' + "[" * 200_000, "recursion"),
    "not UTF-8": ('{"type":"weight","scale":"\udcff"}', "can't decode byte"),
    "batch without rate": (_batch(rate_hz=0), "a rate of 0"),
    "batch with a negative rate": (_batch(rate_hz=-20), "a rate of -20"),
    "batch with text": (_batch(grams=[1.0, "x"]), "grams"),
    "batch too late": (_batch(t=START + 1e6), "not within the recording"),
}


@pytest.mark.parametrize("name", BAD_SCALE_LINES)
def test_a_bad_scale_line_is_named_and_the_rest_used(tmp_path: Path, name: str) -> None:
    line, reason = BAD_SCALE_LINES[name]
    recording, seen = _with_file(tmp_path, "scales", "scales.jsonl", [GOOD, line, LATER])
    assert [s.grams for s in seen if isinstance(s, WeightReading)] == [5.0, 6.0]
    (problem,) = recording.problems
    assert (problem.file, problem.line) == ("scales.jsonl", 2)
    assert reason in problem.reason
    assert str(problem).startswith("scales.jsonl:2: ")


def _sighting(**fields: object) -> str:
    values: dict[str, object] = {
        "type": "detections", "camera": CAMERA, "t": START + 1, "seq": 1, "width": 640, "height": 360,
        "items": [{"box": [1, 2, 3, 4], "score": 0.5}],
    }  # fmt: skip
    return json.dumps(values | fields)


BAD_DETECTIONS = {
    "another camera": (_sighting(camera="elsewhere"), "'elsewhere' in the file of"),
    "no picture": (_sighting(width=0), "picture size 0x360"),
    "box of three": (_sighting(items=[{"box": [1, 2, 3], "score": 0.5}]), "length"),
    "box inside out": (_sighting(items=[{"box": [5, 2, 3, 4], "score": 0.5}]), "corners exchanged"),
    "score of 50": (_sighting(items=[{"box": [1, 2, 3, 4], "score": 50}]), "outside 0..1"),
    "sides of 7": (
        _sighting(items=[{"box": [1, 2, 3, 4], "score": 0.5, "side_score": 7}]),
        "outside 0..1",
    ),
    "key point of one": (_sighting(items=[{"box": [1, 2, 3, 4], "score": 0.5, "foot": [1]}]), "length"),
    "seq as text": (_sighting(seq="one"), "seq"),
    "appearance as text": (
        _sighting(items=[{"box": [1, 2, 3, 4], "score": 0.5, "appearance": ["a"]}]),
        "could not convert",
    ),
    "items missing their box": (_sighting(items=[{"score": 0.5}]), "box"),
}


@pytest.mark.parametrize("name", BAD_DETECTIONS)
def test_a_bad_sighting_is_named_and_the_rest_used(tmp_path: Path, name: str) -> None:
    line, reason = BAD_DETECTIONS[name]
    good = [_sighting(t=START + 0.5), line, _sighting(t=START + 1.5)]
    recording, seen = _with_file(tmp_path, "cameras", "cam.jsonl", good)
    assert [s.t - START for s in seen if isinstance(s, Detections)] == [0.5, 1.5]
    (problem,) = recording.problems
    assert (problem.file, problem.line) == ("cam.jsonl", 2)
    assert reason in problem.reason


def test_lines_a_little_late_find_their_place_and_later_ones_are_named(tmp_path: Path) -> None:
    times = [0.0, 1.0, 3.0, 2.0, 5.0, 9.0, 12.0, 4.0, 13.0]
    lines = [_weight(t=START + t, grams=t) for t in times]
    recording, seen = _with_file(tmp_path, "scales", "scales.jsonl", lines)
    assert [s.grams for s in seen if isinstance(s, WeightReading)] == [0, 1, 2, 3, 5, 9, 12, 13]
    (problem,) = recording.problems
    assert problem.line == 8
    assert "8.0 s out of order" in problem.reason


def test_a_compressed_file_that_is_cut_off_keeps_what_it_has(tmp_path: Path) -> None:
    readings: list[Observation] = [WeightReading(SCALE, START + i / 20, float(i)) for i in range(2000)]
    folder = write(tmp_path / "r", readings, compress=True)
    file = folder / "scales.jsonl.gz"
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    recording = Recording.open(folder)
    seen = [s for s in RecordingPlayer(recording).observations() if isinstance(s, WeightReading)]
    assert 1000 < len(seen) < 1600
    assert [s.grams for s in seen] == [float(i) for i in range(len(seen))]
    assert recording.problems[0].line == len(seen) + 1
    assert "cut off" in recording.problems[0].reason


def test_a_recording_that_was_never_ended_can_be_replayed(tmp_path: Path) -> None:
    """The writer is killed: what it had flushed is there, and the duration is that of the lines."""
    writer = RecordingWriter(tmp_path / "r", LAYOUT, started_at=START)
    for i in range(400):
        writer.observe(WeightReading(SCALE, START + i / 20, float(i)))
    copy = tmp_path / "copy"
    # A copy of the files as they are on disk now: what another process would find after a kill.
    _copy_tree(tmp_path / "r", copy)
    writer.close()
    recording = Recording.open(copy)
    assert recording.about.duration is None
    seen = [s for s in RecordingPlayer(recording).observations() if isinstance(s, WeightReading)]
    assert len(seen) >= 360
    assert recording.duration == pytest.approx(seen[-1].t - START)


def test_a_video_that_is_cut_off_gives_outages_in_place_of_frames(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "r", LAYOUT, started_at=START, raw_video=True) as writer:
        for i in range(90):
            frame = picture(i % 30)
            writer.frame(type(frame)(CAMERA, i, START + i / 10, frame.image))
    video = next((tmp_path / "r").rglob("*.mp4"))
    video.write_bytes(video.read_bytes()[: video.stat().st_size * 3 // 5])
    recording = Recording.open(tmp_path / "r")

    def nobody(frames):  # type: ignore[no-untyped-def]
        return (Detections(f.camera, f.t, f.seq, 64, 48) for f in frames)

    seen = [s for s in RecordingPlayer(recording, nobody).observations() if not isinstance(s, Tick)]
    kinds = [type(s).__name__ for s in seen]
    assert len(kinds) == 90
    good = kinds.index("Outage")
    assert 20 <= good <= 60
    assert set(kinds[good:]) == {"Outage"}
    assert [s.t for s in seen] == sorted(s.t for s in seen)


BAD_FOLDERS = {
    "no manifest": (lambda f: (f / "recording.json").unlink(), "no such file"),
    "manifest not JSON": (lambda f: (f / "recording.json").write_text("{"), "truncated"),
    "newer format": (lambda f: _edit(f, format=2), "format 2 is not known"),
    "no format": (lambda f: _edit(f, format=None), "format"),
    "unknown field": (lambda f: _edit(f, colour="red"), "colour"),
    "file outside": (lambda f: _edit(f, gates="../gates.jsonl"), "outside"),
    "absolute file": (lambda f: _edit(f, gates="/etc/passwd"), "outside"),
    "file missing": (lambda f: (f / "gates.jsonl").unlink(), "missing"),
    "pictures without times": (
        lambda f: _edit(f, cameras=[{"id": CAMERA, "kind": "video", "file": "gates.jsonl", "fps": 10}]),
        "no file of their times",
    ),
    "start in milliseconds": (lambda f: _edit(f, started_at=START * 1000), "started_at"),
    "endless": (lambda f: _edit(f, duration=1e300), "duration"),
    "negative": (lambda f: _edit(f, duration=-1.0), "duration"),
    "camera twice": (
        lambda f: _edit(
            f, cameras=[{"id": CAMERA, "kind": "detections", "file": "gates.jsonl", "fps": 1}] * 2
        ),
        "named twice",
    ),
    "store missing": (lambda f: (f / "store").rename(f / "stare"), "copy of the store folder"),
}


@pytest.mark.parametrize("name", BAD_FOLDERS)
def test_a_folder_that_is_no_recording_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    spoil, reason = BAD_FOLDERS[name]
    folder = write(tmp_path / "r", everything())
    spoil(folder)  # type: ignore[no-untyped-call]
    with pytest.raises(RecordingError, match=reason) as caught:
        Recording.open(folder)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"), [("{", "truncated"), ('{"format": 9}', "format 9"), ('{"moves": 3}', "moves")]
)
def test_a_bad_truth_is_named(tmp_path: Path, text: str, reason: str) -> None:
    folder = write(tmp_path / "r", [detections(0, 0)])
    (folder / "truth.json").write_text(text)
    with pytest.raises(RecordingError, match=reason):
        _ = Recording.open(folder).truth


def test_a_camera_that_the_store_does_not_know_is_left_out(tmp_path: Path) -> None:
    folder = write(tmp_path / "r", everything())
    about = json.loads((folder / "recording.json").read_text())
    _edit(folder, cameras=[*about["cameras"], about["cameras"][0] | {"id": "ghost"}])
    recording = Recording.open(folder)
    assert [c.id for c in recording.cameras] == [CAMERA]
    assert [str(p) for p in recording.problems] == [
        "recording.json: camera 'ghost' is not in the store folder; it is left out"
    ]
    assert len(list(RecordingPlayer(recording).observations())) > len(everything())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("whole") / "r", everything(), compress=True, appearance=True)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_damage_to_any_file_crashes(whole: Path, data: st.DataObject) -> None:
    """Bytes changed, lost or added anywhere: it plays, or says that it cannot."""
    files = sorted(p for p in whole.rglob("*") if p.is_file() and p.parent.name != "store")
    file = data.draw(st.sampled_from(files))
    good = file.read_bytes()
    at = data.draw(st.integers(0, len(good)))
    until = data.draw(st.integers(at, min(len(good), at + 20)))
    try:
        file.write_bytes(good[:at] + data.draw(st.binary(max_size=20)) + good[until:])
        with contextlib.suppress(RecordingError):
            recording = Recording.open(whole)
            times = [seen.t for seen in RecordingPlayer(recording).observations()]
            assert times == sorted(times)
            assert recording.duration >= 0 or recording.about.duration is not None
    finally:
        file.write_bytes(good)


def test_problems_are_counted_even_where_they_are_too_many_to_keep(tmp_path: Path) -> None:
    recording, seen = _with_file(tmp_path, "scales", "scales.jsonl", ["junk"] * 1500 + [GOOD])
    assert len(recording.problems) == 1000
    assert recording.problems.total == 1500
    assert len([s for s in seen if isinstance(s, WeightReading)]) == 1


def _with_file(tmp_path: Path, part: str, file: str, lines: list[str]) -> tuple[Recording, list[Observation]]:
    folder = tmp_path / "r"
    with RecordingWriter(folder, LAYOUT, started_at=START) as writer:
        writer.close(ended_at=START + 20)
    value: object = file
    if part == "cameras":
        value = [{"id": CAMERA, "kind": "detections", "file": file, "fps": 10}]
    _edit(folder, **{part: value})
    (folder / file).write_bytes("\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")
    recording = Recording.open(folder)
    return recording, list(RecordingPlayer(recording).observations())


def _edit(folder: Path, **changes: object) -> None:
    path = folder / "recording.json"
    about = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({k: v for k, v in about.items() if v is not None}))


def _copy_tree(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
