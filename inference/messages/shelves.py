"""What is known of the shelves between events: levels, faults, books. For looking at, not for deciding."""

from __future__ import annotations

from typing import Literal

import msgspec

from inference.messages.results import Doubt

ScaleFault = Literal["silent", "stuck", "impossible", "over_capacity", "unsettled", "re_zeroed", "drifting"]
"""What is wrong with a scale.

``silent``: no reading comes. ``stuck``: the very same one for too long. ``impossible``: no weight can be so.
``over_capacity``: loaded beyond it. ``unsettled``: does not come to rest. ``re_zeroed``: the device took
another zero by itself. ``drifting``: the level has left what the events explain.
"""


class ScaleLevel(msgspec.Struct, frozen=True, array_like=True):
    """One scale as the shelf-event stage has it now. Grams as the device says them."""

    scale: str
    t: float
    """Of the latest reading, store time; negative before the first."""
    level_g: float
    sd_g: float
    """Noise of the level."""
    active: bool
    """Somebody is at it: the level means nothing yet."""
    faults: tuple[ScaleFault, ...] = ()


class Misplaced(msgspec.Struct, frozen=True, array_like=True):
    """Goods that lie in a slot that is not theirs: expected units, after all explanations."""

    slot: str
    sku: str
    units: float


class SlotMove(msgspec.Struct, frozen=True, array_like=True):
    """Units of a product that left a slot (negative: came) since the engine first ran, as best explained."""

    slot: str
    sku: str
    units: int


class ScaleEvent(msgspec.Struct, frozen=True, array_like=True):
    """A shelf event as one scale felt it, and its most probable explanation."""

    id: str
    t: float
    """When the hand was most likely in."""
    delta_g: float
    """On this scale."""
    moves: tuple[SlotMove, ...] = ()
    who: str = ""
    """Code of the visit; empty: nobody who is charged."""
    probability: float = 0.0
    """Of that explanation; 0: not explained yet."""
    doubts: tuple[Doubt, ...] = ()


class ScaleView(msgspec.Struct, frozen=True, array_like=True):
    """One scale for the window. Grams count from the zero that was set for it."""

    scale: str
    t: float
    level_g: float
    sd_g: float
    active: bool
    faults: tuple[ScaleFault, ...] = ()
    zero_g: float = 0.0
    """What the device says when nothing lies on the scale."""
    zeroed_at: float | None = None
    """Store time; None: never, the device's own zero counts."""
    event_t: float | None = None
    """Of the latest event."""
    event_g: float = 0.0
    first_g: float | None = None
    """Its first level since the engine first ran, as the device said it; None: not known yet."""


class ScaleDetail(msgspec.Struct, frozen=True, tag="scale_detail"):
    """The last minutes of one scale."""

    scale: str
    times: tuple[float, ...]
    """Store time, rising: about ten a second."""
    grams: tuple[float, ...]
    """Beside each time, from the zero that was set."""
    zero_g: float
    events: tuple[ScaleEvent, ...]
    """Oldest first."""


class UnderWay(msgspec.Struct, frozen=True):
    """What hangs on the layout as it is just now."""

    scales: frozenset[str] = frozenset()
    """On which something happens, or of whose last event the word is not spoken yet."""
    products: frozenset[str] = frozenset()
    """That somebody inside may hold."""
