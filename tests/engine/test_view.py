from __future__ import annotations

import msgspec

from inference.engine.view import LATEST, ShownPicture, View, ViewState
from inference.messages import (
    Alarm,
    CameraLearned,
    Detection,
    Detections,
    Person,
    StaffMark,
    VisitClosed,
    VisitOpened,
)
from inference.messages.codec import from_msgpack, to_msgpack
from inference.messages.results import CartChanged, FloorUpdate
from inference.messages.wire import DeviceStatus, SourceStatus
from tests.back_office.visits import closed
from tests.support.fake_pipeline import FakeFlow, fake_layout, fake_observations

SOURCE = SourceStatus("recording", "r")


def person(track: int, *seen_in: tuple[str, int]) -> Person:
    return Person(track, 1.0, (1.0, 2.0), (0.1, 0.0, 0.1), (0.0, 0.0), 1.7, 0.99, False, 1.0, seen_in=seen_in)


def test_a_snapshot_joins_people_visits_boxes_and_pictures() -> None:
    view = View("e")
    boxes = (Detection((0.0, 0.0, 1.0, 1.0), 0.9), Detection((2.0, 0.0, 3.0, 1.0), 0.8))
    view.saw(
        Detections("c0", 5.0, 1, 64, 48, boxes),
        [
            VisitOpened("v1", "AB", 1, 4.0, "door"),
            VisitOpened("v2", "CD", 2, 4.5, "door"),
            FloorUpdate(5.0, (person(1, ("c0", 1), ("c0", 9), ("c1", 0)), person(3))),
        ],
    )
    view.saw(StaffMark("AB", 5.5), [])
    view.saw(StaffMark("nobody", 5.5), [])
    pictures = {"c0": ShownPicture("n0", 64, 48, 5.0), "c9": ShownPicture("n9", 8, 6, 5.0)}
    shot = view.snapshot(SOURCE, (), 3, pictures)
    assert [(i.person.track, i.code, i.entered_at, i.staff) for i in shot.inside] == [
        (1, "AB", 4.0, True),
        (3, "", 1.0, False),
    ]
    assert shot.cameras[0].tracks == (None, 1)
    assert [(c.camera, c.picture) for c in shot.cameras] == [("c0", "n0"), ("c9", "n9")]
    assert (shot.waiting, shot.frames, shot.observations, shot.t) == (1, 1, 3, 5.5)
    assert view.snapshot(SOURCE, (), 3, {}).seq == shot.seq + 1
    assert not view.knows("nobody")


def test_a_declined_card_stands_with_its_visit_until_that_is_over() -> None:
    view = View("e")
    opened = [VisitOpened("v1", "AB", 1, 4.0, "door"), VisitOpened("v2", "CD", 2, 4.0, "door")]
    view.take([*opened, FloorUpdate(5.0, (person(1), person(2)))])
    alarm = Alarm(6.0, "card_declined", "AB", "no money")
    view.take([alarm, Alarm(6.0, "card_declined", "ZZ", "of nobody"), Alarm(6.0, "other", "CD", "else")])
    for shown in (view, View("later", from_msgpack(to_msgpack(view.state), ViewState))):
        shot = shown.snapshot(SOURCE, (), 0, {})
        assert [(i.code, i.card_trouble) for i in shot.inside] == [("AB", "no money"), ("CD", "")]
        assert shot.alarms[0] == alarm
    gone = msgspec.structs.replace(closed("v1"), code="AB")
    view.take([VisitClosed(gone)])
    assert view.state.declined == {}


def test_only_the_latest_alarms_are_kept() -> None:
    view = View("e")
    alarms = [Alarm(float(i), "k", "a", str(i)) for i in range(LATEST + 5)]
    view.take(alarms)
    view.take([FloorUpdate(1.0, (), alarms=(Alarm(99.0, "k", "a", "last"),))])
    shot = view.snapshot(SOURCE, (), 0, {})
    assert len(shot.alarms) == LATEST
    assert shot.alarms[-1].text == "last"


def test_carts_and_visits_end_together_and_the_state_survives_a_checkpoint() -> None:
    flow, view = FakeFlow(fake_layout()), View("e")
    opened, closed, carts = 0, 0, 0
    for seen in fake_observations(1200):
        results = flow.step(seen)
        view.saw(seen, results)
        opened += sum(isinstance(r, VisitOpened) for r in results)
        closed += sum(isinstance(r, VisitClosed) for r in results)
        carts += sum(isinstance(r, CartChanged) for r in results)
    assert closed > 5
    assert carts > 50
    state = view.state
    assert state.closed == closed
    assert len(state.open) == opened - closed
    assert state.carts.keys() <= {v.visit for v in state.open.values()}
    again = from_msgpack(to_msgpack(state), ViewState)
    assert again == state
    view.saw(seen, flow.finish(2e9))
    assert state.carts == {}


def test_what_the_floor_learned_of_a_camera_is_shown_with_the_device() -> None:
    view = View("e")
    devices = (
        DeviceStatus("c0", "camera", "live", 0.0),
        DeviceStatus("c1", "camera", "live", 0.0),
        DeviceStatus("c0", "scale", "live", 0.0),
    )
    learned = (CameraLearned("c0", 0.3, 0.0, 2.1), CameraLearned("c1"))
    view.take([FloorUpdate(1.0, (), cameras=learned), FloorUpdate(1.1, ())])
    shown = view.snapshot(SOURCE, devices, 0, {}).devices
    assert [(d.clock_late_s, d.turned_deg) for d in shown] == [(0.3, 2.1), (0.0, 0.0), (0.0, 0.0)]
    again = View("e", from_msgpack(to_msgpack(view.state), ViewState))
    assert again.snapshot(SOURCE, devices, 0, {}).devices == shown
