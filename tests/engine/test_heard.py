from __future__ import annotations

from inference.engine.heard import HeardDevices
from inference.messages import Detections, GateSignal, Outage, Tick, WeightReading
from inference.messages.wire import DeviceStatus
from tests.support.stores import small_store

LAYOUT = small_store()
CAMERA, SCALE, GATE = LAYOUT.file.camera[0].id, LAYOUT.file.scale[0].id, LAYOUT.file.gate[0].id


def states(heard: HeardDevices, *, ended: bool = False) -> dict[str, DeviceStatus]:
    return {s.device: s for s in heard.statuses(ended=ended)}


def test_a_device_is_judged_by_what_it_says() -> None:
    heard = HeardDevices(LAYOUT, clock=lambda: 7.0)
    assert states(heard)[SCALE].state == "connecting"
    heard.hear(WeightReading(SCALE, 100 + i / 20, 500.0) for i in range(60))
    heard.hear(Detections(CAMERA, 100 + i / 10, i, 640, 360) for i in range(31))
    now = states(heard)
    assert (now[SCALE].state, now[SCALE].received) == ("live", 60)
    assert abs(now[SCALE].rate_hz - 20) < 0.1
    assert abs(now[CAMERA].rate_hz - 10) < 0.1
    assert now[GATE].state == "live"
    heard.hear([Tick(104.6)])
    assert states(heard)[CAMERA].state == "late"
    heard.hear([Tick(109.0)])
    assert states(heard)[CAMERA].state == "lost"
    assert "silent for 6 s" in states(heard)[CAMERA].why
    heard.hear([WeightReading(SCALE, 109.1, 500.0)])
    assert states(heard)[SCALE].state == "live"


def test_a_recorded_outage_is_shown_until_the_device_speaks_again() -> None:
    heard = HeardDevices(LAYOUT, clock=lambda: 7.0)
    heard.hear(
        [WeightReading(SCALE, 100.0, 1.0), Outage(SCALE, "scale", 100.0, 100.5, over=False, why="unplugged")]
    )
    assert (states(heard)[SCALE].state, states(heard)[SCALE].why) == ("lost", "unplugged")
    heard.hear([WeightReading(SCALE, 101.0, 1.0)])
    assert states(heard)[SCALE].state == "live"


def test_what_the_store_does_not_know_is_passed_over_and_all_end_with_the_recording() -> None:
    heard = HeardDevices(LAYOUT, clock=lambda: 7.0)
    heard.hear([WeightReading("elsewhere", 1.0, 1.0), GateSignal("no gate", 1.0, "entry")])
    ended = states(heard, ended=True)
    assert "elsewhere" not in ended
    assert {s.state for s in ended.values()} == {"ended"}
    assert ended[CAMERA].since == 7.0
