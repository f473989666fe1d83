"""Who acts: a name, and a PIN that is asked for. Programs give it in the environment, never on the line."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from console.back_office import Ledger, LedgerError
from console.back_office.operators import OperatorError, SignInError, sign_in
from console.back_office.permissions import Actor, NotAllowedError
from console.cli.places import ledger_said, state_dir
from console.cli.said import SaidError
from console.cli.say import errors_in_words
from store_layout.problems import StoreProblems

SCREEN = "command line"
PIN_VARIABLE, NEW_PIN_VARIABLE = "OPENAISLE_PIN", "OPENAISLE_NEW_PIN"
APPROVER_PIN_VARIABLE = "OPENAISLE_APPROVER_PIN"

ActingOption = Annotated[
    str,
    typer.Option(
        "--as", help=f"Operator; the PIN is asked for, or read from {PIN_VARIABLE}.", show_default=False
    ),
]
ApproverOption = Annotated[
    str | None,
    typer.Option(
        "--approver", help=f"Second person who agrees; their PIN is asked for, or {APPROVER_PIN_VARIABLE}."
    ),
]


def ask_pin(name: str, variable: str = PIN_VARIABLE, *, twice: bool = False) -> str:
    """The PIN from the environment, else typed without being shown."""
    told = os.environ.get(variable)
    if told is not None:
        return told
    typed: str = typer.prompt(f"PIN of {name}", hide_input=True, confirmation_prompt=twice, err=True)
    return typed


def acts(ledger: Ledger, name: str) -> Actor:
    """The operator, signed in."""
    return signing(name)(ledger)


def signing(name: str) -> Callable[[Ledger], Actor]:
    """The PIN is asked for now, and looked at when there is a ledger."""
    pin = ask_pin(name)
    return lambda ledger: sign_in(ledger, name, pin, at=time.time(), screen=SCREEN)


def approves(ledger: Ledger, name: str | None) -> Actor | None:
    """The second person, signed in, where one was named."""
    if name is None:
        return None
    return sign_in(ledger, name, ask_pin(name, APPROVER_PIN_VARIABLE), at=time.time(), screen=SCREEN)


@contextmanager
def opened(
    path: Path | Callable[[], Path] | None,
    *errors: type[Exception],
    read_only: bool = False,
    makes: bool = False,
) -> Iterator[Ledger]:
    """The ledger, with what a user can do wrong said in words; ``errors`` are those of the command.

    ``path`` may be what finds it, so that errors in finding it are said in words too, or a store's folder.
    A file that was named must be there, unless the command ``makes`` it: a slip of the finger makes none.
    """
    kinds: tuple[type[Exception], ...] = (
        LedgerError,
        OperatorError,
        SignInError,
        NotAllowedError,
        SaidError,
        StoreProblems,
        *errors,
    )
    with errors_in_words(*kinds):
        place = ledger_said(path() if callable(path) else path)
        if place.exists() and not place.is_file():
            raise LedgerError(f"{place}: this is no file; name a ledger, or the folder of a store")
        mine = makes or read_only or place.is_relative_to(state_dir())
        if not mine and not place.exists():
            raise LedgerError(f"{place}: there is no ledger here; check the path")
        with Ledger.open(place, read_only=read_only) as ledger:
            yield ledger
