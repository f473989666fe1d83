"""Amounts, rates and times as people of a place write them."""

from __future__ import annotations

import copy
import re
from datetime import datetime
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from babel.numbers import NumberPattern, format_decimal

from console.language import tr
from console.printing.document import UnprintableError

_BESIDE = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
"""Where a sign made of letters stands at a figure: CLDR wants a space there, ``KWD 1.250``."""


class Amounts:
    """How one locale writes one currency.

    The number of decimals is the document's, not what today's tables say of the currency: a receipt is
    printed in ten years as it was issued.
    """

    def __init__(self, locale: str, currency: str, decimals: int) -> None:
        try:
            self.locale = Locale.parse(locale.replace("-", "_"))
        except (UnknownLocaleError, ValueError) as error:
            raise UnprintableError(
                tr("{locale} is not a locale; write one like en_GB or de", locale=repr(locale))
            ) from error
        self.currency, self.decimals = currency, decimals
        self._number = _with_decimals(self.locale.decimal_formats[None], decimals)
        self._money = _with_decimals(self.locale.currency_formats["standard"], decimals)

    def number(self, minor: int) -> str:
        """The number alone, for columns: ``1.234,50``."""
        return str(self._number.apply(self._major(minor), self.locale))

    def money(self, minor: int) -> str:
        """With the currency's sign where the locale puts it: ``1.234,50 €``."""
        written = self._money.apply(
            self._major(minor), self.locale, currency=self.currency, currency_digits=False
        )
        return _BESIDE.sub("\u00a0", str(written))

    def money_by_code(self, minor: int) -> str:
        """With the currency's code, for printers that lack its sign: ``INR 1,234.50``."""
        return f"{self.currency} {self.number(minor)}"

    def rate(self, basis_points: int) -> str:
        """A tax rate: ``19 %`` or ``5,5 %``."""
        return f"{format_decimal(Decimal(basis_points).scaleb(-2).normalize(), locale=self.locale)} %"

    def moment(self, when: datetime) -> str:
        """Date and time that cannot be mistaken for another: ``24 Nov 2026, 14:38:05``."""
        return format_datetime(when, "medium", locale=self.locale)

    def _major(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-self.decimals)


def _with_decimals(pattern: NumberPattern, decimals: int) -> NumberPattern:
    fixed = copy.copy(pattern)
    fixed.frac_prec = (decimals, decimals)
    return fixed
