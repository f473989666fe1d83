"""What really happened, where it is known: ``truth.json`` of a recording."""

from __future__ import annotations

import msgspec

from inference.messages.observations import Box

Point2 = tuple[float, float]


class TruePath(msgspec.Struct, frozen=True):
    """Where one person really was. Between samples they walked straight."""

    person: str
    t: tuple[float, ...]
    xy: tuple[Point2, ...]
    """Metres on the floor, one per time."""
    ignore: bool = False
    """Neither a hit nor a miss counts; one person may have several paths, counted and not."""


class TrueBox(msgspec.Struct, frozen=True, array_like=True):
    """A person in one picture. ``ignore``: neither a hit nor a miss counts."""

    t: float
    person: str
    box: Box
    ignore: bool = False


class TrueLine(msgspec.Struct, frozen=True):
    """What somebody really took home."""

    sku: str
    quantity: int


class TrueVisit(msgspec.Struct, frozen=True):
    """One visit as it really was."""

    person: str
    entered_at: float
    left_at: float | None
    lines: tuple[TrueLine, ...] = ()
    staff: bool = False
    tricky: tuple[str, ...] = ()
    """What made it hard, in words of the simulation: wrong_slot, two_at_shelf, equal_weight, ..."""
    group: str | None = None
    """Who came and paid together has the same name here; each has a visit of their own."""


class TrueMove(msgspec.Struct, frozen=True):
    """One real take (count > 0) or put-back (count < 0)."""

    t: float
    person: str
    sku: str
    slot: str
    count: int


class TrueHanded(msgspec.Struct, frozen=True):
    """Goods that really went from one person to another."""

    t: float
    giver: str
    receiver: str
    sku: str
    count: int


class Truth(msgspec.Struct, frozen=True):
    """``truth.json``. Every part may be empty when it is not known."""

    format: int = 1
    paths: tuple[TruePath, ...] = ()
    boxes: dict[str, tuple[TrueBox, ...]] = {}
    """By camera."""
    visits: tuple[TrueVisit, ...] = ()
    moves: tuple[TrueMove, ...] = ()
    frame_period_s: float | None = None
    """Step of the evaluation, where the truth came with one."""
    handed: tuple[TrueHanded, ...] | msgspec.UnsetType = msgspec.UNSET
    """What people gave each other; absent where nobody did, or it is not known."""
