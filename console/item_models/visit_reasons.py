"""Why a line stands on a receipt, in words: what the scales felt, and what else it may have been."""

from __future__ import annotations

import msgspec

from console.back_office.review_answers import stated
from console.item_models.answer_words import way_of
from console.item_models.shelf_words import doubt_words
from console.item_models.words import ShopWords, clock_time, grams
from console.language import tr
from console.language.writing import percent
from console.operations.visit_dossier import Dossier
from inference.messages.results import SILENT, Explanation, Felt, Ground, Question


class Alternative(msgspec.Struct, frozen=True):
    """One way it may have been."""

    words: str
    probability: float | None
    """None: it is only guessed."""
    expected: str
    """What the scales would have felt; empty: not known."""
    counted: bool


class Event(msgspec.Struct, frozen=True):
    """One thing that happened at a shelf."""

    when: str
    where: str
    felt: str
    scales: tuple[str, ...]
    """What each scale felt, where several did."""
    doubts: str
    alternatives: tuple[Alternative, ...]
    slots: tuple[str, ...]
    """Where it happened: ids."""


class LineReason(msgspec.Struct, frozen=True):
    """Why so many of a product are there."""

    summary: str
    events: tuple[Event, ...]


def reason_for(dossier: Dossier, sku: str, words: ShopWords) -> LineReason:
    """Why this product is on the receipt of this visit, as far as it was kept."""
    visit = dossier.visit
    grounds = {g.event: g for g in (dossier.trace.grounds if dossier.trace else ())}
    line = next((line for line in visit.lines if line.sku == sku), None)
    named = [] if line is None else [grounds[e] for e in line.events if e in grounds]
    if not named:
        named = [g for g in grounds.values() if _is_about(g, sku)]
    events = tuple(_event(g, dossier, words) for g in named)
    parts: list[str] = []
    if line is not None:
        parts.append(
            tr(
                "{product}: {count} counted, {chance} sure.",
                product=words.product(sku),
                count=line.quantity,
                chance=percent(line.probability),
            )
        )
    if dossier.review is not None and _reviewed(dossier, sku):
        parts.append(
            tr(
                "{who} decided so in a review at {when}.",
                who=dossier.review.decided_by,
                when=clock_time(dossier.review.decided_at, words.zone),
            )
        )
    if line is None and not parts:
        others = [m.visit.code for m in dossier.members if any(x.sku == sku for x in m.visit.lines)]
        if others:
            parts.append(tr("Counted for {codes}, who pay together.", codes=", ".join(others)))
    if not events:
        asked = next((q for q in visit.questions if _asks_about(q, sku)), None)
        if asked is not None:
            events = (_asked(asked, dossier, words),)
        elif dossier.trace is None:
            parts.append(tr("What led to it was not kept at the time of this visit."))
        elif not dossier.members:
            parts.append(tr("No shelf event of it was kept."))
    return LineReason(" ".join(parts), events)


def slots_of(dossier: Dossier) -> tuple[str, ...]:
    """Where this shopper's goods came from, in the order of time: ids."""
    if dossier.trace is None:
        return ()
    track = dossier.visit.track
    found = [
        move.slot
        for ground in dossier.trace.grounds
        for explanation in [ground.explanations[ground.counted]]
        for move in explanation.moves
        if explanation.mover(move) == track
    ]
    return tuple(dict.fromkeys(found))


# -- parts -------------------------------------------------------------------------------------------


def _is_about(ground: Ground, sku: str) -> bool:
    return any(move.sku == sku for move in ground.explanations[ground.counted].moves)


def _asks_about(question: Question, sku: str) -> bool:
    return any(move.sku == sku for e in question.alternatives for move in e.moves)


def _reviewed(dossier: Dossier, sku: str) -> bool:
    return dossier.review is not None and any(line.sku == sku for line in dossier.review.lines)


def _event(ground: Ground, dossier: Dossier, words: ShopWords) -> Event:
    felt = ground.felt
    scales = ground.changes if len(ground.changes) > 1 else ()
    slots = dict.fromkeys(m.slot for e in ground.explanations for m in e.moves)
    return Event(
        when=clock_time(felt.t, words.zone, seconds=True),
        where=_where(felt.fixture, tuple(slots), words),
        felt=_felt(felt),
        scales=tuple(f"{change.scale}: {grams(change.delta_g)}" for change in scales),
        doubts=doubt_words(felt.doubts),
        alternatives=tuple(
            _alternative(e, dossier, words, counted=i == ground.counted)
            for i, e in enumerate(ground.explanations)
        ),
        slots=tuple(slots),
    )


def _asked(question: Question, dossier: Dossier, words: ShopWords) -> Event:
    """What a person was asked about it: at a scale that was silent, or from before grounds were kept."""
    felt = question.felt
    slots = dict.fromkeys(m.slot for e in question.alternatives for m in e.moves)
    return Event(
        when="" if felt is None else clock_time(felt.t, words.zone, seconds=True),
        where="" if felt is None else _where(felt.fixture, tuple(slots), words),
        felt="" if felt is None else _felt(felt),
        scales=(),
        doubts="" if felt is None else doubt_words(doubt for doubt in felt.doubts if doubt != SILENT),
        alternatives=tuple(_alternative(e, dossier, words) for e in question.alternatives),
        slots=tuple(slots),
    )


def _alternative(
    explanation: Explanation, dossier: Dossier, words: ShopWords, *, counted: bool = False
) -> Alternative:
    way = way_of(explanation, dossier.visit.track, dossier.codes, words)
    return Alternative(
        words=f"{way.words} \N{EN DASH} {way.who}" if way.who else way.words,
        probability=stated(explanation),
        expected="" if way.expected_g is None else grams(way.expected_g),
        counted=counted,
    )


def _felt(felt: Felt) -> str:
    if felt.silent:
        return tr("The scale was silent and felt nothing")
    return tr(
        "The scales felt {grams} (give or take {sd} g)", grams=grams(felt.delta_g), sd=f"{felt.sd_g:.0f}"
    )


def _where(fixture: str, slots: tuple[str, ...], words: ShopWords) -> str:
    known = words.layout.fixtures.get(fixture)
    name = fixture if known is None else known.name or fixture
    return f"{name}, {', '.join(slots[:3])}" if slots else name
