"""Days and periods as tables."""

from __future__ import annotations

from collections.abc import Iterable

from console.back_office.receipts import TaxLine
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.figures import Figures, Issued
from console.back_office.reports.periods import DayReport, PeriodReport
from console.back_office.reports.sheets import Column, Sheet, Table, Value, day_words, moment_words
from console.back_office.reports.standing import OrderSum, Standing
from console.language import tr


def day_sheet(report: DayReport, days: BusinessDays, store: str, currency: str) -> Sheet:
    """A day's report; ``currency`` where nothing was sold."""
    zone = days.zone
    facts = [
        (tr("Store"), store),
        (tr("Day"), day_words(report.day)),
        (
            tr("Time"),
            tr(
                "{since} to {until}",
                since=moment_words(report.since, zone),
                until=moment_words(report.until, zone),
            ),
        ),
        (tr("State"), state_words(report, days)),
    ]
    if report.close is not None and report.close.close.why:
        facts.append((tr("Reason"), report.close.close.why))
    if report.close is not None:
        facts.append((tr("Hash"), report.close.hash))
    if late := late_words(report.figures):
        facts.append((tr("Written late"), late))
    return Sheet(
        title=tr("Day report"),
        facts=tuple(facts),
        tables=(
            *_figures_tables(report.figures),
            _orders_table(report.standing),
            *_detail_tables(report.figures, days),
        ),
        currency=report.figures.currency or currency,
    )


def period_sheet(report: PeriodReport, days: BusinessDays, store: str, currency: str) -> Sheet:
    """A period's report."""
    left = report.still_open
    facts = [
        (tr("Store"), store),
        (tr("Period"), tr("{first} to {last}", first=day_words(report.first), last=day_words(report.last))),
        (
            tr("State"),
            tr("Not final: {days} not closed", days=", ".join(day.isoformat() for day in left[:10]))
            if left
            else tr("Final: all its days are closed"),
        ),
    ]
    if late := late_words(report.figures):
        facts.append((tr("Written late"), late))
    return Sheet(
        title=tr("Period report"),
        facts=tuple(facts),
        tables=(
            *_figures_tables(report.figures),
            days_table(report),
            *_detail_tables(report.figures, days),
        ),
        currency=report.figures.currency or currency,
    )


def state_words(report: DayReport, days: BusinessDays) -> str:
    """Whether it is final."""
    if report.close is not None:
        close = report.close.close
        return tr(
            "Closed as {label} by {who}, {when}",
            label=close.label,
            who=close.closed_by,
            when=moment_words(close.closed_at, days.zone),
        )
    words = {
        "open": tr("Not closed: it may still change"),
        "purged": tr("Purged: its documents were kept for as long as the law wants"),
    }
    return words.get(report.state) or tr("Nothing happened")


def late_words(figures: Figures) -> str:
    """What of it is for earlier days; empty: nothing."""
    if not figures.late.count:
        return ""
    return tr(
        "{n} of these documents are for earlier days, which had been closed when they were written",
        n=figures.late.count,
    )


def days_table(report: PeriodReport) -> Table:
    """A period day by day."""
    shown = [day for day in report.days if day.state != "empty" or day.figures.currency]
    f = report.figures
    words = {
        "closed": tr("closed"),
        "open": tr("open"),
        "empty": tr("empty"),
        "purged": tr("purged"),
    }
    return Table(
        name="days",
        title=tr("Days"),
        columns=(
            Column(tr("Day"), "day"),
            Column(tr("State")),
            Column(tr("Close")),
            Column(tr("Receipts"), "count"),
            Column(tr("Net"), "money"),
            Column(tr("Tax"), "money"),
            Column(tr("Gross"), "money"),
            Column(tr("Refunds"), "money"),
        ),
        rows=tuple(
            (
                day.day,
                words[day.state],
                day.close.close.label if day.close else "",
                day.figures.receipts.count,
                *_amounts(day.figures.taxes),
                day.figures.refunds.gross,
            )
            for day in shown
        ),
        total=(tr("Together"), "", "", f.receipts.count, *_amounts(f.taxes), f.refunds.gross),
    )


# -- tables ------------------------------------------------------------------------------------------


