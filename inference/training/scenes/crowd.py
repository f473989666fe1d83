"""Who does what in a picture: groups, walkers, talkers, browsers, queues. Nobody stands in anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.figures import Wish
from inference.simulation.rendering.mesh import Mesh, placed
from inference.simulation.rendering.poses import HandTarget, Stance
from inference.simulation.rendering.scene import Surface, Thing
from inference.training.scenes.cameras import Candidates, View
from inference.training.scenes.contracts import Side
from inference.training.scenes.floor_map import BODY_M, FloorMap

Floats = NDArray[np.float64]
Act = Literal["walk", "stand", "talk", "browse", "queue"]
Arms = Literal["hang", "phone", "basket", "trolley", "pockets", "folded", "bag"]

APART_M = 0.42
"""Least distance between the middles of two people; shoulders may touch."""
PRESENT = 0.93
"""Chance that a group is in a given picture of its scene."""
SIZE_SD = 0.5
"""Spread of the sizes within a picture around the wanted one, natural logarithm."""
PUSHED_AHEAD_M, PUSHED_M = (0.6, 1.0), 0.26
"""Where a trolley's two halves are, and half their width."""
CARRIES = 0.3
"""Chance that a free hand holds something."""
BEHIND = 0.2
"""Chance that a group stands behind somebody, as the camera sees it."""
STRETCHES = 0.25
"""Chance that somebody who stands about holds an arm out: to something, at somebody, or for no reason. Arms
that hang are ten times as frequent, and a network that saw few others does not look for a hand out there."""
STRETCH_M = (0.4, 0.85)
"""How far in front of or beside the body such a hand is, for an adult."""
STRETCH_HEIGHT_M = (0.35, 2.0)


class Front(NamedTuple):
    """A place before a shelf, desk or window where people look at something."""

    x: float
    y: float
    heading: float
    """Where somebody there looks."""
    targets: tuple[tuple[float, float, float], ...] = ()
    """What can be reached from there."""


@dataclass
class Habits:
    """What people do in one kind of place."""

    acts: dict[Act, float]
    """Weights."""
    fronts: list[Front] = field(default_factory=list)
    lanes: tuple[float, ...] = ()
    """Directions that people walk in; empty: any."""
    carried: dict[Arms, float] = field(default_factory=lambda: {"hang": 1.0})
    """Weights of what arms do when nothing else is said."""
    trolleys: tuple[tuple[tuple[Mesh, Surface], ...], ...] = ()
    """What may be pushed, in the frame of who pushes it: they at the origin facing +x."""
    baskets: tuple[int, ...] = ()
    """Numbers of products that hang from a level forearm."""
    bags: tuple[int, ...] = ()
    """Numbers of products that hang from the hand of an arm that hangs itself."""
    phones: tuple[int, ...] = ()
    """Numbers of products that people look at who hold a telephone."""
    products: tuple[int, ...] = ()
    """Numbers of products that are held in a hand."""


class Troupe(NamedTuple):
    """The figures of a scene, and who belongs together."""

    wishes: tuple[Wish, ...]
    groups: tuple[tuple[int, ...], ...]


def troupe(rng: np.random.Generator, count: int, children: float, staff: float) -> Troupe:
    """``count`` figures in groups of one to five; shares of children (always with an adult) and staff."""
    colour = tuple(float(c) for c in rng.uniform(0.05, 0.9, 3))
    wishes: list[Wish] = []
    groups: list[tuple[int, ...]] = []
    while len(wishes) < count:
        size = min(int(rng.choice([1, 2, 3, 4, 5], p=[0.5, 0.27, 0.13, 0.06, 0.04])), count - len(wishes))
        first = len(wishes)
        for place in range(size):
            child = place > 0 and rng.random() < children
            works = size == 1 and rng.random() < staff
            wishes.append(Wish(child=child, staff=works, shop_colour=(colour[0], colour[1], colour[2])))
        groups.append(tuple(range(first, first + size)))
    return Troupe(tuple(wishes), tuple(groups))


class Cast(NamedTuple):
    """Everybody in one picture."""

    people: tuple[tuple[int, Stance], ...]
    props: tuple[Thing, ...]
    held: tuple[tuple[int, Side, int], ...]


