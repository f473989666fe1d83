"""``main.py store``: look at a store folder, and have a running engine take it over."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from console.cli.console import START_ERRORS, make_spec
from console.cli.say import JsonOption, err, errors_in_words, out, print_json
from console.engine_process.connection import send_once
from console.engine_process.session import is_running, read_address
from console.operations.layout_words import change_words
from inference.messages.wire import Refused, StoreTaken, TakeStore
from store_layout.problems import errors_among, format_problems
from store_layout.reader import check_store
from store_layout.said import in_english
from store_layout.schema import schema_text

app = typer.Typer(
    help="Check a store folder, have the running engine take it over, or print its schema.",
    no_args_is_help=True,
)
ANSWER_S = 3.0


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="The store folder.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """List every problem of a store folder at once, with its place and remedy; errors give exit status 1."""
    found = check_store(folder)
    if as_json:
        print_json([in_english(problem) for problem in found.problems])
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


@app.command()
def reload(
    folder: Annotated[Path, typer.Argument(help="The store folder.", show_default=False)],
    simulated: Annotated[bool, typer.Option("--simulated", help="Of the simulated store on it.")] = False,
    wait: Annotated[
        float,
        typer.Option("--wait", min=0.0, help="Seconds to wait for a quiet moment, where one is needed."),
    ] = 60.0,
    only_ask: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change, or what is in the way.")
    ] = False,
) -> None:
    """Have the engine that runs on a store folder go on with it as it is now; every open cart stays.

    A folder with a mistake in it is refused, with the place and the remedy (exit status 1): nothing changes.
    """
    with errors_in_words(*START_ERRORS):
        spec = make_spec(folder, None, None, None, 1, headless=True, simulated=simulated)
    address = read_address(spec.state_path)
    if address is None or not is_running(spec.state_path):
        err.print("No engine is running for it: the next start takes the folder as it is.")
        raise typer.Exit(1)
    until, said = time.monotonic() + wait, ""
    while True:
        answer = send_once(address, TakeStore(only_ask), ANSWER_S)
        if not isinstance(answer, Refused) or answer.remedy != "wait" or time.monotonic() >= until:
            break
        if str(answer.why) != said:
            said = str(answer.why)
            out.print(f"Waiting: {said}", markup=False, highlight=False)
        time.sleep(0.2)
    match answer:
        case StoreTaken(changes=changes, took_s=took_s):
            for change in changes:
                out.print(change_words(change), markup=False, highlight=False)
            done = "would be taken over" if only_ask else f"taken over in {1000 * took_s:.0f} ms"
            out.print(f"{len(changes)} changes {done}." if changes else "Nothing has changed.")
        case Refused(why=why, remedy=remedy):
            err.print(str(why), markup=False, highlight=False)
            if remedy == "start":
                err.print("Stop the engine and start it again: open carts are kept.")
            raise typer.Exit(1)
        case _:
            err.print("The engine does not answer.")
            raise typer.Exit(1)
