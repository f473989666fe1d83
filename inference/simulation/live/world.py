"""A store that goes on: people come, walk, take, put back and leave for as long as it is moved on.

Times are seconds from the store's start unless said otherwise. The world moves in steps of :data:`STEP_S`,
whatever it is asked for, so that a seed and the same visitors sent at the same times give the same world.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import GateSignal, WeightReading
from inference.messages.said import Said as Sentence
from inference.messages.said import said
from inference.messages.wire import Hold, SentShopper, Wanted
from inference.recording.truth import TrueMove
from inference.simulation.live.devices import LiveScales, gate_signals
from inference.simulation.live.goods import Goods, spoken_for
from inference.simulation.live.present import Visitor
from inference.simulation.movements import BodyNow
from inference.simulation.passing import Passer, give_way
from inference.simulation.people import ARM_M, Schedule
from inference.simulation.plans import Errand, Plan, random_errands
from inference.simulation.settings import SimulationSettings
from inference.simulation.shelves import Shelves
from inference.simulation.simulate import LOOKS, PEOPLE, PLANS, SHELVES
from inference.simulation.walkers import RATE_HZ, Action, Walker
from inference.simulation.ways import Ways
from store_layout.model import StoreLayout

Floats = NDArray[np.float64]
Said = WeightReading | GateSignal

STEP_S = 0.1
SAMPLES = round(STEP_S * RATE_HZ)
"""Samples of a movement in a step."""
AHEAD_S = 1.0
"""Scales feel a hand a little before and after it is in the slot, so what it does is known so long ahead."""
SOON_S = 0.3
"""From being sent to standing in the gate."""
LOOK_S = 1.5
"""How long somebody who was sent looks at a shelf: they know what they came for."""
MOST_ITEMS = 20
"""That one person is sent for."""
STAFF_EVERY_S = 2.0
REMEMBERED = 8
"""Sent shoppers that are told of."""
FLOOR_EACH_M2 = 4.0
"""A store with less floor for everybody is full."""


class NotSentError(ValueError):
    """Nobody was sent in; ``why`` says why."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(str(why))
        self.why = why


class _Coming(NamedTuple):
    """A move that will be seen at ``t``."""

    t: float
    move: TrueMove


