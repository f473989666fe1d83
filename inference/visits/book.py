"""Opens, follows and closes visits."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from inference.messages import (
    Attribution,
    Cart,
    CartChanged,
    FloorUpdate,
    GateSignal,
    HandsMet,
    LineMark,
    Outage,
    Result,
    SameShopper,
    ShopperMark,
    StaffMark,
    TrackEnded,
    TrackJoined,
    TrackStarted,
    UnexplainedPerson,
    VisitClosed,
    VisitOpened,
)
from inference.messages.said import Said, said
from inference.visits import by_hand, unexplained
from inference.visits import settings as s
from inference.visits.closing import Closing, OnVerdict
from inference.visits.codes import code_for, visit_id
from inference.visits.entries import Doors, free_place, match_entries
from inference.visits.evidence import Evidence
from inference.visits.forgetting import forget_old
from inference.visits.met import Hands, remember
from inference.visits.path import note_place
from inference.visits.presence import Presence
from inference.visits.silent_scales import SilentScales
from inference.visits.state import Gone, Visit, VisitsState, Waiting
from inference.visits.unattributed import unattributed
from store_layout.model import StoreLayout

STAFF_HOLDS = 6.0
"""Staff may put anything on a shelf, so many at a time."""


class VisitBook:
    """The visits of one store, from entry to the last word on what was taken.

    A visit closes ``GRACE_S`` after its exit, unless a person would have to be asked about an event that may
    as well be that of somebody still inside, or a scale within reach is silent; then it waits, at most
    ``rules.wait_for_shared_s``: what they give back may answer it, and a scale that comes back tells what was
    taken meanwhile. What an issued receipt settles about an event binds the others: nothing is charged twice.
    """

    def __init__(self, layout: StoreLayout, salt: str = "", on_verdict: OnVerdict | None = None) -> None:
        self._layout = layout
        self._salt = salt
        self._presence = Presence(layout)
        self._doors = Doors(layout)
        self._hands = Hands(layout)
        self._silent = SilentScales(layout)
        self._closing = Closing(layout, self._presence, on_verdict)
        self._anything = {p.sku: STAFF_HOLDS for p in layout.catalog}
        self._holdings: dict[int, dict[str, float]] | None = None
        self._evidence: Evidence | None = None
        self._state = VisitsState()

    @property
    def state(self) -> VisitsState:
        """All that the book remembers; may be set to go on from a checkpoint."""
        return self._state

    @state.setter
    def state(self, state: VisitsState) -> None:
        self._state = state
        self._changed()

    def _changed(self) -> None:
        """What was derived from the state no longer holds."""
        self._holdings = None
        self._evidence = None

    def _seen(self) -> Evidence:
        if self._evidence is None:
            self._evidence = Evidence(self._state)
        return self._evidence

    # -- people --------------------------------------------------------------------------------------

    def floor(self, update: FloorUpdate) -> list[Result]:
        """People came, moved or went."""
        self._state.now = max(self._state.now, update.t)
        results: list[Result] = []
        if update.started:
            self._changed()
        for started in update.started:
            results += self._open(started)
        for joined in update.joined:
            results += self._found_again(joined)
        for person in update.people:
            visit = self._state.visits.get(person.track)
            if visit is not None:
                self._presence.note(visit, person)
                note_place(visit, person)
        results += self._met(self._hands.note(self._state, update.t, update.people))
        results += self._silent.note(self._state, update.t, update.people)
        for ended in update.ended:
            self._left(ended)
        return results

    def met(self, seen: HandsMet) -> list[Result]:
        """One was seen to hold what the other had taken: their hands must have met."""
        if any(track not in self._state.visits for track in seen.tracks):
            return []
        return self._met(remember(self._state, seen.t, seen.tracks, seen.at, inferred=True))

    def _met(self, met: list[HandsMet]) -> list[Result]:
        if not met:
            return []
        self._changed()
        tracks = {track for each in met for track in each.tracks}
        return [*met, *self._show(sorted(tracks), None, None)]

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
        visit.came_at = self._doors.came_at(started)
        visit.unexplained = started.unexplained and self._layout.file.rules.unexplained_visits is not True
        state.visits[started.track] = visit
        if visit.unexplained:
            return [UnexplainedPerson(code, started.track, started.t)]
        if visit.gate_in is not None:
            match_entries(state, visit.gate_in, started.t)
        return [VisitOpened(name, code, started.track, started.t, started.gate)]

    def _found_again(self, joined: TrackJoined) -> list[Result]:
        """Somebody whom no gate explained was one of those who came in: what they took is that one's."""
        kept, other = self._state.visits.get(joined.kept), self._state.visits.get(joined.other)
        if kept is None or other is None:
            return []
        note = said("The floor found this to be the same shopper as {code}", code=kept.code)
        return self._one_of_two(kept, other, note)

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
        state.waiting = [w for w in state.waiting if signal.t - w.signal.t <= s.SIGNALS_KEPT_S]
        state.waiting.append(Waiting(signal))
        if signal.token is not None and signal.gate not in state.carded:
            state.carded.append(signal.gate)
        match_entries(state, signal.gate, signal.t)
        return []

    def staff(self, mark: StaffMark) -> list[Result]:
        """An operator says who works here; their events are charged to nobody."""
        for visit in self._state.visits.values():
            if visit.code == mark.code and visit.staff is not mark.staff:
                visit.staff = mark.staff
                touched = self._seen().events_of(visit.track)
                self._changed()
                touched = [*touched, *self._seen().events_of(visit.track)]
                company = {track for name in touched for track in self._seen().company_of(name)}
                return self._show(sorted(company | {visit.track}), None, None)
        return []

    def same(self, mark: SameShopper) -> list[Result]:
        """An operator says that two open visits are one person: one of them ends, with nothing in it."""
        pair = self.pair_of(mark)
        if pair is None:
            return []
        kept, other = (self._state.visits[track] for track in pair)
        note = said("An operator said that this is the same shopper as {code}", code=kept.code)
        return self._one_of_two(kept, other, note)

    def pair_of(self, mark: SameShopper) -> tuple[int, int] | None:
        """Tracks of the two that are one, the one that goes on first: a visit, rather than who has none.

        None where there are no such two.
        """
        kept, other = self._called(mark.code), self._called(mark.other)
        if kept is None or other is None or kept is other:
            return None
        if kept.unexplained and not other.unexplained:
            kept, other = other, kept
        return kept.track, other.track

    def _one_of_two(self, kept: Visit, other: Visit, note: Said) -> list[Result]:
        """``other`` goes up in ``kept``; if it was a visit, it is closed with nothing in it."""
        tracks = list(self._state.visits)
        freed = other.signal if kept.signal is not None else None
        by_hand.join(self._state, kept, other)
        other.signal, other.token, other.people = None, None, 1
        self._changed()
        if other.unexplained:
            ended: Result = self._forget_unexplained(other, self._state.now)
        else:
            closed = msgspec.structs.replace(
                self._close(other, self._state.now).closed,
                decision="nothing",
                lines=(),
                questions=(),
                notes=(note,),
                probability=1.0,
            )
            ended = VisitClosed(closed)
        if freed is not None:  # somebody else came in on that place of the card
            free_place(self._state, freed, self._state.now)
        return [*self._show([track for track in tracks if track in self._state.visits], None, None), ended]

    def shopper(self, mark: ShopperMark) -> list[Result]:
        """An operator says that somebody whom no gate explains is a shopper: a visit, with what they took."""
        visit = self._called(mark.code)
        if visit is None or not visit.unexplained:
            return []
        opened = unexplained.make_shopper(visit, self._state.now)
        self._changed()
        return [*opened, *self._show([visit.track], None, None)]

    def line(self, mark: LineMark) -> list[Result]:
        """An operator says how many of a product an open visit has taken."""
        visit = self._called(mark.code)
        if visit is None or visit.staff or visit.unexplained:
            return []
        by_hand.say(self._state, visit, mark)
        self._changed()
        return self._show(list(self._state.visits), None, None)

    def track_of(self, code: str) -> int | None:
        """Who goes by the code of an open visit."""
        visit = self._called(code)
        return None if visit is None else visit.track

    def unexplained_track(self, code: str) -> int | None:
        """Whoever no gate explains and who goes by this code."""
        visit = self._called(code)
        return visit.track if visit is not None and visit.unexplained else None

    def _called(self, code: str) -> Visit | None:
        return next((visit for visit in self._state.visits.values() if visit.code == code), None)

    def outage(self, outage: Outage) -> list[Result]:
        """A device was silent: remembered for the visits that it touches."""
        state = self._state
        others = [
            o
            for o in state.outages
            if (o.device, o.kind, o.since) != (outage.device, outage.kind, outage.since)
        ]
        known = len(others) < len(state.outages)
        state.outages = [*others, outage]
        return [*self._silent.outage(state, outage, known)]

    # -- events --------------------------------------------------------------------------------------

    def knows(self, event: str) -> bool:
        """True: this event was explained before, and somebody it may concern is inside."""
        return event in self._state.attributions

    def attributed(self, attribution: Attribution) -> list[Result]:
        """An event was explained, or explained anew."""
        state = self._state
        if state.same:
            attribution = by_hand.renamed(attribution, state.same)
        alarms = [] if attribution.event.id in state.attributions else unattributed(attribution, self._layout)
        before = self._seen().company_of(attribution.event.id)
        state.attributions[attribution.event.id] = attribution
        self._changed()
        if any(v.left_at is not None for v in state.visits.values()):
            state.due = min(state.due, state.now)
        group = sorted({*before, *self._seen().company_of(attribution.event.id)})
        return [*alarms, *self._show(group, attribution.event.id, attribution.event.t_settled)]

    def _show(self, group: list[int], event: str | None, t_settled: float | None) -> list[Result]:
        """The carts of a group that look different now."""
        if not group:
            return []
        evidence = self._seen()
        now = max(self._state.now, t_settled or 0.0)
        results: list[Result] = []
        for track in group:
            visit = self._state.visits[track]
            carts = evidence.carts(track)
            lines = () if visit.staff else carts.lines()
            if lines != visit.lines:
                visit.lines = lines
                if visit.unexplained:
                    continue
                cart = Cart(visit.visit, visit.code, track, now, lines)
                results.append(CartChanged(cart, event, t_settled))
        return results

    def holdings(self) -> Mapping[int, Mapping[str, float]]:
        """Expected count of each product that each open visit may give back."""
        if self._holdings is None:
            self._holdings = self._count()
        return self._holdings

    def _count(self) -> dict[int, dict[str, float]]:
        evidence = self._seen()
        held = {
            track: self._anything if visit.staff else evidence.expected(track)
            for track, visit in self._state.visits.items()
        }
        parties: dict[str, list[int]] = {}
        for track, visit in self._state.visits.items():
            if visit.token is not None and visit.people > 1 and not visit.staff:
                parties.setdefault(visit.token, []).append(track)
        for party in parties.values():  # what one of them took another may give back
            together: dict[str, float] = {}
            for track in party:
                for sku, count in held[track].items():
                    together[sku] = together.get(sku, 0.0) + count
            held |= {track: dict(together) for track in party}
        return held | {earlier: held[now] for earlier, now in self._state.same.items() if now in held}

    # -- time ----------------------------------------------------------------------------------------

    def tick(self, t: float) -> list[Result]:
        """Time has come to ``t``: close what has fallen due."""
        state = self._state
        state.now = max(state.now, t)
        if t < state.due:
            return []
        results: list[Result] = []
        for visit in list(state.visits.values()):
            if self._may_close(visit, t):
                # one at a time: many leaving together must not make one long step
                results += self._gone(visit, t)
                break
        if forget_old(state, t):
            self._changed()
        state.due = t if results else self._next(t)
        return results

    def _may_close(self, visit: Visit, t: float) -> bool:
        if visit.left_at is None or t < visit.left_at + s.GRACE_S:
            return False
        if t >= visit.left_at + self._layout.file.rules.wait_for_shared_s:
            return True
        if self._presence.awaits_a_scale(visit, self._state.outages, t):
            return False
        evidence = self._seen()
        if not evidence.shared_with_others_inside(visit.track):
            return True
        return self._closing.is_clear(self._state, visit, evidence, t)

    def _gone(self, visit: Visit, t: float) -> list[Result]:
        """Somebody's time is over: a visit is closed; of who has none staff are told what they took."""
        if not visit.unexplained:
            return [*self._silent.over(visit), self._close(visit, t)]
        alarm = unexplained.took_away(visit, self._layout.products, t)
        ended = self._forget_unexplained(visit, t)
        if alarm is None:
            return [ended]
        self._state.strangers.append(visit.entered_at)
        return [alarm, ended]

    def _forget_unexplained(self, visit: Visit, t: float) -> UnexplainedPerson:
        ended = unexplained.forget(self._state, visit, t)
        self._changed()
        return ended

    def _close(self, visit: Visit, t: float) -> VisitClosed:
        closed = self._closing.close(self._state, visit, self._seen(), t)
        del self._state.visits[visit.track]
        for waiting in self._state.waiting:
            waiting.closed += waiting.signal == visit.signal
        self._state.gone[visit.track] = Gone(t, visit.code, visit.token)
        self._changed()
        return VisitClosed(closed)

    def _next(self, t: float) -> float:
        """When something falls due next, if nothing else happens."""
        due = math.inf
        for visit in self._state.visits.values():
            if visit.left_at is not None:
                grace = visit.left_at + s.GRACE_S
                due = min(due, grace if grace > t else t + s.RECHECK_S)
        return min(due, t + s.LATE_S)

    def finish(self, t: float) -> list[Result]:
        """The store closes: so do all visits, whoever has not left included."""
        self._state.now = max(self._state.now, t)
        return [result for visit in list(self._state.visits.values()) for result in self._gone(visit, t)]
