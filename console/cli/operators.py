"""``main.py operators``: who works here, what they may do, and what they did."""

from __future__ import annotations

import re
import time
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from console.back_office import audit
from console.back_office import operators as people
from console.back_office.ledger import RECEIPT_SERIES
from console.back_office.operators import Operator
from console.back_office.permissions import Role
from console.cli.acting import NEW_PIN_VARIABLE, SCREEN, ActingOption, acts, ask_pin, opened
from console.cli.places import LedgerOption
from console.cli.said import TimeZoneOption, clock, zone_of
from console.cli.say import JsonOption, out, print_json, row

app = typer.Typer(help="Operators, their roles and PINs, and the audit log.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="The operator.", show_default=False)]
RoleOption = Annotated[Role, typer.Option(help="What they may do.")]


@app.command("list")
def list_command(ledger: LedgerOption = None, as_json: JsonOption = False) -> None:
    """Who works here, and who is locked."""
    with opened(ledger, read_only=True) as file:
        found = people.operators(file)
    if as_json:
        print_json(found)
        return
    table = Table("Name", "Role", "State", box=None)
    for operator in found:
        table.add_row(*row(operator.name, operator.role, _state(operator)))
    out.print(table if found else "No operators yet: add the first one, a manager.")


@app.command()
def add(
    name: NameArgument,
    role: RoleOption = "staff",
    acting: Annotated[
        str | None, typer.Option("--as", help="The manager who adds them; not for the first one.")
    ] = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add somebody with a first PIN, which they have to change; the very first operator chooses their own."""
    with opened(ledger, makes=True) as file:
        people.check_new(file, by_somebody=acting is not None, name=name, role=role)
        by = None if acting is None else acts(file, acting)
        pin = ask_pin(name, NEW_PIN_VARIABLE, twice=True)
        _say(people.add_operator(file, by, name, role, pin, at=time.time(), screen=SCREEN), as_json)


@app.command()
def pin(name: NameArgument, ledger: LedgerOption = None, as_json: JsonOption = False) -> None:
    """Choose a PIN of one's own."""
    with opened(ledger) as file:
        old, new = ask_pin(name), ask_pin(f"{name}, the new one", NEW_PIN_VARIABLE, twice=True)
        _say(people.change_pin(file, name, old, new, at=time.time(), screen=SCREEN), as_json)


@app.command()
def reset(
    name: NameArgument, acting: ActingOption, ledger: LedgerOption = None, as_json: JsonOption = False
) -> None:
    """Give somebody a first PIN again; they have to change it."""
    with opened(ledger) as file:
        by = acts(file, acting)
        _say(
            people.reset_pin(file, by, name, ask_pin(name, NEW_PIN_VARIABLE, twice=True), at=time.time()),
            as_json,
        )


@app.command()
def unlock(
    name: NameArgument, acting: ActingOption, ledger: LedgerOption = None, as_json: JsonOption = False
) -> None:
    """End the lock that wrong PINs led to."""
    with opened(ledger) as file:
        _say(people.unlock(file, acts(file, acting), name, at=time.time()), as_json)


@app.command("role")
def role_command(
    name: NameArgument,
    role: Annotated[Role, typer.Argument(help="The new role.")],
    acting: ActingOption,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change what somebody may do."""
    with opened(ledger) as file:
        _say(people.set_role(file, acts(file, acting), name, role, at=time.time()), as_json)


@app.command()
def retire(
    name: NameArgument,
    acting: ActingOption,
    why: Annotated[str, typer.Option(help="For the log.")] = "",
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Somebody does not work here any more; what they did stays on record."""
    with opened(ledger) as file:
        _say(people.retire(file, acts(file, acting), name, at=time.time(), why=why), as_json)


@app.command()
def log(
    about: Annotated[
        str, typer.Argument(help="Only this document (R-000012 or 12), visit or operator.")
    ] = "",
    ledger: LedgerOption = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 50,
    time_zone: TimeZoneOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who did what, when, to which document, from which screen, and why; newest first."""
    with opened(ledger, read_only=True) as file:
        found = audit.log(file, limit, _about(about))
        zone = zone_of(file, time_zone)
    if as_json:
        print_json(found)
        return
    table = Table("When", "Who", "What", "About", "Where", "Why", box=None)
    for line in found:
        who = f"{line.who}, with {line.approved_by}" if line.approved_by else line.who
        table.add_row(*row(clock(line.at, zone), who, line.what, line.about, line.screen, line.why))
    out.print(table if found else f"Nothing about {about}." if about else "Nothing yet.")


def _about(said: str) -> str:
    """A receipt's number stands for the receipt, as everywhere."""
    return f"{RECEIPT_SERIES}-{int(said):06d}" if re.fullmatch(r"[0-9]{1,12}", said) else said


def _state(operator: Operator) -> str:
    if not operator.active:
        return "retired"
    if people.is_locked(operator, time.time()):
        return "locked"
    return "first PIN, to be changed" if operator.must_change else ""


def _say(operator: Operator, as_json: bool) -> None:
    if as_json:
        print_json(msgspec.to_builtins(operator))
        return
    state = _state(operator)
    out.print(
        f"{operator.name}: {operator.role}{f', {state}' if state else ''}", markup=False, highlight=False
    )
