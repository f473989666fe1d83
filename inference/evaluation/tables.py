"""Reports as tables for a person at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Group
from rich.table import Table

from inference.evaluation.calibration import EllipseScore
from inference.evaluation.detections import BoxScore
from inference.evaluation.receipts import ReceiptScore
from inference.evaluation.report import Evaluations, Report, labels_of
from inference.evaluation.tracks import TrackScore

Score = TypeVar("Score")


def render(report: Report) -> Group:
    """One recording."""
    parts: list[Table | str] = [f"Recording {report.recording}"]
    if report.receipts is not None:
        parts.append(_table("Receipts", _receipt_rows(report.receipts)))
    if report.tracks is not None:
        parts.append(_table("Tracks on the floor", _track_rows(report.tracks)))
    if report.detections:
        parts.append(_detection_table(report.detections))
    parts += [f"Left out: {problem}" for problem in report.problems]
    return Group(*parts)


def render_all(evaluations: Evaluations) -> Group:
    """Several recordings: a row for each, and the total."""
    labels = labels_of(evaluations.recordings)
    reports = [*zip(labels, evaluations.recordings, strict=True), ("total", evaluations.total)]
    parts: list[Table | str] = []
    if evaluations.total.receipts is not None:
        parts.append(_rows("Receipts", RECEIPTS, [(name, r.receipts) for name, r in reports]))
    if evaluations.total.tracks is not None:
        tracks = [(name, r.tracks) for name, r in reports]
        parts.append(_rows("Tracks on the floor", TRACKS, tracks))
        parts.append(_rows("Places, and how sure they were", PLACES, tracks))
    if evaluations.total.detections:
        parts.append(_detection_table(evaluations.total.detections, "Detections, all recordings"))
    parts += [f"Left out: {problem}" for problem in evaluations.total.problems]
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
    yield "steps", str(score.steps) + ("" if score.period_s is None else f" x {score.period_s:.3f} s")
    yield "people / tracks", f"{score.people} / {score.tracks}"
    yield "MOTA", _rate(score.mota)
    yield "IDF1", _rate(score.idf1)
    if (hota := score.hota) is not None:
        yield "HOTA", _rate(hota.hota)
        yield "DetA / AssA / LocA", " / ".join(map(_rate, (hota.deta, hota.assa, hota.loca)))
    yield "identity switches", str(score.switches)
    yield "identity swaps (per 100 visits)", f"{score.swaps} ({_rate(score.swaps_per_100_visits, 1)})"
    yield "misses / false, of", f"{score.misses} / {score.false}, {score.true}"
    errors = (score.error_median_m, score.error_p90_m, score.error_mean_m)
    yield "position error median / p90 / mean, m", " / ".join(map(_rate, errors))
    if (calibration := score.calibration) is None:
        yield "calibration", "not in a replay's files"
        return
    yield "truths in the 50 / 90 / 95 % ellipse, seen", _inside(calibration.seen)
    yield "mean NEES, seen (2 is right)", _rate(calibration.seen.mean_nees, 2)
    yield "truths in the 50 / 90 / 95 % ellipse, hidden", _inside(calibration.hidden)
    yield "mean NEES, hidden", _rate(calibration.hidden.mean_nees, 2)
    identity = calibration.identity
    yield "identity promised / kept", f"{_share(identity.promised)} / {_share(identity.kept)}"


def _inside(score: EllipseScore) -> str:
    return " / ".join(map(_share, (score.inside_50, score.inside_90, score.inside_95)))


def _receipt_cells(score: ReceiptScore) -> Iterator[str]:
    yield f"{score.true_visits} / {score.visits}"
    yield f"{score.missed} / {score.invented}"
    yield f"{score.issued} / {score.issued_right}"
    yield f"{score.reviews} / {score.reviews_right}"
    yield f"{score.nothing} / {score.nothing_right}"
    yield _rate(score.items.f1)


def _track_cells(score: TrackScore) -> Iterator[str]:
    yield f"{score.people} / {score.tracks}"
    yield _rate(score.mota)
    yield _rate(score.idf1)
    hota = score.hota
    yield from ("-",) * 3 if hota is None else map(_rate, (hota.hota, hota.deta, hota.assa))
    yield str(score.switches)
    yield str(score.swaps)
    yield _rate(score.swaps_per_100_visits, 1)


def _place_cells(score: TrackScore) -> Iterator[str]:
    yield from map(_rate, (score.error_median_m, score.error_p90_m, score.error_mean_m))
    if (calibration := score.calibration) is None:
        yield from ("-",) * 8
        return
    seen, hidden, identity = calibration.seen, calibration.hidden, calibration.identity
    yield from map(_share, (seen.inside_50, seen.inside_90, seen.inside_95))
    yield _rate(seen.mean_nees, 2)
    yield _share(hidden.inside_95)
    yield _rate(hidden.mean_nees, 2)
    yield from map(_share, (identity.promised, identity.kept))


Columns = tuple[tuple[str, ...], Callable[[Score], Iterable[str]]]
"""Headings, and the cells under them."""
RECEIPTS: Columns[ReceiptScore] = (
    ("visits true / replayed", "missed / invented", "issued / right", "reviews / right", "nothing / right",
     "item F1"),
    _receipt_cells,
)  # fmt: skip
TRACKS: Columns[TrackScore] = (
    ("people / tracks", "MOTA", "IDF1", "HOTA", "DetA", "AssA", "switches", "swaps", "per 100 visits"),
    _track_cells,
)
PLACES: Columns[TrackScore] = (
    ("error median, m", "p90, m", "mean, m", "in 50 %", "in 90 %", "in 95 %", "NEES", "hidden in 95 %",
     "hidden NEES", "identity promised", "kept"),
    _place_cells,
)  # fmt: skip


def _rows(title: str, columns: Columns[Score], scores: Sequence[tuple[str, Score | None]]) -> Table:
    """A row for each recording, the last is the total; dashes where the truth says nothing."""
    headings, cells = columns
    table = Table(title=title, title_justify="left")
    table.add_column("recording", overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right")
    for i, (name, score) in enumerate(scores):
        if i == len(scores) - 1:
            table.add_section()
        table.add_row(name, *(("-",) * len(headings) if score is None else cells(score)))
    return table


def _detection_table(scores: Iterable[BoxScore], title: str = "Detections") -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("camera", "ignore rule", "score", "true", "found", "precision", "recall", "F1"):
        table.add_column(name)
    for s in scores:
        rates = map(_rate, (s.precision, s.recall, s.f1))
        table.add_row(s.camera, s.rule, f">= {s.threshold:.2f}", str(s.true), str(s.found), *rates)
    return table


def _rate(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _share(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{100 * value:.{digits}f} %"
