"""What a shop's products look like, as vectors: made from a few pictures of each, without any training.

A picture is shown to the network in several sizes, since what is in a hand fills less of the window than a
product fills of its picture, and with less detail. Each gives a vector; a hand is compared with all of them.
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detection.hands import Side
from inference.detection.manifest import Manifest
from inference.detection.picture import Picture
from inference.detection.product_model import INPUT_PX, ProductModel, Vectors
from inference.messages import Holding
from inference.messages.observations import MOST_PRODUCTS

Probabilities = NDArray[np.float64]

_log = logging.getLogger(__name__)

FILLS = (0.36, 0.5, 0.7)
"""Shares of the window that a picture is shown at."""
DETAIL = 0.6
"""Pictures are made this much coarser than the window first: hands are seen from afar."""
LEAST = 0.001
"""Products less probable than this are not named."""


class Gallery:
    """Vectors of a shop's products."""

    def __init__(
        self, skus: Sequence[str], vectors: Vectors, owners: NDArray[np.int64], about: Manifest
    ) -> None:
        """``vectors [V, D]`` are unit; ``owners [V]`` are places in ``skus``, rising, each at least once."""
        self.skus = tuple(skus)
        self._vectors = vectors
        self._starts = np.searchsorted(owners, np.arange(len(self.skus)))
        self._temperature = about.temperature or 1.0
        self._unknown = about.unknown / self._temperature

    def __len__(self) -> int:
        return len(self.skus)

    def shares(self, embedding: Vectors) -> Probabilities:
        """Probability of each product ``[N, P]`` if something is held. Its likest picture counts.

        What may be none of them is spread evenly: it says nothing about any.
        """
        likest = np.maximum.reduceat(embedding @ self._vectors.T, self._starts, axis=1)
        logits = np.column_stack([likest / self._temperature, np.full(len(embedding), self._unknown)])
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return np.asarray(weights[:, :-1] + weights[:, -1:] / len(self.skus), dtype=np.float64)

    def holdings(self, sides: Sequence[Side], embedding: Vectors, held: Vectors) -> tuple[Holding, ...]:
        """What hands hold, as messages; probabilities are rounded to four places."""
        shares = self.shares(embedding) * held[:, None]
        order = np.argsort(-shares, axis=1, kind="stable")[:, :MOST_PRODUCTS]
        found = []
        for side, row, best, full in zip(sides, shares.tolist(), order.tolist(), held.tolist(), strict=True):
            # Less than an even share is what is said of those that are not named.
            least = max(LEAST, full / len(self.skus))
            named = tuple((self.skus[n], round(row[n], 4)) for n in best if row[n] >= least)
            found.append(Holding(side, round(1.0 - full, 3), named, len(self.skus)))
        return tuple(found)


def make_gallery(
    model: ProductModel, pictures: Mapping[str, Sequence[Path]], cache: Path | None = None
) -> Gallery | None:
    """A gallery of the products that have pictures; None: none has. A file that is no picture is left out.

    The vectors are kept in the folder ``cache`` under a name made of the model's and the pictures' contents,
    and found there again. Raises ``ModelError`` when the network fails.
    """
    contents = {sku: [data for path in paths if (data := _content(path))] for sku, paths in pictures.items()}
    contents = {sku: files for sku, files in contents.items() if files}
    if not contents:
        return None
    skus = tuple(contents)
    kept = None if cache is None else cache / f"gallery-{_key(model, contents)}.npz"
    vectors, owners = _cached(kept) or _embedded(model, [contents[sku] for sku in skus])
    if kept is not None and not kept.is_file():
        _keep(kept, vectors, owners)
    return Gallery(skus, vectors, owners, model.manifest)


def _embedded(model: ProductModel, files: Sequence[Sequence[bytes]]) -> tuple[Vectors, NDArray[np.int64]]:
    """Vectors of all views of all pictures, and whose they are."""
    session = model.session()
    vectors = [session.embed(views_of(decoded(data)))[0] for of_one in files for data in of_one]
    counts = [len(of_one) * len(FILLS) for of_one in files]
    return np.concatenate(vectors), np.repeat(np.arange(len(files), dtype=np.int64), counts)


def views_of(picture: Picture) -> Picture:
    """How a product's BGR picture is shown to the network: ``[len(FILLS), 48, 48, 3]``."""
    height, width = picture.shape[:2]
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    shown = np.empty((len(FILLS), INPUT_PX, INPUT_PX, 3), np.uint8)
    shown[:] = np.median(border, axis=0).astype(np.uint8)
    for canvas, fill in zip(shown, FILLS, strict=True):
        scale = fill * INPUT_PX / max(height, width)
        w, h = max(1, round(width * scale)), max(1, round(height * scale))
        coarse = (max(1, round(w * DETAIL)), max(1, round(h * DETAIL)))
        small = cv2.resize(picture, coarse, interpolation=cv2.INTER_AREA)
        x, y = (INPUT_PX - w) // 2, (INPUT_PX - h) // 2
        cv2.resize(small, (w, h), canvas[y : y + h, x : x + w], interpolation=cv2.INTER_LINEAR)
    return shown


def decoded(data: bytes) -> Picture:
    """A JPEG's or PNG's pixels, BGR. Raises ``ValueError`` for what is no picture."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        raise ValueError("not a picture")
    return np.asarray(image, dtype=np.uint8)


def _content(path: Path) -> bytes | None:
    """A picture's file; None, and a warning, for what cannot be used."""
    try:
        data = path.read_bytes()
        decoded(data)
    except (OSError, ValueError) as error:
        _log.warning("%s is left out: %s. Save it as JPEG or PNG.", path, error)
        return None
    return data


def _key(model: ProductModel, contents: Mapping[str, Sequence[bytes]]) -> str:
    digest = hashlib.sha256(f"{model.manifest.sha256} {FILLS} {DETAIL}".encode())
    for sku, files in contents.items():
        digest.update(f"\n{sku} {[hashlib.sha256(data).hexdigest() for data in files]}".encode())
    return digest.hexdigest()[:24]


def _cached(path: Path | None) -> tuple[Vectors, NDArray[np.int64]] | None:
    """What was kept; the name says what of, so nothing but damage can be wrong with it."""
    if path is None or not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            return np.asarray(kept["vectors"], np.float32), np.asarray(kept["owners"], np.int64)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        path.unlink(missing_ok=True)
        return None


def _keep(path: Path, vectors: Vectors, owners: NDArray[np.int64]) -> None:
    """A cache that cannot be written is none."""
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as out:
            np.savez(out, vectors=vectors, owners=owners)
        fresh.replace(path)
    except OSError as error:
        _log.warning("what products look like is not kept in %s: %s", path.parent, error)
        fresh.unlink(missing_ok=True)
