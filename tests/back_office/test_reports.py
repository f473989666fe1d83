"""A small day counted by hand: sold past midnight, given back the next day, closed once."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from console.back_office import Ledger, verify
from console.back_office.audit import log
from console.back_office.corrections import Change
from console.back_office.disputes import decide, open_dispute
from console.back_office.payment_provider import Accepted, Declined
from console.back_office.payments import keep_answer, settle
from console.back_office.permissions import Actor, NotAllowedError
from console.back_office.receipts import TaxLine
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.closing import CloseError, close_day, close_of, closes, open_days
from console.back_office.reports.figures import (
    CategorySum,
    Figures,
    HourSum,
    Late,
    Movement,
    ProductSum,
    ReportError,
)
from console.back_office.reports.periods import day_report, period_report
from console.back_office.reports.standing import OrderSum
from store_layout.model import Product, Promotion, StoreLayout
from tests.back_office.orders import key_like
from tests.back_office.test_verify import plant
from tests.back_office.visits import closed, layout

BERLIN = BusinessDays("Europe/Berlin", "04:00")
MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
SAM, MARA = Actor("Sam", "staff", "test"), Actor("Mara", "manager", "test")
BEER = Product(
    sku="beer", name="Beer", price=129, weight_g=850, tax_basis_points=1900, deposit=8, category="drinks"
)
THREE_GUMS = Promotion(id="P", name="3 for 2", kind="n_for_m", sku="gum", take=3, pay=2)


def berlin(day: int, hour: int, minute: int = 0) -> float:
    """A moment of November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


def store() -> StoreLayout:
    plain = layout(more=(BEER,), promotions=(THREE_GUMS,))
    there = msgspec.structs.replace(plain.file.store, time_zone="Europe/Berlin", day_starts="04:00")
    return msgspec.structs.replace(plain, file=msgspec.structs.replace(plain.file, store=there))


def sell(
    ledger: Ledger, name: str, lines: tuple[tuple[str, int], ...], at: float, token: str | None = None
) -> None:
    times = {"entered_at": at - 300, "left_at": at - 2, "closed_at": at}
    ledger.post_visit(closed(name, lines, token=token, **times), store())


def refund(ledger: Ledger, receipt: int, at: float, *changes: Change) -> None:
    found = open_dispute(ledger, SAM, receipt, changes, "not_taken", at=at)
    decide(ledger, MARA, found.id, "accepted", at=at)


def two_days(ledger: Ledger) -> None:
    """Monday from 04:00 on, Tuesday, and what was given back of Monday's on Tuesday."""
    sell(ledger, "v1", (("cola", 2), ("milk", 1)), berlin(23, 23, 30), "card-1")
    keep_answer(ledger, key_like(ledger, "capture:R-000001:1"), Accepted("ref-1", "4242"), berlin(23, 23, 31))
    refund(ledger, 1, berlin(24, 0, 30), Change(kind="remove", line=1, count=1))
    sell(ledger, "v2", (("gum", 3),), berlin(24, 3, 59), "card-2")
    sell(ledger, "v3", (("beer", 1),), berlin(24, 4, 0))
    keep_answer(ledger, key_like(ledger, "capture:R-000002:1"), Declined("no money"), berlin(24, 4, 1))
    refund(
        ledger,
        1,
        berlin(24, 12),
        Change(kind="remove", line=1, count=1),
        Change(kind="add", sku="beer", count=2),
    )
    settle(ledger, MARA, 3, "counter", at=berlin(24, 13), cash=True)


# -- by hand -------------------------------------------------------------------------------------------


