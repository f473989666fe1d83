"""What one took and another puts back or carries out: the pipeline is told nothing of it."""

from __future__ import annotations

import pytest

from inference.simulation.formats import store_of
from inference.simulation.plans import Errand, Plan
from inference.simulation.settings import SimulationSettings
from inference.trials.ideas import without
from inference.trials.ours import play
from inference.trials.payments import Payment
from inference.trials.session import happen_in


def _payments(group: str | None, *, back: bool) -> dict[str, Payment]:
    """One takes two things and gives one to another, who keeps it or puts it back."""
    layout = store_of("nano", "slot", 4)
    slot, other = layout.file.slot[5].id, layout.file.slot[-1].id
    (sku, *_), (second, *_) = layout.skus_of_slot[slot], layout.skus_of_slot[other]
    mine = (
        Errand(act="take", slot=other, sku=second, wait_s=1.5),
        Errand(act="take", slot=slot, sku=sku, wait_s=1.5),
        Errand(act="give", slot=slot, sku=sku, other="p2"),
    )
    theirs: tuple[Errand, ...] = (Errand(act="receive", slot=slot, sku=sku, other="p1"),)
    if back:
        theirs = (*theirs, Errand(act="put_back", slot=slot, sku=sku, wait_s=2.0))
    plans = (
        Plan(person="p1", arrive_s=1.0, errands=mine, group=group, tricky=("handed",)),
        Plan(person="p2", arrive_s=2.2, errands=theirs, group=group, tricky=("handed",)),
    )
    happened = happen_in(layout, SimulationSettings(looks=True), plans, 3)
    return {payment.token: payment for payment in play(happened).payments}


@pytest.mark.parametrize("back", [False, True])
def test_a_party_pays_for_what_it_has_whoever_took_it(back: bool) -> None:
    (party,) = _payments("g", back=back).values()
    assert party.true_units == (1 if back else 2)
    assert party.tricky == ("handed",)
    assert party.right
    assert party.decision == "issue"


def test_what_a_stranger_puts_back_is_charged_to_nobody_unasked() -> None:
    found = _payments(None, back=True)
    assert [found[card].true_units for card in ("card-p1", "card-p2")] == [1, 0]
    assert all(payment.right or payment.decision == "review" for payment in found.values())


def test_without_the_rules_a_person_is_asked_about_what_company_puts_back() -> None:
    with without(("handed",)):
        (party,) = _payments("g", back=True).values()
    assert party.decision == "review"
