"""What the questions of a visit in review say of the total."""

from __future__ import annotations

import msgspec
import pytest

from console.back_office.review_answers import NOTHING, believed, units_after
from console.item_models.question_words import asked as sentence
from console.item_models.questions import cards_of, effect_words
from console.item_models.words import MINUS, ShopWords
from console.language import ENGLISH, choose
from inference.messages.results import CartLine, ClosedVisit, Explanation, Felt, Question
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.visits import closed, layout


@pytest.fixture(name="words")
def _words() -> ShopWords:
    return ShopWords(layout())


def put_back() -> ClosedVisit:
    """Two cola were taken; whether it was this shopper who put one back is asked."""
    return closed(
        "v1",
        lines=(("cola", 1),),
        decision="review",
        questions=(asked("e2", took(1, ("cola", -1), probability=0.6), took(2, ("cola", -1))),),
    )


def with_events(visit: ClosedVisit, *events: str) -> ClosedVisit:
    line = CartLine("cola", visit.lines[0].quantity, 0.6, events)
    return msgspec.structs.replace(visit, lines=(line,))


def test_something_put_back_is_counted_where_the_lines_count_it(words: ShopWords) -> None:
    (card,) = cards_of(with_events(put_back(), "e1", "e2"), words)
    assert [(p.words, p.counted, p.effect) for p in card.possibilities] == [
        ("gave back 1 Cola", True, 0),
        ("Another shopper", False, 149),
    ]
    assert [effect_words(p, words) for p in card.possibilities] == ["counted now", "+€1.49"]


def test_something_that_another_put_back_is_counted_where_the_lines_say_nothing_of_it(
    words: ShopWords,
) -> None:
    (card,) = cards_of(with_events(put_back(), "e1"), words)
    assert [(p.counted, p.effect) for p in card.possibilities] == [(False, -149), (True, 0)]
    assert effect_words(card.possibilities[0], words) == f"{MINUS}€1.49"


def test_what_a_card_says_of_the_total_is_what_an_answer_does_to_it(words: ShopWords) -> None:
    question = asked(
        "e1",
        took(3, ("milk", 1), ("cola", -1)),
        took(3, ("gum", 1)),
        took(3, ("cola", 2), ("gum", 1)),
        took(4, ("milk", 1)),
    )
    visit = doubtful("v3", asked("e0", took(3, ("cola", 2))), question)
    before = sum(words.price(line.sku, line.quantity) for line in visit.lines)
    card = cards_of(visit, words)[1]
    first = visit.questions[0].alternatives[0]
    for explanation, possibility in zip(question.alternatives, card.possibilities, strict=True):
        units = units_after(visit, {"e0": first, "e1": explanation})
        after = sum(words.price(sku, count) for sku, count in units.items())
        assert possibility.effect == after - before
        assert possibility.counted == (explanation is question.alternatives[0])


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 Cola: behalten oder weitergegeben?"), (-1, "1 Cola zurückgestellt: Wer hatte es genommen?")],
)
def test_in_another_language_it_is_said_that_goods_may_have_changed_hands(
    words: ShopWords, count: int, said: str
) -> None:
    taken = took(1, ("cola", count)).moves[0]
    handed = Explanation(0.4, 1, (msgspec.structs.replace(taken, track=2),), handed=True)
    question = asked("e1", took(1, ("cola", count), probability=0.6), handed)
    choose("de")
    try:
        assert sentence(question, words, {1: "A1-001"}) == said
    finally:
        choose(ENGLISH)


