"""Replayed visits against true visits: receipts exactly right, items right, how often a person was asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.evaluation.problems import EvaluationError
from inference.evaluation.rates import f1, ratio
from inference.evaluation.tracks import GATE_M
from inference.evaluation.trails import Trail, true_trails
from inference.recording.truth import TrueLine, TruePath, TrueVisit

LEAST_OVERLAP = 0.2
"""Two visits that have less than this in common are not the same one."""
SAMPLE_S = 0.5
"""Step at which a track and a path are compared."""


class ReplayedLine(msgspec.Struct, frozen=True):
    """A line of a visit in ``visits.json``; what else stands there is not needed here."""

    sku: str
    quantity: int


class ReplayedVisit(msgspec.Struct, frozen=True):
    """A visit in ``visits.json``; what else stands there is not needed here."""

    visit: str
    track: int
    entered_at: float
    left_at: float | None
    lines: tuple[ReplayedLine, ...]
    decision: Literal["issue", "review", "nothing", "staff"]


class _VisitsFile(msgspec.Struct, frozen=True):
    visits: tuple[ReplayedVisit, ...]


class ItemScore(msgspec.Struct, frozen=True):
    """Units of products, over all visits."""

    true: int
    found: int
    hits: int
    precision: float | None
    recall: float | None
    f1: float | None


class ReceiptScore(msgspec.Struct, frozen=True):
    """What the shop would have charged, against what was taken home."""

    true_visits: int
    """Of shoppers; staff at work are not counted."""
    visits: int
    """Replayed, less those marked as staff."""
    matched: int
    missed: int
    """Shoppers without a replayed visit."""
    invented: int
    """Replayed visits with something in the cart that belong to no shopper."""
    issued: int
    issued_right: int
    """Issued for a shopper, with exactly the true products and quantities."""
    issued_right_share: float | None
    reviews: int
    reviews_per_1000: float | None
    reviews_right: int
    """Reviews whose proposal was exactly right already."""
    nothing: int
    nothing_right: int
    """Visits closed without a receipt of shoppers who took nothing."""
    items: ItemScore
    """Over all visits, as proposed, whether issued or asked about."""


def read_visits(file: Path) -> tuple[ReplayedVisit, ...]:
    """Read ``visits.json``: a list of visits, or an object that has it as ``visits``.

    Raises :class:`EvaluationError` naming the file and the field.
    """
    try:
        data = file.read_bytes()
        if data.lstrip()[:1] == b"[":
            return msgspec.json.decode(data, type=tuple[ReplayedVisit, ...])
        return msgspec.json.decode(data, type=_VisitsFile).visits
    except OSError as error:
        raise EvaluationError(
            f"{file}: cannot be read: {error.strerror}; replay the recording first"
        ) from error
    except msgspec.MsgspecError as error:
        raise EvaluationError(f"{file}: not the visits of a replay: {error}") from error


def score_receipts(
    true: Sequence[TrueVisit],
    visits: Sequence[ReplayedVisit],
    paths: Sequence[TruePath] = (),
    tracks: Mapping[int, Trail] | None = None,
) -> ReceiptScore:
    """Match visits one to one, then compare their lines. Staff are left out on both sides.

    Visits belong together by the time they share, and where both have a trail by the time in which these run
    within a metre of each other.
    """
    shoppers = [visit for visit in true if not visit.staff]
    pairs = match_visits(true, visits, paths, tracks or {})
    staff = {replayed for person, replayed in pairs.items() if true[person].staff}
    counted = [visit for i, visit in enumerate(visits) if visit.decision != "staff" and i not in staff]
    of_visit = {visits[i].visit: true[k] for k, i in pairs.items() if not true[k].staff}
    return _compare(shoppers, counted, of_visit)


def _compare(
    shoppers: Sequence[TrueVisit], visits: Sequence[ReplayedVisit], of_visit: Mapping[str, TrueVisit]
) -> ReceiptScore:
    right = {
        v.visit for v in visits if v.visit in of_visit and _units(v.lines) == _units(of_visit[v.visit].lines)
    }
    by_decision = {
        decision: [v for v in visits if v.decision == decision] for decision in ("issue", "review", "nothing")
    }
    rights = {decision: sum(v.visit in right for v in some) for decision, some in by_decision.items()}
    matched = sum(v.visit in of_visit for v in visits)
    return _scored(
        {
            "true_visits": len(shoppers),
            "visits": len(visits),
            "matched": matched,
            "missed": len(shoppers) - matched,
            "invented": sum(bool(v.lines) and v.visit not in of_visit for v in visits),
            "issued": len(by_decision["issue"]),
            "issued_right": rights["issue"],
            "reviews": len(by_decision["review"]),
            "reviews_right": rights["review"],
            "nothing": len(by_decision["nothing"]),
            "nothing_right": rights["nothing"],
        },
        _score_items(shoppers, visits, of_visit),
    )


COUNTS = (
    "true_visits",
    "visits",
    "matched",
    "missed",
    "invented",
    "issued",
    "issued_right",
    "reviews",
    "reviews_right",
    "nothing",
    "nothing_right",
)
"""What is counted of receipts; the rest of :class:`ReceiptScore` follows from it."""


def _scored(counts: Mapping[str, int], items: ItemScore) -> ReceiptScore:
    per_visit = ratio(counts["reviews"], counts["true_visits"])
    return ReceiptScore(
        **counts,
        issued_right_share=ratio(counts["issued_right"], counts["issued"]),
        reviews_per_1000=None if per_visit is None else 1000 * per_visit,
        items=items,
    )


def add_receipt_scores(scores: Sequence[ReceiptScore]) -> ReceiptScore:
    """Counts of several recordings added up, and the rates of the sums."""
    items = [score.items for score in scores]
    return _scored(
        {name: sum(getattr(score, name) for score in scores) for name in COUNTS},
        _item_score(sum(i.true for i in items), sum(i.found for i in items), sum(i.hits for i in items)),
    )


def _score_items(
    shoppers: Sequence[TrueVisit], visits: Sequence[ReplayedVisit], of_visit: Mapping[str, TrueVisit]
) -> ItemScore:
    true = sum(sum(_units(visit.lines).values()) for visit in shoppers)
    found = sum(sum(_units(visit.lines).values()) for visit in visits)
    hits = sum(
        (_units(v.lines) & _units(of_visit[v.visit].lines)).total() for v in visits if v.visit in of_visit
    )
    return _item_score(true, found, hits)


def _item_score(true: int, found: int, hits: int) -> ItemScore:
    precision, recall = ratio(hits, found), ratio(hits, true)
    return ItemScore(true, found, hits, precision, recall, f1(precision, recall))


def _units(lines: Sequence[ReplayedLine] | Sequence[TrueLine]) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in lines:
        units[line.sku] += line.quantity
    return +units


def match_visits(
    true: Sequence[TrueVisit],
    visits: Sequence[ReplayedVisit],
    paths: Sequence[TruePath],
    tracks: Mapping[int, Trail],
) -> dict[int, int]:
    """Index of the true visit -> index of the replayed one, so that they have most in common in sum."""
    if not true or not visits:
        return {}
    trails: dict[str, list[Trail]] = {}
    for person, trail in true_trails(paths):
        trails.setdefault(person, []).append(trail)
    end = _end_of_all(true, visits)
    common = np.array(
        [[_in_common(t, v, trails.get(t.person, []), tracks.get(v.track), end) for v in visits] for t in true]
    )
    rows, columns = linear_sum_assignment(-common)
    return {int(r): int(c) for r, c in zip(rows, columns, strict=True) if common[r, c] >= LEAST_OVERLAP}


def _end_of_all(true: Sequence[TrueVisit], visits: Sequence[ReplayedVisit]) -> float:
    """When somebody who never left was surely still there."""
    spans = [(v.entered_at, v.left_at) for v in true] + [(v.entered_at, v.left_at) for v in visits]
    return max(t for span in spans for t in span if t is not None)


def _in_common(
    true: TrueVisit, visit: ReplayedVisit, paths: Sequence[Trail], track: Trail | None, end: float
) -> float:
    """Share of the time of either visit that both have, 0..1; in the same place where that is known."""
    first = max(true.entered_at, visit.entered_at)
    last = min(end if true.left_at is None else true.left_at, end if visit.left_at is None else visit.left_at)
    if last <= first:
        return 0.0
    begin = min(true.entered_at, visit.entered_at)
    over = max(end if true.left_at is None else true.left_at, end if visit.left_at is None else visit.left_at)
    shared = (last - first) / (over - begin)
    if not paths or track is None:
        return shared
    return shared * _together(paths, track, np.arange(first, last, SAMPLE_S))


def _together(paths: Sequence[Trail], track: Trail, times: NDArray[np.float64]) -> float:
    """Share of these times at which the track is within the gate of the person, where both are known."""
    here = track.at(times)
    apart = np.min([_apart(path.at(times), here) for path in paths], axis=0)
    known = np.isfinite(apart)
    return float((apart[known] <= GATE_M).mean()) if known.any() else 0.0


def _apart(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    distance = np.hypot(*(a - b).T)
    return np.asarray(np.nan_to_num(distance, nan=math.inf))
