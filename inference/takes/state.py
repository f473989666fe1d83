"""What the take stage remembers."""

from __future__ import annotations

import msgspec

from inference.messages import Hand, Holding, ShelfEvent
from inference.messages.results import Covariance2


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a track was at one moment, and who it may have been."""

    t: float
    x: float
    y: float
    covariance: Covariance2
    identity: float
    could_be: tuple[tuple[int, float], ...] = ()


class Look(msgspec.Struct, frozen=True, array_like=True):
    """What one camera saw a track's hand hold."""

    t: float
    camera: str
    holding: Holding


class Moved(msgspec.Struct, frozen=True, array_like=True):
    """What somebody took or gave back in one event, as far as it is believed."""

    track: int
    t: float
    sku: str
    taken: bool
    probability: float


class Recent(msgspec.Struct, frozen=True):
    """An event that a later one may still explain differently."""

    event: ShelfEvent
    holdings: dict[int, dict[str, float]]
    """What the carts could give back when it was first explained."""
    strayed: tuple[tuple[str, str, float], ...] = ()
    """What it did to the planogram: ``(slot, sku, units)``."""
    moved: tuple[Moved, ...] = ()
    """By whom, as it was explained last."""


class Taken(msgspec.Struct, frozen=True):
    """What was moved in an event of late, as it was explained last."""

    event: ShelfEvent
    moved: tuple[Moved, ...]
    looked: bool = False
    """Whether it was looked for in others' hands."""


class TakesState(msgspec.Struct):
    """Everything the stage remembers."""

    places: dict[int, list[Place]] = {}
    hands: dict[int, list[Hand]] = {}
    recent: list[Recent] = []
    strayed: dict[str, dict[str, float]] = {}
    """Expected units of products in slots that are not theirs: slot -> sku -> units."""
    looks: dict[int, list[Look]] = {}
    """By track."""
    again: dict[str, float] = {}
    """Events that were not explained surely: id -> when their hands' pictures are in."""
    told: list[str] = []
    """Ids of recent events that changed no weight and may have been exchanges."""
    taken: list[Taken] = []
    """What was moved lately: others may be seen with it."""
    taken_due: float = 0.0
    """When that is looked for next; 0: nothing is to be."""
    pruned_at: float = 0.0
