"""What the window says, in the language that whoever works with it has chosen.

The English text is the key: code stays readable, and a text without a translation is shown in English. Other
languages are gettext catalogues (``de.po``) beside this file, read as they are: nothing has to be compiled.
Texts are asked for when they are shown, never when a module is imported, so that the language can change.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
ENGLISH = "en"


class LanguageError(ValueError):
    """A language that there is no catalogue of; names those there are."""


def _english_plural(n: int) -> int:
    return 0 if n == 1 else 1


@dataclass(frozen=True)
class _Words:
    language: str
    catalogue: Catalog | None = None
    plural: Callable[[int], int] = _english_plural

    def form(self, key: str, number: int) -> str | None:
        """The translation of ``key`` in its form ``number``, None where the catalogue lacks it."""
        found = self.catalogue.get(key) if self.catalogue is not None else None
        if found is None or found.fuzzy:
            return None
        forms = found.string if isinstance(found.string, tuple | list) else (found.string,)
        return (forms[number] if number < len(forms) else "") or None


Said = TypeVar("Said", bound=str)
Value = TypeVar("Value")
KINDS = frozenset(("broker", "camera", "gate", "printer", "scale", "shelf", "slot"))
"""What ids and names often begin with."""
_NAMED = re.compile(r"(\w+) {(\w+)}")
_KIND_FIRST = re.compile(r"(\w+?)[-_ ](.+)")

_chosen = [_Words(ENGLISH)]


def languages() -> tuple[str, ...]:
    """The languages that there are, as ISO 639 codes, English first."""
    return (ENGLISH, *sorted(file.stem for file in FOLDER.glob("*.po")))


def own_name(code: str) -> str:
    """What a language calls itself: ``Deutsch``."""
    name = Locale.parse(code).display_name or code
    return name[0].upper() + name[1:]


def language() -> str:
    """The language chosen, as an ISO 639 code."""
    return _chosen[0].language


def choose(code: str) -> None:
    """Say everything that is asked for from now on in this language.

    Raises LanguageError for one that there is no catalogue of.
    """
    if code == ENGLISH:
        _chosen[0] = _Words(ENGLISH)
        return
    file = FOLDER / f"{code}.po"
    if code not in languages():
        raise LanguageError(f"no language {code!r}; there are {', '.join(languages())}")
    with file.open("rb") as text:
        catalogue = read_po(text, locale=code)
    _chosen[0] = _Words(code, catalogue, gettext.c2py(catalogue.plural_expr))


def tr_noop(text: Said) -> Said:
    """Mark a text that is kept for later and handed to :func:`tr` when it is shown; here it stays English."""
    return text


def tr(text: str, /, **values: object) -> str:
    """``text`` in the chosen language, its ``{placeholders}`` filled in with ``values``."""
    said = _chosen[0].form(text, 0) or text
    return said.format_map(named_once(text, said, values)) if values else said


def tr_n(one: str, many: str, n: int, /, **values: object) -> str:
    """``one`` or ``many`` as the chosen language has it for ``n``, which fills ``{n}``."""
    words = _chosen[0]
    said = words.form(one, words.plural(n)) or (one if n == 1 else many)
    return said.format(n=n, **values)


def named_once(text: str, said: str, values: Mapping[str, Value]) -> Mapping[str, Value | str]:
    """``values`` without the kind where the sentence has it already: ``scale-7`` after "Scale", "Waage".

    ``text``: the English one. ``said``: the same as it is shown.
    """
    kinds = _kinds(text, said)
    return {name: _without(value, kinds.get(name, ())) for name, value in values.items()} if kinds else values


def beside_kind(name: str, kind: str) -> str:
    """A name as it stands beside the word for what it is of; ``kind`` is that word in English."""
    return str(_without(name, (kind.casefold(), tr(kind).casefold())))


@cache
def _kinds(text: str, said: str) -> dict[str, tuple[str, str]]:
    """By the name of a value, what kind of thing it names: in English, and as it is shown."""
    shown = {name: kind for kind, name in _NAMED.findall(said)}
    return {
        name: (kind.casefold(), shown.get(name, kind).casefold())
        for kind, name in _NAMED.findall(text)
        if kind.casefold() in KINDS
    }


def _without(value: Value, kinds: tuple[str, ...]) -> Value | str:
    parts = _KIND_FIRST.fullmatch(value) if kinds and isinstance(value, str) else None
    return parts[2] if parts is not None and parts[1].casefold() in kinds else value
