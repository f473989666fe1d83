"""The commands, together."""

from __future__ import annotations

import typer

from console.cli import (
    catalogue,
    console,
    disputes,
    doctor,
    ledger,
    models,
    operators,
    passwords,
    payments,
    printers,
    privacy,
    receipts,
    record,
    recordings,
    reports,
    reviews,
    screenshots,
    store,
    training,
    trials,
)
from console.cli.bench.back_office import bench_back_office
from console.cli.bench.command import bench
from console.cli.bench.window_command import bench_window
from console.cli.evaluation import evaluate_command

app = typer.Typer(
    name="openaisle",
    help="Operator console for a store without tills.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("run")(console.run)
app.command("kiosk")(console.kiosk)
app.command("stop")(console.stop)
app.command("record")(record.record)
app.command("replay")(recordings.replay_command)
app.command("evaluate")(evaluate_command)
app.command("simulate")(recordings.simulate_command)
app.command("trials")(trials.trials_command)
app.command("doctor")(doctor.doctor)
app.command("bench")(bench)
app.command("bench-back-office")(bench_back_office)
app.command("bench-window")(bench_window)
app.command("print")(receipts.print_receipt)
app.command("screenshots")(screenshots.screenshots)
app.add_typer(recordings.imports, name="import")
app.add_typer(store.app, name="store")
app.add_typer(passwords.app, name="password")
app.add_typer(models.app, name="model")
app.add_typer(ledger.app, name="ledger")
app.add_typer(printers.app, name="printers")
app.add_typer(operators.app, name="operators")
app.add_typer(reviews.app, name="reviews")
app.add_typer(disputes.app, name="disputes")
app.add_typer(payments.app, name="payments")
app.add_typer(privacy.app, name="privacy")
app.add_typer(catalogue.app, name="catalogue")
app.command("refund")(disputes.refund)
app.add_typer(reports.app, name="reports")
app.add_typer(training.app, name="train")


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Open the console; on the first start, on the demo store."""
    if context.invoked_subcommand is None:
        console.run()
