"""What is simulated at scale: how full the store is, what people do, how good its devices are.

Every session draws its own devices from the ranges that published work gives, so that what is tuned on some
sessions cannot lean on one camera's or one scale's habits.
"""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from inference.simulation.faults import CameraFault, CameraLost, CameraTurned, ClockOff
from inference.simulation.formats import FORMATS, FormatName
from inference.simulation.hand_overs import Chances, HandOvers
from inference.simulation.plans import Errand, Plan
from inference.simulation.scale_faults import (
    ScaleDrifts,
    ScaleFault,
    ScaleRezeroed,
    ScaleSilent,
    ScaleStuck,
)
from inference.simulation.settings import SimulationSettings
from store_layout.model import StoreLayout

ProfileName = Literal["quiet", "normal", "crowd", "adversarial", "faults", "handed"]

RECALL = (0.85, 0.93)
"""Of people who can be seen well (YOLOX-nano on PETS09-S2L1: .88 to .91 of all)."""
FALSE_ALARMS = (0.03, 0.25)
"""A frame; with the next, precision .80 to .95 with the people that these stores hold."""
CLUTTER = (0.02, 0.2)
FOOT_NOISE = (0.05, 0.08)
"""Share of the box height; median error on the floor 0.15 to 0.20 m."""
WRISTS = (0.45, 0.75)
"""Share of visible wrists that are found (the shipped network: .54 within 8 cm, on random scenes) ..."""
REACHING = (0.3, 0.8)
"""... and the share of that of those that reach into a shelf (it loses most of them: BENCHMARKS.md)."""
WRONG_WRISTS = (0.03, 0.12)
UNLIKE = (0.72, 0.88)
"""Noise of appearance vectors: looks of one person and of two are told apart with an AUC of .97 to .92, and a
unit of cosine is worth 12 to 18 nats (the shipped network: .93 on random scenes, .96 in a store; 12.5) ..."""
UNLIKE_S = 2.0
"""... and a camera errs alike for about so long."""
NOISE_G = (1.5, 2.6)
"""Rest noise of AutoCheckout's plates."""
DRIFT_G = (1.0, 5.0)
CROSSTALK = (0.02, 0.06)
WEIGHT_ERROR = 0.003
"""Relative error of a catalogue's weights: AutoCheckout's were 0.2 to 0.7 % off."""
LOST_READINGS = 0.002

PUT_BACK = 0.24
"""Share of shelf events (56 of 237 in the hand-labelled AutoCheckout set)."""
WRONG_SLOT = 0.15
"""Share of put-backs that go to a wrong slot; half of these on the same fixture."""
TOUCHES = 0.06
"""Hands in a shelf that take nothing, per errand."""
PARTIES = 0.1
"""Share of arrivals that are two on one card."""
STAFF = 0.03
"""Share of arrivals that are staff who fill shelves."""
NOTHING = 0.1
"""Share of shoppers who only look."""
HANDED = Chances(
    in_party=0.4, to_stranger=0.03, back=0.4, elsewhere=2.0 * WRONG_SLOT, asked_for=0.5, within_s=30.0
)
"""How often goods change hands inside, on an adversarial day. We know of no published figure: all of it is
assumed. Parties as often as errands are tricky; of 100 shoppers two or three who take something down for a
stranger, a guess at the upper end; put back a little more often than of all that is taken, which is
PUT_BACK / (1 - PUT_BACK) = .32; to a wrong slot twice as often, by who did not take it. On a normal day
nothing is handed on: there is no figure that a rate could be held against."""
GATE_S = 2.0
"""One gate lets in at most one person in so long (25 to 30 a minute and lane): the crowd of a supermarket
with one gate is what comes through it."""
FIRST = 0.5
"""Share of those inside on the average who come at once at the start: the others find them there."""
STAY_S = {"nano": 26.0, "convenience": 32.0, "supermarket": 38.0}
"""Measured: how long somebody stays, on the average."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of day."""

    name: ProfileName
    people_per_m2: float
    """On the average, over the whole floor."""
    tricky: float = 0.0
    """Share of errands that are one of :data:`TRICKS`."""
    faults: bool = False
    parties: float = PARTIES
    handed: Chances | None = None
    """How often goods change hands; None: never."""


