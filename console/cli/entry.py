"""Where ``main.py`` begins. What is started every day does not load what only other commands need."""

from __future__ import annotations

import sys

import typer

from inference.detection.threads import tune_process

DAILY = ("run", "kiosk")


def main() -> None:
    """Run the command line; without a command, the console."""
    tune_process()
    if len(sys.argv) < 2 or sys.argv[1] in DAILY:
        app = daily()
        app(sys.argv[1:] or ["run"], prog_name="main.py")
    else:
        from console.cli.app import app as every

        every(prog_name="main.py")


def daily() -> typer.Typer:
    """The two commands that open a window."""
    from console.cli import console

    app = typer.Typer(name="openaisle", rich_markup_mode=None, pretty_exceptions_enable=False)
    for name in DAILY:
        app.command(name)(getattr(console, name))
    return app
