"""Names of visits: an id from its cause, and a short code that says nothing to an outsider."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Container

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
"""No I, O or Q: they are misread."""
DIGITS = "23456789"


def visit_id(store: str, gate: str | None, entered_at: float, ordinal: int) -> str:
    """Always the same for the same cause: store, gate, time of entry, and which of those at that time."""
    return f"{store}:{gate or 'inside'}:{round(entered_at * 1000)}:{ordinal}"


def code_for(salt: str, visit: str, taken: Container[str]) -> str:
    """A code like ``K7-204`` from HMAC-SHA256(salt, visit); the next one where it is taken."""
    for attempt in range(10_000):
        digest = hmac.new(salt.encode(), f"{visit}#{attempt}".encode(), hashlib.sha256).digest()
        number = int.from_bytes(digest[2:6], "big") % 1000
        code = f"{LETTERS[digest[0] % len(LETTERS)]}{DIGITS[digest[1] % len(DIGITS)]}-{number:03d}"
        if code not in taken:
            return code
    raise RuntimeError("no visit code is free: thousands of visits are open at once")
