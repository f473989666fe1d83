"""The commands, together: what each is called, what it is for, and where it is.

A command's module is imported when the command is used: neither ``main.py --help`` nor ``main.py ledger``
waits for what only an engine needs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

import typer
from typer.core import TyperGroup
from typer.main import get_command

from console.cli.last_resort import last_resort
from console.operations.steady_memory import unsearched


class Place(NamedTuple):
    """A command in the list of all."""

    module: str
    """In ``console.cli``."""
    name: str
    """A function, or a :class:`typer.Typer` of several commands."""
    help: str
    """What it is for: a line that is not cut in a terminal of 80 columns."""


SECTIONS: dict[str, dict[str, Place]] = {
    "Run a store": {
        "run": Place("console", "run", "Open the console on a store, a recording, the demo store."),
        "kiosk": Place("console", "kiosk", "Show a store to visitors, full screen."),
        "stop": Place("console", "stop", "End an engine that goes on without a window."),
        "record": Place("record", "record", "Run a store and record what its engine sees."),
    },
    "Set it up": {
        "store": Place("store", "app", "Make a store folder, check it, print its schema."),
        "doctor": Place("doctor", "doctor", "Try every device; say what is wrong, what to do."),
        "password": Place("passwords", "app", "Keep devices' passwords in the system's keyring."),
        "printers": Place("printers", "app", "Receipt printers, and what they have to print."),
        "operators": Place("operators", "app", "Operators, roles and PINs, and the audit log."),
        "model": Place("models", "app", "Add a detector."),
    },
    "The shop's day": {
        "reviews": Place("reviews", "app", "Visits that a person has to decide."),
        "disputes": Place("disputes", "app", "What is wrong with a receipt, and what is done."),
        "refund": Place("disputes", "refund", "Give money back on a receipt."),
        "print": Place("receipts", "print_receipt", "Print a receipt, a refund or a supplement."),
        "payments": Place("payments", "app", "What was charged, is to be, and could not be."),
        "catalogue": Place("catalogue", "app", "Change what is sold and where it stands."),
        "reports": Place("reports", "app", "Day and period reports; close the day."),
        "ledger": Place("ledger", "app", "Receipts and visits on record; prove the chain."),
        "learning": Place("learning", "app", "What reviewed cases teach, applied by a person."),
        "privacy": Place("privacy", "app", "What is kept of people, how long, and what goes."),
    },
    "Recordings and simulated stores": {
        "replay": Place("recordings", "replay_command", "Run a recording through the whole pipeline."),
        "evaluate": Place("evaluation", "evaluate_command", "Compare what came of recordings with truth."),
        "simulate": Place("recordings", "simulate_command", "Simulate shoppers, and what devices would say."),
        "import": Place("recordings", "imports", "Turn recordings of others into recordings."),
        "trials": Place("trials", "trials_command", "Simulate days in many stores; count what is right."),
    },
    "For maintainers": {
        "bench": Place("bench.command", "bench", "Measure speed and accuracy on this machine."),
        "bench-back-office": Place("bench.back_office", "bench_back_office", "Measure the back office here."),
        "bench-window": Place("bench.window_command", "bench_window", "Measure the window, and kill it."),
        "screenshots": Place("screenshots", "screenshots", "Render every page of the window."),
        "train": Place("training", "app", "Make the shipped models; fit one to a store."),
    },
}
COMMANDS = {name: place for section in SECTIONS.values() for name, place in section.items()}


# Contexts and commands are click's, which older versions of typer import and newer ones bring along: Any.


class Group(TyperGroup):
    """Commands whose one line in the list is wrapped, not cut."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - as the base says
        """The list of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(200)) for name, one in self.commands.items()])


class Commands(TyperGroup):
    """The group of all commands, each of them imported when it is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        names: dict[str, Any] = dict.fromkeys(COMMANDS)
        self.commands = names  # what a mistyped one is compared with

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name; None if there is none."""
        if (place := COMMANDS.get(cmd_name)) is None:
            return None
        with unsearched():
            found = getattr(import_module(f"console.cli.{place.module}"), place.name)
        group = typer.Typer(add_completion=False, rich_markup_mode=None)
        group.callback()(lambda: None)  # a group, even of one command
        if isinstance(found, typer.Typer):
            group.add_typer(found, name=cmd_name, cls=Group)
        else:
            group.command(cmd_name)(found)
        return cast("TyperGroup", get_command(group)).commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """The list of all, by what one would look for, without importing any."""
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, place.help) for name, place in section.items()])


app = typer.Typer(
    cls=Commands,
    name="openaisle",
    help="Operator console for a store without tills. Without a command: run.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Operator console for a store without tills. Without a command: run."""
    if context.invoked_subcommand is None:
        with unsearched():
            from console.cli.console import run

        run()


def main() -> None:
    """Run the command line."""
    name = Path(sys.argv[0]).stem if "openaisle" in Path(sys.argv[0]).name else "main.py"
    with last_resort():
        app(prog_name=name)
