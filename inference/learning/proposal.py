"""All that settled events teach about one store, as something that a person may apply or leave.

Each line says what is in force, what would be, how sure that is, on how much it rests, and by how much it
would have said more of events that it was not made from. What would not have is listed, and never proposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar, get_args

import msgspec

from inference.learning import settings as s
from inference.learning.cases import Rest, Settled, each_once, moved_alone
from inference.learning.scales import ScaleEstimate, estimate_change_sd, estimate_noise
from inference.learning.trust import Era, TrustEstimate, estimate_trust
from inference.learning.weights import Weight, WeightEstimate, estimate_weight
from inference.messages.said import said
from inference.shelf_events import settings as shelf_events
from store_layout.learned import (
    Learned,
    LearnedScale,
    LearnedTrust,
    LearnedWeight,
    change_sds,
    trust_in_who,
    with_learned,
)
from store_layout.model import StoreLayout

What = Literal["weight", "spread", "noise", "change", "who"]
"""Mean and spread of unit weights; noise of a reading, error of a change, grams; exponent of who did it."""
ORDER: tuple[What, ...] = get_args(What)
Progress = Callable[[int, int], None]
T = TypeVar("T")


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """One number."""

    what: What
    about: str
    """Sku, scale; empty for the store."""
    old: float
    """In force."""
    new: float
    low: float
    high: float
    """The new one lies between these with 95 %; of a spread they are not stated, and are the new one."""
    events: float
    """What it rests on; events that nobody looked at count in part, noise counts stretches of rest."""
    reviewed: int
    """So many of them were answered by a person."""
    gain: float
    """Nats an event by which held-out log loss falls."""
    gain_error: float
    proposed: bool
    why_not: Literal["", "few", "no better", "too far"] = ""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to apply, and what it comes from."""

    estimates: tuple[Estimate, ...]
    """Those proposed first, the most gained first."""
    settled: int
    """Events looked at."""
    reviewed: int
    """Those of them that a person has answered."""
    follows: int
    """Number of what is in force: applied to anything else, it would be another proposal."""

    @property
    def proposed(self) -> tuple[Estimate, ...]:
        """What would be applied."""
        return tuple(e for e in self.estimates if e.proposed)


def propose(
    layout: StoreLayout,
    events: Iterable[Settled],
    rests: Iterable[Rest] = (),
    *,
    eras: Sequence[Era] = (),
    progress: Progress = lambda *_: None,
) -> Proposal:
    """Estimate everything anew from all that is settled. ``layout``: as it was read, with what is in force.

    ``eras``: see :func:`inference.learning.trust.estimate_trust`. ``progress`` may raise to break off.
    """
    settled = each_once(events)
    moved = _by(moved_alone(settled), lambda m: m.sku if m.sku in layout.products else None)
    resting = _by(rests, lambda r: r.scale if r.scale in layout.scales else None)
    total, done = len(moved) + len(layout.scales) + 1, 0
    weights: list[WeightEstimate] = []
    now = with_learned(layout)
    for sku, some in sorted(moved.items()):
        stated, reckoned = layout.products[sku], now.products[sku]
        weights.append(
            estimate_weight(
                sku,
                Weight(stated.weight_g, stated.weight_sd_g),
                Weight(reckoned.weight_g, reckoned.weight_sd_g),
                some,
            )
        )
        done += 1
        progress(done, total)
    found = [e for w in weights for e in _weight_lines(w, now)]
    after = _weights_after(now, weights)
    felt = _by((m for some in moved.values() for m in some), lambda m: m.scale)
    known = change_sds(layout)
    for scale in layout.file.scale:
        reckoned_with = known.get(scale.id, shelf_events.DRIFT_G)
        if scale.id in felt:
            change = estimate_change_sd(scale.id, shelf_events.DRIFT_G, reckoned_with, felt[scale.id], after)
            found.append(_scale_line("change", change, reckoned_with))
        if scale.id in resting:
            in_force = now.scales[scale.id].noise_sd_g
            noise = estimate_noise(scale.id, scale.noise_sd_g, in_force, resting[scale.id])
            found.append(_scale_line("noise", noise, in_force))
        done += 1
        progress(done, total)
    found.append(_trust_line(estimate_trust(trust_in_who(layout), settled, eras), trust_in_who(layout)))
    progress(total, total)
    return Proposal(
        estimates=tuple(sorted(found, key=lambda e: (not e.proposed, -e.gain, e.about, ORDER.index(e.what)))),
        settled=len(settled),
        reviewed=sum(event.reviewed for event in settled),
        follows=0 if layout.learned is None else layout.learned.number,
    )


