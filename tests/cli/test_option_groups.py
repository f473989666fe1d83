"""Options that several commands have are options of each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from console.cli.option_groups import OptionGroup, spread


@dataclass(frozen=True)
class Where(OptionGroup):
    place: Annotated[str, typer.Option(help="Where it is.")]
    often: Annotated[list[int] | None, typer.Option()] = None
    loud: Annotated[bool, typer.Option("--loud")] = False


app = typer.Typer()


@app.command()
@spread
def first(name: Annotated[str, typer.Argument()], where: Where, size: int = 3) -> None:
    """Say all of it."""
    print(name, where.place, where.often, where.loud, size)


@app.command()
@spread
def second(where: Where) -> None:
    print(where.place)


def run(*args: str) -> str:
    result = CliRunner().invoke(app, list(args))
    return result.output if result.exit_code == 0 else f"{result.exit_code}: {result.output}"


def test_a_group_comes_as_one_value_beside_the_commands_own() -> None:
    told = run("first", "Jo", "--place", "Ulm", "--often", "1", "--often", "2", "--loud", "--size", "4")
    assert told == "Jo Ulm [1, 2] True 4\n"
    assert run("first", "Jo", "--place", "Ulm") == "Jo Ulm None False 3\n"
    assert run("second", "--place", "Ulm") == "Ulm\n"


def test_what_is_needed_is_asked_for_and_help_says_it() -> None:
    assert run("second").startswith("2: ")
    words = run("first", "--help")
    assert "Say all of it." in words
    assert words.index("--size") < words.index("--place") < words.index("--loud")
    assert "Where it is." in words
