"""What the command palette finds: anything with a name, and what choosing it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST = 60
"""Entries shown at a time: whoever sees that many types another letter."""


@dataclass(frozen=True)
class Findable:
    """One entry."""

    text: str
    kind: str
    """What it is, or where: said beside it, and searched too."""
    run: Callable[[], object]
    keys: str = ""
    """The shortcut that does the same."""


def matching(entries: Sequence[Findable], typed: str, most: int = MOST) -> list[Findable]:
    """The entries in which every word typed occurs; first those that begin so, else in their order."""
    words = typed.casefold().split()
    ranked = [(rank, i) for i, entry in enumerate(entries) if (rank := _rank(entry, words)) is not None]
    return [entries[i] for _, i in sorted(ranked)[:most]]


def _rank(entry: Findable, words: list[str]) -> int | None:
    text = entry.text.casefold()
    whole = f"{text} {entry.kind.casefold()}"
    if not all(word in whole for word in words):
        return None
    if not words or text.startswith(words[0]):
        return 0
    if any(part.startswith(words[0]) for part in text.split()):
        return 1
    return 2 if words[0] in text else 3
