"""Makes the pictures that the products' network learns from: hands with goods in random shops, and the goods.

Shard ``n`` depends on the seed and ``n`` alone, so that any number of processes may share the work, and what
is there already is not made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from inference.detection.hands import SHOULDER, SMALLEST_PX, WINDOW, Window, beyond, cut_out, figure_px
from inference.simulation.rendering.figures import Figure, Wish, make_figure
from inference.simulation.rendering.optics import GAMMA, LensView, Sensor, compressed, exposed
from inference.simulation.rendering.poses import Posed, pose
from inference.simulation.rendering.renderer import Renderer
from inference.simulation.rendering.scene import Actor, Picture, Surface, Thing
from inference.simulation.rendering.sightings import Shown, TrueSighting, sight
from inference.simulation.rendering.workers import spread
from inference.training.missing_shards import Progress, make_missing
from inference.training.product_goods import NEW, PRODUCTS, Assortment, random_assortment
from inference.training.product_pictures import photographed, studio
from inference.training.product_scenes import (
    SIDES,
    Goods,
    in_palm,
    other_thing,
    random_camera,
    random_people,
    random_shop,
)
from inference.training.product_sights import NOTHING, shown_of
from inference.training.product_types import (
    NO_PRODUCT,
    Enrolled,
    HandPatch,
    ProductShard,
    shard_path,
    write_product_shard,
)
from inference.training.scenes import pictures
from inference.training.scenes.contracts import Side
from store_layout.camera_geometry import camera_model
from store_layout.model import Camera

SHOPS, SHOTS = 3, 6
"""Shops in a shard, all with the same goods, and pictures of each."""
FIGURES, FRESH = 28, 2
"""Figures that a process keeps, and how many of them are new in each shard."""
ENROLMENTS = 4
HOLDS, HOLDS_OTHER = 0.62, 0.12
"""Shares of hands that hold a product, and something else."""
BRIGHTNESS = (0.3, 0.5)
"""Mean of a picture that a camera's automatic exposure aims at."""
PATCH = 0.62
"""Side of a patch as a share of its owner's size: room for what the network's eye may miss the hand by."""
LARGEST_PX = 120
QUALITY = 94


def make_product_examples(
    folder: Path,
    seed: int,
    numbers: Iterable[int],
    processes: int = 1,
    progress: Progress | None = None,
    *,
    new: bool = False,
    people: bool = True,
) -> None:
    """Make those of the shards ``numbers`` that the folder lacks.

    ``new``: to measure on, with goods of all kinds. Without ``people`` there are only the shops' pictures of
    their goods, which takes a quarter of the time: training pastes them into others' empty hands.

    Raises :class:`~inference.simulation.rendering.renderer.RendererError` where nothing can be rendered.
    """
    make_missing(
        folder,
        numbers,
        shard_path,
        lambda missing: _made([(folder, seed, n, new, people) for n in missing], processes),
        progress,
    )


SHARDS_A_PROCESS = 20
"""Then another process goes on: drivers keep some memory of every scene, and one failed after sixty."""

Job = tuple[Path, int, int, bool, bool]


def _made(jobs: list[Job], processes: int) -> Iterator[None]:
    if processes > 1 or len(jobs) > SHARDS_A_PROCESS:
        yield from spread(_make, jobs, processes, rows_a_process=SHARDS_A_PROCESS)
    elif jobs:
        maker = ProductMaker(jobs[0][1])
        try:
            for job in jobs:
                _write(maker, job)
                yield
        finally:
            maker.close()


_maker: ProductMaker | None = None


def _make(job: Job) -> None:
    global _maker  # noqa: PLW0603 - a process keeps its renderer and its figures from shard to shard
    if _maker is None or _maker.seed != job[1]:
        _maker = ProductMaker(job[1])
    _write(_maker, job)


def _write(maker: ProductMaker, job: Job) -> None:
    folder, _, number, new, people = job
    write_product_shard(folder, number, maker.shard(number, new=new, shops=SHOPS if people else 0))


class Held(NamedTuple):
    """One hand of somebody, and what is in it."""

    person: int
    side: Side
    product: int
    thing: Thing | None


