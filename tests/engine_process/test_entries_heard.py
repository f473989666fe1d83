from __future__ import annotations

import pytest

from console.engine_process.entries_heard import hearing
from inference.messages import GateSignal, Observation, Result, Tick
from inference.messages.shelves import Misplaced, ScaleLevel, UnderWay
from store_layout.model import StoreLayout
from tests.support.stores import small_store


class Steps:
    """A flow that notes what reached it."""

    def __init__(self) -> None:
        self.seen: list[object] = []

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

    flow = hearing(make, lambda token, at: heard.append((token, at)))(small_store(), "salt")
    assert flow.step(signal) == []
    flow.finish(9.0)
    flow.restore(flow.checkpoint())
    assert heard == told
    assert inner.seen == [signal, ("finish", 9.0), ("restore", b"state")]
