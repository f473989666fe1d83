from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.back_office.correction_lines import charged, given_back
from console.back_office.corrections import (
    Account,
    Change,
    CorrectionError,
    account_of,
    applied,
    difference,
)
from console.back_office.price_list import PriceList
from console.back_office.receipts import UnknownProductError, includes_tax, price_visit
from store_layout.model import Product, Promotion, StoreLayout
from tests.back_office.visits import closed, layout

BEER = Product(
    sku="beer", name="Beer", price=129, weight_g=850, tax_basis_points=1900, category="drinks", deposit=8
)
THREE = Promotion(id="P", name="3 for 2", kind="n_for_m", sku="cola", take=3, pay=2)
EURO = Promotion(id="E", name="-1.00", kind="fixed", amount=100)


def account(*lines: tuple[str, int], store: StoreLayout | None = None) -> Account:
    return account_of(price_visit(closed(lines=lines), store or layout(more=(BEER,))))


def remove(line: int, count: int) -> Change:
    return Change(kind="remove", line=line, count=count)


def test_a_unit_goes_back_with_its_deposit() -> None:
    lines = given_back(account(("beer", 3)), [remove(1, 2)])
    assert [(x.line, x.kind, x.quantity, x.amount) for x in lines] == [
        (1, "product", -2, -258),
        (2, "deposit", -2, -16),
    ]


def test_units_of_a_promotion_go_back_at_what_was_paid_for_them() -> None:
    stands = account(("cola", 3), store=layout(promotions=(THREE,)))
    assert stands.total == 298
    amounts = []
    for _ in range(3):
        lines = given_back(stands, [remove(1, 1)])
        amounts.append(lines[0].amount)
        stands = applied(stands, lines)
    assert amounts == [-100, -99, -99]
    assert stands.total == 0


def test_partial_refunds_sum_to_the_tax_that_was_paid() -> None:
    stands = account(("gum", 3))
    first = stands
    taxes = []
    for _ in range(3):
        after = applied(stands, given_back(stands, [remove(1, 1)]))
        taxes.append(difference(stands, after)[0].tax)
        stands = after
    assert sum(taxes) == -first.taxes[0].tax
    assert taxes == [-15, -16, -16]  # 47 of 297, then 32 of 198, then 16 of 99


def test_tax_is_added_to_what_a_receipt_free_of_tax_lacked() -> None:
    """Where prices exclude tax, and the receipt itself had none that would show it."""
    bread = Product(sku="bread", name="Bread", price=200, weight_g=500)
    store = layout(included=False, more=(bread,))
    receipt = price_visit(closed(lines=(("bread", 1),)), store)
    assert (receipt.total, includes_tax(receipt)) == (200, False)
    before = account_of(receipt)
    lines = charged(before, [Change(kind="add", sku="cola", count=1)], PriceList.of(store))
    (rate,) = difference(before, applied(before, lines))
    assert (rate.basis_points, rate.net, rate.tax, rate.gross) == (1900, 149, 28, 177)


def test_goodwill_is_shared_among_what_stands() -> None:
    lines = given_back(account(("cola", 1), ("milk", 1), ("gum", 1)), [Change(kind="goodwill", amount=100)])
    assert [x.amount for x in lines] == [-41, -32, -27]
    assert all(x.quantity == 0 for x in lines)


def test_a_price_is_changed_and_the_units_go_back_at_the_rest() -> None:
    stands = account(("cola", 2))
    stands = applied(stands, given_back(stands, [Change(kind="price", line=1, amount=99)]))
    assert [x.amount for x in given_back(stands, [remove(1, 1)])] == [-100]
    assert [x.amount for x in given_back(stands, [remove(1, 2)])] == [-199]


