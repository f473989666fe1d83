"""What may have changed hands where strangers' hands met: what one took may be in the other's cart since.

Within a party it makes no difference. Between strangers nobody can tell what went on but by looking: each
thing that either held may have gone to the other, and a person has to look at both visits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from inference.messages import Attribution, Explanation
from inference.messages.said import Words, said
from inference.visits import settings as s
from inference.visits.state import Met, Visit, VisitsState


@dataclass(frozen=True, slots=True)
class _Meeting:
    """Somebody who may have handed something on, to whom, and when at the latest."""

    id: str
    t: float
    receiver: int
    chance: float
    """Of each thing's having changed hands."""


class HandOvers:
    """All that may have changed hands, as the state is now."""

    def __init__(self, state: VisitsState) -> None:
        self._state = state
        self._held: dict[tuple[int, float], dict[str, float]] = {}
        self._from: dict[int, dict[str, _Meeting]] = {}
        for visit in state.visits.values():
            for met in visit.met:
                if _stranger(state, visit, met) is not None:
                    self._note(visit.track, met)

    def _note(self, track: int, met: Met) -> None:
        """Either may have given, the other got."""
        held = sum(sum(self._held_by(each, met.t).values()) for each in (track, met.track))
        chance = s.MET_HANDED / max(1.0, held)
        for giver, receiver in ((track, met.track), (met.track, track)):
            self._from.setdefault(giver, {})[met.id] = _Meeting(met.id, met.t, receiver, chance)

    def _held_by(self, track: int, t: float) -> dict[str, float]:
        if (track, t) not in self._held:
            self._held[track, t] = kept_by(self._state, track, t)
        return self._held[track, t]

    def explained(self, attribution: Attribution) -> Attribution:
        """An event with what may have become of the goods since: the very same where nothing may have."""
        if not any(self._of(attribution, explanation) for explanation in attribution.explanations):
            return attribution
        found: list[Explanation] = []
        for explanation in attribution.explanations:
            stays = explanation.probability
            for meeting in self._of(attribution, explanation):
                ways = list(_handed(explanation, meeting.receiver))
                share = explanation.probability * meeting.chance / len(ways)
                found += [msgspec.structs.replace(way, probability=share) for way in ways]
                stays -= share * len(ways)
            found.append(msgspec.structs.replace(explanation, probability=max(0.0, stays)))
        found.sort(key=lambda e: -e.probability)
        return msgspec.structs.replace(attribution, explanations=tuple(found))

    def moments(self, attribution: Attribution) -> tuple[str, ...]:
        """Ids of the meetings at which goods of this event may have changed hands, the last first."""
        found = {m.id: m.t for e in attribution.explanations for m in self._of(attribution, e)}
        return tuple(sorted(found, key=lambda name: (-found[name], name)))

    def _of(self, attribution: Attribution, explanation: Explanation) -> list[_Meeting]:
        """The meetings at which its goods may have changed hands: they were taken before, by one hand."""
        giver = explanation.track
        if giver is None or giver not in self._from or explanation.handed is True or not explanation.moves:
            return []
        if any(move.count <= 0 or move.track is not None for move in explanation.moves):
            return []
        skus = {move.sku for move in explanation.moves}
        return [
            meeting
            for meeting in self._from[giver].values()
            if attribution.event.t_peak < meeting.t
            and all(self._held_by(giver, meeting.t).get(sku, 0.0) >= s.MET_HELD for sku in skus)
        ]


def _handed(explanation: Explanation, receiver: int) -> Iterator[Explanation]:
    """Ways in which some of what one hand took was handed on: all of a product, or one unit of it."""
    for i, move in enumerate(explanation.moves):
        before, after = explanation.moves[:i], explanation.moves[i + 1 :]
        theirs = msgspec.structs.replace(move, track=receiver)
        yield Explanation(0.0, explanation.track, (*before, theirs, *after), handed=True)
        if move.count > 1:
            mine = msgspec.structs.replace(move, count=move.count - 1)
            one = msgspec.structs.replace(theirs, count=1)
            yield Explanation(0.0, explanation.track, (*before, mine, one, *after), handed=True)


def changed_hands(state: VisitsState, visit: Visit) -> list[Words]:
    """What is to be said of strangers' hands that met this shopper's while one of them held goods."""
    codes = []
    for met in visit.met:
        code = _stranger(state, visit, met)
        if code is not None and any(kept_by(state, track, met.t) for track in (visit.track, met.track)):
            codes.append(code)
    return [
        said(
            "The shopper's hands met those of {code}, away from the shelves: goods may have changed hands.",
            code=code,
        )
        for code in dict.fromkeys(codes)
    ]


def _stranger(state: VisitsState, visit: Visit, met: Met) -> str | None:
    """The other's code; None of staff, of one party, who pay together, and of two who had no hand free."""
    if not met.inferred and any(_reaches_in(state, track, met.t) for track in (visit.track, met.track)):
        return None
    other = state.visits.get(met.track)
    known = state.gone.get(met.track) if other is None else other
    if known is None or visit.staff or (other is not None and other.staff):
        return None
    return None if known.token is not None and known.token == visit.token else known.code


def _reaches_in(state: VisitsState, track: int, t: float) -> bool:
    """Whether they took something off a shelf just then, or put it there: there hands come near others'."""
    moved = (
        sum(e.probability for e in a.explanations if e.moves and track in e.doers())
        for a in state.attributions.values()
        if abs(a.event.t_peak - t) <= s.MET_BUSY_S
    )
    return any(likely >= s.MET_BUSY for likely in moved)


def kept_by(state: VisitsState, track: int, t: float) -> dict[str, float]:
    """Sku -> units that they held then, by what scales felt, and were not seen to put back later.

    Of whoever has left too, whose events :class:`Evidence` no longer counts.
    """
    then: dict[str, float] = {}
    now: dict[str, float] = {}
    for attribution in state.attributions.values():
        for explanation in attribution.explanations:
            for sku, units in explanation.units(track).items():
                now[sku] = now.get(sku, 0.0) + explanation.probability * units
                if attribution.event.t_peak <= t:
                    then[sku] = then.get(sku, 0.0) + explanation.probability * units
    kept = {sku: min(units, now[sku]) for sku, units in then.items()}
    return {sku: units for sku, units in kept.items() if units >= s.MET_HELD}
