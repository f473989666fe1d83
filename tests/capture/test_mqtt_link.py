"""The link to a real mosquitto on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from io import BufferedRWPair
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from inference.capture import BROKER, MemorySecrets, MqttLink, ReadingQueue
from inference.capture.mqtt_link import QOS
from inference.messages import (
    Detections,
    GateSignal,
    Observation,
    Outage,
    Skeletons,
    WeightReading,
)
from inference.messages.codec import to_json
from inference.messages.wire import DeviceStatus
from store_layout.model import Broker
from tests.capture.support import camera, layout, wait_until
from tests.support.mosquitto import Mosquitto, free_port

pytestmark = pytest.mark.alone

PUBLISHER = Path(__file__).with_name("scales_publisher.py")


class Linked:
    """A link, watched as the engine would, and everything that came through it."""

    def __init__(
        self,
        broker: Broker,
        scales: int = 2,
        secrets: MemorySecrets | None = None,
        folder: Path | None = None,
        rate_hz: float = 20.0,
    ) -> None:
        self.queue = ReadingQueue()
        store = layout(
            [f"s{i}" for i in range(scales)], ["g1"], [camera(None, id="c1")], broker, rate_hz=rate_hz
        )
        self.link = MqttLink(broker, store, self.queue, secrets or MemorySecrets(), folder=folder)
        self.seen: list[Observation] = []

    def __enter__(self) -> Linked:
        self.link.start()
        return self

    def __exit__(self, *error: object) -> None:
        began = time.monotonic()
        self.link.stop()
        assert time.monotonic() - began < 30.0
        assert self.status().state == "off"

    def pump(self) -> None:
        self.link.watch()
        self.seen += self.queue.drain(100_000)

    def status(self, device: str = BROKER) -> DeviceStatus:
        return next(s for s in self.link.statuses() if s.device == device)

    def is_live(self, device: str = BROKER) -> bool:
        self.pump()
        return self.status(device).state == "live"

    def readings(self, scale: str) -> list[WeightReading]:
        self.pump()
        return [i for i in self.seen if isinstance(i, WeightReading) and i.scale == scale]

    def outages(self, device: str) -> list[Outage]:
        self.pump()
        return [i for i in self.seen if isinstance(i, Outage) and i.device == device]


class Devices:
    """Somebody who publishes."""

    def __init__(self, port: int) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="devices")
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._seq: Counter[str] = Counter()

    def say(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        self._client.publish(f"openaisle/demo/{topic}", payload, qos, retain)

    def weigh(self, *scales: str, qos: int = 1) -> None:
        for scale in scales:
            reading = {"t": time.time(), "grams": 1.0, "seq": self._seq[scale]}
            self._seq[scale] += 1
            self.say(f"scale/{scale}", msgspec.json.encode(reading), qos)

    def sent(self, scale: str) -> int:
        return self._seq[scale]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def devices(mosquitto: Mosquitto) -> Iterator[Devices]:
    running = Devices(mosquitto.port)
    yield running
    running.close()


def test_everything_that_devices_say_arrives(mosquitto: Mosquitto, devices: Devices) -> None:
    t = time.time()
    said: dict[str, Observation] = {
        "scale/s0": WeightReading("s0", t, 1.5, 1),
        "gate/g1": GateSignal("g1", t, "entry", 1, "tok_1"),
        "camera/c1": Detections("c1", t, 1, 640, 480),
        "sensor/d1": Skeletons("d1", t, 1),
    }
    with Linked(Broker(host="127.0.0.1", port=mosquitto.port)) as linked:
        wait_until(linked.is_live)
        for topic, item in said.items():
            devices.say(topic, to_json(item))
        devices.say("scale/s1", msgspec.json.encode({"t": t, "rate_hz": 20, "grams": [1, 2, 3], "seq": 0}))
        wait_until(lambda: len(linked.readings("s1")) == 3)
        assert all(item in linked.seen for item in said.values())
        kinds = [(s.device, s.kind) for s in linked.link.statuses()]
    assert kinds[:3] == [(BROKER, "broker"), ("s0", "scale"), ("s1", "scale")]
    assert kinds[3:] == [("g1", "gate"), ("c1", "camera"), ("d1", "camera")]


def test_bad_messages_are_reported_with_their_device_and_the_rest_goes_on(
    mosquitto: Mosquitto, devices: Devices, expected_logs: list[str]
) -> None:
    expected_logs += ["unusable message on openaisle/demo/", "the unknown scale 's99' speaks"]
    with Linked(Broker(host="127.0.0.1", port=mosquitto.port)) as linked:
        wait_until(linked.is_live)
        for payload in (b"", b"\xff\x00", b"{}", b'{"t":12,"grams":1}', b'{"scale":"s1","t":1,"grams":1}'):
            devices.say("scale/s0", payload)
        devices.say("gate/g1", to_json(GateSignal("g1", time.time(), "entry")), retain=True)
        for _ in range(3):
            devices.weigh("s99", "s0")
        wait_until(lambda: len(linked.readings("s0")) == 3)
        status = linked.status("s0")
        assert "openaisle/demo/scale/s0: " in status.last_error
        assert "5 unusable so far" in status.last_error
        assert linked.link.unusable == 5
        assert linked.link.unknown == ("scale 's99'",)
        assert "unknown scale 's99'" in linked.status().last_error
        assert linked.status("s1").last_error == ""


def test_a_retained_signal_opens_no_visit(
    mosquitto: Mosquitto, devices: Devices, expected_logs: list[str]
) -> None:
    expected_logs.append("retain")
    devices.say("gate/g1", to_json(GateSignal("g1", time.time(), "entry")), retain=True)
    with Linked(Broker(host="127.0.0.1", port=mosquitto.port)) as linked:
        wait_until(lambda: linked.link.unusable == 1)
        linked.pump()
        assert not any(isinstance(i, GateSignal) for i in linked.seen)


def test_a_silent_scale_is_noticed_within_five_seconds(mosquitto: Mosquitto, devices: Devices) -> None:
    with Linked(Broker(host="127.0.0.1", port=mosquitto.port)) as linked:
        wait_until(linked.is_live)
        devices.weigh("s0", "s1")
        wait_until(lambda: linked.is_live("s0"))

        def only_one_goes_on() -> bool:
            devices.weigh("s0")
            time.sleep(0.05)
            return bool(linked.outages("s1"))

        assert wait_until(only_one_goes_on, 6.0) < 5.0
        assert linked.status("s1").state == "lost"
        assert linked.status("s0").state == "live"
        assert all(outage.over for outage in linked.outages("s0")), "it was never silent"
        devices.weigh("s1")
        wait_until(lambda: linked.is_live("s1"))
        begun, ended = linked.outages("s1")
        assert (begun.over, ended.over, begun.since) == (False, True, ended.since)


def test_messages_wait_in_the_broker_while_this_side_is_away(mosquitto: Mosquitto, devices: Devices) -> None:
    broker = Broker(host="127.0.0.1", port=mosquitto.port)
    with Linked(broker) as first:
        wait_until(first.is_live)
        devices.weigh("s0")
        wait_until(lambda: len(first.readings("s0")) == 1)
    for _ in range(50):
        devices.weigh("s0")
        time.sleep(0.01)
    with Linked(broker) as second:
        wait_until(lambda: len(second.readings("s0")) == 50)
        assert [r.seq for r in second.readings("s0")] == list(range(1, 51))


@pytest.mark.slow
def test_a_broker_restart_resumes_and_the_gap_is_known(mosquitto: Mosquitto, devices: Devices) -> None:
    scales = ("s0", "s1")
    with Linked(Broker(host="127.0.0.1", port=mosquitto.port)) as linked:
        wait_until(linked.is_live)

        def weigh_for(seconds: float) -> None:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                devices.weigh(*scales, qos=0)  # what is said while the broker is away is lost
                time.sleep(0.05)
                linked.pump()

        weigh_for(1.0)
        mosquitto.stop()
        down_at = time.time()
        weigh_for(1.0)
        wait_until(lambda: linked.status().state == "lost")
        assert "trying again" in linked.status().why
        before = len(linked.readings("s0"))
        mosquitto.start()
        up_at = time.time()
        while len(linked.readings("s0")) <= before + 20:
            assert time.time() - up_at < 20.0, "readings resume within 10 s"
            weigh_for(0.5)
        assert linked.status().state == "live"
        assert linked.status().reconnects == 1

        begun, ended = linked.outages(BROKER)
        assert (begun.over, ended.over) == (False, True)
        assert begun.since <= down_at + 0.1
        assert ended.t >= up_at
        for scale in scales:
            seqs = {r.seq for r in linked.readings(scale)}
            holes = [o for o in linked.outages(scale) if o.over]
            assert len(seqs) < devices.sent(scale)
            assert any(o.since <= down_at and o.t >= up_at for o in holes)
            assert linked.status(scale).state == "live"


@pytest.mark.slow
def test_a_frozen_broker_is_noticed_and_used_again(mosquitto: Mosquitto, devices: Devices) -> None:
    with Linked(Broker(host="127.0.0.1", port=mosquitto.port)) as linked:
        wait_until(linked.is_live)
        devices.weigh("s0", "s1")
        wait_until(lambda: linked.is_live("s0"))
        mosquitto.freeze()
        assert wait_until(lambda: bool(linked.outages("s0")), 6.0) < 5.0
        assert linked.status().state in {"late", "lost"}
        wait_until(lambda: linked.status().state == "lost")
        mosquitto.thaw()
        wait_until(linked.is_live)
        devices.weigh("s0")
        wait_until(lambda: linked.is_live("s0"))
        assert linked.outages("s0")[-1].over
        mosquitto.freeze()  # and stopping does not wait for it
    mosquitto.thaw()


def test_a_camera_with_an_address_of_its_own_does_not_speak_here(
    mosquitto: Mosquitto, devices: Devices, expected_logs: list[str]
) -> None:
    expected_logs.append("take one of them away")
    store = layout(cameras=[camera("rtsp://127.0.0.1:9/x", id="c9")])
    queue = ReadingQueue()
    link = MqttLink(Broker(host="127.0.0.1", port=mosquitto.port), store, queue, MemorySecrets())
    link.start()
    try:
        wait_until(lambda: link.statuses()[0].state == "live")
        devices.say("camera/c9", to_json(Detections("c9", time.time(), 1, 640, 480)))
        wait_until(lambda: link.unknown == ("camera 'c9'",))
    finally:
        link.stop()
    assert queue.drain() == []


def test_a_broker_that_comes_later_is_found(tmp_path: Path, expected_logs: list[str]) -> None:
    mosquitto = Mosquitto(tmp_path)
    mosquitto.stop()
    try:
        with Linked(Broker(host="127.0.0.1", port=mosquitto.port)) as linked:
            wait_until(lambda: linked.status().state == "lost")
            assert "no broker listens at 127.0.0.1" in linked.status().why
            linked.pump()
            assert not linked.outages(BROKER)[0].over
            mosquitto.start()
            wait_until(linked.is_live)
            assert linked.outages(BROKER)[-1].over
    finally:
        mosquitto.stop()


class SlowBroker:
    """Lets everybody in, and says when told to whether it will send what was asked for (MQTT 3.1.1)."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.granted: bytes | None = None
        """The answer to a subscription: a code for each of its topics; None: not yet."""
        self.asked = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self) -> SlowBroker:
        return self

    def __exit__(self, *error: object) -> None:
        self.granted = self.granted or b"\x00"
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        peer, _ = self._listener.accept()
        with peer, peer.makefile("rwb") as stream:
            while head := stream.read(1):
                rest = stream.read(self._length(stream))
                if head[0] >> 4 == 1:
                    stream.write(b"\x20\x02\x00\x00")
                elif head[0] >> 4 == 8:
                    self.asked.set()
                    while self.granted is None:
                        time.sleep(0.005)
                    codes = self.granted * (len(QOS) + 1)
                    stream.write(bytes([0x90, 2 + len(codes)]) + rest[:2] + codes)
                stream.flush()

    @staticmethod
    def _length(stream: BufferedRWPair) -> int:
        """A packet's: seven bits a byte, the lowest first (MQTT 3.1.1, 2.2.3)."""
        length = shift = 0
        while byte := stream.read(1):
            length |= (byte[0] & 0x7F) << shift
            shift += 7
            if not byte[0] & 0x80:
                break
        return length


