"""The whole evaluation of replays: what ``main.py evaluate`` says of each, and of all together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from pathlib import Path

import msgspec

from inference.evaluation.beliefs import Beliefs
from inference.evaluation.detections import BoxScore, IgnoreRule, add_box_scores, score_boxes
from inference.evaluation.problems import EvaluationError
from inference.evaluation.receipts import ReceiptScore, add_receipt_scores, read_visits, score_receipts
from inference.evaluation.tracks import TrackExamination, TrackScore, examine_tracks
from inference.evaluation.trails import Trail, read_tracks
from inference.evaluation.truth_checks import check_truth
from inference.messages import Detections
from inference.messages.checks import problem_of
from inference.recording.format import file_name
from inference.recording.lines import LineReader, Problems
from inference.recording.reader import Recording
from inference.recording.truth import Truth
from store_layout.model import StoreLayout

THRESHOLDS = (0.25, 0.35, 0.50)
RULES: tuple[IgnoreRule, ...] = ("ignore", "literal")


class Report(msgspec.Struct, frozen=True):
    """How right one replay was. A part is None (or empty) where the truth says nothing about it."""

    recording: str
    receipts: ReceiptScore | None
    tracks: TrackScore | None
    detections: tuple[BoxScore, ...]
    problems: tuple[str, ...] = ()
    """Lines of the detections that could not be used."""
    folder: str = ""
    """The recording's, as it was named; empty for a total."""

    def to_json(self) -> bytes:
        """For programs."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report, and what it was made from: for sums over recordings, and for pictures."""

    report: Report
    layout: StoreLayout | None
    truth: Truth
    tracks: dict[int, Trail]
    examined: TrackExamination | None
    """None where the truth knows no paths."""


class Evaluations(msgspec.Struct, frozen=True):
    """What ``main.py evaluate --json`` prints."""

    recordings: tuple[Report, ...]
    total: Report
    """Counts added up, and the rates of these sums; no means of rates. Detections over all cameras."""

    def to_json(self) -> bytes:
        """For programs."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)


def evaluate(recording_folder: Path, replay_folder: Path) -> Report:
    """As :func:`examine`, the report alone."""
    return examine(recording_folder, replay_folder).report


def examine(recording_folder: Path, replay_folder: Path, beliefs: Beliefs | None = None) -> Evaluation:
    """Compare a replay's ``visits.json``, ``tracks.csv`` and ``detections/<camera>.jsonl`` with the truth.

    ``beliefs``: what that replay believed, for the calibration of covariances and identities. Raises
    :class:`EvaluationError` when the recording has no truth or a file of the replay cannot be used,
    ``RecordingError`` and ``StoreProblems`` for the recording itself.
    """
    recording = Recording.open(recording_folder)
    truth = recording.truth
    if truth is None:
        raise EvaluationError(f"{recording_folder}: has no truth.json, so nothing can be compared with it")
    found = _examine(truth, recording.about.id, replay_folder, beliefs, recording.layout)
    return replace(found, report=msgspec.structs.replace(found.report, folder=str(recording_folder)))


def evaluate_against(truth: Truth, name: str, replay_folder: Path) -> Report:
    """As :func:`evaluate`, with the truth given. Detections are scored for the cameras that were kept.

    Raises :class:`EvaluationError` for a truth that contradicts itself, too.
    """
    return _examine(truth, name, replay_folder).report


def _examine(
    truth: Truth,
    name: str,
    replay_folder: Path,
    beliefs: Beliefs | None = None,
    layout: StoreLayout | None = None,
) -> Evaluation:
    check_truth(truth)
    tracks = read_tracks(replay_folder / "tracks.csv") if truth.paths else {}
    examined = None
    if truth.paths:
        examined = examine_tracks(truth.paths, tracks, period_s=truth.frame_period_s, beliefs=beliefs)
    problems = Problems()
    report = Report(
        recording=name,
        receipts=score_receipts(truth.visits, read_visits(replay_folder / "visits.json"), truth.paths, tracks)
        if truth.visits
        else None,
        tracks=None if examined is None else examined.tally.score(),
        detections=tuple(_box_scores(truth, replay_folder, problems)),
        problems=tuple(map(str, problems)),
    )
    return Evaluation(report, layout, truth, tracks, examined)


def labels_of(reports: Sequence[Report]) -> tuple[str, ...]:
    """A short name for each: its recording's where no two are the same, else its folder's."""
    folders = [Path(report.folder).resolve() for report in reports]
    for names in ([r.recording for r in reports], [f.name for f in folders]):
        if len(set(names)) == len(names):
            return tuple(names)
    return tuple("/".join(folder.parts[-2:]) for folder in folders)


def together(evaluations: Sequence[Evaluation]) -> Evaluations:
    """The reports of recordings, and the total over those that each part is known for."""
    reports = tuple(e.report for e in evaluations)
    named = zip(labels_of(reports), reports, strict=True)
    receipts = [r.receipts for r in reports if r.receipts is not None]
    tallies = [e.examined.tally for e in evaluations if e.examined is not None]
    return Evaluations(
        reports,
        Report(
            recording="total",
            receipts=add_receipt_scores(receipts) if receipts else None,
            tracks=reduce(add, tallies).score() if tallies else None,
            detections=add_box_scores([r.detections for r in reports]),
            problems=tuple(f"{label}: {problem}" for label, report in named for problem in report.problems),
        ),
    )


def _box_scores(truth: Truth, folder: Path, problems: Problems) -> Iterator[BoxScore]:
    for camera, boxes in sorted(truth.boxes.items()):
        file = f"detections/{file_name(camera)}.jsonl"
        if not (folder / file).is_file():
            continue
        seen = list(LineReader(folder, file, Detections, problems, problem_of))
        for rule in RULES if any(box.ignore for box in boxes) else RULES[:1]:
            for threshold in THRESHOLDS:
                yield score_boxes(camera, boxes, seen, threshold, rule=rule, period_s=truth.frame_period_s)
