"""``events.jsonl`` of an export: a line for each shelf event of each visit that a person has decided.

Versioned. Nothing in it names anybody. Visits are cases 1, 2, 3 in order of time; in a case, who the receipt
is for is 0, and others are 1, 2, 3. Times are seconds from the moment somebody came in; the day is by UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from console.back_office.settled_visits import ReviewedVisit
from inference.evidence.manifest import Evidence
from inference.messages.results import Doubt, Explanation, ItemMove, ScaleChange

FORMAT = 1
SCHEMA_HEAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": f"A line of events.jsonl, format {FORMAT}",
}


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of a product, taken (positive) from a slot or put back (negative)."""

    sku: str
    count: int
    slot: str
    who: int | None
    """Number of the person in this case; None: nobody whom the cameras followed."""


class Way(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way in which it may have come about."""

    probability: float
    """As the engine stated it, by this event alone; 1 of what a person said."""
    moves: tuple[Move, ...]


class Level(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one scale said around the event, where that is still kept."""

    scale: str
    t: tuple[float, ...]
    grams: tuple[float, ...]


class EventLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line."""

    format: Literal[1]
    case: int
    event: int
    """Number within the case, from 1."""
    day: str
    """``2026-11-26``."""
    t: float
    """When the hand was most likely in."""
    fixture: str
    delta_g: float
    """After less before, over all scales; negative when something was taken."""
    sd_g: float
    changes: tuple[ScaleChange, ...]
    doubts: tuple[Doubt, ...]
    levels: tuple[Level, ...]
    explanations: tuple[Way, ...]
    """The likeliest, most probable first."""
    proposed: int
    """Place, from 0, of the one that the engine had counted."""
    asked: bool
    """Whether a person was asked about this event, or only about others of the visit."""
    answered: Way | None
    """What they said; None: they were not asked, or said only what was taken in all."""
    taken: dict[str, int]
    """What the visit's receipt was decided to be: sku to units."""
    decided_by: str
    """Role of who decided; never a name."""
    pictures: tuple[str, ...]
    """Sequences in the folder ``mot``, where clips are still kept."""


def event_lines(
    case: int, reviewed: ReviewedVisit, kept: Mapping[str, Evidence], pictures: Mapping[str, tuple[str, ...]]
) -> tuple[EventLine, ...]:
    """The lines of one case; none for visits from before grounds were kept.

    ``kept``: event -> its evidence. ``pictures``: event -> names of its sequences.
    """
    visit = reviewed.visit
    if isinstance(visit.trace, msgspec.UnsetType):
        return ()
    people = _People(visit.track)
    asked = {question.event for question in visit.questions}
    found = []
    for number, ground in enumerate(visit.trace.grounds, start=1):
        answer = reviewed.answers.get(ground.event)
        evidence = kept.get(ground.event)
        found.append(
            EventLine(
                format=1,
                case=case,
                event=number,
                day=datetime.fromtimestamp(visit.entered_at, UTC).date().isoformat(),
                t=_since(ground.felt.t, visit.entered_at),
                fixture=ground.felt.fixture,
                delta_g=ground.felt.delta_g,
                sd_g=ground.felt.sd_g,
                changes=ground.changes,
                doubts=ground.felt.doubts,
                levels=() if evidence is None else _levels(evidence, visit.entered_at),
                explanations=tuple(people.way(e, e.probability) for e in ground.explanations),
                proposed=ground.counted,
                asked=ground.event in asked,
                answered=None if answer is None else people.way(answer, 1.0),
                taken={line.sku: line.quantity for line in reviewed.answer.lines},
                decided_by=reviewed.role,
                pictures=pictures.get(ground.event, ()),
            )
        )
    return tuple(found)


def line_schema() -> dict[str, Any]:
    """JSON Schema of a line."""
    return {**SCHEMA_HEAD, **msgspec.json.schema(EventLine)}


class _People:
    """Numbers in place of tracks: whose receipt it is, is 0."""

    def __init__(self, track: int) -> None:
        self._numbers = {track: 0}

    def way(self, explanation: Explanation, probability: float) -> Way:
        moves = tuple(self._move(move, explanation.reached_in(move)) for move in explanation.moves)
        return Way(probability=probability, moves=moves)

    def _move(self, move: ItemMove, track: int | None) -> Move:
        who = None if track is None else self._numbers.setdefault(track, len(self._numbers))
        return Move(sku=move.sku, count=move.count, slot=move.slot, who=who)


def _levels(evidence: Evidence, start: float) -> tuple[Level, ...]:
    return tuple(
        Level(scale=trace.scale, t=tuple(_since(t, start) for t in trace.t), grams=trace.grams)
        for trace in evidence.traces
    )


def _since(t: float, start: float) -> float:
    return round(t - start, 3)
