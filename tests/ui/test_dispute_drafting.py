"""What is filled into a complaint, as changes to a receipt."""

from __future__ import annotations

import pytest

from console.back_office.correction_lines import charged, given_back
from console.back_office.corrections import Account, Change, Correction, account_of, applied
from console.back_office.dispute_rows import DisputeRow
from console.back_office.disputes import Decided
from console.back_office.price_list import PriceList
from console.back_office.receipts import price_visit
from console.back_office.records import CorrectionRow
from console.item_models.dispute_drafting import (
    LineWish,
    changes_of,
    done_words,
    likely_reason,
    open_positions,
    parse_amount,
)
from console.item_models.words import ShopWords
from tests.back_office.visits import closed, layout


@pytest.fixture
def account() -> Account:
    return account_of(price_visit(closed("v1", (("cola", 3), ("milk", 1))), layout()))


def wishes(account: Account, *units: int) -> list[LineWish]:
    return [LineWish(p, n) for p, n in zip(open_positions(account), units, strict=True)]


def test_nothing_wished_is_nothing_changed(account: Account) -> None:
    assert changes_of(wishes(account, 3, 1), {}, 0) == ()


def test_fewer_and_more_of_what_is_there_and_what_is_not(account: Account) -> None:
    assert changes_of(wishes(account, 1, 2), {"gum": 2}, 50) == (
        Change(kind="remove", line=1, count=2),
        Change(kind="add", sku="milk", count=1),
        Change(kind="add", sku="gum", count=2),
        Change(kind="goodwill", amount=50),
    )


@pytest.mark.parametrize("units", [(0, 0), (1, 3), (5, 1), (3, 0)])
def test_the_changes_lead_to_what_was_wished(account: Account, units: tuple[int, int]) -> None:
    changes = changes_of(wishes(account, *units), {}, 0)
    after = applied(account, given_back(account, changes))
    after = applied(after, charged(after, changes, PriceList.of(layout())))
    for sku, wanted in zip(("cola", "milk"), units, strict=True):
        assert sum(p.units for p in after.positions if p.sku == sku) == wanted


def test_a_line_of_which_nothing_is_left_is_not_asked_about(account: Account) -> None:
    changes = changes_of(wishes(account, 0, 1), {}, 0)
    after = applied(account, given_back(account, changes))
    assert [p.sku for p in open_positions(after)] == ["milk"]


@pytest.mark.parametrize(
    ("units", "added", "goodwill", "reason"),
    [
        ((0, 1), {}, 0, "not_taken"),
        ((2, 1), {}, 0, "wrong_count"),
        ((3, 1), {"gum": 1}, 0, "not_charged"),
        ((3, 1), {}, 100, "goodwill"),
        ((3, 1), {}, 0, None),
    ],
)
def test_the_likely_reason_is_offered(
    account: Account, units: tuple[int, int], added: dict[str, int], goodwill: int, reason: str | None
) -> None:
    assert likely_reason(changes_of(wishes(account, *units), added, goodwill), account) == reason


def test_amounts_as_people_type_them() -> None:
    assert [parse_amount(text, "EUR") for text in ("", " 1.50", "1,5", "2")] == [0, 150, 150, 200]
    assert parse_amount("150", "JPY") == 150
    for text in ("x", "1.x", "-1", "1.234"):
        with pytest.raises(ValueError, match=r"amount|decimals"):
            parse_amount(text, "EUR")


def test_whoever_decided_is_told_what_became_of_it() -> None:
    words = ShopWords(layout())
    dispute = DisputeRow("D-000001", 1, 0.0, "Mara", "staff", "not_taken", "", (), "open", 0.0, "")
    assert done_words(dispute, words) == "Dispute D-000001 is open: a manager decides it."
    declined = Decided(dispute, (), new=True)
    assert done_words(declined, words) == "Dispute D-000001 is declined: nothing is given back."

    def issued(*totals: int) -> Decided:
        rows = (
            CorrectionRow(
                "C",
                number,
                Correction(
                    "refund", "s", "v", "A1", 0.0, "EUR", 1, (), (), total, "not_taken", "D-000001", "Mara"
                ),
                number,
                "",
            )
            for number, total in enumerate(totals, start=1)
        )
        return Decided(dispute, tuple(rows), new=True)

    assert done_words(issued(-129), words) == "C-000001: the customer gets back €1.29."
    assert done_words(issued(-129, 200), words) == "C-000001, C-000002: the customer pays €0.71 more."
    assert done_words(issued(-5, 5), words) == "C-000001, C-000002: the total stays the same."
    assert done_words(None, words) == "", "a payment says its own"
