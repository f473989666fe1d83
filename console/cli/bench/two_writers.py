"""Two processes write to one ledger for a while, as fast as they can: nobody is refused, and nothing is lost.

``python -m console.cli.bench.two_writers FOLDER SEED SECONDS`` is one of them. It prints what it did as JSON.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from console.back_office import Ledger, LedgerError, verify
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import send_due
from console.back_office.permissions import Actor
from console.back_office.reviews import answer, claim, issue_due
from console.cli.bench.mortal import BANK, LEDGER
from console.cli.bench.shoppers import shoppers
from console.cli.places import DEMO_STORE
from store_layout.reader import read_store

WRITERS = 2
IN_REVIEW = 0.1
SENT_EVERY = 10
"""Visits between two rounds of sending what is due."""


class Written(msgspec.Struct, frozen=True):
    """What one of them did."""

    visits: int
    units: int
    """Of products, in the visits whose receipts it brought about."""
    slowest_s: float
    """The longest that it waited for one visit to be written, with all that comes of it."""
    refused: tuple[str, ...]


class Together(msgspec.Struct, frozen=True):
    """What both did, and how the ledger is afterwards."""

    seconds: float
    visits: int
    visits_per_s: float
    slowest_s: float
    faults: tuple[str, ...]


def run_together(folder: Path, seconds: float) -> Together:
    """Let them write for so long, and look at the ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    with Ledger.open(folder / LEDGER):
        pass
    command = [sys.executable, "-m", "console.cli.bench.two_writers", str(folder)]
    writers = [
        subprocess.Popen([*command, str(seed), str(seconds)], stdout=subprocess.PIPE)  # noqa: S603 - ourselves
        for seed in range(1, WRITERS + 1)
    ]
    said = [writer.communicate()[0] for writer in writers]
    faults = [f"writer {n}: exit status {w.returncode}" for n, w in enumerate(writers, 1) if w.returncode]
    written = [msgspec.json.decode(words, type=Written) for words in said if words]
    faults += [f"refused: {what}" for each in written for what in each.refused]
    visits, units = sum(each.visits for each in written), sum(each.units for each in written)
    with Ledger.open(folder / LEDGER) as ledger:
        faults += [f"{finding.place}: {finding.what}" for finding in verify(ledger).findings]
        receipts = ledger.documents(visits + 1)
        sold = sum(x.quantity for d in receipts for x in d.receipt.lines if x.kind == "product")
        for what, mine, found in (
            ("visits", visits, ledger.scalar("SELECT count(*) FROM visit")),
            ("units sold", units, sold),
            ("receipts without an order to charge", 0, ledger.scalar(_NOT_ORDERED)),
        ):
            if found != mine:
                faults.append(f"{what}: {found} in the ledger, {mine} written")
    slowest = max((each.slowest_s for each in written), default=0.0)
    return Together(seconds, visits, visits / seconds, slowest, tuple(faults))


_NOT_ORDERED = (
    "SELECT count(*) FROM document d WHERE d.series = 'R' AND d.total > 0 "
    "AND NOT EXISTS (SELECT 1 FROM payment_task t WHERE t.receipt = d.number AND t.kind = 'capture')"
)


def write(folder: Path, seed: int, seconds: float) -> Written:
    """Post visits, answer reviews and send payments until the time is over."""
    layout, rng = read_store(DEMO_STORE), random.Random(seed)
    reviewer = Actor(f"Reviewer {seed}", "staff", "bench")
    bank = SimulatedProvider(folder / BANK)
    visits = units = 0
    slowest, refused = 0.0, []
    end = time.monotonic() + seconds
    with Ledger.open(folder / LEDGER) as ledger:
        for made in itertools.takewhile(
            lambda _: time.monotonic() < end, shoppers(layout, 1_000_000, rng, in_review=IN_REVIEW)
        ):
            begun = time.monotonic()
            # Both write of other people.
            closed = msgspec.structs.replace(
                made, visit=f"{seed}:{made.visit}", token=f"{seed}-{made.token}", people=1
            )
            try:
                ledger.post_visit(closed, layout)
                visits += 1
                if closed.decision == "review":
                    claim(ledger, reviewer, closed.closed_at, closed.visit)
                    event = closed.questions[0].event
                    answer(ledger, reviewer, closed.visit, {event: 0}, closed.closed_at)
                    issue_due(ledger, closed.closed_at, closed.visit)
                units += sum(line.quantity for line in closed.lines)
                if visits % SENT_EVERY == 0:
                    send_due(ledger, bank, closed.closed_at)
            except (LedgerError, sqlite3.Error) as error:
                refused.append(str(error))
            slowest = max(slowest, time.monotonic() - begun)
    bank.close()
    return Written(visits, units, slowest, tuple(refused))


if __name__ == "__main__":
    sys.stdout.buffer.write(
        msgspec.json.encode(write(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
    )
