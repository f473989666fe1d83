"""``main.py store``: look at a store folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from console.cli.say import JsonOption, out, print_json
from store_layout.problems import errors_among, format_problems
from store_layout.reader import check_store
from store_layout.schema import schema_text

app = typer.Typer(help="Check a store folder, or print its schema.", no_args_is_help=True)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="The store folder.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """List every problem of a store folder at once, with its place and remedy; errors give exit status 1."""
    found = check_store(folder)
    if as_json:
        print_json(found.problems)
    else:
        out.print(format_problems(found.problems), markup=False, highlight=False)
        if found.layout is not None:
            file = found.layout.file
            out.print(
                f"{file.store.name}: {len(file.fixture)} fixtures, {len(file.slot)} slots, "
                f"{len(file.scale)} scales, {len(file.camera)} cameras, {len(file.gate)} gates, "
                f"{len(found.layout.catalog)} products",
                markup=False,
                highlight=False,
            )
    raise typer.Exit(1 if errors_among(found.problems) else 0)


@app.command()
def schema() -> None:
    """Print the JSON Schema of store.toml, for editors that check while one types."""
    sys.stdout.write(schema_text())
