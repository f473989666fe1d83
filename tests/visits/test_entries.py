"""Whose card is whose where people come in one after the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.messages import CartLine, GateSignal, TrackStarted
from inference.messages.results import CardInside
from inference.visits.entries import Doors, cards_inside, free_place, match_entries
from inference.visits.settings import BORN_LATE_S, EARLY_S
from inference.visits.state import Visit, VisitsState, Waiting
from tests.support.stores import small_store

T = 1_700_000_000.0


def tokens(
    signals: list[tuple[float, str, int]], entries: list[float], walked_s: tuple[float, ...] = ()
) -> list[str | None]:
    """Tokens of visits that began then, after all that came in order of time.

    ``walked_s``: for how long each must have walked to be where they were first seen.
    """
    state = VisitsState()
    both: list[tuple[float, int, object]] = [
        (t, 0, GateSignal("door", T + t, "entry", n, k)) for t, k, n in signals
    ]
    both += [(t, 1, number) for number, t in enumerate(entries)]
    for t, _, what in sorted(both, key=lambda item: item[:2]):
        if isinstance(what, GateSignal):
            state.waiting.append(Waiting(what))
        else:
            assert isinstance(what, int)
            came = T + t - walked_s[what] if walked_s else None
            state.visits[what] = Visit(f"v{what}", "", what, T + t, "door", came)
        match_entries(state, "door", T + t)
    return [state.visits[n].token for n in range(len(entries))]


def test_each_has_the_card_that_was_shown_as_they_came() -> None:
    assert tokens([(0.0, "a", 1), (2.0, "b", 1)], [0.3, 2.1]) == ["a", "b"]


def test_the_cards_of_those_who_are_inside() -> None:
    state = VisitsState()
    here, gone = None, T + 9
    known = (
        (here, "a", False),
        (here, None, False),
        (gone, "b", False),
        (here, "c", True),
        (here, "a", False),
    )
    for n, (left, card, strange) in enumerate(known, start=1):
        state.visits[n] = Visit(
            f"v{n}", f"K{n}-204", n, T, "door", left_at=left, token=card, unexplained=strange
        )
    assert cards_inside(state) == (CardInside("K1-204", "a"), CardInside("K5-204", "a"))


def test_seen_a_little_before_the_signal() -> None:
    assert tokens([(0.5, "a", 1), (2.5, "b", 1)], [0.2, 2.2]) == ["a", "b"]


def test_who_is_not_seen_does_not_hand_their_card_on() -> None:
    """Nobody was followed for the first card: all that come after keep their own."""
    signals = [(2.0 * i, name, 1) for i, name in enumerate("abcd")]
    assert tokens(signals, [2.1, 4.1, 6.1]) == ["b", "c", "d"]
    # Also where each is seen before their own signal comes.
    assert tokens(signals, [1.9, 3.9, 5.9]) == ["b", "c", "d"]


def test_who_is_seen_late_still_has_theirs() -> None:
    assert tokens([(0.0, "a", 1), (4.0, "b", 1)], [2.4, 4.1]) == ["a", "b"]


def test_two_on_one_card_and_the_next() -> None:
    assert tokens([(0.0, "a", 2), (4.0, "b", 1)], [0.1, 1.3, 4.2]) == ["a", "a", "b"]


def test_tailgating_leaves_the_second_without_a_card() -> None:
    assert tokens([(0.0, "a", 1)], [0.1, 0.9]) == ["a", None]


def test_a_card_that_has_been_used_up_is_not_used_again() -> None:
    state = VisitsState()
    signal = GateSignal("door", T, "entry", 1, "a")
    state.waiting.append(Waiting(signal, closed=1))
    state.visits[1] = Visit("v1", "", 1, T + 1.0, "door")
    match_entries(state, "door", T + 1.0)
    assert state.visits[1].token is None


def test_who_comes_later_has_no_card_from_before_one_that_is_settled() -> None:
    """The first is taken for the second card's before the whole queue fits better otherwise."""
    shown = [(t, str(i), 1) for i, t in enumerate((1.0, 2.0, 3.0, 4.5, 7.5))]
    found = tokens(shown, [1.875, 2.875, 3.875, 5.375, 8.375])
    used = [token for token in found if token is not None]
    assert used == sorted(used, key=int)


gaps = st.lists(st.floats(0.1, 4.0), min_size=1, max_size=6)


@given(gaps, gaps, st.floats(-1.0, 1.0))
def test_no_card_is_used_twice_nor_far_from_its_time(
    cards: list[float], people: list[float], off: float
) -> None:
    shown = [sum(cards[: i + 1]) for i in range(len(cards))]
    came = [sum(people[: i + 1]) + off for i in range(len(people))]
    found = tokens([(t, str(i), 1) for i, t in enumerate(shown)], came)
    used = [token for token in found if token is not None]
    assert len(used) == len(set(used))
    assert used == sorted(used, key=int)
    assert all(
        -EARLY_S - 1e-6 <= came[i] - shown[int(token)] <= BORN_LATE_S + 1e-6
        for i, token in enumerate(found)
        if token is not None
    )


@given(st.lists(st.floats(1.5, 6.0), min_size=1, max_size=8), st.data())
def test_who_is_seen_within_a_little_of_their_card_has_it(cards: list[float], data: st.DataObject) -> None:
    """Whoever else is missed."""
    shown = [sum(cards[: i + 1]) for i in range(len(cards))]
    seen = [i for i in range(len(shown)) if data.draw(st.booleans())]
    came = [shown[i] + data.draw(st.floats(-0.3, 0.3)) for i in seen]
    assert tokens([(t, str(i), 1) for i, t in enumerate(shown)], came) == [str(i) for i in seen]


