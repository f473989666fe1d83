"""How commands speak: tables and words for people, JSON for programs, errors with a remedy."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of words.")]


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False) + "\n")


def fail(text: str) -> typer.Exit:
    """Say what went wrong; to be raised."""
    err.print(text, style="red", highlight=False, markup=False)
    return typer.Exit(1)


@contextmanager
def errors_in_words(*kinds: type[Exception]) -> Iterator[None]:
    """Turn the errors that a user can cause into words and exit status 1. Others are bugs, and show."""
    try:
        yield
    except kinds as error:
        raise fail(str(error)) from error


def row(*cells: Any) -> tuple[str, ...]:
    """Cells of a rich table."""
    return tuple("" if cell is None else str(cell) for cell in cells)
