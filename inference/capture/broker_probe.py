"""Try the broker once, and listen who speaks: for ``doctor`` and for whoever types an address in."""

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
from inference.capture.camera_urls import redacted
from inference.capture.payloads import PayloadError, Topic, parse_topic
from inference.capture.secrets import Secrets, SecretsUnavailableError
from inference.messages.said import Words, said
from store_layout.model import Broker


class BrokerProbe(msgspec.Struct, frozen=True):
    """What the broker said. ``error`` is empty when it let us in."""

    error: Words = ""
    heard: frozenset[Topic] = frozenset()
    """Who spoke while we listened."""


def probe_broker(
    broker: Broker,
    store: str,
    secrets: Secrets,
    *,
    folder: Path | None = None,
    timeout_s: float = 5.0,
    listen_s: float = 2.0,
) -> BrokerProbe:
    """Connect beside a running engine, which keeps its own session. Never raises for a bad broker."""
    ears = _Ears(broker, store)
    try:
        client = make_client(broker, store, secrets, folder, "", keep_session=False)
    except (SecretsUnavailableError, OSError, ValueError) as error:
        return BrokerProbe(redacted(said("cannot connect to the broker: {error}", error=error)))
    client.on_connect, client.on_connect_fail = ears.on_connect, ears.on_connect_fail
    client.on_message = ears.on_message
    client.connect_async(broker.host, broker.port)
    client.loop_start()
    try:
        if not ears.answered.wait(timeout_s):
            return BrokerProbe(connection_failure(TimeoutError(), broker))
        if not ears.error:
            time.sleep(listen_s)
    finally:
        client.disconnect()
        client.loop_stop()
    return BrokerProbe(redacted(ears.error), frozenset(ears.heard))


class _Ears:
    """What paho's thread tells."""

    def __init__(self, broker: Broker, store: str) -> None:
        self._broker, self._store = broker, store
        self.answered = threading.Event()
        self.error: Words = ""
        self.heard: set[Topic] = set()

    def on_connect(
        self,
        client: mqtt.Client,
        _userdata: Any,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self.error = refusal(str(reason), self._broker)
        else:
            client.subscribe(f"openaisle/{self._store}/+/+", 0)
        self.answered.set()

    def on_connect_fail(self, _client: mqtt.Client, _userdata: Any) -> None:
        self.error = connection_failure(sys.exc_info()[1], self._broker)
        self.answered.set()

    def on_message(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        try:
            self.heard.add(parse_topic(message.topic, self._store))
        except PayloadError:
            return
