"""Who speaks at the broker, and what they said last, heard beside a running engine: to set a store up."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from inference.capture.broker_client import make_client
from inference.capture.broker_words import connection_failure, refusal
from inference.capture.camera_urls import redact
from inference.capture.payloads import PayloadError, Topic, decode_payload, parse_topic, topic_filter
from inference.capture.secrets import Secrets, SecretsUnavailableError
from inference.messages import GateSignal, WeightReading
from inference.messages.said import Words, said
from store_layout.model import Broker

MOST = 2000
"""Devices that are remembered: whoever floods the broker fills no memory."""


class Heard(msgspec.Struct, frozen=True):
    """What one device said last."""

    at: float
    """When it came, wall clock."""
    count: int
    """Messages since the listening began."""
    grams: float | None = None
    """Of a scale."""
    passed: str = ""
    """Of a gate: ``entry`` or ``exit``."""
    problem: str = ""
    """Why its last message cannot be used."""


class BrokerListener:
    """paho's own thread hears; anybody may ask. Keeps no session at the broker, and takes nothing from it."""

    def __init__(self, broker: Broker, store: str, secrets: Secrets, folder: Path | None = None) -> None:
        """``folder`` is where a ``ca_file`` starts."""
        self._broker, self._store, self._secrets, self._folder = broker, store, secrets, folder
        self._lock = threading.Lock()
        self._heard: dict[Topic, Heard] = {}
        self._trouble: Words = ""
        self._connected = False
        self._client: mqtt.Client | None = None

    def start(self) -> None:
        """Connect, and go on trying. Never raises for a bad broker."""
        try:
            client = make_client(
                self._broker, self._store, self._secrets, self._folder, "", keep_session=False
            )
        except (SecretsUnavailableError, OSError, ValueError) as error:
            self._trouble = said("cannot connect to the broker: {error}", error=redact(str(error)))
            return
        client.on_connect, client.on_connect_fail = self._on_connect, self._on_connect_fail
        client.on_disconnect, client.on_message = self._on_disconnect, self._on_message
        self._client = client
        client.connect_async(self._broker.host, self._broker.port)
        client.loop_start()

    def stop(self) -> None:
        """Disconnect and end the thread, within about 2 s."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    @property
    def connected(self) -> bool:
        """Whether the broker let us in."""
        return self._connected

    @property
    def trouble(self) -> Words:
        """Why it did not; empty while that is not known."""
        return self._trouble

    def heard(self) -> dict[Topic, Heard]:
        """Scales and gates that have spoken."""
        with self._lock:
            return dict(self._heard)

    # -- paho's thread ---------------------------------------------------------------------------------

    def _on_connect(
        self,
        client: mqtt.Client,
        _userdata: Any,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._trouble = refusal(str(reason), self._broker)
            return
        client.subscribe([(topic_filter(self._store, kind), 0) for kind in ("scale", "gate")])
        self._connected, self._trouble = True, ""

    def _on_connect_fail(self, _client: mqtt.Client, _userdata: Any) -> None:
        self._trouble = connection_failure(sys.exc_info()[1], self._broker)

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _userdata: Any,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._connected:
            self._trouble = said("the connection to the broker broke: {reason}", reason=reason)
        self._connected = False

    def _on_message(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        now = time.time()
        try:
            topic = parse_topic(message.topic, self._store)
        except PayloadError:
            return
        with self._lock:
            before = self._heard.get(topic)
            if before is None and len(self._heard) >= MOST:
                return
            self._heard[topic] = _heard(topic, message, now, before)


def _heard(topic: Topic, message: mqtt.MQTTMessage, now: float, before: Heard | None) -> Heard:
    count = 1 if before is None else before.count + 1
    try:
        newest = decode_payload(topic, bytes(message.payload), now, message.retain)[-1]
    except PayloadError as error:
        return Heard(now, count, problem=redact(str(error))[:200])
    match newest:
        case WeightReading(grams=grams):
            return Heard(now, count, grams=grams)
        case GateSignal(kind=kind):
            return Heard(now, count, passed=kind)
        case _:
            return Heard(now, count)