def test_the_second_of_a_party_is_told_apart_late_and_the_next_card_comes_soon() -> None:
    """As it was: a card for two at 0, who follows seen 3 s later, a card for two more at 5 s."""
    shown = [(0.0, "a", 2), (5.0, "b", 2)]
    assert tokens(shown, [0.02, 3.0, 5.2, 6.1]) == ["a", "a", "b", "b"]
    # Also where the next one of all comes when the first card is long ago.
    assert tokens([*shown, (11.0, "c", 1)], [0.02, 3.0, 5.2, 6.1, 11.1]) == ["a", "a", "b", "b", "c"]


def test_who_is_lost_in_the_doorway_still_has_their_card() -> None:
    assert tokens([(0.0, "a", 1)], [5.0]) == ["a"]
    assert tokens([(0.0, "a", 1)], [7.0]) == [None]


def test_it_is_known_how_many_of_a_card_were_seen_to_come_in() -> None:
    state = VisitsState()
    state.waiting.append(Waiting(GateSignal("door", T, "entry", 3, "a")))
    for number in range(2):
        state.visits[number] = Visit(f"v{number}", "", number, T + number, "door")
        match_entries(state, "door", T + number)
    assert [(v.people, v.followed) for v in state.visits.values()] == [(3, 2), (3, 2)]


def test_who_is_first_seen_well_inside_came_in_before_who_is_seen_at_the_door() -> None:
    """Two seconds after one another; others hid the first, who is seen last of all."""
    signals = [(0.0, "a", 1), (2.1, "b", 1)]
    assert tokens(signals, [2.1, 2.5], (0.0, 1.3)) == ["b", "a"]
    assert tokens(signals, [2.1, 2.5], (0.0, 0.0)) == ["a", "b"], "both at the door: as they were seen"


def test_when_somebody_came_in_is_told_by_where_they_are_first_seen() -> None:
    layout = small_store()
    (gate,) = layout.file.gate
    doors, middle = Doors(layout), gate.outline[0]
    assert doors.came_at(TrackStarted(1, T, middle, gate.id)) == T
    far = min(x for x, _ in gate.outline) - 3.1, middle[1]
    assert doors.came_at(TrackStarted(1, T, far, gate.id)) == pytest.approx(T - 2.6 / 1.3)
    assert doors.came_at(TrackStarted(1, T, far, None)) == T


def in_and_out(left_s: float, back_s: float, held: tuple[CartLine, ...] = ()) -> list[str | None]:
    """Tokens of who left again so soon, and of who is seen in the door without a card so long after that."""
    state = VisitsState()
    state.waiting.append(Waiting(GateSignal("door", T, "entry", 1, "a")))
    state.visits[1] = Visit("v1", "", 1, T + 0.2, "door")
    match_entries(state, "door", T + 0.2)
    state.visits[1].left_at, state.visits[1].gate_out = T + 0.2 + left_s, "door"
    state.visits[1].lines = held
    state.visits[2] = Visit("v2", "", 2, T + 0.2 + left_s + back_s, "door")
    match_entries(state, "door", T + 0.2 + left_s + back_s)
    return [state.visits[n].token for n in (1, 2)]


def test_who_turned_back_at_once_leaves_the_card_to_whoever_is_seen_there_next() -> None:
    assert in_and_out(left_s=1.2, back_s=0.4) == [None, "a"]


def test_who_stayed_or_took_something_or_left_long_ago_keeps_the_card() -> None:
    assert in_and_out(left_s=3.5, back_s=0.4) == ["a", None]
    assert in_and_out(left_s=1.2, back_s=2.0) == ["a", None]
    assert in_and_out(left_s=1.2, back_s=0.4, held=(CartLine("cola", 1, 0.9),)) == ["a", None]


def test_a_card_left_at_the_door_is_kept_when_all_are_matched_again() -> None:
    state = VisitsState()
    state.waiting.append(Waiting(GateSignal("door", T, "entry", 1, "a")))
    state.visits[1] = Visit("v1", "", 1, T + 0.2, "door", left_at=T + 1.4, gate_out="door")
    state.visits[2] = Visit("v2", "", 2, T + 1.8, "door")
    match_entries(state, "door", T + 1.8)
    del state.visits[1]
    state.waiting.append(Waiting(GateSignal("door", T + 3.0, "entry", 1, "b")))
    state.visits[3] = Visit("v3", "", 3, T + 3.1, "door")
    match_entries(state, "door", T + 3.1)
    assert [state.visits[n].token for n in (2, 3)] == ["a", "b"]


def test_a_place_that_becomes_free_late_is_that_of_who_came_in_then_without_a_card() -> None:
    state = VisitsState()
    pair, next_one = GateSignal("door", T, "entry", 2, "a"), GateSignal("door", T + 30.0, "entry", 1, "b")
    for n, (t, signal) in enumerate(((0.4, pair), (3.9, None), (9.0, None), (30.2, next_one)), start=1):
        visit = Visit(f"v{n}", "", n, T + t, "door", signal=signal)
        visit.token, visit.people = (None, 1) if signal is None else (signal.token, signal.people)
        state.visits[n] = visit
    free_place(state, pair, T + 40.0)
    assert [visit.token for visit in state.visits.values()] == ["a", "a", None, "b"]
    assert [visit.followed for visit in state.visits.values()] == [2, 2, 1, 1]
    free_place(state, pair, T + 41.0)
    assert state.visits[3].token is None, "both places are taken"
