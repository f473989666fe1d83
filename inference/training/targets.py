"""From the people of a prepared picture to what the network's maps and looks should say. numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.training.settings import CLEARLY_VISIBLE, MIN_VISIBLE, STRIDE

Floats = NDArray[np.float32]

POINT_MAPS = 3
UNSEEN = 0.03
"""People of whom less can be seen do not exist for the network."""
CENTRE_SPREAD = 0.1
"""Standard deviation of a person's peak as a share of the size of the part inside the picture."""
POINT_SPREAD = 0.025
"""Standard deviation of a point's peak as a share of the longer side of the box."""
NARROWEST = 0.6
"""Cells: no peak has a smaller standard deviation."""


@dataclass(slots=True, eq=False)
class People:
    """N people in one picture, in pixels of the network's input."""

    boxes: Floats
    """``[N, 4]`` whole bodies."""
    region: Floats
    """``[N, 4]`` the part of the input that their picture fills."""
    visible: Floats
    """``[N]``"""
    points: Floats
    """``[N, 4, 3]`` head, foot, left and right wrist; x, y, seen."""

    def __len__(self) -> int:
        return len(self.boxes)

    def clipped(self) -> Floats:
        """``[N, 4]`` the parts of the boxes inside their regions."""
        low = np.maximum(self.boxes[:, :2], self.region[:, :2])
        high = np.minimum(self.boxes[:, 2:], self.region[:, 2:])
        return np.concatenate([low, np.maximum(high, low)], axis=1)

    def chosen(self, keep: NDArray[np.bool_]) -> People:
        """Some of them."""
        return People(
            self.boxes[keep],
            self.region[keep],
            self.visible[keep],
            self.points[keep],
        )


def nobody() -> People:
    """An empty picture's people."""
    return People(
        np.zeros((0, 4), np.float32),
        np.zeros((0, 4), np.float32),
        np.zeros(0, np.float32),
        np.zeros((0, 4, 3), np.float32),
    )


def together(groups: list[People]) -> People:
    """Several as one."""
    if not groups:
        return nobody()
    return People(
        np.concatenate([g.boxes for g in groups]),
        np.concatenate([g.region for g in groups]),
        np.concatenate([g.visible for g in groups]),
        np.concatenate([g.points for g in groups]),
    )


@dataclass(slots=True, eq=False)
class Targets:
    """What one picture's maps should be. Maps are at stride 4."""

    heat: Floats
    """``[4, h, w]`` people's centres, then heads, feet and wrists: 1 at peaks, falling as Gaussians."""
    counts: Floats
    """``[4, h, w]`` 1 where the map counts, 0 where it does not."""
    peak_weight: Floats
    """``[4, h, w]`` what each peak counts, 0 elsewhere."""
    people: People
    """Those that the network should find."""
    unclear: Floats
    """``[M, 4]`` boxes of people too hidden to be held against the network if found."""
    centres: Floats
    """``[N, 2]`` places of the peaks of ``people``: centres of cells, input pixels."""
    weight: Floats
    """``[N]`` what each of ``people`` counts, 0 to 1."""


def make_targets(people: People, width: int, height: int) -> Targets:
    """Targets of a picture of ``width`` x ``height`` (multiples of 4). Pure."""
    rows, columns = height // STRIDE, width // STRIDE
    inside = people.clipped()
    size = inside[:, 2:] - inside[:, :2]
    exists = (people.visible >= UNSEEN) & (size.min(axis=1, initial=np.inf) >= 2)
    unclear = people.chosen(exists & (people.visible < MIN_VISIBLE))
    people = people.chosen(exists & (people.visible >= MIN_VISIBLE))
    weight = np.clip((people.visible - MIN_VISIBLE) / (CLEARLY_VISIBLE - MIN_VISIBLE), 0.25, 1.0)

    heat = np.zeros((1 + POINT_MAPS, rows, columns), np.float32)
    counts = np.ones_like(heat)
    peak_weight = np.zeros_like(heat)
    for box in unclear.clipped():
        _forget(counts[0], (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 4)
    inside = people.clipped()
    cells = np.floor((inside[:, :2] + inside[:, 2:]) / 2 / STRIDE).astype(int)
    cells = np.clip(cells, 0, [columns - 1, rows - 1])
    for cell, box, w in zip(cells, inside, weight, strict=True):
        spread = np.maximum(NARROWEST, CENTRE_SPREAD * (box[2:] - box[:2]) / STRIDE)
        _add_peak(heat[0], peak_weight[0], cell, spread, float(w))
    longer = (people.boxes[:, 2:] - people.boxes[:, :2]).max(axis=1, initial=0)
    for person in range(len(people)):
        spread = np.repeat(np.clip(POINT_SPREAD * longer[person] / STRIDE, NARROWEST, 4.0), 2)
        for k, point in enumerate(people.points[person]):
            layer = 1 + min(k, 2)
            cell = np.floor(point[:2] / STRIDE).astype(int)
            if not (0 <= cell[0] < columns and 0 <= cell[1] < rows):
                continue
            if point[2] > 0.5:
                _add_peak(heat[layer], peak_weight[layer], cell, spread, float(weight[person]))
            else:
                _forget(counts[layer], point[:2], 2 * STRIDE * spread)
    for person in unclear.points:
        for k, point in enumerate(person):
            _forget(counts[1 + min(k, 2)], point[:2], np.full(2, 3.0 * STRIDE))
    return Targets(
        heat,
        counts,
        peak_weight,
        people,
        unclear.boxes,
        (cells.astype(np.float32) + np.float32(0.5)) * STRIDE,
        weight.astype(np.float32),
    )


def _add_peak(
    heat: Floats, peak_weight: Floats, cell: NDArray[np.intp], spread: Floats, weight: float
) -> None:
    reach = np.ceil(3 * spread).astype(int)
    rows, columns = heat.shape
    x = np.arange(max(0, cell[0] - reach[0]), min(columns, cell[0] + reach[0] + 1))
    y = np.arange(max(0, cell[1] - reach[1]), min(rows, cell[1] + reach[1] + 1))
    bell = np.exp(-(((y[:, None] - cell[1]) / spread[1]) ** 2 + ((x[None] - cell[0]) / spread[0]) ** 2) / 2)
    part = heat[y[0] : y[-1] + 1, x[0] : x[-1] + 1]
    np.maximum(part, bell.astype(np.float32), out=part)
    peak_weight[cell[1], cell[0]] = max(peak_weight[cell[1], cell[0]], weight)


def _forget(counts: Floats, centre: Floats, half: Floats) -> None:
    """Nothing that the map says in this rectangle (input pixels) counts."""
    low = np.floor((centre - half) / STRIDE).astype(int)
    high = np.ceil((centre + half) / STRIDE).astype(int)
    counts[max(0, low[1]) : max(0, high[1]), max(0, low[0]) : max(0, high[0])] = 0
