"""HOTA: how well people are found, kept apart and placed, each on its own and in one figure.

Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking", IJCV 129 (2021). People on
a floor have no boxes to overlap: the similarity of a pair is ``1 - distance / gate``, 0 beyond the gate. At a
gate of 1 m a threshold of .05 asks for 0.95 m, one of .95 for 0.05 m.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.evaluation.comparison import Step

Array = NDArray[np.float64]

ALPHAS: Array = np.arange(1, 20) / 20.0
"""Similarities at which a pair begins to count: .05, .10 ... .95."""
_EPS = 1e-9
"""Grace for a similarity that equals a threshold but for rounding."""


class HotaAt(msgspec.Struct, frozen=True):
    """The scores at one threshold."""

    alpha: float
    hota: float
    deta: float
    assa: float
    loca: float | None
    """None where nothing matches."""


class HotaScore(msgspec.Struct, frozen=True):
    """Means over the thresholds; ``hota`` is the mean of sqrt(DetA AssA)."""

    hota: float
    deta: float
    """Detection: found positions among all true and all claimed ones (Jaccard)."""
    assa: float
    """Association: how much of a person's stay and of a track's life any found position shares."""
    loca: float | None
    """Localisation: similarity of what matches, over the thresholds at which anything does; else None."""
    by_alpha: tuple[HotaAt, ...]


@dataclass(frozen=True, slots=True)
class HotaTally:
    """What HOTA is made of, per threshold ``[19]``; tallies of several recordings may be added up."""

    hits: Array
    misses: Array
    false: Array
    associated: Array
    """Sum over the hits of their pair's association accuracy."""
    similarity: Array
    """Sum over the hits."""

    def __add__(self, other: HotaTally) -> HotaTally:
        """Of both together: no pair goes over from one recording to the next."""
        return HotaTally(
            self.hits + other.hits,
            self.misses + other.misses,
            self.false + other.false,
            self.associated + other.associated,
            self.similarity + other.similarity,
        )

    def score(self) -> HotaScore | None:
        """The scores; None where there was neither a person nor a track."""
        all_of_them = self.hits + self.misses + self.false
        if not all_of_them.any():
            return None
        deta = self.hits / np.maximum(all_of_them, 1.0)
        assa = self.associated / np.maximum(self.hits, 1.0)
        hota = np.sqrt(deta * assa)
        some = self.hits > 0
        loca = self.similarity / np.maximum(self.hits, 1.0)
        return HotaScore(
            hota=float(hota.mean()),
            deta=float(deta.mean()),
            assa=float(assa.mean()),
            loca=float(loca[some].mean()) if some.any() else None,
            by_alpha=tuple(
                HotaAt(float(alpha), float(h), float(d), float(a), float(x) if there else None)
                for alpha, h, d, a, x, there in zip(ALPHAS, hota, deta, assa, loca, some, strict=True)
            ),
        )


def tally_hota(steps: Sequence[Step], gate_m: float) -> HotaTally:
    """Match every step so that the whole sequence's pairs are kept where they can be, and count.

    As the paper's own evaluation does: one matching a step for all thresholds, of greatest similarity
    weighted by how much the pair has in common over all steps.
    """
    people = _numbered(number for step in steps for number in step.people)
    tracks = _numbered(number for step in steps for number in step.tracks)
    rows = [np.array([people[n] for n in step.people], dtype=np.intp) for step in steps]
    columns = [np.array([tracks[n] for n in step.tracks], dtype=np.intp) for step in steps]
    alike = [np.nan_to_num(1.0 - step.distances / gate_m, nan=0.0) for step in steps]
    stays = _count(rows, len(people))[:, None] + _count(columns, len(tracks))[None, :]
    common = _in_common(rows, columns, alike, stays)

    size = len(ALPHAS)
    matched = np.zeros((size, len(people), len(tracks)), dtype=np.int32)
    hits, misses, false, similarity = (np.zeros(size) for _ in range(4))
    for own, other, similar in zip(rows, columns, alike, strict=True):
        i, j = linear_sum_assignment(-common[np.ix_(own, other)] * similar)
        counts = similar[i, j][None, :] >= ALPHAS[:, None] - _EPS
        found = counts.sum(axis=1)
        hits += found
        misses += len(own) - found
        false += len(other) - found
        similarity += (counts * similar[i, j]).sum(axis=1)
        matched[:, own[i], other[j]] += counts
    # Once for each of the pair's n hits: n hits share n of all the steps at which either was there.
    associated = np.array([float((n * (n / np.maximum(stays - n, 1.0))).sum()) for n in matched])
    return HotaTally(hits, misses, false, associated, similarity)


def _numbered(names: Iterable[int]) -> dict[int, int]:
    return {name: i for i, name in enumerate(dict.fromkeys(names))}


def _count(places: Sequence[NDArray[np.intp]], size: int) -> Array:
    """At how many steps each was there."""
    count = np.zeros(size)
    for there in places:
        count[there] += 1
    return count


def _in_common(
    rows: Sequence[NDArray[np.intp]],
    columns: Sequence[NDArray[np.intp]],
    alike: Sequence[Array],
    stays: Array,
) -> Array:
    """How much every person's stay and every track's life have in common, 0..1 (a soft Jaccard index)."""
    shared = np.zeros_like(stays)
    for own, other, similar in zip(rows, columns, alike, strict=True):
        around = similar.sum(axis=0)[None, :] + similar.sum(axis=1)[:, None] - similar
        shared[np.ix_(own, other)] += np.divide(
            similar, around, out=np.zeros_like(similar), where=around > _EPS
        )
    return np.asarray(shared / np.maximum(stays - shared, _EPS))
