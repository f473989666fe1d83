"""The command itself: replays each recording, scores it, and says what came of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.recordings import DetectorOption, GateOption, input_errors, replay_into
from console.cli.say import JsonOption, err, errors_in_words, fail, out, print_json

if TYPE_CHECKING:
    from inference.evaluation.report import Evaluation


def evaluate_command(
    recordings: Annotated[list[Path], typer.Argument(help="Folders of recordings with a truth.json.")],
    replayed: Annotated[
        Path | None,
        typer.Option(
            "--replay",
            help="What `replay --keep-detections --out` wrote, for one recording. How sure it was is not "
            "written there, so there is no calibration.",
        ),
    ] = None,
    detector: DetectorOption = None,
    gate: GateOption = True,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot", help="Folder for a picture (PNG and SVG) of each recording's truth and tracks."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare with the truth: detections, tracks on the floor and how sure they were, receipts."""
    from inference.evaluation.report import labels_of, together
    from inference.evaluation.tables import render, render_all

    if replayed is not None and len(recordings) != 1:
        raise fail("--replay belongs to one recording: name only that one")
    with errors_in_words(*input_errors()):
        if plot is not None:
            plot.mkdir(parents=True, exist_ok=True)  # told now what would fail after the replays
        found = [_evaluated(r, replayed, detector, gate=gate, quiet=as_json) for r in recordings]
        if plot is not None:
            _draw(found, labels_of([e.report for e in found]), plot)
    if as_json:
        print_json(together(found))
    elif len(found) == 1:
        out.print(render(found[0].report))
    else:
        out.print(render_all(together(found)))


def _evaluated(
    recording: Path, replayed: Path | None, detector: str | None, *, gate: bool, quiet: bool
) -> Evaluation:
    from inference.evaluation.beliefs import BeliefLog
    from inference.evaluation.report import examine

    if replayed is not None:
        return examine(recording, replayed)
    log = BeliefLog()
    with tempfile.TemporaryDirectory(prefix="openaisle-") as scratch:
        replay_into(
            recording,
            Path(scratch),
            detector,
            keep_detections=True,
            quiet=quiet,
            gate=gate,
            on_result=log,
        )
        return examine(recording, Path(scratch), log.beliefs())


def _draw(found: list[Evaluation], labels: tuple[str, ...], folder: Path) -> None:
    from console.cli.evaluation.picture import write_pictures

    for evaluation, label in zip(found, labels, strict=True):
        if evaluation.examined is None:
            err.print(f"No picture of {label}: its truth has no paths.", style="yellow", markup=False)
            continue
        files = write_pictures(evaluation, label, folder)
        err.print("Written: " + ", ".join(map(str, files)), markup=False, highlight=False)
