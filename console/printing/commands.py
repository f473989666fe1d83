"""The ESC/POS that we send, read back: bytes to commands, and commands to lines that a person can read.

Only what :mod:`console.printing.escpos_bytes` and the confirmations write is known. Anything else is an
error: a preview that guesses would show what is not printed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

ESC, GS, FS, DLE, LF = 0x1B, 0x1D, 0x1C, 0x10, 0x0A


class UnknownCommandError(ValueError):
    """Bytes that are no command we send, with their place."""


class Command(msgspec.Struct, frozen=True):
    """One command and its numbers; ``data``: the text's or picture's bytes."""

    at: int
    """Its place in the job, bytes from the start."""
    name: str
    """As the printers' manuals name it; ``text`` for characters."""
    numbers: tuple[int, ...] = ()
    data: bytes = b""

    def __str__(self) -> str:
        words = [self.name, *map(str, self.numbers)]
        if self.name == "text":
            words.append(repr(self.data)[1:])
        elif self.data:
            words.append(f"{len(self.data)} bytes {hashlib.sha256(self.data).hexdigest()[:16]}")
        return " ".join(words)


_PLAIN = {  # command byte after ESC, GS, FS: how many numbers follow
    (ESC, ord("@")): 0,
    (ESC, ord("2")): 0,
    (ESC, ord("E")): 1,
    (ESC, ord("a")): 1,
    (ESC, ord("d")): 1,
    (ESC, ord("t")): 1,
    (GS, ord("!")): 1,
    (GS, ord("V")): 1,
    (GS, ord("r")): 1,
    (FS, ord(".")): 0,
    (DLE, 0x04): 1,
}
_PREFIXES = {ESC: "ESC", GS: "GS", FS: "FS", DLE: "DLE"}


def commands(job: bytes) -> Iterator[Command]:
    """The job's commands in order. Raises :class:`UnknownCommandError` for anything that we do not send."""
    at = 0
    while at < len(job):
        command, after = command_at(job, at)
        yield command
        at = after


def command_at(job: bytes, at: int) -> tuple[Command, int]:
    """The command at a place, and the place after it."""
    first = job[at]
    if first == LF:
        return Command(at, "LF"), at + 1
    if first >= 0x20:
        end = at
        while end < len(job) and job[end] >= 0x20:
            end += 1
        return Command(at, "text", data=job[at:end]), end
    if first in _PREFIXES and at + 1 < len(job):
        count = _PLAIN.get((first, job[at + 1]))
        name = f"{_PREFIXES[first]} {'EOT' if job[at + 1] == 4 else chr(job[at + 1])}"
        if count is not None:
            return Command(at, name, tuple(_take(job, at + 2, count))), at + 2 + count
        if job[at : at + 3] == b"\x1dv0":
            return _raster(job, at)
        if job[at : at + 3] == b"\x1d(H":
            length = int.from_bytes(_take(job, at + 3, 2), "little")
            return Command(at, "GS ( H", tuple(_take(job, at + 5, length))), at + 5 + length
    raise UnknownCommandError(f"byte {at}: {job[at : at + 4].hex(' ')} is no command that is sent here")


def _raster(job: bytes, at: int) -> tuple[Command, int]:
    mode, *size = _take(job, at + 3, 5)
    across, high = size[0] + 256 * size[1], size[2] + 256 * size[3]
    data = _take(job, at + 8, across * high)
    return Command(at, "GS v 0", (mode, across, high), data), at + 8 + len(data)


def _take(job: bytes, at: int, count: int) -> bytes:
    if at + count > len(job):
        raise UnknownCommandError(f"byte {at}: the job ends in the middle of a command")
    return job[at : at + count]


def listing(job: bytes) -> str:
    """The job as text, a command a line: for people, and to compare with what it was."""
    return "".join(f"{command}\n" for command in commands(job))
