"""Writes a recording of a store that does not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import Detections, GateSignal, Outage
from inference.recording import RecordingWriter, WeightBatch
from inference.recording.format import FrameTime
from inference.recording.truth import TrueBox, TrueHanded, TrueLine, TrueMove, TruePath, TrueVisit, Truth
from inference.simulation.faults import as_hung, check_faults, clock_off_s, is_lost, outages
from inference.simulation.hand_looks import HandLooks
from inference.simulation.people import Schedule
from inference.simulation.plans import Plan, random_plans
from inference.simulation.scale_faults import FaultyScale, check_scale_faults, scale_outages
from inference.simulation.settings import SimulationSettings
from inference.simulation.shelves import ScaleSignal, Shelves
from inference.simulation.sight import IGNORE_BELOW, SimulatedCamera
from inference.simulation.walkers import RATE_HZ, Action, Inside, Walker
from store_layout.model import StoreLayout

Floats = NDArray[np.float64]
Progress = Callable[[float, str], None]
"""Share done, 0 to 1, and what is being made."""

TAIL_S = 8.0
"""How long the recording goes on after the last one has left."""
BATCH_S = 1.0
PATH_HZ = 5
# Each part draws from a generator of its own, so that a change in one leaves the others as they were.
PLANS, PEOPLE, SHELVES, LOOKS, SCALES, CAMERAS, HELD = range(7)


def simulate(
    layout: StoreLayout,
    settings: SimulationSettings,
    seed: int,
    out: Path,
    progress: Progress | None = None,
    *,
    plans: tuple[Plan, ...] | None = None,
    store_folder: Path | None = None,
    note: str = "",
    film: Film | None = None,
) -> None:
    """Simulate visits to a store and write them to ``out`` as a recording with its truth.

    ``plans``: who comes and does what; None: a crowd by chance, as ``settings`` say. ``film``: what makes
    the cameras' pictures beside what a detector would say of them; None: no pictures. The same arguments
    give the same bytes. Raises ``ValueError`` for a store in which nobody can shop (no gate, no way, a slot
    out of reach) or whose cameras cannot have the faults of ``settings``, and ``RecordingError`` where
    ``out`` holds something already.
    """

    def tell(share: float, what: str) -> None:
        if progress is not None:
            progress(share, what)

    tell(0.0, "shoppers")
    stage = staged(layout, settings, seed, plans)
    with RecordingWriter(
        out,
        layout,
        started_at=settings.started_at,
        recording_id=f"simulated-{layout.file.store.id}-{seed}",
        store_folder=store_folder,
        raw_video=film is not None,
        appearance=settings.appearance_size > 0,
        simulated=True,
        note=note or "Simulated: nobody in it exists.",
    ) as writer:
        session = Session(writer, layout, settings, seed, stage)
        session.write_gates()
        session.write_outages()
        tell(0.05, "scales")
        session.write_scales()
        boxes: dict[str, tuple[TrueBox, ...]] = {}
        filmed = 0.0 if film is None else 0.8
        for number, camera in enumerate(layout.file.camera):
            tell(0.15 + (0.85 - filmed) * number / len(layout.file.camera), camera.name)
            boxes[camera.id] = session.write_camera(number)
        if film is not None:
            tell(1.0 - filmed, "pictures")
            for shot in film(
                session.happening(), lambda share: tell(1.0 - filmed * (1.0 - share), "pictures")
            ):
                writer.video(shot.camera, shot.video, shot.times, layout.cameras[shot.camera].fps)
                boxes[shot.camera] = shot.boxes
        writer.truth(session.truth(boxes))
        writer.close(ended_at=settings.started_at + session.end)
    tell(1.0, "done")


def _rng(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([seed, part])


class Stage(NamedTuple):
    """Who comes and goes, and what becomes of the goods."""

    walkers: list[Walker]
    actions: tuple[Action, ...]
    """What hands do, in order of time."""
    shelves: Shelves


def staged(
    layout: StoreLayout, settings: SimulationSettings, seed: int, plans: tuple[Plan, ...] | None = None
) -> Stage:
    """Let everybody do what they set out to do. Raises ``ValueError`` as :func:`simulate` does."""
    check_faults(settings.faults, layout)
    check_scale_faults(settings.scale_faults, layout)
    plans = random_plans(layout, settings, _rng(seed, PLANS)) if plans is None else plans
    schedule = Schedule(layout, settings, _rng(seed, PEOPLE))
    walkers = schedule.walkers(plans)
    shelves = Shelves(layout, settings, _rng(seed, SHELVES))
    for action in schedule.actions:
        shelves.act(action)
    for walker in walkers:
        person = walker.plan.person
        walker.handed = tuple(each for each in shelves.handed if person in (each.giver, each.receiver))
    return Stage(walkers, tuple(schedule.actions), shelves)


class Sink(Protocol):
    """Where a session is told: a recording, or memory."""

    def gate(self, seen: GateSignal) -> None:
        """Somebody was let in or out."""

    def outage(self, seen: Outage) -> None:
        """A device was silent."""

    def weights(self, batch: WeightBatch) -> None:
        """Readings of one scale."""

    def detections(self, seen: Detections) -> None:
        """What was seen in a picture."""


class Happening(NamedTuple):
    """A simulated session as far as pictures show it. Times are seconds from the start but for the moves'."""

    layout: StoreLayout
    """With the cameras as they truly look, whatever their calibrations say."""
    seed: int
    started_at: float
    walkers: tuple[Walker, ...]
    start_units: dict[str, dict[str, int]]
    """What is on the shelves at the start: slot -> sku -> units."""
    moves: tuple[TrueMove, ...]
    exposures: dict[str, tuple[tuple[int, float], ...]]
    """Number and time of each camera's pictures."""
    clocks_off_s: dict[str, float]
    """What each camera adds to these times in its stamps."""


