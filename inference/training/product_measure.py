"""How well the products' network tells products apart, in shops and on goods that it was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from inference.detection.gallery import views_of
from inference.detection.hands import WINDOW, Window, cut_out
from inference.detection.picture import Picture
from inference.detection.product_model import INPUT_PX
from inference.training.product_batches import clearness
from inference.training.product_network import ProductNet
from inference.training.product_types import NO_PRODUCT, HandPatch, ProductShard
from inference.training.product_views import WRIST_SD

Floats = NDArray[np.float64]
EDGES_PX = (6.0, 10.0, 14.0, 20.0, 28.0, 40.0)
"""Between the sizes of products that are reported by themselves: about 8, 12, 17, 24 and 34 pixels."""


class Looked(NamedTuple):
    """What the network made of the hands of some shops."""

    cosines: list[Floats]
    """For each hand ``[P]``: with the likest picture of each product of its shop."""
    product: NDArray[np.int64]
    """What each holds, or :data:`NO_PRODUCT`."""
    held: Floats
    """Logits that something is held."""
    clear: Floats
    """:func:`clearness` of each."""
    tall_px: Floats
    families: list[NDArray[np.int64]]
    """For each hand, of the products of its shop."""
    new: NDArray[np.bool_]
    """Whether each holds goods of a kind that is never trained on."""


class Figures(NamedTuple):
    """What is reported. Shares are of hands in which the product can be made out."""

    hands: int
    top1: float
    """The right one of all products of the shop, 48 in the random ones."""
    top1_new: float
    """The same for kinds of goods that were never trained on."""
    flavours: float
    """The right one of it and a flavour that differs in nothing but its print, over all such flavours."""
    by_size: tuple[tuple[float, int, float, float], ...]
    """Pixels from, hands, top-1 and flavours."""
    held: float
    """Area under the curve of full hands against empty ones."""
    log_loss: float
    """Of the probabilities of products, nats."""
    calibration: float
    """Expected calibration error of the named probabilities, ten bins."""


def look(network: ProductNet, shards: Sequence[ProductShard], seed: int = 7) -> Looked:
    """Enrol each shop's pictures and look into all hands, with wrists as far off as a detector's."""
    rng = np.random.default_rng(seed)
    cosines: list[Floats] = []
    held: list[float] = []
    hands: list[HandPatch] = []
    families: list[NDArray[np.int64]] = []
    new: list[bool] = []
    for shard in shards:
        views = [np.concatenate([views_of(_decoded(p)) for p in e.pictures]) for e in shard.products]
        shop = embedded(network, np.concatenate(views))[0]
        starts = np.cumsum([0, *(len(v) for v in views[:-1])])
        here, logits = embedded(network, np.concatenate([as_cut(hand, rng) for hand in shard.hands]))
        cosines += list(np.maximum.reduceat(here @ shop.T, starts, axis=1))
        held += logits.tolist()
        hands += shard.hands
        families += [np.array([e.family for e in shard.products])] * len(shard.hands)
        new += [h.product != NO_PRODUCT and shard.products[h.product].new for h in shard.hands]
    return Looked(
        cosines,
        np.array([h.product for h in hands]),
        np.array(held),
        np.array([clearness(h) for h in hands]),
        np.array([h.tall_px for h in hands]),
        families,
        np.array(new),
    )


def as_cut(hand: HandPatch, rng: np.random.Generator) -> Picture:
    """``[1, 48, 48, 3]`` as the engine cuts it, around a wrist that is a little off."""
    patch = _decoded(hand.jpeg)
    x, y = np.array([patch.shape[1] / 2, patch.shape[0] / 2]) + rng.normal(0, WRIST_SD * hand.figure_px, 2)
    return cut_out(patch, [Window("left", float(x), float(y), WINDOW * hand.figure_px)], INPUT_PX)


def embedded(network: ProductNet, pictures: Picture) -> tuple[Floats, Floats]:
    """Vectors ``[N, D]`` and logits ``[N]`` of pictures ``[N, 48, 48, 3]``."""
    vectors, logits = [], []
    with torch.no_grad():
        for start in range(0, len(pictures), 256):
            part = torch.from_numpy(pictures[start : start + 256]).permute(0, 3, 1, 2).float()
            answers = network(part.contiguous())
            vectors.append(answers.embedding.numpy())
            logits.append(answers.held.numpy())
    return np.concatenate(vectors).astype(np.float64), np.concatenate(logits).astype(np.float64)


def shares(cosines: Floats, temperature: float, unknown: float) -> Floats:
    """As :meth:`inference.detection.gallery.Gallery.shares` for one hand: ``[P]``."""
    logits = np.append(cosines, unknown) / temperature
    weights = np.exp(logits - logits.max())
    weights /= weights.sum()
    return np.asarray(weights[:-1] + weights[-1] / len(cosines))


def figures(looked: Looked, temperature: float, unknown: float) -> Figures:
    """Everything that is reported."""
    chosen = np.flatnonzero((looked.product != NO_PRODUCT) & (looked.clear >= 0.999))
    right = np.array([looked.cosines[i].argmax() == looked.product[i] for i in chosen])
    among = [_flavours(looked, int(i)) for i in chosen]
    known = np.array([share is not None for share in among])
    flavour = np.array([share if share is not None else np.nan for share in among])
    size = looked.tall_px[chosen]
    by_size = []
    for low, high in zip(EDGES_PX, [*EDGES_PX[1:], np.inf], strict=True):
        here = (size >= low) & (size < high)
        if here.any():
            pairs = flavour[here & known]
            by_size.append((low, int(here.sum()), _mean(right[here]), _mean(pairs)))
    told = [shares(looked.cosines[i], temperature, unknown) for i in chosen]
    losses = [-np.log(max(p[looked.product[i]], 1e-12)) for p, i in zip(told, chosen, strict=True)]
    sure = np.array([p.max() for p in told])
    return Figures(
        hands=len(chosen),
        top1=_mean(right),
        top1_new=_mean(right[looked.new[chosen]]),
        flavours=_mean(flavour[known]),
        by_size=tuple(by_size),
        held=_area(looked.held[chosen], looked.held[looked.product == NO_PRODUCT]),
        log_loss=float(np.mean(losses)),
        calibration=_calibration(sure, right),
    )


def _flavours(looked: Looked, hand: int) -> float | None:
    """Share of the other flavours of what a hand holds that look less like it; None: there are none."""
    product, cosines, families = looked.product[hand], looked.cosines[hand], looked.families[hand]
    others = np.flatnonzero((families == families[product]) & (np.arange(len(families)) != product))
    return float((cosines[others] < cosines[product]).mean()) if len(others) else None


def _mean(values: NDArray[np.floating] | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _area(full: Floats, empty: Floats) -> float:
    """Probability that a full hand scores above an empty one."""
    ranks = np.searchsorted(np.sort(empty), full)
    return float(ranks.mean() / max(1, len(empty)))


def _calibration(sure: Floats, right: NDArray[np.bool_]) -> float:
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [
        (bins == n).mean() * abs(sure[bins == n].mean() - right[bins == n].mean()) for n in set(bins.tolist())
    ]
    return float(sum(gaps))


def _decoded(jpeg: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)
