"""What simulated people set out to do."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from inference.simulation.settings import SimulationSettings
from store_layout.model import StoreLayout

Act = Literal["take", "put_back", "touch", "browse", "restock", "meet", "give", "receive"]
MEETINGS: frozenset[Act] = frozenset(("meet", "give", "receive"))
"""What two do together: each has it among their errands, at the same slot, with the other's name."""


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do at one slot."""

    act: Act
    slot: str
    sku: str | None = None
    """None: the slot's first product. For a put-back: what is put there, wherever it came from."""
    count: int = 1
    at: float | None = None
    """Seconds from the start at which the hand is in the shelf; None: when they get there."""
    wait_s: float | None = None
    """How long to look before; None: by chance."""
    other: str | None = None
    """Who is met. They stand before the slot; what is given is ``count`` of ``sku``, which must be named."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One visit that somebody sets out on."""

    person: str
    arrive_s: float
    errands: tuple[Errand, ...] = ()
    group: str | None = None
    """People of one group come and leave together, on one card."""
    staff: bool = False
    tricky: tuple[str, ...] = ()


def random_plans(
    layout: StoreLayout, settings: SimulationSettings, rng: np.random.Generator
) -> tuple[Plan, ...]:
    """An ordinary crowd: arrivals at random, a few errands each, put-backs as often as ``settings`` say."""
    stocked = [slot for slot, skus in layout.skus_of_slot.items() if skus]
    arrive, plans = 1.0, []
    for number in range(settings.visits):
        errands, tricky = random_errands(layout, stocked, settings, rng)
        plans.append(
            Plan(person=f"p{number + 1}", arrive_s=arrive, errands=tuple(errands), tricky=tuple(tricky))
        )
        arrive += 1.0 + float(rng.exponential(60.0 / settings.arrivals_per_min))
    return tuple(plans)


def random_errands(
    layout: StoreLayout, stocked: list[str], settings: SimulationSettings, rng: np.random.Generator
) -> tuple[list[Errand], list[str]]:
    """What one of an ordinary crowd does at the slots ``stocked``, and what makes it tricky."""
    errands: list[Errand] = []
    tricky: list[str] = []
    if stocked and rng.random() >= settings.nothing:
        for slot in rng.permutation(stocked)[: int(rng.integers(1, 5))]:
            taken, wrong = _errands_at(layout, str(slot), settings, rng)
            errands += taken
            tricky += ["wrong_slot"] if wrong else []
    elif stocked:
        errands = [Errand(act="browse", slot=str(rng.choice(stocked)))]
    return errands, tricky


def _errands_at(
    layout: StoreLayout, slot: str, settings: SimulationSettings, rng: np.random.Generator
) -> tuple[list[Errand], bool]:
    """A take, sometimes with second thoughts; whether those end in another slot."""
    sku = str(rng.choice(layout.skus_of_slot[slot]))
    count = 2 if rng.random() < 0.15 else 1
    errands = [Errand(act="take", slot=slot, sku=sku, count=count)]
    # Of all events a share f are put-backs, so a take is followed by one with probability f / (1 - f).
    if rng.random() < settings.put_back / (1.0 - settings.put_back):
        others = [other for other in layout.skus_of_slot if other != slot]
        wrong = bool(others) and rng.random() < settings.wrong_slot
        target = str(rng.choice(others)) if wrong else slot
        errands.append(Errand(act="put_back", slot=target, sku=sku))
        return errands, wrong
    return errands, False