class Shot(NamedTuple):
    """What one camera took."""

    camera: str
    video: Path
    times: tuple[FrameTime, ...]
    boxes: tuple[TrueBox, ...]


Film = Callable[[Happening, Callable[[float], None]], Iterable[Shot]]
"""Makes the pictures of a session; tells the share that is done."""


@dataclass
class Session:
    """What happened, and where it is told."""

    sink: Sink
    layout: StoreLayout
    settings: SimulationSettings
    seed: int
    stage: Stage

    def __post_init__(self) -> None:
        self.walkers = self.stage.walkers
        last = max((w.last / RATE_HZ for w in self.walkers), default=0.0)
        self.end = self.settings.duration_s or last + TAIL_S
        self._looks = _looks(self.walkers, self.settings, self.seed)
        self._hung = as_hung(self.layout, self.settings.faults)
        self._held = (
            HandLooks(self.layout, self.walkers, self.stage.actions, [self.seed, HELD])
            if self.settings.looks
            else None
        )

    def truth(self, boxes: dict[str, tuple[TrueBox, ...]]) -> Truth:
        """What truly happened; ``boxes``: everybody in every picture, by camera."""
        return Truth(
            paths=tuple(_path(walker, self.settings) for walker in self.walkers),
            boxes=boxes,
            visits=_true_visits(self.walkers, self.stage.shelves, self.settings),
            moves=tuple(self.stage.shelves.moves),
            handed=_handed(self.stage.shelves, self.settings) or msgspec.UNSET,
        )

    def write_gates(self) -> None:
        """Who was let in and out, on which card."""
        signals: list[GateSignal] = []
        for name, members in _parties(self.walkers).items():
            token = None if members[0].plan.staff else f"card-{name}"
            (gate_in, t_in) = min((w.entry for w in members), key=lambda passed: passed[1])
            (gate_out, t_out) = max((w.exit for w in members), key=lambda passed: passed[1])
            at = _store_time(self.settings, t_in)
            signals.append(GateSignal(gate_in, at, "entry", len(members), token))
            at = _store_time(self.settings, t_out)
            signals.append(GateSignal(gate_out, at, "exit", len(members), token))
        for signal in sorted(signals, key=lambda s: (s.t, s.gate, s.kind)):
            if signal.t <= self.settings.started_at + self.end:
                self.sink.gate(signal)

    def write_outages(self) -> None:
        """What is noticed of devices that are silent."""
        start = self.settings.started_at
        lost = outages(self.settings.faults, start, self.end)
        lost += scale_outages(self.settings.scale_faults, start, self.end)
        for outage in sorted(lost, key=lambda o: (o.t, o.device)):
            self.sink.outage(outage)

    def write_scales(self) -> None:
        """Readings, second by second."""
        faults, shelves = self.settings.scale_faults, self.stage.shelves
        faulty = {scale: FaultyScale(faults, scale) for scale in self.layout.scales}
        signals = {
            scale: ScaleSignal(self.layout, self.settings, shelves, scale, [self.seed, SCALES, number])
            for number, scale in enumerate(self.layout.scales)
        }
        for second in range(int(self.end / BATCH_S)):
            for number, (scale, signal) in enumerate(signals.items()):
                rate = signal.rate_hz
                first, after = (round(n * BATCH_S * rate) for n in (second, second + 1))
                # Scales are not in step with each other.
                times = (number % 7) / (7.0 * rate) + np.arange(first, after) / rate
                if len(times):
                    signal.settle(float(times[0]))
                    at = _store_time(self.settings, float(times[0]))
                    grams = faulty[scale].says(times, signal.read(times))
                    self.sink.weights(WeightBatch(scale, at, rate, tuple(grams), first))

    def happening(self) -> Happening:
        """All that a picture may show."""
        exposures = {
            camera.id: tuple(self._exposures(number)) for number, camera in enumerate(self.layout.file.camera)
        }
        return Happening(
            self._hung,
            self.seed,
            self.settings.started_at,
            tuple(self.walkers),
            self.stage.shelves.start_units,
            tuple(self.stage.shelves.moves),
            exposures,
            {camera: clock_off_s(self.settings.faults, camera) for camera in exposures},
        )

    def _exposures(self, number: int) -> Iterator[tuple[int, float]]:
        """Number and time of each picture that a camera takes and that arrives."""
        rng = np.random.default_rng([self.seed, CAMERAS, number, 1])
        about = self.layout.file.camera[number]
        period = 1.0 / about.fps
        phase = float(rng.uniform(0.1, 0.9)) * period
        for seq in range(int((self.end - period) / period)):
            jitter = float(np.clip(rng.normal(0, self.settings.frame_jitter_s), -0.1 * period, 0.1 * period))
            t = round(phase + seq * period + jitter, 3)
            if rng.random() >= self.settings.frame_loss and not is_lost(self.settings.faults, about.id, t):
                yield seq, t

    def write_camera(self, number: int) -> tuple[TrueBox, ...]:
        """What one camera's detector says; returns everybody in its pictures, truly."""
        about = self._hung.file.camera[number]
        off = clock_off_s(self.settings.faults, about.id)
        camera = SimulatedCamera(
            self.layout, about, self.settings, [self.seed, CAMERAS, number, 0], held=self._held
        )
        boxes: list[TrueBox] = []
        here = Inside(self.walkers)
        for seq, t in self._exposures(number):
            people = [self.walkers[i] for i in here.at(t * RATE_HZ)]
            sightings = camera.look(people, t)
            seen = camera.detect(sightings, self._looks, t, seq, stamp_s=t + off)
            self.sink.detections(seen)
            for s in sightings:
                x1, y1, x2, y2 = (round(v, 1) for v in s.box)
                boxes.append(TrueBox(seen.t, s.person, (x1, y1, x2, y2), ignore=s.visible < IGNORE_BELOW))
        return tuple(boxes)


