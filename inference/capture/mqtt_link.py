"""Scales, gates and detections made elsewhere, over MQTT.

The session is persistent (a fixed client id, ``clean_session`` off) and scales and gates are subscribed with
QoS 1, so that the broker keeps their messages while this side is away. Mosquitto keeps 1,000 messages a
client unless ``max_queued_messages`` says more: 60 scales at 20 Hz fill that in a second. What is lost all
the same shows as jumps in ``seq`` or holes in the time stamps, and becomes an :class:`Outage`.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from inference.capture.broker_client import make_client
from inference.capture.broker_words import connection_failure, refusal, unknown_device
from inference.capture.camera_urls import redact, redacted
from inference.capture.device_watch import DeviceWatch, Now
from inference.capture.gate_holds import GateHolds, gate_of, hold_topic, state_filter
from inference.capture.payloads import (
    DeviceTopic,
    PayloadError,
    Topic,
    decode_payload,
    parse_topic,
    topic_filter,
)
from inference.capture.rates import Clock, RateMeter
from inference.capture.reading_queue import ReadingQueue
from inference.capture.secrets import Secrets, SecretsUnavailableError
from inference.messages import Outage
from inference.messages.said import Said, Words, said, words_of
from inference.messages.wire import DeviceState, DeviceStatus, Hold
from store_layout.model import Broker, StoreLayout

log = logging.getLogger(__name__)

BROKER = "broker"
"""Id of the broker among the devices."""
KEEPALIVE_S = 4
LONGEST_WAIT_S = 4
QUIET_S = 4.0
"""A broker that has not let us in, or through which nobody has spoken, for so long is worth a word."""
QOS: dict[DeviceTopic, int] = {"scale": 1, "gate": 1, "camera": 0, "sensor": 0}


class MqttLink:
    """The connection to the broker, and what is known of every device behind it.

    paho's own thread decodes and fills ``queue``; it never waits for the engine. Somebody has to call
    :meth:`watch` about twice a second: only then is silence noticed.
    """

    def __init__(
        self,
        broker: Broker,
        layout: StoreLayout,
        queue: ReadingQueue,
        secrets: Secrets,
        clock: Clock = time.time,
        *,
        folder: Path | None = None,
    ) -> None:
        """Prepare; nothing is connected before :meth:`start`. ``folder`` is where a ``ca_file`` starts."""
        self._broker, self._layout, self._queue, self._secrets = broker, layout, queue, secrets
        self._store, self._folder, self._clock = layout.file.store.id, folder, clock
        self._lock = threading.Lock()
        now = self._now()
        self._watches: dict[Topic, DeviceWatch] = _expected(layout, now)
        self._holds = GateHolds()
        self._unknown: dict[str, int] = {}
        self._meter = RateMeter()
        self._received = self._unusable = self._connections = 0
        self._last_error: Words = ""
        self._trouble: Words = ""
        self._connected = False
        self._state: DeviceState = "connecting"
        self._state_since = now.wall
        self._last_heard = now
        self._outage_since: float | None = None
        self._client: mqtt.Client | None = None
        self._try_at: float | None = None

    # -- anybody's thread -----------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect, and keep at it."""
        self._try_at = None
        try:
            client = self._make_client()
        except (SecretsUnavailableError, OSError, ValueError) as error:
            self._failed(said("cannot connect to the broker: {error}", error=error))
            self._try_at = time.monotonic() + LONGEST_WAIT_S  # by watch(): the keyring may be unlocked, ...
            return
        self._client = client
        client.connect_async(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
        client.loop_start()

    def stop(self) -> None:
        """Disconnect and end the thread (within about 2 s). The broker keeps what comes meanwhile."""
        client, self._client, self._try_at = self._client, None, None
        if client is not None:
            client.disconnect()
            client.loop_stop()
        with self._lock:
            self._connected, self._state, self._trouble = False, "off", said("stopped")

    def restart(self) -> None:
        """Drop the connection and make a new one now."""
        self.stop()
        with self._lock:
            self._state, self._trouble = "connecting", ""
        self.start()

    def watch(self) -> None:
        """Look for devices that have fallen silent, and for a broker that is away; queue the outages."""
        if self._try_at is not None and time.monotonic() >= self._try_at:
            self.start()
        with self._lock:
            now = self._now()
            found: list[Outage] = []
            if self._state != "off":
                if not self._connected:
                    found += self._broker_away(now)
                found += [o for w in self._watches.values() if (o := w.silence(now)) is not None]
        self._queue.put_many(found)

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """The broker first, then its devices in the order of the store file."""
        with self._lock:
            now = self._now()
            link: Words = "" if self._connected else said("the broker cannot be reached")
            behind = (w.status(now, link) for w in self._watches.values())
            return (self._status(now), *(self._holds.shown(status, now.mono) for status in behind))

    def relay(self, layout: StoreLayout) -> None:
        """Expect the devices of this layout from now on; what is known of those that stay is kept."""
        with self._lock:
            found = _expected(layout, self._now())
            for topic, fresh in found.items():
                known = self._watches.get(topic)
                found[topic] = known if known is not None and known.gap_s == fresh.gap_s else fresh
            found |= {topic: watch for topic, watch in self._watches.items() if topic.kind == "sensor"}
            self._watches, self._layout = found, layout
            self._unknown.clear()

    def hold_gate(self, gate: str, hold: Hold) -> Said | None:
        """Tell a gate what to do from now on; a sentence is why it cannot hear it."""
        client = self._client
        with self._lock:
            if client is None or not self._connected:
                return said("the broker cannot be reached, so {gate} does not hear it", gate=gate)
            now = self._now()
            payload = self._holds.order(gate, hold, now.wall, now.mono)
        client.publish(hold_topic(self._store, gate), payload, qos=1, retain=True)
        return None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Topics of devices that the store file does not know."""
        with self._lock:
            return tuple(self._unknown)

    @property
    def unusable(self) -> int:
        """Messages that could not be used, since the start."""
        return self._unusable

    # -- connection (paho's thread) -------------------------------------------------------------------

    def _make_client(self) -> mqtt.Client:
        name = f"openaisle-{self._store}"
        client = make_client(self._broker, self._store, self._secrets, self._folder, name, keep_session=True)
        client.reconnect_delay_set(min_delay=1, max_delay=LONGEST_WAIT_S)
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self,
        client: mqtt.Client,
        _userdata: Any,
        flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._failed(refusal(str(reason), self._broker))
            return
        topics = [(topic_filter(self._store, kind), qos) for kind, qos in QOS.items()]
        client.subscribe([*topics, (state_filter(self._store), 1)])
        if flags.session_present:  # it kept what it is to send us, and what was said meanwhile comes now
            self._hears()

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _userdata: Any,
        _mid: int,
        granted: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if granted and all(reason.is_failure for reason in granted):
            self._failed(refusal(str(granted[0]), self._broker))
        else:
            self._hears()

    def _hears(self) -> None:
        """From now on no message passes us by. Said twice of one connection, it is once."""
        with self._lock:
            if self._connected:
                return
            now = self._now()
            self._connected, self._trouble = True, ""
            self._connections += 1
            since, self._outage_since = self._outage_since, None
            self._last_heard = now
        if since is not None:
            why = said("the broker is back; what it did not keep is lost")
            self._queue.put(Outage(BROKER, "broker", min(since, now.wall), now.wall, True, why))

    def _on_connect_fail(self, _client: mqtt.Client, _userdata: Any) -> None:
        error = sys.exc_info()[1]  # paho calls this while it handles the exception, and does not pass it on
        self._failed(connection_failure(error, self._broker))

    def _on_disconnect(
        self,
        client: mqtt.Client,
        _userdata: Any,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        with self._lock:
            was, self._connected = self._connected, False
            if self._client is not client:  # asked for
                return
            if was:
                self._last_heard = _later(self._last_heard, self._now(), 2.0 * KEEPALIVE_S)
                self._trouble = self._last_error = said(
                    "the connection to the broker broke: {reason}", reason=reason
                )
            elif not self._trouble:
                self._trouble = self._last_error = said(
                    "the broker hung up before it let us in: check the port and tls in store.toml"
                )

    def _failed(self, text: Words) -> None:
        with self._lock:
            self._connected = False
            self._trouble = self._last_error = redacted(text)

    def _broker_away(self, now: Now) -> list[Outage]:
        """An outage without an end, once, from the last message to now. Under the lock."""
        starting = not self._trouble and now.mono - self._last_heard.mono < QUIET_S
        if self._outage_since is not None or starting:
            return []
        self._outage_since = min(self._last_heard.wall, now.wall)
        why = self._trouble or said("not connected to the broker yet")
        return [Outage(BROKER, "broker", self._outage_since, now.wall, False, why)]

    # -- messages (paho's thread) ---------------------------------------------------------------------

    def _on_message(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        try:
            self._take(message)
        except Exception:  # one message must not end paho's thread, whatever is in it
            log.exception("unexpected error in a message on %s", message.topic[:200])

    def _take(self, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            now = self._now()
            self._received += 1
            self._meter.add(now.mono)
            self._last_heard = now
            watch: DeviceWatch | None = None
            try:
                gate = gate_of(message.topic, self._store)
                if gate is not None:
                    self._holds.heard(gate, bytes(message.payload))
                    return
                topic = parse_topic(message.topic, self._store)
                watch = self._watch_of(topic, now)
                if watch is None:
                    return
                for item in decode_payload(topic, bytes(message.payload), now.wall, message.retain):
                    self._queue.put_many(watch.accept(item, now))
            except PayloadError as error:
                self._report(message.topic, words_of(error), watch, now)

    def _watch_of(self, topic: Topic, now: Now) -> DeviceWatch | None:
        """The device that speaks; None (reported once) when the store file does not know it."""
        watch = self._watches.get(topic)
        if watch is None and topic.kind == "sensor":  # 3D sensors need no entry in the store file
            watch = self._watches[topic] = DeviceWatch(topic.device, "sensor", 0.0, now)
        if watch is None:
            name = f"{topic.kind} {topic.device[:60]!r}"
            if name not in self._unknown and len(self._unknown) < 1000:
                self._last_error = unknown_device(name, topic.device in self._layout.cameras)
                log.warning("%s", self._last_error)
            self._unknown[name] = self._unknown.get(name, 0) + 1
        return watch

    def _report(self, topic: str, reason: Words, watch: DeviceWatch | None, now: Now) -> None:
        """Count an unusable message for its device; the first of a kind goes to the log."""
        self._unusable += 1
        text = said("{topic}: {reason}", topic=redact(topic[:200]), reason=reason)
        first = watch.problem(text, now) if watch is not None else self._last_error != text
        if watch is None:
            self._last_error = text
        if first:
            log.warning("unusable message on %s", text)

    # -- state ----------------------------------------------------------------------------------------

    def _now(self) -> Now:
        return Now(self._clock(), time.monotonic())

    def _status(self, now: Now) -> DeviceStatus:
        state, why = self._judge(now)
        if state != self._state:
            self._state, self._state_since = state, now.wall
        return DeviceStatus(
            BROKER,
            "broker",
            state,
            self._state_since,
            why=why,
            rate_hz=round(self._meter.rate(now.mono), 2),
            dropped=self._queue.overflowed,
            received=self._received,
            last_error=self._last_error,
            reconnects=max(0, self._connections - 1),
        )

    def _judge(self, now: Now) -> tuple[DeviceState, Words]:
        if self._state == "off":
            return "off", self._trouble
        if not self._connected:
            if self._trouble:
                return "lost", said(
                    "{trouble}; trying again every {seconds} s", trouble=self._trouble, seconds=LONGEST_WAIT_S
                )
            return "connecting", said(
                "connecting to {place}", place=f"{self._broker.host}:{self._broker.port}"
            )
        quiet = now.mono - self._last_heard.mono
        if quiet >= QUIET_S and self._layout.file.scale:
            return "late", said("connected, but no device has spoken for {seconds} s", seconds=f"{quiet:.0f}")
        return "live", ""


def _expected(layout: StoreLayout, now: Now) -> dict[Topic, DeviceWatch]:
    """What should speak: every scale and gate, and the cameras that have no address of their own."""
    found = {Topic("scale", s.id): DeviceWatch(s.id, "scale", s.rate_hz, now) for s in layout.file.scale}
    found |= {Topic("gate", g.id): DeviceWatch(g.id, "gate", 0.0, now) for g in layout.file.gate}
    for camera in layout.file.camera:
        if camera.url is None:
            found[Topic("camera", camera.id)] = DeviceWatch(camera.id, "camera", camera.fps, now)
    return found


def _later(heard: Now, now: Now, ago_s: float) -> Now:
    """When the connection was last known to be good: at the last message, or the last but one ping."""
    return Now(max(heard.wall, now.wall - ago_s), max(heard.mono, now.mono - ago_s))
