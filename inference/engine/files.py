"""Framed records, and files that are either whole or not there.

A record is ``length (u32) | crc32 of the payload (u32) | payload``, little endian. A crash in the middle of
a write leaves a record that is too short or whose sum is wrong: reading stops before it.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

_FRAME = struct.Struct("<II")
MAX_RECORD = 256 * 1024 * 1024
"""A length above this is damage, not a record."""


class OpeningError(RuntimeError):
    """The engine must not start as things are; the text says what to do."""


class DamagedFileError(ValueError):
    """The bytes of this file are not what was written."""


def frame(payload: bytes) -> bytes:
    """One record."""
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def frames(data: bytes, start: int = 0) -> Iterator[tuple[bytes, int]]:
    """Whole records in ``data`` from ``start``, each with the offset after it; ends before a bad one."""
    at = start
    while at + _FRAME.size <= len(data):
        length, checksum = _FRAME.unpack_from(data, at)
        end = at + _FRAME.size + length
        if length > MAX_RECORD or end > len(data):
            return
        payload = data[at + _FRAME.size : end]
        if zlib.crc32(payload) != checksum:
            return
        yield payload, end
        at = end


def read_whole(path: Path, magic: bytes) -> bytes:
    """The one record of a file made by :func:`write_whole`. Raises ``DamagedFileError`` or ``OSError``."""
    data = path.read_bytes()
    if not data.startswith(magic):
        raise DamagedFileError(f"{path.name}: does not start as its kind should")
    for payload, end in frames(data, len(magic)):
        if end == len(data):
            return payload
        break
    raise DamagedFileError(f"{path.name}: cut short or damaged")


def write_whole(path: Path, magic: bytes, payload: bytes) -> None:
    """Write a file so that after any crash it is either the old one or the new one."""
    replace_file(path, magic + frame(payload))


def replace_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put ``data`` at ``path`` in one step, on the disk when this returns."""
    temporary = path.with_name(path.name + ".tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.replace(path)
    sync_folder(path.parent)


def write_all(handle: int, data: bytes) -> None:
    """``os.write`` until all is written."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder last through a power cut, where the system knows how."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
