"""What the products' network learns from, and how it lies on disk: ``hands-000123.msgpack``."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

NO_PRODUCT = -1
"""The hand is empty, or holds something that is sold nowhere."""
PATTERN = "hands-*.msgpack"


class Enrolled(msgspec.Struct, frozen=True, array_like=True):
    """A product with pictures of it as a shop would take them."""

    family: int
    """Flavours of one thing have the same number, unique within the shard."""
    pictures: tuple[bytes, ...]
    """JPEG, square."""
    new: bool = False
    """Of a kind that is never trained on."""


class HandPatch(msgspec.Struct, frozen=True, array_like=True):
    """The surroundings of one hand, wider than the network will see of them."""

    jpeg: bytes
    figure_px: float
    """:func:`inference.detection.hands.figure_px` of its owner, in pixels of the patch."""
    scale: float
    """Pixels of the patch for one of the camera's picture: 1, less where a patch was made smaller."""
    product: int
    """Place among the shard's products, or :data:`NO_PRODUCT`."""
    seen: float
    """Share of the product's surface facing the camera that nothing hides, 0 to 1."""
    tall_px: float
    """How large the product is in the camera's picture: its longest extent, pixels."""
    places: bytes = b""
    """Where its surface shows: pairs of x and y in 256ths of the patch."""


class ProductShard(msgspec.Struct, frozen=True, array_like=True):
    """Products of one random shop, and hands that hold them."""

    products: tuple[Enrolled, ...]
    hands: tuple[HandPatch, ...]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(ProductShard)


def product_shards(folder: Path) -> tuple[Path, ...]:
    """Shards that are complete, in order of their numbers."""
    return tuple(sorted(folder.glob(PATTERN)))


def shard_path(folder: Path, number: int) -> Path:
    """Where the shard of this number lies."""
    return folder / f"hands-{number:06d}.msgpack"


def write_product_shard(folder: Path, number: int, shard: ProductShard) -> Path:
    """Write a shard so that a reader sees all of it or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = shard_path(folder, number)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    unfinished.write_bytes(_ENCODER.encode(shard))
    unfinished.replace(path)
    return path


def read_product_shard(path: Path) -> ProductShard:
    """Raises ``OSError``, or :class:`msgspec.ValidationError` for another format."""
    return _DECODER.decode(path.read_bytes())
