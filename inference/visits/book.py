"""Opens, follows and closes visits."""

from __future__ import annotations

import math
from collections.abc import Mapping

from inference.messages import (
    Alarm,
    Attribution,
    Cart,
    CartChanged,
    FloorUpdate,
    GateSignal,
    Outage,
    Result,
    StaffMark,
    TrackEnded,
    TrackStarted,
    VisitClosed,
    VisitOpened,
)
from inference.visits import settings as s
from inference.visits.closing import Closing, cart_lines
from inference.visits.codes import code_for, visit_id
from inference.visits.evidence import Evidence
from inference.visits.presence import Presence
from inference.visits.state import Visit, VisitsState, Waiting
from store_layout.model import StoreLayout

STAFF_HOLDS = 6.0
"""Staff may put anything on a shelf, so many at a time."""


class VisitBook:
    """The visits of one store, from entry to the last word on what was taken.

    A visit closes ``GRACE_S`` after its exit, unless an event may as well be that of somebody still inside;
    then it waits, at most ``rules.wait_for_shared_s``. Visits that share events are decided by one joint
    posterior, and what an issued receipt settles about an event binds the others: no event is charged twice.
    """

    def __init__(self, layout: StoreLayout, salt: str = "") -> None:
        self._layout = layout
        self._salt = salt
        self._presence = Presence(layout)
        self._closing = Closing(layout, self._presence)
        self._anything = {p.sku: STAFF_HOLDS for p in layout.catalog}
        self._holdings: dict[int, dict[str, float]] | None = None
        self._state = VisitsState()

    @property
    def state(self) -> VisitsState:
        """All that the book remembers; may be set to go on from a checkpoint."""
        return self._state

    @state.setter
    def state(self, state: VisitsState) -> None:
        self._state = state
        self._holdings = None

    # -- people --------------------------------------------------------------------------------------

    def floor(self, update: FloorUpdate) -> list[Result]:
        """People came, moved or went."""
        self._state.now = max(self._state.now, update.t)
        results: list[Result] = []
        if update.started:
            self._holdings = None
        for started in update.started:
            results += self._open(started)
        for person in update.people:
            visit = self._state.visits.get(person.track)
            if visit is not None:
                self._presence.note(visit, person)
        for ended in update.ended:
            self._left(ended)
        return results

    def _open(self, started: TrackStarted) -> list[Result]:
        state = self._state
        if started.track in state.visits or started.track in state.gone:
            return []
        cause = visit_id(self._layout.file.store.id, started.gate, started.t, 0)
        ordinal = state.ordinals.get(cause, 0)
        state.ordinals[cause] = ordinal + 1
        name = visit_id(self._layout.file.store.id, started.gate, started.t, ordinal)
        code = code_for(self._salt, name, {v.code for v in state.visits.values()})
        visit = Visit(visit=name, code=code, track=started.track, entered_at=started.t, gate_in=started.gate)
        state.visits[started.track] = visit
        for waiting in state.waiting:
            if waiting.people > 0 and self._belongs(waiting.signal, visit):
                self._join(visit, waiting)
                break
        return [VisitOpened(name, code, started.track, started.t, started.gate)]

    def _left(self, ended: TrackEnded) -> None:
        visit = self._state.visits.get(ended.track)
        if visit is None or visit.left_at is not None:
            return
        visit.left_at, visit.gate_out = ended.t, ended.gate
        visit.given_up = ended.gate is None
        self._state.due = min(self._state.due, ended.t + s.GRACE_S)

    def gate(self, signal: GateSignal) -> list[Result]:
        """Somebody was let in or out. Token and number of people go to the visits that begin there."""
        if signal.kind != "entry":
            return []
        state = self._state
        waiting = Waiting(signal, signal.people)
        for visit in sorted(state.visits.values(), key=lambda v: abs(v.entered_at - signal.t)):
            if waiting.people > 0 and self._belongs(signal, visit):
                self._join(visit, waiting)
        state.waiting = [w for w in state.waiting if w.people > 0 and signal.t - w.signal.t <= s.JOIN_S]
        if waiting.people > 0:
            state.waiting.append(waiting)
        return []

    @staticmethod
    def _belongs(signal: GateSignal, visit: Visit) -> bool:
        near = abs(visit.entered_at - signal.t) <= s.JOIN_S
        return near and visit.gate_in == signal.gate and not visit.joined

    @staticmethod
    def _join(visit: Visit, waiting: Waiting) -> None:
        visit.joined, visit.token, visit.people = True, waiting.signal.token, waiting.signal.people
        waiting.people -= 1

    def staff(self, mark: StaffMark) -> list[Result]:
        """An operator says who works here; their events are charged to nobody."""
        for visit in self._state.visits.values():
            if visit.code == mark.code and visit.staff is not mark.staff:
                visit.staff = mark.staff
                self._holdings = None
                return self._show(Evidence(self._state).group_of(visit.track), None, None)
        return []

    def outage(self, outage: Outage) -> list[Result]:
        """A device was silent: remembered for the visits that it touches."""
        state = self._state
        state.outages = [
            o
            for o in state.outages
            if (o.device, o.kind, o.since) != (outage.device, outage.kind, outage.since)
        ]
        state.outages.append(outage)
        return []

    # -- events --------------------------------------------------------------------------------------

    def attributed(self, attribution: Attribution) -> list[Result]:
        """An event was explained, or explained anew."""
        state = self._state
        alarms = [] if attribution.event.id in state.attributions else self._unattributed(attribution)
        state.attributions[attribution.event.id] = attribution
        self._holdings = None
        if any(v.left_at is not None for v in state.visits.values()):
            state.due = min(state.due, state.now)
        touched = sorted(
            {
                e.track
                for e in attribution.explanations
                if e.track is not None and e.track in state.visits and e.probability >= s.TOUCH
            }
        )
        evidence = Evidence(state)
        group = sorted({member for track in touched for member in evidence.group_of(track)})
        return [*alarms, *self._show(group, attribution.event.id, attribution.event.t_settled)]

    def _unattributed(self, attribution: Attribution) -> list[Alarm]:
        """Goods moved, most probably, and nobody was followed there: nobody will be charged."""
        unseen = [e for e in attribution.explanations if e.track is None and e.moves]
        if sum(e.probability for e in unseen) <= 0.5:
            return []
        event, move = attribution.event, unseen[0].moves[0]
        product = self._layout.products.get(move.sku)
        fixture = self._layout.fixtures.get(event.fixture)
        name = product.name if product is not None else move.sku
        where = fixture.name if fixture is not None else event.fixture
        done = "was taken from" if move.count > 0 else "was put back at"
        text = f"{abs(move.count)} x {name} {done} {where}, and nobody was seen to do it."
        return [Alarm(t=event.t_settled, kind="unattributed", about=event.fixture, text=text)]

    def _show(self, group: list[int], event: str | None, t_settled: float | None) -> list[Result]:
        """The carts of a group that look different now."""
        if not group:
            return []
        carts = Evidence(self._state).carts(group, s.BEAM_OPEN)
        now = max(self._state.now, t_settled or 0.0)
        results: list[Result] = []
        for track in group:
            visit = self._state.visits[track]
            best = carts.best_with(track, carts.carts(track)[0][0])
            lines = () if visit.staff else cart_lines(carts, best, track)
            if lines != visit.lines:
                visit.lines = lines
                cart = Cart(visit.visit, visit.code, track, now, lines)
                results.append(CartChanged(cart, event, t_settled))
        return results

    def holdings(self) -> Mapping[int, Mapping[str, float]]:
        """Expected count of each product that each open visit may give back."""
        if self._holdings is None:
            self._holdings = self._count()
        return self._holdings

    def _count(self) -> dict[int, dict[str, float]]:
        evidence = Evidence(self._state)
        found: dict[int, dict[str, float]] = {}
        for track, visit in self._state.visits.items():
            if track in found:
                continue
            group = evidence.group_of(track)
            carts = evidence.carts(group, s.BEAM_OPEN)
            for member in group:
                held: dict[str, float] = found.setdefault(member, {})
                for cart, probability in carts.carts(member):
                    for sku, count in cart.items():
                        held[sku] = held.get(sku, 0.0) + probability * count
            if visit.staff:
                found[track] = self._anything
        return found

    # -- time ----------------------------------------------------------------------------------------

    def tick(self, t: float) -> list[Result]:
        """Time has come to ``t``: close what has fallen due."""
        state = self._state
        state.now = max(state.now, t)
        if t < state.due:
            return []
        evidence = Evidence(state)
        results: list[Result] = []
        for visit in list(state.visits.values()):
            if self._may_close(visit, evidence, t):
                results.append(self._close(visit, t))
        self._forget(t)
        state.due = self._next(t)
        return results

    def _may_close(self, visit: Visit, evidence: Evidence, t: float) -> bool:
        if visit.left_at is None or t < visit.left_at + s.GRACE_S:
            return False
        if t >= visit.left_at + self._layout.file.rules.wait_for_shared_s:
            return True
        return not evidence.shared_with_others_inside(visit.track)

    def _close(self, visit: Visit, t: float) -> VisitClosed:
        closed = self._closing.close(self._state, visit, t)
        del self._state.visits[visit.track]
        self._state.gone[visit.track] = t
        self._holdings = None
        return VisitClosed(closed)

    def _next(self, t: float) -> float:
        """When something falls due next, if nothing else happens."""
        due = math.inf
        for visit in self._state.visits.values():
            if visit.left_at is not None:
                grace = visit.left_at + s.GRACE_S
                due = min(due, grace if grace > t else t + s.RECHECK_S)
        return min(due, t + s.LATE_S)

    def _forget(self, t: float) -> None:
        """Drop what no open visit can need any more."""
        state = self._state
        first = min((v.entered_at for v in state.visits.values()), default=t)
        horizon = min(first, t - s.LATE_S)
        state.gone = {track: at for track, at in state.gone.items() if at >= horizon}
        open_tracks = state.visits.keys()
        state.attributions = {
            name: a
            for name, a in state.attributions.items()
            if a.event.t_settled >= t - s.LATE_S or any(e.track in open_tracks for e in a.explanations)
        }
        state.facts = {name: facts for name, facts in state.facts.items() if name in state.attributions}
        state.outages = [o for o in state.outages if not o.over or o.t >= horizon]
        state.waiting = [w for w in state.waiting if t - w.signal.t <= s.JOIN_S]
        state.ordinals = {
            name: n
            for name, n in state.ordinals.items()
            if int(name.rsplit(":", 2)[1]) / 1000 >= t - s.LATE_S
        }

    def finish(self, t: float) -> list[Result]:
        """The store closes: so do all visits, whoever has not left included."""
        self._state.now = max(self._state.now, t)
        return [self._close(visit, t) for visit in list(self._state.visits.values())]
