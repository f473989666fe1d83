"""The broker that scales and gates speak through, as somebody types it in."""

from __future__ import annotations

from typing import Literal

import msgspec

from console.language import tr
from console.operations.draft_checks import new_errors
from store_layout.model import Broker, StoreFile, StoreLayout

Field = Literal["host", "ca_file", ""]
"""Where a problem is; empty: of the whole."""


def problems_of(broker: Broker, layout: StoreLayout) -> dict[Field, str]:
    """What keeps it from being saved."""
    found: dict[Field, str] = {}
    if not broker.host:
        found["host"] = tr("Name or address of the computer that runs the broker")
    elif any(sign in broker.host for sign in "@/: "):
        found["host"] = tr("The name or address alone: port, user and encryption have fields of their own")
    if broker.ca_file is not None and not broker.tls:
        found["ca_file"] = tr("A certificate needs encryption")
    if not found:
        words = new_errors(layout, with_broker(layout, broker))
        if words:
            found[""] = words
    return found


def with_broker(layout: StoreLayout, broker: Broker) -> StoreFile:
    """The store's file with this broker."""
    return msgspec.structs.replace(layout.file, broker=broker)
