"""A small deterministic stand-in for the pipeline, its store, its recording and its ledger.

Whatever it is shown leaves a trace in every visit that closes later: appearances, weights, marks, the order.
A recovery that loses, doubles or reorders anything therefore gives other visits.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import (
    Appearance,
    Cart,
    CartChanged,
    CartLine,
    ClosedVisit,
    Detection,
    Detections,
    FloorUpdate,
    GateSignal,
    Observation,
    Person,
    Result,
    ShelfEvent,
    StaffMark,
    Tick,
    VisitClosed,
    VisitOpened,
    WeightReading,
)
from inference.messages.codec import Vectors, from_msgpack, to_msgpack
from inference.messages.results import CardInside
from inference.messages.shelves import Misplaced, ScaleLevel, UnderWay
from store_layout.model import (
    Camera,
    Floor,
    Gate,
    MatrixCalibration,
    Scale,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

POISON_G = 666.0
"""A weight on which the fake pipeline fails, after it has already changed its state."""
STARTED_AT = 1_700_000_000.0
STEP_S = 0.01
LOOK = 16
"""Numbers in an appearance."""


class _Visit(msgspec.Struct):
    visit: str
    code: str
    track: int
    entered_at: float
    grams: float = 0.0
    staff: bool = False


class FakeState(msgspec.Struct):
    seen: int = 0
    trace: float = 0.0
    tracks: int = 0
    open: list[_Visit] = []
    look: Appearance | None = None
    histogram: NDArray[np.float64] = msgspec.field(default_factory=lambda: np.zeros(8))


class FakeFlow:
    """Same interface as ``inference.pipeline.Pipeline``."""

    def __init__(self, layout: StoreLayout, salt: str = "") -> None:
        self._layout, self._salt = layout, salt
        self.state = FakeState()
        self.levels: tuple[ScaleLevel, ...] = ()
        self.busy = UnderWay()

    def step(self, seen: Observation) -> list[Result]:
        self.state.seen += 1
        self.state.trace = (self.state.trace * 0.999 + seen.t % 97.0) % 1e6
        match seen:
            case Detections():
                return self._look(seen)
            case GateSignal(kind="entry"):
                return [self._enter(seen)]
            case GateSignal(kind="exit"):
                return [self._close(self.state.open.pop(0), seen.t)] if self.state.open else []
            case WeightReading():
                return self._weigh(seen)
            case StaffMark(code=code, staff=staff):
                for visit in self.state.open:
                    visit.staff = staff if visit.code == code else visit.staff
                return []
            case _:
                return []

    def finish(self, t: float) -> list[Result]:
        visits, self.state.open = self.state.open, []
        return [self._close(visit, None, t) for visit in visits]

    def checkpoint(self, appearances: Vectors | None = None) -> bytes:
        return to_msgpack(self.state, appearances)

    def restore(self, data: bytes, appearances: Vectors | None = None) -> None:
        self.state = from_msgpack(data, FakeState, appearances)

    def take_over(self, data: bytes, before: StoreLayout, appearances: Vectors | None = None) -> None:
        self.restore(data, appearances)
        self.state.trace += len(before.file.camera) + 10 * len(self._layout.file.camera)

    def under_way(self) -> UnderWay:
        return self.busy

    def scale_levels(self) -> tuple[ScaleLevel, ...]:
        return self.levels

    def misplaced(self) -> tuple[Misplaced, ...]:
        return ()

    def cards_inside(self) -> tuple[CardInside, ...]:
        return ()

    def _look(self, seen: Detections) -> list[Result]:
        state = self.state
        for item in seen.items:
            if item.appearance is not None:
                now = item.appearance.vector
                before = np.zeros(LOOK, np.float32) if state.look is None else state.look.vector
                if now.size == LOOK == before.size:
                    state.look = Appearance((0.9 * before + 0.1 * now).astype(np.float32))
                else:
                    state.look = Appearance(np.zeros(LOOK, np.float32))
            state.histogram[int(item.box[0]) % 8] += item.score
        people = tuple(
            Person(
                v.track,
                seen.t,
                (1.0, 2.0),
                (0.1, 0.0, 0.1),
                (0.0, 0.0),
                1.7,
                0.99,
                False,
                seen.t,
                seen_in=((seen.camera, i),) if i < len(seen.items) else (),
            )
            for i, v in enumerate(state.open)
        )
        return [FloorUpdate(seen.t, people)]

    def _enter(self, seen: GateSignal) -> Result:
        self.state.tracks += 1
        visit = f"{seen.gate}-{seen.t:.3f}"
        code = hashlib.sha256(f"{self._salt}{visit}".encode()).hexdigest()[:6]
        self.state.open.append(_Visit(visit, code, self.state.tracks, seen.t))
        return VisitOpened(visit, code, self.state.tracks, seen.t, seen.gate)

    def _weigh(self, seen: WeightReading) -> list[Result]:
        self.state.trace += seen.grams
        if seen.grams == POISON_G:
            raise ValueError("this weight cannot be")
        if not self.state.open or seen.grams < 50:
            return []
        visit = self.state.open[int(seen.grams) % len(self.state.open)]
        visit.grams += seen.grams
        event = ShelfEvent(
            f"{seen.scale}-{seen.t:.3f}", "f", seen.t, seen.t, seen.t, seen.t, -seen.grams, 1.0, ()
        )
        line = CartLine("sku", int(visit.grams // 100), 0.9, (event.id,))
        return [
            event,
            CartChanged(Cart(visit.visit, visit.code, visit.track, seen.t, (line,)), event.id, seen.t),
        ]

    def _close(self, visit: _Visit, left_at: float | None, t: float | None = None) -> Result:
        state = self.state
        look = 0.0 if state.look is None else float(np.float64(state.look.vector).sum())
        note = f"{state.seen} {state.trace!r} {look!r} {state.histogram.tolist()!r}"
        return VisitClosed(
            ClosedVisit(
                visit.visit,
                visit.code,
                visit.track,
                visit.entered_at,
                left_at,
                "door",
                "door" if left_at else None,
                left_at or t or 0.0,
                (CartLine("sku", int(visit.grams // 100), 0.9),),
                0.9,
                "staff" if visit.staff else "issue",
                notes=(note,),
            )
        )


def fake_layout(name: str = "fake") -> StoreLayout:
    square = ((0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0))
    matrix = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0))
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id=name, name=name),
            floor=Floor(outline=square),
            scale=(Scale(id="s0"),),
            camera=(
                Camera(id="c0", name="c0", width=64, height=48, calibration=MatrixCalibration(p=matrix)),
            ),
            gate=(Gate(id="door", name="door", kind="both", outline=square),),
        )
    )


def fake_observations(count: int, seed: int = 1) -> list[Observation]:
    """``count`` observations, ``STEP_S`` apart."""
    rng = random.Random(seed)
    found: list[Observation] = []
    for i in range(count):
        t = STARTED_AT + i * STEP_S
        kind = rng.random()
        if kind < 0.02:
            found.append(GateSignal("door", t, "entry"))
        elif kind < 0.036:
            found.append(GateSignal("door", t, "exit"))
        elif kind < 0.5:
            found.append(WeightReading("s0", t, round(rng.uniform(0, 200), 1), i))
        elif kind < 0.6:
            found.append(Tick(t))
        else:
            found.append(Detections("c0", t, i, 64, 48, tuple(_detection(rng) for _ in range(2))))
    return found


def _detection(rng: random.Random) -> Detection:
    look = np.asarray([rng.gauss(0, 1) for _ in range(LOOK)], np.float32)
    x = rng.uniform(0, 60)
    return Detection((x, 1.0, x + 3, 9.0), round(rng.random(), 3), appearance=Appearance(look))


def undisturbed(observations: list[Observation], salt: str = "") -> dict[str, bytes]:
    """Visits of an engine that nothing happens to: id to bytes."""
    flow = FakeFlow(fake_layout(), salt)
    results = [r for seen in observations for r in flow.step(seen)]
    results += flow.finish(max(o.t for o in observations))
    return {r.closed.visit: to_msgpack(r.closed) for r in results if isinstance(r, VisitClosed)}


def play_from(observations: list[Observation], position: int) -> Iterator[Observation]:
    yield from observations[position:]


class MemorySink:
    """Keeps visits by id; posting other bytes under a known id fails, as a ledger must never see it."""

    def __init__(self) -> None:
        self.visits: dict[str, bytes] = {}
        self.posts = 0

    def post(self, closed: VisitClosed) -> None:
        self.posts += 1
        body = to_msgpack(closed.closed)
        if self.visits.setdefault(closed.closed.visit, body) != body:
            raise AssertionError(f"{closed.closed.visit} was posted with other bytes before")

    def close(self) -> None:
        pass


class SqliteSink:
    """The same in a file, one transaction a visit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None

    def post(self, closed: VisitClosed) -> None:
        if self._db is None:
            self._db = sqlite3.connect(self._path, isolation_level=None, timeout=10)
            self._db.execute("CREATE TABLE IF NOT EXISTS visit (id TEXT PRIMARY KEY, body BLOB) STRICT")
        body = to_msgpack(closed.closed)
        self._db.execute("INSERT OR IGNORE INTO visit VALUES (?, ?)", (closed.closed.visit, body))
        (kept,) = self._db.execute("SELECT body FROM visit WHERE id = ?", (closed.closed.visit,)).fetchone()
        if kept != body:
            raise AssertionError(f"{closed.closed.visit} was posted with other bytes before")

    def close(self) -> None:
        if self._db is not None:
            self._db.close()


def visits_in(path: Path) -> dict[str, bytes]:
    """What a :class:`SqliteSink` kept."""
    with sqlite3.connect(path) as db:
        found = dict(db.execute("SELECT id, body FROM visit").fetchall())
    db.close()
    return found
