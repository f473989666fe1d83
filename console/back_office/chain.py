"""The hash chain: each entry of the ledger carries the hash of the one before it.

``hash = SHA-256(previous hash, newline, canonical JSON of the body)``, as certified tills do it. Canonical:
UTF-8, keys sorted, no spaces, floats as the shortest text that reads back the same.
"""

from __future__ import annotations

import hashlib

import msgspec

GENESIS = "0" * 64
"""What the first entry has for a previous hash."""


def canonical(value: object) -> bytes:
    """Bytes that are the same whenever the value is."""
    return msgspec.json.encode(value, order="sorted")


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def link(previous: str, body: bytes) -> str:
    """Hash of an entry with this body that follows the entry with hash ``previous``."""
    return digest(previous.encode("ascii") + b"\n" + body)
