"""What is on the shelves, unit by unit, and what the scales feel of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.recording.truth import TrueMove
from inference.simulation.settings import SimulationSettings
from inference.simulation.walkers import Action, Handed
from store_layout.model import StoreLayout

Floats = NDArray[np.float64]

STOCK = 10
"""Units in a slot whose stock the planogram does not say."""
LIFT_S = 0.25
"""How long a unit takes to come off or onto the plate."""
TOUCHED_S = 2.0
"""Before and after a touch its scale is quiet."""


class Step(NamedTuple):
    """A weight that comes or goes for good, around ``t``."""

    t: float
    scale: str
    grams: float


class Touch(NamedTuple):
    """A hand on a shelf, around ``t``."""

    t: float
    slot: str
    sd_g: float


class Shelves:
    """Units with weights of their own, in slots and in hands."""

    def __init__(self, layout: StoreLayout, settings: SimulationSettings, rng: np.random.Generator) -> None:
        self._layout, self._settings, self._rng = layout, settings, rng
        self._units: dict[str, list[tuple[str, float]]] = {slot.id: [] for slot in layout.file.slot}
        self._carried: dict[str, list[tuple[str, float]]] = {}
        self._off: dict[str, float] = {}
        """By how much the catalogue is wrong about a product's weight, as a factor."""
        if settings.weight_error > 0.0:
            self._off = {p.sku: 1.0 + float(rng.normal(0, settings.weight_error)) for p in layout.catalog}
        for facing in layout.planogram:
            count = STOCK if facing.stock is None else facing.stock
            self._units[facing.slot] += [(facing.sku, self._weigh(facing.sku)) for _ in range(count)]
        self.start_units = {slot: _counted(units) for slot, units in self._units.items()}
        """What is on the shelves at the start: slot -> sku -> units."""
        self.start_g = {scale: self._load(scale) for scale in layout.scales}
        """Load of each scale at the start."""
        self.steps: list[Step] = []
        self.touches: list[Touch] = []
        self.moves: list[TrueMove] = []
        self.handed: list[Handed] = []

    def carried(self, person: str) -> dict[str, int]:
        """What somebody has in the end: sku -> units."""
        return _counted(self._carried.get(person, []))

    def forget(self, person: str) -> None:
        """Somebody has left with what they carry."""
        self._carried.pop(person, None)

    def take_news(self) -> tuple[list[Step], list[Touch], list[TrueMove]]:
        """What happened since the last call; it is then no longer kept."""
        news = self.steps, self.touches, self.moves
        self.steps, self.touches, self.moves = [], [], []
        return news

    def act(self, action: Action) -> None:
        """Do one action. A take from an empty slot, or a put-back of what is not held, is only a touch.

        Nothing is handed on that is not held.
        """
        if action.act == "browse":
            return
        if action.act == "give":
            self._give(action)
            return
        self.touches.append(Touch(action.t, action.slot, float(self._rng.uniform(*self._settings.touch_g))))
        sku = action.sku or next(iter(self._layout.skus_of_slot[action.slot]), None)
        if sku is None or action.units == 0:
            return
        match action.act:
            case "take":
                units = _pick(self._units[action.slot], sku, action.units)
                self._carried.setdefault(action.person, []).extend(units)
                sign = 1
            case "put_back":
                units = _pick(self._carried.get(action.person, []), sku, action.units)
                self._units[action.slot].extend(units)
                sign = -1
            case _:
                units = [(sku, self._weigh(sku)) for _ in range(action.units)]
                self._units[action.slot].extend(units)
                sign = -1
        if units:
            self._moved(action, sku, units, sign)

    def _give(self, action: Action) -> None:
        """From one person's goods to another's; no shelf feels it."""
        if action.sku is None or action.to is None:
            return
        units = _pick(self._carried.get(action.person, []), action.sku, action.units)
        if units:
            self._carried.setdefault(action.to, []).extend(units)
            self.handed.append(Handed(action.t, action.person, action.to, action.sku, len(units)))

    def _moved(self, action: Action, sku: str, units: list[tuple[str, float]], sign: int) -> None:
        scale = self._layout.slots[action.slot].scale
        if scale is not None:
            self.steps.append(Step(action.t, scale, -sign * sum(grams for _, grams in units)))
        t = round(self._settings.started_at + action.t, 3)
        self.moves.append(TrueMove(t, action.person, sku, action.slot, sign * len(units)))

    def _weigh(self, sku: str) -> float:
        product = self._layout.products[sku]
        grams = product.weight_g * self._off.get(sku, 1.0)
        return max(0.1, float(self._rng.normal(grams, product.weight_sd_g)))

    def _load(self, scale: str) -> float:
        slots = self._layout.slots_of_scale[scale]
        return 500.0 + sum(grams for slot in slots for _, grams in self._units[slot.id])


