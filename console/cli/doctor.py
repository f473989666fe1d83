"""``main.py doctor``: whether this store, on this computer, is ready."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from console.cli.console import make_spec
from console.cli.places import DEMO_STORE, state_dir, window_language
from console.cli.say import JsonOption, errors_in_words, out, print_json
from console.engine_process.examination import examine
from console.language import LanguageError, choose, tr, tr_noop
from console.language.sentences import in_words
from inference.capture import KeyringSecrets
from inference.detection.threads import CORES, tune_process
from store_layout.problems import StoreProblems, format_problems
from store_layout.reader import check_store
from store_layout.said import in_english

SIGNS = {
    "ok": ("green", tr_noop("ok")),
    "warn": ("yellow", tr_noop("look")),
    "fail": ("red", tr_noop("FAIL")),
}


def doctor(
    store: Annotated[Path, typer.Option("--store", help="Store folder.")] = DEMO_STORE,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Detection threads it will run with.")] = CORES,
    spoken: Annotated[
        str | None,
        typer.Option(
            "--language", metavar="CODE", help="What it speaks, e.g. de. Without it: as the window does."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Try every device and this computer; say what is wrong and what to do. Exit status 1 on a failure."""
    tune_process()
    with errors_in_words(LanguageError):
        choose(spoken or window_language(state_dir()))
    with errors_in_words(StoreProblems, OSError):
        checked = check_store(store)
        if checked.layout is None:
            raise StoreProblems(checked.problems)
        state = make_spec(store, None, None, None, threads, headless=True).state_path
        found = examine(checked.layout, KeyringSecrets(), store, state=_existing(state), threads=threads)
    if as_json:
        print_json([in_english(item) for item in found])
    else:
        if checked.problems:
            out.print(format_problems(checked.problems, in_words), markup=False, highlight=False)
        table = Table("", box=None)
        for heading in (tr("What"), tr("Found"), tr("To do")):
            table.add_column(heading, overflow="fold")
        for item in found:
            colour, sign = SIGNS[item.verdict]
            cells = (escape(in_words(words)) for words in (item.about, item.what, item.remedy))
            table.add_row(f"[{colour}]{tr(sign)}[/]", *cells)
        out.print(table)
    raise typer.Exit(1 if any(item.verdict == "fail" for item in found) else 0)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists already: its disk is the one that counts."""
    return next(place for place in (folder, *folder.parents) if place.exists())
