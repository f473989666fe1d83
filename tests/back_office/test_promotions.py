from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from console.back_office.promotions import Goods, reductions
from store_layout.model import Promotion

DAY = date(2026, 11, 20)
COLA, MILK = Goods("cola", "drinks", 5, 149), Goods("milk", "drinks", 1, 119)
GUM = Goods("gum", "sweets", 2, 99)


def off(promotion: Promotion, *basket: Goods, day: date = DAY) -> tuple[int, ...]:
    found = reductions(basket, (promotion,), day)
    return found[0].by_line if found else tuple(0 for _ in basket)


def test_three_for_two_frees_one_unit_of_each_three() -> None:
    three = Promotion(id="a", name="3 for 2", kind="n_for_m", sku="cola", take=3, pay=2)
    assert off(three, COLA, GUM) == (149, 0)
    assert off(three, Goods("cola", "drinks", 6, 149)) == (298,)
    assert off(three, Goods("cola", "drinks", 2, 149)) == (0,)


def test_a_category_counts_together_and_frees_the_cheapest_of_each_group() -> None:
    drinks = Promotion(id="a", name="3 for 2", kind="n_for_m", category="drinks", take=3, pay=2)
    # 149 149 149 | 149 149 119: the third of each group is free
    assert off(drinks, COLA, MILK, GUM) == (149, 119, 0)


def test_percent_and_fixed_on_a_product() -> None:
    tenth = Promotion(id="a", name="10 %", kind="percent", sku="cola", basis_points=1000)
    assert off(tenth, COLA) == (75,)  # 74.5 rounds away from zero
    less = Promotion(id="a", name="-0.20", kind="fixed", sku="gum", amount=20)
    assert off(less, COLA, GUM) == (0, 40)
    gift = Promotion(id="a", name="-5.00", kind="fixed", sku="gum", amount=500)
    assert off(gift, GUM) == (198,)


def test_baskets_are_reduced_from_their_minimum_on_in_proportion() -> None:
    euro = Promotion(id="a", name="-1.00", kind="fixed", amount=100, minimum=1000)
    assert off(euro, COLA, GUM) == (0, 0)  # 9.43
    assert off(euro, COLA, GUM, MILK) == (70, 19, 11)  # of 7.45, 1.98, 1.19
    tenth = Promotion(id="a", name="10 %", kind="percent", basis_points=1000)
    assert sum(off(tenth, COLA, GUM)) == 94


def test_the_first_promotion_that_fits_takes_the_units_and_baskets_come_last() -> None:
    basket = Promotion(id="b", name="half", kind="percent", basis_points=5000)
    three = Promotion(id="a", name="3 for 2", kind="n_for_m", sku="cola", take=3, pay=2)
    tenth = Promotion(id="c", name="10 %", kind="percent", category="drinks", basis_points=1000)
    found = reductions((COLA,), (basket, three, tenth), DAY)
    assert [(r.promotion.id, r.by_line) for r in found] == [
        ("a", (149,)),
        ("c", (30,)),  # the two units that are left
        ("b", (283,)),  # half of 745 - 149 - 30
    ]


def test_days_are_inclusive() -> None:
    week = Promotion(
        id="a",
        name="w",
        kind="percent",
        sku="gum",
        basis_points=5000,
        starts=date(2026, 11, 16),
        ends=date(2026, 11, 22),
    )
    days = [date(2026, 11, n) for n in (15, 16, 22, 23)]
    assert [off(week, GUM, day=day) for day in days] == [(0,), (99,), (99,), (0,)]


goods = st.builds(
    Goods,
    sku=st.sampled_from("abc"),
    category=st.sampled_from(["x", "y"]),
    quantity=st.integers(1, 9),
    unit_price=st.integers(0, 999),
)
terms = st.one_of(
    st.builds(
        Promotion,
        id=st.just("p"),
        name=st.just("p"),
        kind=st.just("n_for_m"),
        category=st.sampled_from(["x", "y"]),
        take=st.integers(2, 4),
        pay=st.integers(0, 1),
    ),
    st.builds(
        Promotion,
        id=st.just("p"),
        name=st.just("p"),
        kind=st.just("percent"),
        sku=st.none() | st.sampled_from("abc"),
        basis_points=st.integers(1, 10_000),
    ),
    st.builds(
        Promotion,
        id=st.just("p"),
        name=st.just("p"),
        kind=st.just("fixed"),
        sku=st.none() | st.sampled_from("abc"),
        amount=st.integers(1, 2000),
        minimum=st.just(0),
    ),
)


@given(st.lists(goods, max_size=4), st.lists(terms, max_size=5))
def test_no_line_falls_below_nothing(basket: list[Goods], promotions: list[Promotion]) -> None:
    found = reductions(basket, promotions, DAY)
    for i, line in enumerate(basket):
        shares = [reduction.by_line[i] for reduction in found]
        assert min(shares, default=0) >= 0
        assert sum(shares) <= line.quantity * line.unit_price