def _counted(units: list[tuple[str, float]]) -> dict[str, int]:
    skus = [sku for sku, _ in units]
    return {sku: skus.count(sku) for sku in sorted(set(skus))}


def _pick(units: list[tuple[str, float]], sku: str, count: int) -> list[tuple[str, float]]:
    """Take up to ``count`` units of a product out of a list, the last ones first."""
    picked: list[tuple[str, float]] = []
    for i in range(len(units) - 1, -1, -1):
        if len(picked) < count and units[i][0] == sku:
            picked.append(units.pop(i))
    return picked


class ScaleSignal:
    """What one scale reads: the load, hands, drift and noise, in the scale's steps.

    Steps and touches are kept in the order of time.
    """

    def __init__(
        self, layout: StoreLayout, settings: SimulationSettings, shelves: Shelves, scale: str, seed: list[int]
    ) -> None:
        self._rng = np.random.default_rng(seed)
        self._settings = settings
        self._about = layout.scales[scale]
        self.rate_hz = settings.scale_rate_hz or self._about.rate_hz
        self.noise_g = float(self._rng.uniform(*settings.scale_noise_g))
        self._phase = self._rng.uniform(0, 2 * np.pi, 2)
        self._start = shelves.start_g[scale]
        self._scale = scale
        self._felt = {slot: _felt(layout, scale, slot, settings) for slot in layout.slots}
        self._steps: list[tuple[float, float]] = []
        self._touches: list[tuple[float, float]] = []
        self.add(shelves.steps, shelves.touches)

    def add(self, steps: Iterable[Step], touches: Iterable[Touch]) -> None:
        """What happens on the shelves, this scale's and others', later than what was read so far."""
        self._steps += [(s.t, s.grams) for s in steps if s.scale == self._scale]
        self._steps.sort(key=itemgetter(0))
        felt = [(t.t, t.sd_g * self._felt[t.slot]) for t in touches]
        self._touches += [touch for touch in felt if touch[1] > 0.5]
        self._touches.sort(key=itemgetter(0))

    def settle(self, before: float) -> None:
        """Nothing earlier than ``before`` will be read any more: what is over becomes part of the load."""
        over = bisect_left(self._steps, (before - LIFT_S,))
        for _, grams in self._steps[:over]:
            self._start += grams  # one by one, as :meth:`load` adds them: the same to the last bit
        del self._steps[:over]
        del self._touches[: bisect_left(self._touches, (before - TOUCHED_S,))]

    def read(self, t: Floats) -> list[float | None]:
        """Readings at times ``t`` (seconds from the start, ascending; each call goes on from the last)."""
        grams = self.load(t) + self._drift(t) + self._rng.normal(0.0, self.noise_g, len(t))
        for when, sd in self._touches:
            if when > t[-1] + TOUCHED_S:
                break
            if t[0] - TOUCHED_S <= when:
                grams += self._hand(t - when, sd)
        step = self._about.resolution_g
        rounded = np.round(np.round(grams / step) * step, 3) if step > 0 else np.round(grams, 3)
        lost = self._rng.random(len(t)) < self._settings.lost_readings
        return [None if gone else float(value) for value, gone in zip(rounded, lost, strict=True)]

    def load(self, t: Floats) -> Floats:
        """The true load, grams."""
        grams = np.full(len(t), self._start)
        for when, step in self._steps:
            if when > t[-1] + LIFT_S:
                break
            grams += step * np.clip((t - when) / LIFT_S + 0.5, 0.0, 1.0)
        return grams

    def _drift(self, t: Floats) -> Floats:
        slow = 2 * np.pi * t / self._settings.drift_period_s
        a, b = self._phase
        return np.asarray(self._settings.drift_g * (0.7 * np.sin(slow + a) + 0.3 * np.sin(2.7 * slow + b)))

    def _hand(self, t: Floats, sd: float) -> Floats:
        """Pressing, pulling, and the plate ringing out; over within about a second."""
        envelope = np.exp(-0.5 * (t / 0.22) ** 2)
        shove = self._rng.normal(0.0, sd, len(t)) * envelope
        after = np.clip(t, 0.0, None)
        ring = np.where(t > 0, np.exp(-after / 0.15) * np.sin(2 * np.pi * 7.0 * after), 0.0)
        return np.asarray(shove + 1.5 * sd * envelope * np.sin(2 * np.pi * 1.4 * t) + 0.7 * sd * ring)


def _felt(layout: StoreLayout, scale: str, slot: str, settings: SimulationSettings) -> float:
    """Share of a touch in ``slot`` that ``scale`` feels: all, a little on the same shelf, or nothing."""
    touched = layout.slots[slot]
    if touched.scale == scale:
        return 1.0
    shelf = {(s.fixture, s.shelf) for s in layout.slots_of_scale[scale]}
    return settings.crosstalk if (touched.fixture, touched.shelf) in shelf else 0.0
