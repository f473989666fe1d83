"""One simulated session in memory: what the devices said, in order, and what truly happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from inference.messages import Detections, GateSignal, Observation, Outage, Tick, WeightReading
from inference.recording import TICK_S
from inference.recording.format import WeightBatch
from inference.recording.streams import CAMERA, GATE, OUTAGE, WEIGHT
from inference.recording.truth import Truth
from inference.simulation import Plan, SimulationSettings, simulate
from inference.simulation.formats import FormatName, ScaleKind, store_of
from inference.simulation.profiles import PROFILES, ProfileName, plans_of, settings_of
from inference.simulation.shelves import Step
from inference.simulation.simulate import Film, Progress, Session, Stage, staged
from store_layout.model import StoreLayout


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Which session: the same trial is the same session, to the byte."""

    profile: ProfileName
    format: FormatName
    scales: ScaleKind
    seed: int
    visits: int = 24


class Happened(NamedTuple):
    """A session."""

    layout: StoreLayout
    """As the store's files have it."""
    started_at: float
    """Store time of the beginning."""
    observations: tuple[Observation, ...]
    """In the order of a replay, with ticks."""
    batches: tuple[WeightBatch, ...]
    """The same readings as they were made."""
    truth: Truth
    stage: Stage

    @property
    def steps(self) -> list[Step]:
        """What each of the truth's moves did to its scale; in the same order: every slot lies on a scale."""
        return self.stage.shelves.steps


class _Memory:
    """Takes what a session tells."""

    def __init__(self) -> None:
        self.items: list[tuple[float, int, str, int, Observation]] = []
        self.batches: list[WeightBatch] = []

    def gate(self, seen: GateSignal) -> None:
        self._add(seen.t, GATE, seen.gate, seen)

    def outage(self, seen: Outage) -> None:
        self._add(seen.t, OUTAGE, seen.device, seen)

    def detections(self, seen: Detections) -> None:
        self._add(seen.t, CAMERA, seen.camera, seen)

    def weights(self, batch: WeightBatch) -> None:
        self.batches.append(batch)
        for i, grams in enumerate(batch.grams):
            if grams is not None:
                t = batch.t + i / batch.rate_hz
                self._add(t, WEIGHT, batch.scale, WeightReading(batch.scale, t, grams))

    def _add(self, t: float, kind: int, device: str, seen: Observation) -> None:
        self.items.append((t, kind, device, len(self.items), seen))

    def observations(self, start: float, end: float) -> Iterator[Observation]:
        """All of it, with ticks."""
        due = start + TICK_S
        for t, _, _, _, seen in sorted(self.items, key=lambda item: item[:4]):
            while due <= t:
                yield Tick(due)
                due += TICK_S
            yield seen
        while due <= end:
            yield Tick(due)
            due += TICK_S


def _set_out(trial: Trial) -> tuple[StoreLayout, SimulationSettings, tuple[Plan, ...]]:
    """The store, its devices, and who comes."""
    profile = PROFILES[trial.profile]
    layout = store_of(trial.format, trial.scales, trial.seed)
    plans = plans_of(profile, trial.format, layout, trial.visits, trial.seed)
    return layout, settings_of(profile, layout, trial.seed), plans


def record(trial: Trial, out: Path, progress: Progress | None = None, film: Film | None = None) -> None:
    """Write it as a recording, to be looked at: the devices say the same as in :func:`happen`.

    ``film``: what makes the cameras' pictures too; None: no pictures. Raises what
    :func:`inference.simulation.simulate` raises.
    """
    layout, settings, plans = _set_out(trial)
    simulate(layout, settings, trial.seed, out, progress, plans=plans, film=film)


def happen(trial: Trial) -> Happened:
    """Simulate it. Raises ``ValueError`` for a format in which nobody can shop."""
    layout, settings, plans = _set_out(trial)
    return happen_in(layout, settings, plans, trial.seed)


def happen_in(
    layout: StoreLayout,
    settings: SimulationSettings,
    plans: tuple[Plan, ...],
    seed: int,
    *,
    scales: bool = True,
) -> Happened:
    """Simulate these plans in this store. Raises ``ValueError`` where nobody can shop.

    ``scales``: False where only people matter, for a third of the time: no scale says anything.
    """
    stage = staged(layout, settings, seed, plans)
    memory = _Memory()
    session = Session(memory, layout, settings, seed, stage)
    session.write_gates()
    session.write_outages()
    if scales:
        session.write_scales()
    boxes = {camera.id: session.write_camera(i) for i, camera in enumerate(layout.file.camera)}
    start = settings.started_at
    return Happened(
        layout,
        start,
        tuple(memory.observations(start, start + session.end)),
        tuple(memory.batches),
        session.truth(boxes),
        stage,
    )
