"""Openness and stock as tables."""

from __future__ import annotations

from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.openness import Openness
from console.back_office.reports.periods import OpennessReport
from console.back_office.reports.sheets import Column, Sheet, Table, Value, day_words, moment_words
from console.back_office.reports.stock import Difference, SlotMoved, StockReport
from console.language import tr


def openness_sheet(report: OpennessReport, store: str, currency: str) -> Sheet:
    """How openly it was decided, day by day and together."""
    w = report.whole
    purged = [day.day.isoformat() for day in report.days if day.purged]
    facts = [
        (tr("Store"), store),
        (tr("Period"), tr("{first} to {last}", first=day_words(report.first), last=day_words(report.last))),
    ]
    if purged:
        facts.append((tr("From the day's close, as the visits are purged"), ", ".join(purged)))
    return Sheet(
        title=tr("Openness report"),
        facts=tuple(facts),
        tables=(_summary(w), _directions(w), _reasons(w), openness_days(report)),
        currency=currency,
    )


def openness_days(report: OpennessReport) -> Table:
    """Day by day."""
    return Table(
        name="days",
        title=tr("Days"),
        columns=(
            Column(tr("Day"), "day"),
            Column(tr("Visits"), "count"),
            Column(tr("Seen by a person"), "count"),
            Column(tr("Share"), "share"),
            Column(tr("Minutes of work"), "minutes"),
            Column(tr("Answers that changed it"), "count"),
            Column(tr("Refunds"), "count"),
            Column(tr("Supplements"), "count"),
            Column(tr("Receipt after, half"), "seconds"),
            Column(tr("Receipt after, 95%"), "seconds"),
        ),
        rows=tuple((one.day, *_row(one.openness)) for one in report.days if one.openness != Openness()),
        total=(tr("Together"), *_row(report.whole)),
    )


def stock_sheet(report: StockReport, days: BusinessDays, store: str, currency: str) -> Sheet:
    """What moved, and what is low."""
    zone = days.zone
    return Sheet(
        title=tr("Stock report"),
        facts=(
            (tr("Store"), store),
            (
                tr("Time"),
                tr(
                    "{since} to {until}",
                    since=moment_words(report.since, zone),
                    until=moment_words(report.until, zone),
                ),
            ),
            (
                tr("What is left"),
                tr("What lay there, with what staff put in, less what was taken, as far as it was counted"),
            ),
        ),
        tables=(
            _slots_table("low", tr("Low: to be refilled"), report.low),
            _slots_table("slots", tr("By slot"), report.slots),
            Table(
                name="products",
                title=tr("By product"),
                columns=(
                    Column(tr("Product")),
                    Column(tr("Number")),
                    Column(tr("Category")),
                    Column(tr("Taken"), "count"),
                    Column(tr("Put in"), "count"),
                    Column(tr("Difference"), "count"),
                ),
                rows=tuple(
                    (p.name, p.sku, p.category, p.units, p.restocked, p.difference) for p in report.products
                ),
            ),
            _differences_table(report.differences, days),
        ),
        currency=currency,
    )


# -- parts -------------------------------------------------------------------------------------------


def _row(o: Openness) -> tuple[Value, ...]:
    return (
        o.visits,
        o.seen,
        o.share_seen if o.visits else None,
        o.work_s / 60,
        o.for_shopper + o.for_shop + o.same_money,
        o.refunds.count,
        o.supplements.count,
        o.quantile(0.5),
        o.quantile(0.95),
    )


def _summary(w: Openness) -> Table:
    per_1000 = 1000 * w.share_seen
    return Table(
        name="summary",
        title=tr("People and visits"),
        columns=(Column(tr("What")), Column(tr("Count"), "number")),
        rows=(
            (tr("Visits"), w.visits),
            (tr("Of these staff"), w.staff),
            (tr("Of these with nothing taken"), w.nothing),
            (tr("Decided by a person who looked at them"), w.seen),
            (tr("Decided by an answer about another visit"), w.followed),
            (tr("Waiting for a person"), w.waiting),
            (tr("Seen or waiting, per 1,000 visits"), per_1000),
            (tr("Minutes of human work"), w.work_s / 60),
            (tr("Reviewers, at most on one day"), w.reviewers),
            (tr("Handed on, not being sure"), w.unsure),
            (tr("Skipped"), w.skipped),
            (tr("Known cards shown to reviewers"), w.known_shown),
            (tr("Known cards answered right"), w.known_right),
        ),
    )


