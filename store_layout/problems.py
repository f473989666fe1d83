"""What is wrong with a store folder, in words that say where and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from store_layout.said import Said, Words, said

Severity = Literal["error", "warning"]
_SEVERITY: dict[Severity, Said] = {"error": said("error"), "warning": said("warning")}


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend. Warnings do not stop a store from being read."""

    file: str
    """Name within the store folder."""
    where: Words
    """Line or field, e.g. ``line 41, camera[2] "door".calibration.k``. Numbers count from 1. May be empty."""
    what: Words
    remedy: Words
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}: {self.where}" if self.where else self.file
        return f"{self.severity}: {place}: {self.what}. {self.remedy}."


class StoreProblems(ValueError):  # noqa: N818 - it carries the problems
    """A store folder, or a layout for one, has errors; ``problems`` are all of them, and the warnings."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(format_problems(self.problems))


def errors_among(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those that stop the store from being read."""
    return tuple(p for p in problems if p.severity == "error")


def format_problems(problems: Iterable[Problem], say: Callable[[Words], str] = str) -> str:
    """Plain text for a terminal or a log: a heading for each file, errors before warnings, then a count.

    ``say``: puts a sentence into the reader's language.
    """
    found = tuple(problems)
    if not found:
        return say(said("no problems"))
    lines: list[str] = []
    for file in dict.fromkeys(p.file for p in found):
        lines.append(file)
        for severity, named in _SEVERITY.items():
            for problem in found:
                if problem.file == file and problem.severity == severity:
                    place = f"{say(problem.where)}: " if problem.where else ""
                    lines += [
                        f"  {say(named)}: {place}{say(problem.what)}",
                        f"    -> {say(problem.remedy)}",
                    ]
    errors = len(errors_among(found))
    warnings = len(found) - errors
    return "\n".join([*lines, f"{say(_errors(errors))}, {say(_warnings(warnings))}"])


def _errors(number: int) -> Said:
    return said("1 error") if number == 1 else said("{n} errors", n=number)


def _warnings(number: int) -> Said:
    return said("1 warning") if number == 1 else said("{n} warnings", n=number)