class Director:
    """Places the groups of one picture one after another."""

    def __init__(
        self,
        rng: np.random.Generator,
        floor: FloorMap,
        habits: Habits,
        view: View,
        target_px: float,
    ) -> None:
        self._rng, self._floor, self._habits = rng, floor, habits
        self._candidates, self._eye = view.candidates, view.eye
        self._room = floor.room()
        self._weights = _weights(self._candidates, target_px)
        self._stances: list[tuple[int, Stance]] = []
        self._props: list[Thing] = []
        self._held: list[tuple[int, Side, int]] = []
        self._taken: list[tuple[float, float]] = []

    def cast(self, company: Troupe, liked: Floats) -> Cast:
        """Everybody who finds a place; ``liked`` weighs the candidates."""
        weights = self._weights * liked
        if weights.sum() > 0:
            self._chances = weights / weights.sum()
            for number in self._rng.permutation(len(company.groups)):
                if self._rng.random() < PRESENT:
                    self._place_group(company.groups[number], company.wishes)
        return Cast(tuple(self._stances), tuple(self._props), tuple(self._held))

    # -- groups ----------------------------------------------------------------------------------------

    def _place_group(self, group: tuple[int, ...], wishes: tuple[Wish, ...]) -> None:
        acts = list(self._habits.acts)
        weights = np.array([self._habits.acts[a] for a in acts])
        act = acts[int(self._rng.choice(len(acts), p=weights / weights.sum()))]
        if act == "browse" and self._habits.fronts:
            for person in group:
                self._browse(person, wishes[person])
            return
        for _ in range(8):
            xy = self._anchor()
            heading = self._direction(act)
            if self._try_group(group, wishes, act, xy, heading):
                return

    def _try_group(
        self, group: tuple[int, ...], wishes: tuple[Wish, ...], act: Act, xy: Floats, heading: float
    ) -> bool:
        places = self._formation(len(group), act, xy, heading)
        if not self._free(np.array([(x, y) for x, y, _ in places])):
            return False
        phase = float(self._rng.uniform(0, 1))
        self._taken += [(x, y) for x, y, _ in places]
        for person, (x, y, face) in zip(group, places, strict=True):
            self._add(person, wishes[person], act, (x, y, face), phase + float(self._rng.uniform(0, 0.4)))
        return True

    def _formation(self, size: int, act: Act, xy: Floats, heading: float) -> list[tuple[float, float, float]]:
        """x, y and heading of each of a group."""
        x, y = xy
        if size == 1:
            return [(float(x), float(y), heading)]
        if act == "talk":
            radius = float(self._rng.uniform(0.3, 0.5)) * (0.75 + 0.25 * size)
            angles = heading + np.arange(size) * 2 * np.pi / size + self._rng.normal(0, 0.2, size)
            return [
                (float(x + radius * np.cos(a)), float(y + radius * np.sin(a)), float(a + np.pi))
                for a in angles
            ]
        return self._rows(size, act, np.array([x, y]), heading)

    def _rows(self, size: int, act: Act, xy: Floats, heading: float) -> list[tuple[float, float, float]]:
        """A queue, or people abreast, those of a larger group in two ranks."""
        rng = self._rng
        gap = float(rng.uniform(0.48, 0.8))
        abreast = (
            1 if act == "queue" or rng.random() < 0.25 else min(3, (size + 1) // 2 if size > 2 else size)
        )
        rank, file = np.divmod(np.arange(size), abreast)
        aside = (file - (abreast - 1) / 2 + 0.3 * (rank % 2)) * gap
        back = rank * gap * float(rng.uniform(1.1, 1.7))
        ahead, left = (
            np.array([np.cos(heading), np.sin(heading)]),
            np.array([-np.sin(heading), np.cos(heading)]),
        )
        places = xy - np.outer(back, ahead) + np.outer(aside, left) + rng.normal(0, 0.08, (size, 2))
        turns = heading + rng.normal(0, 0.1 if act == "walk" else 0.5, size)
        return [(float(a), float(b), float(t)) for (a, b), t in zip(places, turns, strict=True)]

    def _anchor(self) -> Floats:
        """A place by weight, or behind somebody who is there already."""
        if self._taken and self._rng.random() < BEHIND:
            x, y = self._taken[int(self._rng.integers(len(self._taken)))]
            away = np.array([x, y]) - self._eye[:2]
            away /= max(float(np.linalg.norm(away)), 1e-6)
            aside = np.array([-away[1], away[0]])
            return np.array([x, y]) + away * self._rng.uniform(0.45, 1.5) + aside * self._rng.normal(0, 0.25)
        place = self._candidates.xy[int(self._rng.choice(len(self._chances), p=self._chances))]
        return np.asarray(place + self._rng.uniform(-0.5, 0.5, 2) * self._floor.step)

    def _free(self, xy: Floats) -> bool:
        if not self._floor.fits(xy, self._room, BODY_M - 0.02).all():
            return False
        taken = np.array([*self._taken, *xy])
        between = np.linalg.norm(taken[:, None] - xy[None], axis=2)
        between[np.arange(len(xy)) + len(self._taken), np.arange(len(xy))] = np.inf
        return bool(between.min() >= APART_M)

    # -- one person ------------------------------------------------------------------------------------

    def _browse(self, person: int, wish: Wish) -> None:
        """Before a shelf that the camera sees, if one is free."""
        fronts = self._habits.fronts
        for number in self._rng.permutation(len(fronts))[:12]:
            front = fronts[number]
            xy = np.array([[front.x, front.y]])
            gap = np.linalg.norm(self._candidates.xy - xy, axis=1)
            near = int(gap.argmin())
            if gap[near] > 0.8 or self._weights[near] <= 0 or not self._free(xy):
                continue
            self._taken.append((front.x, front.y))
            if self._rng.random() < 0.25:
                self._add(person, wish, "stand", (front.x, front.y, front.heading), 0.0)
            else:
                self._add_reaching(person, wish, front)
            return

    def _add_reaching(self, person: int, wish: Wish, front: Front) -> None:
        rng = self._rng
        hands: dict[str, HandTarget | None] = {"left": None, "right": None}
        crouch = lean = 0.0
        if front.targets and rng.random() < 0.75:
            side = "left" if rng.random() < 0.4 else "right"
            target = front.targets[int(rng.integers(len(front.targets)))]
            share = float(np.clip(rng.uniform(0.15, 1.7), 0, 1))
            hands[side] = HandTarget(target, share)
            low = np.clip((0.95 - target[2]) / 0.75, 0, 1)
            crouch = float(low * rng.uniform(0.3, 1.0)) * share if rng.random() < 0.7 else 0.0
            lean = float(np.clip(low - crouch, 0, 1) * 0.8) * share
        stance = Stance(
            x=front.x + float(rng.normal(0, 0.02)),
            y=front.y + float(rng.normal(0, 0.02)),
            heading=front.heading + float(rng.normal(0, 0.15)),
            crouch=crouch,
            lean=lean,
            look=float(rng.normal(0, 0.35)),
            look_down=float(rng.uniform(-0.1, 0.6)),
            left=hands["left"],
            right=hands["right"],
            arms=self._arms(("trolley",)),
            seed=int(rng.integers(2**31)),
        )
        self._keep(person, stance)
        self._give(person, wish, stance)

    def _add(
        self, person: int, wish: Wish, act: Act, place: tuple[float, float, float], phase: float
    ) -> None:
        rng = self._rng
        x, y, heading = place
        walking = act == "walk"
        arms = self._arms(() if walking or rng.random() < 0.3 else ("trolley",))
        if wish.child and arms in {"trolley", "basket"}:
            arms = "hang"
        if arms == "trolley":
            turns = [heading + quarter * np.pi / 2 for quarter in range(4)]
            free = [turn for turn in turns if self._room_ahead(x, y, turn)]
            arms, heading = ("trolley", free[0]) if free else ("hang", heading)
        stretched = self._stretched(wish, (x, y, heading)) if act in {"stand", "talk"} else {}
        if arms == "trolley":
            stretched = {}
        stance = Stance(
            x=x,
            y=y,
            heading=heading,
            phase=phase % 1.0,
            stride=float(rng.uniform(0.35, 1.0)) if walking else 0.0,
            crouch=float(rng.uniform(0.3, 1.0)) if act == "stand" and rng.random() < 0.05 else 0.0,
            lean=float(np.clip(rng.normal(0.03, 0.06), -0.05, 0.3)),
            look=float(np.clip(rng.normal(0, 0.2 if walking else 0.5), -1.1, 1.1)),
            look_down=float(rng.uniform(0.3, 0.7) if arms == "phone" else rng.normal(0.08, 0.15)),
            left=stretched.get("left"),
            right=stretched.get("right"),
            arms=arms,
            seed=int(rng.integers(2**31)),
        )
        self._keep(person, stance)
        self._give(person, wish, stance)

    def _stretched(self, wish: Wish, place: tuple[float, float, float]) -> dict[Side, HandTarget]:
        """An arm held out, sometimes both."""
        rng = self._rng
        found: dict[Side, HandTarget] = {}
        if rng.random() >= STRETCHES:
            return found
        x, y, heading = place
        tall = 0.65 if wish.child else 1.0
        sides: tuple[Side, ...] = ("left", "right")
        for side in rng.permutation(2)[: 1 if rng.random() < 0.8 else 2]:
            # Outwards more than across the body.
            outwards = (1 if side == 0 else -1) * float(rng.uniform(-0.4, 1.4))
            far = tall * float(rng.uniform(*STRETCH_M))
            target = (
                x + far * float(np.cos(heading + outwards)),
                y + far * float(np.sin(heading + outwards)),
                tall * float(rng.uniform(*STRETCH_HEIGHT_M)),
            )
            found[sides[side]] = HandTarget(target, float(np.clip(rng.uniform(0.3, 1.5), 0, 1)))
        return found

    def _room_ahead(self, x: float, y: float, heading: float) -> bool:
        """Whether something can be pushed there."""
        places = _ahead(x, y, heading)
        if not self._habits.trolleys or not self._floor.fits(places, self._room, PUSHED_M).all():
            return False
        others = [p for p in self._taken if p != (x, y)]
        if not others:
            return True
        return bool(np.linalg.norm(places[:, None] - np.array(others)[None], axis=2).min() > 2 * PUSHED_M)

    def _arms(self, without: tuple[Arms, ...]) -> Arms:
        carried = {a: w for a, w in self._habits.carried.items() if a not in without}
        weights = np.array(list(carried.values()))
        return list(carried)[int(self._rng.choice(len(carried), p=weights / weights.sum()))]

    def _keep(self, person: int, stance: Stance) -> None:
        self._stances.append((person, stance))

    def _give(self, person: int, wish: Wish, stance: Stance) -> None:
        """What somebody pushes, carries, or has just taken."""
        rng, habits = self._rng, self._habits
        if stance.arms == "trolley" and habits.trolleys:
            parts = habits.trolleys[int(rng.integers(len(habits.trolleys)))]
            matrix = placed(stance.x, stance.y, 0.0, stance.heading)[None]
            self._props += [Thing(mesh, surface, matrix) for mesh, surface in parts]
            self._taken += [(float(a), float(b)) for a, b in _ahead(stance.x, stance.y, stance.heading)]
        elif stance.arms == "basket" and habits.baskets and stance.left is None:
            self._held.append((person, "left", habits.baskets[int(rng.integers(len(habits.baskets)))]))
        elif stance.arms == "phone" and habits.phones and stance.right is None:
            self._held.append((person, "right", habits.phones[int(rng.integers(len(habits.phones)))]))
        elif stance.arms == "hang" and not wish.child and rng.random() < CARRIES:
            reaching = stance.left is not None or stance.right is not None
            side: Side = "left" if rng.random() < 0.4 else "right"
            if reaching:
                side = "right" if stance.left is None else "left"
            choice = habits.products if reaching or rng.random() < 0.6 else habits.bags
            if choice:
                self._held.append((person, side, choice[int(rng.integers(len(choice)))]))

    def _direction(self, act: Act) -> float:
        lanes = self._habits.lanes
        if act == "walk" and lanes and self._rng.random() < 0.8:
            way = lanes[int(self._rng.integers(len(lanes)))]
            return float(way + (np.pi if self._rng.random() < 0.5 else 0.0) + self._rng.normal(0, 0.25))
        return float(self._rng.uniform(0, 2 * np.pi))


def _ahead(x: float, y: float, heading: float) -> Floats:
    """Middles of what somebody pushes, ``[2, 2]``."""
    way = np.array([np.cos(heading), np.sin(heading)])
    return np.array([x, y]) + np.outer(PUSHED_AHEAD_M, way)


def _weights(found: Candidates, target_px: float) -> Floats:
    """Chances of the candidates: visible ones, all sizes alike, but most around the wanted one."""
    good = (found.size > 5) & (found.inside > 0.12) & (found.seen > 0.2)
    size = np.log(np.maximum(found.size, 1.0))
    bins = np.clip(((size - np.log(15)) / np.log(500 / 15) * 14).astype(int), 0, 14)
    count = np.bincount(bins[good], minlength=15)
    near = np.exp(-0.5 * ((size - np.log(target_px)) / SIZE_SD) ** 2) + 0.04
    # Half hidden people are wanted too, but fewer than open ones; the same holds for cut ones.
    return np.where(good, near / np.maximum(count[bins], 1) * (0.3 + found.seen) * (0.35 + found.inside), 0.0)
