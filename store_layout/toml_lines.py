"""On which line of a TOML file each value stands: ``tomllib`` does not tell.

The text is known to be valid TOML when this is asked, so that a light scan is enough.
"""

from __future__ import annotations

import re

from store_layout.findings import Place

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"[ \t]*({_DOTTED})\s*=[ \t]*")
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    + r"|'''.*?'{3,5}"
    + r'|"(?:[^"\\\n]|\\.)*"'
    + r"|'[^'\n]*'|#[^\n]*|[\[\]{},\n]|[^\s]",
    re.DOTALL,
)


def lines_of(text: str) -> dict[Place, int]:
    """Line (from 1) of every table, every key, and every element of an array."""
    return _Scan(text).lines


def _split(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, dotted)]


class _Scan:
    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1
        self._table: Place = ()
        self._counts: dict[Place, int] = {}
        self.lines: dict[Place, int] = {}
        while self._at < len(text):
            self._statement()

    def _statement(self) -> None:
        header, key = _HEADER.match(self._text, self._at), _KEY.match(self._text, self._at)
        if header is not None:
            self._open(_split(header[2]), many=header[1] == "[[")
        elif key is not None:
            place = (*self._table, *_split(key[1]))
            self.lines.setdefault(place, self._line)
            self._at = key.end()
            self._value(place)
        self._skip_line()

    def _open(self, parts: list[str], *, many: bool) -> None:
        place: Place = ()
        for part in parts[:-1]:
            place = (*place, part)
            if place in self._counts:
                place = (*place, self._counts[place])
        place = (*place, parts[-1])
        if many:
            self._counts[place] = self._counts.get(place, -1) + 1
            place = (*place, self._counts[place])
        elif place in self._counts:
            place = (*place, self._counts[place])
        self._table = place
        self.lines.setdefault(place, self._line)

    def _value(self, place: Place) -> None:
        """Walk over one value, noting the line of each element of its outermost array."""
        depth, element, fresh = 0, 0, True
        for token in _TOKEN.finditer(self._text, self._at):
            word = token[0]
            if word == "\n" and depth == 0:
                self._at = token.start()
                return
            if depth == 1 and fresh and word[0] not in "\n#]":
                self.lines.setdefault((*place, element), self._line)
                fresh = False
            if word in "[{":
                depth += 1
            elif word in "]}":
                depth -= 1
            elif word == "," and depth == 1:
                element, fresh = element + 1, True
            self._line += word.count("\n")
        self._at = len(self._text)

    def _skip_line(self) -> None:
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end + 1
        self._line += 1