def _figures_tables(f: Figures) -> tuple[Table, ...]:
    money = (Column(tr("Net"), "money"), Column(tr("Tax"), "money"), Column(tr("Gross"), "money"))
    return (
        Table(
            name="documents",
            title=tr("Documents"),
            columns=(
                Column(tr("Kind")),
                Column(tr("Count"), "count"),
                Column(tr("First")),
                Column(tr("Last")),
                *money,
            ),
            rows=(
                _issued(tr("Receipts"), "R", f.receipts),
                _issued(tr("Supplements"), "S", f.supplements),
                _issued(tr("Refunds"), "C", f.refunds),
            ),
            total=(
                tr("Together"),
                f.receipts.count + f.supplements.count + f.refunds.count,
                "",
                "",
                *_amounts(f.taxes),
            ),
        ),
        Table(
            name="taxes",
            title=tr("Tax by rate"),
            columns=(Column(tr("Rate"), "rate"), *money),
            rows=tuple((row.basis_points, row.net, row.tax, row.gross) for row in f.taxes),
            total=(tr("Together"), *_amounts(f.taxes)),
        ),
        Table(
            name="of_these",
            title=tr("Discounts and deposits"),
            columns=(Column(tr("What")), Column(tr("Amount"), "money")),
            rows=(
                (tr("Taken off by promotions"), -f.discounts),
                (tr("Deposits charged"), f.deposits),
                (tr("Deposits given back"), f.deposits_back),
            ),
        ),
        _movements_table(f),
    )


def _movements_table(f: Figures) -> Table:
    words = {
        ("capture", "done"): tr("Charged to cards"),
        ("capture", "counter"): tr("Paid at the counter"),
        ("capture", "declined"): tr("Refused by cards"),
        ("capture", "written_off"): tr("Written off"),
        ("refund", "done"): tr("Given back to cards"),
        ("refund", "counter"): tr("Given back at the counter"),
        ("refund", "declined"): tr("Not taken back by cards"),
        ("refund", "written_off"): tr("Not given back"),
    }
    return Table(
        name="movements",
        title=tr("Money that moved"),
        columns=(
            Column(tr("What")),
            Column(tr("Count"), "count"),
            Column(tr("Amount"), "money"),
            Column(tr("Rounded by"), "money"),
        ),
        rows=tuple((words[m.what, m.outcome], m.count, m.amount, m.rounding) for m in f.movements),
        note=tr("In this time, also for documents of other days."),
    )


def _orders_table(standing: Standing) -> Table:
    words = {
        ("capture", "due"): tr("To be charged"),
        ("capture", "done"): tr("Charged"),
        ("capture", "declined"): tr("Unpaid: the card refused"),
        ("capture", "no_card"): tr("Unpaid: there is no card"),
        ("capture", "settled"): tr("Settled at the counter or written off"),
        ("refund", "due"): tr("To be given back"),
        ("refund", "done"): tr("Given back"),
        ("refund", "declined"): tr("Owed: the card did not take it"),
        ("refund", "no_card"): tr("Owed: to be given back at the counter"),
        ("refund", "settled"): tr("Given back at the counter"),
    }
    return Table(
        name="payments",
        title=tr("Payments, by state"),
        columns=(Column(tr("State")), Column(tr("Count"), "count"), Column(tr("Amount"), "money")),
        rows=tuple(_order(words[order.kind, order.state], order) for order in standing.orders),
        note=tr("Of the documents above; as of now, or of when the day was closed."),
    )


def _order(words: str, order: OrderSum) -> tuple[Value, ...]:
    return words, order.count, order.amount if order.kind == "capture" else -order.amount


def _detail_tables(f: Figures, days: BusinessDays) -> tuple[Table, ...]:
    hours = {hour.hour: hour for hour in f.hours}
    goods = (
        Column(tr("Units"), "count"),
        Column(tr("Amount"), "money"),
        Column(tr("Back"), "count"),
        Column(tr("Given back"), "money"),
    )
    return (
        Table(
            name="hours",
            title=tr("By hour"),
            columns=(
                Column(tr("From")),
                Column(tr("Receipts"), "count"),
                Column(tr("Gross"), "money"),
                Column(tr("Refunds"), "money"),
            ),
            rows=tuple(
                (f"{hour:02d}:00", hours[hour].receipts, hours[hour].gross, hours[hour].back)
                for hour in days.hours()
                if hour in hours
            ),
        ),
        Table(
            name="categories",
            title=tr("By category"),
            columns=(Column(tr("Category")), *goods),
            rows=tuple(
                (c.category or tr("without a category"), c.units, c.amount, c.units_back, c.amount_back)
                for c in f.categories
            ),
        ),
        Table(
            name="products",
            title=tr("By product"),
            columns=(Column(tr("Product")), Column(tr("Number")), *goods),
            rows=tuple(
                (p.name, p.sku, p.units, p.amount, p.units_back, p.amount_back)
                for p in sorted(f.products, key=lambda p: (-p.amount, p.sku))
            ),
            note=tr("Amounts as on the receipts' lines, promotions taken off, without deposits."),
        ),
    )


def _issued(words: str, series: str, issued: Issued) -> tuple[Value, ...]:
    first, last = (f"{series}-{n:06d}" if n else "" for n in (issued.first, issued.last))
    return words, issued.count, first, last, *_amounts(issued.taxes)


def _amounts(taxes: Iterable[TaxLine]) -> tuple[int, int, int]:
    rows = tuple(taxes)
    return sum(r.net for r in rows), sum(r.tax for r in rows), sum(r.gross for r in rows)
