"""Random scenes: a place, people who belong to it, and a few pictures of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inference.training.scenes.abstract import abstract_setting
from inference.training.scenes.cameras import random_view
from inference.training.scenes.contracts import Shot, TrainingScene
from inference.training.scenes.crowd import Director, Troupe, troupe
from inference.training.scenes.outdoors import outdoor_setting
from inference.training.scenes.rooms import room_setting
from inference.training.scenes.setting import Setting
from inference.training.scenes.stores import store_setting

MIXTURE: dict[str, float] = {"store": 0.45, "room": 0.20, "outdoor": 0.30, "abstract": 0.05}
"""Shares of the kinds of scene. Stores are what the detector is for; the others keep it from taking a store's
own look for the sign of a person, and make it work on streets too."""
SHOTS = (4, 8)
SIZES_PX: dict[str, tuple[float, float]] = {
    "store": (34.0, 420.0),
    "room": (28.0, 400.0),
    "outdoor": (24.0, 300.0),
    "abstract": (30.0, 350.0),
}
"""Wanted heights of people at a picture width of 480, spread over their logarithm. What becomes of
them also depends on where cameras can hang: with these ranges all kinds together cover 30 to 350 well."""
EXTREMES = 0.65
"""Shape of the spread: 1 is even; below it the ends come more often, which fewer places can show."""
NOBODY = 0.05
"""Share of pictures with nobody in them."""
CELLS = 400
"""So many places of a floor stand for all of them."""
TRIES = 8
"""Views that are tried for a picture before a scene does with fewer."""

Settings = dict[str, Callable[[np.random.Generator], Setting]]
SETTINGS: Settings = {
    "store": store_setting,
    "room": room_setting,
    "outdoor": outdoor_setting,
    "abstract": abstract_setting,
}


def random_scene(rng: np.random.Generator) -> TrainingScene:
    """A scene of a kind drawn by :data:`MIXTURE`, with 4 to 8 pictures; the same for the same ``rng``."""
    kinds = list(MIXTURE)
    kind = kinds[int(rng.choice(len(kinds), p=np.array(list(MIXTURE.values()))))]
    return scene_of(rng, kind)


def scene_of(rng: np.random.Generator, kind: str) -> TrainingScene:
    """A random scene of one kind: ``store``, ``room``, ``outdoor`` or ``abstract``."""
    setting = SETTINGS[kind](rng)
    company = troupe(
        rng, int(rng.integers(setting.people[0], setting.people[1] + 1)), setting.children, setting.staff
    )
    wanted = int(rng.integers(SHOTS[0], SHOTS[1] + 1))
    shots: list[Shot] = []
    cells, liked = setting.stage.floor.cells()
    for _ in range(wanted + TRIES):
        if len(shots) == wanted:
            break
        shot = _shot(rng, setting, company, (cells, liked), len(shots))
        if shot is not None:
            shots.append(shot)
    if len(shots) < SHOTS[0]:  # a place too crammed for cameras: another one
        return scene_of(rng, kind)
    return TrainingScene(
        kind, setting.stage.stage(setting.lighting), company.wishes, tuple(shots), setting.products
    )


def _shot(
    rng: np.random.Generator,
    setting: Setting,
    company: Troupe,
    places: tuple[np.ndarray, np.ndarray],
    number: int,
) -> Shot | None:
    low, high = np.log(SIZES_PX[setting.kind])
    target = float(np.exp(low + (high - low) * rng.beta(EXTREMES, EXTREMES)))
    chosen = rng.integers(len(places[0]), size=CELLS)
    cells, liked = places[0][chosen], places[1][chosen]
    rig = setting.rigs[int(rng.integers(len(setting.rigs)))]
    floor = setting.stage.floor
    view = random_view(rng, floor, cells, rig, target_px=target, name=f"c{number}")
    if view is None:
        return None
    if rng.random() < NOBODY:
        return Shot(view.camera, ())
    cast = Director(rng, floor, setting.habits, view, target).cast(company, liked)
    return Shot(view.camera, cast.people, cast.props, cast.held)
