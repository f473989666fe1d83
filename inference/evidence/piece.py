"""What was gathered of one shelf event, of hands that met or of a stay at a silent scale, in memory."""

from __future__ import annotations

from dataclasses import dataclass

from inference.evidence.film import Shot
from inference.evidence.manifest import FloorMoment, Seen, Trace
from store_layout.model import Point3, Slot, StoreLayout


@dataclass(frozen=True)
class Piece:
    """Times are store time, seconds."""

    event: str
    fixture: str
    t: float
    """When the hand was most likely in."""
    begin: float
    end: float
    scales: tuple[str, ...]
    """Those that felt it, or would have if they had said anything."""
    traces: tuple[Trace, ...]
    floor: tuple[FloorMoment, ...]
    seen: dict[str, tuple[Seen, ...]]
    """By camera."""
    shots: dict[str, tuple[Shot, ...]]
    """By camera: of all at first, then of those that see it best, the best first."""
    sureness: float = 0.0
    """Probability of the likeliest explanation."""
    slots: tuple[str, ...] = ()
    """Where it may have been, as it is explained."""
    at: Point3 | None = None
    """Where it was, metres, if that is at no shelf: then there are neither scales nor slots."""

    @property
    def size(self) -> int:
        """Bytes of its pictures."""
        return sum(len(shot.jpeg) for shots in self.shots.values() for shot in shots)


def slots_of(layout: StoreLayout, piece: Piece) -> list[Slot]:
    """Where it may have been: as it is explained, else everything on the scales that felt it."""
    named = [layout.slots[name] for name in piece.slots if name in layout.slots]
    return named or [slot for scale in piece.scales for slot in layout.slots_of_scale.get(scale, ())]
