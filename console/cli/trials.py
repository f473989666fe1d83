"""``main.py trials``: thousands of simulated visits through the whole pipeline, scored."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from console.cli.say import JsonOption, err, errors_in_words, fail, out, print_json
from inference.simulation.formats import FormatName, ScaleKind
from inference.simulation.profiles import PROFILES, ProfileName

if TYPE_CHECKING:
    from inference.trials.kept import Kept
    from inference.trials.many import Asked, Result


def trials_command(
    profiles: Annotated[
        list[str] | None,
        typer.Argument(help=f"Kinds of days: {', '.join(PROFILES)}.", show_default="normal"),
    ] = None,
    visits: Annotated[int, typer.Option(min=1, max=1_000_000, help="Of each kind.")] = 1000,
    scales: Annotated[
        list[str] | None,
        typer.Option("--scales", help="One a slot, a half board, a whole one (shelf), or mixed; repeatable."),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="nano (20 m2), convenience (60), supermarket (150); repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the first session; the others follow.")] = 100_000,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Beside it the rule of the published winner.")
    ] = False,
    ceiling: Annotated[
        bool,
        typer.Option("--ceiling", help="Beside it an oracle that knows who and when, but not what."),
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="Switch an idea off; 'each' runs once without every one of them."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep", help="Keep finished sessions in this folder; the same run goes on from there."
        ),
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="Also write the tables to this file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate days in many stores; say how often receipts were right and a person was asked."""
    from inference.trials.ideas import IDEAS
    from inference.trials.kept import Kept
    from inference.trials.many import Asked
    from inference.trials.report import report, tables

    kinds = _named(profiles or ["normal"], tuple(PROFILES), "kind of day")
    plates = _named(scales or ["mixed"], get_args(ScaleKind), "kind of scales")
    shops = _named(formats or list(get_args(FormatName)), get_args(FormatName), "format")
    off = _named(without or [], (*IDEAS, "each"), "idea")
    switched: list[tuple[str, ...]] = [()]
    if "each" in off:
        switched += [(name,) for name in IDEAS]
    elif off:
        switched = [off]
    todo = [
        Asked(
            profile=_profile(kind),
            scales=_scales(plate),
            formats=tuple(_format(shop) for shop in shops),
            visits=visits,
            seed=seed,
            baseline=baseline,
            ceiling=ceiling,
            off=some,
        )
        for kind in kinds
        for plate in plates
        for some in switched
    ]
    with errors_in_words(OSError, ValueError):
        if markdown is not None:
            markdown.touch()  # told now what would fail after the work
        kept = Kept(keep) if keep is not None else None
        results = [(asked, _run(asked, workers, kept, quiet=as_json)) for asked in todo]
        told = report(results)
        if markdown is not None:
            markdown.write_text(tables(told), encoding="utf-8")
    if as_json:
        print_json(told)
    else:
        out.print(tables(told), markup=False, highlight=False)


def _run(asked: Asked, workers: int, kept: Kept | None, *, quiet: bool) -> Result:
    from inference.trials.many import run_many

    what = f"{asked.profile}, {asked.scales}" + (f", without {', '.join(asked.off)}" if asked.off else "")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet) as bar:
        task = bar.add_task(what, total=None)
        return run_many(
            asked, workers, lambda done, total: bar.update(task, completed=done, total=total), kept
        )


def _named(given: list[str], known: tuple[str, ...], what: str) -> tuple[str, ...]:
    for name in given:
        if name not in known:
            raise fail(f"there is no {what} {name!r}; there are {', '.join(known)}")
    return tuple(dict.fromkeys(given))


def _profile(name: str) -> ProfileName:
    return next(known for known in PROFILES if known == name)


def _scales(name: str) -> ScaleKind:
    known: tuple[ScaleKind, ...] = get_args(ScaleKind)
    return next(kind for kind in known if kind == name)


def _format(name: str) -> FormatName:
    known: tuple[FormatName, ...] = get_args(FormatName)
    return next(shop for shop in known if shop == name)
