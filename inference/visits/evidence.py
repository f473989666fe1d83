"""The attributions that open visits rest on, cut into parts that say nothing about each other.

Only a return links events: what somebody gives back says what they took before, or what those took who came
in with them; where they cannot have taken it, what anybody took who may have handed it to them. Takes that
nothing given back could concern stand for themselves, however many people may have done them. So the parts
stay small where the people inside do not, and each is enumerated by itself.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from inference.messages import Attribution, Explanation
from inference.visits import settings as s
from inference.visits.carts import Carts, carts_of
from inference.visits.hand_overs import HandOvers
from inference.visits.hypotheses import Choice, Contents, Joint, Key, Option, joint
from inference.visits.state import VisitsState


class Evidence:
    """A view of the state as it is now; make a new one when the state has changed.

    What closed visits settled binds what others are charged, and is no surer for that: with ``doubtful`` it
    counts as what it was when it was settled, for how probable a cart is.
    """

    def __init__(
        self,
        state: VisitsState,
        *,
        doubtful: bool = False,
        trusted: Collection[int] = (),
        only: Collection[int] | None = None,
    ) -> None:
        """``trusted``: whose receipts are not doubted. ``only``: count nobody else's carts."""
        self._state = state
        self._doubtful = doubtful
        self._trusted = trusted
        self._counted = {
            track
            for track, visit in state.visits.items()
            if not visit.staff and (only is None or track in only)
        }
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
        self._doubts: dict[frozenset[int], Evidence] = {}

    def doubts(self, trusted: frozenset[int] = frozenset()) -> Evidence:
        """The same with what closed visits settled only as sure as it was, but for the ``trusted``."""
        if trusted not in self._doubts:
            unsure = any(
                fact.sure < 1.0 and fact.track not in trusted
                for facts in self._state.facts.values()
                for fact in facts
            )
            self._doubts[trusted] = Evidence(self._state, doubtful=True, trusted=trusted) if unsure else self
        return self._doubts[trusted]

    # -- one event -----------------------------------------------------------------------------------

    def _add(self, name: str, attribution: Attribution) -> None:
        options = self._options(attribution, self._likely(attribution))
        if not options:
            return
        self._choices[name] = Choice(attribution, options)
        tracks = {track for option in options for (track, _), _ in option.effect}
        for track in sorted(tracks):
            self._of_track.setdefault(track, []).append(name)

    def _likely(self, attribution: Attribution) -> dict[int, float]:
        """Explanations, by number, with how likely each is given what closed visits have settled."""
        found = {i: e.probability for i, e in enumerate(attribution.explanations) if e.probability > 0}
        for fact in self._state.facts.get(attribution.event.id, ()):
            agree = {i for i in found if attribution.explanations[i].units(fact.track) == fact.units}
            sure = fact.sure if self._doubtful and fact.track not in self._trusted else 1.0
            with_it, all_of_it = sum(found[i] for i in agree), sum(found.values())
            if sure < 1.0 and not 0.0 < with_it < all_of_it:
                continue  # nothing else is known
            found = {
                i: p * (sure / with_it if i in agree else (1.0 - sure) / (all_of_it - with_it))
                for i, p in found.items()
                if i in agree or sure < 1.0
            }
        return found

    def _options(self, attribution: Attribution, likely: Mapping[int, float]) -> tuple[Option, ...]:
        """Explanations with the same effect in one; the improbable ones as if they had none."""
        total = sum(likely.values())
        found: dict[Contents, tuple[int, float]] = {}
        for i, probability in likely.items():
            share = probability / total
            effect = self._effect(attribution.explanations[i]) if share >= s.TOUCH else ()
            index, before = found.get(effect, (i, 0.0))
            found[effect] = (index, before + share)
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
        options = tuple(
            Option(i, p, self._effect(attribution.explanations[i]))
            for i, p in self._likely(attribution).items()
            if i in indices
        )
        if not options:
            return -math.inf
        others = [self._choices[n] for n in self._part_of[name] if n != name]
        beam = _beam(s.BEAM_ASK, s.WORK_ASK, len(others) + 1)
        return joint([*others, Choice(attribution, options)], beam, self._parties).log_mass

    def sure(self, name: str, track: int, units: Mapping[str, int]) -> float:
        """Probability that the event did just this to a track's cart."""
        choice = self._choices.get(name)
        if choice is None:
            return 1.0
        explanations = choice.attribution.explanations
        agree = frozenset(i for i, e in enumerate(explanations) if e.units(track) == units)
        against = self.log_mass(name, frozenset(range(len(explanations))) - agree)
        odds = against - self.log_mass(name, agree)
        return 0.0 if odds > 50.0 else 1.0 / (1.0 + math.exp(odds))

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