def test_it_is_live_only_when_the_broker_will_send_what_devices_say() -> None:
    with SlowBroker() as broker, Linked(Broker(host="127.0.0.1", port=broker.port)) as linked:
        wait_until(broker.asked.is_set)
        assert not linked.is_live()
        broker.granted = b"\x01"
        wait_until(linked.is_live)


def test_a_broker_that_will_send_nothing_is_not_live(expected_logs: list[str]) -> None:
    with SlowBroker() as broker, Linked(Broker(host="127.0.0.1", port=broker.port)) as linked:
        broker.granted = b"\x80"
        wait_until(lambda: "the broker refuses" in linked.status().why)
        assert not linked.is_live()


def test_restarting_the_link(mosquitto: Mosquitto, devices: Devices) -> None:
    with Linked(Broker(host="127.0.0.1", port=mosquitto.port)) as linked:
        wait_until(linked.is_live)
        linked.link.restart()
        wait_until(linked.is_live)
        devices.weigh("s0")
        wait_until(lambda: len(linked.readings("s0")) == 1)
        assert linked.status().reconnects == 1


def test_stopping_without_a_broker_is_quick() -> None:
    with Linked(Broker(host="127.0.0.1", port=free_port())) as linked:
        wait_until(lambda: linked.status().state == "lost")


