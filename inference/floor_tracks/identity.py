"""Who is who after people met: how likely two were exchanged, and honest beliefs ever after.

Each track has a belief: for every person that came in, the probability that this is them. An exchange of
``a`` and ``b`` with probability ``q`` mixes the two beliefs, so nobody's probability is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log

from inference.floor_tracks.appearance import Compared
from inference.floor_tracks.nearness import Close
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import Encounter, Track
from inference.messages import Appearance

Belief = dict[int, float]


def mixed(a: Belief, b: Belief, q: float, kept: float) -> Belief:
    """``(1 - q) a + q b``, less what is smaller than ``kept``."""
    numbers = list(dict.fromkeys([*a, *b]))
    values = {n: (1.0 - q) * a.get(n, 0.0) + q * b.get(n, 0.0) for n in numbers}
    return {n: p for n, p in values.items() if p >= kept}


def follow_encounters(
    encounters: list[Encounter], people: Sequence[Track], close: Iterable[Close], t: float, s: Settings
) -> None:
    """Open encounters for people who are close, and let those that last mix.

    ``close``: who stands close to whom, by index; whoever comes after ``people`` is passed over.
    The rate of exchange falls with distance in units of the positions' own error: two people seen well
    apart are not confused.
    """
    here = {p.number: p for p in people} if encounters else {}
    open_now = set()
    for met in encounters:
        open_now.add((met.a, met.b))
        if met.a in here and met.b in here:
            ma, mb = here[met.a].motion, here[met.b].motion
            d2 = (ma.x - mb.x) ** 2 + (ma.y - mb.y) ** 2
            _mix(met, d2, (ma.xx + ma.yy + mb.xx + mb.yy) / 2, t, s)
    for i, k, apart2 in close:
        if apart2 >= s.meet_m**2 or max(i, k) >= len(people):
            continue
        a, b = people[i], people[k]
        first, second = (a, b) if a.number < b.number else (b, a)
        if (first.number, second.number) not in open_now:
            encounters.append(Encounter(first.number, second.number, t, first.appearance, second.appearance))


def _mix(met: Encounter, d2: float, variance: float, t: float, s: Settings) -> None:
    dt, met.t = t - met.t, t
    if d2 < s.part_m**2:
        met.parted_t = None
        rate = s.exchange_rate * exp(-0.5 * d2 / (variance + s.exchange_sd_m**2))
        met.exchanged += (1.0 - 2.0 * met.exchanged) * 0.5 * (1.0 - exp(-2.0 * rate * dt))
    elif met.parted_t is None:
        met.parted_t = t


def weigh_appearance(
    encounters: Sequence[Encounter], looks: Mapping[int, Appearance | None], s: Settings
) -> None:
    """Compare what is seen now with what was gathered before they met.

    It is a filter of two states, exchanged or not: closeness lets them mix, looks tell them apart again, also
    while they still stand together. Where one has left, the other goes on being compared with both.
    """
    meeting = in_doubt(encounters)
    seen = {n: Compared(new) for n, new in looks.items() if n in meeting and new is not None}
    for met in encounters:
        if met.a not in seen and met.b not in seen:
            continue
        share = s.evidence_share if met.parted_t is not None else s.evidence_share_near
        a, b = Compared(met.look_a), Compared(met.look_b)
        for number, own, other in ((met.a, a, b), (met.b, b, a)):
            new = seen.get(number)
            if new is None:
                continue
            to_own, to_other = new.cosine(own), new.cosine(other)
            if to_own is not None and to_other is not None:
                met.exchanged = _told(met.exchanged, share * s.appearance_weight * (to_other - to_own), s)
                if met.parted_t is not None:
                    met.frames += 1


def _told(exchanged: float, gain: float, s: Settings) -> float:
    """The probability after evidence; looks alone never make it surer than ``evidence_limit`` either way."""
    before = log(max(1e-12, exchanged) / max(1e-12, 1.0 - exchanged))
    after = before + gain
    after = max(min(before, -s.evidence_limit), min(max(before, s.evidence_limit), after))
    return 1.0 / (1.0 + exp(-after))


def settle_encounters(
    encounters: list[Encounter], people: Mapping[int, Track], t: float, s: Settings
) -> list[Encounter]:
    """Decide the encounters that are over; returns those still open.

    Where the evidence says they were exchanged, the tracks' numbers are put right. Otherwise, and for what
    doubt is left, beliefs are mixed. Who is alone because the other has left is with probability q the one
    who should have.
    """
    still: list[Encounter] = []
    for met in encounters:
        a, b = people.get(met.a), people.get(met.b)
        if a is None and b is None:
            continue
        both = a is not None and b is not None
        if not both and met.parted_t is None:
            met.parted_t = t
        if not _over(met, t, (2 if both else 1) * s.evidence_frames, s):
            still.append(met)
            continue
        q = met.exchanged
        if a is not None and b is not None and q > 0.5:
            exchange(a, b)
            q = 1.0 - q
        of_a = a.belief if a is not None else {met.a: 1.0}
        of_b = b.belief if b is not None else {met.b: 1.0}
        for one, own, others in ((a, of_a, of_b), (b, of_b, of_a)):
            if one is not None:
                one.belief = mixed(own, others, q, s.doubt_kept)
    return still


def _over(met: Encounter, t: float, frames: int, s: Settings) -> bool:
    return met.parted_t is not None and (
        met.frames >= frames or t - met.parted_t > s.settle_s or met.exchanged < s.doubt_kept
    )


def exchange(a: Track, b: Track) -> None:
    """Put an exchange right: what belongs to the person changes places, what was seen stays."""
    for field in ("number", "belief", "appearance", "looks", "likeness", "height_m", "height_var"):
        ours, theirs = getattr(a, field), getattr(b, field)
        setattr(a, field, theirs)
        setattr(b, field, ours)


def in_doubt(encounters: Sequence[Encounter]) -> set[int]:
    """People whose appearance is not gathered now: it may be somebody else's."""
    return {n for e in encounters for n in (e.a, e.b)}


def encounters_of(encounters: Sequence[Encounter]) -> dict[int, list[Encounter]]:
    """Everybody's open encounters, by track number."""
    found: dict[int, list[Encounter]] = {}
    for met in encounters:
        found.setdefault(met.a, []).append(met)
        found.setdefault(met.b, []).append(met)
    return found


def reported(
    track: Track, encounters: Sequence[Encounter], people: Mapping[int, Track], s: Settings
) -> tuple[float, tuple[tuple[int, float], ...]]:
    """``identity`` and ``could_be`` of a person, their open encounters included."""
    belief = track.belief
    for met in encounters:
        other = met.b if track.number == met.a else met.a
        q = met.exchanged
        if q >= s.doubt_kept:
            theirs = people[other].belief if other in people else {other: 1.0}
            belief = mixed(belief, theirs, q, s.doubt_kept)
    if len(belief) == 1 and track.number in belief:
        return min(1.0, belief[track.number]), ()
    others = sorted(((n, p) for n, p in belief.items() if n != track.number), key=lambda x: (-x[1], x[0]))
    return min(1.0, belief.get(track.number, 0.0)), tuple(others)
