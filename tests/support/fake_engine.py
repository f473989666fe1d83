"""An engine that is only a play for the window's tests: shoppers walk and take as functions of time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from console.engine_process.link import EngineState
from inference.messages.observations import Detection, KeyPoint
from inference.messages.results import Alarm, Cart, CartLine, Person, ScaleChange, ShelfEvent
from inference.messages.said import Words
from inference.messages.shelves import Misplaced, ScaleDetail, ScaleEvent, ScaleFault, ScaleView, SlotMove
from inference.messages.wire import (
    Answer,
    CameraView,
    Command,
    DeviceStatus,
    Done,
    GetScale,
    Hold,
    HoldGate,
    Inside,
    PauseReplay,
    Refused,
    RestartDevice,
    SetOpen,
    SetReplaySpeed,
    Snapshot,
    SourceStatus,
    StoreTaken,
    TakeStore,
    TareScale,
)
from store_layout.layout_changes import LayoutChange
from store_layout.model import OpenCvCalibration, StoreLayout

EPOCH = 1_790_000_000.0
"""Store time at which the play begins: 2026-09-21 in the afternoon."""
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


def code_of(track: int) -> str:
    """A visit code that looks like a real one."""
    return f"{LETTERS[track * 7 % len(LETTERS)]}{track * 3 % 9 + 1}-{(track * 137) % 900 + 100}"


class FakeEngine:
    """Implements ``EngineLink``; :meth:`advance` moves its time. Commands are kept in ``asked``."""

    def __init__(
        self,
        layout: StoreLayout,
        shoppers: int = 5,
        *,
        with_pictures: Sequence[str] = (),
        recording: bool = True,
    ) -> None:
        self.layout = layout
        self.shoppers = shoppers
        self.state: EngineState = "running"
        self.why: Words = ""
        self.asked: list[Command] = []
        self.refuse: str | None = None
        self.closed = 0
        self.paused_since: float | None = None
        self.waiting = 1
        self.down: dict[str, DeviceStatus] = {}
        """Devices that are not live, by id."""
        self.was_closed = False
        self.levels: dict[str, float] = {s.id: 10 * self._unit_g(s.id) for s in layout.file.scale}
        """Grams on each scale, which is ten units; by id."""
        self.zeros: dict[str, tuple[float, float]] = {}
        self.faults: dict[str, tuple[ScaleFault, ...]] = {}
        self.felt: dict[str, tuple[float, float]] = {}
        """Time and grams of the latest event of a scale."""
        self.held: dict[str, Hold] = {}
        """Gates that can be held, and what they do."""
        self.taken: Answer = StoreTaken((LayoutChange("camera", "added", "new", "nothing"),))
        """What is answered when the store folder is to be read again."""
        self.renewed = 0
        self.misplaced: tuple[Misplaced, ...] = ()
        self._pictures = {c: _Picture(640, 360, i) for i, c in enumerate(with_pictures)}
        self._clock = 0.0
        self._seq = 0
        self._source = SourceStatus(
            kind="recording" if recording else "live",
            name="demo day" if recording else "store",
            duration_s=600.0 if recording else None,
            speed=1.0,
        )
        self._snapshot: Snapshot | None = None
        self._paths = _paths(layout, shoppers)
        self.advance(0.0)

    # -- EngineLink ----------------------------------------------------------------------------------

    def latest(self) -> Snapshot | None:
        return self._snapshot

    def request(self, command: Command) -> Answer:
        self.asked.append(command)
        if self.refuse is not None:
            return Refused(self.refuse)
        match command:
            case PauseReplay(paused=paused):
                self._source = msgspec.structs.replace(self._source, paused=paused)
            case SetReplaySpeed(speed=speed):
                self._source = msgspec.structs.replace(self._source, speed=speed)
            case SetOpen(open=is_open):
                self.paused_since = None if is_open else EPOCH + self._clock
            case HoldGate(gate=gate, hold=hold):
                self.held[gate] = hold
            case TakeStore():
                self.advance(0.0)
                return self.taken
            case RestartDevice(device=device):
                self.down.pop(device, None)
            case TareScale(scale=scale, load_g=load_g):
                self.zeros[scale] = (self.levels[scale] - load_g, EPOCH + self._clock)
                self.advance(0.0)
                return Done(f"{scale} counts from {self.zeros[scale][0]:+.0f} g, with {load_g:.0f} g on it")
            case GetScale(scale=scale, after=after):
                return self._detail(scale, after)
            case _:
                pass
        self.advance(0.0)
        return Done()

    def picture(self, name: str) -> NDArray[np.uint8] | None:
        picture = self._pictures.get(name)
        return picture.at(self._clock) if picture else None

    def renew(self) -> Words | None:
        self.renewed += 1
        return None

    def close(self) -> None:
        self.was_closed = True

    # -- the play ------------------------------------------------------------------------------------

    def silence(self) -> None:
        """No snapshot yet, as right after the start."""
        self._snapshot = None

    def play(self, snapshot: Snapshot) -> None:
        """Show this one, whatever the play says."""
        self._snapshot, self._seq = snapshot, snapshot.seq

    def advance(self, seconds: float) -> Snapshot:
        """Let time pass and make the next snapshot."""
        self._clock += seconds
        self._seq += 1
        t = EPOCH + self._clock
        inside = tuple(self._person(i, t) for i in range(self.shoppers))
        self._snapshot = Snapshot(
            engine="fake",
            seq=self._seq,
            t=t,
            source=msgspec.structs.replace(self._source, position_s=self._clock),
            inside=inside,
            carts=tuple(self._cart(i) for i in range(self.shoppers)),
            cameras=tuple(self._view(c.id, inside, t) for c in self.layout.file.camera),
            devices=self._devices(),
            events=self._events(t),
            alarms=(Alarm(t, "crowd", "floor", "More people than usual at the cooler"),),
            closed=self.closed,
            waiting=self.waiting,
            frames=self._seq * 8,
            observations=self._seq * 100,
            scales=tuple(self._scale(s.id, t) for s in self.layout.file.scale),
            misplaced=self.misplaced,
            paused_since=self.paused_since,
        )
        return self._snapshot

    def _unit_g(self, scale: str) -> float:
        slots = self.layout.slots_of_scale.get(scale, ())
        skus = self.layout.skus_of_slot[slots[0].id] if slots else ()
        return self.layout.products[skus[0]].weight_g if skus else 100.0

    def _scale(self, scale: str, t: float) -> ScaleView:
        zero, at = self.zeros.get(scale, (0.0, None))
        felt = self.felt.get(scale, (None, 0.0))
        level = self.levels[scale] - zero
        return ScaleView(scale, t, level, 1.5, False, self.faults.get(scale, ()), zero, at, *felt)

    def _detail(self, scale: str, after: float) -> ScaleDetail:
        now, zero = EPOCH + self._clock, self.zeros.get(scale, (0.0, None))[0]
        times = tuple(now - 60 + i / 10 for i in range(601) if now - 60 + i / 10 > after + 0.01)
        weights = tuple(self.levels[scale] - zero + math.sin(7 * t) for t in times)
        move = (SlotMove("g1-000", "4001", 1),)
        event = ScaleEvent("e1", EPOCH - 20, -355.0, move, "K7-204", 0.72)
        return ScaleDetail(scale, times, weights, zero, (event,))

    def _person(self, i: int, t: float) -> Inside:
        x, y, vx, vy = self._paths[i].at(self._clock)
        hidden = i % 5 == 3
        spread = 0.35 if hidden else 0.06 + 0.02 * (i % 3)
        return Inside(
            person=Person(
                track=i + 1,
                t=t,
                position=(x, y),
                covariance=(spread**2, 0.3 * spread**2, spread**2 * 0.6),
                velocity=(vx, vy),
                height_m=1.6 + 0.05 * (i % 6),
                identity=0.72 if i % 6 == 5 else 0.97,
                hidden=hidden,
                last_seen=t - (4.0 if hidden else 0.1),
            ),
            code=code_of(i + 1),
            entered_at=EPOCH - 40.0 * (i + 1),
            staff=i % 11 == 10,
        )

    def _cart(self, i: int) -> Cart:
        products = self.layout.catalog
        many = min(len(products), i % 4 + (1 if self._clock > 20 * (i + 1) else 0))
        lines = tuple(
            CartLine(
                sku=products[(i * 3 + k) % len(products)].sku,
                quantity=1 + (i + k) % 3,
                probability=0.72 if (i + k) % 5 == 4 else 0.97,
                events=(f"e{i}{k}",),
            )
            for k in range(many)
        )
        changed = EPOCH - 10 * i
        return Cart(visit=f"v{i + 1}", code=code_of(i + 1), track=i + 1, t=changed, lines=lines)

    def _events(self, t: float) -> tuple[ShelfEvent, ...]:
        scales = self.layout.file.scale
        if not scales:
            return ()
        newest = int(self._clock // 2)
        return tuple(
            self._event(n, scales[n * 5 % len(scales)].id) for n in range(max(0, newest - 7), newest)
        )

    def _event(self, n: int, scale: str) -> ShelfEvent:
        t = EPOCH + 2.0 * (n + 1)
        slots = self.layout.slots_of_scale[scale]
        grams = -330.0 if n % 3 else 250.0
        return ShelfEvent(
            id=f"{scale}@{t:.0f}",
            fixture=slots[0].fixture if slots else "",
            t_start=t - 0.8,
            t_peak=t - 0.5,
            t_end=t - 0.2,
            t_settled=t,
            delta_g=grams,
            sd_g=2.0,
            changes=(ScaleChange(scale, grams, 2.0),),
        )

    def _view(self, camera: str, inside: tuple[Inside, ...], t: float) -> CameraView:
        known = self.layout.cameras[camera]
        found: list[Detection] = []
        tracks: list[int | None] = []
        for shopper in inside:
            item = _seen_by(known.calibration, shopper.person, known.width, known.height)
            if item is not None and not shopper.person.hidden:
                found.append(item)
                tracks.append(shopper.person.track)
        return CameraView(
            camera=camera,
            t=t,
            width=known.width,
            height=known.height,
            items=tuple(found),
            tracks=tuple(tracks),
            picture=camera if camera in self._pictures else None,
        )

    def _devices(self) -> tuple[DeviceStatus, ...]:
        file = self.layout.file
        made = [
            *(DeviceStatus(c.id, "camera", "live", EPOCH, rate_hz=10.0, received=self._seq, latency_s=0.08)
              for c in file.camera),
            *(DeviceStatus(s.id, "scale", "live", EPOCH, rate_hz=s.rate_hz, received=self._seq * 20)
              for s in file.scale),
            *(DeviceStatus(g.id, "gate", "live", EPOCH, received=3, held=self.held.get(g.id))
              for g in file.gate),
        ]  # fmt: skip
        return tuple(self.down.get(d.device, d) for d in made)


class _Picture:
    """A camera picture that changes: a shaded room with a bar that moves."""

    def __init__(self, width: int, height: int, number: int) -> None:
        shade = np.linspace(70, 150, height, dtype=np.float32)[:, None] + np.linspace(-20, 20, width)[None, :]
        self._base = np.empty((height, width, 4), np.uint8)
        for channel, tint in enumerate((1.0, 0.96, 0.9 + 0.02 * number)):
            self._base[..., channel] = np.clip(shade * tint, 0, 255)
        self._base[..., 3] = 255

    def at(self, t: float) -> NDArray[np.uint8]:
        image = self._base.copy()
        x = int(t * 60) % (image.shape[1] - 20)
        image[40:-60, x : x + 20, :3] = 60
        return image


class _Loop:
    """Once round a rectangle, at walking pace."""

    def __init__(
        self, low: tuple[float, float], high: tuple[float, float], phase: float, speed: float
    ) -> None:
        (x1, y1), (x2, y2) = low, high
        self._corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
        self._length = 2 * ((x2 - x1) + (y2 - y1))
        self._phase, self._speed = phase, speed

    def at(self, t: float) -> tuple[float, float, float, float]:
        left = (self._phase * self._length + t * self._speed) % self._length
        for a, b in zip(self._corners, (*self._corners[1:], self._corners[0]), strict=True):
            side = math.dist(a, b)
            if left <= side:
                ux, uy = (b[0] - a[0]) / side, (b[1] - a[1]) / side
                return a[0] + ux * left, a[1] + uy * left, ux * self._speed, uy * self._speed
            left -= side
        return (*self._corners[0], 0.0, 0.0)


def _paths(layout: StoreLayout, shoppers: int) -> list[_Loop]:
    """Loops around the fixtures, spread so that nobody stands in somebody."""
    around = [
        ((min(x for x, _ in f.outline), min(y for _, y in f.outline)),
         (max(x for x, _ in f.outline), max(y for _, y in f.outline)))
        for f in layout.file.fixture if f.kind not in ("column", "cooler", "wall_shelf")
    ]  # fmt: skip
    xs, ys = [x for x, _ in layout.file.floor.outline], [y for _, y in layout.file.floor.outline]
    around.append(((min(xs) + 1.2, min(ys) + 1.2), (max(xs) - 1.2, max(ys) - 1.2)))
    loops = []
    for i in range(shoppers):
        (x1, y1), (x2, y2) = around[i % len(around)]
        margin = 0.45 + 0.08 * (i % 3)
        low = (max(x1 - margin, min(xs) + 0.3), max(y1 - margin, min(ys) + 0.3))
        high = (min(x2 + margin, max(xs) - 0.3), min(y2 + margin, max(ys) - 0.3))
        loops.append(_Loop(low, high, (i * 0.37) % 1.0, 0.5 + 0.06 * (i % 7)))
    return loops


def _seen_by(calibration: object, person: Person, width: int, height: int) -> Detection | None:
    """The box of a standing person, by the pinhole alone; None for other calibrations or out of view."""
    if not isinstance(calibration, OpenCvCalibration):
        return None
    x, y = person.position
    foot = _pixel(calibration, x, y, 0.0)
    head = _pixel(calibration, x, y, person.height_m)
    if foot is None or head is None or not (0 <= foot[0] < width and -height < head[1] < height):
        return None
    half = max(8.0, abs(foot[1] - head[1]) * 0.18)
    box = (min(foot[0], head[0]) - half, head[1], max(foot[0], head[0]) + half, foot[1])
    if box[3] <= box[1] or box[1] > height:
        return None
    reach = box[1] + 0.45 * (box[3] - box[1])
    return Detection(
        box=box,
        score=0.9,
        head=KeyPoint(*head),
        foot=KeyPoint(*foot),
        wrist_left=KeyPoint(box[0] + 3, reach, 0.8),
        wrist_right=KeyPoint(box[2] - 3, reach, 0.7),
    )


def _pixel(c: OpenCvCalibration, x: float, y: float, z: float) -> tuple[float, float] | None:
    seen = np.asarray(c.k) @ (np.asarray(c.r) @ np.array([x, y, z]) + np.asarray(c.t))
    return (float(seen[0] / seen[2]), float(seen[1] / seen[2])) if seen[2] > 0.2 else None
