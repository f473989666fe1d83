from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.back_office.chain import canonical, digest
from console.back_office.receipts import UnknownProductError, includes_tax, price_visit, price_visits
from store_layout.model import Product, Promotion
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


BEER = Product(
    sku="beer",
    name="Beer",
    price=129,
    weight_g=850,
    tax_basis_points=1900,
    category="drinks",
    age_limit=16,
    deposit=8,
)


def test_a_receipt_to_which_nothing_new_applies_has_the_bytes_it_always_had() -> None:
    receipt = price_visit(closed(lines=(("cola", 2), ("milk", 1))), layout())
    assert digest(canonical(receipt)) == "2dd56547eb0f49a19b17ca5a93f244190aa197e4ed8a6af6c9fc113645010e30"


def test_a_deposit_is_a_line_of_its_own_with_its_own_tax() -> None:
    receipt = price_visit(closed(lines=(("beer", 6),)), layout(more=(BEER,)))
    product, deposit = receipt.lines
    assert (product.kind, product.amount, product.age_limit) == ("product", 774, 16)
    assert (deposit.kind, deposit.amount, deposit.of, deposit.tax_basis_points) == ("deposit", 48, 1, 1900)
    assert receipt.total == 822
    assert receipt.age_restricted == (product,)
    free = Product(sku="free", name="F", price=100, weight_g=1, deposit=25, deposit_tax_basis_points=0)
    taxes = price_visit(closed(lines=(("free", 1),)), layout(more=(free,), included=False)).taxes
    assert [(t.basis_points, t.gross) for t in taxes] == [(0, 125)]


def test_promotions_are_lines_of_their_own_at_the_rates_of_what_they_reduce() -> None:
    off = Promotion(id="P", name="Tenth off", kind="percent", basis_points=1000)
    receipt = price_visit(
        closed(lines=(("cola", 2), ("milk", 1), ("beer", 1))), layout(more=(BEER,), promotions=(off,))
    )
    lines = [(x.kind, x.sku, x.amount, x.tax_basis_points, x.reduced) for x in receipt.lines]
    assert lines == [
        ("product", "cola", 298, 1900, 30),
        ("product", "milk", 119, 700, 12),
        ("product", "beer", 129, 1900, 13),
        ("deposit", "beer", 8, 1900, 0),
        ("promotion", "P", -43, 1900, 0),
        ("promotion", "P", -12, 700, 0),
    ]
    assert receipt.total == 298 + 119 + 129 + 8 - 55
    assert includes_tax(receipt)


def test_a_promotion_ends_at_midnight_of_the_shops_own_clock() -> None:
    from datetime import UTC, date, datetime

    import msgspec

    sale = Promotion(id="P", name="Sale", kind="percent", basis_points=5000, ends=date(2026, 11, 30))
    store = layout(promotions=(sale,))
    berlin = msgspec.structs.replace(store.file.store, time_zone="Europe/Berlin")
    store = msgspec.structs.replace(store, file=msgspec.structs.replace(store.file, store=berlin))
    before = datetime(2026, 11, 30, 22, 59, tzinfo=UTC).timestamp()
    totals = [price_visit(closed(closed_at=at), store).total for at in (before, before + 60)]
    assert totals == [149, 298]


def test_groups_on_one_payment_are_one_receipt() -> None:
    promotion = Promotion(id="P", name="3 for 2", kind="n_for_m", sku="cola", take=3, pay=2)
    visits = (closed("v1", (("cola", 2),)), closed("v2", (("cola", 1), ("gum", 1))))
    receipt = price_visits(visits, layout(promotions=(promotion,)))
    assert [(x.sku, x.quantity, x.amount) for x in receipt.lines] == [
        ("cola", 3, 447),
        ("gum", 1, 99),
        ("P", 1, -149),
    ]
    assert (receipt.visit, receipt.visits, receipt.codes) == ("v1", ("v1", "v2"), ("K1-204", "K2-204"))
    assert receipt.issued_at == visits[1].closed_at


baskets = st.lists(
    st.tuples(st.sampled_from(["cola", "milk", "gum", "beer"]), st.integers(1, 50)),
    max_size=4,
    unique_by=lambda x: x[0],
)
offers = st.lists(
    st.sampled_from(
        [
            Promotion(id="a", name="a", kind="n_for_m", sku="cola", take=3, pay=2),
            Promotion(id="b", name="b", kind="percent", category="drinks", basis_points=3333),
            Promotion(id="c", name="c", kind="fixed", sku="gum", amount=33),
            Promotion(id="d", name="d", kind="percent", basis_points=777),
            Promotion(id="e", name="e", kind="fixed", amount=1000),
        ]
    ),
    unique_by=lambda p: p.id,
)


@given(baskets, offers, st.booleans(), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_sums_hold_with_everything(
    lines: list[tuple[str, int]], promotions: list[Promotion], included: bool, currency: str
) -> None:
    store = layout(included=included, currency=currency, more=(BEER,), promotions=tuple(promotions))
    receipt = price_visit(closed(lines=tuple(lines)), store)
    assert receipt.total == sum(t.net + t.tax for t in receipt.taxes) >= 0
    assert all(x.quantity * x.unit_price == x.amount for x in receipt.lines)
    off = sum(x.amount for x in receipt.lines if x.kind == "promotion")
    assert sum(x.reduced for x in receipt.lines) == -off
    for rate in {x.tax_basis_points for x in receipt.lines}:
        of_rate = [x for x in receipt.lines if x.tax_basis_points == rate]
        assert sum(x.reduced for x in of_rate) == -sum(x.amount for x in of_rate if x.kind == "promotion")
