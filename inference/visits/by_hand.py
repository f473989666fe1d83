"""What an operator puts right in visits that are open: two that are one person, a line that is wrong.

Both change what the evidence is read as, not what was seen: the same marks at the same places of the journal
give the same visits.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inference.messages import Attribution, Explanation, ItemMove, LineMark, ShelfEvent
from inference.visits.evidence import Evidence
from inference.visits.hypotheses import Hypothesis, Joint
from inference.visits.state import Fact, Stay, Visit, VisitsState

SAID = "said:"
"""Ids of events that no scale felt begin with this: an operator says that it was so."""


def renamed(attribution: Attribution, names: dict[int, int]) -> Attribution:
    """The same event with other people behind it; explanations that come to the same are one."""

    def name(track: int | None) -> int | None:
        return track if track is None else names.get(track, track)

    found: dict[Explanation, float] = {}
    for explanation in attribution.explanations:
        moves = tuple(msgspec.structs.replace(move, track=name(move.track)) for move in explanation.moves)
        now = msgspec.structs.replace(
            explanation, probability=0.0, track=name(explanation.track), moves=moves
        )
        found[now] = found.get(now, 0.0) + explanation.probability
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return msgspec.structs.replace(
        attribution, explanations=tuple(msgspec.structs.replace(e, probability=p) for e, p in ranked)
    )


def join(state: VisitsState, kept: Visit, other: Visit) -> None:
    """``other`` goes up in ``kept``: what either did, one did. The caller closes ``other``."""
    state.same[other.track] = kept.track
    for earlier, now in state.same.items():
        if now == other.track:
            state.same[earlier] = kept.track
    state.attributions = {key: renamed(a, state.same) for key, a in state.attributions.items()}
    state.facts = {
        key: [msgspec.structs.replace(fact, track=state.same.get(fact.track, fact.track)) for fact in facts]
        for key, facts in state.facts.items()
    }
    if other.entered_at < kept.entered_at:
        kept.entered_at, kept.gate_in = other.entered_at, other.gate_in or kept.gate_in
        kept.came_at = other.came_at
    kept.gate_in = kept.gate_in or other.gate_in
    if kept.signal is None and other.signal is not None:
        kept.signal, kept.token, kept.people = other.signal, other.token, other.people
        kept.followed = other.followed
    kept.staff = kept.staff or other.staff
    both = [met for met in (*kept.met, *other.met) if met.track not in {kept.track, other.track}]
    kept.met = sorted(both, key=lambda met: met.t)
    for visit in state.visits.values():
        visit.met = [
            msgspec.structs.replace(met, track=kept.track) if met.track == other.track else met
            for met in visit.met
        ]
    kept.silent = sorted([*kept.silent, *other.silent], key=lambda stay: stay.begin)
    for scale, t in other.hidden_at.items():
        kept.hidden_at[scale] = max(t, kept.hidden_at.get(scale, t))
    for scale, stay in other.stays.items():
        kept.stays[scale] = _either(kept.stays.get(scale), stay)
    for scale, spans in other.near.items():
        kept.near[scale] = sorted([*kept.near.get(scale, []), *spans])


def _either(one: Stay | None, other: Stay) -> Stay:
    """Of two stays at one scale that were one person's: both, unless one was told of already."""
    if one is None or one.told:
        return other
    if other.told:
        return one
    best = max(one, other, key=lambda stay: (stay.hand, -stay.near_m))
    return msgspec.structs.replace(
        best,
        begin=min(one.begin, other.begin),
        last=max(one.last, other.last),
        stood_s=one.stood_s + other.stood_s,
    )


def say(state: VisitsState, visit: Visit, mark: LineMark) -> None:
    """Have a visit hold so many of a product up to now: what came after is found as always.

    The events behind it are settled as they most probably came about if the operator is right. Where no
    reading of them gives that number, the difference is an event of the operator's own.
    """
    take_back(state, visit, mark.sku)
    if mark.count is None:
        return
    evidence = Evidence(state)
    joints = [part for part in evidence.joints_of(visit.track) if _touches(part, visit.track, mark.sku)]
    held, chosen = _nearest(joints, visit.track, mark.sku, mark.count)
    for part, hypothesis in zip(joints, chosen, strict=True):
        for choice, index in zip(part.choices, hypothesis.path, strict=True):
            explanations = choice.attribution.explanations
            if any(mark.sku in e.units(visit.track) for e in explanations):
                fact = Fact(visit.track, explanations[index].units(visit.track))
                state.facts.setdefault(choice.attribution.event.id, []).append(fact)
                state.said.setdefault(visit.track, {}).setdefault(mark.sku, []).append(
                    choice.attribution.event.id
                )
    if held != mark.count:
        event = _event(visit, mark)
        moves = (ItemMove(mark.sku, mark.count - held, ""),)
        state.attributions[event.id] = Attribution(event, (Explanation(1.0, visit.track, moves),))
        state.said.setdefault(visit.track, {}).setdefault(mark.sku, []).append(event.id)


def take_back(state: VisitsState, visit: Visit, sku: str) -> None:
    """What an operator said of this product counts no longer."""
    said = state.said.get(visit.track, {})
    events = said.pop(sku, [])
    still = {name for names in said.values() for name in names}
    for name in events:
        if name.startswith(SAID):
            state.attributions.pop(name, None)
        elif name not in still:
            facts = [fact for fact in state.facts.get(name, ()) if fact.track != visit.track]
            if facts:
                state.facts[name] = facts
            else:
                state.facts.pop(name, None)


def _touches(part: Joint, track: int, sku: str) -> bool:
    return any(
        sku in explanation.units(track)
        for choice in part.choices
        for explanation in choice.attribution.explanations
    )


def _nearest(joints: Iterable[Joint], track: int, sku: str, count: int) -> tuple[int, tuple[Hypothesis, ...]]:
    """What is held, and a hypothesis of each part: the most probable with ``count``, else of all."""
    ways: dict[int, tuple[float, tuple[Hypothesis, ...]]] = {0: (1.0, ())}
    for part in joints:
        longer: dict[int, tuple[float, tuple[Hypothesis, ...]]] = {}
        for held, (probability, chosen) in ways.items():
            for hypothesis in part.hypotheses:
                now = held + hypothesis.cart_of((track,)).get(sku, 0)
                better = probability * hypothesis.path_probability
                if now not in longer or better > longer[now][0]:
                    longer[now] = (better, (*chosen, hypothesis))
        ways = longer
    if count not in ways:
        count = max(ways, key=lambda held: (ways[held][0], -held))
    return count, ways[count][1]


def _event(visit: Visit, mark: LineMark) -> ShelfEvent:
    return ShelfEvent(
        id=f"{SAID}{visit.code}:{mark.sku}:{mark.t:.3f}",
        fixture="",
        t_start=mark.t,
        t_peak=mark.t,
        t_end=mark.t,
        t_settled=mark.t,
        delta_g=0.0,
        sd_g=0.0,
        changes=(),
    )
