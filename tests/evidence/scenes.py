"""A shelf event in the small store, seen by its cameras: somebody at slot B1 in front of gondola B."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.evidence.film import Film
from inference.evidence.keeper import EvidenceKeeper
from inference.messages import (
    Attribution,
    CartLine,
    ClosedVisit,
    Detection,
    Detections,
    Explanation,
    FloorUpdate,
    Frame,
    ItemMove,
    KeyPoint,
    Person,
    Question,
    Result,
    ScaleChange,
    ShelfEvent,
    Tick,
    VisitClosed,
    WeightReading,
)
from store_layout.camera_geometry import camera_model
from tests.support.stores import HEIGHT, WIDTH, small_store

LAYOUT = small_store()
FPS = 5.0
T = 1_772_442_000.0
"""The moment of the hand."""
TRACK = 7
PLACE = (2.4, 2.45)
"""Before gondola B, whose slots are reached from the north."""
TALL = 1.75
SLOT = "B1"


def person(t: float, index: dict[str, int], place: tuple[float, float] = PLACE) -> Person:
    """Whom the cameras follow."""
    return Person(
        track=TRACK,
        t=t,
        position=place,
        covariance=(0.01, 0.0, 0.01),
        velocity=(0.0, 0.0),
        height_m=TALL,
        identity=0.99,
        hidden=False,
        last_seen=t,
        seen_in=tuple(index.items()),
    )


@cache
def detection(camera: str, place: tuple[float, float] = PLACE) -> Detection:
    """Somebody of that height there, as a camera sees them."""
    model = camera_model(LAYOUT.cameras[camera])
    x, y = place
    r = 0.25
    body = [(x + dx, y + dy, z) for dx in (-r, r) for dy in (-r, r) for z in (0.0, TALL)]
    hand = LAYOUT.slots[SLOT].centre
    pixels, front = model.project(np.array([*body, (x, y, TALL - 0.12), (x, y, 0.0), hand]))
    assert front.all()
    (x1, y1), (x2, y2) = pixels[:8].min(axis=0), pixels[:8].max(axis=0)
    head, foot, wrist = (KeyPoint(float(u), float(v), 0.9) for u, v in pixels[8:])
    return Detection(
        (float(x1), float(y1), float(x2), float(y2)), 0.9, head=head, foot=foot, wrist_right=wrist
    )


@cache
def noise(number: int) -> NDArray[np.uint8]:
    """A picture in which every pixel tells: nothing of it can be had back once it is blended."""
    made = np.random.default_rng(number).integers(0, 2, (HEIGHT // 4, WIDTH // 4, 1), np.uint8) * 255
    return np.repeat(np.kron(made[:, :, 0], np.ones((4, 4), np.uint8))[:, :, None], 3, axis=2)


def event(name: str = "scale-B1@1.000", t: float = T) -> ShelfEvent:
    """Something was taken from the slot."""
    return ShelfEvent(
        id=name,
        fixture="B",
        t_start=t - 0.6,
        t_peak=t,
        t_end=t + 0.5,
        t_settled=t + 1.0,
        delta_g=-98.0,
        sd_g=2.0,
        changes=(ScaleChange("scale-B1", -98.0, 2.0),),
    )


def attribution(of: ShelfEvent, sureness: float = 0.6) -> Attribution:
    """Who may have taken it."""
    return Attribution(
        of,
        (
            Explanation(sureness, TRACK, (ItemMove("2000000000077", 1, SLOT),)),
            Explanation(1 - sureness, None, ()),
        ),
    )


def closed(of: ShelfEvent, decision: str = "review", visit: str = "visit 1") -> VisitClosed:
    """The visit is over."""
    asked = attribution(of)
    question = Question(of.id, "Batteries?", asked.explanations, 100)
    return VisitClosed(
        ClosedVisit(
            visit=visit,
            code="A1-001",
            track=TRACK,
            entered_at=T - 60,
            left_at=T + 30,
            gate_in="door",
            gate_out="door",
            closed_at=T + 32,
            lines=(CartLine("2000000000077", 1, 0.6, (of.id,)),),
            probability=0.6,
            decision=decision,  # type: ignore[arg-type]  # one of its words
            questions=(question,) if decision == "review" else (),
        )
    )


class Store:
    """The store's state thread and cameras, without an engine."""

    def __init__(self, folder: Path, *, sees: bool = True, cameras: tuple[str, ...] | None = None) -> None:
        """``sees``: whether a detector looks at the pictures."""
        self.keeper = EvidenceKeeper(LAYOUT, folder, Film())
        self._sees = sees
        self._cameras = tuple(c.id for c in LAYOUT.file.camera) if cameras is None else cameras
        self.folder = folder
        self.pictures: dict[tuple[str, float], NDArray[np.uint8]] = {}

    def pass_time(self, begin: float, end: float, of: ShelfEvent | None = None) -> None:
        """Cameras, the scale and the pipeline say what they say; ``of`` is found when it has settled."""
        told = of is None
        for n in range(round((end - begin) * FPS)):
            t = round(begin + n / FPS, 3)
            for camera in self._cameras:
                self.pictures[camera, t] = noise(n % 40)
                self.keeper.film.take(Frame(camera, n, t, self.pictures[camera, t]))
                seen = Detections(camera, t, n, WIDTH, HEIGHT, (detection(camera),) if self._sees else ())
                update = FloorUpdate(t, (person(t, {camera: 0}),)) if self._sees else None
                if self._sees:
                    self.keeper.saw(seen, [update] if update else [])
            for k in range(4):
                at = t + 0.05 * k
                self.keeper.saw(WeightReading("scale-B1", at, 980.0 if at < T else 882.0), [])
            if not told and of is not None and t >= of.t_settled:
                told = True
                results: list[Result] = [of, attribution(of)]
                self.keeper.saw(WeightReading("scale-B1", t + 0.17, 882.0), results)

    def tell(self, *results: Result, t: float = T + 32) -> None:
        """Results at some moment."""
        self.keeper.saw(Tick(t), results)
        assert self.keeper.cutter.wait(20)

    def close(self) -> None:
        """End its thread."""
        self.keeper.close()
