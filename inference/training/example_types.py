"""What the networks learn from: pictures with everybody in them known exactly, and how they lie on disk.

A data folder holds shards ``shard-000123.msgpack``, each a list of :class:`Example`. Shots of one scene
follow each other, with different cameras or moments, so that what somebody looks like can be learned by
contrast.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

Point = tuple[float, float, float]
"""x, y in pixels of the example's picture (its left edge is 0), and 1 where it is seen, else 0."""


class TrainingPerson(msgspec.Struct, frozen=True, array_like=True):
    """Somebody in a picture, also the parts of them that are hidden or outside of it."""

    identity: int
    """Unique over the whole data set; the same figure in another shot of the scene has the same number."""
    box: tuple[float, float, float, float]
    """x1, y1, x2, y2 of the whole body, seen or not."""
    visible: float
    """Share of the body's surface that faces the camera and is seen, inside the picture: 0 to 1."""
    head: Point
    foot: Point
    """Middle between the feet, on the floor."""
    wrist_left: Point
    wrist_right: Point
    height_px: float
    """Distance from the top of the head to the foot point, pixels."""

    @property
    def points(self) -> tuple[Point, Point, Point, Point]:
        """In the order of the networks' key points."""
        return (self.head, self.foot, self.wrist_left, self.wrist_right)


class Example(msgspec.Struct, frozen=True, array_like=True):
    """One picture."""

    scene: int
    width: int
    height: int
    jpeg: bytes
    """BGR as OpenCV decodes it, with lens, noise, blur and compression already in it."""
    people: tuple[TrainingPerson, ...]
    kind: str
    """What sort of place: ``store``, ``room``, ``outdoor``..."""


PATTERN = "shard-*.msgpack"

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Example])


def shards(folder: Path) -> tuple[Path, ...]:
    """Shards that are complete, in order of their numbers."""
    return tuple(sorted(folder.glob(PATTERN)))


def shard_path(folder: Path, number: int) -> Path:
    """Where the shard of this number lies."""
    return folder / f"shard-{number:06d}.msgpack"


def write_shard(folder: Path, number: int, examples: Sequence[Example]) -> Path:
    """Write a shard so that a reader sees all of it or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = shard_path(folder, number)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    unfinished.write_bytes(_ENCODER.encode(list(examples)))
    unfinished.replace(path)
    return path


def read_shard(path: Path) -> list[Example]:
    """Examples of a shard. Raises ``OSError``, or :class:`msgspec.ValidationError` for another format."""
    return _DECODER.decode(path.read_bytes())
