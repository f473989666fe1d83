"""A hundred people in a hall who are all seen: what a window has to show at its fullest.

A shop's aisles do not hold a hundred people whom a tracker could tell apart; the window must bear them all
the same. So this hall is wide, its cameras hang high, ten turnstiles let everybody in within a quarter of a
minute, and each keeps walking and taking in a place of their own. What devices say is simulated as ever.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.recording import RecordingWriter
from inference.simulation import SimulationSettings
from inference.simulation.plans import Plan
from inference.simulation.shelves import Shelves
from inference.simulation.sight import SimulatedCamera
from inference.simulation.simulate import Session, Stage
from inference.simulation.walkers import RATE_HZ, Action, Reach, Walker
from store_layout.aim import looking_at
from store_layout.model import (
    Camera,
    Facing,
    Fixture,
    Floor,
    Gate,
    Point2,
    Product,
    Scale,
    Slot,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

Floats = NDArray[np.float64]

LENGTH_M, WIDTH_M = 30.0, 20.0
ROWS_M = (3.0, 7.0, 11.0, 15.0, 19.0, 23.0, 27.0)
"""Middles of the gondolas, which stand along y."""
HALF_M, FROM_M, TO_M = 0.4, 4.5, 17.5
SLOTS_EACH = 10
"""On each side of a gondola."""
GATES = 10
EACH_S = 1.5
"""One turnstile lets one person in so often."""
SPEED = 1.5
CAMERAS_M = tuple((x, y) for y in (5.0, 15.0) for x in (3.75, 11.25, 18.75, 26.25))
CAMERA_HEIGHT_M, FIELD_DEG = 6.5, 88.0
SEES_M = (5.5, 7.0)
"""Beyond this along x and y nobody is in the picture."""
STOCK, PRODUCTS = 60, 40
STROLL_M, STROLL_HZ = 0.55, 0.11
"""How far and how often people walk along their place of the shelf."""
STAND_M = 0.75
"""From the shelf."""
TAKE_EACH_S = 11.0


def full_hall(
    target: Path, seconds: float, people: int, fps: float, progress: Callable[[str], None]
) -> float:
    """Write the recording; gives from which second on everybody is inside and at their place."""
    layout = hall(fps)
    ready_s = math.ceil(people / GATES * EACH_S + (LENGTH_M + WIDTH_M) / 2 / SPEED)
    end = ready_s + seconds
    settings = SimulationSettings(
        visits=people, duration_s=end, frame_jitter_s=0.0, scale_noise_g=(0.6, 1.0), drift_g=0.0, clutter=0.0
    )
    rng = np.random.default_rng(3)
    walkers = [_walker(number, people, end, rng) for number in range(people)]
    shelves = Shelves(layout, settings, rng)
    actions = sorted(_actions(walkers))
    for action in actions:
        shelves.act(action)
    with RecordingWriter(
        target,
        layout,
        started_at=settings.started_at,
        recording_id=f"hall-{people}",
        appearance=True,
        simulated=True,
    ) as writer:
        session = Session(writer, layout, settings, 3, Stage(walkers, tuple(actions), shelves))
        session.write_gates()
        progress("scales")
        session.write_scales()
        looks = _looks(walkers, settings, rng)
        for number, about in enumerate(layout.file.camera):
            progress(f"camera {number + 1} of {len(layout.file.camera)}")
            _see(writer, layout, about, number, settings, walkers, looks, end)
        writer.close(ended_at=settings.started_at + end)
    return float(ready_s)


def hall(fps: float) -> StoreLayout:
    """Seven gondolas of twenty slots, each with its scale, under eight cameras."""
    fixtures, slots, scales = [], [], []
    for row, x in enumerate(ROWS_M):
        west, east = x - HALF_M, x + HALF_M
        outline = ((west, FROM_M), (east, FROM_M), (east, TO_M), (west, TO_M))
        fixtures.append(Fixture(id=f"row{row + 1}", name=f"Row {row + 1}", outline=outline, height=1.4))
        step = (TO_M - FROM_M) / SLOTS_EACH
        for side, (low_x, high_x) in (("w", (west, x - 0.02)), ("e", (x + 0.02, east))):
            for n in range(SLOTS_EACH):
                y = FROM_M + n * step
                name = f"{row + 1}{side}{n + 1}"
                low = (round(low_x, 3), round(y, 3), 0.9)
                high = (round(high_x, 3), round(y + step - 0.02, 3), 1.3)
                scales.append(Scale(id=f"s{name}", rate_hz=4.0))
                slots.append(
                    Slot(id=name, fixture=f"row{row + 1}", shelf=0, low=low, high=high, scale=f"s{name}")
                )
    products = tuple(
        Product(sku=f"{10_000_000 + n}", name=f"Product {n + 1}", price=99 + 10 * n, weight_g=80.0 + 17.0 * n)
        for n in range(PRODUCTS)
    )
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id="hall", name="Hall"),
            floor=Floor(outline=((0.0, 0.0), (LENGTH_M, 0.0), (LENGTH_M, WIDTH_M), (0.0, WIDTH_M))),
            fixture=tuple(fixtures),
            slot=tuple(slots),
            scale=tuple(scales),
            camera=tuple(_camera(number, place, fps) for number, place in enumerate(CAMERAS_M)),
            gate=tuple(_gate(number) for number in range(GATES)),
        ),
        catalog=products,
        planogram=tuple(
            Facing(slot=slot.id, sku=products[n % PRODUCTS].sku, facings=4, stock=STOCK)
            for n, slot in enumerate(slots)
        ),
    )


def _camera(number: int, place: Point2, fps: float) -> Camera:
    x, y = place
    return Camera(
        id=f"cam{number + 1}",
        name=f"Camera {number + 1}",
        width=640,
        height=480,
        fps=fps,
        calibration=looking_at((x, y, CAMERA_HEIGHT_M), (x + 0.7, y, 0.0), 640, 480, FIELD_DEG),
    )


def _gate(number: int) -> Gate:
    x = _gate_x(number)
    outline = ((x - 0.6, 0.0), (x + 0.6, 0.0), (x + 0.6, 0.9), (x - 0.6, 0.9))
    return Gate(id=f"gate{number + 1}", name=f"Gate {number + 1}", kind="both", outline=outline)


def _gate_x(number: int) -> float:
    return (number + 0.5) * LENGTH_M / GATES


def _walker(number: int, people: int, end: float, rng: np.random.Generator) -> Walker:
    """Through a turnstile, along the front, down an aisle, to a place of one's own; there until the end."""
    arrive = 0.5 + (number // GATES) * EACH_S + float(rng.uniform(0.0, 0.3))
    faces = [(x, side) for x in ROWS_M for side in (-1.0, 1.0)]
    # The sides of the gondolas in turn, from the back to the front: nobody passes who stands.
    x, side = faces[number % len(faces)]
    deep = math.ceil(people / len(faces))
    y = TO_M - 0.6 - (number // len(faces)) * (TO_M - FROM_M - 1.2) / max(1, deep - 1)
    spot = np.array([x + side * (HALF_M + STAND_M), y])
    gate = min(range(GATES), key=lambda g: abs(_gate_x(g) - spot[0]) + 100 * (g % GATES != number % GATES))
    aisle = x + side * 1.7
    corners = [np.array([_gate_x(gate), 0.4]), np.array([_gate_x(gate), 1.6]), np.array([aisle, 3.0])]
    corners += [np.array([aisle, y]), spot]
    at, t = [arrive], arrive
    for a, b in pairwise(corners):
        t += float(np.hypot(*(b - a))) / SPEED
        at.append(t)
    first = math.ceil(arrive * RATE_HZ)
    times = np.arange(first, int((end + 1.0) * RATE_HZ)) / RATE_HZ
    xy = np.column_stack([np.interp(times, at, [c[k] for c in corners]) for k in (0, 1)])
    there = times > t
    xy[there, 1] += STROLL_M * np.sin(2 * np.pi * STROLL_HZ * (times[there] - t))
    steps = np.gradient(xy, axis=0)
    heading = np.where(there, np.pi if side > 0 else 0.0, np.arctan2(steps[:, 1], steps[:, 0]))
    name, due = f"p{number + 1}", t + 2.0 + float(rng.uniform(0.0, TAKE_EACH_S))
    reaches = []
    while due < end - 2.0:
        here = xy[min(len(xy) - 1, round((due - arrive) * RATE_HZ))]
        reaches.append(Reach(due, "right", (x + side * 0.2, float(here[1]), 1.1)))
        due += TAKE_EACH_S
    return Walker(
        plan=Plan(person=name, arrive_s=arrive),
        height=float(np.clip(rng.normal(1.72, 0.08), 1.5, 2.0)),
        first=first,
        xy=xy,
        heading=heading,
        reaches=reaches,
        entry=(f"gate{gate + 1}", arrive + 0.3),
        exit=(f"gate{gate + 1}", end + 5.0),
    )


def _actions(walkers: list[Walker]) -> list[Action]:
    step = (TO_M - FROM_M) / SLOTS_EACH
    found = []
    for walker in walkers:
        for reach in walker.reaches:
            x, y, _ = reach.target
            row = min(range(len(ROWS_M)), key=lambda n: abs(ROWS_M[n] - x))
            side = "e" if x > ROWS_M[row] else "w"
            slot = f"{row + 1}{side}{min(SLOTS_EACH, int((y - FROM_M) / step) + 1)}"
            found.append(Action(reach.t, walker.plan.person, "take", slot, None, 1))
    return found


def _looks(
    walkers: list[Walker], settings: SimulationSettings, rng: np.random.Generator
) -> dict[str, Floats]:
    size = settings.appearance_size
    common = rng.normal(0.0, 1.0, size)
    drawn = {w.plan.person: settings.appearance_common * common + rng.normal(0.0, 1.0, size) for w in walkers}
    return {person: look / np.linalg.norm(look) for person, look in drawn.items()}


def _see(
    writer: RecordingWriter,
    layout: StoreLayout,
    about: Camera,
    number: int,
    settings: SimulationSettings,
    walkers: list[Walker],
    looks: dict[str, Floats],
    end: float,
) -> None:
    """What this camera's detector says, picture by picture: only of those who may be in it."""
    camera = SimulatedCamera(layout, about, settings, [3, number])
    place = np.array(CAMERAS_M[number])
    for seq in range(int(end * about.fps) - 1):
        t = round((seq + (number + 0.5) / len(CAMERAS_M)) / about.fps, 3)
        n = int(t * RATE_HZ)
        near = [
            w
            for w in walkers
            if w.first <= n < w.last and bool((np.abs(w.xy[n - w.first] - place) < SEES_M).all())
        ]
        writer.detections(camera.detect(camera.look(near, t), looks, t, seq))