def _directions(w: Openness) -> Table:
    return Table(
        name="directions",
        title=tr("Which way it was wrong"),
        columns=(Column(tr("What")), Column(tr("Count"), "count"), Column(tr("Amount"), "money")),
        rows=(
            (tr("Before the receipt: a person made it cheaper"), w.for_shopper, None),
            (tr("Before the receipt: a person made it dearer"), w.for_shop, None),
            (tr("Before the receipt: other goods, same money"), w.same_money, None),
            (tr("After it: the shopper had paid too much"), w.refunds.count, w.refunds.amount),
            (tr("After it: the shopper had paid too little"), w.supplements.count, w.supplements.amount),
            (tr("Disputes that were declined"), w.declined, None),
        ),
    )


def _reasons(w: Openness) -> Table:
    kinds = {"refund": tr("Refund"), "supplement": tr("Supplement")}
    reasons = {
        "not_taken": tr("Not taken"),
        "wrong_product": tr("Another product"),
        "wrong_count": tr("Another count"),
        "wrong_price": tr("Another price"),
        "damaged": tr("Damaged"),
        "not_charged": tr("Not charged"),
        "goodwill": tr("Goodwill"),
        "other": tr("Another reason"),
    }
    return Table(
        name="corrections",
        title=tr("Corrections by reason"),
        columns=(
            Column(tr("Kind")),
            Column(tr("Reason")),
            Column(tr("Count"), "count"),
            Column(tr("Amount"), "money"),
        ),
        rows=tuple((kinds[c.kind], reasons[c.reason], c.count, c.amount) for c in w.corrections),
    )


def _differences_table(differences: tuple[Difference, ...], days: BusinessDays) -> Table:
    return Table(
        name="differences",
        title=tr("Differences found by counting"),
        columns=(
            Column(tr("When")),
            Column(tr("Slot")),
            Column(tr("Product")),
            Column(tr("Counted by")),
            Column(tr("Expected"), "count"),
            Column(tr("Counted"), "count"),
            Column(tr("Difference"), "count"),
            Column(tr("Amount"), "money"),
        ),
        rows=tuple(
            (
                moment_words(one.count.at, days.zone),
                one.count.slot,
                one.name,
                one.count.who,
                one.expected,
                one.count.units,
                one.units,
                one.worth,
            )
            for one in differences
        ),
        total=(
            (
                tr("Together"),
                "",
                "",
                "",
                None,
                None,
                sum(one.units for one in differences),
                sum(one.worth for one in differences),
            )
            if differences
            else ()
        ),
        note=tr("Below zero: less was there than should have been. Amounts at today's prices."),
    )


def _slots_table(name: str, title: str, slots: tuple[SlotMoved, ...]) -> Table:
    words = {
        "unknown": tr("not counted"),
        "plenty": tr("enough"),
        "low": tr("low"),
        "out": tr("out"),
        "refilled": tr("was refilled"),
    }
    return Table(
        name=name,
        title=title,
        columns=(
            Column(tr("Slot")),
            Column(tr("Fixture")),
            Column(tr("Product")),
            Column(tr("At first"), "count"),
            Column(tr("Put in"), "count"),
            Column(tr("Taken"), "count"),
            Column(tr("Shared"), "count"),
            Column(tr("Difference"), "count"),
            Column(tr("On the shelf"), "count"),
            Column(tr("Fits"), "count"),
            Column(tr("State")),
        ),
        rows=tuple(
            (
                s.slot or tr("not known"),
                s.fixture,
                s.name,
                s.stock,
                s.restocked,
                s.units,
                s.shared,
                s.difference,
                s.left if s.left is None or s.left >= 0 else None,
                s.capacity,
                words[s.state],
            )
            for s in slots
        ),
        note=tr("Shared: taken from several slots in one visit, and divided among them."),
    )
