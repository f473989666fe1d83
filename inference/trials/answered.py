"""Questions answered with the truth: what a person who saw it all would say, and what that settles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
import numpy as np

from inference.learning.cases import Rest, Settled, settled_events
from inference.learning.scales import resting_sd
from inference.messages import ClosedVisit, Explanation, Felt, Question, WeightReading
from inference.recording.truth import TrueMove
from inference.trials.payments import token_of
from inference.trials.session import Happened

SAME_MOMENT_S = 1.6
"""A move belongs to the event whose hand was in so near to it."""
SILENT_AROUND_S = 6.0
"""Of a stay at a silent scale pictures of so long before and after its best moment are shown."""
REST_READINGS = 40
"""A stretch of rest has so many."""
UNTOUCHED_S = 3.0
"""A scale is at rest this long before and after anything happens on it."""

Meaning = Counter[tuple[str, str]]
"""Card and sku to units: who of a party took something is no matter."""


def settled_by_truth(happened: Happened, closed: Sequence[ClosedVisit], name: str) -> tuple[Settled, ...]:
    """What all visits of a session settle. ``name`` goes before the events' ids: sessions have the same ones.

    Where none of the alternatives is the truth, the person says what was taken, and the events stay
    unsettled.
    """
    truth = _Truth(happened, closed)
    found: list[Settled] = []
    for visit in closed:
        if visit.decision == "review":
            asked = {question.event: truth.answer(question) for question in visit.questions}
            if not visit.questions or None in asked.values():
                continue
            found += settled_events(visit, {event: e for event, e in asked.items() if e is not None})
        elif visit.decision == "issue":
            found += settled_events(visit, {})
    return tuple(msgspec.structs.replace(event, event=f"{name} {event.event}") for event in found)


def rests(happened: Happened) -> tuple[Rest, ...]:
    """Stretches in which nothing happened on each scale."""
    of_scale: dict[str, list[WeightReading]] = {}
    for seen in happened.observations:
        if isinstance(seen, WeightReading):
            of_scale.setdefault(seen.scale, []).append(seen)
    slots = happened.layout.slots
    busy: dict[str, list[float]] = {}
    start = happened.started_at
    for move in happened.truth.moves:
        busy.setdefault(slots[move.slot].scale or "", []).append(move.t)
    for touch in happened.stage.shelves.touches:
        busy.setdefault(slots[touch.slot].scale or "", []).append(start + touch.t)
    found = []
    for scale, readings in of_scale.items():
        times = np.array([r.t for r in readings])
        grams = np.array([r.grams for r in readings])
        near = np.zeros(len(times), bool)
        for t in busy.get(scale, ()):
            near |= np.abs(times - t) < UNTOUCHED_S
        for first in range(0, len(times) - REST_READINGS + 1, REST_READINGS):
            part = slice(first, first + REST_READINGS)
            if not near[part].any():
                found.append(Rest(scale, float(times[first]), REST_READINGS, resting_sd(grams[part])))
    return tuple(found)


class _Truth:
    """Who truly moved what when an event was."""

    def __init__(self, happened: Happened, closed: Iterable[ClosedVisit]) -> None:
        self._moves = happened.truth.moves
        self._handed = happened.truth.handed or ()
        slots = happened.layout.slots
        self._scale: Mapping[str, str | None] = {slot: about.scale for slot, about in slots.items()}
        groups = {v.person: v.group for v in happened.truth.visits}
        self._card = {person: token_of(person, group) for person, group in groups.items()}
        self._token = {visit.track: visit.token or "" for visit in closed}

    def answer(self, question: Question) -> Explanation | None:
        """The alternative that is true; None: none of them is."""
        felt = question.felt
        if felt is None:
            return None
        true = self._true(felt, question)
        return next((e for e in question.alternatives if self._meaning(e) == true), None)

    def _true(self, felt: Felt, question: Question) -> Meaning:
        """Moves at this fixture at that moment, on the scales that the alternatives speak of."""
        scales = {self._scale.get(m.slot) for e in question.alternatives for m in e.moves}
        if felt.silent:
            return self._taken_unfelt(felt, question, scales)
        near = [
            move
            for move in self._moves
            if abs(move.t - felt.t) <= SAME_MOMENT_S
            and self._scale[move.slot] in scales
            and move.count * felt.delta_g < 0
        ]
        found: Meaning = Counter()
        for move in near:
            found[self._card[move.person], move.sku] += move.count
            if question.moments:
                self._hand_on(found, move)
        return found

    def _taken_unfelt(self, felt: Felt, question: Question, scales: Collection[str | None]) -> Meaning:
        """What the shopper whom it asks about took and gave back there, as the pictures show it."""
        cards = {self._token.get(track, "") for e in question.alternatives for track in e.tracks()}
        found: Meaning = Counter()
        for move in self._moves:
            card = self._card[move.person]
            near = abs(move.t - felt.t) <= SILENT_AROUND_S and self._scale[move.slot] in scales
            if near and card in cards:
                found[card, move.sku] += move.count
        return Counter({what: count for what, count in found.items() if count})

    def _hand_on(self, found: Meaning, move: TrueMove) -> None:
        """What was given to somebody else later is theirs."""
        for handed in self._handed:
            if (handed.giver, handed.sku) == (move.person, move.sku) and handed.t > move.t:
                units = min(handed.count, max(0, move.count))
                found[self._card[handed.giver], move.sku] -= units
                found[self._card[handed.receiver], move.sku] += units
                return

    def _meaning(self, explanation: Explanation) -> Meaning:
        found: Meaning = Counter()
        for move in explanation.moves:
            track = explanation.mover(move)
            found["" if track is None else self._token.get(track, ""), move.sku] += move.count
        return found
