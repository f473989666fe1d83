"""Where one camera's detector sees people, and whether anything has ever moved there.

A detector has false alarms that stay: a poster, a mannequin, a coat on a stand. They differ from people in
one thing: people come in moving. Each place at which boxes keep appearing has log odds of being a person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.detection.boxes import overlaps
from inference.detection.gate_settings import GateSettings
from inference.messages import Box


class Place(msgspec.Struct):
    """One place in the picture where boxes are found again and again."""

    box: Box
    """Running mean, pixels."""
    odds: float
    """Log odds of a person against a thing, from motion alone; 0: nothing is known."""
    last_t: float
    finds: int = 1
    still_s: float = 0.0
    """For how long it has been at the lowest odds."""


class Places:
    """All of one camera's."""

    def __init__(self, settings: GateSettings) -> None:
        self._s = settings
        self._places: list[Place] = []

    def __len__(self) -> int:
        return len(self._places)

    def find(self, boxes: Sequence[Box], moved: Sequence[float], t: float, known: float) -> list[Place]:
        """The place of each box, best box first, after what this frame says of it.

        ``moved``: share of each box's pixels that moved, 0..1; ``known``: how well the background is, 0..1.
        """
        s = self._s
        self._forget(t)
        if not boxes:
            return []
        own = np.array(boxes, dtype=np.float64)
        alone = _alone(own, s.beside_share)
        known_boxes = np.array([p.box for p in self._places], dtype=np.float64).reshape(-1, 4)
        overlap = overlaps(own, known_boxes)
        found = []
        for i, box in enumerate(boxes):
            j = int(overlap[i].argmax()) if overlap.shape[1] else -1
            if j >= 0 and overlap[i, j] >= s.same_iou:
                place = self._places[j]
                overlap[:, j] = -1.0
                if alone[i]:
                    self._learn(place, box, moved[i], t)
            else:
                place = Place(box, -s.appeared_odds * known * still(moved[i], s), t)
                self._places.append(place)
            place.last_t = t
            found.append(place)
        return found

    def _learn(self, place: Place, box: Box, moved: float, t: float) -> None:
        s = self._s
        dt = min(max(0.0, t - place.last_t), s.step_s)
        unmoved = still(moved, s)
        lost = s.person_per_s if place.odds > 0.0 else s.thing_per_s
        won = s.moved_per_s * exp(min(0.0, place.odds / s.established_odds))
        odds = place.odds + dt * (won * (1.0 - unmoved) - lost * unmoved)
        place.odds = min(s.most_odds, max(-s.most_odds, odds))
        place.still_s = place.still_s + dt if odds <= -s.most_odds else 0.0
        place.finds += 1
        share = 1.0 / min(place.finds, s.box_finds)
        a, b, c, d = (p + share * (q - p) for p, q in zip(place.box, box, strict=True))
        place.box = (a, b, c, d)

    def _forget(self, t: float) -> None:
        s = self._s
        kept = [
            p
            for p in self._places
            if t - p.last_t <= (s.thing_unseen_s if p.odds < -1.0 else s.person_unseen_s)
        ]
        if len(kept) > s.most_places:
            kept = sorted(kept, key=lambda p: -p.last_t)[: s.most_places]
        self._places = kept


def still(moved: float, s: GateSettings) -> float:
    """1 for a share of moved pixels that is noise, 0 for one that surely moved, between them in between."""
    return 1.0 - min(1.0, max(0.0, (moved - s.still_share) / (s.moved_share - s.still_share)))


def _alone(boxes: NDArray[np.float64], most: float) -> NDArray[np.bool_]:
    """Boxes ``[N, 4]`` of which no other one covers more than the share ``most``."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=2)
    np.fill_diagonal(shared, 0.0)
    area = np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None).prod(axis=1)
    return np.asarray(shared.max(axis=1) <= most * area)
