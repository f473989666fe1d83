"""``main.py store``: look at a store folder, and have a running engine take it over."""

from __future__ import annotations

import re
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from console.cli.console import START_ERRORS, make_spec
from console.cli.say import JsonOption, err, errors_in_words, out, print_json
from console.engine_process.connection import send_once
from console.engine_process.session import is_running, read_address
from console.operations.layout_words import change_words
from console.operations.new_store import Answers
from console.operations.new_store import check as check_answers
from console.operations.new_store import write as write_answers
from inference.messages.wire import Refused, StoreTaken, TakeStore
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems, errors_among, format_problems
from store_layout.reader import check_store, read_store
from store_layout.said import in_english
from store_layout.schema import schema_text

app = typer.Typer(
    help="Make or check a store folder, have the running engine take it over, or print its schema.",
    no_args_is_help=True,
)
ANSWER_S = 3.0
OPTIONS = {
    "name": "--name",
    "currency": "--currency",
    "time_zone": "--time-zone",
    "floor": "--size",
    "gates": "--gates",
    "cameras": "--camera",
    "catalog": "--catalog",
    "folder": "folder",
}
"""Of what is asked in the window's form too, as it is said here."""


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
                f"{file.store.name}: {_counted(found.layout)}",
                markup=False,
                highlight=False,
            )
    raise typer.Exit(1 if errors_among(found.problems) else 0)


def _counted(layout: StoreLayout) -> str:
    file = layout.file
    parts = {
        "fixture": file.fixture,
        "slot": file.slot,
        "scale": file.scale,
        "camera": file.camera,
        "gate": file.gate,
        "product": layout.catalog,
    }
    return ", ".join(f"{len(them)} {what}{'' if len(them) == 1 else 's'}" for what, them in parts.items())


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Where it is written; new, or empty.", show_default=False)],
    name: Annotated[str, typer.Option(help="What the store is called; stands on receipts.")],
    time_zone: Annotated[str, typer.Option(help="The shop's clock, such as Europe/Berlin.")],
    currency: Annotated[str, typer.Option(help="Three letters, such as EUR or CHF.")] = "EUR",
    size: Annotated[
        str, typer.Option(metavar="WIDTHxDEPTH", help="Of the room, in metres; the door is in a wide side.")
    ] = "10x6",
    gates: Annotated[
        Literal["one", "two"], typer.Option(help="One door for both ways, or one in and one out.")
    ] = "one",
    camera: Annotated[
        list[str] | None,
        typer.Option(
            help="Address: rtsp://..., http://..., usb:0, file:...; repeatable.", show_default=False
        ),
    ] = None,
    catalog: Annotated[
        Path | None, typer.Option(help="What is sold, as CSV; it can come later.", show_default=False)
    ] = None,
    net_prices: Annotated[bool, typer.Option("--net-prices", help="Prices are without tax.")] = False,
) -> None:
    """Write the folder of a new store: its room, door, cameras and products. Shelves and scales come next."""
    wide, deep = _size(size)
    answers = Answers(
        name=name,
        currency=currency,
        time_zone=time_zone,
        prices_include_tax=not net_prices,
        width=wide,
        depth=deep,
        gates=gates,
        cameras=tuple(camera or ()),
        catalog="" if catalog is None else str(catalog),
        folder=str(folder),
    )
    found = check_answers(answers)
    for problem in found:
        err.print(
            f"{OPTIONS[problem.field]}: {problem.what}; {problem.remedy}",
            style="red" if problem.severity == "error" else "yellow",
            markup=False,
            highlight=False,
        )
    if any(problem.severity == "error" for problem in found):
        raise typer.Exit(1)
    with errors_in_words(StoreProblems, OSError):
        write_answers(answers)
        made = read_store(folder)
    out.print(f"{name}: {_counted(made)}, in {folder}.", markup=False, highlight=False)
    out.print(
        f"Next: describe shelves and scales in {folder / 'store.toml'}, or draw them in the window\n"
        f"(main.py run --store {shlex.quote(str(folder))}), and calibrate the cameras there. What to write:\n"
        "store_layout/README.md. Then: main.py store check, main.py doctor --store.",
        markup=False,
        highlight=False,
    )


def _size(text: str) -> tuple[float, float]:
    found = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?)\s*[x×]\s*([0-9]+(?:[.,][0-9]+)?)", text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r}: write metres, as 10x6 or 7.5x4", param_hint="'--size'")
    wide, deep = (float(side.replace(",", ".")) for side in found.groups())
    return wide, deep


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
            many = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
            out.print(f"{many} {done}." if changes else "Nothing has changed.")
        case Refused(why=why, remedy=remedy):
            err.print(str(why), markup=False, highlight=False)
            if remedy == "start":
                err.print("Stop the engine and start it again: open carts are kept.")
            raise typer.Exit(1)
        case _:
            err.print("The engine does not answer.")
            raise typer.Exit(1)