def test_a_day_by_hand(ledger: Ledger) -> None:
    two_days(ledger)
    monday = day_report(ledger, MON, BERLIN)
    f = monday.figures
    assert (monday.state, monday.since, monday.until) == ("open", berlin(23, 4), berlin(24, 4))
    assert (f.receipts.count, f.receipts.first, f.receipts.last, f.receipts.gross) == (2, 1, 2, 417 + 198)
    # 298 holds 48 and 198 holds 32 at 19 %; 119 holds 8 at 7 %
    assert f.receipts.taxes == (TaxLine(700, 111, 8, 119), TaxLine(1900, 250 + 166, 48 + 32, 298 + 198))
    assert f.refunds.taxes == (TaxLine(1900, -125, -24, -149),)
    assert f.taxes == (TaxLine(700, 111, 8, 119), TaxLine(1900, 291, 56, 347))
    assert (f.gross, f.net, f.supplements.count) == (466, 402, 0)
    assert (f.discounts, f.deposits, f.deposits_back, f.late) == (99, 0, 0, Late())
    assert f.hours == (HourSum(0, 0, 0, -149), HourSum(3, 1, 198, 0), HourSum(23, 1, 417, 0))
    assert f.products == (
        ProductSum("cola", "Cola", "", 2, 298, 1, -149),
        ProductSum("gum", "Gum 100%", "", 3, 198),
        ProductSum("milk", "Milk", "", 1, 119),
    )
    assert f.movements == (Movement("capture", "done", 1, 417),)
    assert monday.standing.unpaid == OrderSum("capture", "declined", 1, 198)
    assert monday.standing.orders == (
        OrderSum("capture", "declined", 1, 198),
        OrderSum("capture", "done", 1, 417),
        OrderSum("refund", "due", 1, 149),
    )


def test_what_is_given_back_the_next_day_is_of_the_next_day(ledger: Ledger) -> None:
    two_days(ledger)
    f = day_report(ledger, TUE, BERLIN).figures
    assert (f.receipts.count, f.refunds.count, f.supplements.count) == (1, 1, 1)
    assert (f.receipts.first, f.refunds.first, f.supplements.first) == (3, 2, 1)
    assert f.receipts.gross == 137
    assert f.refunds.taxes == (TaxLine(1900, -125, -24, -149),)
    # What stood was 0 at 19 %, then 2 beers and their deposits: 274, of which 44.
    assert f.supplements.taxes == (TaxLine(1900, 230, 44, 274),)
    assert (f.deposits, f.deposits_back) == (8 + 16, 0)
    assert f.categories == (CategorySum("drinks", 3, 129 * 3, 0, 0), CategorySum("", 0, 0, 1, -149))
    assert f.movements == (
        Movement("capture", "counter", 1, 137),
        Movement("capture", "declined", 1, 198),
    )
    whole = period_report(ledger, MON, TUE, BERLIN)
    assert whole.figures.gross == 466 + 137 - 149 + 274
    assert (whole.figures.receipts.first, whole.figures.receipts.last) == (1, 3)
    assert whole.still_open == (MON, TUE)


def test_another_zone_divides_the_same_documents_otherwise(ledger: Ledger) -> None:
    two_days(ledger)
    utc = BusinessDays("UTC")
    assert day_report(ledger, MON, utc).figures.gross == 417 - 149  # until 01:00 in Berlin
    assert day_report(ledger, TUE, utc).figures.gross == 198 + 137 - 149 + 274
    auckland = BusinessDays("Pacific/Auckland")
    assert day_report(ledger, MON, auckland).figures == Figures()
    assert day_report(ledger, TUE, auckland).figures.gross == 466 + 137
    assert period_report(ledger, MON, WED, auckland).figures.gross == 728


# -- closing -------------------------------------------------------------------------------------------


def test_a_close_is_a_document_of_the_chain_that_nothing_changes(ledger: Ledger) -> None:
    two_days(ledger)
    before = day_report(ledger, MON, BERLIN)
    made = close_day(ledger, MARA, MON, BERLIN, at=berlin(24, 9))
    close = made.row.close
    assert (made.new, close.label, close.closed_by, close.day) == (True, "Z-000001", "Mara", MON)
    assert (close.figures, close.standing) == (before.figures, before.standing)
    assert log(ledger, about="Z-000001")[0].what == "closed the day"
    sell(ledger, "v9", (("milk", 1),), berlin(23, 20))  # its group was waited for, say
    refund(ledger, 2, berlin(24, 18), Change(kind="remove", line=1, count=1))
    again = close_day(ledger, MARA, MON, BERLIN, at=berlin(25, 9), why="to be sure")
    assert (again.new, again.row) == (False, made.row)
    report = day_report(ledger, MON, BERLIN)
    assert (report.state, report.figures, report.close) == ("closed", before.figures, made.row)
    tuesday = day_report(ledger, TUE, BERLIN).figures
    assert tuesday.late == Late(1, 119)
    assert (tuesday.refunds.count, tuesday.receipts.count) == (2, 2)
    assert close_day(ledger, MARA, TUE, BERLIN, at=berlin(25, 9)).row.close.figures == tuesday
    assert [row.close.number for row in closes(ledger)] == [1, 2]
    whole = period_report(ledger, MON, WED, BERLIN)
    assert whole.figures == before.figures + tuesday
    assert (whole.still_open, [day.state for day in whole.days]) == ((), ["closed", "closed", "empty"])
    found = verify(ledger)
    assert found.sound, found.findings


