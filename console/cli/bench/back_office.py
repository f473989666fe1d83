"""``main.py bench-back-office``: a ledger of a million visits, two writers at once, and processes killed."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from console.back_office import DocumentRow, Ledger, LedgerError, verify
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.closing import close_day
from console.back_office.verify_streams import OnProgress
from console.cli.bench.big_ledger import MANAGER, write_big_ledger
from console.cli.bench.killing import Killed, run_killed
from console.cli.bench.shoppers import shoppers
from console.cli.bench.two_writers import Together, run_together
from console.cli.places import DEMO_STORE
from console.cli.say import JsonOption, err, errors_in_words, out, print_json
from store_layout.model import StoreLayout
from store_layout.reader import read_store

ASKED = 100
"""Searches for each key."""
POSTED = 200
HOUR_S, DAY_S = 3_600.0, 86_400.0


class Lookup(msgspec.Struct, frozen=True):
    """How long one kind of question takes, milliseconds."""

    key: str
    p50_ms: float
    p95_ms: float
    p95_cpu_ms: float
    """Of the processor alone: what it would be on a machine that does nothing else."""


class BigLedger(msgspec.Struct, frozen=True):
    """What a ledger of this size costs."""

    visits: int
    entries: int
    gigabytes: float
    made_s: float
    """0: it was there."""
    open_ms: float
    lookups: tuple[Lookup, ...]
    post_p50_ms: float
    """One visit at its end, posted and priced, on disk."""
    post_p95_ms: float
    close_s: float
    """A whole day of the busiest closed, in the transaction that does it; nothing of it is kept."""
    close_cpu_s: float
    verify_s: float
    verify_cpu_s: float
    faults: tuple[str, ...]


class BackOffice(msgspec.Struct, frozen=True):
    """All that was measured."""

    big: BigLedger | None
    together: Together | None
    killed: Killed | None

    @property
    def faults(self) -> tuple[str, ...]:
        """Whatever was not as it should be."""
        parts = (self.big, self.together, self.killed)
        return tuple(fault for part in parts if part is not None for fault in part.faults)


def bench_back_office(
    visits: Annotated[int, typer.Option(min=0, help="In the big ledger; 0: none is made.")] = 1_000_000,
    seconds: Annotated[
        float, typer.Option(min=0, help="For which two processes write; 0: they do not.")
    ] = 60.0,
    kills: Annotated[int, typer.Option(min=0, help="Processes killed at work; 0: none.")] = 200,
    folder: Annotated[
        Path | None,
        typer.Option(
            help="Keep the files here (a million visits: 4 GB), and use the big ledger that is here already.",
            file_okay=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the back office on this machine; exit status 1 if anything was not as it should be."""
    with errors_in_words(LedgerError, OSError, RuntimeError), _place(folder) as place:
        found = BackOffice(
            big=_big(place, visits) if visits else None,
            together=run_together(Path(tempfile.mkdtemp(dir=place)), seconds) if seconds else None,
            killed=_killed(Path(tempfile.mkdtemp(dir=place)), kills) if kills else None,
        )
    if as_json:
        print_json(found)
    else:
        _show(found)
    raise typer.Exit(1 if found.faults else 0)


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="openaisle-bench-") as made:
            yield Path(made)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def _big(place: Path, visits: int) -> BigLedger:
    layout, path = read_store(DEMO_STORE), place / f"ledger-{visits}.sqlite"
    begun, made = time.monotonic(), not path.exists()
    if made:
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with _bar("visits", visits) as told:
            write_big_ledger(unfinished, layout, visits, on_progress=told)
        unfinished.replace(path)
    made_s = time.monotonic() - begun
    with Ledger.open(path):
        pass  # brought up to date, if it was from before
    begun = time.monotonic()
    with Ledger.open(path) as ledger:
        open_ms = 1000.0 * (time.monotonic() - begun)
        lookups = tuple(_lookups(ledger))
        posted = _post(ledger, layout, path)
        close_s, close_cpu_s = _close_a_day(ledger, layout)
        begun, used = time.monotonic(), time.process_time()
        with _parts() as told_parts:
            proof = verify(ledger, on_progress=told_parts)
        return BigLedger(
            visits=proof.visits,
            entries=proof.entries,
            gigabytes=path.stat().st_size / 1e9,
            made_s=made_s if made else 0.0,
            open_ms=open_ms,
            lookups=lookups,
            post_p50_ms=_quantile(posted, 0.5),
            post_p95_ms=_quantile(posted, 0.95),
            close_s=close_s,
            close_cpu_s=close_cpu_s,
            verify_s=time.monotonic() - begun,
            verify_cpu_s=time.process_time() - used,
            faults=tuple(f"{finding.place}: {finding.what}" for finding in proof.findings),
        )


