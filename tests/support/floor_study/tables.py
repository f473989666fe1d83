"""The study's table and file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np

from inference.evaluation.tracks import TrackScore
from tests.support.floor_study.hidden import HiddenPlaces
from tests.support.floor_study.runs import Run
from tests.support.floor_study.scenarios import DURATION_S, SCENARIOS


class Row(msgspec.Struct, frozen=True):
    """All sessions of a scenario by one tracker."""

    scenario: str
    variant: str
    sessions: int
    visits: int
    inside_mean: float
    idf1: float
    """Mean of the sessions."""
    idf1_se: float | None
    """Standard error of that mean."""
    idf1_worst: float
    mota: float
    """All sessions' errors over all their true positions."""
    switches: int
    switches_per_100_visits: float
    missed_share: float
    false_share: float
    """Of the true positions."""
    error_median_m: float
    error_p90_m: float
    """Means of the sessions' medians and p90s."""
    idf1_aim: float | None
    hidden_error_m: float | None = None
    """Mean error of the places that are told of hidden people, and ..."""
    hidden_inside_95: float | None = None
    """... the share of their true places inside the 95 % ellipse."""


class Study(msgspec.Struct, frozen=True):
    """The file that is written."""

    duration_s: float
    rows: tuple[Row, ...]
    runs: tuple[Run, ...]


def study(runs: Sequence[Run], duration_s: float = DURATION_S) -> Study:
    """Rows in the order of scenarios, then of trackers as they were given."""
    variants = list(dict.fromkeys(run.variant for run in runs))
    rows = []
    for scenario in SCENARIOS:
        for variant in variants:
            some = [run for run in runs if (run.scenario, run.variant) == (scenario, variant)]
            if some:
                rows.append(_row(some))
    ordered = sorted(
        runs, key=lambda r: (list(SCENARIOS).index(r.scenario), r.seed, variants.index(r.variant))
    )
    return Study(duration_s, tuple(rows), tuple(ordered))


def _row(some: Sequence[Run]) -> Row:
    scores = [run.score for run in some]
    visits = sum(run.visits for run in some)
    true = sum(s.true for s in scores)
    idf1 = np.array([s.idf1 or 0.0 for s in scores])
    switches, misses, false = (
        sum(counts) for counts in ((s.switches for s in scores), _misses(scores), _false(scores))
    )
    return Row(
        scenario=some[0].scenario,
        variant=some[0].variant,
        sessions=len(some),
        visits=visits,
        inside_mean=float(np.mean([run.inside[0] for run in some])),
        idf1=float(idf1.mean()),
        idf1_se=float(idf1.std(ddof=1) / np.sqrt(len(idf1))) if len(idf1) > 1 else None,
        idf1_worst=float(idf1.min()),
        mota=1.0 - (misses + false + switches) / max(1, true),
        switches=switches,
        switches_per_100_visits=100.0 * switches / max(1, visits),
        missed_share=misses / max(1, true),
        false_share=false / max(1, true),
        error_median_m=_mean(scores, lambda s: s.error_median_m),
        error_p90_m=_mean(scores, lambda s: s.error_p90_m),
        idf1_aim=SCENARIOS[some[0].scenario].idf1_aim if some[0].variant == "ours" else None,
        hidden_error_m=_over_places(some, lambda places: places.error_mean_m),
        hidden_inside_95=_over_places(some, lambda places: places.inside_95),
    )


def _over_places(some: Sequence[Run], of: Callable[[HiddenPlaces], float]) -> float | None:
    """Mean over all places of all sessions."""
    known = [run.hidden for run in some if run.hidden is not None]
    total = sum(places.places for places in known)
    return sum(places.places * of(places) for places in known) / total if total else None


def _misses(scores: Sequence[TrackScore]) -> Iterator[int]:
    return (s.misses for s in scores)


def _false(scores: Sequence[TrackScore]) -> Iterator[int]:
    return (s.false for s in scores)


def _mean(scores: Sequence[TrackScore], of: Callable[[TrackScore], float | None]) -> float:
    known = [value for s in scores if (value := of(s)) is not None]
    return float(np.mean(known)) if known else float("nan")


def markdown(rows: Sequence[Row]) -> Iterator[str]:
    """Lines of the table."""
    yield (
        "| scenario (inside) | tracker | sessions (visits) | IDF1 (worst; aim) | MOTA "
        "| switches per 100 visits | missed / false | error median / p90, m "
        "| hidden: error, m / inside 95 % |"
    )
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|"
    last = ""
    for row in rows:
        name = f"{row.scenario} ({row.inside_mean:.1f})" if row.scenario != last else ""
        last = row.scenario
        doubt = "" if row.idf1_se is None else f" ± {row.idf1_se:.3f}"
        aim = "" if row.idf1_aim is None else f"; {row.idf1_aim:.2f}"
        hidden = (
            "-"
            if row.hidden_error_m is None or row.hidden_inside_95 is None
            else f"{row.hidden_error_m:.2f} / {row.hidden_inside_95:.2f}"
        )
        yield (
            f"| {name} | {row.variant} | {row.sessions} ({row.visits}) "
            f"| {row.idf1:.3f}{doubt} ({row.idf1_worst:.3f}{aim}) | {row.mota:.3f} "
            f"| {row.switches_per_100_visits:.1f} | {row.missed_share:.3f} / {row.false_share:.3f} "
            f"| {row.error_median_m:.3f} / {row.error_p90_m:.3f} | {hidden} |"
        )
