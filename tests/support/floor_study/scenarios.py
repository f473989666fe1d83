"""What is simulated: how many people are in the demo store at once, and what is wrong with its cameras."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from inference.messages import Observation
from inference.recording.truth import TruePath
from inference.simulation import Errand, Plan, SimulationSettings
from inference.simulation.faults import CameraFault, CameraLost, CameraTurned, ClockOff
from inference.simulation.plans import random_errands
from inference.trials.session import happen_in
from store_layout.model import StoreLayout
from store_layout.reader import read_store

DEMO_STORE = Path(__file__).parents[3] / "assets" / "demo_store"
"""60 m2 with the shelves, six cameras."""
DURATION_S = 120.0
ROUND_S = 30.0
"""How long one round of errands keeps somebody inside, on the average."""
FIRST = 0.55
"""Share of those inside who come at once: the later ones meet them, and leave later."""
TOGETHER = 0.15
"""Share of arrivals that are two on one card."""
LOST_S = (30.0, 60.0)
"""From, for."""
CLOCK_OFF_S = 0.3
TURNED_DEG = 2.0

Faults = Callable[[StoreLayout, int], tuple[CameraFault, ...]]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of session."""

    name: str
    inside: float
    """People inside at once, on the average after the first ones have come."""
    rounds: int
    """Of errands: how long they stay."""
    idf1_aim: float | None = None
    faults: Faults = lambda _layout, _seed: ()
    cameras: tuple[str, ...] | None = None
    """The store has only these; None: all."""
    gondolas_m: float | None = None
    """How high the gondolas are; None: as in the demo store, 1.5 m."""


def _some_camera(layout: StoreLayout, seed: int) -> str:
    """Another one with each seed."""
    return layout.file.camera[seed % len(layout.file.camera)].id


def _lost(layout: StoreLayout, seed: int) -> tuple[CameraFault, ...]:
    return (CameraLost(camera=_some_camera(layout, seed), from_s=LOST_S[0], for_s=LOST_S[1]),)


def _clock_off(layout: StoreLayout, seed: int) -> tuple[CameraFault, ...]:
    return (ClockOff(camera=_some_camera(layout, seed), by_s=CLOCK_OFF_S * (-1) ** (seed // 6)),)


def _turned(layout: StoreLayout, seed: int) -> tuple[CameraFault, ...]:
    return (CameraTurned(camera=_some_camera(layout, seed), pan_deg=TURNED_DEG * (-1) ** (seed // 6)),)


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(name="quiet", inside=2.0, rounds=1, idf1_aim=0.99),
        Scenario(name="normal", inside=6.0, rounds=2, idf1_aim=0.98),
        Scenario(name="crowd", inside=15.0, rounds=4, idf1_aim=0.95),
        Scenario(name="camera-lost", inside=6.0, rounds=2, faults=_lost),
        Scenario(name="clock-off", inside=6.0, rounds=2, faults=_clock_off),
        Scenario(name="camera-turned", inside=6.0, rounds=2, faults=_turned),
        # All six together see every place of the floor; with these two there is much to be hidden behind.
        Scenario(name="two-cameras", inside=6.0, rounds=2, cameras=("front-left", "back-right")),
        # Nobody looks over these, and three cameras do not see into every aisle: people are hidden for long.
        Scenario(
            name="hidden",
            inside=8.0,
            rounds=3,
            cameras=("front-left", "front-right", "back-middle"),
            gondolas_m=2.2,
        ),
    )
}


class Session(msgspec.Struct, frozen=True):
    """One simulated session as a tracker gets it, and the truth."""

    layout: StoreLayout
    observations: Sequence[Observation]
    """In the order of a replay; without scales."""
    paths: tuple[TruePath, ...]
    """Up to the session's end."""


def simulated(scenario: Scenario, seed: int, duration_s: float = DURATION_S) -> Session:
    """One session, as a replay of its recording would give it."""
    layout = store_of(scenario)
    settings = SimulationSettings(duration_s=duration_s, faults=scenario.faults(layout, seed))
    plans = plans_of(layout, scenario, settings, seed)
    happened = happen_in(layout, settings, plans, seed, scales=False)
    end = settings.started_at + duration_s
    paths = tuple(cut for path in happened.truth.paths if (cut := _until(path, end)) is not None)
    return Session(layout, happened.observations, paths)


def store_of(scenario: Scenario) -> StoreLayout:
    """The demo store as the scenario has it."""
    layout = read_store(DEMO_STORE)
    cameras, fixtures = layout.file.camera, layout.file.fixture
    if scenario.cameras is not None:
        cameras = tuple(camera for camera in cameras if camera.id in scenario.cameras)
    if scenario.gondolas_m is not None:
        fixtures = tuple(
            msgspec.structs.replace(each, height=scenario.gondolas_m) if each.kind == "gondola" else each
            for each in fixtures
        )
    file = msgspec.structs.replace(layout.file, camera=cameras, fixture=fixtures)
    return msgspec.structs.replace(layout, file=file)


def _until(path: TruePath, end: float) -> TruePath | None:
    count = sum(t <= end for t in path.t)
    return msgspec.structs.replace(path, t=path.t[:count], xy=path.xy[:count]) if count else None


def plans_of(
    layout: StoreLayout, scenario: Scenario, settings: SimulationSettings, seed: int
) -> tuple[Plan, ...]:
    """Who comes: the first ones soon after each other, then as many as leave."""
    rng = np.random.default_rng([seed, 41])
    stocked = [slot for slot, skus in layout.skus_of_slot.items() if skus]
    plans: list[Plan] = []
    arrive = 1.0
    while arrive < DURATION_S:
        together = 2 if rng.random() < TOGETHER else 1
        for member in range(together):
            name = f"p{len(plans) + 1}"
            group = None if together == 1 else f"g{name}" if member == 0 else plans[-1].group
            errands: list[Errand] = []
            for _ in range(scenario.rounds):
                errands += random_errands(layout, stocked, settings, rng)[0]
            plans.append(
                Plan(person=name, arrive_s=arrive + 1.2 * member, errands=tuple(errands), group=group)
            )
        if len(plans) < FIRST * scenario.inside:
            arrive += 1.2 * together + float(rng.exponential(1.5))
        else:
            mean = together * scenario.rounds * ROUND_S / scenario.inside
            arrive += 1.2 * together + float(rng.exponential(max(0.1, mean - 1.2 * together)))
    return tuple(plans)


def occupancy(paths: Sequence[TruePath], after_s: float = 30.0) -> tuple[float, float, float]:
    """People inside, mean, 10th and 90th percentile over the seconds from ``after_s`` on."""
    first = min(path.t[0] for path in paths)
    times = np.arange(first + after_s, max(path.t[-1] for path in paths), 1.0)
    inside = sum((times >= path.t[0]) & (times <= path.t[-1]) for path in paths)
    counts = np.asarray(inside, dtype=float)
    return float(counts.mean()), float(np.percentile(counts, 10)), float(np.percentile(counts, 90))
