"""Who gives whom what: goods that one takes and another carries out, or puts back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
import numpy as np

from inference.simulation.plans import Errand, Plan

Kind = Literal["handed", "handed_back", "handed_stranger", "handed_stranger_back"]
"""Within a party or to a stranger; who gets it keeps it, or puts it back."""

ERRAND_S = 8.0
"""About how long somebody is busy with one errand."""


class Chances(msgspec.Struct, frozen=True, kw_only=True):
    """How often goods change hands: shares."""

    in_party: float
    """Of parties of two: one of them takes something, and the other gets it."""
    to_stranger: float
    """Of two single shoppers who come one after the other."""
    back: float
    """Of what is handed on: who gets it puts one back."""
    elsewhere: float
    """Of that: into a wrong slot."""
    asked_for: float
    """Within a party: they stand before the shelf together when it is taken; else who took it goes to the
    other, or the other comes. Strangers always stand there together."""
    within_s: float
    """Strangers come in no farther apart."""


class HandOvers:
    """Puts hand-overs among what people have set out to do; each has one at most."""

    def __init__(self, chances: Chances, elsewhere: Callable[[str], str], rng: np.random.Generator) -> None:
        """``elsewhere``: another slot than this."""
        self._chances, self._elsewhere, self._rng = chances, elsewhere, rng

    def among(self, plans: tuple[Plan, ...]) -> tuple[Plan, ...]:
        """The same people, some of whom now meet. People of one party are next to each other."""
        found = list(plans)
        met = -1
        for i in range(len(found) - 1):
            mine, other = found[i], found[i + 1]
            together = mine.group is not None and mine.group == other.group
            strangers = mine.group is None and other.group is None and not (mine.staff or other.staff)
            chance = self._chances.in_party if together else self._chances.to_stranger if strangers else 0.0
            if i == met or self._rng.random() >= chance:
                continue
            turned = self._rng.random() < 0.5
            giver, receiver = (other, mine) if turned else (mine, other)
            changed = self._in_party(giver, receiver) if together else self._to_stranger(giver, receiver)
            if changed is not None:
                found[i], found[i + 1] = changed[::-1] if turned else changed
                met = i + 1
        return tuple(found)

    def _in_party(self, giver: Plan, receiver: Plan) -> tuple[Plan, Plan] | None:
        n = self._take(giver)
        if n is None:
            return None
        take = giver.errands[n]
        k = min(n, len(receiver.errands))
        if self._rng.random() < self._chances.asked_for:
            return self._at_the_shelf(giver, n, receiver, k, "handed")
        place = take.slot
        if k > 0 and self._rng.random() < 0.5:
            place = receiver.errands[k - 1].slot
        kind, count, after = self._afterwards(take, "handed")
        give = _with(giver, n + 1, (_give(take, place, count, receiver),), kind)
        return give, _with(receiver, k, (_receive(take, place, count, giver), *after), kind)

    def _to_stranger(self, giver: Plan, receiver: Plan) -> tuple[Plan, Plan] | None:
        n = self._take(giver)
        late = receiver.arrive_s - giver.arrive_s
        timed = any(errand.at is not None for plan in (giver, receiver) for errand in plan.errands)
        if n is None or timed or abs(late) > self._chances.within_s:
            return None
        # Whoever came first is busy until the other is there.
        busy = int(abs(late) // ERRAND_S)
        at = min(busy, len(giver.errands) - 1) if late > 0 else 0
        take = giver.errands[n]
        others = [errand for i, errand in enumerate(giver.errands) if i != n]
        moved = msgspec.structs.replace(giver, errands=(*others[:at], take, *others[at:]))
        k = min(busy, len(receiver.errands)) if late < 0 else 0
        return self._at_the_shelf(moved, at, receiver, k, "handed_stranger")

    def _at_the_shelf(
        self, giver: Plan, n: int, receiver: Plan, k: int, which: Literal["handed", "handed_stranger"]
    ) -> tuple[Plan, Plan]:
        """Both stand before it; one takes what the other gets."""
        take = giver.errands[n]
        kind, count, after = self._afterwards(take, which)
        quick = msgspec.structs.replace(take, wait_s=float(self._rng.uniform(0.3, 1.5)))
        meet = Errand(act="meet", slot=take.slot, other=receiver.person)
        errands = (*giver.errands[:n], meet, quick, _give(take, take.slot, count, receiver))
        mine = msgspec.structs.replace(giver, errands=(*errands, *giver.errands[n + 1 :]))
        met = Errand(act="meet", slot=take.slot, other=giver.person)
        got = (met, _receive(take, take.slot, count, giver), *after)
        return _with(mine, 0, (), kind), _with(receiver, k, got, kind)

    def _afterwards(
        self, take: Errand, which: Literal["handed", "handed_stranger"]
    ) -> tuple[Kind, int, tuple[Errand, ...]]:
        """What becomes of it: which kind of hand-over, how many units, and the putting back."""
        if self._rng.random() >= self._chances.back:
            return which, take.count, ()
        wrong = self._rng.random() < self._chances.elsewhere
        slot = self._elsewhere(take.slot) if wrong else take.slot
        back = Errand(act="put_back", slot=slot, sku=take.sku)
        return ("handed_back" if which == "handed" else "handed_stranger_back"), 1, (back,)

    def _take(self, giver: Plan) -> int | None:
        """One of the takes of which nothing goes back anyway; None: there is none."""
        back = {errand.sku for errand in giver.errands if errand.act == "put_back"}
        takes = [
            n
            for n, errand in enumerate(giver.errands)
            if errand.act == "take"
            and errand.at is None
            and errand.sku is not None
            and errand.sku not in back
        ]
        return int(self._rng.choice(takes)) if takes else None


def _give(take: Errand, place: str, count: int, receiver: Plan) -> Errand:
    return Errand(act="give", slot=place, sku=take.sku, count=count, other=receiver.person)


def _receive(take: Errand, place: str, count: int, giver: Plan) -> Errand:
    return Errand(act="receive", slot=place, sku=take.sku, count=count, other=giver.person)


def _with(plan: Plan, at: int, more: tuple[Errand, ...], kind: Kind) -> Plan:
    """The plan with these errands before number ``at``, and what makes it tricky."""
    return msgspec.structs.replace(
        plan,
        errands=(*plan.errands[:at], *more, *plan.errands[at:]),
        tricky=tuple(dict.fromkeys((*plan.tricky, kind))),
    )