class LiveWorld:
    """One thread at a time. ``advance`` moves it on; everything else is about the moment it has come to."""

    def __init__(self, layout: StoreLayout, settings: SimulationSettings, seed: int) -> None:
        """A store that opens at ``settings.started_at``, store time.

        ``settings.arrivals_per_min`` people come by chance (0: only those who are sent); ``visits`` and
        ``duration_s`` say nothing here. Raises ``ValueError`` for a store in which nobody can shop.
        """
        for way in ("entry", "exit"):
            if not any(gate.kind in (way, "both") for gate in layout.file.gate):
                raise ValueError(f"this store has no gate for an {way}")
        self._layout, self._settings, self._seed = layout, settings, seed
        self._ways = Ways(layout)
        self._plans = np.random.default_rng([seed, PLANS])
        self._schedule = Schedule(layout, settings, np.random.default_rng([seed, PEOPLE]), self._ways)
        self._shelves = Shelves(layout, settings, np.random.default_rng([seed, SHELVES]))
        self._scales = LiveScales(layout, settings, self._shelves, seed)
        self._reachable = _reachable(layout, self._ways)
        self._goods = Goods(layout, self._shelves.start_units, self._reachable)
        self.most_inside = max(4, int(self._ways.area_m2 / FLOOR_EACH_M2))
        self._common = _unit(np.random.default_rng([seed, LOOKS]).normal(0, 1, settings.appearance_size))
        self._step = 0
        self._arrival = self._next_arrival(0.0)
        self._number = 0
        self._visitors: list[Visitor] = []
        self._asked: list[Plan] = []
        self._actions: list[tuple[float, int, Action]] = []
        self._serial = count()
        self._coming: deque[_Coming] = deque()
        self._gone: list[str] = []
        self._sent: dict[str, SentShopper] = {}
        self.holds: dict[str, Hold] = {}
        """What staff have told the gates; one that was told nothing does its work."""
        self.is_open = True
        """Whether staff have the store open; while it is paused only they come in."""
        self.brought, self.carried_out = 0, 0
        """Units that staff put on the shelves, and that left in bags, since the start."""

    # -- now -----------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """The moment that the world has come to."""
        return self._step * STEP_S

    @property
    def stock(self) -> dict[str, dict[str, int]]:
        """What is in each slot: slot -> sku -> units."""
        return self._goods.stock

    @property
    def looks(self) -> dict[str, Floats]:
        """What those inside are recognised by: unit vectors, partly common to all."""
        return {visitor.person: visitor.look for visitor in self._visitors}

    @property
    def sent(self) -> tuple[SentShopper, ...]:
        """The latest who were sent in, as they truly are, oldest first."""
        return tuple(self._sent.values())

    def walkers(self, t: float) -> list[Walker]:
        """Everybody inside at ``t``, no later than now, with their whole way."""
        return [visitor.walker for visitor in self._visitors if visitor.is_here(t)]

    def bodies(self, t: float) -> list[BodyNow]:
        """How everybody inside looks at ``t``, a little before or after now."""
        return [visitor.body(t) for visitor in self._visitors if visitor.is_here(t)]

    def take_gone(self) -> list[str]:
        """Who has left since the last call."""
        gone, self._gone = self._gone, []
        return gone

    def hold(self, gate: str, hold: Hold) -> None:
        """A gate obeys: ``shut``, it lets nobody in but staff; whoever is inside can leave."""
        self.holds[gate] = hold

    @property
    def is_shut(self) -> bool:
        """Whether every way in is held shut."""
        return all(
            self.holds.get(gate.id) == "shut" for gate in self._layout.file.gate if gate.kind != "exit"
        )

    # -- sending somebody in -------------------------------------------------------------------------

    def send(self, wanted: Sequence[Wanted]) -> SentShopper:
        """Somebody comes in now and takes what is ``wanted``; with nothing wanted they look and leave.

        Raises :class:`NotSentError`: unknown products, too many, sold out, or the store is full or paused.
        """
        self._check(wanted)
        errands: list[Errand] = []
        for item in wanted:
            if item.sku in self._layout.products:
                errands += self._errands_for(item.sku, item.count)
            else:
                sku = self._layout.skus_of_slot[item.sku][0]
                errands.append(Errand(act="take", slot=item.sku, sku=sku, count=item.count, wait_s=LOOK_S))
        if not wanted:
            slots = sorted(self._reachable)
            errands = (
                [Errand(act="browse", slot=slots[int(self._plans.integers(len(slots)))])] if slots else []
            )
        self._speak_for(errands)
        person = self._name("p")
        self._asked.append(Plan(person=person, arrive_s=self.now + SOON_S, errands=tuple(errands)))
        sent = SentShopper(person, self._token(person), "coming", self._store_time(self.now), tuple(wanted))
        self._sent[person] = sent
        while len(self._sent) > REMEMBERED:
            del self._sent[next(iter(self._sent))]
        return sent

    def _check(self, wanted: Sequence[Wanted]) -> None:
        many = sum(item.count for item in wanted)
        if many > MOST_ITEMS:
            raise NotSentError(
                said("nobody carries {count} things: choose at most {most}", count=many, most=MOST_ITEMS)
            )
        if len({item.sku for item in wanted}) < len(wanted) or any(item.count < 1 for item in wanted):
            raise NotSentError(said("each product may be named once, with a count of at least 1"))
        if not self.is_open:
            raise NotSentError(said("the store is paused, and nobody comes in until it is open again"))
        if self.is_shut:
            raise NotSentError(said("every way in is held shut"))
        inside = len(self._visitors) + len(self._asked)
        if inside >= self.most_inside:
            raise NotSentError(
                said(
                    "the store is full: {count} people are inside, wait until somebody has left", count=inside
                )
            )
        for item in wanted:
            self._check_item(item)

    def _check_item(self, item: Wanted) -> None:
        products, slots = self._layout.products, self._layout.skus_of_slot
        if item.sku in products:
            name = products[item.sku].name
            have = sum(n for _, n in self._goods.find(item.sku, MOST_ITEMS))
        elif slots.get(item.sku):
            name = f"{products[slots[item.sku][0]].name} in slot {item.sku}"
            have = self._goods.free(item.sku, slots[item.sku][0]) if item.sku in self._reachable else 0
        else:
            raise NotSentError(said("this store has no product and no slot {sku}", sku=repr(item.sku)))
        if have <= 0:
            raise NotSentError(said("{name} is sold out; staff fill the shelf up soon", name=name))
        if have < item.count:
            raise NotSentError(said("only {count} of {name} are left on the shelf", count=have, name=name))

    def _errands_for(self, sku: str, units: int) -> list[Errand]:
        return [
            Errand(act="take", slot=slot, sku=sku, count=n, wait_s=LOOK_S)
            for slot, n in self._goods.find(sku, units)
        ]

    # -- moving on -----------------------------------------------------------------------------------

    def advance(self, t: float) -> list[Said]:
        """Go on to the last step before ``t``; what scales and gates said meanwhile, in order of time."""
        said: list[Said] = []
        while self.now + STEP_S <= t + 1e-9:
            said += self._go_on()
        return said

    def _go_on(self) -> list[Said]:
        start, end = self.now, (self._step + 1) * STEP_S
        while self._arrival <= end:
            self._somebody_comes(self._arrival)
            self._arrival = self._next_arrival(self._arrival)
        for plan in self._asked:
            self._admit(plan)
        self._asked.clear()
        if self._step % round(STAFF_EVERY_S / STEP_S) == 0:
            self._send_staff(start)
        for n in range(self._step * SAMPLES + 1, (self._step + 1) * SAMPLES + 1):
            give_way([v.passer for v in self._visitors if v.passer.is_here(n)], n, self._ways)
        self._let_hands_act(end + AHEAD_S)
        self._show_moves(end)
        said: list[Said] = [*gate_signals(self._visitors, self._settings.started_at, start, end)]
        said += self._scales.read(start, end)
        self._step += 1
        self._follow_sent(start, end)
        self._let_go(end)
        return sorted(said, key=lambda seen: seen.t)

    def _next_arrival(self, after: float) -> float:
        rate = self._settings.arrivals_per_min
        return after + 1.0 + float(self._plans.exponential(60.0 / rate)) if rate > 0 else float("inf")

    def _somebody_comes(self, t: float) -> None:
        """One of an ordinary crowd; whoever finds the store full, paused or shut turns away at the door."""
        errands, tricky = random_errands(self._layout, self._goods.stocked(), self._settings, self._plans)
        errands = [e for e in errands if e.slot in self._reachable]
        if self.is_open and len(self._visitors) < self.most_inside and not self.is_shut:
            self._speak_for(errands)
            plan = Plan(person=self._name("p"), arrive_s=t, errands=tuple(errands), tricky=tuple(tricky))
            self._admit(plan)

    def _send_staff(self, t: float) -> None:
        if any(visitor.staff for visitor in self._visitors):
            return
        if chores := self._goods.chores():
            self._speak_for(chores)
            self._admit(Plan(person=self._name("s"), arrive_s=t + SOON_S, errands=chores, staff=True))

    def _admit(self, plan: Plan) -> None:
        walker, actions = self._schedule.walker(plan)
        number = int(plan.person[1:])
        look = _unit(np.random.default_rng([self._seed, LOOKS, number]).normal(0, 1, len(self._common)))
        self._visitors.append(
            Visitor(
                passer=Passer(walker),
                token=None if plan.staff else self._token(plan.person),
                look=_unit(self._common * self._settings.appearance_common + look),
                started_at=self._settings.started_at,
            )
        )
        for action in actions:
            heapq.heappush(self._actions, (action.t, next(self._serial), action))

    def _speak_for(self, errands: Sequence[Errand]) -> None:
        for slot, sku, units in spoken_for(errands, self._layout):
            self._goods.speak_for(slot, sku, units)

    def _let_hands_act(self, until: float) -> None:
        """Do what hands do up to ``until``: from then on the scales can feel it."""
        inside = {visitor.person: visitor for visitor in self._visitors}
        while self._actions and self._actions[0][0] <= until:
            action = heapq.heappop(self._actions)[2]
            self._shelves.act(action)
            self._goods.done(action)
            steps, touches, moves = self._shelves.take_news()
            self._scales.add(steps, touches)
            if moves:
                inside[action.person].add(moves)
                self._coming.extend(_Coming(action.t, move) for move in moves)

    def _show_moves(self, until: float) -> None:
        """What hands have done up to ``until`` can be seen."""
        inside = {visitor.person: visitor for visitor in self._visitors}
        while self._coming and self._coming[0].t <= until:
            move = self._coming.popleft().move
            self._goods.move(move.slot, move.sku, -move.count)
            visitor = inside[move.person]
            if visitor.staff and move.count < 0:
                self.brought -= move.count
                continue
            visitor.carries[move.sku] += move.count
            if not visitor.carries[move.sku]:
                del visitor.carries[move.sku]

    def _follow_sent(self, start: float, end: float) -> None:
        """How those who were sent are getting on."""
        for visitor in self._visitors:
            sent = self._sent.get(visitor.person)
            if sent is None:
                continue
            if start < visitor.walker.entry[1] <= end:
                sent = msgspec.structs.replace(sent, state="inside", since=self._store_time(end))
            has = tuple(Wanted(sku, n) for sku, n in sorted(visitor.carries.items()))
            if start < visitor.walker.exit[1] <= end:
                sent = msgspec.structs.replace(sent, state="left", since=self._store_time(end))
            self._sent[visitor.person] = msgspec.structs.replace(sent, has=has)

    def _let_go(self, t: float) -> None:
        """Forget who has left, and what is over."""
        left = [visitor for visitor in self._visitors if visitor.walker.last <= t * RATE_HZ]
        for visitor in left:
            self.carried_out += visitor.carries.total()
            self._shelves.forget(visitor.person)
            self._gone.append(visitor.person)
        if left:
            self._visitors = [visitor for visitor in self._visitors if visitor not in left]
            self._gone = self._gone[-self.most_inside * 4 :]
            self._schedule.forget(t - AHEAD_S)
        if self._step % RATE_HZ == 0:
            self._scales.settle(t)

    def _name(self, kind: str) -> str:
        self._number += 1
        return f"{kind}{self._number}"

    def _token(self, person: str) -> str:
        """No two runs of the store give out the same."""
        return f"card-{round(self._settings.started_at)}-{person}"

    def _store_time(self, t: float) -> float:
        return round(self._settings.started_at + t, 3)


def _reachable(layout: StoreLayout, ways: Ways) -> set[str]:
    """Slots that somebody who came in at a gate can stand at."""
    gates = [gate for gate in layout.file.gate if gate.kind in ("entry", "both")]
    found: set[str] = set()
    for gate in gates:
        cells = ways.cells[ways.reachable(np.mean(gate.outline, axis=0))]
        for slot in layout.file.slot:
            middle, half = np.array(slot.centre[:2]), np.subtract(slot.high, slot.low)[:2] * 0.3
            # Hands go to places along the slot: from each of the two ends somebody must be in reach.
            ends = (middle - half * _along(half), middle + half * _along(half))
            near = [np.hypot(*(cells - end).T) for end in ends]
            if all(((d >= ARM_M[0]) & (d <= ARM_M[1])).any() for d in near):
                found.add(slot.id)
    return found


def _along(size: Floats) -> Floats:
    """1 along the longer side, 0 along the other."""
    return np.asarray(np.arange(2) == int(np.argmax(size)), dtype=np.float64)


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length) if length > 0 else vector
