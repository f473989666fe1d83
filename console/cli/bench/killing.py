"""A process that works in the back office is killed at random moments: the day ends as if it had not been."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from console.back_office import Ledger, verify
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import owed, unpaid
from console.cli.bench.mortal import BANK, LEDGER, Mortals, a_day

MOST_A_DAY = 30
"""Kills after which a day may come to its end."""
LONGEST = 0.6
"""Of the time that a day takes in peace: what a process has at most before it is killed."""


class Killed(msgspec.Struct, frozen=True):
    """What came of it."""

    runs: int
    """Processes killed."""
    in_the_middle: int
    """Of these, such that had written something new."""
    days: int
    """Days that were ended and compared with the same day in peace."""
    documents: int
    moved: int
    """Documents whose money the provider moved, over all days."""
    faults: tuple[str, ...]
    """Whatever was not as it should be."""


class Outcome(msgspec.Struct, frozen=True):
    """How a day ended: nothing in it depends on when a process was killed."""

    documents: tuple[tuple[str, int, str, str, int, int | None, str], ...]
    """Series, number, kind, visit, total, of which receipt, and the document itself."""
    captured: dict[str, int]
    """By document: how much of it came from a hold depends on when the bank was asked for that."""
    refunded: dict[str, int]
    held: tuple[int, ...]
    """Still kept back on cards."""
    unpaid: int


def run_killed(
    folder: Path, runs: int, *, seed: int = 1, on_progress: Callable[[int], None] | None = None
) -> Killed:
    """Kill ``runs`` processes, in days that begin again until they are done, in folders under ``folder``.

    Raises ``RuntimeError`` where processes cannot be forked, or a day cannot be done even in peace.
    """
    rng = random.Random(seed)
    faults: list[str] = []
    done = in_the_middle = days = documents = moved = 0
    with Mortals() as mortals:
        while done < runs:
            days += 1
            calm, rough = folder / f"{days}-calm", folder / f"{days}-rough"
            for place in (calm, rough):
                place.mkdir(parents=True)
            begun = time.monotonic()
            expected = _in_peace(calm, days)
            takes = time.monotonic() - begun
            kills = entries = 0
            while mortals.live(rough, days, _span(rng, takes, last=kills >= MOST_A_DAY or done >= runs)):
                kills, done = kills + 1, done + 1
                faults += [f"day {days}, kill {kills}: {what}" for what in _faults(rough)]
                before, entries = entries, _entries(rough)
                in_the_middle += entries > before
                if on_progress is not None:
                    on_progress(done)
            faults += [f"day {days}: {what}" for what in _faults(rough)]
            found = outcome(rough)
            if found != expected:
                faults.append(f"day {days}: it ended otherwise than in peace: {_difference(found, expected)}")
            documents += len(found.documents)
            moved += len(found.captured) + len(found.refunded)
    return Killed(done, in_the_middle, days, documents, moved, tuple(faults))


def _span(rng: random.Random, takes: float, *, last: bool) -> float | None:
    return None if last else rng.uniform(0.0, takes * LONGEST)


def outcome(folder: Path) -> Outcome:
    """How the day in this folder ended."""
    with Ledger.open(folder / LEDGER, read_only=True) as ledger:
        rows = ledger.database.execute(
            "SELECT d.series, d.number, d.kind, d.visit, d.total, d.of_number, e.body "
            "FROM document d JOIN entry e ON e.seq = d.entry ORDER BY d.series, d.number"
        ).fetchall()
        left = len(unpaid(ledger))
    bank = SimulatedProvider(folder / BANK)
    captured, refunded = (_by_document(bank.moved(kind)) for kind in ("capture", "refund"))
    held = tuple(sorted(bank.held().values()))
    bank.close()
    return Outcome(tuple(rows), captured, refunded, held, left)


def _by_document(moved: dict[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, amount in moved.items():
        document = key.split(":")[1]
        found[document] = found.get(document, 0) + amount
    return found


# -- parts ---------------------------------------------------------------------------------------------


def _in_peace(folder: Path, seed: int) -> Outcome:
    a_day(folder, seed)
    with Ledger.open(folder / LEDGER) as ledger:
        open_ends = [d.number for d in ledger.documents(100_000) if owed(ledger, d.number)]
    if open_ends:
        raise RuntimeError(
            f"{folder}: the day in peace left receipts {open_ends} unpaid: nothing is measured"
        )
    return outcome(folder)


def _entries(folder: Path) -> int:
    if not (folder / LEDGER).exists():
        return 0
    with Ledger.open(folder / LEDGER) as ledger:
        return ledger.head()[0]


def _faults(folder: Path) -> list[str]:
    """What does not hold now, in the middle of the day or at its end."""
    with Ledger.open(folder / LEDGER) as ledger:
        found = [f"{finding.place}: {finding.what}" for finding in verify(ledger).findings]
        told = {
            kind: dict(
                ledger.database.execute(
                    "SELECT key, amount FROM payment_task WHERE kind = ? AND state = 'done'", (kind,)
                ).fetchall()
            )
            for kind in ("capture", "refund")
        }
    bank = SimulatedProvider(folder / BANK)
    for kind, orders in told.items():
        at_bank = bank.moved(kind)
        found += [
            f"{key}: the bank has {at_bank.get(key)}" for key, n in orders.items() if at_bank.get(key) != n
        ]
    bank.close()
    return found


def _difference(found: Outcome, expected: Outcome) -> str:
    for name in Outcome.__struct_fields__:
        mine, theirs = getattr(found, name), getattr(expected, name)
        if mine != theirs:
            return f"{name}: {_first(mine, theirs)}"
    return "nothing"


def _first(mine: object, theirs: object) -> str:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        mine, theirs = sorted(mine.items()), sorted(theirs.items())
    if not isinstance(mine, (list, tuple)) or not isinstance(theirs, (list, tuple)):
        return f"{mine!r} instead of {theirs!r}"
    for a, b in zip(mine, theirs, strict=False):
        if a != b:
            return f"{a!r} instead of {b!r}"
    return f"{len(mine)} instead of {len(theirs)}"
