"""What README.md promises to whoever builds a device."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import inference.capture
from inference.capture import broker_key, camera_key, parse_camera_url
from inference.capture.camera_health import FROZEN_LATE_S, FROZEN_LOST_S, SILENT_LATE_S, SILENT_LOST_S
from inference.capture.payloads import MAX_AHEAD_S, MAX_BEHIND_S, MAX_PAYLOAD, decode_payload, parse_topic
from inference.capture.secrets import environment_name
from inference.messages import Detections, GateSignal, Skeletons, WeightReading
from tests.support.mosquitto import Mosquitto

TEXT = (Path(inference.capture.__file__).parent / "README.md").read_text()
EXAMPLES = re.findall(r"```json (\S+)\n(.*?)```", TEXT, re.DOTALL)


def test_every_example_is_understood() -> None:
    found = [
        decode_payload(parse_topic(topic, "corner"), payload.encode(), now=1_772_442_312.0)
        for topic, payload in EXAMPLES
    ]
    assert [(type(items[0]), len(items)) for items in found] == [
        (WeightReading, 1),
        (WeightReading, 3),
        (GateSignal, 1),
        (GateSignal, 1),
        (Detections, 1),
        (Skeletons, 1),
    ]
    last = found[1][-1]
    assert last == WeightReading("s-12", 1772442000.1 + 2 / 60, 4212.0, 8126)
    seen = found[4][0]
    assert isinstance(seen, Detections)
    assert seen.items[0].foot is not None
    assert (seen.items[0].foot.x, seen.items[0].foot.score) == (340.5, 0.9)


@pytest.mark.parametrize("address", re.findall(r"`((?:rtsp|http|usb|file):[^`]*\w[^`]*)`", TEXT))
def test_every_address_is_one(address: str) -> None:
    if not address.endswith("//"):
        assert parse_camera_url(address).kind


def test_the_names_of_secrets_and_the_limits_are_the_real_ones() -> None:
    assert f"`{environment_name(camera_key('corner', 'cam-1'))}`" in TEXT
    assert f"`{environment_name(broker_key('corner'))}`" in TEXT
    assert (MAX_AHEAD_S, MAX_BEHIND_S, MAX_PAYLOAD) == (5.0, 3600.0, 1 << 20)
    assert (SILENT_LATE_S, SILENT_LOST_S, FROZEN_LATE_S, FROZEN_LOST_S) == (1.5, 4.0, 3.5, 4.5)


def test_mosquitto_takes_the_suggested_configuration(tmp_path: Path) -> None:
    suggested = re.findall(r"```conf\n(.*?)```", TEXT, re.DOTALL)[0]
    ours = [
        line
        for line in suggested.splitlines()
        if not re.match(r"listener|certfile|keyfile|password_file|persistence|max_queued_messages", line)
    ]
    assert any("max_queued_messages 100000" in line for line in suggested.splitlines())
    broker = Mosquitto(tmp_path, "\n".join([*ours, "persistence_location " + str(tmp_path) + "/"]))
    broker.stop()
