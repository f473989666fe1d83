"""Who speaks at a real broker, heard beside the engine."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from paho.mqtt import publish

from inference.capture import MemorySecrets
from inference.capture.broker_listener import BrokerListener
from inference.capture.payloads import Topic
from store_layout.model import Broker
from tests.support.mosquitto import Mosquitto, free_port

PATIENCE_S = 60.0


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_hears_scales_and_gates_of_this_store_and_says_what_it_cannot_read(
    tmp_path: Path, expected_logs: list[str]
) -> None:
    expected_logs.append("Client is not connected")  # paho's helper says so of itself when it has spoken
    broker = Mosquitto(tmp_path)
    listener = BrokerListener(Broker(host="127.0.0.1", port=broker.port), "small", MemorySecrets())
    listener.start()
    try:
        until(lambda: listener.connected)
        now = time.time()
        said = {
            "small/scale/s1": {"t": now, "grams": [1.0, 4211.0], "rate_hz": 20.0},
            "small/gate/door": {"t": now, "gate": "door", "kind": "entry"},
            "small/scale/bad": {"t": now, "grams": "much"},
            "other/scale/s1": {"t": now, "grams": 7.0},
        }

        def speak() -> bool:  # the subscription may still be on its way when the first ones are sent
            publish.multiple(
                [(f"openaisle/{topic}", json.dumps(body), 0, False) for topic, body in said.items()],
                hostname="127.0.0.1",
                port=broker.port,
            )
            return len(listener.heard()) == 3

        until(speak)
        heard = listener.heard()
        assert heard[Topic("scale", "s1")].grams == 4211.0
        assert heard[Topic("gate", "door")].passed == "entry"
        assert "grams" in heard[Topic("scale", "bad")].problem
        broker.stop()
        until(lambda: bool(listener.trouble))
        assert not listener.connected
    finally:
        listener.stop()
        broker.stop()


@pytest.mark.parametrize("tls", [False, True])
def test_a_broker_that_is_not_there_is_trouble_in_words(tls: bool, tmp_path: Path) -> None:
    ca = "nowhere.pem" if tls else None
    place = Broker(host="127.0.0.1", port=free_port(), tls=tls, ca_file=ca)
    listener = BrokerListener(place, "small", MemorySecrets(), tmp_path)
    listener.start()
    try:
        until(lambda: bool(listener.trouble))
        assert not listener.connected
        assert listener.heard() == {}
    finally:
        listener.stop()
