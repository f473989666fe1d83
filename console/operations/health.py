"""Whether the store is well, in the few words of the status line."""

from __future__ import annotations

from typing import Literal

import msgspec

from inference.messages.wire import DeviceKind, DeviceStatus

Tone = Literal["good", "waiting", "wrong", "neutral"]

TONE_OF_STATE: dict[str, Tone] = {
    "live": "good",
    "connecting": "waiting",
    "late": "waiting",
    "lost": "wrong",
    "ended": "neutral",
    "off": "neutral",
}


SCALES_LOST = 0.1
"""Share of the scales that may be lost before nobody should be let in."""


class Tally(msgspec.Struct, frozen=True):
    """So many of a kind of device do their work."""

    kind: DeviceKind
    well: int
    total: int
    tone: Tone


def tally(devices: tuple[DeviceStatus, ...], kind: DeviceKind) -> Tally:
    """Count the devices of a kind. One that was switched off or has played to its end is not unwell."""
    states = [d.state for d in devices if d.kind == kind]
    well = sum(TONE_OF_STATE[s] in ("good", "neutral") for s in states)
    return Tally(kind=kind, well=well, total=len(states), tone=worst([TONE_OF_STATE[s] for s in states]))


def worst(tones: list[Tone]) -> Tone:
    """The one that needs most attention; neutral when there is none at all."""
    if "wrong" in tones:
        return "wrong"
    if "waiting" in tones:
        return "waiting"
    return "good" if tones else "neutral"


def unwell(devices: tuple[DeviceStatus, ...]) -> tuple[DeviceStatus, ...]:
    """The devices that need somebody's attention."""
    return tuple(d for d in devices if TONE_OF_STATE[d.state] in ("waiting", "wrong"))


def critical(devices: tuple[DeviceStatus, ...]) -> tuple[DeviceStatus, ...]:
    """The lost devices without which nobody should be let in.

    A gate, the broker or a detector; the cameras where none is left; scales where one in ten is lost: a store
    can do without a single one of many, and the visits near it go to a person.
    """
    lost = [d for d in devices if d.state == "lost"]
    found = [d for d in lost if d.kind in ("gate", "broker", "detector")]
    for kind, share in (("camera", 1.0), ("scale", SCALES_LOST)):
        some = [d for d in lost if d.kind == kind]
        if some and len(some) >= share * sum(d.kind == kind for d in devices):
            found += some
    return tuple(found)
