"""What people say on the command line: times, time zones, amounts of money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from console.back_office import DocumentRow, Ledger
from store_layout.currency import decimals_of, is_currency, to_minor

TimeZoneOption = Annotated[
    str | None,
    typer.Option(help="Whose clock, such as Europe/Berlin; without it, the shop's.", show_default=False),
]


MOST_DIGITS = 12
"""Before the decimal mark. A ledger's numbers have 63 bits."""


class SaidError(ValueError):
    """What was said cannot be meant; the text says how to write it."""


def zone_of(file: Ledger, said: str | None) -> ZoneInfo:
    """The time zone of that IANA name; without one, that of the shop whose ledger it is."""
    if said is None:
        prices = file.latest_prices()
        return ZoneInfo("UTC" if prices is None else prices.time_zone)
    try:
        return ZoneInfo(said)
    except (OSError, ValueError, LookupError):  # what it raises depends on what the name looks like
        raise SaidError(f"{said!r} is no time zone: write a name such as Europe/Berlin, or UTC") from None


def clock(at: float, zone: ZoneInfo) -> str:
    """A time as tables show it, to the second."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def time_said(text: str, zone: ZoneInfo) -> float:
    """Seconds since the epoch of a date with a time, by the clock of ``zone`` where it names none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SaidError(f"{text!r} is no time: write it as 2026-11-20T14:05") from None
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).timestamp()


def currency_said(code: str) -> str:
    """A code of ISO 4217, in capitals."""
    if not is_currency(code.upper()):
        raise SaidError(f"{code!r} is no currency: write its three letters, such as EUR or CHF")
    return code.upper()


def amount_said(text: str, currency: str) -> int:
    """Minor units of an amount such as ``3.49`` or ``3,49``.

    A comma is a decimal mark where it can be nothing else: ``1,000`` may be a thousand, and is refused.
    """
    example = to_example(currency)
    point = text.strip().replace(",", ".") if text.count(",") == 1 and "." not in text else text.strip()
    if "," in text and len(point.rpartition(".")[2]) == 3:
        raise SaidError(f"{text!r} may be read in two ways: write it with a point, as {example}")
    try:
        amount = Decimal(point)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or amount.adjusted() > MOST_DIGITS:
        raise SaidError(f"{text!r} is not an amount: write it as {example}")
    try:
        return to_minor(amount, currency)
    except ValueError as error:
        raise SaidError(str(error)) from error


def to_example(currency: str) -> str:
    """An amount as it is written in a currency: ``1.50``, ``150``, ``1.500``."""
    places = decimals_of(currency)
    return f"1.5{'0' * (places - 1)}" if places else "150"


def receipt_said(file: Ledger, said: str) -> DocumentRow:
    """The receipt of that number (``R-000012`` or ``12``), or of that code where only one has it."""
    number = said.upper().removeprefix("R-")
    if number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS:
        found = file.document(int(number))
        if found is not None:
            return found
    code = said.upper()
    coded = [d for d in file.documents(10, said) if code in {d.receipt.code, *d.receipt.codes}]
    if len(coded) > 1:
        labels = ", ".join(document.label for document in coded)
        raise SaidError(f"{len(coded)} receipts have the code {said}: say which by its number: {labels}")
    if not coded:
        raise SaidError(f"there is no receipt {said}")
    return coded[0]