def _parties(walkers: list[Walker]) -> dict[str, list[Walker]]:
    """Who came together, on one card: by the group's name, or the person's."""
    parties: dict[str, list[Walker]] = {}
    for walker in walkers:
        parties.setdefault(walker.plan.group or walker.plan.person, []).append(walker)
    return parties


def _looks(walkers: list[Walker], settings: SimulationSettings, seed: int) -> dict[str, Floats]:
    """What everybody looks like: a unit vector, partly common to all."""
    if not settings.appearance_size:
        return {}
    rng = _rng(seed, LOOKS)
    common = _unit(rng.normal(0, 1, settings.appearance_size)) * settings.appearance_common
    return {w.plan.person: _unit(common + _unit(rng.normal(0, 1, settings.appearance_size))) for w in walkers}


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector))


def _path(walker: Walker, settings: SimulationSettings) -> TruePath:
    step = RATE_HZ // PATH_HZ
    numbers = sorted({*range(0, len(walker.xy), step), len(walker.xy) - 1})
    return TruePath(
        person=walker.plan.person,
        t=tuple(_store_time(settings, (walker.first + n) / RATE_HZ) for n in numbers),
        xy=tuple((round(float(walker.xy[n, 0]), 3), round(float(walker.xy[n, 1]), 3)) for n in numbers),
    )


def _true_visits(
    walkers: list[Walker], shelves: Shelves, settings: SimulationSettings
) -> tuple[TrueVisit, ...]:
    return tuple(
        TrueVisit(
            person=walker.plan.person,
            entered_at=_store_time(settings, walker.entry[1]),
            left_at=_store_time(settings, walker.exit[1]),
            lines=tuple(TrueLine(sku, n) for sku, n in shelves.carried(walker.plan.person).items()),
            staff=walker.plan.staff,
            tricky=walker.plan.tricky,
            group=walker.plan.group,
        )
        for walker in walkers
    )


def _handed(shelves: Shelves, settings: SimulationSettings) -> tuple[TrueHanded, ...]:
    return tuple(
        TrueHanded(_store_time(settings, each.t), each.giver, each.receiver, each.sku, each.units)
        for each in shelves.handed
    )


def _store_time(settings: SimulationSettings, t: float) -> float:
    return round(settings.started_at + float(t), 4)
