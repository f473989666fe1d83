"""Weights that changed under somebody's hands, and no product explains them."""

from __future__ import annotations

import msgspec
import pytest

from inference.messages import Attribution, Explanation, Question
from tests.support.stores import small_store
from tests.visits.days import Day, attribution, lines, move

LEMON = small_store().catalog[0].sku


def unexplained(name: str, t: float, **shares: float) -> Attribution:
    """An event of which only the doers are known: by ``t1`` and so on."""
    made = attribution(name, t, (1.0, 1, move(LEMON)))
    found = tuple(Explanation(share, int(who[1:])) for who, share in shares.items())
    rest = 1.0 - sum(shares.values())
    return msgspec.structs.replace(made, explanations=(*found, Explanation(rest, None)))


@pytest.mark.parametrize(("share", "decision"), [(0.4, "review"), (0.02, "issue")])
def test_whoever_may_have_moved_it_is_looked_at(share: float, decision: str) -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.happen(attribution("e1", 5, (0.999, 1, move(LEMON))))
    day.happen(unexplained("e2", 9, t1=share))
    day.leave(1, 20)
    day.until(30)
    closed = day.closed[1]
    assert closed.decision == decision
    assert lines(closed) == {LEMON: 1}
    assert bool(closed.notes) is (decision == "review")


def test_nobodys_change_of_weight_concerns_nobody() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.happen(attribution("e1", 5, (0.999, 1, move(LEMON))))
    day.happen(unexplained("e2", 9))
    day.leave(1, 20)
    day.until(30)
    assert day.closed[1].decision == "issue"


def with_weight(made: Attribution, grams: float) -> Attribution:
    event = made.event
    changes = (msgspec.structs.replace(event.changes[0], delta_g=grams),)
    return msgspec.structs.replace(made, event=msgspec.structs.replace(event, delta_g=grams, changes=changes))


def asked_of(day: Day, track: int) -> Question:
    (question,) = day.closed[track].questions
    return question


def test_a_card_asks_what_it_was_and_offers_what_weighs_nearly_as_much() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.happen(with_weight(unexplained("e2", 9, t1=0.9), -590.0))
    day.leave(1, 20)
    day.until(30)
    closed, question = day.closed[1], asked_of(day, 1)
    assert closed.decision == "review"
    assert question.event == "e2"
    assert question.text == (
        "590 g taken from Gondola A, which no product weighs: "
        f"what did the shopper with code {closed.code} take, if anything?"
    )
    unknown, nobody, guessed = question.alternatives
    assert [(e.track, e.moves) for e in (unknown, nobody)] == [(1, ()), (None, ())]
    assert [e.probability for e in (unknown, nobody)] == pytest.approx([0.9, 0.1])
    assert guessed == Explanation(0.0, 1, move(LEMON))
    assert question.at_stake == small_store().products[LEMON].price
    assert question.felt is not None
    assert question.felt.delta_g == -590.0


def test_what_was_put_down_may_be_what_they_hold() -> None:
    store = small_store()
    crisps = next(p.sku for p in store.catalog if p.name.startswith("Crisps"))
    day = Day(store)
    day.enter(1, 0)
    day.happen(attribution("e1", 5, (1.0, 1, move(crisps, slot="A4"))))
    day.happen(with_weight(unexplained("e2", 9, t1=0.9), 190.0))
    day.leave(1, 20)
    day.until(30)
    question = asked_of(day, 1)
    assert "190 g put on Gondola A" in question.text
    assert [e.moves for e in question.alternatives] == [(), (), move(crisps, -1)]


def test_of_two_who_stood_there_either_may_be_the_answer_and_both_cards_ask() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.enter(2, 1)
    day.happen(with_weight(unexplained("e2", 9, t1=0.5, t2=0.4), -600.0))
    day.leave(1, 20)
    day.leave(2, 21)
    day.until(30)
    for track in (1, 2):
        question = asked_of(day, track)
        assert question.text.startswith("600 g taken from Gondola A, which no product weighs: what was it, ")
        assert {e.track for e in question.alternatives if e.moves} == {1, 2}


def test_a_touch_that_changed_nothing_has_no_guesses() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.happen(with_weight(unexplained("e2", 9, t1=0.9), 0.0))
    day.leave(1, 20)
    day.until(30)
    assert all(not e.moves for e in asked_of(day, 1).alternatives)


def test_weights_that_nothing_comes_near_have_only_the_lines_as_an_answer() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.happen(with_weight(unexplained("e2", 9, t1=0.9), -60.0))
    day.leave(1, 20)
    day.until(30)
    question = asked_of(day, 1)
    assert [(e.track, e.moves) for e in question.alternatives] == [(1, ()), (None, ())]
    assert question.at_stake == 1
