"""Bytes of messages and of stage states, and back.

Two things need help: numpy arrays inside states, and :class:`Appearance`, which must never reach the disk.
An encoder is therefore told where appearances go: into a list that the caller keeps in memory (the bytes
hold only their numbers), or nowhere.
"""

from __future__ import annotations

from typing import Any, TypeVar, get_origin

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages.observations import Appearance

T = TypeVar("T")
Vectors = list[NDArray[np.float32]]


class CodecError(ValueError):
    """These bytes are not what they should be."""


def to_msgpack(value: object, appearances: Vectors | None = None) -> bytes:
    """Encode as msgpack.

    With a list, each appearance is appended to it and only its place in the list is encoded; without one
    appearances are dropped.
    """

    def hook(item: object) -> Any:
        if isinstance(item, np.ndarray):
            flat = np.ascontiguousarray(item)
            return (flat.dtype.str, list(flat.shape), flat.tobytes())
        if isinstance(item, Appearance):
            if appearances is None:
                return None
            appearances.append(item.vector)
            return len(appearances) - 1
        raise TypeError(f"no encoding for {type(item).__name__}")

    return msgspec.msgpack.Encoder(enc_hook=hook).encode(value)


def from_msgpack(data: bytes | memoryview, kind: type[T], appearances: Vectors | None = None) -> T:
    """Decode what :func:`to_msgpack` wrote. Raises :class:`CodecError` naming the field at fault.

    An appearance whose vector is no longer held decodes as a vector of length 0, which every user takes as
    "not known".
    """

    def hook(wanted: type, item: Any) -> Any:
        if wanted is np.ndarray or get_origin(wanted) is np.ndarray:
            dtype, shape, raw = item
            return np.frombuffer(raw, dtype=np.dtype(dtype)).reshape(shape).copy()
        if wanted is Appearance:
            held = appearances is not None and 0 <= item < len(appearances)
            return Appearance(appearances[item] if held and appearances else np.zeros(0, np.float32))
        raise TypeError(f"no decoding for {wanted}")

    try:
        return msgspec.msgpack.Decoder(kind, dec_hook=hook).decode(data)
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        raise CodecError(f"not a {getattr(kind, '__name__', kind)}: {error}") from error


def to_json(value: object) -> bytes:
    """Encode as one line of JSON, for recordings; appearances are written out as lists of numbers.

    Whoever must not write appearances strips them first (``without_appearance``).
    """

    def hook(item: object) -> Any:
        if isinstance(item, Appearance):
            return [round(float(v), 4) for v in item.vector]
        raise TypeError(f"no encoding for {type(item).__name__}")

    return msgspec.json.Encoder(enc_hook=hook).encode(value)


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Decode JSON written by :func:`to_json` or by a device. Raises :class:`CodecError`."""

    def hook(wanted: type, item: Any) -> Any:
        if wanted is Appearance:
            return Appearance(np.asarray(item, dtype=np.float32).reshape(-1))
        raise TypeError(f"no decoding for {wanted}")

    try:
        return msgspec.json.Decoder(kind, dec_hook=hook).decode(data)
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        raise CodecError(f"not a {getattr(kind, '__name__', kind)}: {error}") from error


def settle_types() -> None:
    """Have msgspec look at every type it knows by now, in this one thread. Call it before threads start.

    It looks at a type when that is first decoded, and takes it for known before its fields are: two threads
    that decode one for the first time at once end the process by a segmentation fault (msgspec 0.22).
    """
    known: set[type[msgspec.Struct]] = set()
    waiting: list[type[msgspec.Struct]] = msgspec.Struct.__subclasses__()
    while waiting:
        kind = waiting.pop()
        if kind in known:
            continue
        known.add(kind)
        waiting += kind.__subclasses__()
        try:
            msgspec.msgpack.Decoder(kind)
        except (TypeError, NameError):
            continue  # nobody can decode this one, or only once more is imported
