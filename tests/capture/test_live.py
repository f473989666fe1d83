"""All devices of a store together."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from inference.capture import BROKER, LiveDevices, MemorySecrets, mqtt_link
from inference.messages import Observation, Outage, WeightReading
from store_layout.model import Broker
from tests.capture.support import camera, layout, wait_until, write_video
from tests.capture.test_mqtt_link import Devices
from tests.support.mosquitto import Mosquitto, free_port


def test_a_store_of_cameras_and_scales(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path)
    write_video(tmp_path / "a.avi", frames=20)
    store = layout(
        scales=["s1"],
        gates=["g1"],
        cameras=[
            camera("file:a.avi?loop", id="a"),
            camera(None, id="elsewhere"),
            camera("file:gone.avi", id="b"),
        ],
        broker=Broker(host="127.0.0.1", port=mosquitto.port),
    )
    devices = LiveDevices(store, MemorySecrets(), folder=tmp_path, picture_sizes={"a": (32, 24)})
    assert set(devices.mailboxes) == {"a", "b"}

    def states() -> dict[str, str]:
        return {s.device: s.state for s in devices.statuses()}

    devices.start()
    scales = Devices(mosquitto.port)
    try:
        wait_until(lambda: states()[BROKER] == "live" and states()["a"] == "live")
        frame = devices.mailboxes["a"].take(60.0)
        assert frame is not None
        assert frame.image.shape == (24, 32, 3)
        scales.weigh("s1")
        got = devices.readings.drain(timeout=3.0)
        while not any(isinstance(i, WeightReading) for i in got):
            got += devices.readings.drain(timeout=3.0)
        assert list(states()) == ["a", "b", BROKER, "s1", "g1", "elsewhere"]

        def as_they_are() -> bool:
            scales.weigh("s1")  # goes on speaking
            return (states()["b"], states()["s1"]) == ("lost", "live")

        wait_until(as_they_are)
        wait_until(lambda: _outage_of("b", devices, got))
        assert devices.restart("a")
        assert devices.restart(BROKER)
        assert not devices.restart("s1")
        wait_until(lambda: _reconnects(devices, BROKER) == 1 and states()[BROKER] == "live")
        wait_until(lambda: _reconnects(devices, "a") >= 1 and states()["a"] == "live")
    finally:
        scales.close()
        devices.stop()
        mosquitto.stop()
    assert states()["a"] == states()[BROKER] == "off"
    assert devices.readings.closed
    assert all(box.closed for box in devices.mailboxes.values())


def _outage_of(device: str, devices: LiveDevices, got: list[Observation]) -> bool:
    got += devices.readings.drain()
    return any(isinstance(i, Outage) and i.device == device and not i.over for i in got)


def _reconnects(devices: LiveDevices, device: str) -> int:
    return next(s.reconnects for s in devices.statuses() if s.device == device)


def test_devices_to_which_no_way_leads_are_shown() -> None:
    devices = LiveDevices(layout(["s1"], ["g1"], [camera(None)]), MemorySecrets())
    devices.start()
    devices.stop()
    assert [(s.device, s.state) for s in devices.statuses()] == [
        ("cam-1", "off"),
        ("s1", "off"),
        ("g1", "off"),
    ]
    assert "no broker" in devices.statuses()[1].why


def test_starting_and_stopping_at_once_leaves_nothing() -> None:
    broker = Broker(host="127.0.0.1", port=free_port())
    store = layout(
        ["s1"], cameras=[camera("rtsp://127.0.0.1:9/x", id=f"c{i}") for i in range(8)], broker=broker
    )
    before = threading.active_count()
    devices = LiveDevices(store, MemorySecrets())
    devices.start()
    devices.stop()
    assert threading.active_count() == before


def test_a_link_that_could_not_start_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_link, "LONGEST_WAIT_S", 1)
    broker = Broker(host="127.0.0.1", port=free_port(), tls=True, ca_file="ca.pem")
    devices = LiveDevices(layout(["s1"], broker=broker), MemorySecrets(), folder=tmp_path)
    devices.start()
    try:
        assert "no certificate file" in devices.statuses()[0].why
        (tmp_path / "ca.pem").write_text("not a certificate")

        def tried_with_it() -> bool:
            broker = devices.statuses()[0]
            return broker.state == "lost" and bool(broker.why) and "no certificate file" not in broker.why

        wait_until(tried_with_it)
    finally:
        devices.stop()


def test_another_layout_disturbs_only_what_is_otherwise(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path)
    for name in ("a.avi", "b.avi"):
        write_video(tmp_path / name, frames=20)
    broker = Broker(host="127.0.0.1", port=mosquitto.port)
    before = layout(
        ["s1", "s2"],
        cameras=[camera("file:a.avi?loop", id="a"), camera("file:b.avi?loop", id="b")],
        broker=broker,
    )
    after = layout(
        ["s1", "s3"],
        cameras=[camera("file:a.avi?loop", id="a"), camera("file:b.avi?loop", id="c")],
        broker=broker,
    )
    devices = LiveDevices(before, MemorySecrets(), folder=tmp_path)
    devices.start()
    scales = Devices(mosquitto.port)
    try:
        wait_until(lambda: {s.device: s.state for s in devices.statuses()}["a"] == "live")
        wait_until(lambda: {s.device: s.state for s in devices.statuses()}[BROKER] in ("live", "late"))
        kept, gone = devices.mailboxes["a"], devices.mailboxes["b"]
        assert tuple(devices.relay(after, {})) == (frozenset({"b"}), frozenset({"c"}))
        assert devices.mailboxes["a"] is kept
        assert gone.closed
        assert [s.device for s in devices.statuses()] == ["a", "c", BROKER, "s1", "s3"]
        wait_until(lambda: devices.mailboxes["c"].take(0) is not None)

        def is_heard() -> bool:
            scales.weigh("s3")
            return {s.device: s.received for s in devices.statuses()}["s3"] > 0

        wait_until(is_heard)
        assert _reconnects(devices, BROKER) == 0
    finally:
        scales.close()
        devices.stop()
        mosquitto.stop()
