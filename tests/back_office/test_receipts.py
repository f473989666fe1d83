from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.back_office.receipts import UnknownProductError, price_visit
from tests.back_office.visits import closed, layout


def test_a_receipt_by_hand() -> None:
    receipt = price_visit(closed(lines=(("cola", 2), ("milk", 1), ("gum", 1))), layout())
    assert [(x.sku, x.amount) for x in receipt.lines] == [("cola", 298), ("milk", 119), ("gum", 99)]
    assert receipt.total == 516
    by_rate = {t.basis_points: (t.net, t.tax, t.gross) for t in receipt.taxes}
    assert by_rate == {700: (111, 8, 119), 1900: (334, 63, 397)}


def test_tax_comes_on_top_where_prices_exclude_it() -> None:
    receipt = price_visit(closed(lines=(("cola", 2),)), layout(included=False))
    assert receipt.total == 298 + 57


def test_an_unknown_product_cannot_be_priced() -> None:
    with pytest.raises(UnknownProductError, match="mystery"):
        price_visit(closed(lines=(("mystery", 1),)), layout())


quantities = st.lists(
    st.tuples(st.sampled_from(["cola", "milk", "gum"]), st.integers(1, 50)),
    max_size=3,
    unique_by=lambda x: x[0],
)


@given(quantities, st.booleans())
def test_sums_hold(lines: list[tuple[str, int]], included: bool) -> None:
    receipt = price_visit(closed(lines=tuple(lines)), layout(included=included))
    assert receipt.total == sum(t.gross for t in receipt.taxes) == sum(t.net + t.tax for t in receipt.taxes)
    amounts = sum(x.amount for x in receipt.lines)
    assert amounts == (receipt.total if included else sum(t.net for t in receipt.taxes))
