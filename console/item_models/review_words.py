"""A card of the review queue in words: the question, its answers, what they cost and would weigh."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from console.back_office.review_answers import stated
from console.item_models.question_words import asked, moves_words
from console.item_models.shelf_words import doubt_words
from console.item_models.words import HOUR_S, MINUS, ShopWords, clock_time, goods_words, span
from console.language import tr, tr_n
from console.language.sentences import in_words
from console.operations.review_desk import OpenCard
from inference.messages.results import SILENT, Explanation, Question, silent_scale
from store_layout.model import Slot

MOST_WORDS = 3
"""Slots named before the rest is counted."""


class Choice(msgspec.Struct, frozen=True):
    """One answer as its button shows it."""

    number: int | None
    """Of the alternative, from 0; None: the lines are right as they are counted."""
    words: str
    who: str
    """Whose hand; empty where it is this shopper's."""
    effect: str
    """What the receipt comes to with it."""
    probability: float | None
    expected_g: float | None
    """What the scales would have felt, grams; None: a product without a weight."""
    expected_sd_g: float = 0.0
    sku: str = ""
    """Of which there is a picture to look for in the clips: the first product moved; empty: none is known."""


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
        choices=tuple(_choice(i, question, card, words) for i in range(len(question.alternatives))),
        # of what happened at a shelf that felt something, what else it may have been is offered
        none_words=tr("Nothing was taken") if silent else tr("None of these"),
        none_effect=_effect(totals[-1], card.counted, words),
        delta_g=None if felt is None or silent else felt.delta_g,
        sd_g=0.0 if felt is None else felt.sd_g,
        facts=(*_where(question, words), *_who_stood(question, card), *_of_visit(card, words)),
        fixture=_fixture(question, words),
        slots=tuple(slot.id for slot in _slots(question, words)),
        part=part + 1,
        parts=len(still_open),
        t=None if felt is None else felt.t,
        looks=_looks(card, dict.fromkeys(t for e in question.alternatives for t in e.tracks())),
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


def _choice(number: int, question: Question, card: OpenCard, words: ShopWords) -> Choice:
    explanation, track = question.alternatives[number], card.card.visit.track
    expected = _expected(explanation, words)
    return Choice(
        number=number,
        words=moves_words(explanation, words),
        who=_who(explanation, track, card.codes),
        effect=_effect(card.totals[question.event][number], card.counted, words),
        probability=stated(explanation),
        expected_g=None if expected is None else expected[0],
        expected_sd_g=0.0 if expected is None else expected[1],
        sku=next((move.sku for move in explanation.moves), ""),
    )


def _about_lines(card: OpenCard, words: ShopWords) -> Shown:
    visit = card.card.visit
    goods = goods_words(visit.lines, words) or tr("Nothing")
    return Shown(
        visit=card.visit,
        event=None,
        text=tr("Is it right what was counted for {visit}?", visit=visit.code),
        choices=(Choice(None, goods, "", _effect(card.counted, card.counted, words), None, None),),
        none_words=tr("Nothing was taken"),
        none_effect=_effect(0, card.counted, words),
        delta_g=None,
        sd_g=0.0,
        facts=_of_visit(card, words),
        fixture=None,
        slots=(),
        part=1,
        parts=1,
        looks=_looks(card, ()),
        evidence=tuple(dict.fromkeys(event for line in visit.lines for event in line.events)),
    )


def _looks(card: OpenCard, tracks: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Looks by their place on the card, so that nobody's depends on who else is inside by now."""
    own = card.card.visit.track
    others = [track for track in tracks if track != own]
    return {
        track: (look, card.codes.get(track) or tr("another shopper"))
        for look, track in enumerate((own, *others))
    }


def evidence_of(card: OpenCard, words: ShopWords) -> list[tuple[str, str]]:
    """Visit and event of everything that its questions may show, in the order in which they are asked."""
    parts = range(max(1, len(open_questions(card))))
    return [(card.visit, event) for part in parts for event in shown_question(card, part, words).evidence]


def _effect(total: int | None, counted: int | None, words: ShopWords) -> str:
    if total is None:
        return tr("needs its lines told")
    if counted is None:
        return tr("receipt {total}", total=words.money(total))
    if total == counted:
        return tr("receipt {total}, the same total", total=words.money(total))
    sign = "+" if total > counted else MINUS
    change = f"{sign}{words.money(abs(total - counted))}"
    return tr("receipt {total} ({change})", total=words.money(total), change=change)


def _who(explanation: Explanation, track: int, codes: dict[int, str]) -> str:
    """Empty for this shopper alone."""
    if explanation.handed is True:
        return _handed(explanation, track, codes)
    movers = dict.fromkeys(explanation.mover(m) for m in explanation.moves)
    if not movers and explanation.track is not None:
        movers = {explanation.track: None}
    if not movers or set(movers) == {track}:
        return ""
    return tr(" and ").join(_person(t, track, codes) for t in movers)


def _handed(explanation: Explanation, own: int, codes: dict[int, str]) -> str:
    """Who gave it to whom, and how many, where it was not all; or who put it back for another."""
    if explanation.moves[0].count < 0:
        return tr("by {who}, who had been handed it", who=_person(explanation.track, own, codes))
    given = [move for move in explanation.moves if move.track is not None]
    units = sum(move.count for move in given)
    some = units < sum(move.count for move in explanation.moves)
    receiver = tr(" and ").join(
        tr("this shopper") if t == own else _person(t, own, codes)
        for t in dict.fromkeys(move.track for move in given)
    )
    if explanation.track == own:
        if some:
            return tr_n("{n} handed to {receiver}", "{n} handed to {receiver}", units, receiver=receiver)
        return tr("handed to {receiver}", receiver=receiver)
    giver = _person(explanation.track, own, codes)
    if some:
        return tr_n(
            "{n} handed by {giver} to {receiver}",
            "{n} handed by {giver} to {receiver}",
            units,
            giver=giver,
            receiver=receiver,
        )
    return tr("handed by {giver} to {receiver}", giver=giver, receiver=receiver)


def _person(track: int | None, own: int, codes: dict[int, str]) -> str:
    if track is None:
        return tr("somebody not followed")
    if track == own:
        return tr("this shopper, {code}", code=codes[own])
    return codes.get(track) or tr("another shopper")


def _expected(explanation: Explanation, words: ShopWords) -> tuple[float, float] | None:
    """Grams that the scales would have felt, and their sd: the variances of the units add up.

    None: nobody can say, a product has no weight, or it is none that we know.
    """
    if not explanation.moves and explanation.track is not None:
        return None
    grams = variance = 0.0
    for move in explanation.moves:
        product = words.layout.products.get(move.sku)
        if product is None or product.weight_g <= 0:
            return None
        grams -= move.count * product.weight_g
        variance += abs(move.count) * product.weight_sd_g**2
    return grams, math.sqrt(variance)


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


class Way(msgspec.Struct, frozen=True):
    """One explanation of an event in words."""

    words: str
    who: str
    """Whose hand; empty where it is this shopper's."""
    expected_g: float | None
    """What the scales would have felt, grams; None: a product without a weight."""


def way_of(explanation: Explanation, track: int, codes: dict[int, str], words: ShopWords) -> Way:
    """An explanation as the question's answers say it. ``codes`` has this track's own."""
    expected = _expected(explanation, words)
    return Way(
        moves_words(explanation, words),
        _who(explanation, track, codes),
        None if expected is None else expected[0],
    )
