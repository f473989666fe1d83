"""``evidence.json``: what is known of one shelf event, beside the pictures of it.

Times are store time, seconds. Pixels are those of the clip they belong to. Marks are data: the window draws
them, so that they can be left out, and nothing is burnt into the pictures.
"""

from __future__ import annotations

import msgspec

from inference.messages.observations import Box, KeyPoint

FORMAT = 1
FILE = "evidence.json"

Pixel = tuple[float, float]


class Sighting(msgspec.Struct, frozen=True, array_like=True):
    """One person in one picture."""

    track: int | None
    """Whose stay it is; None: nobody's who is followed."""
    box: Box
    head: KeyPoint | None = None
    left: KeyPoint | None = None
    """Wrist."""
    right: KeyPoint | None = None
    foot: KeyPoint | None = None
    """Middle between the feet. Evidence from before it was kept has neither foot nor head."""


class Seen(msgspec.Struct, frozen=True):
    """Everybody whom a camera saw at one moment."""

    t: float
    width: int
    """Size of the picture that the pixels are in."""
    height: int
    people: tuple[Sighting, ...]


class Clip(msgspec.Struct, frozen=True):
    """What one camera saw of it."""

    camera: str
    file: str
    """H.264 in the same folder, heads hidden."""
    width: int
    height: int
    times: tuple[float, ...]
    """When each of its pictures was taken."""
    slots: tuple[tuple[Pixel, ...], ...]
    """Outline of each slot that the event may have been at, or of where hands met; may reach outside of the
    picture."""
    seen: tuple[Seen, ...]
    left_out: int = 0
    """Pictures that were not kept because it was not known who was in them."""


class Trace(msgspec.Struct, frozen=True):
    """What one scale said."""

    scale: str
    t: tuple[float, ...]
    grams: tuple[float, ...]


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """Somebody on the floor, metres."""

    track: int
    x: float
    y: float
    sd: float
    """Of the position, along its worse axis."""
    height: float
    hidden: bool


class FloorMoment(msgspec.Struct, frozen=True):
    """Everybody inside at one moment."""

    t: float
    people: tuple[Standing, ...]


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event, as somebody who was not there can judge it."""

    format: int
    visit: str
    event: str
    fixture: str
    t: float
    """When the hand was most likely in."""
    begin: float
    """From here to ``end`` there are pictures and tracks; weights a little longer."""
    end: float
    slots: tuple[str, ...] = ()
    clips: tuple[Clip, ...] = ()
    traces: tuple[Trace, ...] = ()
    """None of hands that met, nor of a stay at a scale that was silent."""
    floor: tuple[FloorMoment, ...] = ()
    why_no_clips: str = ""
    """In words for the log, where there are none."""
