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
