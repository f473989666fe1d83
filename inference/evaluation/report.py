"""The whole evaluation of a replay: what ``main.py evaluate`` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from rich.console import Group
from rich.table import Table

from inference.evaluation.detections import BoxScore, IgnoreRule, score_boxes
from inference.evaluation.problems import EvaluationError
from inference.evaluation.receipts import ReceiptScore, read_visits, score_receipts
from inference.evaluation.tracks import TrackScore, read_tracks, score_tracks
from inference.evaluation.truth_checks import check_truth
from inference.messages import Detections
from inference.messages.checks import problem_of
from inference.recording.format import file_name
from inference.recording.lines import LineReader, Problems
from inference.recording.reader import Recording
from inference.recording.truth import Truth

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

    def to_json(self) -> bytes:
        """For programs."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)


def evaluate(recording_folder: Path, replay_folder: Path) -> Report:
    """Compare a replay's ``visits.json``, ``tracks.csv`` and ``detections/<camera>.jsonl`` with the truth.

    Raises :class:`EvaluationError` when the recording has no truth or a file of the replay cannot be used,
    ``RecordingError`` and ``StoreProblems`` for the recording itself.
    """
    recording = Recording.open(recording_folder)
    truth = recording.truth
    if truth is None:
        raise EvaluationError(f"{recording_folder}: has no truth.json, so nothing can be compared with it")
    return evaluate_against(truth, recording.about.id, replay_folder)


def evaluate_against(truth: Truth, name: str, replay_folder: Path) -> Report:
    """As :func:`evaluate`, with the truth given. Detections are scored for the cameras that were kept.

    Raises :class:`EvaluationError` for a truth that contradicts itself, too.
    """
    check_truth(truth)
    tracks = read_tracks(replay_folder / "tracks.csv") if truth.paths else {}
    problems = Problems()
    return Report(
        recording=name,
        receipts=score_receipts(truth.visits, read_visits(replay_folder / "visits.json"), truth.paths, tracks)
        if truth.visits
        else None,
        tracks=score_tracks(truth.paths, tracks, period_s=truth.frame_period_s) if truth.paths else None,
        detections=tuple(_box_scores(truth, replay_folder, problems)),
        problems=tuple(map(str, problems)),
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


def render(report: Report) -> Group:
    """Tables for a person at a terminal."""
    parts: list[Table | str] = [f"Recording {report.recording}"]
    if report.receipts is not None:
        parts.append(_table("Receipts", _receipt_rows(report.receipts)))
    if report.tracks is not None:
        parts.append(_table("Tracks on the floor", _track_rows(report.tracks)))
    if report.detections:
        parts.append(_detection_table(report.detections))
    parts += [f"Left out: {problem}" for problem in report.problems]
    return Group(*parts)


def _table(title: str, rows: Iterable[tuple[str, str]]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in rows:
        table.add_row(name, value)
    return table


def _receipt_rows(score: ReceiptScore) -> Iterator[tuple[str, str]]:
    yield "visits of shoppers, true / replayed", f"{score.true_visits} / {score.visits}"
    yield "missed / invented", f"{score.missed} / {score.invented}"
    yield "receipts issued", str(score.issued)
    yield "of these exactly right", f"{score.issued_right} ({_share(score.issued_right_share)})"
    yield "reviews (proposal right already)", f"{score.reviews} ({score.reviews_right})"
    yield (
        "reviews per 1,000 visits",
        "-" if score.reviews_per_1000 is None else f"{score.reviews_per_1000:.0f}",
    )
    yield "nothing taken (rightly)", f"{score.nothing} ({score.nothing_right})"
    items = score.items
    yield "items true / found / right", f"{items.true} / {items.found} / {items.hits}"
    yield "item precision / recall / F1", " / ".join(map(_rate, (items.precision, items.recall, items.f1)))


def _track_rows(score: TrackScore) -> Iterator[tuple[str, str]]:
    yield "steps", f"{score.steps} x {score.period_s:.3f} s"
    yield "people / tracks", f"{score.people} / {score.tracks}"
    yield "MOTA", _rate(score.mota)
    yield "IDF1", _rate(score.idf1)
    yield "identity switches", str(score.switches)
    yield "misses / false, of", f"{score.misses} / {score.false}, {score.true}"
    errors = (score.error_median_m, score.error_p90_m, score.error_mean_m)
    yield "position error median / p90 / mean, m", " / ".join(map(_rate, errors))


def _detection_table(scores: Iterable[BoxScore]) -> Table:
    table = Table(title="Detections", title_justify="left")
    for name in ("camera", "ignore rule", "score", "true", "found", "precision", "recall", "F1"):
        table.add_column(name)
    for s in scores:
        rates = map(_rate, (s.precision, s.recall, s.f1))
        table.add_row(s.camera, s.rule, f">= {s.threshold:.2f}", str(s.true), str(s.found), *rates)
    return table


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"