@pytest.mark.parametrize(
    ("ways", "english", "german"),
    [
        (
            (took(1, ("cola", 1)), took(1, ("milk", 1))),
            "What did A1-001 take: Cola or Milk?",
            "Was hat A1-001 genommen: Cola oder Milk?",
        ),
        (
            (took(1, ("cola", 1)), took(1, ("cola", 2))),
            "What did A1-001 take: 1 Cola or 2 Cola?",
            "Was hat A1-001 genommen: 1 Cola oder 2 Cola?",
        ),
        (
            (took(1, ("cola", 1)), took(1, ("milk", 1)), took(None)),
            "What did A1-001 take?",
            "Was hat A1-001 genommen?",
        ),
        ((took(1, ("cola", 1)), took(None)), "Did A1-001 take Cola?", "Hat A1-001 Cola genommen?"),
        (
            (took(1, ("cola", 1)), took(1)),
            "What did A1-001 take: Cola or something not sold here?",
            "Was hat A1-001 genommen: Cola oder etwas, das hier nicht verkauft wird?",
        ),
        ((took(1, ("cola", 1)), took(2, ("cola", 1))), "Who took Cola?", "Wer hat Cola genommen?"),
        (
            (took(1, ("cola", 2)), took(2, ("cola", 2)), took(None)),
            "Who took 2 Cola?",
            "Wer hat 2 Cola genommen?",
        ),
        (
            (took(2, ("cola", 1)), took(None)),
            "Did another shopper take Cola?",
            "Hat jemand anderes Cola genommen?",
        ),
        (
            (took(1, ("cola", 1)), took(2, ("milk", 1))),
            "What is right: 1 Cola or 1 Milk?",
            "Was stimmt: 1 Cola oder 1 Milk?",
        ),
        (
            (took(1), took(None)),
            "What is right: Something not sold here or Nobody took anything?",
            "Was stimmt: Etwas, das hier nicht verkauft wird oder Niemand hat etwas genommen?",
        ),
        (
            (took(1, ("cola", -1)), took(2, ("cola", -1))),
            "Put back 1 Cola: whose hand was it?",
            "1 Cola zurückgestellt: Wessen Hand war es?",
        ),
    ],
)
def test_the_question_is_short_and_the_same_in_both_languages(
    words: ShopWords, ways: tuple[Explanation, ...], english: str, german: str
) -> None:
    question = asked("e1", *ways)
    assert sentence(question, words, {1: "A1-001"}) == english
    choose("de")
    try:
        assert sentence(question, words, {1: "A1-001"}) == german
    finally:
        choose(ENGLISH)


def test_goods_that_no_product_explains_are_something_else_and_guesses_have_no_probability(
    words: ShopWords,
) -> None:
    question = msgspec.structs.replace(
        asked("e1", took(1, probability=0.98), took(1, ("cola", 1), probability=0.0)),
        felt=Felt("A", 5.0, -341.4, 1.5),
    )
    (card,) = cards_of(closed("v1", lines=(), decision="review", questions=(question,)), words)
    assert [(p.words, p.probability, p.counted, p.effect) for p in card.possibilities] == [
        ("Something not sold here", 0.98, True, 0),
        ("1 Cola", None, False, 149),
    ]
    choose("de")
    try:
        assert sentence(question, words, {1: "A1-001"}) == "341 g, die zu keinem Artikel passen: Was war es?"
    finally:
        choose(ENGLISH)


def at_silent_scale() -> ClosedVisit:
    """Two milk were counted; the scale with the cola was silent while they stood at it."""
    text = "Scale s1 at A was silent: what did the shopper with code A1-001 take there, if anything?"
    question = Question(
        "silent:s1@5.000-1",
        text,
        (
            took(None, probability=0.0),
            took(1, ("cola", 1), probability=0.0),
            took(1, ("cola", 2), probability=0.0),
            took(1, probability=0.0),
        ),
        149,
        Felt("A", 5.0, 0.0, 0.0, ("silent",)),
    )
    return closed("v1", lines=(("milk", 2),), decision="review", questions=(question,))


def test_at_a_silent_scale_nothing_is_counted_and_what_lies_there_is_guessed(words: ShopWords) -> None:
    visit = at_silent_scale()
    (card,) = cards_of(visit, words)
    assert card.text == "Scale s1 at A was silent: what was taken there, if anything?"
    assert [(p.words, p.probability, p.counted, p.effect) for p in card.possibilities] == [
        ("Nobody", None, True, 0),
        ("1 Cola", None, False, 149),
        ("2 Cola", None, False, 298),
        ("Something not sold here", None, False, 0),
    ]
    choose("de")
    try:
        said = sentence(visit.questions[0], words, {1: "A1-001"})
    finally:
        choose(ENGLISH)
    assert said == "Waage s1 an A war still: Was wurde dort genommen, wenn überhaupt etwas?"


def test_an_answer_to_it_adds_what_was_taken_there_to_the_lines() -> None:
    visit = at_silent_scale()
    (question,) = visit.questions
    assert believed(question, visit) is question.alternatives[0]
    found = [units_after(visit, {question.event: e}) for e in (*question.alternatives, NOTHING)]
    assert found == [
        {"milk": 2},
        {"milk": 2, "cola": 1},
        {"milk": 2, "cola": 2},
        {"milk": 2},
        {"milk": 2},
    ]
    held = msgspec.structs.replace(visit, lines=(CartLine("cola", 1, 0.9, ("e1",)),))
    assert units_after(held, {question.event: question.alternatives[1]}) == {"cola": 2}, "beside others"
