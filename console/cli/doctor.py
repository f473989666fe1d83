"""``main.py doctor``: whether this store, on this computer, is ready."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from console.cli.console import make_spec
from console.cli.places import DEMO_STORE
from console.cli.say import JsonOption, errors_in_words, out, print_json
from console.engine_process.examination import examine
from inference.capture import KeyringSecrets
from inference.detection.threads import CORES, tune_process
from store_layout.problems import StoreProblems, format_problems
from store_layout.reader import check_store

SIGNS = {"ok": "[green]ok[/]", "warn": "[yellow]look[/]", "fail": "[red]FAIL[/]"}


def doctor(
    store: Annotated[Path, typer.Option("--store", help="Store folder.")] = DEMO_STORE,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Detection threads it will run with.")] = CORES,
    as_json: JsonOption = False,
) -> None:
    """Try every device and this computer; say what is wrong and what to do. Exit status 1 on a failure."""
    tune_process()
    with errors_in_words(StoreProblems, OSError):
        checked = check_store(store)
        if checked.layout is None:
            raise StoreProblems(checked.problems)
        state = make_spec(store, None, None, None, threads, headless=True).state_path
        found = examine(checked.layout, KeyringSecrets(), store, state=_existing(state), threads=threads)
    if as_json:
        print_json(found)
    else:
        if checked.problems:
            out.print(format_problems(checked.problems), markup=False, highlight=False)
        table = Table("", box=None)
        for heading in ("What", "Found", "To do"):
            table.add_column(heading, overflow="fold")
        for item in found:
            table.add_row(SIGNS[item.verdict], *map(escape, (item.about, item.what, item.remedy)))
        out.print(table)
    raise typer.Exit(1 if any(item.verdict == "fail" for item in found) else 0)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists already: its disk is the one that counts."""
    return next(place for place in (folder, *folder.parents) if place.exists())
