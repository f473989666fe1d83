"""What the ledger holds and what is printed of it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.back_office import Ledger
from console.back_office.correction_lines import given_back
from console.back_office.corrections import (
    Change,
    Correction,
    account_of,
    applied,
    difference,
)
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payment_rows import moved
from console.back_office.payments import send_due, settle
from console.back_office.receipts import price_visit
from console.back_office.records import CorrectionRow, DocumentRow
from console.printing.document import Payment, PrintableReceipt, UnprintableError
from console.printing.from_ledger import printable_correction
from console.printing.layout import Paper, lay_out
from console.printing.texts import languages, texts_for
from tests.back_office.visits import closed, layout
from tests.printing.documents import AT, MARA, ZONE, corner, correct, correction_of, documents, receipt_of
from tests.printing.receipts import SHOP


def lines_of(what: PrintableReceipt, locale: str = "de") -> list[str]:
    return [getattr(block, "text", "") for block in lay_out(what, Paper(48), texts_for(locale), locale)]


def test_deposits_stand_under_their_product_and_promotions_take_off() -> None:
    what = documents()["group"]
    assert [(x.name, x.amount, x.below) for x in what.lines] == [
        ("Cola", 447, False),
        ("Weißbier 0,5 l", 258, False),
        ("Weißbier 0,5 l", 16, True),
        ("Milk", 119, False),
        ("Gum 100%", 99, False),
        ("3 Cola für 2", -149, False),
        ("10 % auf alles", -65, False),
        ("10 % auf alles", -12, False),
    ]
    assert sum(line.amount for line in what.lines) == what.total == 713
    lines = lines_of(what)
    at = lines.index("Weißbier 0,5 l                            2,58 B")
    assert lines[at + 1 : at + 5] == [
        "  2 × 1,29",
        "  reduziert auf 2,32",
        "  Pfand                                   0,16 B",
        "    2 × 0,08",
    ]


def test_a_group_has_all_its_codes_and_one_payment() -> None:
    what = documents()["group"]
    assert (what.code, what.more_codes) == ("K1-204", ("K2-204",))
    (payment,) = what.payments
    assert (payment.kind, payment.amount, payment.last_four) == ("card", 713, "4242")


def test_a_refund_names_its_receipt_its_reason_and_what_was_given_back() -> None:
    what = documents()["refund"]
    assert (what.number, what.kind, what.refers_to, what.reason) == (
        "C-000001",
        "refund",
        "R-000001",
        "wrong_product",
    )
    assert [(t.basis_points, t.net, t.tax, t.gross) for t in what.taxes] == [
        (700, -19, -1, -20),
        (1900, -255, -49, -304),
    ]
    assert [(p.kind, p.amount) for p in what.payments] == [("card", -324)]
    assert [line.below for line in what.lines] == [False, False, True, False]
    assert "For receipt R-000001" in lines_of(what, "en")
    assert "Reason: wrong product" in lines_of(what, "en")


def test_a_supplement_is_called_one() -> None:
    what = documents()["supplement"]
    assert (what.number, what.kind, what.refers_to, what.total) == ("S-000001", "supplement", "R-000001", 137)
    assert ["Nachberechnung", "S-000001"] in [line.split() for line in lines_of(what)]


def test_cash_is_rounded_where_it_changes_hands_and_the_document_stays() -> None:
    paid, back = documents()["cash"], documents()["cash-refund"]
    assert (paid.total, paid.payments) == (547, (Payment("cash", 545, rounding=-2),))
    assert (back.total, back.payments) == (-106, (Payment("cash", -105, rounding=1),))
    assert not paid.prices_include_tax
    assert not back.prices_include_tax


def test_what_is_for_staff_stays_off_the_paper() -> None:
    for what in documents().values():
        for language in languages():
            said = "\n".join(lines_of(what, language))
            assert "Mara" not in said
            assert "seen on the clip" not in said
            assert "tok-" not in said


def test_what_was_not_paid_is_not_said_to_be(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        for n, token in enumerate(("tok-declines", "tok-1", None), start=1):
            ledger.post_visit(closed(f"v{n}", token=token), corner())
        assert receipt_of(ledger, 2).payments == ()
        bank = SimulatedProvider(tmp_path / "bank.sqlite")
        send_due(ledger, bank, AT)
        bank.close()
        settle(ledger, MARA, 1, "written_off", at=AT, why="gone")
        settle(ledger, MARA, 3, "counter", at=AT)
        paid = [[(p.kind, p.amount) for p in receipt_of(ledger, n).payments] for n in (1, 2, 3)]
        assert paid == [[], [("card", 268)], [("counter", 268)]]


@pytest.mark.parametrize(("cash", "kind"), [(True, "cash"), (False, "counter")])
def test_cash_is_cash_where_nothing_had_to_be_rounded(tmp_path: Path, cash: bool, kind: str) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        ledger.post_visit(closed("v1"), layout())
        settle(ledger, MARA, 1, "counter", at=AT, cash=cash)
        assert [(p.kind, p.rounding) for p in receipt_of(ledger, 1).payments] == [(kind, 0)]


def test_lines_of_a_refund_are_in_the_receipts_order(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        ledger.post_visit(closed("v1", (("beer", 2), ("cola", 3)), closed_at=AT), corner())
        correct(
            ledger,
            1,
            "other",
            Change(kind="price", line=1, amount=5),
            Change(kind="remove", line=3, count=3),
            Change(kind="remove", line=1, count=1),
        )
        lines = correction_of(ledger, "C", 1).lines
        assert [(x.name, x.quantity, x.amount, x.unit_price, x.is_deposit) for x in lines] == [
            ("Weißbier 0,5 l", -1, -119, 119, False),
            ("Weißbier 0,5 l", -1, -8, 8, True),
            ("Cola", -3, -268, None, False),
        ]


def test_a_correction_is_not_printed_for_another_receipt(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        for n in (1, 2):
            ledger.post_visit(closed(f"v{n}", closed_at=AT), corner())
        correct(ledger, 1, "goodwill", Change(kind="goodwill", amount=10))
        row, other = ledger.correction("C", 1), ledger.document(2)
        assert row is not None
        assert other is not None
        with pytest.raises(UnprintableError, match="C-000001 corrects receipt 1, and R-000002 is another"):
            printable_correction(row, other, SHOP)
        assert ledger.correction("R", 1) is None
        assert moved(ledger, 1, "C-000001") == []


SKUS = ("beer", "cola", "milk", "gum")


@settings(max_examples=60, deadline=None)
@given(
    bought=st.lists(st.integers(1, 7), min_size=4, max_size=4),
    back=st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 7)), min_size=1, max_size=4),
    goodwill=st.integers(0, 50),
    included=st.booleans(),
)
def test_any_refund_can_be_printed_and_adds_up(
    bought: list[int], back: list[tuple[str, int]], goodwill: int, included: bool
) -> None:
    units = dict(zip(SKUS, bought, strict=True))
    receipt = price_visit(closed("v1", tuple(units.items()), closed_at=AT), corner(included=included))
    numbers = {line.sku: n for n, line in enumerate(receipt.lines, 1) if line.kind == "product"}
    changes = [
        Change(kind="remove", line=numbers[sku], count=min(count, units[sku]))
        for sku, count in dict(back).items()
    ]
    before = account_of(receipt)
    if goodwill:
        changes.insert(0, Change(kind="goodwill", amount=goodwill))
    lines = given_back(before, changes)
    taxes = difference(before, applied(before, lines))
    correction = Correction(
        kind="refund",
        store="s1",
        visit="v1",
        code="K1-204",
        issued_at=AT,
        currency="EUR",
        of=1,
        lines=lines,
        taxes=taxes,
        total=sum(rate.gross for rate in taxes),
        reason="other",
        dispute="d",
        decided_by="Mara",
    )
    row, of = CorrectionRow("C", 1, correction, 2, ""), DocumentRow("R", 1, receipt, 1, "")
    what = printable_correction(row, of, SHOP, ZONE)
    assert what.prices_include_tax == included
    assert not included or sum(line.amount for line in what.lines) == what.total
    for above, line in pairwise((None, *what.lines)):
        assert line is not None
        assert not line.is_deposit or (above is not None and above.name == line.name)
        assert line.unit_price is None or line.quantity * line.unit_price in {line.amount, 0}
    for block in lay_out(what, Paper(32), texts_for("de"), "de"):
        assert len(getattr(block, "text", "")) <= 32
