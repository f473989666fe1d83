"""Keys of orders to the payment provider without the part that says whose they are."""

from __future__ import annotations

import re
from typing import TypeVar

from console.back_office.ledger_file import LedgerFile

WHOSE = re.compile(r":[0-9a-f]{16}(?=$|\+)")
Value = TypeVar("Value")


def plain(moved: dict[str, Value]) -> dict[str, Value]:
    """``capture:R-000001:1`` and not ``capture:R-000001:1:0f3a...``."""
    return {WHOSE.sub("", key): value for key, value in moved.items()}


def key_like(file: LedgerFile, order: str) -> str:
    """The whole key of an order in the outbox."""
    return str(file.scalar("SELECT key FROM payment_task WHERE key LIKE ?", f"{order}:%"))
