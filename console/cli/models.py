"""``main.py model``: detectors on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.cli.places import MODELS
from console.cli.say import errors_in_words, fail, out
from inference.detection import ModelError, add_model

app = typer.Typer(help="Add a detector.", no_args_is_help=True)


@app.callback()
def _models() -> None:
    """Add a detector."""


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The network, as ONNX.", show_default=False)],
    family: Annotated[str, typer.Option(help="How its output is read: yolox or centre_points.")],
    target: Annotated[Path, typer.Option("--out", help="Folder of models to put it into.")] = MODELS,
    score: Annotated[float, typer.Option(min=0.01, max=0.99, help="Score from which a find counts.")] = 0.25,
    size: Annotated[
        str | None, typer.Option(help="Input size WIDTHxHEIGHT, where the network leaves it open.")
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option(help="Names of its classes in order, with commas; without it the family's own."),
    ] = None,
    decoded: Annotated[
        bool, typer.Option("--decoded", help="yolox: exported with decoding inside the graph.")
    ] = False,
    licence: Annotated[str, typer.Option(help="Its licence, for the manifest.")] = "not stated",
    source: Annotated[str, typer.Option(help="Where it came from, for the manifest.")] = "",
) -> None:
    """Write a manifest for somebody's detector and check that it runs, so that it can be named in a store."""
    with errors_in_words(ModelError):
        manifest = add_model(
            file,
            family,
            target,
            score=score,
            size=_size(size),
            classes=None if classes is None else tuple(classes.split(",")),
            decoded=decoded,
            licence=licence,
            source=source,
        )
    out.print(f"Ready: {manifest}. Use it with --detector {manifest.stem}", markup=False, highlight=False)


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise fail(f"--size {text}: give it as WIDTHxHEIGHT, such as 416x416")
    return int(width), int(height)
