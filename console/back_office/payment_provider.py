"""What the back office needs of whoever moves the money, and a simulated one that does what they do at worst.

A provider is told everything with a key. The same key is the same order: it is carried out once and answered
as often as it is asked, which is what makes it safe to ask again after a crash. Nobody but the provider knows
the card: the back office keeps its token and the last four digits.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Protocol

import msgspec

from console.back_office.chain import digest


class ProviderTimeoutError(RuntimeError):
    """No answer came: the order may have been carried out or not. Ask again with the same key."""


class Accepted(msgspec.Struct, frozen=True):
    """Carried out."""

    ref: str
    """The provider's own name for it."""
    last_four: str = ""


class Declined(msgspec.Struct, frozen=True):
    """Not carried out, and with this key it never will be."""

    why: str


Answer = Accepted | Declined


class Provider(Protocol):
    """Moves money. Amounts are minor units of ``currency``."""

    def capture(self, key: str, token: str, amount: int, currency: str) -> Answer:
        """Charge when the visit has closed. Raises :class:`ProviderTimeoutError`."""

    def refund(self, key: str, capture: str, amount: int, currency: str) -> Answer:
        """Give back part of the capture with that ``ref``. Raises :class:`ProviderTimeoutError`."""


class SimulatedProvider:
    """Keeps its books in a file of its own, so that they outlive the one who asks.

    What a card does stands in its token, as with the test cards of real providers: ``declines``,
    ``times-out`` (the first two times it is asked, before anything was done), ``answers-late`` (carries out,
    and the answer is lost the first time). Any other card pays.
    """

    def __init__(self, path: Path) -> None:
        self._conn = sqlite3.connect(path)
        self._conn.isolation_level = None
        self._conn.execute("PRAGMA journal_mode = WAL")
        self._conn.execute("PRAGMA busy_timeout = 10000")
        self._conn.execute(
            "CREATE TABLE IF NOT EXISTS moved (key TEXT PRIMARY KEY, kind TEXT NOT NULL, "
            "token TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, of TEXT NOT NULL, "
            "ref TEXT NOT NULL) STRICT"
        )
        self._conn.execute(
            "CREATE TABLE IF NOT EXISTS asked (key TEXT PRIMARY KEY, times INTEGER NOT NULL) STRICT"
        )

    def close(self) -> None:
        """Release the file."""
        self._conn.close()

    def capture(self, key: str, token: str, amount: int, currency: str) -> Answer:
        """See :class:`Provider`."""
        return self._carry_out(key, "capture", token, amount, currency)

    def refund(self, key: str, capture: str, amount: int, currency: str) -> Answer:
        """See :class:`Provider`."""
        known = self._conn.execute(
            "SELECT token, amount FROM moved WHERE kind = 'capture' AND ref = ?", (capture,)
        ).fetchone()
        if known is None:
            return Declined("there is no such capture")
        back = self._conn.execute(
            "SELECT coalesce(sum(amount), 0) FROM moved WHERE kind = 'refund' AND of = ? AND key <> ?",
            (capture, key),
        ).fetchone()[0]
        if back + amount > known[1]:
            return Declined("more than was captured")
        return self._carry_out(key, "refund", known[0], amount, currency, of=capture)

    def moved(self, kind: str) -> dict[str, int]:
        """Key -> amount of all that was carried out: what the bank would show."""
        rows = self._conn.execute("SELECT key, amount FROM moved WHERE kind = ?", (kind,))
        return dict(rows.fetchall())

    def _carry_out(
        self, key: str, kind: str, token: str, amount: int, currency: str, *, of: str = ""
    ) -> Answer:
        self._conn.execute(
            "INSERT INTO asked VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET times = times + 1", (key,)
        )
        times = self._conn.execute("SELECT times FROM asked WHERE key = ?", (key,)).fetchone()[0]
        if "times-out" in token and times <= 2:
            raise ProviderTimeoutError("no answer")
        if "declines" in token and kind != "refund":
            return Declined("the card was declined")
        self._conn.execute(
            "INSERT OR IGNORE INTO moved VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, kind, token, amount, currency, of, digest(key.encode())[:12]),
        )
        if "answers-late" in token and times == 1:
            raise ProviderTimeoutError("no answer")
        ref = self._conn.execute("SELECT ref FROM moved WHERE key = ?", (key,)).fetchone()[0]
        digits = "".join(c for c in token if c.isdigit())
        return Accepted(ref, digits[-4:].rjust(4, "0"))
