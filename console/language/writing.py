"""Numbers, shares and times as the chosen language writes them. What is written often is remembered."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent

from console.language import language

REMEMBERED = 4096
"""To write one number by a language's rules takes some 50 microseconds; a page shows hundreds of them."""


def decimal(value: float, places: int = 0) -> str:
    """``1,234.5`` or ``1.234,5``, with ``places`` decimals."""
    return _decimal(round(value, places), places, language())


def up_to(value: float, places: int) -> str:
    """``0.25``, ``4`` or ``0,25``: with the decimals that it has, at most ``places``."""
    return _decimal(round(value, places), -places, language())


def percent(share: float, places: int = 0) -> str:
    """``72%`` of 0.72, or ``72 %``; with at most ``places`` decimals."""
    return _percent(round(share, places + 2), places, language())


def at_time(t: float, zone: ZoneInfo, pattern: str) -> str:
    """A moment (seconds since 1970) in ``zone``, by a pattern of Unicode's dates: ``dd.MM.yyyy HH:mm``."""
    return _at_time(int(t), zone, pattern, language())


@lru_cache(maxsize=REMEMBERED)
def _decimal(value: float, places: int, code: str) -> str:
    """``places``: of which all are shown; negative: of which those are shown that are not nothing."""
    decimals = "0" * places or "#" * -places
    return format_decimal(value, format=f"#,##0.{decimals}" if decimals else "#,##0", locale=code)


@lru_cache(maxsize=REMEMBERED)
def _percent(share: float, places: int, code: str) -> str:
    whole = format_percent(0, locale=code)  # "0%" or "0 %": where the sign stands, and what is before it
    pattern = whole.replace("0", "#,##0." + "#" * places if places else "#,##0")
    return format_percent(share, format=pattern, locale=code)


@lru_cache(maxsize=REMEMBERED)
def _at_time(t: int, zone: ZoneInfo, pattern: str, code: str) -> str:
    return format_datetime(datetime.fromtimestamp(t, UTC), pattern, tzinfo=zone, locale=code)
