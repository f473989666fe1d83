"""``main.py learning``: what reviewed cases teach, proposed, applied by a person, taken back, exported."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, get_args
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from console.cli.acting import ActingOption, acts, opened
from console.cli.places import DEMO_STORE, StoresLedgerOption, ledger_said
from console.cli.say import JsonOption, err, errors_in_words, fail, out, print_json, row
from inference.simulation.formats import FormatName, ScaleKind
from inference.simulation.profiles import PROFILES
from store_layout.learned import Learned
from store_layout.learned_file import LearnedError
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

if TYPE_CHECKING:
    from inference.learning.proposal import Estimate, Proposal
    from inference.trials.taught import Lesson

app = typer.Typer(
    help="What reviewed cases teach: unit weights, scales' noise, what the cameras are worth.",
    no_args_is_help=True,
)
T = TypeVar("T", bound=str)
ERRORS = (LearnedError, StoreProblems)

StoreOption = Annotated[
    Path | None, typer.Option("--store", help="Store folder; without it, the demo store.", show_default=False)
]
ClipsOption = Annotated[
    Path | None,
    typer.Option(
        "--clips",
        help="The engine's folder of clips; without it, the one beside the ledger.",
        show_default=False,
    ),
]
WhyOption = Annotated[str, typer.Option(help="For the record.")]
WHY_NOT = {
    "": "proposed",
    "few": "too few events",
    "no better": "not surely better",
    "too far": "too far off: weigh one",
}


@app.command()
def show(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """What is in force, and what was before."""
    from console.operations.learning_work import read_state

    with errors_in_words(*ERRORS):
        found = read_state(store or DEMO_STORE)
        zone = read_store(store or DEMO_STORE).file.store.time_zone
    if as_json:
        print_json(found)
        return
    if found.in_force is None:
        out.print("Nothing that was learned is in force: all is as the store's files say.")
    else:
        _print_learned(found.in_force)
    table = Table("No.", "Applied", "By", "Follows", "Products", "Scales", "Who", "Why", box=None)
    for at in reversed(found.versions):
        when = datetime.fromtimestamp(at.made_at, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
        who = "" if at.trust is None else f"{at.trust.who:.2f}"
        mark = " (in force)" if found.in_force is not None and at.number == found.in_force.number else ""
        table.add_row(
            *row(
                f"{at.number}{mark}",
                when,
                at.who,
                at.follows or "",
                len(at.product),
                len(at.scale),
                who,
                at.why,
            )
        )
    if found.versions:
        out.print(table, markup=False)


@app.command("propose")
def propose_command(
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    clips: ClipsOption = None,
    every: Annotated[bool, typer.Option("--all", help="Also what is not proposed, and why not.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Estimate everything anew from settled events; nothing is changed."""
    from console.operations.learning_work import propose_for

    folder = store or DEMO_STORE
    with opened(lambda: ledger_said(ledger, store), *ERRORS, read_only=True) as file:
        with _progress("Settled events", quiet=as_json) as told:
            found = propose_for(folder, file, _clips(clips, file.path), told)
        layout = read_store(folder)
    if as_json:
        print_json(found)
    else:
        _print_proposal(found, layout, every=every)