def test_days_are_closed_by_a_manager_when_they_are_over_and_in_order(ledger: Ledger) -> None:
    two_days(ledger)
    with pytest.raises(NotAllowedError, match="Sam is staff and may not close a day"):
        close_day(ledger, SAM, MON, BERLIN, at=berlin(25, 9))
    with pytest.raises(CloseError, match="2026-11-24 is not over"):
        close_day(ledger, MARA, TUE, BERLIN, at=berlin(25, 3, 59))
    with pytest.raises(CloseError, match="2026-11-25 has not begun"):
        close_day(ledger, MARA, WED, BERLIN, at=berlin(25, 3, 59), why="in a hurry")
    with pytest.raises(CloseError, match="2026-11-23 is not closed: close it first, or say why"):
        close_day(ledger, MARA, TUE, BERLIN, at=berlin(25, 9))
    assert closes(ledger) == []
    assert open_days(ledger, BERLIN) == [MON, TUE]
    close_day(ledger, MARA, MON, BERLIN, at=berlin(24, 9))
    sell(ledger, "v8", (("gum", 1),), berlin(25, 10))
    with pytest.raises(CloseError, match=r"2026-11-24 is not closed: close it first$"):
        close_day(ledger, MARA, WED, BERLIN, at=berlin(27, 9), why="no reason helps here")
    assert open_days(ledger, BERLIN) == [TUE, WED]
    close_day(ledger, MARA, TUE, BERLIN, at=berlin(26, 9))
    with pytest.raises(CloseError, match="2026-11-22 comes before 2026-11-24, which was closed as Z-000002"):
        close_day(ledger, MARA, date(2026, 11, 22), BERLIN, at=berlin(26, 9))


def test_the_closes_may_begin_with_a_later_day_for_a_reason(ledger: Ledger) -> None:
    two_days(ledger)
    made = close_day(ledger, MARA, TUE, BERLIN, at=berlin(25, 9), why="The shop closes days from now on")
    assert made.row.close.figures.gross == 262
    assert day_report(ledger, MON, BERLIN).state == "empty"
    assert verify(ledger).sound


def test_a_day_that_is_closed_early_ends_then_and_the_next_goes_on_from_there(ledger: Ledger) -> None:
    sell(ledger, "v1", (("cola", 1),), berlin(23, 10))
    early = close_day(ledger, MARA, MON, BERLIN, at=berlin(23, 15), why="The shop is rebuilt")
    sell(ledger, "v2", (("milk", 1),), berlin(23, 16))
    sell(ledger, "v3", (("gum", 1),), berlin(24, 16))
    assert early.row.close.until == berlin(23, 15)
    assert open_days(ledger, BERLIN) == [TUE]
    tuesday = day_report(ledger, TUE, BERLIN)
    assert (tuesday.since, tuesday.figures.gross, tuesday.figures.late) == (berlin(23, 15), 218, Late())
    close_day(ledger, MARA, TUE, BERLIN, at=berlin(25, 9))
    assert verify(ledger).sound


def test_payments_of_a_day_without_sales_are_in_the_next_close(ledger: Ledger) -> None:
    sell(ledger, "v1", (("cola", 1),), berlin(23, 10), "card-1")
    close_day(ledger, MARA, MON, BERLIN, at=berlin(24, 9))
    keep_answer(ledger, key_like(ledger, "capture:R-000001:1"), Accepted("ref", "4242"), berlin(24, 12))
    sell(ledger, "v2", (("milk", 1),), berlin(25, 10))
    assert open_days(ledger, BERLIN) == [WED]
    close = close_day(ledger, MARA, WED, BERLIN, at=berlin(26, 9)).row.close
    assert close.figures.movements == (Movement("capture", "done", 1, 149),)
    assert (close.figures.receipts.count, close.since) == (1, berlin(24, 4))
    assert verify(ledger).sound