def learned_from(
    layout: StoreLayout, proposal: Proposal, *, number: int, made_at: float, who: str, why: str = ""
) -> Learned:
    """What is to be in force: what is proposed, and of what is in force what still holds.

    Raises ``ValueError`` where something else than the proposal follows is in force, or nothing is proposed.
    """
    before = layout.learned
    if (0 if before is None else before.number) != proposal.follows:
        raise ValueError(said("something else was applied meanwhile: look at the proposal anew"))
    if not proposal.proposed:
        raise ValueError(said("nothing is proposed"))
    lines = {(e.what, e.about): e for e in proposal.proposed}
    products = {w.sku: w for w in before.product if w.holds_for(layout)} if before else {}
    scales = {e.id: e for e in before.scale if e.id in layout.scales} if before else {}
    trust = before.trust if before else None
    for (what, about), line in lines.items():
        match what:
            case "weight":
                stated = layout.products[about]
                products[about] = LearnedWeight(
                    sku=about,
                    weight_g=round(line.new, 2),
                    weight_sd_g=round(lines["spread", about].new, 3),
                    catalog_weight_g=stated.weight_g,
                    catalog_weight_sd_g=stated.weight_sd_g,
                    events=round(line.events, 1),
                    low_g=round(line.low, 2),
                    high_g=round(line.high, 2),
                )
            case "noise" | "change":
                entry = scales.get(about, LearnedScale(id=about))
                field = "noise_sd_g" if what == "noise" else "change_sd_g"
                scales[about] = msgspec.structs.replace(
                    entry, events=round(line.events, 1), **{field: round(line.new, 3)}
                )
            case "who":
                numbers = [round(x, 3) for x in (line.new, line.events, line.low, line.high)]
                trust = LearnedTrust(who=numbers[0], events=numbers[1], low=numbers[2], high=numbers[3])
            case "spread":
                pass  # with its weight
    return Learned(
        format=1,
        number=number,
        follows=proposal.follows,
        made_at=made_at,
        who=who,
        why=why,
        trust=trust,
        product=tuple(products[sku] for sku in sorted(products)),
        scale=tuple(scales[scale] for scale in sorted(scales)),
    )


# -- lines -------------------------------------------------------------------------------------------


def _weight_lines(found: WeightEstimate, now: StoreLayout) -> tuple[Estimate, Estimate]:
    """Mean and spread: both or neither."""
    in_force, new = now.products[found.sku], found.weight
    wide = s.INTERVAL_SDS * new.mean_sd_g
    mean = _line(
        ("weight", found.sku),
        (in_force.weight_g, new.mean_g, new.mean_g - wide, new.mean_g + wide),
        found,
        too_far=abs(new.mean_g - in_force.weight_g) > s.MOST_MOVE * in_force.weight_g,
    )
    spread = msgspec.structs.replace(
        mean, what="spread", old=in_force.weight_sd_g, new=new.sd_g, low=new.sd_g, high=new.sd_g
    )
    return mean, spread


def _scale_line(what: What, found: ScaleEstimate, in_force: float) -> Estimate:
    return _line((what, found.scale), (in_force, found.sd_g, found.low_g, found.high_g), found)


def _trust_line(found: TrustEstimate, in_force: float) -> Estimate:
    return _line(("who", ""), (in_force, found.who, found.low, found.high), found)


def _line(
    name: tuple[What, str],
    values: tuple[float, float, float, float],
    found: WeightEstimate | ScaleEstimate | TrustEstimate,
    *,
    too_far: bool = False,
) -> Estimate:
    """``values``: in force, new, and its interval."""
    why_not: Literal["", "few", "no better", "too far"] = ""
    if found.events < s.LEAST_EVENTS:
        why_not = "few"
    elif not found.gain.sure:
        why_not = "no better"
    elif too_far:
        why_not = "too far"
    old, new, low, high = values
    return Estimate(
        what=name[0],
        about=name[1],
        old=old,
        new=new,
        low=low,
        high=high,
        events=found.events,
        reviewed=found.reviewed,
        gain=found.gain.mean,
        gain_error=found.gain.error,
        proposed=not why_not,
        why_not=why_not,
    )


def _weights_after(now: StoreLayout, found: Sequence[WeightEstimate]) -> dict[str, Weight]:
    """What products would weigh if all that is proposed were applied."""
    weights = {p.sku: Weight(p.weight_g, p.weight_sd_g) for p in now.catalog}
    return weights | {e.sku: e.weight for e in found if e.events >= s.LEAST_EVENTS and e.gain.sure}


def _by(items: Iterable[T], key: Callable[[T], str | None]) -> dict[str, list[T]]:
    """In groups; without those that have no key."""
    found: dict[str, list[T]] = {}
    for item in items:
        name = key(item)
        if name is not None:
            found.setdefault(name, []).append(item)
    return found
