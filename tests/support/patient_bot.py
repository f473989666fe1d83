"""A bot that waits longer before it gives up: on a busy machine what comes in the background comes late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE_MS = 60_000
"""A wait ends when what it waits for is there: the longest one costs only the tests that fail."""


class PatientBot(QtBot):
    """Waits of a minute, also where a test would give up sooner."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:  # noqa: N802
        """Wait until the callback returns true, or nothing where it asserts."""
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **others: Any) -> Any:  # noqa: N802
        """Wait for a signal, as a context."""
        return super().waitSignal(signal, timeout=max(timeout, PATIENCE_MS), **others)
