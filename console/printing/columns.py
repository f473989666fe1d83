"""Words into columns of equal characters."""

from __future__ import annotations

import textwrap


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` characters, broken at spaces, within words only where it must be."""
    return textwrap.wrap(" ".join(text.split()), max(width, 1), break_long_words=True) or [""]


def both_ends(left: str, right: str, width: int, *, hang: int = 0) -> list[str]:
    """``left`` wrapped beside ``right``, which stands at the end of the first line.

    Following lines are indented by ``hang``. Where the two have no room beside each other, ``right`` gets a
    line of its own: an amount is never cut.
    """
    room = width - len(right) - 1
    if room < min(len(left), 8):
        return [*_hanging(left, width, hang), right[-width:].rjust(width)]
    first, *rest = wrapped(left, room)
    return [f"{first:<{room}} {right}", *(_indented(line, hang) for line in _rewrap(rest, width - hang))]


def _hanging(text: str, width: int, hang: int) -> list[str]:
    first, *rest = wrapped(text, width)
    return [first, *(_indented(line, hang) for line in _rewrap(rest, width - hang))]


def _rewrap(lines: list[str], width: int) -> list[str]:
    return wrapped(" ".join(lines), width) if lines else []


def _indented(line: str, hang: int) -> str:
    return " " * hang + line


def table(rows: list[tuple[str, ...]], width: int) -> list[str] | None:
    """Rows of cells as lines: the first cell to the left, the others to the right in columns of equal width.

    None when they do not fit: the caller says it in another way.
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    spare = width - sum(widths) - (len(widths) - 1)
    if spare < 0:
        return None
    gap, left_over = divmod(spare, max(len(widths) - 1, 1))
    widths = [widths[0] + left_over, *(w + gap for w in widths[1:])]
    return [
        " ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
