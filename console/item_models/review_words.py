"""A card of the review queue in words: the question, its answers, and what else is known."""

from __future__ import annotations

import msgspec

from console.item_models.answer_words import Choice, choices, effect_on_receipt, looks, looks_of
from console.item_models.question_words import asked
from console.item_models.shelf_words import doubt_words
from console.item_models.words import HOUR_S, ShopWords, clock_time, goods_words, span
from console.language import tr, tr_n
from console.language.sentences import in_words
from console.operations.review_desk import OpenCard
from inference.messages.results import SILENT, Question, silent_scale
from store_layout.model import Slot

MOST_WORDS = 3
"""Slots named before the rest is counted."""


class Shown(msgspec.Struct, frozen=True):
    """One question of a card, ready to be shown."""

    visit: str
    event: str | None
    """None: the visit asks nothing of one event, and somebody has to look at all of it."""
    text: str
    choices: tuple[Choice, ...]
    none_words: str
    none_effect: str
    delta_g: float | None
    """What the scales felt; None: not kept, or nothing as they were silent."""
    sd_g: float
    facts: tuple[tuple[str, str], ...]
    """What else is known: word and value."""
    fixture: str | None
    slots: tuple[str, ...]
    """Where it happened: ids, as far as they are known."""
    part: int
    parts: int
    """This question's place among the card's open ones, from 1."""
    t: float | None = None
    """When the hand was most likely in, store time; None: not kept."""
    looks: dict[int, tuple[int, str]] = {}
    """By track: look and code of those whom it is about, this shopper first."""
    evidence: tuple[str, ...] = ()
    """Events of which pictures may have been kept: the one asked about, else those behind the lines."""
    silent: bool = False
    """No scale could feel it: there are no weights to look at."""


def open_questions(card: OpenCard) -> tuple[Question, ...]:
    """Those that no other visit's answer has settled."""
    return tuple(q for q in card.card.visit.questions if q.event not in card.card.known)


def shown_question(card: OpenCard, part: int, words: ShopWords) -> Shown:
    """The card's ``part``-th open question, from 0; one about the lines where it asks nothing."""
    still_open = open_questions(card)
    if not still_open:
        return _about_lines(card, words)
    question = still_open[part]
    totals = card.totals[question.event]
    felt = question.felt
    silent = felt is not None and felt.silent
    return Shown(
        visit=card.visit,
        event=question.event,
        text=asked(question, words, card.codes),
        choices=choices(question, card, words),
        # of what happened at a shelf that felt something, what else it may have been is offered
        none_words=tr("Nothing was taken") if silent else tr("None of these"),
        none_effect=effect_on_receipt(totals[-1], card.counted, words),
        delta_g=None if felt is None or silent else felt.delta_g,
        sd_g=0.0 if felt is None else felt.sd_g,
        facts=(*_where(question, words), *_who_stood(question, card), *_of_visit(card, words)),
        fixture=_fixture(question, words),
        slots=tuple(slot.id for slot in _slots(question, words)),
        part=part + 1,
        parts=len(still_open),
        t=None if felt is None else felt.t,
        looks=looks_of(question, card),
        evidence=(*question.moments, question.event),
        silent=silent,
    )


def waited(card: OpenCard, now: float, words: ShopWords) -> str:
    """How long the card has waited; when it came, if that is long ago. ``now``: store time."""
    at = card.card.row.waiting_since
    recent = 0.0 <= now - at < HOUR_S
    when = since_when(at, now, words)
    return tr("waiting {time}", time=when) if recent else tr("waiting since {time}", time=when)


def since_when(at: float, now: float, words: ShopWords) -> str:
    """``1:20`` under an hour, else the time of day; also where a recording stands before it."""
    return span(now - at) if 0.0 <= now - at < HOUR_S else clock_time(at, words.zone)