class ProductMaker:
    """Renders shards. Keeps a renderer and the last figures."""

    def __init__(self, seed: int) -> None:
        """Raises ``RendererError`` where nothing can be rendered."""
        self.seed = seed
        self._renderer = Renderer()
        self._figures: dict[int, Figure] = {}

    def shard(
        self,
        number: int,
        assortment: Assortment | None = None,
        *,
        new: bool = False,
        shops: int = SHOPS,
        shots: int = SHOTS,
    ) -> ProductShard:
        """All examples of one shard, with these goods or random ones; ``new`` ones of all kinds."""
        rng = np.random.default_rng([self.seed, 2, number])
        assortment = assortment or random_assortment(rng, NEW if new else PRODUCTS, new=new)
        products = self._enrolled(assortment, rng)
        figures = self._window(number) if shops else []
        hands: list[HandPatch] = []
        for _ in range(shops):
            shop = random_shop(rng, assortment.goods, assortment.prints)
            self._renderer.set_stage(shop.stage)
            for shot in range(shots):
                camera = random_camera(rng, f"c{shot}")
                stances = random_people(rng, shop, camera)[: len(figures)]
                cast = [figures[int(n)] for n in rng.permutation(len(figures))[: len(stances)]]
                posed = [pose(f, s) for f, s in zip(cast, stances, strict=False)]
                held = list(_given(rng, posed, [s.arms for s in stances], assortment.goods))
                hands += self._shot(rng, camera, (cast, posed), held)
        return ProductShard(products, tuple(hands))

    def close(self) -> None:
        """End the renderer."""
        self._renderer.close()

    def _enrolled(self, assortment: Assortment, rng: np.random.Generator) -> tuple[Enrolled, ...]:
        prints = dict(assortment.prints)
        self._renderer.set_stage(studio(prints, _table(rng, prints)))
        found = []
        for family, goods, new in zip(assortment.families, assortment.goods, assortment.new, strict=True):
            yaw = np.array([-0.5, 0.7, 2.6, 0.0]) + rng.normal(0, 0.3, ENROLMENTS)
            pitch = np.array([0.3, 0.65, 0.35, 1.15]) + rng.normal(0, 0.15, ENROLMENTS)
            views = [(float(a), float(b)) for a, b in zip(yaw, pitch, strict=True)]
            taken = photographed(self._renderer, goods.mesh, goods.surface, views)
            found.append(Enrolled(family, tuple(compressed(picture, 90) for picture in taken), new))
        return tuple(found)

    def _window(self, number: int) -> list[Figure]:
        first = number * FRESH
        for n in [n for n in self._figures if not first <= n < first + FIGURES]:
            del self._figures[n]
        for n in range(first, first + FIGURES):
            if n not in self._figures:
                rng = np.random.default_rng([self.seed, 3, n])
                self._figures[n] = make_figure(rng, Wish(child=n % 9 == 4, staff=n % 9 == 7))
        return [self._figures[n] for n in range(first, first + FIGURES)]

    def _shot(
        self,
        rng: np.random.Generator,
        camera: Camera,
        people: tuple[list[Figure], list[Posed]],
        held: list[Held],
    ) -> Iterator[HandPatch]:
        lens = LensView(camera)
        cast, posed = people
        actors = [Actor(figure, p.bones) for figure, p in zip(cast, posed, strict=True)]
        things = [h.thing for h in held if h.thing is not None]
        rendered = self._renderer.render(lens.view, actors, things)
        sensor = _exposing(_sensor(rng), rendered.image, float(rng.uniform(*BRIGHTNESS)))
        jpeg = compressed(exposed(rendered.image, sensor, rng), max(45, sensor.quality))
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        shown = Shown(camera_model(camera), lens.size, lens.view, rendered.depth)
        sights = [sight(figure, p, shown) for figure, p in zip(cast, posed, strict=True)]
        for hand in held:
            truth = sights[hand.person]
            if truth is not None and truth.visible > 0.1:
                patch = _patch(np.asarray(image, dtype=np.uint8), truth, hand, shown)
                if patch is not None:
                    yield patch


