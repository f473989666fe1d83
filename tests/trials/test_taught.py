"""Stores whose files are wrong: what is made wrong, what a person would answer, and what the figures say."""

from __future__ import annotations

import math
from collections import Counter

import msgspec
import pytest

from inference.learning.cases import Rest
from inference.messages import Explanation, Felt, ItemMove, Question
from inference.trials.answered import _Truth, rests, settled_by_truth
from inference.trials.ours import play
from inference.trials.taught import (
    OFF_BY,
    OFF_SHARE,
    Lesson,
    files_of,
    log_losses,
    noisy_scale,
    taught_table,
    teach,
    world_of,
)
from tests.trials.made import payment, session


def test_only_some_weights_are_off_and_by_as_much_as_said() -> None:
    lesson = Lesson(wrong=True)
    world = world_of(lesson)
    files = files_of(world, lesson)
    off = [
        abs(files.products[p.sku].weight_g / p.weight_g - 1)
        for p in world.catalog
        if files.products[p.sku].weight_g != p.weight_g
    ]
    assert 0.6 * OFF_SHARE < len(off) / len(world.catalog) < 1.4 * OFF_SHARE
    assert all(OFF_BY[0] - 0.002 < share < OFF_BY[1] + 0.002 for share in off)
    assert files.file == world.file
    right = Lesson(wrong=False)
    assert files_of(world, right) is world


def test_a_shop_of_which_one_fixture_has_goods_is_a_store() -> None:
    from store_layout.problems import errors_among
    from store_layout.writer import check_layout

    world = world_of(Lesson(wrong=True, fixtures=("F2",)))
    assert {slot.fixture for slot in world.file.slot} == {"F2"}
    assert errors_among(check_layout(world)) == ()
    assert noisy_scale(world) in world.scales
    with pytest.raises(ValueError, match="no fixture 'X'"):
        world_of(Lesson(wrong=True, fixtures=("X",)))


def test_scales_at_rest_show_their_noise() -> None:
    found = rests(session())
    assert len({rest.scale for rest in found}) > 40
    typical = sorted(rest.sd_g for rest in found)[len(found) // 2]
    assert 1.4 < typical < 2.7, "by the profile, 1.5 to 2.6 g"
    assert all(isinstance(rest, Rest) and rest.readings > 10 for rest in found)


def test_the_truth_chooses_among_the_alternatives_or_none_of_them() -> None:
    happened = session()
    played = play(happened)
    move = next(m for m in happened.truth.moves if m.count > 0)
    group = next(v.group for v in happened.truth.visits if v.person == move.person)
    asked = next(v for v in played.closed if v.token == f"card-{group or move.person}")
    felt = Felt("F", move.t, -100.0, 1.0)
    right = Explanation(0.3, asked.track, (ItemMove(move.sku, move.count, move.slot),))
    wrong = Explanation(0.7, asked.track, (ItemMove("other", move.count, move.slot),))
    other = [v for v in played.closed if v.visit != asked.visit]
    trace = asked.trace
    assert not isinstance(trace, msgspec.UnsetType)

    def review(*alternatives: Explanation) -> list[tuple[str, bool]]:
        question = Question("e", "?", alternatives, 10, felt)
        ground = msgspec.structs.replace(
            trace.grounds[0], event="e", explanations=alternatives, counted=0, felt=felt
        )
        visit = msgspec.structs.replace(
            asked,
            decision="review",
            questions=(question,),
            trace=msgspec.structs.replace(trace, grounds=(ground,)),
        )
        found = settled_by_truth(happened, [visit, *other], "day 1")
        return [(e.answer.moves[0].sku, e.reviewed) for e in found if e.event == "day 1 e"]

    assert review(wrong, right) == [(move.sku, True)]
    assert review(wrong) == [], "they say what was taken instead, and the event stays open"


def test_of_a_silent_scale_the_truth_is_what_they_took_there_while_it_was_to_be_seen() -> None:
    happened = session()
    played = play(happened)
    moves, slots = happened.truth.moves, happened.layout.slots
    by_scale = Counter((m.person, slots[m.slot].scale) for m in moves)
    move = next(m for m in moves if m.count > 0 and by_scale[m.person, slots[m.slot].scale] == 1)
    group = next(v.group for v in happened.truth.visits if v.person == move.person)
    asked = next(v for v in played.closed if v.token == f"card-{group or move.person}")
    truth = _Truth(happened, played.closed)
    ways = (
        Explanation(0.0, None),
        Explanation(0.0, asked.track, (ItemMove("other", 1, move.slot),)),
        Explanation(0.0, asked.track, (ItemMove(move.sku, move.count, move.slot),)),
    )

    def answer(t: float, *alternatives: Explanation) -> Explanation | None:
        felt = Felt("F", t, 0.0, 0.0, ("silent",))
        return truth.answer(Question("silent:s@1.000-1", "?", alternatives, 10, felt))

    assert answer(move.t + 3.0, *ways) is ways[2]
    assert answer(move.t + 3.0, *ways[:2]) is None, "they say what was taken instead"
    assert answer(happened.started_at - 60.0, *ways) is ways[0]


def test_log_loss_is_of_what_was_stated() -> None:
    sure, unsure = payment(probability=0.9), payment(probability=0.9, right=False, over=100)
    assert log_losses([sure, unsure]) == [pytest.approx(-math.log(0.9)), pytest.approx(-math.log(0.1))]
    assert log_losses([payment(probability=1.0, right=False, over=1)])[0] < 10.0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_day_is_learned_from_and_another_played_twice() -> None:
    lesson = Lesson(wrong=True, fixtures=("F2",), each=4, learn=4, test=4)
    told: list[tuple[int, int]] = []
    found = teach(lesson, 1, lambda done, total: told.append((done, total)))
    assert told == [(4, 8), (8, 8)]
    assert found.settled > 2
    assert found.before.payments == found.after.payments > 2
    noise = [e for e in found.estimates if e.what == "noise"]
    assert noisy_scale(world_of(lesson)) in {e.about for e in noise}
    assert found.before.log_loss - found.after.log_loss == pytest.approx(found.log_loss_fell)
    table = taught_table([found])
    assert "files off: as its files say" in table
    assert table.count("\n") == 4
