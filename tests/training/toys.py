"""A toy world: people are upright coloured rectangles with a light head and two dark hands, on grey noise."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from inference.training.example_types import Example, TrainingPerson, write_shard

SIZE = (160, 128)


def toy_scene(scene: int, rng: np.random.Generator, shots: int = 4) -> list[Example]:
    """Shots of up to three people who keep their colours."""
    colours = rng.integers(60, 256, (int(rng.integers(1, 4)), 3))
    return [toy_shot(scene, colours, rng) for _ in range(shots)]


def toy_shot(scene: int, colours: np.ndarray, rng: np.random.Generator) -> Example:
    width, height = SIZE
    image = rng.normal(90, 12, (height, width, 3)).clip(0, 255).astype(np.uint8)
    people = []
    slots = rng.permutation(4)[: len(colours)]
    for n, (colour, slot) in enumerate(zip(colours, slots, strict=True)):
        h = float(rng.uniform(40, 90))
        x = 20 + 40 * float(slot) + float(rng.uniform(-8, 8))
        top = float(rng.uniform(2, height - h - 2))
        people.append(_draw(image, (x, top, h), colour, scene * 10 + n))
    _, data = cv2.imencode(".jpg", image)
    return Example(scene, width, height, data.tobytes(), tuple(people), "toy")


def _draw(
    image: np.ndarray, place: tuple[float, float, float], colour: np.ndarray, identity: int
) -> TrainingPerson:
    x, top, h = place
    half = h / 8
    corners = (round(x - half), round(top + h / 6)), (round(x + half), round(top + h))
    cv2.rectangle(image, *corners, colour.tolist(), -1)
    cv2.circle(image, (round(x), round(top + h / 12)), round(h / 12), (235, 235, 235), -1)
    hands = [(x + side * (half + 2), top + h * 0.5, 1.0) for side in (1, -1)]
    for hand in hands:
        cv2.circle(image, (round(hand[0]), round(hand[1])), 2, (0, 0, 0), -1)
    return TrainingPerson(
        identity=identity,
        box=(x - half - 4, top, x + half + 4, top + h),
        visible=1.0,
        head=(x, top + h / 12, 1.0),
        foot=(x, top + h, 1.0),
        wrist_left=hands[0],
        wrist_right=hands[1],
        height_px=h,
    )


def toy_folder(folder: Path, scenes: int, seed: int) -> Path:
    """Shards of five scenes each."""
    rng = np.random.default_rng(seed)
    made = [toy_scene(seed * 1000 + n, rng) for n in range(scenes)]
    for number in range(0, scenes, 5):
        write_shard(folder, number // 5, [e for shots in made[number : number + 5] for e in shots])
    return folder
