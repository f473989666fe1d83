"""The weights that a picture of the shelves shows are those of its moment."""

from __future__ import annotations

import msgspec
import pytest

from console.cli.picture_traces import later_than, telling_slot, traces_of
from inference.messages.shelves import ScaleDetail, ScaleEvent, ScaleView
from inference.messages.wire import Answer, Command, GetScale, Refused, Snapshot
from store_layout.model import StoreLayout
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.support.layouts import aisles

NOW = EPOCH + 200.0


@pytest.fixture
def layout() -> StoreLayout:
    return aisles(gondolas=1, cameras=0)


def view(scale: str, event_t: float | None, *, faulty: bool = False) -> ScaleView:
    return ScaleView(scale, NOW, 1000.0, 1.0, False, ("stuck",) if faulty else (), event_t=event_t)


def detail(scale: str, *events: float, until: float = NOW) -> ScaleDetail:
    times = tuple(until - 100 + i / 10 for i in range(1001))
    return ScaleDetail(
        scale, times, (1000.0,) * len(times), 0.0, tuple(ScaleEvent(f"e{t}", t, -355.0) for t in events)
    )


def test_scales_on_which_something_happened_are_asked_for_and_cut_at_the_moment(layout: StoreLayout) -> None:
    moment = msgspec.structs.replace(
        FakeEngine(layout).advance(0.0),
        t=NOW,
        scales=(
            view("s000", NOW - 20),
            view("s001", None),
            view("s002", NOW - 500),
            view("s003", NOW - 10, faulty=True),
            view("s004", NOW - 5),
        ),
    )
    asked: list[Command] = []

    def ask(command: Command) -> Answer:
        asked.append(command)
        assert isinstance(command, GetScale)
        if command.scale == "s004":
            return Refused("it ended meanwhile")
        return detail(command.scale, NOW - 20, NOW + 1.5, until=NOW + 3)

    found = traces_of(moment, ask)
    assert asked == [GetScale("s004"), GetScale("s000")]
    assert list(found) == ["s000"]
    assert found["s000"].times[-1] == pytest.approx(NOW, abs=0.1)
    assert found["s000"].times[-1] <= NOW
    assert len(found["s000"].grams) == len(found["s000"].times)
    assert [event.t for event in found["s000"].events] == [NOW - 20]


def test_the_slot_shown_is_one_with_the_levels_before_and_after_an_event(layout: StoreLayout) -> None:
    slots = {scale: slots[0].id for scale, slots in layout.slots_of_scale.items()}
    just_now = detail("s000", NOW - 3, NOW - 1)
    whole = detail("s001", NOW - 50)
    assert telling_slot({"s000": just_now}, layout) == slots["s000"]
    assert telling_slot({"s000": just_now, "s001": whole}, layout) == slots["s001"]
    strange = msgspec.structs.replace(whole, scale="strange")
    assert telling_slot({"s000": just_now, "strange": strange}, layout) == slots["s000"]
    empty = msgspec.structs.replace(whole, times=(), grams=())
    assert telling_slot({"s001": empty}, layout) == ""


def test_only_what_is_new_is_answered() -> None:
    whole = detail("s000", NOW - 50)
    assert later_than(whole, 0.0) == whole
    rest = later_than(whole, NOW - 0.95)
    assert rest.times == whole.times[-10:]
    assert rest.grams == whole.grams[-10:]


def test_a_snapshot_without_scales_has_no_traces(layout: StoreLayout) -> None:
    bare = Snapshot("e", 1, NOW, FakeEngine(layout).advance(0.0).source)
    assert traces_of(bare, lambda _: Refused("nobody asks")) == {}