PROFILES: dict[ProfileName, Profile] = {
    profile.name: profile
    for profile in (
        Profile(name="quiet", people_per_m2=1.5 / 60.0),
        Profile(name="normal", people_per_m2=6.0 / 60.0),
        Profile(name="crowd", people_per_m2=15.0 / 60.0),
        Profile(name="adversarial", people_per_m2=6.0 / 60.0, tricky=0.4, handed=HANDED),
        Profile(name="faults", people_per_m2=6.0 / 60.0, faults=True),
        # An ordinary day, but that a third comes in company and much is handed on: to be counted.
        Profile(
            name="handed",
            people_per_m2=6.0 / 60.0,
            parties=0.35,
            handed=msgspec.structs.replace(HANDED, in_party=1.0, to_stranger=0.5),
        ),
    )
}
TRICKS = ("wrong_slot", "second_thoughts", "swap", "grab", "quick_two", "company")
"""Put back among other goods; take, put back and take again; take one flavour and leave it among the other;
three or four at once; two things in quick succession; two strangers' hands on one board at one moment."""


def settings_of(profile: Profile, layout: StoreLayout, seed: int) -> SimulationSettings:
    """The devices of one session, and in ``faults`` what is wrong with them."""
    rng = np.random.default_rng([seed, 78])

    def between(limits: tuple[float, float]) -> float:
        return float(rng.uniform(*limits))

    settings = SimulationSettings(
        recall=between(RECALL),
        false_alarms=between(FALSE_ALARMS),
        clutter=between(CLUTTER),
        foot_noise=between(FOOT_NOISE),
        wrist_seen=between(WRISTS),
        reaching_found=between(REACHING),
        wrist_wrong=between(WRONG_WRISTS),
        looks=True,
        appearance_noise=between(UNLIKE),
        appearance_memory_s=UNLIKE_S,
        scale_noise_g=NOISE_G,
        drift_g=between(DRIFT_G),
        crosstalk=between(CROSSTALK),
        lost_readings=LOST_READINGS,
        weight_error=WEIGHT_ERROR,
    )
    if not profile.faults:
        return settings
    return msgspec.structs.replace(
        settings, faults=_camera_faults(layout, rng), scale_faults=_scale_faults(layout, rng)
    )


FAULTY_SCALES = (1, 4)
FAULT_WITHIN_S = 120.0
SILENT_S = (10.0, 60.0)
CREEP_G_PER_MIN = (10.0, 40.0)


def _scale_faults(layout: StoreLayout, rng: np.random.Generator) -> tuple[ScaleFault, ...]:
    """One to three scales, each with something wrong."""
    found: list[ScaleFault] = []
    for scale in rng.choice(sorted(layout.scales), size=int(rng.integers(*FAULTY_SCALES)), replace=False):
        at, name = float(rng.uniform(5.0, FAULT_WITHIN_S)), str(scale)
        match int(rng.integers(4)):
            case 0:
                found.append(ScaleSilent(scale=name, from_s=at, for_s=float(rng.uniform(*SILENT_S))))
            case 1:
                found.append(ScaleStuck(scale=name, from_s=at, for_s=float(rng.uniform(*SILENT_S))))
            case 2:
                found.append(ScaleRezeroed(scale=name, at_s=at))
            case _:
                creep = float(rng.uniform(*CREEP_G_PER_MIN)) * float(rng.choice((-1.0, 1.0)))
                found.append(ScaleDrifts(scale=name, from_s=at, g_per_min=creep))
    return tuple(found)


def _camera_faults(layout: StoreLayout, rng: np.random.Generator) -> tuple[CameraFault, ...]:
    """One camera: lost for a while, its clock off, or turned."""
    name = layout.file.camera[int(rng.integers(len(layout.file.camera)))].id
    sign = float(rng.choice((-1.0, 1.0)))
    match int(rng.integers(3)):
        case 0:
            at = float(rng.uniform(5.0, FAULT_WITHIN_S))
            return (CameraLost(camera=name, from_s=at, for_s=float(rng.uniform(*SILENT_S))),)
        case 1:
            return (ClockOff(camera=name, by_s=0.3 * sign),)
        case _:
            return (CameraTurned(camera=name, pan_deg=2.0 * sign),)