def _table(rng: np.random.Generator, prints: dict[str, Picture]) -> Surface:
    """What the shop's pictures are taken on: grey or coloured, in a fifth of the shops a floor."""
    if rng.random() < 0.2:
        pattern = [pictures.planks, pictures.tiles, pictures.terrazzo][int(rng.integers(3))](rng)
        prints["table"] = pattern.picture
        return Surface(picture="table", repeat=pattern.repeat, gloss=0.0)
    return Surface(colour=pictures.neutral(rng, 0.2, 0.97, 0.06), gloss=0.0)


def _sensor(rng: np.random.Generator) -> Sensor:
    """Half of the cameras are any, the other half such as shops buy; none is without colour."""
    found = Sensor.random(rng)
    if rng.random() < 0.5:
        return replace(
            Sensor(),
            exposure=found.exposure**0.6,
            balance=found.balance,
            noise=min(found.noise, 0.02),
            blur_px=found.blur_px * 0.7,
            quality=max(60, found.quality),
        )
    return replace(found, saturation=max(0.4, found.saturation), noise=min(found.noise, 0.06))


def _exposing(sensor: Sensor, image: Picture, wanted: float) -> Sensor:
    """The camera sets its exposure by itself, as far as it can: the picture's mean becomes ``wanted``."""
    mean = float(image[::4, ::4].mean()) / 255.0
    gain = (wanted / max(mean, 1e-3)) ** GAMMA
    return replace(sensor, exposure=sensor.exposure**0.5 * float(np.clip(gain, 0.4, 6.0)))


def _given(
    rng: np.random.Generator, posed: list[Posed], arms: list[str], goods: tuple[Goods, ...]
) -> Iterator[Held]:
    """What each hand holds: a product, something else, or nothing."""
    for person, (p, doing) in enumerate(zip(posed, arms, strict=True)):
        for side in SIDES:
            palm = p.palm_left if side == "left" else p.palm_right
            chance = float(rng.random())
            if doing == "phone" and side == "right":
                yield Held(person, side, NO_PRODUCT, other_thing(rng, palm))
            elif doing == "pockets" or chance > HOLDS + HOLDS_OTHER:
                yield Held(person, side, NO_PRODUCT, None)
            elif chance > HOLDS:
                yield Held(person, side, NO_PRODUCT, other_thing(rng, palm))
            else:
                number = int(rng.integers(len(goods)))
                it = goods[number]
                where = in_palm(rng, palm, it.size)
                yield Held(person, side, number, Thing(it.mesh, it.surface, where[None]))


def _patch(image: Picture, truth: TrueSighting, hand: Held, shown: Shown) -> HandPatch | None:
    """The surroundings of a hand; None: it is outside of the picture, or hidden and so nobody looks there."""
    x1, y1, x2, y2 = truth.box
    size = figure_px(x2 - x1, y2 - y1)
    wrist = truth.wrist_left if hand.side == "left" else truth.wrist_right
    if size * WINDOW < SMALLEST_PX or not (0 <= wrist.x < shown.size[0] and 0 <= wrist.y < shown.size[1]):
        return None
    held = NOTHING
    if hand.product != NO_PRODUCT and hand.thing is not None:
        held = shown_of(hand.thing, shown)
    if not wrist.seen and held.seen < 0.3:
        return None
    shoulder = (
        truth.head.x + SHOULDER * (truth.foot.x - truth.head.x),
        truth.head.y + SHOULDER * (truth.foot.y - truth.head.y),
    )
    x, y = beyond((wrist.x, wrist.y), shoulder, size)
    window = Window(hand.side, x, y, round(PATCH * size))
    scale = min(1.0, LARGEST_PX / window.size)
    patch = cut_out(image, [window], round(window.size * scale))[0]
    places = (held.pixels - (x, y)) / window.size + 0.5
    inside = places[((places >= 0) & (places < 1)).all(axis=1)]
    return HandPatch(
        jpeg=compressed(patch, QUALITY),
        figure_px=size * scale,
        scale=scale,
        product=hand.product,
        seen=round(held.seen, 3),
        tall_px=round(held.tall_px, 1),
        places=(inside * 256).astype(np.uint8).tobytes(),
    )
