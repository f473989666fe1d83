from __future__ import annotations

import msgspec
import numpy as np
import pytest

from inference.learning.cases import Rest, each_once, settled_events
from inference.learning.proposal import learned_from, propose
from inference.messages.results import Explanation, Felt, Ground, ScaleChange, VisitTrace
from store_layout.learned import Learned, change_sds, trust_in_who, with_learned
from store_layout.model import StoreLayout
from tests.back_office.visits import closed
from tests.learning.cases import settled, took
from tests.support.layouts import aisles

SKU = "4001"
"""Weighs 355 g by the catalogue."""


def events(true: float, n: int = 12, seed: int = 1) -> list[object]:
    rng = np.random.default_rng(seed)
    return [
        settled(i, true + float(rng.normal(0.0, 1.0)), answer=took(1, sku=SKU), scale="s000")
        for i in range(n)
    ]


def taught(layout: StoreLayout, true: float = 372.0, number: int = 1) -> StoreLayout:
    found = propose(layout, events(true))  # type: ignore[arg-type]
    learned = learned_from(layout, found, number=number, made_at=5.0, who="Mara", why="new tins")
    return msgspec.structs.replace(layout, learned=learned)


def test_a_weight_that_is_off_is_proposed_applied_and_reckoned_with() -> None:
    layout = aisles()
    found = propose(layout, events(372.0))  # type: ignore[arg-type]
    weight = next(e for e in found.proposed if e.what == "weight")
    assert (weight.about, weight.old, weight.reviewed) == (SKU, 355.0, 12)
    assert weight.low < 372.0 < weight.high
    assert weight.gain > 1.0
    learned = taught(layout)
    assert learned.learned is not None
    assert learned.products[SKU].weight_g == 355.0, "what people wrote stays"
    assert with_learned(learned).products[SKU].weight_g == pytest.approx(372.0, abs=1.0)
    assert with_learned(layout) is layout


def test_nothing_is_proposed_where_nothing_is_off() -> None:
    layout = aisles()
    found = propose(layout, events(355.0))  # type: ignore[arg-type]
    assert found.proposed == ()
    assert {e.why_not for e in found.estimates} <= {"few", "no better"}
    with pytest.raises(ValueError, match="nothing is proposed"):
        learned_from(layout, found, number=1, made_at=5.0, who="Mara")


def test_few_events_are_not_enough_and_a_weight_that_is_far_off_is_another_products() -> None:
    few = propose(aisles(), events(372.0, 3))  # type: ignore[arg-type]
    assert next(e.why_not for e in few.estimates if e.what == "weight") == "few"
    far = propose(aisles(), events(480.0, 30))  # type: ignore[arg-type]
    assert next(e.why_not for e in far.estimates if e.what == "weight") == "too far"


def test_a_learned_weight_holds_only_while_the_catalogue_says_what_it_said() -> None:
    layout = taught(aisles())
    heavier = tuple(msgspec.structs.replace(p, weight_g=380.0) if p.sku == SKU else p for p in layout.catalog)
    changed = msgspec.structs.replace(layout, catalog=heavier)
    assert with_learned(changed).products[SKU].weight_g == 380.0


def test_a_proposal_that_something_else_has_overtaken_is_refused() -> None:
    layout = aisles()
    found = propose(layout, events(372.0))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="meanwhile"):
        learned_from(taught(layout), found, number=2, made_at=6.0, who="Noor")


def test_what_is_in_force_and_still_holds_stays_beside_what_is_new() -> None:
    layout = taught(aisles())
    rests = [Rest("s001", float(n), 40, 7.0) for n in range(20)]
    found = propose(layout, (), rests)
    assert [(e.what, e.about) for e in found.proposed] == [("noise", "s001")]
    learned = learned_from(layout, found, number=2, made_at=6.0, who="Noor")
    assert (learned.number, learned.follows) == (2, 1)
    assert [p.sku for p in learned.product] == [SKU]
    both = msgspec.structs.replace(layout, learned=learned)
    assert with_learned(both).scales["s001"].noise_sd_g == pytest.approx(7.0, abs=0.3)
    assert with_learned(both).scales["s000"].noise_sd_g == 2.0


def test_what_was_not_learned_is_as_ever() -> None:
    layout = msgspec.structs.replace(
        aisles(), learned=Learned(format=1, number=1, follows=0, made_at=1.0, who="Mara")
    )
    assert trust_in_who(layout) == trust_in_who(aisles()) == 1.0
    assert change_sds(layout) == {}
    assert with_learned(layout).catalog == layout.catalog


def ground(event: str, counted: Explanation, *others: Explanation) -> Ground:
    felt = Felt("g1", 1050.0, -355.0, 1.0)
    return Ground(event, felt, (ScaleChange("s000", -355.0, 1.0),), (counted, *others), 0)


def test_events_of_a_visit_are_settled_by_answers_and_by_how_sure_it_was() -> None:
    sure, unsure = took(1, probability=0.97), took(1, probability=0.6)
    grounds = (ground("a", sure), ground("b", unsure, took(2, probability=0.4)), ground("c", unsure))
    visit = closed("v1", trace=VisitTrace(path=(), grounds=grounds))
    said = took(2)
    found = settled_events(visit, {"b": said})
    assert [(e.event, e.answer.track, e.sureness, e.reviewed) for e in found] == [
        ("a", 1, 0.97, False),
        ("b", 2, 1.0, True),
    ]
    assert settled_events(closed("v2"), {}) == (), "from before grounds were kept"
    twice = each_once([*settled_events(visit, {}), *found])
    assert [(e.event, e.reviewed) for e in twice] == [("a", False), ("b", True)]
