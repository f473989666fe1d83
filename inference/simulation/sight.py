"""What a calibrated camera and its detector make of the people in front of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.messages import Appearance, Box, Detection, Detections, Holding, KeyPoint
from inference.simulation.bodies import FOOT, HEAD, LEFT, RIGHT, RING, body_points
from inference.simulation.hand_looks import HandLooks
from inference.simulation.prisms import Prisms
from inference.simulation.settings import SimulationSettings
from inference.simulation.walkers import Walker
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
ERRORS = 8
"""Numbers that a detector errs by for a while: two each of foot, head and wrists."""
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
        world = body_points(people, t)
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
        shown = _shown(sightings)
        for i, sighting in enumerate(sightings):
            chance = self._settings.recall * min(max((sighting.visible - 0.12) / 0.35, 0.0), 1.0)
            if self._rng.random() < chance:
                items.append(self._found(sighting, shown[i], looks.get(sighting.person), t))
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
        whole = np.asarray(front.all(axis=1) & np.isfinite(pixels).all(axis=(1, 2)))
        with np.errstate(invalid="ignore"):
            boxes = np.column_stack((pixels.min(axis=1), pixels.max(axis=1))).tolist()
        covered = _covered(pixels)
        nearer: list[int] = []
        sightings: list[Sighting] = []
        for i in np.argsort(distance, kind="stable").tolist():
            if not whole[i]:
                continue
            visible = seen[i] & ~covered[i, nearer].any(axis=0)
            share = float(np.count_nonzero(visible[:RING])) / RING
            box = self._clipped(boxes[i])
            if share > 0.0 and box is not None:
                sightings.append(Sighting(people[i].plan.person, box, share, pixels[i], visible))
                nearer.append(i)
        return sightings

    def _clipped(self, box: Sequence[float]) -> Box | None:
        x1, y1, x2, y2 = box
        x1, x2 = max(0.0, x1), min(float(self.about.width), x2)
        y1, y2 = max(0.0, y1), min(float(self.about.height), y2)
        return (x1, y1, x2, y2) if x2 - x1 >= 2.0 and y2 - y1 >= 4.0 else None

    # -- the detector --------------------------------------------------------------------------------

    def _found(self, sighting: Sighting, shown: _Shown, look: Floats | None, t: float) -> Detection:
        settings, pixels, visible = self._settings, sighting.pixels, sighting.visible
        height = shown.height
        normal = self._rng.standard_normal(ERRORS + 6)
        error = self._error(sighting.person, normal[:ERRORS].reshape(-1, 2), t)
        foot_seen = bool(sighting.seen[FOOT])
        foot_sd = settings.foot_noise * height * (1.0 if foot_seen else settings.hidden_foot)
        point_sd = settings.point_noise * height
        guess, *jitter, surer = normal[ERRORS:].tolist()
        # Hidden feet shorten a box: a detector guesses only a part of what it does not see.
        guessed = min(max(settings.hidden_guessed + 0.1 * guess, 0.0), 1.0)
        x1, y1, x2, y2 = (
            a + guessed * (b - a) + point_sd * off
            for a, b, off in zip(shown.bounds, sighting.box, jitter, strict=True)
        )
        score = min(max(0.55 + 0.35 * visible + 0.08 * surer, 0.3), 0.99)
        left = self._wrist(sighting, LEFT, error[2] * point_sd)
        right = self._wrist(sighting, RIGHT, error[3] * point_sd)
        return Detection(
            box=_box(x1, y1, x2, y2),
            score=round(score, 3),
            head=self._point(sighting, HEAD, error[1] * point_sd, 0.9),
            foot=_point(pixels[FOOT] + error[0] * foot_sd, 0.85 if foot_seen else 0.3),
            wrist_left=left,
            wrist_right=right,
            appearance=self._appearance(look, visible, sighting.person, t),
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

    def _error(self, person: str, fresh: Floats, t: float) -> Floats:
        """``(4, 2)`` standard normal errors (foot, head, wrists) that fade into ``fresh`` ones over time."""
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
        return Appearance(np.round(vector / np.sqrt(vector.dot(vector)), 2).astype(np.float32))

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
        x, y = foot.tolist()
        box = _box(x - half, y - height, x + half, y)
        return Detection(
            box=box,
            score=round(float(self._rng.uniform(0.3, 0.6)), 3),
            head=_point(np.array([x, y - 0.93 * height]), 0.4),
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


def _covered(pixels: Floats) -> Mask:
    """Which pixels of each body ``(N, POINTS, 2)`` lie on each ``(N, N, POINTS)``.

    That is on its box, less the air beside head and legs.
    """
    x, y = np.ascontiguousarray(pixels.transpose(2, 0, 1))
    with np.errstate(invalid="ignore"):
        low_x, high_x = x[:, :RING].min(axis=1, keepdims=True), x[:, :RING].max(axis=1, keepdims=True)
        low_y, high_y = y[:, :RING].min(axis=1, keepdims=True), y[:, :RING].max(axis=1, keepdims=True)
        air = 0.15 * (high_x - low_x)
        beside = x[:, None] > low_x + air
        beside &= x[:, None] < high_x - air
        beside &= y[:, None] > low_y
        beside &= y[:, None] < high_y
    return np.asarray(beside)


def _is_hand(people: int) -> Mask:
    hand = np.zeros(RIGHT + 1, dtype=bool)
    hand[[LEFT, RIGHT]] = True
    return np.tile(hand, people)


class _Shown(NamedTuple):
    """What a detector can know of where somebody is in a picture."""

    height: float
    """Of all of the body, pixels."""
    bounds: Sequence[float]
    """Of what is seen of it."""


def _shown(sightings: list[Sighting]) -> list[_Shown]:
    if not sightings:
        return []
    pixels = np.array([s.pixels for s in sightings])
    seen = np.array([s.seen for s in sightings])[:, :, None]
    heights = (pixels[:, :, 1].max(axis=1) - pixels[:, :, 1].min(axis=1)).tolist()
    low = np.where(seen, pixels, np.inf).min(axis=1)
    high = np.where(seen, pixels, -np.inf).max(axis=1)
    return list(map(_Shown, heights, np.column_stack((low, high)).tolist()))


def _box(x1: float, y1: float, x2: float, y2: float) -> Box:
    x1, x2 = sorted((round(x1, 1), round(x2, 1)))
    y1, y2 = sorted((round(y1, 1), round(y2, 1)))
    return (x1, y1, x2, y2)


def _point(xy: Floats, score: float) -> KeyPoint:
    x, y = xy.tolist()
    return KeyPoint(round(x, 1), round(y, 1), score)
