"""The words on receipts: one TOML file per language, all keys in each.

TOML and not gettext: some fifty short words without plurals. A file can be read and translated as it is,
needs no compiler, and one that lacks a word or a ``{placeholder}`` is refused with its name, where gettext
would silently print English.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Formatter

import msgspec

FOLDER = Path(__file__).parent
FALLBACK = "en"


class TextsError(ValueError):
    """A language's file is missing or not whole; names file, key and remedy."""


class ReceiptTexts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every word that can stand on a receipt. ``{name}`` is filled in."""

    receipt: str
    refund: str
    supplement: str
    refers_to: str
    reason: str
    not_taken: str
    wrong_product: str
    wrong_count: str
    wrong_price: str
    damaged: str
    not_charged: str
    goodwill: str
    other_reason: str
    copy: str
    code: str
    tax_id: str
    total: str
    rounding: str
    each: str
    units: str
    deposit: str
    reduced: str
    card: str
    cash: str
    counter: str
    card_digits: str
    given_back: str
    payment_reference: str
    rate: str
    net: str
    tax: str
    gross: str
    tax_included: str
    tax_added: str
    what: str
    quantity: str
    price: str
    amount: str
    thanks: str
    qr_says: str
    test_title: str
    test_printer: str
    test_profile: str
    test_signs: str
    test_not_a_receipt: str


def languages(folder: Path = FOLDER) -> tuple[str, ...]:
    """Codes of the languages there are."""
    return tuple(sorted(file.stem for file in folder.glob("*.toml")))


def texts_for(locale: str) -> ReceiptTexts:
    """The words for a locale: ``de_AT`` takes ``de_AT`` where there is one, else ``de``, else English."""
    name = locale.replace("-", "_")
    for code in (name, name.partition("_")[0]):
        if code in languages():
            return read_texts(code)
    return read_texts(FALLBACK)


@cache
def read_texts(code: str, folder: Path = FOLDER) -> ReceiptTexts:
    """One language's words. Raises :class:`TextsError`."""
    file = folder / f"{code}.toml"
    try:
        texts = msgspec.toml.decode(file.read_bytes(), type=ReceiptTexts)
    except OSError as error:
        raise TextsError(
            f"{file.name}: there are no words for {code!r}; there are {', '.join(languages())}"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TextsError(f"{file.name}: {error}. Compare it with {FALLBACK}.toml") from error
    if code != FALLBACK:
        _check_placeholders(file.name, texts)
    return texts


def _check_placeholders(file: str, texts: ReceiptTexts) -> None:
    original = read_texts(FALLBACK)
    for key in texts.__struct_fields__:
        needed, found = (_placeholders(getattr(each, key), file, key) for each in (original, texts))
        if needed != found:
            wanted = ", ".join(f"{{{name}}}" for name in sorted(needed)) or "none"
            raise TextsError(f"{file}: {key} must have these placeholders: {wanted}")


def _placeholders(text: str, file: str, key: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise TextsError(f"{file}: {key}: {error}") from error
