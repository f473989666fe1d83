"""The family ``product_embedding``: what is in a hand, as a vector to compare with pictures of products.

This is the contract between the training and the engine:

- input ``image``: uint8 ``[N, 48, 48, 3]``, BGR; N is free. Normalisation is the graph's first operation.
- output ``embedding``: float32 ``[N, D]``, unit vectors: the larger the cosine of two, the likelier they show
  the same product.
- output ``held``: float32 ``[N]``, 0..1: probability that the hand in the picture holds something that could
  be recognised, where half of all hands do.

The manifest's ``temperature`` makes cosines probabilities (Guo et al., "On Calibration of Modern Neural
Networks", 2017): a product's share is proportional to ``exp(cosine / temperature)``. ``unknown`` is the
cosine at which something that is in none of the pictures is as likely.

The same graph reads hands and the shop's pictures of its products: see :mod:`inference.detection.gallery`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.detection.family import Tensor
from inference.detection.manifest import (
    FamilyName,
    Manifest,
    ModelError,
    onnx_of,
    read_manifest,
    read_network,
    resolve_model,
)
from inference.detection.picture import Picture
from inference.detection.session import MODEL_FOLDERS, open_network, tensors
from inference.messages.said import Words, said

Vectors = NDArray[np.float32]

INPUT_PX = 48
FAMILY: FamilyName = "product_embedding"
NAME = "products"
"""Of the model that is looked for where none is named."""


class ProductSession:
    """The network on one thread. Not to be shared between threads."""

    def __init__(self, network: Any, file: Path) -> None:
        self._network = network
        self._file = file

    def embed(self, pictures: Picture) -> tuple[Vectors, Vectors]:
        """Unit vectors ``[N, D]`` and probabilities that something is held ``[N]``.

        ``pictures`` is uint8 ``[N, 48, 48, 3]``, BGR. Raises :class:`ModelError` when the network fails or
        answers what it cannot mean.
        """
        if not len(pictures):
            return np.empty((0, 1), np.float32), np.empty(0, np.float32)
        try:
            embedding, held = self._network.run(["embedding", "held"], {"image": pictures})
        except Exception as error:  # the library's exceptions share no base but this
            raise ModelError(
                self._file, said("failed on a picture: {error}", error=error), said("Try another model.")
            ) from error
        if not np.isfinite(embedding).all() or not ((held >= 0) & (held <= 1)).all():
            raise ModelError(
                self._file, said("its answers are not numbers it can mean"), said("Export it again.")
            )
        return embedding, held


class ProductModel:
    """A verified model that gives each thread a session of its own."""

    def __init__(self, manifest: Manifest, path: Path, data: bytes) -> None:
        """Raises :class:`ModelError` where the graph is not what its family says."""
        self.manifest = manifest
        self.path = path
        self._data = data
        self.session()

    @property
    def name(self) -> str:
        """What people call it."""
        return self.manifest.name

    def session(self) -> ProductSession:
        """A session for the calling thread, on the bytes that were verified."""
        file = onnx_of(self.path)
        network = open_network(self._data, file)
        problem = _problem(tensors(network.get_inputs()), tensors(network.get_outputs()), self.manifest)
        if problem is not None:
            raise ModelError(
                file, problem, said("Correct {name}, or export the network again.", name=self.path.name)
            )
        return ProductSession(network, file)


def load_products(model: Path | str = NAME, folders: Iterable[Path] = MODEL_FOLDERS) -> ProductModel:
    """Load by the path of a ``.toml`` or ``.onnx``, or by name. Raises :class:`ModelError`."""
    path = resolve_model(model, folders)
    manifest = read_manifest(path)
    return ProductModel(manifest, path, read_network(path, manifest))


def _problem(inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], manifest: Manifest) -> Words | None:
    """What of the graph does not fit the manifest or the family."""
    if manifest.family != FAMILY:
        return said("its family is {family}, not {wanted}", family=manifest.family, wanted=FAMILY)
    if manifest.temperature is None:
        return said("the manifest has no temperature")
    if [(i.name, i.type, i.shape[1:]) for i in inputs] != [
        ("image", "tensor(uint8)", (INPUT_PX, INPUT_PX, 3))
    ] or inputs[0].shape[0] not in (None,):
        return said(
            "its input {value} is not any number of small pictures",
            value=[(i.name, i.shape, i.type) for i in inputs],
        )
    shapes = {o.name: o.shape for o in outputs}
    if len(shapes.get("embedding", ())) != 2 or len(shapes.get("held", ())) != 1:
        return said("its outputs are {shapes}, wanted embedding [N, D] and held [N]", shapes=shapes)
    return None
