"""The whole report, from the files of a replay."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from inference.evaluation import EvaluationError, Report, evaluate, evaluate_against, render
from inference.evaluation.beliefs import BeliefLog
from inference.evaluation.report import Evaluation, examine, labels_of, together
from inference.evaluation.tables import render_all
from inference.messages import Detection, Detections, FloorUpdate, Person
from inference.messages.codec import to_json
from inference.recording.truth import TrueBox, TrueLine, TruePath, TrueVisit, Truth
from inference.recording.writer import RecordingWriter
from tests.support.stores import small_store

TRUTH = Truth(
    paths=(TruePath("p", (0.0, 4.0), ((0.0, 0.0), (4.0, 0.0))),),
    boxes={"cam/1": (TrueBox(0.0, "p", (0, 0, 10, 20)), TrueBox(1.0, "p", (50, 0, 60, 20), True))},
    visits=(TrueVisit("p", 0.0, 4.0, (TrueLine("milk", 1),)),),
    frame_period_s=1.0,
)


def write_replay(folder: Path) -> Path:
    """One perfect visit on a track 0.5 m beside the person; one hit, one find to be ignored, one bad line."""
    (folder / "detections").mkdir(parents=True)
    rows = [f"{t:.1f},4,{t},0.5" for t in range(5)]
    (folder / "tracks.csv").write_text("\n".join(["t,track,x_m,y_m", *rows]) + "\n")
    visit = {"visit": "v", "track": 4, "entered_at": 0, "left_at": 4, "decision": "issue"}
    visits = [visit | {"lines": [{"sku": "milk", "quantity": 1}]}]
    (folder / "visits.json").write_text(json.dumps({"format": 1, "visits": visits}))
    seen = [
        Detections("cam/1", 0.0, 0, 640, 480, (Detection((0, 0, 10, 20), 0.9),)),
        Detections("cam/1", 1.0, 1, 640, 480, (Detection((50, 0, 60, 20), 0.4),)),
    ]
    lines = [to_json(s).decode() for s in seen]
    (folder / "detections" / "cam%2F1.jsonl").write_text("\n".join([lines[0], "{half", lines[1]]) + "\n")
    return folder


def test_everything_that_the_truth_knows_is_scored(tmp_path: Path) -> None:
    report = evaluate_against(TRUTH, "r", write_replay(tmp_path))
    assert report.receipts is not None
    assert report.receipts.issued_right == 1
    assert report.tracks is not None
    assert (report.tracks.mota, report.tracks.switches, report.tracks.error_median_m) == (1.0, 0, 0.5)
    by_rule = {(s.rule, s.threshold): (s.precision, s.recall) for s in report.detections}
    assert by_rule["ignore", 0.25] == (1.0, 1.0)
    assert by_rule["literal", 0.25] == (0.5, 1.0)
    assert by_rule["literal", 0.5] == (1.0, 1.0)  # the find on the ignored box scores 0.4
    assert len(report.problems) == 1
    assert report.problems[0].startswith("detections/cam%2F1.jsonl:2:")


def test_what_the_truth_does_not_know_is_left_open(tmp_path: Path) -> None:
    report = evaluate_against(Truth(), "r", tmp_path)
    assert (report.receipts, report.tracks, report.detections) == (None, None, ())
    only_boxes = Truth(boxes=TRUTH.boxes)
    assert evaluate_against(only_boxes, "r", tmp_path).detections == ()  # the replay kept no detections


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (Truth(frame_period_s=0.0), "frame_period_s: 0.0"),
        (Truth(paths=(TruePath("p", (0.0, 1.0), ((0.0, 0.0),)),)), r"paths\[0\] \(p\): 2 times and 1 places"),
        (Truth(paths=(TruePath("p", (1.0, 0.0), ((0.0, 0.0),) * 2),)), "times do not rise"),
        (Truth(paths=(TruePath("p", (1.0,), ((float("nan"), 0.0),)),)), "not finite"),
        (Truth(boxes={"c": (TrueBox(0.0, "p", (5, 0, 1, 2)),)}), r"boxes\.c\[0\]: its corners"),
        (Truth(visits=(TrueVisit("p", 5.0, 4.0),)), "left before"),
        (Truth(visits=(TrueVisit("p", 5.0, 6.0, (TrueLine("milk", -1),)),)), "below 0"),
    ],
)
def test_a_truth_that_contradicts_itself_is_refused(tmp_path: Path, truth: Truth, words: str) -> None:
    with pytest.raises(EvaluationError, match=words):
        evaluate_against(truth, "r", tmp_path)


def test_json_and_table_say_the_same(tmp_path: Path) -> None:
    report = evaluate_against(TRUTH, "aisle seven", write_replay(tmp_path))
    data = json.loads(report.to_json())
    assert data["tracks"]["mota"] == 1.0
    assert data["receipts"]["items"]["f1"] == 1.0
    text = printed(report)
    for words in ("aisle seven", "MOTA", "1.000", "0.500", "1 (100.0 %)", "literal", "Left out"):
        assert words in text


def test_the_table_of_an_empty_report(tmp_path: Path) -> None:
    assert printed(evaluate_against(Truth(), "r", tmp_path)).strip() == "Recording r"


def printed(report: Report) -> str:
    out = io.StringIO()
    Console(file=out, width=120).print(render(report))
    return out.getvalue()


def test_a_recording_is_evaluated_and_one_without_truth_is_refused(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "known", small_store(), started_at=0.0, simulated=True) as writer:
        writer.truth(TRUTH)
    report = evaluate(tmp_path / "known", write_replay(tmp_path / "out"))
    assert (report.recording, report.tracks is not None) == ("known", True)
    RecordingWriter(tmp_path / "unknown", small_store(), started_at=0.0, simulated=True).close()
    with pytest.raises(EvaluationError, match=r"no truth\.json"):
        evaluate(tmp_path / "unknown", tmp_path / "out")


# -- several recordings ----------------------------------------------------------------------------------


def examined(folder: Path, truth: Truth) -> Evaluation:
    """A recording with this truth, and the replay of :func:`write_replay`."""
    with RecordingWriter(folder, small_store(), started_at=0.0, simulated=True) as writer:
        writer.truth(truth)
    return examine(folder, write_replay(folder.with_name(folder.name + "-replayed")))


def longer() -> Truth:
    """As TRUTH, but the person took bread too and was there for five seconds more."""
    lines = (TrueLine("milk", 1), TrueLine("bread", 1))
    return Truth(
        paths=(TruePath("p", (0.0, 4.0, 9.0), ((0.0, 0.0), (4.0, 0.0), (4.0, 0.0))),),
        boxes={"cam/1": (TrueBox(0.0, "p", (0, 0, 10, 20)), TrueBox(1.0, "p", (50, 0, 60, 20)))},
        visits=(TrueVisit("p", 0.0, 9.0, lines),),
        frame_period_s=1.0,
    )


def test_the_total_adds_counts_of_all_parts(tmp_path: Path) -> None:
    found = together([examined(tmp_path / "a", TRUTH), examined(tmp_path / "b", longer())])
    total = found.total
    assert [r.folder for r in found.recordings] == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert total.recording == "total"
    assert total.tracks is not None
    assert (total.tracks.true, total.tracks.matches, total.tracks.misses) == (15, 10, 5)
    assert total.tracks.mota == pytest.approx(10 / 15)
    assert total.receipts is not None
    assert (total.receipts.true_visits, total.receipts.issued, total.receipts.issued_right) == (2, 2, 1)
    assert total.receipts.issued_right_share == 0.5
    assert (total.receipts.items.true, total.receipts.items.found, total.receipts.items.hits) == (3, 2, 2)
    assert total.receipts.items.recall == pytest.approx(2 / 3)
    # Of the second recording no box is to be ignored: its counts stand for both rules.
    boxes = {(s.rule, s.threshold): (s.camera, s.true, s.found, s.hits) for s in total.detections}
    assert boxes["ignore", 0.25] == ("all", 3, 3, 3)
    assert boxes["literal", 0.25] == ("all", 3, 4, 3)
    assert len(total.problems) == 2
    assert total.problems[1].startswith("b: detections/cam%2F1.jsonl:2:")
    assert json.loads(found.to_json())["total"]["tracks"]["true"] == 15


def test_a_part_that_only_one_recording_knows_is_the_total(tmp_path: Path) -> None:
    bare = examined(tmp_path / "bare", Truth())
    found = together([bare, examined(tmp_path / "whole", TRUTH)])
    assert found.total.receipts == found.recordings[1].receipts
    assert found.total.tracks == found.recordings[1].tracks
    assert together([bare]).total.tracks is None


def test_a_row_for_each_recording_and_one_for_all(tmp_path: Path) -> None:
    found = together([examined(tmp_path / "north", TRUTH), examined(tmp_path / "south", longer())])
    out = io.StringIO()
    Console(file=out, width=160).print(render_all(found))
    rows = [[c.strip() for c in line.split("│")[1:-1]] for line in out.getvalue().splitlines()]
    tracks = {row[0]: row[2] for row in rows if len(row) == 10}
    assert tracks == {"north": "1.000", "south": "0.500", "total": "0.667"}


def test_one_recording_says_how_sure_it_was(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "r", small_store(), started_at=0.0, simulated=True) as writer:
        writer.truth(TRUTH)
    log = BeliefLog()
    for t in range(5):  # half a metre off at a deviation of 1 m
        at, sure = (float(t), 0.5), 0.75
        log(FloorUpdate(t, (Person(4, t, at, (1.0, 0.0, 1.0), (0.0, 0.0), 1.7, sure, False, t),)))
    report = examine(tmp_path / "r", write_replay(tmp_path / "out"), log.beliefs()).report
    text = " ".join(printed(report).split())
    assert "ellipse, seen │ 100.0 % / 100.0 % / 100.0 %" in text
    assert "mean NEES, seen (2 is right) │ 0.25" in text
    assert "identity promised / kept │ 75.0 % / 100.0 %" in text


def test_recordings_are_called_by_what_tells_them_apart() -> None:
    def report(recording: str, folder: str) -> Report:
        return Report(recording, None, None, (), folder=folder)

    assert labels_of([report("a", "x/r"), report("b", "y/r")]) == ("a", "b")
    assert labels_of([report("a", "x/r1"), report("a", "x/r2")]) == ("r1", "r2")
    assert labels_of([report("a", "x/r"), report("a", "y/r")]) == ("x/r", "y/r")