def _about_lines(card: OpenCard, words: ShopWords) -> Shown:
    visit = card.card.visit
    goods = goods_words(visit.lines, words) or tr("Nothing")
    return Shown(
        visit=card.visit,
        event=None,
        text=tr("Is it right what was counted for {visit}?", visit=visit.code),
        choices=(Choice(None, goods, "", effect_on_receipt(card.counted, card.counted, words), None, None),),
        none_words=tr("Nothing was taken"),
        none_effect=effect_on_receipt(0, card.counted, words),
        delta_g=None,
        sd_g=0.0,
        facts=_of_visit(card, words),
        fixture=None,
        slots=(),
        part=1,
        parts=1,
        looks=looks(card, ()),
        evidence=tuple(dict.fromkeys(event for line in visit.lines for event in line.events)),
    )


def evidence_of(card: OpenCard, words: ShopWords) -> list[tuple[str, str]]:
    """Visit and event of everything that its questions may show, in the order in which they are asked."""
    parts = range(max(1, len(open_questions(card))))
    return [(card.visit, event) for part in parts for event in shown_question(card, part, words).evidence]


def _where(question: Question, words: ShopWords) -> tuple[tuple[str, str], ...]:
    slots, fixture = _slots(question, words), _fixture(question, words)
    found = []
    if fixture is not None:
        known = words.layout.fixtures.get(fixture)
        found.append((tr("Place"), fixture if known is None else known.name or fixture))
    if slots:
        said = [tr("{slot}, shelf {shelf}", slot=slot.id, shelf=slot.shelf) for slot in slots[:MOST_WORDS]]
        more = len(slots) - len(said)
        found.append(
            (tr("Slot"), "; ".join(said) + (tr_n(" and {n} more", " and {n} more", more) if more else ""))
        )
    if question.felt is not None:
        found.append((tr("Time"), clock_time(question.felt.t, words.zone, seconds=True)))
        doubts = [doubt for doubt in question.felt.doubts if doubt != SILENT]  # the question says that
        if doubts:
            found.append((tr("Doubts"), doubt_words(doubts)))
    return tuple(found)


def _slots(question: Question, words: ShopWords) -> list[Slot]:
    scale = silent_scale(question.event)
    if scale is not None:  # all that may have been taken from
        return list(words.layout.slots_of_scale.get(scale, ()))
    named = {m.slot for e in question.alternatives for m in e.moves}
    return [slot for slot in words.layout.file.slot if slot.id in named]


def _fixture(question: Question, words: ShopWords) -> str | None:
    if question.felt is not None:
        return question.felt.fixture
    slots = _slots(question, words)
    return slots[0].fixture if slots else None


def _who_stood(question: Question, card: OpenCard) -> tuple[tuple[str, str], ...]:
    own = card.card.visit.track
    tracks = dict.fromkeys(t for e in question.alternatives for t in e.tracks())
    people = [tr("{code} (this shopper)", code=card.codes[own])] if own in tracks else []
    unknown = 0
    for track in tracks:
        if track == own:
            continue
        if track in card.codes:
            people.append(card.codes[track])
        else:
            unknown += 1
    if unknown:
        people.append(tr_n("{n} other shopper", "{n} other shoppers", unknown))
    # that this shopper was there goes without saying
    return ((tr("Who was there"), ", ".join(people)),) if set(tracks) - {own} else ()


def _of_visit(card: OpenCard, words: ShopWords) -> tuple[tuple[str, str], ...]:
    visit = card.card.visit
    left = visit.closed_at if visit.left_at is None else visit.left_at
    inside = tr(
        "{start} to {end}",
        start=clock_time(visit.entered_at, words.zone),
        end=clock_time(left, words.zone),
    )
    counted = goods_words(visit.lines, words) or tr("nothing")
    found = [(tr("Counted now"), counted), (tr("Inside"), inside)]
    found += [(tr("Note"), in_words(note)) for note in visit.notes]
    if card.card.row.unsure_by:
        found.append((tr("Not sure"), ", ".join(card.card.row.unsure_by)))
    return tuple(found)
