"""Sentences for people, as a text with places for values: whoever shows them can say them in their language.

The text is English, and is what a sentence goes by; values are filled in where it is shown. What was written
before there were such sentences (journals, ledgers, recordings) is a plain text, and is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

Value = str | int | float


class Said(msgspec.Struct, frozen=True, omit_defaults=True, eq=False):
    """A sentence. ``str`` of it is the English one, which is also what it compares by."""

    text: str
    """With ``{name}`` for each value."""
    values: Mapping[str, Value] = {}
    parts: Mapping[str, Said] = {}
    """Values that are sentences themselves: a reason within a reason."""

    def __str__(self) -> str:
        if not self.values and not self.parts:
            return self.text
        return self.text.format_map({**self.values, **self.parts})

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, str | Said) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __contains__(self, words: str) -> bool:
        return words in str(self)


S = TypeVar("S", bound=msgspec.Struct)
Words = str | Said
"""A sentence, or a text from before there were any."""


def in_english(told: S) -> S:
    """The same with its sentences as texts: what programs read is the same in every language."""
    fields = {name: getattr(told, name) for name in told.__struct_fields__}
    return msgspec.structs.replace(told, **{n: str(v) for n, v in fields.items() if isinstance(v, Said)})


def words_of(error: BaseException) -> Words:
    """What was raised: the sentence that it was raised with, else its text."""
    given = error.args[0] if error.args else None
    return given if isinstance(given, Said) else str(error)


def said(text: str, /, **values: object) -> Said:
    """A sentence with its values. ``text`` is a literal: tests look for its translations in the source.

    Numbers are rounded by whoever says them: ``said("{g} g", g=f"{g:.0f}")``.
    """
    plain: dict[str, Value] = {}
    parts: dict[str, Said] = {}
    for name, value in values.items():
        given = words_of(value) if isinstance(value, BaseException) else value
        if isinstance(given, Said):  # itself, or what was raised with it
            parts[name] = given
        else:
            plain[name] = given if isinstance(given, str | int | float) else str(given)
    return Said(text, plain, parts)
