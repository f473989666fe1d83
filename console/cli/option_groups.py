"""Options that several commands have, written once: a command takes them as one value.

    @app.command()
    @spread
    def day(which: DayArgument, to: ReportOptions) -> None: ...

has the options of :class:`ReportOptions`, a dataclass of typer options, beside its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import wraps
from typing import Any, get_type_hints


class OptionGroup:
    """What a frozen dataclass of options derives from."""


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """The same command with the fields of its option groups as options of its own."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type[OptionGroup]] = {}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        hint = hints[name]
        if isinstance(hint, type) and issubclass(hint, OptionGroup):
            groups[name] = hint
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hint))
    for kind in groups.values():  # after its own, in --help
        parameters += _parameters(kind)

    @wraps(command)
    def run(**values: Any) -> None:
        made = {
            name: kind(**{one.name: values.pop(one.name) for one in _parameters(kind)})
            for name, kind in groups.items()
        }
        command(**values, **made)

    run.__signature__ = inspect.Signature(parameters, return_annotation=None)  # type: ignore[attr-defined]  # typer reads it
    run.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    return run


def _parameters(kind: type[OptionGroup]) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(kind)  # type: ignore[arg-type]  # a dataclass, by what it derives from
    ]
