"""A client of the store's broker: where it is, how it is trusted, and who we are to it."""

from __future__ import annotations

from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from inference.capture.secrets import Secrets, broker_key
from store_layout.model import Broker

CONNECT_TIMEOUT_S = 2.0


def make_client(
    broker: Broker, store: str, secrets: Secrets, folder: Path | None, client_id: str, *, keep_session: bool
) -> mqtt.Client:
    """A client that is not connected yet. ``keep_session``: the broker keeps messages while it is away.

    ``folder`` is where a ``ca_file`` starts. Raises ``SecretsUnavailableError``, ``OSError`` or
    ``ValueError`` for a certificate file that is not there or none.
    """
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=not keep_session,
        protocol=mqtt.MQTTv311,
    )
    client.connect_timeout = CONNECT_TIMEOUT_S
    if broker.tls:
        client.tls_set(ca_certs=_ca_file(broker, folder))
    if broker.user is not None:
        client.username_pw_set(broker.user, secrets.get(broker_key(store)))
    return client


def _ca_file(broker: Broker, folder: Path | None) -> str | None:
    if broker.ca_file is None:
        return None
    path = (folder or Path()) / broker.ca_file
    if not path.is_file():
        raise FileNotFoundError(f"there is no certificate file {path} (broker.ca_file in store.toml)")
    return str(path)