def test_a_payment_between_the_end_of_a_day_and_its_close_is_of_the_next_day(ledger: Ledger) -> None:
    sell(ledger, "v1", (("cola", 1),), berlin(23, 10), "card-1")
    keep_answer(ledger, key_like(ledger, "capture:R-000001:1"), Accepted("ref", "4242"), berlin(24, 5))
    sell(ledger, "v2", (("milk", 1),), berlin(24, 6))
    monday = close_day(ledger, MARA, MON, BERLIN, at=berlin(24, 9)).row.close
    tuesday = close_day(ledger, MARA, TUE, BERLIN, at=berlin(25, 9)).row.close
    assert monday.figures.movements == ()
    assert tuesday.figures.movements == (Movement("capture", "done", 1, 149),)
    assert verify(ledger).sound


def test_a_close_that_was_rewritten_is_found_though_its_hash_is_right(ledger: Ledger) -> None:
    two_days(ledger)
    made = close_day(ledger, MARA, MON, BERLIN, at=berlin(24, 9)).row.close
    forged = msgspec.structs.replace(
        made, day=TUE, number=5, figures=msgspec.structs.replace(made.figures, discounts=0)
    )
    with ledger.writing("a forged close"):
        ledger.append("day_close:2026-11-24", "day_close", forged)
    found = {(f.place, f.what) for f in verify(ledger).findings}
    assert found == {
        ("close Z-000005", "its number should be 2"),
        ("close Z-000005", "it does not follow the close before it"),
        ("close Z-000005", "its figures are not what the chain comes to"),
    }


def test_a_close_that_was_changed_in_the_file_breaks_the_chain(ledger: Ledger) -> None:
    two_days(ledger)
    close_day(ledger, MARA, MON, BERLIN, at=berlin(24, 9))
    ledger.close()
    plant(ledger.path, "UPDATE entry SET body = replace(body, '\"discounts\":99', '\"discounts\":98')")
    with Ledger.open(ledger.path) as opened:
        assert "not what its hash was made of" in verify(opened).findings[0].what


def test_two_currencies_are_never_added(ledger: Ledger) -> None:
    sell(ledger, "v1", (("cola", 1),), berlin(23, 10))
    at = berlin(24, 10)
    francs = closed("v2", (("cola", 1),), entered_at=at - 9, left_at=at - 2, closed_at=at)
    ledger.post_visit(francs, layout(currency="CHF"))
    assert day_report(ledger, TUE, BERLIN).figures.currency == "CHF"
    with pytest.raises(ReportError, match="amounts in EUR and in CHF cannot be added"):
        period_report(ledger, MON, TUE, BERLIN)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(TUE, MON, "comes before"), (date(2020, 1, 1), MON, "ask for a shorter period")],
)
def test_periods_that_cannot_be(ledger: Ledger, first: date, last: date, words: str) -> None:
    with pytest.raises(ReportError, match=words):
        period_report(ledger, first, last, BERLIN)


def test_an_empty_ledger(ledger: Ledger) -> None:
    assert day_report(ledger, MON, BERLIN).state == "empty"
    assert open_days(ledger, BERLIN) == []
    made = close_day(ledger, MARA, MON, BERLIN, at=berlin(25, 9))
    assert made.row.close.figures == Figures()
    assert close_of(ledger, TUE) is None


# -- the shop's clock ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)]
)
def test_a_day_is_as_long_as_the_clock_makes_it(day: date, hours: int) -> None:
    since, until = BusinessDays("Europe/Berlin").bounds(day)
    assert until - since == hours * 3600
    # Begun at 04:00, the night in which the clock is changed belongs to the day before.
    before = BERLIN.bounds(date.fromordinal(day.toordinal() - 1))
    assert before[1] - before[0] == hours * 3600


def test_a_start_that_the_clock_leaves_out_is_an_hour_later() -> None:
    days = BusinessDays("Europe/Berlin", "02:30")
    spring = date(2026, 3, 29)
    begins = datetime(2026, 3, 29, 3, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    assert days.begins(spring) == begins
    assert (days.day_of(begins), days.day_of(begins - 1)) == (spring, date(2026, 3, 28))
    assert days.hours()[:3] == (2, 3, 4)
