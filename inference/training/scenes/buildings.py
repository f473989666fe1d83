"""Houses as boxes with painted fronts, walls, fences and the far horizon."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import Mesh, merged
from inference.simulation.rendering.scene import Surface
from inference.training.scenes.noise import cloudy, quantised
from inference.training.scenes.pictures import WALLS, bricks, colour, corrugated, facade, neutral, plaster
from inference.training.scenes.shapes import bar, box, mesh_of, moved, panel
from inference.training.scenes.stage_set import Part, Place, Prop, StageSet

Floats = NDArray[np.float64]

STOREY_M, BAY_M = 3.0, 3.0


def house(rng: np.random.Generator, stage: StageSet, wide: float, deep: float) -> Prop:
    """A building of about ``wide`` x ``deep`` metres, windows on all sides, its front to -y."""
    storeys = int(rng.choice([1, 2, 3, 4, 6], p=[0.2, 0.35, 0.25, 0.12, 0.08]))
    bays = max(1, round(wide / BAY_M))
    high = storeys * STOREY_M
    wall = bricks(rng) if rng.random() < 0.5 else WALLS[int(rng.integers(len(WALLS)))](rng)
    scale = 48 / STOREY_M
    rows, columns = (max(8, int(m * scale)) for m in (wall.metres[1], wall.metres[0]))
    front = facade(rng, _resized(wall.picture, rows, columns), storeys, bays)
    paint = Surface((1.0, 1.0, 1.0), stage.picture(front), gloss=0.08)
    walls = merged(
        [
            moved(panel(wide, high), 0, -deep / 2),
            moved(panel(wide, high), 0, deep / 2, 0, np.pi),
            moved(panel(deep, high), wide / 2, 0, 0, np.pi / 2),
            moved(panel(deep, high), -wide / 2, 0, 0, -np.pi / 2),
        ]
    )
    roof_paint = Surface(
        neutral(rng, 0.15, 0.6, 0.1)
        if rng.random() < 0.6
        else colour(rng, (0.0, 0.08), (0.3, 0.6), (0.25, 0.6)),
        grain=0.3,
    )
    roof = (
        _gable(wide, deep, high, float(rng.uniform(1.5, 4)))
        if rng.random() < 0.4
        else box((wide + 0.4, deep + 0.4, 0.35), (0, 0, high + 0.15))
    )
    parts: list[Part] = [(walls, paint), (roof, roof_paint)]
    if rng.random() < 0.5:
        parts.append(_porch(rng, deep))
    return Prop(tuple(parts), (wide, deep), high)


def _resized(picture: np.ndarray, rows: int, columns: int) -> np.ndarray:
    import cv2

    return np.asarray(cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _gable(wide: float, deep: float, low: float, rise: float) -> Mesh:
    w, d = wide / 2 + 0.3, deep / 2 + 0.3
    slope = np.array([0, -rise, d]) / np.hypot(rise, d)
    front = mesh_of(
        [(-w, -d, low), (w, -d, low), (w, 0, low + rise), (-w, 0, low + rise)],
        [(0.0, -slope[2] * 0 - rise / np.hypot(rise, d), d / np.hypot(rise, d))] * 4,
        [(0, 1), (1, 1), (1, 0), (0, 0)],
        [(0, 1, 2), (0, 2, 3)],
    )
    end = mesh_of(
        [(w, -d, low), (w, d, low), (w, 0, low + rise)],
        [(1, 0, 0)] * 3,
        [(0, 1), (1, 1), (0.5, 0)],
        [(0, 1, 2)],
    )
    return merged([front, moved(front, turn=np.pi), end, moved(end, turn=np.pi)])


def _porch(rng: np.random.Generator, deep: float) -> Part:
    """A door with steps or an awning at the front."""
    door = box((1.6, 0.12, 2.2), (0, -deep / 2 - 0.03, 1.1))
    step = box((2.4, 0.8, 0.15), (0, -deep / 2 - 0.4, 0.075))
    awning = box((2.6, 1.2, 0.12), (0, -deep / 2 - 0.6, 2.6))
    kept = [door, *([step] if rng.random() < 0.5 else []), *([awning] if rng.random() < 0.5 else [])]
    return merged(kept), Surface(colour(rng, saturation=(0.1, 0.7), value=(0.1, 0.7)), gloss=0.2)


def wall(rng: np.random.Generator, stage: StageSet, long: float) -> Prop:
    """A garden wall or a shed's side."""
    pattern = (bricks, plaster, corrugated)[int(rng.integers(3))](rng)
    surface = Surface((1, 1, 1), stage.picture(pattern.picture), pattern.repeat)
    return Prop.of((box((long, 0.25, float(rng.uniform(0.6, 2.6))), uv="metres"), surface))


def fence(rng: np.random.Generator, long: float) -> Prop:
    """Posts with rails, bars or planks."""
    tall = float(rng.uniform(0.8, 1.9))
    shade = (
        colour(rng, (0.05, 0.1), (0.2, 0.6), (0.2, 0.6))
        if rng.random() < 0.5
        else neutral(rng, 0.05, 0.8, 0.1)
    )
    gap = float(rng.choice([0.12, 0.16, 1.5]))
    posts = [
        box((0.09 if gap > 1 else gap * 0.55, 0.06, tall), (float(x), 0, tall / 2))
        for x in np.arange(-long / 2, long / 2, gap)
    ]
    rails = [box((long, 0.04, 0.08), (0, 0.03, z)) for z in (tall * 0.35, tall * 0.85)]
    return Prop.of((merged([*posts, *rails]), Surface(shade, gloss=0.1)))


