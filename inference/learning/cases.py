"""What is learned from: shelf events that are settled, and scales at rest. No numbers library is needed here.

An event is settled by a person's answer, which counts whole; or by a receipt that was issued and that nobody
has disputed, which counts by how sure it was (see ``worths``). Estimates are always made from the catalogue's
weight, never from the last estimate, and each takes a person to apply: so what the program believed of itself
can move a weight once, by what the scales felt, and not again and again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from inference.learning import settings as s
from inference.messages.results import ClosedVisit, Doubt, Explanation, ScaleChange


class Settled(msgspec.Struct, frozen=True):
    """One shelf event, what was believed of it, and what it was."""

    event: str
    t: float
    """When the hand was most likely in, store time."""
    changes: tuple[ScaleChange, ...]
    doubts: tuple[Doubt, ...]
    explanations: tuple[Explanation, ...]
    """As the engine stated them, by this event alone, most probable first."""
    answer: Explanation
    """What it was: as a person said, or as it was issued."""
    sureness: float
    """1 where a person has said so, else the stated probability."""
    reviewed: bool


class Rest(msgspec.Struct, frozen=True):
    """A stretch in which nobody touched a scale."""

    scale: str
    t: float
    readings: int
    sd_g: float
    """Of one reading, grams; slow drift within the stretch taken out."""


def settled_events(visit: ClosedVisit, answers: Mapping[str, Explanation]) -> tuple[Settled, ...]:
    """The events of a visit whose receipt stands.

    ``answers``: what a person said of those they were asked about. Nothing for visits from
    before grounds were kept.
    """
    if isinstance(visit.trace, msgspec.UnsetType):
        return ()
    found = []
    for ground in visit.trace.grounds:
        answer = answers.get(ground.event)
        counted = ground.explanations[ground.counted]
        if answer is None and counted.probability < s.ISSUED_LEAST:
            continue
        found.append(
            Settled(
                event=ground.event,
                t=ground.felt.t,
                changes=ground.changes,
                doubts=ground.felt.doubts,
                explanations=ground.explanations,
                answer=counted if answer is None else answer,
                sureness=counted.probability if answer is None else 1.0,
                reviewed=answer is not None,
            )
        )
    return tuple(found)


def each_once(events: Iterable[Settled]) -> tuple[Settled, ...]:
    """Shared events once, in order of time: a person's word before the program's."""
    best: dict[str, Settled] = {}
    for event in events:
        known = best.get(event.event)
        if known is None or (event.reviewed, event.sureness) > (known.reviewed, known.sureness):
            best[event.event] = event
    return tuple(sorted(best.values(), key=lambda e: (e.t, e.event)))


def worths(events: Sequence[Settled]) -> list[float]:
    """What each event of one product or scale counts, an event that was answered today being 1.

    A receipt that nobody looked at counts ``ISSUED_WORTH`` times its stated probability, and all of them
    together at most ``ISSUED_MOST``; the older, the less.
    """
    latest = max((event.t for event in events), default=0.0)
    found = [
        0.5 ** ((latest - event.t) / (s.HALF_LIFE_DAYS * s.DAY_S))
        * (1.0 if event.reviewed else s.ISSUED_WORTH * event.sureness)
        for event in events
    ]
    issued = sum(worth for worth, event in zip(found, events, strict=True) if not event.reviewed)
    share = min(1.0, s.ISSUED_MOST / issued) if issued > 0.0 else 1.0
    return [worth if event.reviewed else share * worth for worth, event in zip(found, events, strict=True)]


class Moved(msgspec.Struct, frozen=True):
    """What the scales felt of units of one product, and of nothing else."""

    event: Settled
    sku: str
    units: int
    """1 or more."""
    grams: float
    """What they felt of it, positive."""
    noise_sd_g: float
    """Of that, by the scales' own account."""
    scale: str | None
    """Where one scale alone felt it."""


def moved_alone(events: Iterable[Settled]) -> tuple[Moved, ...]:
    """Those events from which a weight can be read: one product, one direction, nothing doubtful."""
    found = []
    for event in events:
        skus = {move.sku for move in event.answer.moves}
        units = sum(move.count for move in event.answer.moves)
        delta = sum(change.delta_g for change in event.changes)
        same_way = all(move.count * units > 0 for move in event.answer.moves)
        if event.doubts or len(skus) != 1 or not same_way or units * delta >= 0.0:
            continue
        found.append(
            Moved(
                event=event,
                sku=next(iter(skus)),
                units=abs(units),
                grams=abs(delta),
                noise_sd_g=sum(change.sd_g**2 for change in event.changes) ** 0.5,
                scale=event.changes[0].scale if len(event.changes) == 1 else None,
            )
        )
    return tuple(found)
