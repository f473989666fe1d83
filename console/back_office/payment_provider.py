"""What the back office needs of whoever moves the money, and a simulated one that does what they do at worst.

A provider is told everything with a key. The same key is the same order: it is carried out once and answered
as often as it is asked, which is what makes it safe to ask again after a crash. Nobody but the provider knows
the card: the back office keeps its token and the last four digits.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from console.back_office.chain import digest

BOOKS = "simulated-payments.sqlite"
"""The simulated provider's file, beside the ledger."""
HOLD_S = 7 * 86_400.0
"""How long a simulated hold lasts; real ones last some days, by card and country."""


class ProviderTimeoutError(RuntimeError):
    """No answer came: the order may have been carried out or not. Ask again with the same key."""


class Accepted(msgspec.Struct, frozen=True):
    """Carried out."""

    ref: str
    """The provider's own name for it."""
    last_four: str = ""


class Held(msgspec.Struct, frozen=True):
    """Kept back on the card."""

    ref: str
    expires_at: float
    """When the provider lets go of it by itself, seconds since the epoch."""
    last_four: str = ""


class Declined(msgspec.Struct, frozen=True):
    """Not carried out, and with this key it never will be."""

    why: str


Answer = Accepted | Declined


class Provider(Protocol):
    """Moves money. Amounts are minor units of ``currency``. All raise :class:`ProviderTimeoutError`."""

    def authorise(self, key: str, token: str, amount: int, currency: str) -> Held | Declined:
        """Keep money back on the card, to be captured later."""

    def capture(self, key: str, token: str, amount: int, currency: str, hold: str = "") -> Answer:
        """Charge. ``hold``: ref of the hold to take from, at most its amount; the rest of it is let go."""

    def release(self, key: str, hold: str) -> Answer:
        """Let go of a hold, whatever is left of it."""

    def refund(self, key: str, capture: str, amount: int, currency: str) -> Answer:
        """Give back part of the capture with that ``ref``."""


class SimulatedProvider:
    """Keeps its books in a file of its own, so that they outlive the one who asks.

    What a card does stands in its token, as with the test cards of real providers: ``declines``,
    ``times-out`` (the first two times it is asked, before anything was done), ``answers-late`` (carries out,
    and the answer is lost the first time), ``only-held`` (pays from a hold and not beyond). Any other pays.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, hold_s: float = HOLD_S) -> None:
        """``clock``: of the provider, by which holds run out."""
        self._clock, self._hold_s = clock, hold_s
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
        self._conn.execute(
            "CREATE TABLE IF NOT EXISTS held (key TEXT PRIMARY KEY, token TEXT NOT NULL, "
            "amount INTEGER NOT NULL, currency TEXT NOT NULL, ref TEXT NOT NULL UNIQUE, "
            "expires_at REAL NOT NULL, ended TEXT NOT NULL) STRICT"
        )

    def close(self) -> None:
        """Release the file."""
        self._conn.close()

    def authorise(self, key: str, token: str, amount: int, currency: str) -> Held | Declined:
        """See :class:`Provider`."""
        times = self._asked(key, token)
        if "declines" in token:
            return Declined("the card was declined")
        self._conn.execute(
            "INSERT OR IGNORE INTO held VALUES (?, ?, ?, ?, ?, ?, '')",
            (key, token, amount, currency, _ref(key), self._clock() + self._hold_s),
        )
        _late(token, times)
        ref, expires_at = self._conn.execute(
            "SELECT ref, expires_at FROM held WHERE key = ?", (key,)
        ).fetchone()
        return Held(ref, expires_at, _last_four(token))

    def capture(self, key: str, token: str, amount: int, currency: str, hold: str = "") -> Answer:
        """See :class:`Provider`."""
        if hold and (refused := self._take(key, amount, hold)) is not None:
            return refused
        if "only-held" in token and not hold:
            return Declined("there is no more on the card")
        return self._carry_out(key, "capture", token, amount, currency, of=hold)

    def release(self, key: str, hold: str) -> Answer:
        """See :class:`Provider`."""
        found = self._conn.execute("SELECT token, ended FROM held WHERE ref = ?", (hold,)).fetchone()
        if found is None:
            return Declined("there is no such hold")
        times = self._asked(key, found[0])
        self._conn.execute("UPDATE held SET ended = 'released' WHERE ref = ? AND ended = ''", (hold,))
        _late(found[0], times)
        return Accepted(hold)

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

    def held(self) -> dict[str, int]:
        """Key -> amount of what is kept back on cards now."""
        rows = self._conn.execute(
            "SELECT key, amount FROM held WHERE ended = '' AND expires_at > ?", (self._clock(),)
        )
        return dict(rows.fetchall())

    def _take(self, key: str, amount: int, hold: str) -> Declined | None:
        """End the hold by this capture; said again, it has been."""
        found = self._conn.execute(
            "SELECT amount, expires_at, ended FROM held WHERE ref = ?", (hold,)
        ).fetchone()
        if found is None or found[2] not in {"", key} or (not found[2] and found[1] <= self._clock()):
            return Declined("the hold is not there any more")
        if amount > found[0]:
            return Declined("more than was held")
        self._conn.execute("UPDATE held SET ended = ? WHERE ref = ?", (key, hold))
        return None

    def _carry_out(
        self, key: str, kind: str, token: str, amount: int, currency: str, *, of: str = ""
    ) -> Answer:
        times = self._asked(key, token)
        if "declines" in token and kind != "refund":
            return Declined("the card was declined")
        self._conn.execute(
            "INSERT OR IGNORE INTO moved VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, kind, token, amount, currency, of, _ref(key)),
        )
        _late(token, times)
        kept, ref = self._conn.execute("SELECT amount, ref FROM moved WHERE key = ?", (key,)).fetchone()
        if kept != amount:  # as real ones do: an order is not changed by saying it otherwise
            return Declined("this key was another order")
        return Accepted(ref, _last_four(token))

    def _asked(self, key: str, token: str) -> int:
        """How often this was asked, now included."""
        self._conn.execute(
            "INSERT INTO asked VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET times = times + 1", (key,)
        )
        times: int = self._conn.execute("SELECT times FROM asked WHERE key = ?", (key,)).fetchone()[0]
        if "times-out" in token and times <= 2:
            raise ProviderTimeoutError("no answer")
        return times


def _last_four(token: str) -> str:
    return "".join(c for c in token if c.isdigit())[-4:].rjust(4, "0")


def _late(token: str, times: int) -> None:
    if "answers-late" in token and times == 1:
        raise ProviderTimeoutError("no answer")


def _ref(key: str) -> str:
    return digest(key.encode())[:12]


def embedded_provider(ledger: Path) -> SimulatedProvider:
    """The one that a store has where no other is set up: no money moves. Its books lie beside the ledger."""
    return SimulatedProvider(ledger.with_name(BOOKS))
