"""Goods that change hands: who meets whom, and where everything is in the end."""

from __future__ import annotations

from collections import Counter
from functools import cache

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.simulation.formats import store_of
from inference.simulation.hand_overs import Chances, HandOvers
from inference.simulation.plans import MEETINGS, Errand, Plan
from inference.simulation.profiles import HANDED, PROFILES, plans_of
from inference.simulation.settings import SimulationSettings
from inference.simulation.shelves import STOCK, Shelves
from inference.simulation.walkers import Action
from store_layout.model import StoreLayout

PEOPLE = ("p1", "p2", "p3")
KINDS = {"handed", "handed_back", "handed_stranger", "handed_stranger_back"}


@cache
def layout() -> StoreLayout:
    return store_of("nano", "slot", 3)


SLOTS = tuple(layout().skus_of_slot)[:3]
SKUS = tuple(dict.fromkeys(sku for slot in SLOTS for sku in layout().skus_of_slot[slot]))

actions = st.builds(
    Action,
    t=st.floats(0.0, 100.0),
    person=st.sampled_from(PEOPLE),
    act=st.sampled_from(("take", "put_back", "give")),
    slot=st.sampled_from(SLOTS),
    sku=st.sampled_from(SKUS),
    units=st.integers(1, STOCK + 2),
    to=st.sampled_from(PEOPLE),
)


@given(st.lists(actions, max_size=60))
def test_nothing_is_lost_or_doubled_whatever_hands_do(done: list[Action]) -> None:
    shelves = Shelves(layout(), SimulationSettings(), np.random.default_rng(5))
    for action in done:
        shelves.act(action)
    off_shelf: Counter[str] = Counter()
    left = {slot: Counter(units) for slot, units in shelves.start_units.items()}
    carts = {person: Counter[str]() for person in PEOPLE}
    for move in shelves.moves:
        off_shelf[move.sku] += move.count
        left[move.slot][move.sku] -= move.count
        carts[move.person][move.sku] += move.count
    for handed in shelves.handed:
        assert handed.units > 0
        carts[handed.giver][handed.sku] -= handed.units
        carts[handed.receiver][handed.sku] += handed.units
    carried = {person: Counter(shelves.carried(person)) for person in PEOPLE}
    assert carried == carts
    assert sum(carried.values(), Counter[str]()) == off_shelf
    assert all(count >= 0 for units in left.values() for count in units.values())
    # The scales felt what went from the shelves, and nothing of what went from hand to hand.
    assert len(shelves.steps) == len(shelves.moves)


def people(groups: list[str | None], seed: int) -> tuple[Plan, ...]:
    """One plan for each group or single shopper's place, with takes and put-backs by chance."""
    rng = np.random.default_rng(seed)
    plans = []
    for n, group in enumerate(groups):
        errands: list[Errand] = []
        for slot in rng.permutation(list(layout().skus_of_slot))[: int(rng.integers(0, 4))]:
            sku = layout().skus_of_slot[str(slot)][0]
            errands.append(Errand(act="take", slot=str(slot), sku=sku, count=int(rng.integers(1, 3))))
            if rng.random() < 0.3:
                errands.append(Errand(act="put_back", slot=str(slot), sku=sku))
        plans.append(
            Plan(
                person=f"p{n}",
                arrive_s=3.0 * n,
                errands=tuple(errands),
                group=group,
                staff=rng.random() < 0.1,
            )
        )
    return tuple(plans)


some_people = st.builds(
    people,
    st.lists(st.sampled_from((None, "a", "b")), max_size=8).map(
        lambda found: sorted(found, key=lambda g: g or "c")
    ),
    st.integers(0, 1000),
)
chances = st.builds(
    Chances,
    in_party=st.floats(0.0, 1.0),
    to_stranger=st.floats(0.0, 1.0),
    back=st.floats(0.0, 1.0),
    elsewhere=st.floats(0.0, 1.0),
    asked_for=st.floats(0.0, 1.0),
    within_s=st.just(5.0),
)


@given(some_people, chances, st.integers(0, 1000))
def test_two_who_meet_both_know_it_and_give_what_is_held(
    plans: tuple[Plan, ...], often: Chances, seed: int
) -> None:
    elsewhere = "elsewhere"
    changed = HandOvers(often, lambda _: elsewhere, np.random.default_rng(seed)).among(plans)
    assert [plan.person for plan in changed] == [plan.person for plan in plans]
    of = {plan.person: plan for plan in changed}
    for before, plan in zip(plans, changed, strict=True):
        meetings = [errand for errand in plan.errands if errand.act in MEETINGS]
        kinds = KINDS & set(plan.tricky)
        assert bool(meetings) is bool(kinds)
        if not meetings:
            assert plan == before
            continue
        (kind,) = kinds
        (other,) = {errand.other for errand in meetings}
        partner = of[other or ""]
        # The same meetings in the same order, at the same slots: nobody waits for ever.
        theirs = [errand for errand in partner.errands if errand.act in MEETINGS]
        assert [(e.slot, e.other) for e in theirs] == [(e.slot, plan.person) for e in meetings]
        assert {"give": "receive", "receive": "give", "meet": "meet"}[meetings[-1].act] == theirs[-1].act
        assert kind in partner.tricky
        together = plan.group is not None and plan.group == partner.group
        assert together is (kind in ("handed", "handed_back"))
        if not together:
            assert plan.group is partner.group is None
            assert not plan.staff
            assert abs(plan.arrive_s - partner.arrive_s) <= often.within_s
        gives = [n for n, errand in enumerate(plan.errands) if errand.act == "give"]
        for n in gives:
            _gives_what_is_held(plan, n)
            got = next(k for k, errand in enumerate(partner.errands) if errand.act == "receive")
            after = partner.errands[got + 1 : got + 2]
            back = bool(after) and after[0].act == "put_back" and after[0].sku == plan.errands[n].sku
            assert back or not kind.endswith("back")


def _gives_what_is_held(plan: Plan, n: int) -> None:
    given_away = plan.errands[n]
    held = Counter[str | None]()
    for errand in plan.errands[:n]:
        held[errand.sku] += {"take": 1, "put_back": -1}.get(errand.act, 0) * errand.count
    assert held[given_away.sku] >= given_away.count
    assert not any(e.act == "put_back" and e.sku == given_away.sku for e in plan.errands[n:])


def test_where_nothing_is_handed_on_everybody_does_as_before() -> None:
    profile = PROFILES["adversarial"]
    never = msgspec.structs.replace(profile, handed=None)
    handed = 0
    for seed in range(12):
        plans = plans_of(profile, "nano", layout(), 20, seed)
        for plan, before in zip(plans, plans_of(never, "nano", layout(), 20, seed), strict=True):
            if KINDS & set(plan.tricky):
                handed += 1
            else:
                assert plan == before
    assert 0 < handed < 60


def test_only_two_kinds_of_days_have_it_and_one_of_them_much() -> None:
    assert {name for name, profile in PROFILES.items() if profile.handed is not None} == {
        "adversarial",
        "handed",
    }
    plans = plans_of(PROFILES["handed"], "nano", layout(), 400, 5)
    kinds = Counter(kind for plan in plans for kind in KINDS & set(plan.tricky))
    assert kinds.keys() == KINDS
    assert sum(kinds.values()) > 0.35 * len(plans)
    backs = kinds["handed_back"] + kinds["handed_stranger_back"]
    assert backs / sum(kinds.values()) == pytest.approx(HANDED.back, abs=0.1)