def _lookups(ledger: Ledger) -> Iterator[Lookup]:
    """Each key of receipts that are drawn from all of them."""
    rng = random.Random(7)
    last = ledger.next_number("R")
    drawn = [ledger.document(rng.randrange(1, last)) for _ in range(ASKED)]
    known = [document for document in drawn if document is not None]

    def around(document: DocumentRow, seconds: float) -> tuple[float, float]:
        at = document.receipt.issued_at
        return at - seconds, at + seconds

    keys: dict[str, Callable[[DocumentRow], object]] = {
        "number": lambda d: ledger.documents(50, d.label),
        "code": lambda d: ledger.documents(50, d.receipt.code),
        "beginning of a code": lambda d: ledger.documents(50, d.receipt.code[:3]),
        "last four digits": lambda d: ledger.documents(50, f"{d.number % 10_000:04d}"),
        "product": lambda d: ledger.documents(50, d.receipt.lines[0].name),
        "amount": lambda d: ledger.documents(50, total=d.receipt.total),
        "ten minutes": lambda d: ledger.documents(50, issued=around(d, 300.0)),
        "amount and day": lambda d: ledger.documents(50, total=d.receipt.total, issued=around(d, DAY_S / 2)),
        "product and hour": lambda d: ledger.documents(
            50, d.receipt.lines[0].name, issued=around(d, HOUR_S / 2)
        ),
        "the latest 200": lambda _: ledger.documents(200),
    }
    for key, ask in keys.items():
        wall, cpu = zip(*(_ms(ask, document) for document in known), strict=True)
        yield Lookup(key, _quantile(wall, 0.5), _quantile(wall, 0.95), _quantile(cpu, 0.95))


def _ms(ask: Callable[[DocumentRow], object], document: DocumentRow) -> tuple[float, float]:
    begun, used = time.perf_counter(), time.process_time()
    ask(document)
    return 1000.0 * (time.perf_counter() - begun), 1000.0 * (time.process_time() - used)


def _post(ledger: Ledger, layout: StoreLayout, path: Path) -> list[float]:
    """Milliseconds for each of some more visits; each time others, so that a kept file can be used again."""
    taken, run = [], ledger.scalar("SELECT count(*) FROM visit")
    for made in shoppers(layout, POSTED, random.Random(f"{path.name}:{run}")):
        closed = msgspec.structs.replace(made, visit=f"{run}:{made.visit}", people=1)
        begun = time.perf_counter()
        ledger.post_visit(closed, layout)
        taken.append(1000.0 * (time.perf_counter() - begun))
    return taken


def _close_a_day(ledger: Ledger, layout: StoreLayout) -> tuple[float, float]:
    """Seconds, and of the processor alone, that closing the last whole day takes; it is open again then."""
    days = BusinessDays.of(layout)
    latest = ledger.scalar("SELECT max(issued_at) FROM document WHERE series = 'R'")
    day = days.day_of(latest - DAY_S)
    ledger.database.execute("BEGIN IMMEDIATE")
    try:
        begun, used = time.monotonic(), time.process_time()
        close_day(ledger, MANAGER, day, days, at=time.time(), why="measured")
        return time.monotonic() - begun, time.process_time() - used
    finally:
        ledger.database.execute("ROLLBACK")


def _killed(place: Path, kills: int) -> Killed:
    with _bar("killed", kills) as told:
        return run_killed(place, kills, on_progress=told)


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    with _progress() as bars:
        task = bars.add_task(what, total=total)
        yield lambda done: bars.update(task, completed=done)


@contextmanager
def _parts() -> Iterator[OnProgress]:
    with _progress() as bars:
        task = bars.add_task("verify")
        yield lambda part, done, of: bars.update(task, description=part, completed=done, total=of)


def _progress() -> Progress:
    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def _show(found: BackOffice) -> None:
    table = Table("What", "Measured", "Aim", box=None)
    if (big := found.big) is not None:
        table.add_row(
            f"a ledger of {big.visits:,} visits", f"{big.entries:,} entries, {big.gigabytes:.1f} GB", ""
        )
        table.add_row("opened", f"{big.open_ms:.0f} ms", "1 s")
        for lookup in big.lookups:
            table.add_row(
                f"found by {lookup.key}, p50 / p95",
                f"{lookup.p50_ms:.1f} / {lookup.p95_ms:.1f} ms (CPU {lookup.p95_cpu_ms:.1f})",
                "p95 50 ms",
            )
        table.add_row("a visit posted, p50 / p95", f"{big.post_p50_ms:.1f} / {big.post_p95_ms:.1f} ms", "")
        table.add_row("a day closed", f"{big.close_s:.2f} s (CPU {big.close_cpu_s:.2f})", "5 s")
        table.add_row("verified", f"{big.verify_s:.0f} s ({big.verify_cpu_s:.0f} s CPU)", "")
    if (both := found.together) is not None:
        table.add_row(
            f"two writers for {both.seconds:.0f} s",
            f"{both.visits} visits, {both.visits_per_s:.0f}/s, slowest {1000 * both.slowest_s:.0f} ms",
            "none refused",
        )
    if (killed := found.killed) is not None:
        table.add_row(
            f"{killed.runs} processes killed, {killed.in_the_middle} of them in the middle",
            f"{killed.days} days, {killed.documents} documents, money moved for {killed.moved}",
            "as in peace",
        )
    out.print(table)
    for fault in found.faults:
        out.print(f"  {fault}", style="red", markup=False, highlight=False)
    if not found.faults:
        out.print("Nothing was lost, doubled or refused; every ledger is sound.")
