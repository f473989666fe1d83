"""What is wrong with a store folder, in words that say where and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend. Warnings do not stop a store from being read."""

    file: str
    """Name within the store folder."""
    where: str
    """Line or field, e.g. ``line 41, camera[2] "door".calibration.k``. Numbers count from 1. May be empty."""
    what: str
    remedy: str
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


def format_problems(problems: Iterable[Problem]) -> str:
    """Plain text for a terminal or a log: a heading for each file, errors before warnings, then a count."""
    found = tuple(problems)
    if not found:
        return "no problems"
    lines: list[str] = []
    for file in dict.fromkeys(p.file for p in found):
        lines.append(file)
        for severity in ("error", "warning"):
            for problem in found:
                if problem.file == file and problem.severity == severity:
                    place = f"{problem.where}: " if problem.where else ""
                    lines += [f"  {severity}: {place}{problem.what}", f"    -> {problem.remedy}"]
    errors = len(errors_among(found))
    return "\n".join([*lines, f"{_count(errors, 'error')}, {_count(len(found) - errors, 'warning')}"])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