@app.command()
def apply(
    acting: ActingOption,
    why: WhyOption = "",
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    clips: ClipsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put in force what is proposed now. The engine reckons with it from its next start."""
    from console.operations.learning_work import apply_proposal, propose_for

    folder = store or DEMO_STORE
    with opened(lambda: ledger_said(ledger, store), *ERRORS) as file:
        actor = acts(file, acting)
        with _progress("Settled events", quiet=as_json) as told:
            found = propose_for(folder, file, _clips(clips, file.path), told)
        learned = apply_proposal(folder, file, actor, found, now=time.time(), why=why)
        layout = read_store(folder)
    if as_json:
        print_json(learned)
    else:
        _print_proposal(found, layout, every=False)
        out.print(f"Number {learned.number} is in force from the engine's next start.", highlight=False)


@app.command()
def undo(
    acting: ActingOption,
    why: WhyOption = "",
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back what was applied last, to the byte; said again, what was applied before that."""
    from console.operations.learning_work import undo_last

    with opened(lambda: ledger_said(ledger, store), *ERRORS) as file:
        actor = acts(file, acting)
        gone = undo_last(store or DEMO_STORE, file, actor, now=time.time(), why=why)
    if as_json:
        print_json(gone)
    else:
        now = f"number {gone.follows}" if gone.follows else "what the store's files say"
        out.print(
            f"Number {gone.number} is undone: {now} holds from the engine's next start.", highlight=False
        )


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to; it must not be there yet.", show_default=False)],
    acting: ActingOption,
    since: Annotated[
        str | None,
        typer.Option("--from", help="First day, by the shop's clock: 2026-11-01.", show_default=False),
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day.", show_default=False)] = None,
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    clips: ClipsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write reviewed cases as files: events as JSONL, clips as COCO key points and MOT sequences."""
    from console.operations.learning_export import ExportError, export_cases

    with opened(lambda: ledger_said(ledger, store), ExportError, *ERRORS) as file:
        zone = ZoneInfo(read_store(store or DEMO_STORE).file.store.time_zone)
        first, last = _day(since, zone, float("-inf")), _day(until, zone, float("inf"), end=True)
        actor = acts(file, acting)
        with _progress("Cases", quiet=as_json) as told:
            found = export_cases(
                folder,
                file,
                actor,
                _clips(clips, file.path),
                since=first,
                until=last,
                now=time.time(),
                progress=told,
            )
    if as_json:
        print_json(found)
        return
    out.print(
        f"{found.cases} cases, {found.events} events, {found.sequences} clips with {found.pictures} pictures "
        f"and {found.people} people in {folder}",
        markup=False,
        highlight=False,
    )
    if found.without_pictures:
        out.print(f"  Of {found.without_pictures} cases no clip is kept any more.", highlight=False)
    for damaged in found.damaged:
        out.print(f"  {damaged}: its clip cannot be read", markup=False, highlight=False)


@app.command()
def trial(
    right: Annotated[bool, typer.Option("--right", help="Only the store whose files are right.")] = False,
    wrong: Annotated[bool, typer.Option("--wrong", help="Only the store whose files are wrong.")] = False,
    learn: Annotated[int, typer.Option(min=1, help="Visits before anything is learned.")] = 800,
    test: Annotated[int, typer.Option(min=1, help="Fresh visits, played before and after.")] = 400,
    profile: Annotated[str, typer.Option(help=f"Kind of day: {', '.join(PROFILES)}.")] = "normal",
    shop: Annotated[str, typer.Option("--format", help="nano, convenience or supermarket.")] = "nano",
    scales: Annotated[str, typer.Option(help="slot, half, shelf or mixed.")] = "mixed",
    seed: Annotated[int, typer.Option(min=0, help="Of the store; its days follow.")] = 200_000,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    as_json: JsonOption = False,
) -> None:
    """Is it worth it? Simulate stores with wrong and with right files, learn, and play fresh days."""
    from inference.trials.taught import Lesson, taught_table, teach

    days = (_choice(profile, tuple(PROFILES), "kind of day"), _choice(shop, get_args(FormatName), "format"))
    plates = _choice(scales, get_args(ScaleKind), "kind of scales")
    kinds = [kind for kind, asked in ((True, wrong or not right), (False, right or not wrong)) if asked]
    found = []
    for off in kinds:
        lesson = Lesson(
            wrong=off, profile=days[0], format=days[1], scales=plates, store=seed, learn=learn, test=test
        )
        with errors_in_words(ValueError), _progress(_name(lesson), quiet=as_json) as told:
            found.append(teach(lesson, workers, told))
    if as_json:
        print_json(found)
    else:
        out.print(taught_table(found), markup=False, highlight=False)


# -- parts -------------------------------------------------------------------------------------------


def _print_learned(learned: Learned) -> None:
    table = Table("What", "By the files", "Learned", "95 %", "Events", box=None)
    for entry in learned.product:
        old, new = f"{entry.catalog_weight_g:g} g", f"{entry.weight_g:g} g"
        table.add_row(
            *row(
                f"{entry.sku}: weight", old, new, f"{entry.low_g:g} to {entry.high_g:g}", f"{entry.events:g}"
            )
        )
    for scale in learned.scale:
        for word, value in (("noise", scale.noise_sd_g), ("error of a change", scale.change_sd_g)):
            if value is not None:
                table.add_row(*row(f"{scale.id}: {word}", "", f"{value:g} g", "", f"{scale.events:g}"))
    if learned.trust is not None:
        t = learned.trust
        between = f"{t.low:.2f} to {t.high:.2f}"
        table.add_row(*row("Places and hands count", "1", f"{t.who:.2f}", between, f"{t.events:g}"))
    out.print(table, markup=False)


def _print_proposal(found: Proposal, layout: StoreLayout, *, every: bool) -> None:
    asked = f"{found.settled} settled events, {found.reviewed} of them answered by a person."
    lines = found.estimates if every else found.proposed
    if not lines:
        out.print(f"Nothing is proposed: no estimate is surely better than what is in force. {asked}")
        return
    table = Table("What", "In force", "Proposed", "95 %", "Events", "Answered", "Gain", "", box=None)
    for line in lines:
        unit = "" if line.what == "who" else " g"
        between = "" if line.what == "spread" else f"{line.low:.2f} to {line.high:.2f}"
        gain = f"{line.gain:+.3f} \N{PLUS-MINUS SIGN} {line.gain_error:.3f}"
        cells = (
            _words(line, layout),
            f"{line.old:.2f}{unit}",
            f"{line.new:.2f}{unit}",
            between,
            f"{line.events:.1f}",
            line.reviewed,
            gain,
            WHY_NOT[line.why_not] if every else "",
        )
        table.add_row(*row(*cells))
    out.print(table, markup=False)
    out.print(f"{asked} Gain: nats an event on events that the estimate was not made from.", highlight=False)


def _words(line: Estimate, layout: StoreLayout) -> str:
    product = layout.products.get(line.about)
    about = line.about if product is None else f"{line.about} {product.name}"
    return {
        "weight": f"{about}: weight",
        "spread": f"{about}: spread of units",
        "noise": f"{about}: noise",
        "change": f"{about}: error of a change",
        "who": "Places and hands count",
    }[line.what]


def _name(lesson: Lesson) -> str:
    return f"{lesson.format}, files {'wrong' if lesson.wrong else 'right'}"


def _choice(name: str, known: tuple[T, ...], what: str) -> T:
    for one in known:
        if one == name:
            return one
    raise fail(f"there is no {what} {name!r}; there are {', '.join(str(one) for one in known)}")


@contextmanager
def _progress(what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; Ctrl-C breaks off with nothing done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=err, transient=True, disable=quiet) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    except KeyboardInterrupt as stopped:
        err.print("Stopped: nothing was changed.", style="red")
        raise typer.Exit(130) from stopped


def _clips(said: Path | None, ledger: Path) -> Path:
    from inference.evidence.kept import FOLDER

    return said or ledger.parent / "engine" / FOLDER


def _day(said: str | None, zone: ZoneInfo, otherwise: float, *, end: bool = False) -> float:
    if said is None:
        return otherwise
    try:
        day = datetime.strptime(said, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        raise fail(f"{said!r} is no day: write it as 2026-11-01") from None
    return (day + timedelta(days=1 if end else 0)).timestamp()
