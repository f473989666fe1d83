"""One puts back what another takes at the same moment: the scale feels hands, and no change."""

from __future__ import annotations

import pytest

from inference.simulation.formats import store_of
from inference.simulation.plans import Errand, Plan
from inference.simulation.settings import SimulationSettings
from inference.trials.ours import play
from inference.trials.session import happen_in


@pytest.mark.parametrize("after_s", [0.4, 1.0])
def test_both_are_charged_for_what_they_carry_out_or_somebody_is_asked(after_s: float) -> None:
    layout = store_of("nano", "slot", 4)
    slot = layout.file.slot[5]
    (sku, *_) = layout.skus_of_slot[slot.id]
    plans = (
        Plan(
            person="p1",
            arrive_s=1.0,
            errands=(
                Errand(act="take", slot=slot.id, sku=sku, at=9.0),
                Errand(act="put_back", slot=slot.id, sku=sku, at=22.0),
            ),
        ),
        Plan(
            person="p2",
            arrive_s=6.0,
            errands=(Errand(act="take", slot=slot.id, sku=sku, at=22.0 + after_s),),
        ),
    )
    happened = happen_in(layout, SimulationSettings(looks=True), plans, 3)
    back, taken = (move for move in happened.truth.moves if move.t > happened.started_at + 15.0)
    assert (back.person, back.count, taken.person, taken.count) == ("p1", -1, "p2", 1)
    found = {payment.token: payment for payment in play(happened).payments}
    for token in ("card-p1", "card-p2"):
        assert found[token].right or found[token].decision == "review"
    assert any(payment.right for payment in found.values())