def test_what_is_added_costs_what_the_receipt_says_and_else_the_price_list() -> None:
    prices = PriceList.of(layout(more=(BEER,)))
    dearer = PriceList.of(
        StoreLayout(
            file=layout().file,
            catalog=tuple(
                Product(sku=p.sku, name=p.name, price=p.price * 2, weight_g=p.weight_g)
                for p in prices.catalog
            ),
        )
    )
    stands = account(("beer", 1))
    more = charged(stands, [Change(kind="add", sku="beer", count=2)], dearer)
    assert [(x.line, x.amount, x.of) for x in more] == [(3, 258, None), (4, 16, 3)]
    assert charged(stands, [Change(kind="add", sku="milk", count=1)], dearer)[0].amount == 238
    stands = applied(stands, more)
    assert [x.amount for x in given_back(stands, [remove(3, 1)])] == [-129, -8]
    with pytest.raises(UnknownProductError):
        charged(stands, [Change(kind="add", sku="mystery", count=1)], prices)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (remove(1, 3), "3 units cannot be taken off the 2 that stand"),
        (remove(1, 0), "0 units"),
        (remove(2, 1), "line 2 is no product"),
        (Change(kind="remove", count=1), "needs the line"),
        (Change(kind="price", line=1, amount=299), "€2.99 cannot be taken off the €2.98"),
        (Change(kind="price", line=1, amount=-1), "-€0.01 cannot"),
        (Change(kind="goodwill", amount=299), "€2.99 cannot"),
        (Change(kind="goodwill", amount=0), "€0.00 cannot"),
    ],
)
def test_more_than_was_paid_is_never_given_back(change: Change, words: str) -> None:
    with pytest.raises(CorrectionError, match=words):
        given_back(account(("cola", 2)), [change])


def test_a_deposit_alone_does_not_go_back_and_twice_is_too_much() -> None:
    with pytest.raises(CorrectionError, match="goes with its product"):
        given_back(account(("beer", 1)), [remove(2, 1)])
    with pytest.raises(CorrectionError, match="0 that stand"):
        given_back(account(("cola", 2)), [remove(1, 2), remove(1, 1)])


changes = st.one_of(
    st.builds(remove, st.integers(1, 8), st.integers(1, 3)),
    st.builds(Change, kind=st.just("price"), line=st.integers(1, 8), amount=st.integers(1, 200)),
    st.builds(Change, kind=st.just("goodwill"), amount=st.integers(1, 300)),
    st.builds(
        Change, kind=st.just("add"), sku=st.sampled_from(["cola", "beer", "milk"]), count=st.integers(1, 3)
    ),
)
baskets = st.lists(
    st.tuples(st.sampled_from(["cola", "milk", "gum", "beer"]), st.integers(1, 5)),
    min_size=1,
    unique_by=lambda x: x[0],
)


@given(baskets, st.lists(changes, max_size=12), st.booleans(), st.booleans())
def test_in_any_order_sums_hold_and_nothing_falls_below_nothing(
    basket: list[tuple[str, int]], wanted: list[Change], included: bool, promoted: bool
) -> None:
    store = layout(included=included, more=(BEER,), promotions=(THREE, EURO) if promoted else ())
    receipt = price_visit(closed(lines=tuple(basket)), store)
    stands = account_of(receipt)
    assert stands.total == receipt.total
    assert stands.taxes == receipt.taxes
    moved = 0
    for change in wanted:
        try:
            lines = given_back(stands, [change]) or charged(stands, [change], PriceList.of(store))
        except CorrectionError:
            continue
        after = applied(stands, lines)
        rows = difference(stands, after)
        signs = {x.amount <= 0 for x in lines}
        assert len(signs) == 1 or change.kind == "add"
        assert all((row.gross <= 0) == (change.kind != "add") or row.gross == 0 for row in rows)
        assert all(row.net + row.tax == row.gross for row in rows)
        moved += sum(row.gross for row in rows)
        stands = after
        assert all(p.amount >= 0 and p.units >= 0 for p in stands.positions)
    assert stands.total == receipt.total + moved >= 0
