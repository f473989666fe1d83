"""The demo recording: four minutes in the demo store with everything that a day brings."""

from __future__ import annotations

from pathlib import Path

import msgspec

from inference.recording.format import STORE
from inference.simulation.faults import CameraLost
from inference.simulation.plans import Errand, Plan
from inference.simulation.settings import SimulationSettings
from inference.simulation.simulate import Film, Progress, simulate
from store_layout.model import StoreLayout
from store_layout.writer import write_store

SEED = 20260302
SETTINGS = SimulationSettings(faults=(CameraLost(camera="front-left", from_s=166.0, for_s=20.0),))
"""The camera that sees best which of two flavours of one weight a hand holds is lost while it takes one: what
it took is truly divided then, and a person is asked."""
DETECTOR = "persons_medium"
"""Watches the filmed demo. It learned from other stores only."""

TOMATO_SAUCE = "2000010002108"
PAPRIKA_CRISPS = "2000010001682"
GOUDA = "2000010001057"


def write_demo_recording(
    store_folder: Path, out: Path, progress: Progress | None = None, film: Film | None = None
) -> None:
    """Simulate the demo visits in the demo store; with ``film`` as pictures. The same gives the same bytes.

    Where there are pictures the recording's store names a detector, so that it is watched when it is played.
    Raises ``StoreProblems`` for a bad store folder and ``ValueError`` where it lacks a slot that the visits
    go to.
    """
    from store_layout.reader import read_store

    layout = read_store(store_folder)
    plans = demo_plans(layout)
    note = "Simulated visits to the demo store: nobody in it exists."
    simulate(
        layout, SETTINGS, SEED, out, progress, plans=plans, store_folder=store_folder, note=note, film=film
    )
    if film is not None:
        write_store(watched(layout), out / STORE)


def watched(layout: StoreLayout) -> StoreLayout:
    """The store with the detector that watches the filmed demo."""
    rules = msgspec.structs.replace(layout.file.rules, default_detector=DETECTOR)
    file = msgspec.structs.replace(layout.file, rules=rules)
    return msgspec.structs.replace(layout, file=file)


def demo_plans(layout: StoreLayout) -> tuple[Plan, ...]:
    """Who comes, and what for. Raises ``ValueError`` for slots that the store does not have."""
    plans = (*_quiet(), *_staff(), *_second_thoughts(), *_company(), *_hard())
    missing = {e.slot for plan in plans for e in plan.errands} - set(layout.slots)
    if missing:
        raise ValueError(f"this is not the demo store: it has no slots {', '.join(sorted(missing))}")
    return tuple(sorted(plans, key=lambda plan: plan.arrive_s))


def _take(slot: str, sku: str | None = None, count: int = 1, at: float | None = None) -> Errand:
    return Errand(act="take", slot=slot, sku=sku, count=count, at=at)


def _quiet() -> tuple[Plan, ...]:
    """Ordinary visits, and one that only looks."""
    return (
        Plan(person="p01", arrive_s=2.0, errands=(_take("K1s12"), _take("G2w12"))),
        Plan(person="p02", arrive_s=12.0, errands=(_take("B1e11"), _take("G1w12"), _take("K1s31"))),
        Plan(
            person="p03",
            arrive_s=24.0,
            errands=(Errand(act="browse", slot="W1w11"), Errand(act="browse", slot="G3w12")),
            tricky=("nothing",),
        ),
        Plan(person="p11", arrive_s=112.0, errands=(_take("K1s22"), _take("G2w22"))),
        Plan(person="p13", arrive_s=128.0, errands=(_take("W1w11"), _take("W1w23", GOUDA))),
        Plan(person="p16", arrive_s=156.0, errands=(_take("K2s11", count=2), _take("K2s21"))),
        Plan(person="p17", arrive_s=168.0, errands=(_take("K1s14"),)),
        Plan(person="p18", arrive_s=178.0, errands=(_take("B1e21"), _take("G1w22"), _take("G1w13", count=2))),
        Plan(person="p20", arrive_s=200.0, errands=(_take("G2e22"), _take("K1s34"))),
    )


def _staff() -> tuple[Plan, ...]:
    return (
        Plan(
            person="s01",
            arrive_s=34.0,
            errands=(
                Errand(act="restock", slot="G2w13", count=6, wait_s=3.0),
                Errand(act="restock", slot="G2w23", count=6, wait_s=2.0),
            ),
            staff=True,
            tricky=("staff",),
        ),
    )


def _second_thoughts() -> tuple[Plan, ...]:
    """Put-backs, to the right place and to a wrong one, and somebody who takes what was misplaced."""
    return (
        Plan(
            person="p05",
            arrive_s=46.0,
            errands=(_take("G3w12"), Errand(act="put_back", slot="G3w12"), _take("G3w22")),
            tricky=("put_back",),
        ),
        Plan(
            person="p06",
            arrive_s=58.0,
            errands=(
                _take("G1e13"),
                _take("G1e12"),
                Errand(act="put_back", slot="G3w13", sku=TOMATO_SAUCE),
                _take("G3w11"),
            ),
            tricky=("wrong_slot",),
        ),
        Plan(
            person="p19",
            arrive_s=188.0,
            errands=(_take("G3w13", TOMATO_SAUCE), _take("K1s24")),
            tricky=("misplaced",),
        ),
    )


def _company() -> tuple[Plan, ...]:
    """Two on one card, and two strangers at one shelf at the same moment."""
    return (
        Plan(
            person="p07",
            arrive_s=70.0,
            errands=(_take("K1s13"), _take("K1s34")),
            group="g1",
            tricky=("group",),
        ),
        Plan(
            person="p08",
            arrive_s=71.2,
            errands=(_take("G2w21"), _take("K1s23")),
            group="g1",
            tricky=("group",),
        ),
        Plan(
            person="p09",
            arrive_s=86.0,
            errands=(_take("G2e12", at=100.0), _take("K1s21")),
            tricky=("two_at_shelf",),
        ),
        Plan(
            person="p10",
            arrive_s=89.0,
            errands=(_take("G2e23", at=100.4), _take("G3e22")),
            tricky=("two_at_shelf",),
        ),
    )


def _hard() -> tuple[Plan, ...]:
    """Colas of one weight in slots of their own; and the case for a person.

    That is two hands in one slot of which one takes something, and, by the one who does, one of two flavours
    of one weight from one slot, while a camera is lost (``SETTINGS``).
    """
    return (
        Plan(
            person="p12",
            arrive_s=104.0,
            errands=(_take("K1s22"), _take("K1s32")),
            tricky=("equal_weight",),
        ),
        Plan(
            person="p14",
            arrive_s=148.0,
            errands=(_take("P1w21", at=162.0), _take("G3e13", PAPRIKA_CRISPS)),
            tricky=("same_slot", "equal_weight"),
        ),
        Plan(
            person="p15",
            arrive_s=150.0,
            errands=(Errand(act="touch", slot="P1w21", at=162.0), _take("G3e22")),
            tricky=("same_slot",),
        ),
    )
