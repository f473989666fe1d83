"""How commands speak: tables and words for people, JSON for programs, errors with a remedy."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console, ConsoleOptions

from console.cli.places import state_dir

PIPE_WIDTH = 160
"""Columns of a table that goes into a file or another program: nobody has said how wide they are there."""


class _Out(Console):
    """As wide as ``COLUMNS`` says now, or the terminal; see :data:`PIPE_WIDTH`."""

    @property
    def width(self) -> int:
        told = os.environ.get("COLUMNS", "")
        if told.isdecimal() and int(told) > 0:
            return int(told)
        return self.size.width if self.is_terminal else PIPE_WIDTH

    @width.setter
    def width(self, _width: int) -> None:
        raise AttributeError("the width is what it is")

    @property
    def options(self) -> ConsoleOptions:
        return super().options.update(max_width=self.width)


out = _Out(soft_wrap=True)
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
        raise fail(in_words(error)) from error


REMEDIES = {
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a part of that path is a file: choose another place",
    errno.EISDIR: "that is a folder: name a file",
    errno.EEXIST: "choose another name, or move what is there away",
    errno.EACCES: "choose another place, or ask for the right to use this one",
    errno.EPERM: "choose another place, or ask for the right to use this one",
    errno.EROFS: "nothing can be written there: choose another place",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "links there lead in a circle: choose another place",
    errno.EFBIG: "that disk takes no file of this size: choose another place",
    errno.ENOSPC: "make room on that disk, or choose another place",
    errno.EADDRINUSE: "end what uses that address, or choose another",
}


def in_words(error: Exception) -> str:
    """What an error says; of one of the system, the file, what is wrong, and the remedy."""
    if not isinstance(error, OSError) or error.strerror is None:
        from console.language import sentences  # its catalogues are only needed to say something

        return sentences.in_words(error)
    where = f"{error.filename}: " if error.filename else ""
    remedy = REMEDIES.get(error.errno or 0)
    if remedy and error.filename and _of_the_console(str(error.filename)):
        remedy = "nothing can be kept there: name another folder in OPENAISLE_STATE"
    return f"{where}{error.strerror.lower()}" + (f"; {remedy}" if remedy else "")


def _of_the_console(name: str) -> bool:
    """Whether it is on the way to where the console keeps its files, as with a home that is read-only."""
    place, state = Path(name), state_dir()
    return place == state or (place in state.parents and place != Path(place.anchor))


def row(*cells: Any) -> tuple[str, ...]:
    """Cells of a rich table."""
    return tuple("" if cell is None else str(cell) for cell in cells)
