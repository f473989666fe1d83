"""What staff should do at the shelves. A task is done when the scale shows it, not when somebody says so.

Whoever says that it is done starts a wait: shows the scale it within a while, the task is over; else it is
open again, and says that the scale does not show it. A word can be taken back while it waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from console.item_models.shelves import SlotNow

TaskKind = Literal["fill", "tidy"]
TaskState = Literal["open", "said", "unseen"]
"""``said``: somebody says it is done, the scale is waited for. ``unseen``: it did not show it."""
WAIT_S = 60.0
"""Store time in which the scale must show what was done."""
WEIGHT_SDS = 4.0
LEAST_SD_G = 6.0

Key = tuple[TaskKind, str, str]
"""Kind, slot, sku."""


class Task(msgspec.Struct, frozen=True):
    """Something to do at a slot."""

    kind: TaskKind
    slot: str
    sku: str
    units: int
    """``fill``: how many are left. ``tidy``: how many lie there that do not belong."""
    since: float
    """Store time at which it was first seen here."""
    state: TaskState = "open"

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.kind, self.slot, self.sku


class _Said(msgspec.Struct, frozen=True):
    at: float
    units: int


class ShelfTasks:
    """Follows the slots; remembers what was said of each task."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        """``weights``: grams of a unit, by sku."""
        self._weights = weights
        self._since: dict[Key, float] = {}
        self._said: dict[Key, _Said] = {}
        self._unseen: set[Key] = set()
        self._settled: dict[Key, int] = {}
        """Tidied as the scale shows, though the books still have it: so many units of it."""
        self.tasks: tuple[Task, ...] = ()
        self.confirmed = 0
        """Tasks that were said to be done and that a scale has shown to be."""

    def say_done(self, key: Key, now: float) -> bool:
        """Somebody says that it is done; False: there is no such task, or it was said before."""
        task = self._task(key)
        if task is None or task.state == "said":
            return False
        self._unseen.discard(key)
        self._said[key] = _Said(now, task.units)
        self._restate()
        return True

    def take_back(self, key: Key) -> bool:
        """It is not done after all; False: nobody said so."""
        if self._said.pop(key, None) is None:
            return False
        self._restate()
        return True

    def follow(self, slots: Iterable[SlotNow], now: float) -> None:
        """Take the slots as they are; ``now`` is store time."""
        slots = tuple(slots)
        self._settle(slots)
        found = {task.key: task for task in self._found(slots, now)}
        blind = {now.slot.id for now in slots if now.is_blind or (now.scale and now.scale.active)}
        for task in self.tasks:  # while a hand is in, or the scale is dumb, nothing is known of it
            if task.key not in found and task.kind == "fill" and task.slot in blind:
                found[task.key] = task
        for key, said in list(self._said.items()):
            if key not in found:
                del self._said[key]
                self.confirmed += 1
            elif not 0.0 <= now - said.at <= WAIT_S:
                del self._said[key]
                self._unseen.add(key)
        self._since = {key: self._since.get(key, now) for key in found}
        self._unseen &= found.keys()
        self.tasks = tuple(
            sorted(
                found.values(), key=lambda t: (t.kind != "tidy", t.units if t.kind == "fill" else 0, t.slot)
            )
        )
        self._restate()

    # -- inside --------------------------------------------------------------------------------------

    def _task(self, key: Key) -> Task | None:
        return next((task for task in self.tasks if task.key == key), None)

    def _found(self, slots: Iterable[SlotNow], now: float) -> Iterable[Task]:
        for one in slots:
            for goods in one.goods:
                if goods.stock and goods.count is not None:
                    yield self._make("fill", one.slot.id, goods.sku, goods.count.units, now)
            for stray in one.misplaced:
                units = max(1, round(stray.units))
                if units > self._settled.get(("tidy", one.slot.id, stray.sku), 0):
                    yield self._make("tidy", one.slot.id, stray.sku, units, now)

    def _make(self, kind: TaskKind, slot: str, sku: str, units: int, now: float) -> Task:
        return Task(kind, slot, sku, units, self._since.get((kind, slot, sku), now))

    def _settle(self, slots: Iterable[SlotNow]) -> None:
        """What was tidied shows as a step of its weight, whoever the engine thinks it was."""
        strays: dict[Key, int] = {}
        for one in slots:
            for stray in one.misplaced:
                key: Key = ("tidy", one.slot.id, stray.sku)
                strays[key] = max(1, round(stray.units))
                said = self._said.get(key)
                if said is not None and self._shows(one, stray.sku, said):
                    self._settled[key] = strays[key]
        self._settled = {key: n for key, n in self._settled.items() if strays.get(key, 0) >= n}

    def _shows(self, now: SlotNow, sku: str, said: _Said) -> bool:
        scale, weight = now.scale, self._weights.get(sku, 0.0)
        if scale is None or scale.event_t is None or weight <= 0.0:
            return False
        gone = -scale.event_g
        near = WEIGHT_SDS * max(LEAST_SD_G, scale.sd_g)
        return scale.event_t >= said.at - WAIT_S and abs(gone - said.units * weight) <= near

    def _restate(self) -> None:
        def state(task: Task) -> TaskState:
            return "said" if task.key in self._said else "unseen" if task.key in self._unseen else "open"

        self.tasks = tuple(
            task if task.state == state(task) else msgspec.structs.replace(task, state=state(task))
            for task in self.tasks
        )