def plans_of(
    profile: Profile, name: FormatName, layout: StoreLayout, visits: int, seed: int
) -> tuple[Plan, ...]:
    """Who comes: shoppers, parties and staff, ``visits`` in all or one more."""
    rng = np.random.default_rng([seed, 79])
    length, width = FORMATS[name].size
    inside = profile.people_per_m2 * length * width
    shopper = _Shopper(layout, profile, rng)
    plans: list[Plan] = []
    arrive = 1.0
    while len(plans) < visits:
        here = f"p{len(plans) + 1}"
        people = 1
        if rng.random() < STAFF:
            plans.append(Plan(person=here, arrive_s=arrive, errands=shopper.chores(), staff=True))
        elif rng.random() < profile.parties:
            people = 2
            for member in range(people):
                errands, tricky = shopper.errands()
                plans.append(
                    Plan(
                        person=f"p{len(plans) + 1}",
                        arrive_s=arrive + 1.2 * member,
                        errands=errands,
                        group=f"g{here}",
                        tricky=("group", *tricky),
                    )
                )
        else:
            errands, tricky = shopper.errands()
            plans.append(Plan(person=here, arrive_s=arrive, errands=errands, tricky=tricky))
        soon = len(plans) < FIRST * inside
        mean = 1.5 if soon else people * STAY_S[name] / inside
        gate = people * GATE_S
        arrive += gate + float(rng.exponential(max(0.2, mean - gate)))
    found = _in_company(tuple(plans), shopper, layout, rng) if profile.tricky else tuple(plans)
    return _handed_on(found, profile, layout, seed)


def _handed_on(plans: tuple[Plan, ...], profile: Profile, layout: StoreLayout, seed: int) -> tuple[Plan, ...]:
    """Some give others what they took. Drawn apart: days on which nobody does are as they were."""
    if profile.handed is None:
        return plans
    rng = np.random.default_rng([seed, 81])
    return HandOvers(profile.handed, _Shopper(layout, profile, rng).elsewhere, rng).among(plans)


