"""Shoppers who stood at a scale while it said nothing: what they took there only pictures can tell.

While it lasts it is noted when a hand was most likely in the scale's slots. It is told of when it is over,
or sooner where the pictures of that moment would be forgotten (:class:`SilentStay`). Where the scale has not
come back when the visit closes, a person is asked what was taken there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from inference.messages import (
    Attribution,
    Explanation,
    Felt,
    Hand,
    ItemMove,
    Outage,
    Person,
    Question,
    ShelfEvent,
    SilentStay,
)
from inference.messages.results import SILENT, Doubt, silent_id
from inference.visits import settings as s
from inference.visits.met import Matrix, fused
from inference.visits.presence import reach_of
from inference.visits.question_words import Wording
from inference.visits.state import Stay, Visit, VisitsState
from store_layout.model import Slot, StoreLayout

LEAST = 0.05
"""Sights less likely than this are of no hand."""
FAR = 3.0**2
"""Hands farther than this from all slots along one axis, in variances, are in none."""
OUTAGE: Doubt = "outage"
"""The doubt of events on a scale that was silent meanwhile."""


class SilentScales:
    """Watches who stands at silent scales; what it remembers is in the visits' state."""

    def __init__(self, layout: StoreLayout) -> None:
        self._slots = {scale: slots for scale, slots in layout.slots_of_scale.items() if slots}
        self._scales = {scale: _Scale(slots) for scale, slots in self._slots.items()}

    def note(self, state: VisitsState, t: float, people: Iterable[Person]) -> list[SilentStay]:
        """Take in where everybody is at ``t``, with the hands that the state holds; what is over is told."""
        silent = sorted(_silent(state.outages) & self._slots.keys())
        if not silent or t - state.silent_at < s.SILENT_STEP_S:
            return []
        state.silent_at = t
        told: list[SilentStay] = []
        for person in people:
            visit = state.visits.get(person.track)
            if visit is None or visit.staff:
                continue
            reach, near = reach_of(person), {}
            for scale in silent:
                gap = self._scales[scale].gap(person)
                if gap <= reach:
                    near[scale] = gap
            hands = _fused(state.hands.get(person.track, ()), t) if near else []
            for scale, gap in near.items():
                self._stand(visit, scale, person, gap, hands)
        for visit in state.visits.values():
            for scale, stay in list(visit.stays.items()):
                if visit.left_at is not None or t - stay.last > s.NEAR_JOIN_S:
                    told += self._over(visit, scale)
                elif not stay.told and t - _best(stay) >= s.SILENT_TOLD_S:
                    told += self._tell(visit, scale, stay)
                    if not stay.told:  # they walk up and down
                        visit.stays[scale] = Stay(stay.last, stay.last, near_t=t)
        return told

    def outage(self, state: VisitsState, outage: Outage, known: bool) -> list[SilentStay]:
        """A scale was found to be silent, or is back: ``state.outages`` says so by now.

        ``known``: it was told of before.
        """
        if outage.kind != "scale" or outage.device not in self._slots:
            return []
        scale = outage.device
        if outage.over:
            if scale in _silent(state.outages):
                return []
            return [told for visit in state.visits.values() for told in self._over(visit, scale)]
        if not known:
            for visit in state.visits.values():
                if not visit.staff and scale not in visit.stays:
                    _look_back(visit, scale, outage)
        return []

    def over(self, visit: Visit) -> list[SilentStay]:
        """A visit is about to be closed: so are its stays."""
        return [told for scale in list(visit.stays) for told in self._over(visit, scale)]

    def _stand(self, visit: Visit, scale: str, person: Person, gap: float, hands: Sequence[_Fused]) -> None:
        """They are within reach of it now."""
        t, stay = person.t, visit.stays.get(scale)
        if person.hidden:  # behind somebody: nothing is known of what they do
            visit.hidden_at[scale] = t
            if stay is not None:
                stay.last = t
            return
        hand, hand_t, slot = self._scales[scale].hand_in(hands)
        if stay is None or (stay.told and hand >= s.SILENT_HAND):
            stay = visit.stays[scale] = Stay(begin=t, last=t)
        if math.hypot(*person.velocity) <= s.SILENT_MPS:
            stay.stood_s += min(t - stay.last, s.NEAR_STEP_S)
        stay.last = t
        if hand > stay.hand:
            stay.hand, stay.hand_t, stay.slot = hand, hand_t, slot
        if gap < stay.near_m - s.SILENT_NEARER_M:
            stay.near_m, stay.near_t = gap, t

    def _over(self, visit: Visit, scale: str) -> list[SilentStay]:
        stay = visit.stays.pop(scale, None)
        return [] if stay is None or stay.told else self._tell(visit, scale, stay)

    def _tell(self, visit: Visit, scale: str, stay: Stay) -> list[SilentStay]:
        """Unless they only walked past, or the scale is there no more."""
        slots = self._slots.get(scale)
        handled = stay.hand >= s.SILENT_HAND
        if visit.staff or slots is None or not (handled or stay.stood_s >= s.SILENT_STOOD_S):
            return []
        stay.told = True
        name = silent_id(scale, stay.begin, visit.track)
        if any(known.id == name for known in visit.silent):  # of another track that was theirs too
            return []
        told = SilentStay(
            id=name,
            t=_best(stay),
            begin=stay.begin,
            end=stay.last,
            track=visit.track,
            scale=scale,
            fixture=slots[0].fixture,
            slot=stay.slot if handled else "",
        )
        visit.silent = [*visit.silent[1 - s.SILENT_KEPT :], told]
        return [told]


