from __future__ import annotations

import pytest

from console.engine_process.entries_heard import LOOKED_FOR_S, SETTLED_S, DeclinedCards, hearing
from inference.messages import Alarm, GateSignal, Observation, Result, Tick
from inference.messages.results import CardInside
from inference.messages.shelves import Misplaced, ScaleLevel, UnderWay
from store_layout.model import StoreLayout
from tests.support.stores import small_store


class Steps:
    """A flow that notes what reached it."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.cards: tuple[CardInside, ...] = ()

    def step(self, seen: Observation) -> list[Result]:
        self.seen.append(seen)
        return []

    def finish(self, t: float) -> list[Result]:
        self.seen.append(("finish", t))
        return []

    def checkpoint(self, appearances: object = None) -> bytes:
        return b"state"

    def restore(self, data: bytes, appearances: object = None) -> None:
        self.seen.append(("restore", data))

    def take_over(self, data: bytes, before: StoreLayout, appearances: object = None) -> None:
        self.seen.append(("take_over", data, before))

    def under_way(self) -> UnderWay:
        return UnderWay()

    def scale_levels(self) -> tuple[ScaleLevel, ...]:
        return ()

    def misplaced(self) -> tuple[Misplaced, ...]:
        return ()

    def cards_inside(self) -> tuple[CardInside, ...]:
        return self.cards


@pytest.mark.parametrize(
    ("signal", "told"),
    [
        (GateSignal("door", 7.0, "entry", 1, "tok-1"), [("tok-1", 7.0)]),
        (GateSignal("door", 7.0, "entry", 2, "tok-1"), [("tok-1", 7.0)]),
        (GateSignal("door", 7.0, "entry"), []),
        (GateSignal("door", 7.0, "exit", 1, "tok-1"), []),
        (Tick(7.0), []),
    ],
)
def test_who_comes_in_with_a_card_is_told_of_and_the_flow_sees_everything(
    signal: Observation, told: list[tuple[str, float]]
) -> None:
    inner, heard = Steps(), []

    def make(layout: StoreLayout, salt: str) -> Steps:
        assert salt == "salt"
        return inner

    flow = hearing(make, lambda token, at: heard.append((token, at)), DeclinedCards())(small_store(), "salt")
    assert flow.step(signal) == []
    flow.finish(9.0)
    flow.restore(flow.checkpoint())
    assert heard == told
    assert inner.seen == [signal, ("finish", 9.0), ("restore", b"state")]


def test_a_declined_card_is_told_of_once_when_it_is_sure_whose_it_is() -> None:
    inner, declined = Steps(), DeclinedCards()

    def make(_layout: StoreLayout, _salt: str) -> Steps:
        return inner

    maker = hearing(make, lambda *_: None, declined)
    flow = maker(small_store(), "")
    declined.add("tok-1", 100.0)
    declined.add("tok-2", 100.0)
    inner.cards = (CardInside("K1-204", "tok-1"),)
    assert flow.step(Tick(100.0 + SETTLED_S - 1)) == []  # it may still be another one's
    told = flow.step(Tick(100.0 + SETTLED_S))
    assert [(a.kind, a.about, str(a.text)) for a in told if isinstance(a, Alarm)] == [
        (
            "card_declined",
            "K1-204",
            "the card of K1-204 was declined at the entry: ask for another one",
        )
    ]
    assert "tok" not in str(told)
    assert flow.step(Tick(108.0)) == []
    inner.cards += (CardInside("K2-204", "tok-2"), CardInside("K3-204", "tok-2"))
    later = maker(small_store(), "")  # the store was laid out otherwise, or something was passed over
    assert [str(a.text) for a in later.step(Tick(109.0)) if isinstance(a, Alarm)] == [
        "the card of K2-204 was declined at the entry: ask for another one",
        "the card of K3-204 was declined at the entry: ask for another one",
    ]
    assert later.step(Tick(110.0)) == []


def test_a_declined_card_of_nobody_inside_is_forgotten() -> None:
    inner, declined = Steps(), DeclinedCards()
    flow = hearing(lambda *_: inner, lambda *_: None, declined)(small_store(), "")
    declined.add("tok-1", 100.0)
    assert flow.step(Tick(100.0 + LOOKED_FOR_S - 1)) == []
    assert flow.step(Tick(100.0 + LOOKED_FOR_S)) == []
    inner.cards = (CardInside("K1-204", "tok-1"),)
    assert flow.step(Tick(100.0 + LOOKED_FOR_S + 1)) == []
