"""What a calibrated camera and its detector make of the people in front of them."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.messages import Appearance, Box, Detection, Detections, Holding, KeyPoint
from inference.simulation.bodies import FOOT, HEAD, LEFT, RIGHT, RING, body_points
from inference.simulation.hand_looks import HandLooks
from inference.simulation.people import Walker
from inference.simulation.prisms import Prisms
from inference.simulation.settings import SimulationSettings
from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.model import Camera, StoreLayout

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

IGNORE_BELOW = 0.3
"""Whoever is visible by less than this share counts neither as a hit nor as a miss."""
WRIST_SCORE = 0.99
"""A wrist that is said to be somewhere is there: what this detector does not see it does not guess ..."""
FOREARM = (0.35, 0.9)
"""... but for those that it takes to be elsewhere: so far along the way from the shoulder to the wrist."""
REACHING = 0.28
"""A wrist farther from the body's middle than this share of its height reaches for something."""
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
REACHED_IN_M = 0.5
"""A hand inside a fixture is seen through its open front."""


class Sighting(NamedTuple):
    """One person in one picture, as it truly is."""

    person: str
    box: Box
    visible: float
    """Share of the body that the camera sees."""
    pixels: Floats
    """``(POINTS, 2)``"""
    seen: Mask


class SimulatedCamera:
    """A camera of the store, with its own errors. Call with ascending times."""

    def __init__(
        self,
        layout: StoreLayout,
        camera: Camera,
        settings: SimulationSettings,
        seed: list[int],
        held: HandLooks | None = None,
    ) -> None:
        """``held``: what hands hold; None: they are not looked into.

        Raises ``ValueError`` for a camera that cannot tell where heights are.
        """
        self._held = held
        self.about = camera
        self._settings = settings
        self._model: CameraModel = camera_model(camera)
        position = self._model.position
        if position is None or not self._model.can_see_heights:
            raise ValueError(
                f"camera {camera.id}: people cannot be projected with its floor-only calibration"
            )
        self._position = np.array(position)
        self._fixtures = Prisms(layout.file.fixture)
        self._rng = np.random.default_rng(seed)
        self._tint = self._rng.normal(0, 0.15, settings.appearance_size)
        self._errors: dict[str, tuple[float, Floats]] = {}
        self._unlike: dict[str, tuple[float, Floats]] = {}
        self._clutter = self._fixed_thing(layout)

    def look(self, people: list[Walker], t: float) -> list[Sighting]:
        """Everybody in the picture at ``t`` seconds from the start, truly; nearest first."""
        if not people:
            return []
        world = np.stack([body_points(walker, t) for walker in people])
        flat = world.reshape(-1, 3)
        pixels, front = self._model.project(flat)
        with np.errstate(invalid="ignore"):
            inside = (
                front
                & (pixels >= 0).all(axis=1)
                & (pixels[:, 0] < self.about.width)
                & (pixels[:, 1] < self.about.height)
            )
        margins = np.where(_is_hand(len(people))[inside], REACHED_IN_M, 0.02)
        inside[inside] &= ~self._fixtures.hide(self._position, flat[inside], margins)
        shape = world.shape[:2]
        return self._sightings(
            people, world, pixels.reshape(*shape, 2), front.reshape(shape), inside.reshape(shape)
        )

    def detect(
        self,
        sightings: list[Sighting],
        looks: dict[str, Floats],
        t: float,
        seq: int,
        stamp_s: float | None = None,
    ) -> Detections:
        """What the detector says about a picture, with its misses, errors and false alarms.

        ``stamp_s``: when the camera believes it to be; None: it is right.
        """
        items = []
        for sighting in sightings:
            chance = self._settings.recall * float(np.clip((sighting.visible - 0.12) / 0.35, 0.0, 1.0))
            if self._rng.random() < chance:
                items.append(self._found(sighting, looks.get(sighting.person), t))
        items += self._false_alarms()
        items.sort(key=lambda item: -item.score)
        return Detections(
            camera=self.about.id,
            t=round(self._settings.started_at + (t if stamp_s is None else stamp_s), 3),
            seq=seq,
            width=self.about.width,
            height=self.about.height,
            items=tuple(items),
        )

    def forget(self, person: str) -> None:
        """Somebody has left and does not come again."""
        self._errors.pop(person, None)
        self._unlike.pop(person, None)

    # -- the truth -----------------------------------------------------------------------------------

    def _sightings(
        self, people: list[Walker], world: Floats, pixels: Floats, front: Mask, seen: Mask
    ) -> list[Sighting]:
        distance = np.linalg.norm(world[:, FOOT, :2] - self._position[:2], axis=1)
        sightings: list[Sighting] = []
        for i in np.argsort(distance, kind="stable"):
            if not front[i].all() or not np.isfinite(pixels[i]).all():
                continue
            visible = seen[i].copy()
            for nearer in sightings:
                visible &= ~_covered(pixels[i], nearer.pixels[:RING])
            share = float(visible[:RING].mean())
            box = self._clipped(_bounds(pixels[i]))
            if share > 0.0 and box is not None:
                sightings.append(Sighting(people[i].plan.person, box, share, pixels[i], visible))
        return sightings

    def _clipped(self, box: Box) -> Box | None:
        x1, y1, x2, y2 = box
        x1, x2 = max(0.0, x1), min(float(self.about.width), x2)
        y1, y2 = max(0.0, y1), min(float(self.about.height), y2)
        return (x1, y1, x2, y2) if x2 - x1 >= 2.0 and y2 - y1 >= 4.0 else None

    # -- the detector --------------------------------------------------------------------------------

    def _found(self, sighting: Sighting, look: Floats | None, t: float) -> Detection:
        height = sighting.pixels[:, 1].max() - sighting.pixels[:, 1].min()
        error = self._error(sighting.person, t)
        foot_seen = bool(sighting.seen[FOOT])
        foot_sd = self._settings.foot_noise * height * (1.0 if foot_seen else self._settings.hidden_foot)
        point_sd = self._settings.point_noise * height
        # Hidden feet shorten a box: a detector guesses only a part of what it does not see.
        shown = np.array(_bounds(sighting.pixels[sighting.seen]))
        guessed = float(np.clip(self._rng.normal(self._settings.hidden_guessed, 0.1), 0.0, 1.0))
        box = shown + guessed * (np.array(sighting.box) - shown)
        jitter = self._rng.normal(0.0, point_sd, 4)
        score = float(np.clip(self._rng.normal(0.55 + 0.35 * sighting.visible, 0.08), 0.3, 0.99))
        left = self._wrist(sighting, LEFT, error[2] * point_sd)
        right = self._wrist(sighting, RIGHT, error[3] * point_sd)
        return Detection(
            box=_box(box[0] + jitter[0], box[1] + jitter[1], box[2] + jitter[2], box[3] + jitter[3]),
            score=round(score, 3),
            head=self._point(sighting, HEAD, error[1] * point_sd, 0.9),
            foot=_point(sighting.pixels[FOOT] + error[0] * foot_sd, 0.85 if foot_seen else 0.3),
            wrist_left=left,
            wrist_right=right,
            appearance=self._appearance(look, sighting.visible, sighting.person, t),
            holds=self._holds(sighting.person, left, right, t),
        )

    def _holds(
        self, person: str, left: KeyPoint | None, right: KeyPoint | None, t: float
    ) -> tuple[Holding, ...]:
        """A look into each hand that was found."""
        if self._held is None:
            return ()
        looks = (
            self._held.look(person, side, t, self.about.id)
            for side, found in zip(SIDES, (left, right), strict=True)
            if found is not None
        )
        return tuple(look for look in looks if look is not None)

    def _error(self, person: str, t: float) -> Floats:
        """``(4, 2)`` standard normal errors (foot, head, wrists) that fade into new ones over time."""
        fresh = self._rng.normal(0.0, 1.0, (4, 2))
        if person in self._errors:
            before, old = self._errors[person]
            keep = float(np.exp(-(t - before) / self._settings.noise_memory_s))
            fresh = keep * old + np.sqrt(1.0 - keep * keep) * fresh
        self._errors[person] = (t, fresh)
        return fresh

    def _point(self, sighting: Sighting, row: int, error: Floats, score: float) -> KeyPoint | None:
        return _point(sighting.pixels[row] + error, score) if sighting.seen[row] else None

    def _wrist(self, sighting: Sighting, row: int, error: Floats) -> KeyPoint | None:
        settings = self._settings
        found = settings.wrist_seen
        if settings.reaching_found < 1.0 and self._stretched(sighting, row):
            found *= settings.reaching_found
        if self._rng.random() >= found:
            return None
        if settings.wrist_wrong > 0.0:
            if self._rng.random() < settings.wrist_wrong:
                along = float(self._rng.uniform(*FOREARM))
                shoulder = sighting.pixels[HEAD] + 0.25 * (sighting.pixels[FOOT] - sighting.pixels[HEAD])
                error = error + (along - 1.0) * (sighting.pixels[row] - shoulder)
            return self._point(sighting, row, error, round(WRIST_SCORE - settings.wrist_wrong, 2))
        return self._point(sighting, row, error, WRIST_SCORE)

    @staticmethod
    def _stretched(sighting: Sighting, row: int) -> bool:
        """Whether the hand is far from where it hangs: beside the middle of the body."""
        head, foot = sighting.pixels[HEAD], sighting.pixels[FOOT]
        height = max(1.0, float(np.hypot(*(head - foot))))
        return float(np.hypot(*(sighting.pixels[row] - 0.5 * (head + foot)))) > REACHING * height

    def _appearance(
        self, look: Floats | None, visible: float, person: str = "", t: float = 0.0
    ) -> Appearance | None:
        if look is None or not len(look):
            return None
        # The less is seen of somebody, the more of the vector is somebody else's or the shelf's.
        noise = self._settings.appearance_noise * (1.0 + 1.5 * (1.0 - visible)) / np.sqrt(len(look))
        unlike = self._rng.normal(0.0, noise, len(look))
        memory = self._settings.appearance_memory_s
        if memory > 0.0 and person:
            before, old = self._unlike.get(person, (t, unlike))
            keep = float(np.exp(-(t - before) / memory)) if person in self._unlike else 0.0
            unlike = keep * old + np.sqrt(1.0 - keep * keep) * unlike
            self._unlike[person] = (t, unlike)
        vector = look + self._tint / np.sqrt(len(look)) + unlike
        return Appearance(np.round(vector / np.linalg.norm(vector), 2).astype(np.float32))

    def _false_alarms(self) -> list[Detection]:
        found = []
        for _ in range(int(self._rng.poisson(self._settings.false_alarms))):
            height = float(self._rng.uniform(0.12, 0.45)) * self.about.height
            x = float(self._rng.uniform(0, self.about.width))
            y = float(self._rng.uniform(height, self.about.height))
            found.append(self._phantom(np.array([x, y]), height))
        if self._clutter is not None and self._rng.random() < self._settings.clutter:
            foot, height = self._clutter
            found.append(self._phantom(foot + self._rng.normal(0.0, 2.0, 2), height))
        return found

    def _phantom(self, foot: Floats, height: float) -> Detection:
        half = 0.18 * height
        size = self._settings.appearance_size
        look = self._rng.normal(0.0, 1.0, size) if size else None
        box = _box(foot[0] - half, foot[1] - height, foot[0] + half, foot[1])
        return Detection(
            box=box,
            score=round(float(self._rng.uniform(0.3, 0.6)), 3),
            head=_point(np.array([foot[0], foot[1] - 0.93 * height]), 0.4),
            foot=_point(foot, 0.4),
            appearance=self._appearance(look / np.linalg.norm(look), 0.5) if look is not None else None,
        )

    def _fixed_thing(self, layout: StoreLayout) -> tuple[Floats, float] | None:
        """Something by a fixture that looks like a person: its foot in the picture, and its height."""
        corners = [corner for fixture in layout.file.fixture for corner in fixture.outline]
        for i in self._rng.permutation(len(corners)):
            x, y = corners[i]
            ends, front = self._model.project(np.array([[x, y, 0.0], [x, y, 1.5]]))
            inside = (ends >= 0).all() and (ends[:, 0] < self.about.width).all()
            if front.all() and inside and (ends[:, 1] < self.about.height).all():
                return ends[0], float(abs(ends[0, 1] - ends[1, 1]))
        return None


def _covered(pixels: Floats, nearer: Floats) -> Mask:
    """Which pixels lie on a nearer body: its box, less the air beside head and legs."""
    x1, y1, x2, y2 = _bounds(nearer)
    air = 0.15 * (x2 - x1)
    x, y = pixels[:, 0], pixels[:, 1]
    return np.asarray((x > x1 + air) & (x < x2 - air) & (y > y1) & (y < y2))


def _is_hand(people: int) -> Mask:
    hand = np.zeros(RIGHT + 1, dtype=bool)
    hand[[LEFT, RIGHT]] = True
    return np.tile(hand, people)


def _bounds(pixels: Floats) -> Box:
    (x1, y1), (x2, y2) = pixels.min(axis=0), pixels.max(axis=0)
    return (float(x1), float(y1), float(x2), float(y2))


def _box(x1: float, y1: float, x2: float, y2: float) -> Box:
    x1, x2 = sorted((round(float(x1), 1), round(float(x2), 1)))
    y1, y2 = sorted((round(float(y1), 1), round(float(y2), 1)))
    return (x1, y1, x2, y2)


def _point(xy: Floats, score: float) -> KeyPoint:
    return KeyPoint(round(float(xy[0]), 1), round(float(xy[1]), 1), score)
