"""Characters to the printer's code pages, and what to print where a printer lacks a character.

A receipt printer knows 128 characters at a time beside ASCII; ``ESC t n`` changes which. The pages are tried
in the order of the profile, CP858 (which has the euro) before others: left to itself, a library takes the
one with the lowest number, and what that page prints at the euro's place differs between makers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

PREFERRED = (
    "CP858",
    "CP1252",
    "ISO_8859-15",
    "CP850",
    "CP437",
    "CP852",
    "CP1250",
    "CP866",
    "CP1251",
    "CP737",
    "CP1253",
    "CP857",
    "CP1254",
    "CP775",
    "CP1257",
    "CP865",
    "CP860",
    "CP863",
)
"""Pages that are used, western ones first; of each, a codec of Python says the same as printers' manuals."""

_PLAIN = {
    "\u2212": "-",
    "\u2010": "-",
    "\u2011": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2018": "'",
    "\u2019": "'",
    "\u201a": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u2026": "...",
    "\u2022": "*",
    "\u2122": "TM",
    "\uffe5": "\u00a5",  # the wide yen of Japanese locales
    "\u0110": "D",
    "\u0111": "d",
    "\u0141": "L",
    "\u0142": "l",
    "\u1e9e": "SS",
    "\u0152": "OE",
    "\u0153": "oe",
}
_REPLACEMENT = "?"


@cache
def codec_of(page: str) -> str:
    """Python's codec of a page: ``CP858`` is ``cp858``. Raises LookupError where there is none."""
    codec = page.lower().replace("iso_8859-", "iso8859_")
    "".encode(codec)
    return codec


@cache
def has(page: str, character: str) -> bool:
    """Whether a page can print a character."""
    if character < "\x80":
        return character >= " "
    try:
        character.encode(codec_of(page))
    except UnicodeEncodeError:
        return False
    return True


def is_printable(text: str, pages: tuple[str, ...]) -> bool:
    """Whether every character is on one of the pages, as it is."""
    return all(any(has(page, character) for page in pages) for character in text)


def printable(text: str, pages: tuple[str, ...]) -> str:
    """Text that the pages can print: what they lack is written plainly, without its accents, or as ``?``.

    Control characters become spaces: a product's name must not speak to the printer.
    """
    return "".join(_printable(character, pages) for character in unicodedata.normalize("NFC", text))


@cache
def _printable(character: str, pages: tuple[str, ...]) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return " "  # also the no-break spaces of locales, which some printers show as a block
    if category in {"Cf", "Mn", "Me"}:
        return ""  # marks of direction, and accents that found no letter
    if is_printable(character, pages):
        return character
    plain = _PLAIN.get(character)
    if plain is None:
        bare = unicodedata.normalize("NFKD", character)
        plain = "".join(c for c in bare if not unicodedata.combining(c))
    return (
        "".join(c if is_printable(c, pages) else _PLAIN.get(c, _REPLACEMENT) for c in plain) or _REPLACEMENT
    )


def plain_spaces(text: str) -> str:
    """Special spaces as spaces: they are no reason to print a currency's code instead of its sign."""
    return "".join(" " if unicodedata.category(c) == "Zs" else _PLAIN.get(c, c) for c in text)


def without_controls(text: str) -> str:
    """Text for paper that can show every character: only controls and marks of direction are taken out."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Zs"} else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) != "Cf")


def runs(text: str, pages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """``(page, part)`` in order: a part goes on for as long as its page can print it.

    The text must be :func:`printable`. A part that is ASCII goes out under whatever page came before.
    """
    page, start = pages[0], 0
    for i, character in enumerate(text):
        if has(page, character):
            continue
        if i > start:
            yield page, text[start:i]
        page, start = next(p for p in pages if has(p, character)), i
    if start < len(text):
        yield page, text[start:]
