"""How times, weights and chances are written, everywhere the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from console.back_office.money import format_money
from console.language import language, tr, tr_noop
from console.language.writing import at_time, decimal, percent
from console.theme.tokens import CERTAIN
from inference.messages.results import CartLine
from inference.messages.wire import Inside
from store_layout.model import StoreLayout

HOUR_S = 3600.0
DASH = "–"
MINUS = "−"
NOT_A_VISIT = tr_noop("not a visit")
REMEMBERED = 4096
"""Amounts kept as they were written: to write one by a locale's rules takes 60 microseconds."""


def clock_time(t: float, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """``14:03``, or with seconds, in the shop's zone."""
    return datetime.fromtimestamp(t, UTC).astimezone(zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day_and_time(t: float, zone: ZoneInfo) -> str:
    """``2026-09-21 14:03:05`` in the shop's zone, in the order of the language."""
    return at_time(t, zone, tr("yyyy-MM-dd HH:mm:ss"))


def span(seconds: float) -> str:
    """``1:20`` minutes and seconds, ``2:05:00`` from an hour on."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def since(t: float, now: float, zone: ZoneInfo) -> str:
    """How long ago when under an hour (``1:20``), else the time of day."""
    return span(now - t) if now - t < HOUR_S else clock_time(t, zone)


def left_words(t: float, now: float, zone: ZoneInfo, *, live: bool) -> str:
    """When something was: live under an hour how long ago, else the time; with the day when it is another."""
    if live and 0.0 <= now - t < HOUR_S:
        return tr("{time} ago", time=span(now - t))
    then = datetime.fromtimestamp(t, UTC).astimezone(zone)
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    return then.strftime("%H:%M:%S") if then.date() == today else at_time(t, zone, tr("dd MMM HH:mm"))


def chance(probability: float) -> str:
    """``72%`` when that is worth knowing, else nothing."""
    return "" if probability >= CERTAIN else percent(int(probability * 100) / 100)


def grams(delta: float) -> str:
    """``−330 g``, ``+250 g`` or ``0 g``."""
    whole = round(delta)
    sign = MINUS if whole < 0 else "+" if whole else ""
    return f"{sign}{decimal(abs(whole))} g"


def called(shopper: Inside) -> str:
    """What a shopper is called: the code of their visit; somebody may be inside without a visit."""
    if not shopper.code:
        return tr(NOT_A_VISIT)
    if shopper.staff or not shopper.unexplained:
        return shopper.code
    return tr("{code}: unexplained", code=shopper.code)


class ShopWords:
    """Words that depend on the shop: its zone, its currency, its products' names."""

    def __init__(self, layout: StoreLayout) -> None:
        self.layout = layout
        self.zone = ZoneInfo(layout.file.store.time_zone)
        self._written: dict[int, str] = {}

    def money(self, minor: int) -> str:
        """An amount in the shop's currency."""
        written = self._written.get(minor)
        if written is None:
            if len(self._written) >= REMEMBERED:
                self._written.clear()
            written = self._written[minor] = format_money(minor, self.layout.file.store.currency, language())
        return written

    def product(self, sku: str) -> str:
        """The product's name; its number when the catalogue does not know it."""
        known = self.layout.products.get(sku)
        return known.name if known else sku

    def price(self, sku: str, quantity: int) -> int:
        """What so many cost, minor units; nothing when the catalogue does not know it."""
        known = self.layout.products.get(sku)
        return known.price * quantity if known else 0


def goods_words(lines: Sequence[CartLine], words: ShopWords) -> str:
    """``2 Cola, Crisps``: what somebody carries, in a line; a single one without its number."""
    return ", ".join(
        words.product(x.sku) if x.quantity == 1 else f"{x.quantity} {words.product(x.sku)}" for x in lines
    )
