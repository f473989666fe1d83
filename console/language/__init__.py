"""What the window says, in the language that whoever works with it has chosen.

The English text is the key: code stays readable, and a text without a translation is shown in English. Other
languages are gettext catalogues (``de.po``) beside this file, read as they are: nothing has to be compiled.
Texts are asked for when they are shown, never when a module is imported, so that the language can change.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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


def tr_noop(text: str) -> str:
    """Mark a text that is kept for later and handed to :func:`tr` when it is shown; here it stays English."""
    return text


def tr(text: str, /, **values: object) -> str:
    """``text`` in the chosen language, its ``{placeholders}`` filled in with ``values``."""
    said = _chosen[0].form(text, 0) or text
    return said.format(**values) if values else said


def tr_n(one: str, many: str, n: int, /, **values: object) -> str:
    """``one`` or ``many`` as the chosen language has it for ``n``, which fills ``{n}``."""
    words = _chosen[0]
    said = words.form(one, words.plural(n)) or (one if n == 1 else many)
    return said.format(n=n, **values)
