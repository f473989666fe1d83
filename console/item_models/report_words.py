"""What a report says at first sight: a few numbers and one picture."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from console.back_office.money import format_money
from console.back_office.reports.figures import Figures
from console.back_office.reports.openness import Openness
from console.back_office.reports.periods import DayReport, OpennessReport, PeriodReport
from console.back_office.reports.sheets import seconds_words
from console.back_office.reports.stock import StockReport
from console.language import language, tr, tr_n
from console.language.writing import decimal, percent
from console.operations.reports import Shown
from store_layout.currency import to_major

MOST_PRODUCTS = 12
NOTHING = "\N{EN DASH}"


class Tile(msgspec.Struct, frozen=True):
    """One number with its name, and what goes with it."""

    name: str
    value: str
    beside: str = ""
    tone: Literal["neutral", "waiting", "wrong"] = "neutral"


class Bars(msgspec.Struct, frozen=True):
    """One value per label."""

    title: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    said: tuple[str, ...]
    """Each value in words, for screen readers and beside bars that lie."""
    lying: bool = False
    """From left to right, with long labels at their left."""


def tiles(shown: Shown) -> tuple[Tile, ...]:
    """The numbers that one asks for first."""
    report, currency = shown.report, shown.sheet.currency
    match report:
        case DayReport():
            return (*_sales(report.figures, currency), _unpaid(report, currency))
        case PeriodReport():
            left = len(report.still_open)
            return (
                *_sales(report.figures, currency),
                Tile(
                    tr("Days not closed"),
                    decimal(left),
                    tr("of {n}", n=len(report.days)),
                    "waiting" if left else "neutral",
                ),
            )
        case OpennessReport():
            return _openness(report.whole)
        case StockReport():
            units = sum(product.units for product in report.products)
            low = len(report.low)
            return (
                Tile(
                    tr("Units taken"),
                    decimal(units),
                    tr_n("{n} product", "{n} products", len(report.products)),
                ),
                Tile(tr("Slots to be refilled"), decimal(low), "", "waiting" if low else "neutral"),
            )


def bars(shown: Shown) -> Bars:
    """The picture of a report."""
    report, currency = shown.report, shown.sheet.currency
    match report:
        case DayReport():
            rows = shown.sheet.table("hours").rows
            return _money(
                tr("Sales by hour, with tax"), [(str(row[0])[:2], int(str(row[2]))) for row in rows], currency
            )
        case PeriodReport():
            days = [(str(day.day.day), day.figures.gross) for day in report.days]
            return _money(tr("Sales by day, with tax, less refunds"), days, currency)
        case OpennessReport():
            shares = [1000 * day.openness.share_seen for day in report.days]
            return Bars(
                tr("Seen by a person, per 1,000 visits"),
                tuple(str(day.day.day) for day in report.days),
                tuple(shares),
                tuple(decimal(share) for share in shares),
            )
        case StockReport():
            most = report.products[:MOST_PRODUCTS]
            return Bars(
                tr("Most taken, units"),
                tuple(product.name for product in most),
                tuple(float(product.units) for product in most),
                tuple(decimal(product.units) for product in most),
                lying=True,
            )


def has_something(shown: Shown) -> bool:
    """Whether there is anything to look at."""
    match shown.report:
        case DayReport(state=state):
            return state != "empty"
        case PeriodReport(days=days):
            return any(day.state != "empty" for day in days)
        case OpennessReport(whole=whole):
            return bool(whole.visits or whole.corrections)
        case StockReport(products=products, slots=slots):
            return bool(products or slots)


def why_empty(shown: Shown | None, trouble: str, keys: str) -> tuple[str, str]:
    """Heading and words where there is nothing to look at; ``keys`` lead to an earlier day."""
    if trouble:
        return tr("This report cannot be shown"), trouble
    if shown is None:
        return (
            tr("Nothing to report yet"),
            tr("Reports are made of the ledger, which begins with the first visit that closes."),
        )
    return (
        tr("Nothing happened in this time"),
        tr("Choose another day above, or go to the one before with {keys}.", keys=keys),
    )


def why_to_say(shown: Shown, day: date, today: date) -> str:
    """Why a day is closed for a stated reason only; empty: it needs none."""
    if day >= today:
        return tr("The day is not over: what is sold later goes into the next day's report.")
    if shown.waiting and shown.waiting[0] < day and not shown.any_closed:
        return tr("Earlier days are not closed: the closes would begin with this day.")
    return ""


def money(minor: int, currency: str) -> str:
    """An amount in the chosen language."""
    return format_money(minor, currency, language())


def _money(title: str, values: list[tuple[str, int]], currency: str) -> Bars:
    return Bars(
        title,
        tuple(label for label, _ in values),
        tuple(float(to_major(value, currency)) for _, value in values),
        tuple(money(value, currency) for _, value in values),
    )


def _sales(f: Figures, currency: str) -> tuple[Tile, ...]:
    per = f.receipts.gross // f.receipts.count if f.receipts.count else 0
    return (
        Tile(
            tr("Sales with tax, less refunds"),
            money(f.gross, currency),
            tr("net {amount}", amount=money(f.net, currency)),
        ),
        Tile(
            tr("Receipts"),
            decimal(f.receipts.count),
            tr("on average {amount}", amount=money(per, currency)) if per else "",
        ),
        Tile(
            tr("Refunds"),
            money(f.refunds.gross, currency),
            tr_n("{n} document", "{n} documents", f.refunds.count),
        ),
        Tile(
            tr("Supplements"),
            money(f.supplements.gross, currency),
            tr_n("{n} document", "{n} documents", f.supplements.count),
        ),
    )


def _unpaid(report: DayReport, currency: str) -> Tile:
    unpaid = report.standing.unpaid
    return Tile(
        tr("Unpaid"),
        money(unpaid.amount, currency),
        tr_n("{n} receipt", "{n} receipts", unpaid.count),
        "wrong" if unpaid.count else "neutral",
    )


def _openness(w: Openness) -> tuple[Tile, ...]:
    half, most = w.quantile(0.5), w.quantile(0.95)
    changed = w.for_shopper + w.for_shop + w.same_money
    return (
        Tile(
            tr("Visits"),
            decimal(w.visits),
            tr_n("{n} waits for a person", "{n} wait for a person", w.waiting) if w.waiting else "",
        ),
        Tile(
            tr("Seen by a person"),
            percent(w.share_seen, 1),
            tr("{n} per 1,000", n=decimal(1000 * w.share_seen)),
        ),
        Tile(
            tr("Human work"),
            tr("{n} min", n=decimal(w.work_s / 60, 1)),
            tr_n("{n} answer changed it", "{n} answers changed it", changed),
        ),
        Tile(
            tr("Wrong receipts"),
            decimal(w.refunds.count + w.supplements.count),
            tr(
                "{dear} too dear, {cheap} too cheap",
                dear=w.refunds.count,
                cheap=w.supplements.count,
            ),
        ),
        Tile(
            tr("Exit to receipt"),
            NOTHING if half is None else seconds_words(half),
            "" if most is None else tr("95% within {time}", time=seconds_words(most)),
        ),
        Tile(
            tr("Known cards right"),
            tr("{right} of {shown}", right=w.known_right, shown=w.known_shown) if w.known_shown else NOTHING,
            tr("all reviewers together") if w.known_shown else "",
        ),
    )
