"""The list of all commands, and that none of them makes another wait."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from console.cli.app import COMMANDS, SECTIONS, app

HEAVY = ("cv2", "onnxruntime", "PySide6", "av", "scipy", "torch", "moderngl")
OFFICE = [
    "ledger",
    "operators",
    "reviews",
    "disputes",
    "payments",
    "catalogue",
    "privacy",
    "reports",
    "print",
]


def shown(*words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--help"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_has_every_command_in_one_line_of_80_columns() -> None:
    lines = shown().splitlines()
    assert max(map(len, lines)) <= 80
    for section, commands in SECTIONS.items():
        place = lines.index(f"{section}:")
        for line, (name, command) in zip(lines[place + 1 :], commands.items(), strict=False):
            assert line.split(maxsplit=1) == [name, command.help]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does(name: str) -> None:
    if name == "train":
        pytest.importorskip("torch", reason="torch, an extra, is not installed")
    group: Any = get_command(app)
    inner = getattr(group.get_command(None, name), "commands", ())
    for words in [(name,), *((name, other) for other in inner)]:
        usage, about = shown(*words).split("\n\n")[:2]
        assert usage.startswith(f"Usage: openaisle {' '.join(words)}")
        assert about.strip().endswith((".", ":"))


def test_a_group_lists_its_commands_in_whole_sentences() -> None:
    text = " ".join(shown("ledger").split())
    assert (
        "verify Prove chain, numbering and sums; exit status 1 names the first thing that was changed."
        in text
    )


@pytest.mark.parametrize(
    ("typed", "meant"), [(["rn"], "run"), (["ledger", "receipt"], "receipts"), (["catalog"], "catalogue")]
)
def test_a_mistyped_command_is_guessed(typed: list[str], meant: str) -> None:
    result = CliRunner().invoke(app, typed)
    assert result.exit_code == 2
    assert f"Did you mean '{meant}'?" in result.output


@pytest.mark.parametrize("names", [[], OFFICE], ids=["the list", "the back office"])
def test_what_only_an_engine_needs_is_not_waited_for(names: list[str]) -> None:
    code = f"""
import sys
from typer.main import get_command
from console.cli.app import app
for name in {names}:
    get_command(app).get_command(None, name)
print([name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
