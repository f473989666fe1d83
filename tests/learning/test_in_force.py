"""What is in force is what the stages reckon with."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from inference.messages import ShelfEvent, WeightReading
from inference.pipeline import Pipeline
from inference.shelf_events import ShelfEventDetector
from inference.takes import TakeExplainer
from store_layout.learned import Learned, LearnedScale, LearnedTrust, LearnedWeight
from store_layout.model import StoreLayout
from tests.support.stores import small_store
from tests.takes.scenes import event, standing, watched

LEMON = small_store().catalog[0]
BEFORE, BESIDE = (2.1, 2.78), (2.7, 2.78)
INTO = (2.1, 3.25, 0.45)


def with_(**changes: object) -> StoreLayout:
    learned = Learned(format=1, number=1, follows=0, made_at=1.0, who="Mara", **changes)  # type: ignore[arg-type]
    return msgspec.structs.replace(small_store(), learned=learned)


def test_a_change_of_a_scale_that_creeps_is_less_sure() -> None:
    def felt(layout: StoreLayout) -> float:
        detector, rng, found = ShelfEventDetector(layout), np.random.default_rng(1), []
        for n in range(400):
            t = n / 20.0
            grams = 5000.0 - (530.0 if t > 10.0 else 0.0) + float(rng.normal(0.0, 2.0))
            found += detector.observe(WeightReading("scale-A0", t, grams))
        (only,) = [f for f in found if isinstance(f, ShelfEvent)]
        return only.sd_g

    creeps = with_(scale=(LearnedScale(id="scale-A0", change_sd_g=6.0),))
    other = with_(scale=(LearnedScale(id="scale-A1", change_sd_g=6.0),))
    usual = felt(small_store())
    assert felt(other) == usual
    assert felt(creeps) == pytest.approx(np.sqrt(usual**2 - 0.3**2 + 6.0**2))


def test_cameras_that_are_trusted_less_decide_less() -> None:
    def share(layout: StoreLayout) -> float:
        explainer = watched(layout, [*standing(7, BEFORE, reaching=INTO), *standing(8, BESIDE)])
        (found,) = explainer.explain([event([("scale-A0", -530.0)], layout)], {})
        return sum(e.probability for e in found.explanations if e.track == 7)

    def trusting(who: float) -> float:
        return share(with_(trust=LearnedTrust(who=who, events=50.0, low=0.1, high=1.0)))

    assert trusting(1.0) == share(small_store())
    assert 0.5 < trusting(0.2) < trusting(0.5) < trusting(1.0)


def test_the_pipeline_reckons_with_learned_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    heavier = LearnedWeight(
        sku=LEMON.sku,
        weight_g=560.0,
        weight_sd_g=1.0,
        catalog_weight_g=LEMON.weight_g,
        catalog_weight_sd_g=LEMON.weight_sd_g,
        events=20.0,
        low_g=559.0,
        high_g=561.0,
    )

    given: list[StoreLayout] = []

    def explainer(layout: StoreLayout) -> TakeExplainer:
        given.append(layout)
        return TakeExplainer(layout)

    monkeypatch.setattr("inference.pipeline.TakeExplainer", explainer)
    Pipeline(with_(product=(heavier,)))
    assert given[0].products[LEMON.sku].weight_g == 560.0
