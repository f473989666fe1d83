"""Plans become movements: who is where at each moment, and when which hand is in which slot."""

from __future__ import annotations

from collections import deque
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from shapely import Point, Polygon

from inference.simulation.drafts import Draft, headings, smooth
from inference.simulation.meetings import GREET_S, HERE_M, beside, hands_meet, stand_together
from inference.simulation.passing import APART_M, keep_apart
from inference.simulation.plans import MEETINGS, Errand, Plan
from inference.simulation.settings import SimulationSettings
from inference.simulation.walkers import RATE_HZ, REACH_S, Action, Reach, Walker
from inference.simulation.ways import Ways
from store_layout.model import Gate, Slot, StoreLayout

Floats = NDArray[np.float64]

BETWEEN_HANDS_S = 1.8
"""Between two reaches into the same slot."""
ARM_M = (0.3, 0.75)
"""Nearest and farthest that somebody stands from the middle of a slot."""
QUEUE_M = (0.9, 1.8)
"""Whoever finds a shelf taken waits at this distance ..."""
WAIT_S = 1.5
"""... for so long, looks again ..."""
PATIENCE = 20
"""... so often, and then squeezes in."""


class Schedule:
    """Lets people do what they set out to do, one after the other, keeping out of each other's places."""

    def __init__(
        self,
        layout: StoreLayout,
        settings: SimulationSettings,
        rng: np.random.Generator,
        ways: Ways | None = None,
    ) -> None:
        self._layout, self._settings, self._rng = layout, settings, rng
        self._ways = Ways(layout) if ways is None else ways
        # Drawn apart, so that who meets nobody goes as they would without those who do.
        (self._meeting_rng,) = rng.spawn(1)
        self._taken: list[tuple[Floats, float, float]] = []
        self.actions: list[Action] = []

    def walkers(self, plans: tuple[Plan, ...]) -> list[Walker]:
        """Everybody's movements; ``actions`` then holds what their hands did.

        Raises ``ValueError`` for a slot that nobody can reach, and where somebody is to meet one who does not
        come.
        """
        drafts = self._shopped(plans)
        ready: dict[str, float] = {}
        for draft in drafts:
            if draft.plan.group:
                ready[draft.plan.group] = max(ready.get(draft.plan.group, 0.0), draft.t)
        together: dict[str, Gate] = {}
        walkers = []
        for draft in drafts:
            group = draft.plan.group
            gate = together.get(group or "") or self._gate("exit")
            if group:
                together[group] = gate
                draft.points.append((max(draft.t + 0.01, ready[group]), draft.xy))
            walkers.append(self._leave(draft, gate))
        self.actions.sort()
        keep_apart(walkers, self._ways)
        return walkers

    def walker(self, plan: Plan) -> tuple[Walker, list[Action]]:
        """One more person's movements and what their hands will do, where people come one by one.

        Nobody has given way to anybody yet: see :class:`Passer`. ``actions`` stays empty. Raises
        ``ValueError`` for a slot that nobody can reach, and for somebody who is to meet another.
        """
        (draft,) = self._shopped((plan,))
        walker = self._leave(draft, self._gate("exit"))
        actions, self.actions = sorted(self.actions), []
        return walker, actions

    def forget(self, before: float) -> None:
        """Nobody will come any more who could meet those who had gone on by then (seconds from the start)."""
        self._taken = [stay for stay in self._taken if stay[2] >= before]

    def _shopped(self, plans: tuple[Plan, ...]) -> list[Draft]:
        """Everybody until they go, one after the other; whoever is to meet somebody later waits for them."""
        drafts: list[Draft] = []
        waiting: dict[str, Draft] = {}
        for plan in plans:
            drafts.append(self._come_in(plan))
            ready = [drafts[-1]]
            while ready:
                draft = ready.pop()
                while draft.todo and draft.todo[0].act not in MEETINGS:
                    self._do(draft, draft.todo.popleft())
                if not draft.todo:
                    continue
                other = waiting.get(draft.todo[0].other or "")
                if other is None or other.todo[0].other != draft.plan.person:
                    waiting[draft.plan.person] = draft
                    continue
                del waiting[other.plan.person]
                self._meet(other, draft)
                ready += [draft, other]
        for draft in waiting.values():
            missing = draft.todo[0].other
            raise ValueError(f"{draft.plan.person} waits for {missing}, who does not come to meet them")
        return drafts

    def _come_in(self, plan: Plan) -> Draft:
        draft = Draft(plan, max(0.6, float(self._rng.normal(*self._settings.walking_speed))))
        gate = self._gate("entry")
        draft.gate_in = gate.id
        draft.points.append((plan.arrive_s, self._point_in(gate)))
        draft.entered = plan.arrive_s + 0.3
        draft.todo = deque(plan.errands)
        return draft

    def _meet(self, a: Draft, b: Draft) -> None:
        """Two stand together before a slot, and one may give the other something."""
        errands = {draft.plan.person: draft.todo.popleft() for draft in (a, b)}
        slot = self._layout.slots[errands[a.plan.person].slot]
        leads, follows = self._who_leads(a, b, slot)
        if float(np.hypot(*(leads.xy - slot.centre[:2]))) > HERE_M:
            aim = self._aim(slot)
            spot = self._spot(slot, aim, leads, GREET_S[1])
            self._walk(leads, self._nearest(slot, aim, leads) if spot is None else spot)
        came = leads.t
        if not stand_together(leads.xy, follows.xy, self._ways):
            others = [xy for xy, start, end in self._taken if start < came + GREET_S[1] and end > came]
            self._walk(follows, beside(leads.xy, follows.xy, others, self._ways))
        together = max(leads.t, follows.t)
        end = together + float(self._meeting_rng.uniform(*GREET_S))
        for giver, receiver in ((a, b), (b, a)):
            errand = errands[giver.plan.person]
            if errand.act == "give":
                end = self._give(giver, receiver, errand, together)
        for one, other in ((leads, follows), (follows, leads)):
            x, y = other.xy - one.xy
            one.facing.append((together, end, float(np.arctan2(y, x))))
            self._taken.append((one.xy, one.t, end))
        for one in (leads, follows):
            one.points.append((end, one.xy))
            one.met = True

    @staticmethod
    def _who_leads(a: Draft, b: Draft, slot: Slot) -> tuple[Draft, Draft]:
        """Who is there already, or takes something there next, or is ready first; and who comes to them."""

        def order(draft: Draft) -> tuple[bool, bool, float]:
            here = float(np.hypot(*(draft.xy - slot.centre[:2]))) <= HERE_M
            stays = bool(draft.todo) and draft.todo[0].act == "take" and draft.todo[0].slot == slot.id
            return not here, not stays, draft.t

        return (a, b) if order(a) <= order(b) else (b, a)

    def _give(self, giver: Draft, receiver: Draft, errand: Errand, together: float) -> float:
        """Their hands meet between them; until when they then stand there."""
        meet = hands_meet(self._meeting_rng)
        t = together + meet.t
        x, y = (0.5 * (giver.xy + receiver.xy)).tolist()
        for one in (giver, receiver):
            side: Literal["left", "right"] = "right" if self._meeting_rng.random() < 0.7 else "left"
            if one is giver and one.reaches:
                side = one.reaches[-1].side
            one.reaches.append(Reach(t, side, (x, y, meet.height)))
        to = receiver.plan.person
        self.actions.append(Action(t, giver.plan.person, "give", errand.slot, errand.sku, errand.count, to))
        return together + meet.end

    def _do(self, draft: Draft, errand: Errand) -> None:
        slot = self._layout.slots[errand.slot]
        look = (
            errand.wait_s if errand.wait_s is not None else float(self._rng.uniform(*self._settings.browse_s))
        )
        hands = self._hands(errand)
        stay = look + REACH_S + BETWEEN_HANDS_S * len(hands)
        if errand.at is not None:
            stay = max(stay, errand.at - draft.t + REACH_S)
        aim = self._aim(slot)
        in_reach = ARM_M[0] <= float(np.hypot(*(draft.xy - aim))) <= ARM_M[1]
        spot = draft.xy if draft.met and in_reach else self._spot(slot, aim, draft, stay)
        draft.met = False
        if spot is None and errand.at is None:
            spot = self._queue(slot, aim, draft, stay)
        if spot is None:
            spot = self._nearest(slot, aim, draft)
        self._walk(draft, spot)
        arrived = draft.t
        start = arrived + look if errand.at is None else max(arrived + REACH_S, errand.at)
        side: Literal["left", "right"] = "right" if self._rng.random() < 0.7 else "left"
        for i, count in enumerate(hands):
            t = start + i * BETWEEN_HANDS_S
            draft.reaches.append(Reach(t, side, _hand_in(slot, aim, spot)))
            self.actions.append(Action(t, draft.plan.person, errand.act, slot.id, errand.sku, count))
        end = start + BETWEEN_HANDS_S * max(0, len(hands) - 1) + REACH_S
        x, y = aim - spot
        draft.facing.append((arrived, end, float(np.arctan2(y, x))))
        draft.points.append((end, spot))
        self._taken.append((spot, arrived, end))

    def _hands(self, errand: Errand) -> list[int]:
        """Units in each reach: one by one, or up to three at once."""
        if errand.act == "browse":
            return []
        if errand.act == "touch":
            return [0]
        at_once = 3 if errand.act == "restock" else (2 if self._rng.random() < 0.5 else 1)
        full, rest = divmod(errand.count, at_once)
        return [at_once] * full + ([rest] if rest else [])

    def _aim(self, slot: Slot) -> Floats:
        """Where in a slot the hand goes: wide ones have several facings."""
        size = np.subtract(slot.high, slot.low)[:2]
        along = int(np.argmax(size))
        aim = np.array(slot.centre[:2])
        aim[along] += float(self._rng.uniform(-0.3, 0.3)) * size[along]
        return aim

    def _spot(self, slot: Slot, aim: Floats, draft: Draft, stay: float) -> Floats | None:
        """A free place within reach of a slot that nobody else stands on meanwhile; None: all are taken."""
        cells, order = self._within_reach(slot, aim, draft)
        arrives = draft.t + float(np.hypot(*(aim - draft.xy))) / draft.speed
        others = [xy for xy, a, b in self._taken if a < arrives + stay + 4.0 and b > arrives - 1.0]
        for cell in order:
            if all(np.hypot(*(cells[cell] - xy)) >= APART_M for xy in others):
                return np.asarray(cells[cell])
        return None

    def _queue(self, slot: Slot, aim: Floats, draft: Draft, stay: float) -> Floats | None:
        """Wait near the shelf until there is a place; None: for longer than anybody would."""
        cells = self._ways.cells
        distance = np.hypot(*(cells - aim).T)
        near = np.flatnonzero(
            (distance > QUEUE_M[0]) & (distance < QUEUE_M[1]) & self._ways.reachable(draft.xy)
        )
        others = [xy for xy, _, end in self._taken if end > draft.t]
        for cell in self._rng.permutation(near).tolist():
            if all(np.hypot(*(cells[cell] - xy)) >= APART_M for xy in others):
                self._walk(draft, np.asarray(cells[cell]))
                break
        arrived = draft.t
        spot = None
        for _ in range(PATIENCE):
            draft.points.append((draft.t + WAIT_S, draft.xy))
            spot = self._spot(slot, aim, draft, stay)
            if spot is not None:
                break
        self._taken.append((draft.xy, arrived, draft.t))
        return spot

    def _nearest(self, slot: Slot, aim: Floats, draft: Draft) -> Floats:
        """The best place, whoever stands there: nobody waits for ever."""
        cells, order = self._within_reach(slot, aim, draft)
        return np.asarray(cells[order[0]])

    def _within_reach(self, slot: Slot, aim: Floats, draft: Draft) -> tuple[Floats, NDArray[np.intp]]:
        """All cells, and those from which the slot is reached, the most comfortable first."""
        cells = self._ways.cells
        distance = np.hypot(*(cells - aim).T)
        near = np.flatnonzero(
            (distance >= ARM_M[0]) & (distance <= ARM_M[1]) & self._ways.reachable(draft.xy)
        )
        if not len(near):
            raise ValueError(f"nobody can stand within {ARM_M[1]} m of slot {slot.id}: check where it is")
        # Around half a metre away is comfortable; a little chance keeps people from standing alike.
        return cells, near[np.argsort(np.abs(distance[near] - 0.5) + self._rng.uniform(0, 0.1, len(near)))]

    def _walk(self, draft: Draft, end: Floats) -> None:
        t, here = draft.points[-1]
        corners = self._ways.way(here, end)
        for corner in corners[1:]:
            length = float(np.hypot(*(corner - here)))
            if length > 1e-9:
                t, here = t + length / draft.speed, corner
                draft.points.append((t, here))

    def _leave(self, draft: Draft, gate: Gate) -> Walker:
        self._walk(draft, self._point_in(gate))
        left = draft.t
        draft.points.append((left + 0.4, draft.xy))
        first = int(np.ceil(draft.plan.arrive_s * RATE_HZ))
        times = np.arange(first, int(draft.t * RATE_HZ) + 1) / RATE_HZ
        at, where = np.array([t for t, _ in draft.points]), np.array([xy for _, xy in draft.points])
        xy = smooth(np.column_stack([np.interp(times, at, where[:, k]) for k in (0, 1)]))
        return Walker(
            plan=draft.plan,
            height=float(np.clip(self._rng.normal(*self._settings.body_sd_m), 1.5, 2.0)),
            first=first,
            xy=xy,
            heading=headings(times, xy, draft.facing),
            reaches=draft.reaches,
            entry=(draft.gate_in, draft.entered),
            exit=(gate.id, left),
        )

    def _gate(self, way: Literal["entry", "exit"]) -> Gate:
        gates = [g for g in self._layout.file.gate if g.kind in (way, "both")]
        if not gates:
            raise ValueError(f"this store has no gate for an {way}")
        return gates[int(self._rng.integers(len(gates)))]

    def _point_in(self, gate: Gate) -> Floats:
        """A place in a gate where somebody can stand."""
        middle = np.array(Polygon(gate.outline).representative_point().coords[0])
        for _ in range(20):
            point = middle + self._rng.normal(0, 0.1, 2)
            if Polygon(gate.outline).covers(Point(point)) and self._ways.can_stand(*point.tolist()):
                return np.asarray(point)
        return np.asarray(self._ways.cells[self._ways.nearest(middle)])


def _hand_in(slot: Slot, aim: Floats, spot: Floats) -> tuple[float, float, float]:
    """The wrist of somebody who reaches into a slot: between its front and where the hand goes."""
    chest = np.array([spot[0], spot[1], 1.2])
    inside = np.array([aim[0], aim[1], slot.centre[2]])
    wrist = 0.5 * (np.clip(chest, slot.low, slot.high) + inside)
    return (float(wrist[0]), float(wrist[1]), float(wrist[2]))
