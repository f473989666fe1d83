"""What is written is what is read: values, schemas, and what must not be written."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from inference.messages import Detections, Skeletons, WeightReading
from inference.recording import Recording, RecordingError, RecordingWriter, WeightBatch
from inference.recording.format import LINE_TYPES, file_name
from inference.recording.schemas import FOLDER, schemas
from inference.recording.truth import TrueLine, TrueMove, TrueVisit, Truth
from inference.recording.writer import without_appearance
from store_layout.writer import write_store
from tests.recording.sessions import CAMERA, LAYOUT, SCALE, START, detections, everything, played, write


@pytest.mark.parametrize("compress", [False, True])
def test_every_kind_comes_back_as_it_was(tmp_path: Path, compress: bool) -> None:
    folder = write(tmp_path / "r", everything(), compress=compress, appearance=True)
    # Outages are noticed at their end, so that is their time.
    assert sorted(played(folder), key=lambda seen: seen.t) == sorted(everything(), key=lambda seen: seen.t)
    recording = Recording.open(folder)
    assert recording.problems == []
    assert recording.duration == pytest.approx(3.0)
    assert recording.layout.file == LAYOUT.file
    assert recording.truth is None


def test_a_batch_is_its_readings(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "r", LAYOUT, started_at=START) as writer:
        writer.weights(WeightBatch(SCALE, START + 1, 20.0, (1.0, None, 3.5), 40))
        writer.weights(WeightBatch(SCALE, START + 2, 20.0, (4.0,)))
    seen = [reading for reading in played(tmp_path / "r") if isinstance(reading, WeightReading)]
    assert [(reading.grams, reading.seq) for reading in seen] == [(1.0, 40), (3.5, 42), (4.0, None)]
    assert [reading.t - START for reading in seen] == pytest.approx([1.0, 1.1, 2.0])


def test_the_same_values_are_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / name, everything(), compress=True)
    for file in sorted((tmp_path / "a").rglob("*.gz")):
        assert file.read_bytes() == (tmp_path / "b" / file.relative_to(tmp_path / "a")).read_bytes()


def test_appearance_is_not_kept_unless_asked_for(tmp_path: Path) -> None:
    quiet = write(tmp_path / "quiet", everything())
    assert all("appearance" not in f.read_text() for f in quiet.rglob("*.jsonl"))
    about = Recording.open(quiet).about
    assert not about.appearance
    assert about.expires_at is None
    loud = Recording.open(write(tmp_path / "loud", everything(), appearance=True)).about
    assert loud.appearance
    assert loud.expires_at is not None


def test_pictures_are_not_kept_unless_asked_for(tmp_path: Path) -> None:
    from tests.recording.sessions import picture

    writer = RecordingWriter(tmp_path / "r", LAYOUT, started_at=START)
    with pytest.raises(RecordingError, match="raw_video"):
        writer.frame(picture(0))
    writer.close()
    assert not list((tmp_path / "r").rglob("*.mp4"))


def test_an_expired_recording_is_refused(tmp_path: Path) -> None:
    with RecordingWriter(
        tmp_path / "r", LAYOUT, started_at=START, raw_video=True, expires_at=START + 100
    ) as writer:
        writer.observe(detections(0, 0))
    assert Recording.open(tmp_path / "r", now=START + 99).about.raw_video
    with pytest.raises(RecordingError, match="expired"):
        Recording.open(tmp_path / "r", now=START + 100)


def test_without_appearance_leaves_the_rest() -> None:
    seen = detections(0, 0, people=2)
    bare = without_appearance(seen)
    assert isinstance(bare, Detections)
    assert all(item.appearance is None for item in bare.items)
    assert bare.items[0].foot == seen.items[0].foot
    empty = Skeletons("s", 1.0, 1)
    assert without_appearance(empty) is empty


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "mine.txt").write_text("mine")
    with pytest.raises(RecordingError, match="not empty"):
        RecordingWriter(tmp_path / "r", LAYOUT, started_at=START)
    assert [p.name for p in (tmp_path / "r").iterdir()] == ["mine.txt"]


def test_the_store_s_own_files_are_copied_and_nothing_else_that_lies_beside_them(tmp_path: Path) -> None:
    floor = msgspec.structs.replace(LAYOUT.file.floor, plan="plan.png")
    layout = msgspec.structs.replace(LAYOUT, file=msgspec.structs.replace(LAYOUT.file, floor=floor))
    store = tmp_path / "store"
    store.mkdir()
    (store / "plan.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    write_store(layout, store)
    (store / "camera.mp4").write_bytes(b"people")
    (store / "promotions.csv").write_text("id,name,kind\n", encoding="utf-8")
    with RecordingWriter(tmp_path / "r", layout, started_at=START, store_folder=store):
        pass
    copied = tmp_path / "r" / "store"
    assert {p.name for p in copied.iterdir()} == {
        "store.toml",
        "catalog.csv",
        "planogram.csv",
        "promotions.csv",
        "plan.png",
    }
    assert (copied / "store.toml").read_bytes() == (store / "store.toml").read_bytes()
    assert Recording.open(tmp_path / "r").layout.file == layout.file


def test_truth_comes_back(tmp_path: Path) -> None:
    truth = Truth(
        visits=(TrueVisit("p", START, None, (TrueLine("07", 2),), tricky=("group",)),),
        moves=(TrueMove(START + 1, "p", "07", "A0", 2),),
    )
    with RecordingWriter(tmp_path / "r", LAYOUT, started_at=START) as writer:
        writer.truth(truth)
    assert Recording.open(tmp_path / "r").truth == truth


@pytest.mark.parametrize(
    ("device", "name"), [("cam-1", "cam-1"), ("a/b", "a%2Fb"), ("..", "%2E%2E"), ("ü x", "%C3%BC x")]
)
def test_ids_become_harmless_file_names(device: str, name: str) -> None:
    assert file_name(device) == name


def test_schemas_are_those_of_the_types() -> None:
    current = schemas()
    assert {p.name for p in FOLDER.glob("*.json")} == current.keys()
    for name, data in current.items():
        assert (FOLDER / name).read_bytes() == data, f"{name}: run python -m inference.recording.schemas"
    assert len(current) == len(LINE_TYPES) + 1


def test_schemas_name_what_the_lines_hold(tmp_path: Path) -> None:
    """Every field of a written line is a property of its schema, and every required one is there."""
    folder = write(tmp_path / "r", everything(), compress=True, appearance=True)
    about = json.loads((folder / "recording.json").read_text())
    lines = {"detections": about["cameras"][0]["file"], "sensors": about["sensors"][0]["file"]}
    lines |= {part: about[part] for part in ("scales", "gates", "outages", "staff")}
    for part, file in lines.items():
        schema = json.loads((FOLDER / f"{part}.json").read_text())
        kinds = [k for k in schema["$defs"].values() if "type" in k.get("properties", {})]
        raw = (folder / file).read_bytes()
        for line in (gzip.decompress(raw) if file.endswith(".gz") else raw).splitlines():
            value = json.loads(line)
            (kind,) = (k for k in kinds if value["type"] in k["properties"]["type"]["enum"])
            assert value.keys() <= kind["properties"].keys()
            assert set(kind["required"]) <= value.keys()


def test_manifest_is_current_before_the_end(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "r", LAYOUT, started_at=START)
    writer.observe(detections(0.0, 0))
    about = msgspec.json.decode((tmp_path / "r" / "recording.json").read_bytes())
    assert [c["id"] for c in about["cameras"]] == [CAMERA]
    assert "duration" not in about
    writer.close()
    with pytest.raises(RecordingError, match="closed"):
        writer.observe(detections(1.0, 1))
