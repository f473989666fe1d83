"""The pipeline over one session: every payment, and what the stages cost."""

from __future__ import annotations

import time
from collections.abc import Mapping

import msgspec
import numpy as np

from inference.messages import (
    ClosedVisit,
    FloorUpdate,
    Observation,
    Result,
    ShelfEvent,
    StaffMark,
    UnexplainedPerson,
    VisitClosed,
    VisitOpened,
)
from inference.pipeline import Pipeline
from inference.recording.truth import TruePath, Truth
from inference.trials.costs import timed_stages
from inference.trials.payments import Payment, payments
from inference.trials.session import Happened
from inference.visits import Verdict

STAFF_NEAR_M = 1.5
"""Whoever comes in this near to where staff come in, then, is marked as staff: they show a badge."""


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a session."""

    payments: tuple[Payment, ...]
    closed: tuple[ClosedVisit, ...] = ()
    floor: tuple[FloorUpdate, ...] = ()
    """Everybody's places, for who else wants to reason about them."""
    events: int = 0
    store_s: float = 0.0
    """Length of the session."""
    pipeline_s: float = 0.0
    """Processor time of its thread."""
    stage_s: dict[str, float] = {}
    """The same, by stage (see :mod:`inference.trials.costs`)."""
    invented: int = 0
    """Visits with something in the cart that were on nobody's card, and not on a person's list either."""


def play(happened: Happened, *, keep_floor: bool = False) -> Played:
    """Run it through the pipeline. Staff show a badge at the gate, as everywhere."""
    verdicts: dict[str, Verdict] = {}
    pipeline = Pipeline(happened.layout, "trial", verdicts.__setitem__)
    closed: list[ClosedVisit] = []
    floor: list[FloorUpdate] = []
    events = 0
    staff = _Badges(happened.truth)
    stage_s = timed_stages(pipeline)
    start = time.thread_time()
    t = 0.0
    for observation in happened.observations:
        t = observation.t
        todo: list[Observation] = [observation]
        while todo:
            results = pipeline.step(todo.pop(0))
            for result in results:
                match result:
                    case VisitOpened() | UnexplainedPerson(over=False):
                        todo += staff.marks(results, result)
                    case VisitClosed():
                        closed.append(result.closed)
                    case ShelfEvent():
                        events += 1
                    case FloorUpdate() if keep_floor:
                        floor.append(result)
                    case _:
                        pass
    closed += [r.closed for r in pipeline.finish(t) if isinstance(r, VisitClosed)]
    spent = time.thread_time() - start
    return Played(
        payments=payments(happened.truth, closed, verdicts, happened.layout.products),
        closed=tuple(closed),
        floor=tuple(floor),
        events=events,
        store_s=happened.observations[-1].t - happened.observations[0].t,
        pipeline_s=spent,
        stage_s=stage_s,
        invented=sum(bool(v.lines) and v.token is None and v.decision == "issue" for v in closed),
    )


class _Badges:
    """Who of those who come in works here."""

    def __init__(self, truth: Truth) -> None:
        at_work = {visit.person for visit in truth.visits if visit.staff}
        self._staff: Mapping[str, TruePath] = {p.person: p for p in truth.paths if p.person in at_work}
        self._shoppers = [p for p in truth.paths if p.person not in at_work]

    def marks(self, results: list[Result], opened: VisitOpened | UnexplainedPerson) -> list[Observation]:
        """The mark of a visit that began, or somebody unexplained, if it is that of somebody at work."""
        place = next(
            (
                started.position
                for result in results
                if isinstance(result, FloorUpdate)
                for started in result.started
                if started.track == opened.track
            ),
            None,
        )
        if place is None:
            return []
        mine = min((self._away(p, opened.t, place) for p in self._staff.values()), default=np.inf)
        others = min((self._away(p, opened.t, place) for p in self._shoppers), default=np.inf)
        return [StaffMark(opened.code, opened.t)] if mine < min(STAFF_NEAR_M, others) else []

    @staticmethod
    def _away(path: TruePath, t: float, place: tuple[float, float]) -> float:
        if not path.t[0] - 1.0 <= t <= path.t[-1]:
            return float("inf")
        x, y = (np.interp(t, path.t, [p[k] for p in path.xy]) for k in (0, 1))
        return float(np.hypot(x - place[0], y - place[1]))
