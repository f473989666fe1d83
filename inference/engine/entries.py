"""What the journal's records hold."""

from __future__ import annotations

import hashlib

import msgspec

from inference.messages import Observation
from store_layout.model import StoreLayout

FORMAT = 1


class Taken(msgspec.Struct, frozen=True, tag="taken", array_like=True):
    """An observation that the engine took, before any stage saw it."""

    seen: Observation
    from_source: bool = True
    """False: the engine's own (a tick, an operator's mark); a recording does not hold it."""


class Skip(msgspec.Struct, frozen=True, tag="skip", array_like=True):
    """Entry ``number`` made a stage fail: whoever replays the journal passes over it."""

    number: int
    why: str


class Relaid(msgspec.Struct, frozen=True, tag="relaid", array_like=True):
    """From here on the store is laid out otherwise: every later entry is of the layout with this hash."""

    t: float
    """Store time."""
    layout: str


Entry = Taken | Skip | Relaid


class Header(msgspec.Struct, frozen=True):
    """What a journal belongs to. ``salt`` is secret: visit codes are made with it."""

    format: int
    layout: str
    """Hash of the store's layout when the journal was begun; see ``Relaid`` for later ones."""
    source: str
    """``live``, or the recording's id."""
    engine: str
    """Version of the program that began this journal."""
    salt: str
    paused_since: float | None = None
    """Since when the store was paused when this journal was begun (store time); later, checkpoints say it."""


def layout_hash(layout: StoreLayout) -> str:
    """Sha256 over the whole layout: floor, devices, catalogue, planogram, and what was learned, if any."""
    learned = () if layout.learned is None else (layout.learned,)
    data = msgspec.msgpack.encode((layout.file, layout.catalog, layout.planogram, *learned))
    return hashlib.sha256(data).hexdigest()


def recording_salt(recording_id: str) -> str:
    """Two replays of one recording give the same visit codes, here and in ``inference.recording.replay``."""
    return recording_id