class _Shopper:
    """What people set out to do in one store."""

    def __init__(self, layout: StoreLayout, profile: Profile, rng: np.random.Generator) -> None:
        self._layout, self._profile, self._rng = layout, profile, rng
        self._stocked = [slot for slot, skus in layout.skus_of_slot.items() if skus]
        self._fixture = {slot.id: slot.fixture for slot in layout.file.slot}

    def errands(self) -> tuple[tuple[Errand, ...], tuple[str, ...]]:
        """One shopper's, and what makes them tricky."""
        rng = self._rng
        if rng.random() < NOTHING:
            act: Literal["browse", "touch"] = "touch" if rng.random() < TOUCHES * 5 else "browse"
            return (Errand(act=act, slot=str(rng.choice(self._stocked))),), ("nothing",)
        found: list[Errand] = []
        tricky: list[str] = []
        for slot in rng.permutation(self._stocked)[: int(rng.integers(1, 5))]:
            if rng.random() < self._profile.tricky:
                trick = TRICKS[int(rng.integers(len(TRICKS)))]
                tricky.append(trick)
                found += self._trick(trick, str(slot))
            else:
                found += self._plain(str(slot), tricky)
        return tuple(found), tuple(dict.fromkeys(tricky))

    def chores(self) -> tuple[Errand, ...]:
        """Shelves that staff fill."""
        slots = self._rng.permutation(self._stocked)[: int(self._rng.integers(2, 5))]
        return tuple(Errand(act="restock", slot=str(s), count=int(self._rng.integers(2, 7))) for s in slots)

    def _sku(self, slot: str) -> str:
        return str(self._rng.choice(self._layout.skus_of_slot[slot]))

    def elsewhere(self, slot: str) -> str:
        """Another slot: of the same fixture, or anywhere."""
        near = [s for s in self._stocked if s != slot and self._fixture[s] == self._fixture[slot]]
        pool = near if near and self._rng.random() < 0.5 else [s for s in self._stocked if s != slot]
        return str(self._rng.choice(pool))

    def _plain(self, slot: str, tricky: list[str]) -> list[Errand]:
        """A take, sometimes of two, sometimes with second thoughts, sometimes only a touch."""
        rng = self._rng
        if rng.random() < TOUCHES:
            return [Errand(act="touch", slot=slot)]
        sku = self._sku(slot)
        errands = [Errand(act="take", slot=slot, sku=sku, count=2 if rng.random() < 0.15 else 1)]
        # Of all events a share f are put-backs, so a take is followed by one with probability f / (1 - f).
        if rng.random() < PUT_BACK / (1.0 - PUT_BACK):
            tricky.append("put_back")
            target = slot
            if rng.random() < WRONG_SLOT:
                tricky.append("wrong_slot")
                target = self.elsewhere(slot)
            errands.append(Errand(act="put_back", slot=target, sku=sku))
        return errands

    def _trick(self, trick: str, slot: str) -> list[Errand]:
        rng, sku = self._rng, self._sku(slot)
        take = Errand(act="take", slot=slot, sku=sku)
        match trick:
            case "wrong_slot":
                return [take, Errand(act="put_back", slot=self.elsewhere(slot), sku=sku)]
            case "second_thoughts":
                again = Errand(act="take", slot=slot, sku=sku, wait_s=1.0)
                back = Errand(act="put_back", slot=slot, sku=sku, wait_s=1.0)
                return [take, back, again] if rng.random() < 0.5 else [take, again, back]
            case "swap":
                beside = self.beside(slot)
                other = Errand(act="take", slot=beside, sku=self._sku(beside), wait_s=0.8)
                return [take, Errand(act="put_back", slot=beside, sku=sku, wait_s=1.0), other]
            case "grab":
                return [Errand(act="take", slot=slot, sku=sku, count=int(rng.integers(3, 5)))]
            case "quick_two":
                beside = self.beside(slot)
                return [take, Errand(act="take", slot=beside, sku=self._sku(beside), wait_s=0.1)]
            case _:
                return [take]

    def beside(self, slot: str) -> str:
        """A slot next to this one on its board."""
        mine = self._layout.slots[slot]
        board = [s for s in self._layout.file.slot if (s.fixture, s.shelf) == (mine.fixture, mine.shelf)]
        centre = np.array(mine.centre)
        board.sort(key=lambda s: float(np.abs(np.array(s.centre) - centre).sum()))
        return next((s.id for s in board if s.id != slot), slot)


COMPANY_AFTER_S = (14.0, 24.0)


def _in_company(
    plans: tuple[Plan, ...], shopper: _Shopper, layout: StoreLayout, rng: np.random.Generator
) -> tuple[Plan, ...]:
    """Let the next shopper reach into the same board at the same moment as whoever drew ``company``."""
    found = list(plans)
    for i in range(len(found) - 1):
        mine, other = found[i], found[i + 1]
        takes = [n for n, e in enumerate(mine.errands) if e.act == "take" and e.at is None]
        if "company" not in mine.tricky or not takes or other.staff or mine.group or other.group:
            continue
        at = max(mine.arrive_s, other.arrive_s) + float(rng.uniform(*COMPANY_AFTER_S))
        first = mine.errands[takes[0]]
        beside = shopper.beside(first.slot)
        mine_first = msgspec.structs.replace(first, at=at)
        rest = (*mine.errands[: takes[0]], *mine.errands[takes[0] + 1 :])
        found[i] = msgspec.structs.replace(mine, errands=(mine_first, *rest))
        act: Literal["take", "touch"] = "touch" if rng.random() < 0.3 else "take"
        sku = layout.skus_of_slot[beside][0]
        joined = Errand(act=act, slot=beside, sku=sku, at=at + float(rng.uniform(-0.4, 0.4)))
        found[i + 1] = msgspec.structs.replace(
            other,
            errands=(joined, *other.errands),
            tricky=tuple(dict.fromkeys((*other.tricky, "company"))),
        )
    return tuple(found)