# -- TLS and passwords --------------------------------------------------------------------------------


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker with a certificate for 127.0.0.1 and one user, ``store`` with ``hunter2``."""
    openssl, passwd = shutil.which("openssl"), shutil.which("mosquitto_passwd")
    if openssl is None or passwd is None:
        pytest.skip(
            "openssl and mosquitto_passwd are not installed (Debian: apt-get install openssl mosquitto)"
        )
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "ca.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(
        [passwd, "-b", "-c", "passwords", "store", "hunter2"], cwd=tmp_path, check=True, capture_output=True
    )
    running = Mosquitto(
        tmp_path,
        f"certfile {tmp_path}/ca.pem\nkeyfile {tmp_path}/key.pem\n"
        f"allow_anonymous false\npassword_file {tmp_path}/passwords",
    )
    yield running
    running.stop()


def secured_broker(port: int, **changes: object) -> Broker:
    broker = Broker(host="127.0.0.1", port=port, tls=True, ca_file="ca.pem", user="store")
    return msgspec.structs.replace(broker, **changes)


HANDSHAKE = "ignore:unclosed <ssl.SSLSocket:ResourceWarning"
"""paho leaves the socket of a failed handshake to the garbage collector."""
PASSWORD = MemorySecrets({"broker/demo": "hunter2"})


def test_tls_with_a_password(secured: Mosquitto, tmp_path: Path) -> None:
    with Linked(secured_broker(secured.port), secrets=PASSWORD, folder=tmp_path) as linked:
        wait_until(linked.is_live)


@pytest.mark.filterwarnings(HANDSHAKE)
@pytest.mark.parametrize(
    ("changes", "password", "reason"),
    [
        ({}, "wrong", "refuses user 'store'"),
        ({}, "", "refuses user 'store'"),
        ({"ca_file": None}, "hunter2", "certificate that is not trusted"),
        ({"ca_file": "missing.pem"}, "hunter2", "there is no certificate file"),
        ({"tls": False}, "hunter2", "broker"),
    ],
)
def test_a_refusal_says_why(
    secured: Mosquitto, tmp_path: Path, changes: dict[str, object], password: str, reason: str
) -> None:
    secrets = MemorySecrets({"broker/demo": password} if password else {})
    with Linked(secured_broker(secured.port, **changes), secrets=secrets, folder=tmp_path) as linked:
        wait_until(lambda: linked.status().state == "lost")
        why = linked.status().why
    assert reason in why
    assert "hunter2" not in why


@pytest.mark.filterwarnings(HANDSHAKE)
def test_tls_to_a_broker_without_it(mosquitto: Mosquitto, tmp_path: Path) -> None:
    broker = Broker(host="127.0.0.1", port=mosquitto.port, tls=True)
    with Linked(broker) as linked:
        wait_until(lambda: linked.status().state == "lost")
        assert "TLS" in linked.status().why


# -- load ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_sixty_scales_for_a_minute_without_a_lost_reading(mosquitto: Mosquitto) -> None:
    scales, rate_hz, seconds = 60, 20, 60
    with Linked(Broker(host="127.0.0.1", port=mosquitto.port), scales) as linked:
        wait_until(linked.is_live)
        command = [sys.executable, str(PUBLISHER), *map(str, (mosquitto.port, scales, rate_hz, seconds))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as publisher:
            while publisher.poll() is None:
                linked.pump()
                time.sleep(0.05)
            assert publisher.stdout is not None
            confirmed = int(publisher.stdout.read())
        assert confirmed == scales * rate_hz * seconds
        wait_until(lambda: len(linked.readings("s59")) == rate_hz * seconds)
        statuses = linked.link.statuses()
    for i in range(scales):
        assert [r.seq for r in linked.readings(f"s{i}")] == list(range(rate_hz * seconds))
    assert not [i for i in linked.seen if isinstance(i, Outage) and i.over]
    assert [s.dropped for s in statuses] == [0] * len(statuses)
    assert linked.queue.overflowed == 0