def tape(rng: np.random.Generator, points: np.ndarray) -> Prop:
    """A striped ribbon or chain from post to post; ``points`` ``[N, 2]`` metres."""
    height = float(rng.uniform(0.6, 1.0))
    light: list[Mesh] = []
    dark: list[Mesh] = []
    posts = [bar((x, y, 0), (x, y, height + 0.1), 0.02, 5) for x, y in points]
    for a, b in pairwise(points):
        count = max(2, int(np.linalg.norm(b - a) / 0.3))
        along = a + np.linspace(0, 1, count + 1)[:, None] * (b - a)
        for k in range(count):
            p, q = along[k], along[k + 1]
            heading = float(np.arctan2(q[1] - p[1], q[0] - p[0]))
            x, y = (p + q) / 2
            strip = moved(box((0.3, 0.01, 0.07), (0, 0, height)), float(x), float(y), 0.0, heading)
            (light if k % 2 else dark).append(strip)
    red = Surface(colour(rng, (-0.03, 0.15), (0.6, 0.95), (0.5, 0.9)))
    return Prop(
        ((merged(dark), red), (merged(light), Surface((0.92, 0.92, 0.92))), (merged(posts), red)),
        (0.0, 0.0),
        height,
    )


def horizon(rng: np.random.Generator, stage: StageSet, radius: float) -> None:
    """A ring of far trees and roofs around everything: a painted band with a ragged top."""
    width, height = 512, 64
    green = np.asarray(colour(rng, (0.18, 0.38), (0.08, 0.4), (0.25, 0.6)), dtype=np.float32)
    picture = green * (0.7 + 0.5 * cloudy(rng, height, width, 0.9))[..., None]
    for _ in range(int(rng.integers(0, 9))):
        a, wide = int(rng.integers(width)), int(rng.integers(10, 50))
        tall = int(rng.uniform(0.4, 1.0) * height)
        picture[height - tall :, a : a + wide] = np.asarray(neutral(rng, 0.3, 0.75, 0.1)) * rng.uniform(
            0.8, 1.2
        )
    count = 72
    tops = float(rng.uniform(3, 8)) * (0.5 + cloudy(rng, 4, count, 1.0)[2])
    tops[-1] = tops[0]
    angle = np.linspace(0, 2 * np.pi, count)
    around = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    low, high = np.column_stack([around, np.full(count, -0.5)]), np.column_stack([around, tops])
    inwards = np.column_stack([-around / radius, np.zeros(count)])
    u = np.linspace(0, 3, count)
    first = np.arange(count - 1)[:, None]
    ring = mesh_of(
        np.concatenate([low, high]),
        np.concatenate([inwards, inwards]),
        np.concatenate([np.column_stack([u, np.ones(count)]), np.column_stack([u, 1 - tops / tops.max()])]),
        (first + np.array([0, count, count + 1, 0, count + 1, 1])).reshape(-1, 3),
    )
    stage.add(ring, Surface((1, 1, 1), stage.picture(quantised(picture.astype(np.float32)))))


def kerb(points: Floats, wide: float = 0.15, high: float = 0.12) -> Mesh:
    """A kerb along the points ``[N, 2]``: a top and two sides. uv in metres."""
    along = np.gradient(points, axis=0)
    across = (
        np.column_stack([-along[:, 1], along[:, 0]])
        / np.maximum(np.linalg.norm(along, axis=1), 1e-9)[:, None]
    )
    n = len(points)
    walked = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    zero, one, first = np.zeros(n), np.ones(n), np.arange(n - 1)[:, None]
    strips = []
    # From the left foot over the left edge and the right edge to the right foot.
    for (side, z), (other, top), normal in (
        ((1, 0.0), (1, high), np.column_stack([across, zero])),
        ((1, high), (-1, high), np.column_stack([0 * across, one])),
        ((-1, high), (-1, 0.0), np.column_stack([-across, zero])),
    ):
        low = np.column_stack([points + side * across * wide / 2, z * one])
        far = np.column_stack([points + other * across * wide / 2, top * one])
        faces = (first + np.array([0, n, n + 1, 0, n + 1, 1])).reshape(-1, 3)
        place = np.concatenate([np.column_stack([walked, v * one]) for v in (0.0, 0.15)])
        strips.append(mesh_of(np.concatenate([low, far]), np.concatenate([normal] * 2), place, faces))
    return merged(strips)


def ring_of_places(rng: np.random.Generator, low: np.ndarray, high: np.ndarray) -> list[tuple[Place, float]]:
    """Where buildings stand around the rectangle, fronts inwards: place, and the width there."""
    found = []
    middle, half = (low + high) / 2, (high - low) / 2
    for side in range(4):
        long = half[side % 2] * 2
        normal = np.array([(0, -1), (1, 0), (0, 1), (-1, 0)][side])
        depth = half[1] if side % 2 == 0 else half[0]
        at = -long / 2
        while at < long / 2:
            wide = float(rng.uniform(8, 26))
            along = np.array([-normal[1], normal[0]])
            xy = middle - normal * (-depth) * -1 + along * (at + wide / 2)
            found.append(
                (Place(float(xy[0]), float(xy[1]), float(np.arctan2(normal[1], normal[0]) + np.pi / 2)), wide)
            )
            at += wide + float(rng.uniform(0, 12))
    return found
