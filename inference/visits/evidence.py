"""The attributions that open visits rest on, cut into parts that say nothing about each other.

Only a return links events: what somebody gives back says what they took before, or what those took who came
in with them; where they cannot have taken it, what anybody took who may have handed it to them. Takes that
nothing given back could concern stand for themselves, however many people may have done them. So the parts
stay small where the people inside do not, and each is enumerated by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from inference.messages import Attribution, Explanation
from inference.visits import settings as s
from inference.visits.carts import Carts, carts_of
from inference.visits.hand_overs import HandOvers
from inference.visits.hypotheses import Choice, Contents, Joint, Key, Option, joint
from inference.visits.state import VisitsState


class Evidence:
    """A view of the state as it is now; make a new one when the state has changed."""

    def __init__(self, state: VisitsState) -> None:
        self._state = state
        self._counted = {track for track, visit in state.visits.items() if not visit.staff}
        self._parties = {
            track: visit.token
            for track, visit in state.visits.items()
            if visit.token is not None and visit.people > 1
        }
        self._choices: dict[str, Choice] = {}
        self._of_track: dict[int, list[str]] = {}
        self._hand_overs = HandOvers(state)
        for name, attribution in state.attributions.items():
            self._add(name, self._hand_overs.explained(attribution))
        self._part_of = self._parts()
        self._joints: dict[str, Joint] = {}

    # -- one event -----------------------------------------------------------------------------------

    def _add(self, name: str, attribution: Attribution) -> None:
        options = self._options(attribution, self._allowed(attribution))
        if not options:
            return
        self._choices[name] = Choice(attribution, options)
        tracks = {track for option in options for (track, _), _ in option.effect}
        for track in sorted(tracks):
            self._of_track.setdefault(track, []).append(name)

    def _allowed(self, attribution: Attribution) -> list[int]:
        """Explanations that agree with what closed visits have settled."""
        facts = self._state.facts.get(attribution.event.id, ())
        return [
            i
            for i, e in enumerate(attribution.explanations)
            if e.probability > 0 and all(e.units(fact.track) == fact.units for fact in facts)
        ]

    def _options(self, attribution: Attribution, indices: list[int]) -> tuple[Option, ...]:
        """Explanations with the same effect in one; the improbable ones as if they had none."""
        total = sum(attribution.explanations[i].probability for i in indices)
        found: dict[Contents, tuple[int, float]] = {}
        for i in indices:
            explanation = attribution.explanations[i]
            share = explanation.probability / total
            effect = self._effect(explanation) if share >= s.TOUCH else ()
            index, probability = found.get(effect, (i, 0.0))
            found[effect] = (index, probability + share)
        return tuple(Option(index, p, effect) for effect, (index, p) in found.items())

    def _effect(self, explanation: Explanation) -> Contents:
        return tuple(
            sorted(
                ((track, sku), units)
                for track in explanation.tracks()
                if track in self._counted
                for sku, units in explanation.units(track).items()
                if units
            )
        )

    def share(self, name: str, track: int) -> float:
        """Probability that this track had a hand in the event, given what is settled."""
        choice = self._choices.get(name)
        if choice is None:
            return 0.0
        return sum(o.probability for o in choice.options if any(who == track for (who, _), _ in o.effect))

    def events_of(self, track: int) -> list[str]:
        """Events that this track may have had a hand in."""
        return self._of_track.get(track, [])

    def moments_of(self, name: str) -> tuple[str, ...]:
        """Hands that met since the event, through which its goods may have become another's."""
        attribution = self._state.attributions.get(name)
        return () if attribution is None else self._hand_overs.moments(attribution)

    # -- parts ---------------------------------------------------------------------------------------

    def _parts(self) -> dict[str, tuple[str, ...]]:
        """For each event, all that hang together with it; itself included."""
        events: dict[Key, list[str]] = {}
        returned: set[Key] = set()
        taken: set[Key] = set()
        for name, choice in self._choices.items():
            for key, units in dict.fromkeys(item for o in choice.options for item in o.effect):
                some = events.setdefault(key, [])
                if not some or some[-1] != name:
                    some.append(name)
                (returned if units < 0 else taken).add(key)
        part_of: dict[str, tuple[str, ...]] = {name: (name,) for name in self._choices}
        for key in sorted(returned):
            linked = [*events[key], *(name for other in self._givers(key, taken) for name in events[other])]
            whole = tuple(dict.fromkeys(n for name in linked for n in part_of[name]))
            for name in whole:
                part_of[name] = whole
        return part_of

    def _givers(self, key: Key, taken: set[Key]) -> list[Key]:
        """Whoever may have handed on what was given back: company, and anybody if it was never taken."""
        (track, sku), party = key, self._parties.get(key[0])
        return sorted(
            other
            for other in taken
            if other[1] == sku
            and other[0] != track
            and (key not in taken or (party is not None and self._parties.get(other[0]) == party))
        )

    def _joint(self, name: str) -> Joint:
        """What the part of this event says, worked out once."""
        part = self._part_of[name]
        first = min(part)
        if first not in self._joints:
            self._joints[first] = joint(
                [self._choices[n] for n in part], _beam(s.BEAM, s.WORK, len(part)), self._parties
            )
        return self._joints[first]

    def joints_of(self, track: int) -> list[Joint]:
        """The parts that say something of this track's cart."""
        firsts = dict.fromkeys(min(self._part_of[name]) for name in self.events_of(track))
        return [self._joint(first) for first in firsts]

    def company_of(self, name: str) -> list[int]:
        """Open visits whose carts an event may change, directly or through what hangs together with it."""
        found = {
            track
            for n in self._part_of.get(name, ())
            for option in self._choices[n].options
            for (track, _), _ in option.effect
        }
        return sorted(found)

    # -- carts ---------------------------------------------------------------------------------------

    def carts(self, track: int, company: Sequence[int] = ()) -> Carts:
        """What one track may hold; with ``company``, what they may hold together of all that concerns it."""
        return carts_of((track, *company), self.joints_of(track))

    def expected(self, track: int) -> dict[str, float]:
        """Expected count of each product in one cart."""
        held: dict[str, float] = {}
        for part in self.joints_of(track):
            for hypothesis in part.hypotheses:
                for sku, count in hypothesis.cart_of((track,)).items():
                    held[sku] = held.get(sku, 0.0) + hypothesis.probability * count
        return held

    def log_mass(self, name: str, indices: frozenset[int]) -> float:
        """How well everything fits if the event has one of these explanations; -inf where it cannot."""
        choice = self._choices.get(name)
        if choice is None:
            return -math.inf
        attribution = choice.attribution
        allowed = [i for i in self._allowed(attribution) if i in indices]
        if not allowed:
            return -math.inf
        options = tuple(
            Option(i, attribution.explanations[i].probability, self._effect(attribution.explanations[i]))
            for i in allowed
        )
        others = [self._choices[n] for n in self._part_of[name] if n != name]
        beam = _beam(s.BEAM_ASK, s.WORK_ASK, len(others) + 1)
        return joint([*others, Choice(attribution, options)], beam, self._parties).log_mass

    def shared_with_others_inside(self, track: int) -> bool:
        """True: an event of this visit may be that of somebody who has not left."""
        for name in self.events_of(track):
            if self.share(name, track) < s.SHARED:
                continue
            for other in self.company_of(name):
                visit = self._state.visits.get(other)
                if other == track or visit is None or visit.left_at is not None:
                    continue
                if any(self.share(n, other) >= s.SHARED for n in self._part_of[name]):
                    return True
        return False


def _beam(most: int, work: int, events: int) -> int:
    """So many hypotheses for a part of so many events: a step must stay short in any crowd."""
    return max(s.LEAST_BEAM, min(most, work // events))