def _silent(outages: Iterable[Outage]) -> set[str]:
    """Scales that say nothing now."""
    return {outage.device for outage in outages if outage.kind == "scale" and not outage.over}


def _look_back(visit: Visit, scale: str, outage: Outage) -> None:
    """It is noticed late: they may have stood there since. How they stood, and their hands, is forgotten."""
    for came, end in visit.near.get(scale, []):
        begin = max(came, outage.since)
        if begin <= end:
            stood = max(0.0, end - begin - s.SILENT_PASSED_S)
            visit.stays[scale] = Stay(begin, end, stood, near_m=s.NEAR_M, near_t=(begin + end) / 2)


def _best(stay: Stay) -> float:
    """The moment that shows best what was done."""
    return stay.hand_t if stay.hand >= s.SILENT_HAND else stay.near_t


# -- where people and hands are ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Fused:
    """One of somebody's hands, as all sights of it put it."""

    t: float
    mean: Matrix
    """Metres, shape (3,)."""
    spread: Matrix
    """Covariance, shape (3, 3), m2."""
    score: float
    """How likely one of the sights is of it."""


class _Scale:
    """A scale as a place: each slot's box stands for a Gaussian with one standard deviation to its sides."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        self._slots = [slot.id for slot in slots]
        self._x, self._y = (
            (min(slot.low[i] for slot in slots), max(slot.high[i] for slot in slots)) for i in (0, 1)
        )
        self._centres = np.array([slot.centre for slot in slots])
        halves = np.array([np.subtract(slot.high, slot.low) for slot in slots]) / 2
        self._sides = halves**2 + s.SILENT_WRIST_M**2
        self._boxes = self._sides[:, :, None] * np.eye(3)
        self._volumes = np.linalg.det(self._boxes)

    def gap(self, person: Person) -> float:
        """Metres on the floor from somebody to the scale."""
        x, y = person.position
        (left, right), (near, far) = self._x, self._y
        return math.hypot(max(left - x, x - right, 0.0), max(near - y, y - far, 0.0))

    def hand_in(self, hands: Sequence[_Fused]) -> tuple[float, float, str]:
        """How likely one of somebody's hands is in a slot, when, and in which. About 0 to 1.

        The Gaussians of box and hand convolved, in units of what a hand in the box's middle that is known
        exactly would give.
        """
        best = (0.0, 0.0, "")
        for hand in hands:
            off = hand.mean - self._centres
            if not (off**2 <= FAR * (self._sides + np.diagonal(hand.spread))).all(axis=1).any():
                continue  # most are: what follows is dear
            both = self._boxes + hand.spread
            shares = np.sqrt(self._volumes / np.linalg.det(both))
            away = (off * np.linalg.solve(both, off[:, :, None])[:, :, 0]).sum(axis=1)
            likely = hand.score * shares * np.exp(-0.5 * away)
            n = int(np.argmax(likely))
            if likely[n] > best[0]:
                best = (float(likely[n]), hand.t, self._slots[n])
        return best


def _fused(hands: Sequence[Hand], t: float) -> list[_Fused]:
    """Where each hand of somebody is, by what was seen of it in the last moments."""
    found = []
    for side in ("left", "right"):
        seen = [
            hand
            for hand in hands
            if hand.side == side and t - hand.t <= s.MET_WITHIN_S and hand.score * hand.side_score >= LEAST
        ]
        if seen:
            mean, information = fused(seen)
            score = max(hand.score * hand.side_score for hand in seen)
            at = sum(hand.t for hand in seen) / len(seen)
            found.append(_Fused(at, mean, np.asarray(np.linalg.inv(information), np.float64), score))
    return found


# -- what is asked -------------------------------------------------------------------------------------


def with_stays(
    questions: Iterable[Question], attributions: Mapping[str, Attribution], visit: Visit
) -> tuple[Question, ...]:
    """Questions about what was taken from scales before they came back, with the stays that show it.

    When the hand was in, such an event does not say.
    """
    found = []
    for question in questions:
        about = attributions.get(question.event)
        stays = () if about is None else _stays_at(visit, about.event)
        whole = msgspec.structs.replace(question, moments=(*stays, *question.moments))
        found.append(whole if stays else question)
    return tuple(found)


def _stays_at(visit: Visit, event: ShelfEvent) -> tuple[str, ...]:
    if OUTAGE not in event.doubts:
        return ()
    scales = {change.scale for change in event.changes}
    return tuple(
        stay.id
        for stay in visit.silent
        if stay.scale in scales and stay.begin <= event.t_end and event.t_start <= stay.end
    )


def questions_at_silent_scales(
    state: VisitsState, visit: Visit, layout: StoreLayout, words: Wording
) -> tuple[Question, ...]:
    """What was taken at scales that have not come back, if anything: where a hand was seen first.

    Of those who only walked past nothing is asked. How likely each answer is nobody knows: probability 0.
    """
    silent = [o for o in state.outages if o.kind == "scale" and not o.over]
    stays = [
        stay for stay in visit.silent if any(o.device == stay.scale and o.since <= stay.end for o in silent)
    ]
    stays.sort(key=lambda stay: (not stay.slot, stay.begin - stay.end, -stay.begin))
    return tuple(_question(stay, visit.track, layout, words) for stay in stays[: s.SILENT_ASKED])


def _question(stay: SilentStay, track: int, layout: StoreLayout, words: Wording) -> Question:
    moves = _goods(stay, layout)
    if len(moves) == 1:
        moves += [msgspec.structs.replace(moves[0], count=2)]
    nothing, not_sold = Explanation(0.0, None), Explanation(0.0, track)
    taken = [Explanation(0.0, track, (move,)) for move in moves]
    prices = [layout.products[move.sku].price for move in moves]
    return Question(
        event=stay.id,
        text=words.silent(stay.scale, stay.fixture, track),
        alternatives=(nothing, *taken, not_sold)[: s.ALTERNATIVES],
        at_stake=max([1, *prices[:1]]),
        felt=Felt(stay.fixture, stay.t, 0.0, 0.0, (SILENT,)),
    )


def _goods(stay: SilentStay, layout: StoreLayout) -> list[ItemMove]:
    """One of each product that lies on the scale: of the slot where the hand was first, then by facings."""
    slots = {slot.id for slot in layout.slots_of_scale.get(stay.scale, ())}
    facings = [f for f in layout.planogram if f.slot in slots and f.sku in layout.products]
    facings.sort(key=lambda f: (f.slot != stay.slot, -f.facings))
    found: dict[str, ItemMove] = {}
    for facing in facings:
        found.setdefault(facing.sku, ItemMove(facing.sku, 1, facing.slot))
    return list(found.values())
