"""Appearances of people inside, held in shared memory so that they outlive a crash and never touch the disk.

The block has a head and two halves. Each half belongs to one checkpoint: it begins with that checkpoint's
vectors, and the vectors of the observations journaled after it follow. A new checkpoint takes the half of the
one before the last, so that either of the two checkpoints on disk finds its vectors. Every change is made
valid by one 8-byte store after the bytes are in place: a kill at any instant leaves the last valid state.

When the block is gone (the machine lost power) the engine goes on without: people are told apart by
where they are until they have been seen again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from inference.engine.shared_block import bytes_of, create_or_attach, fence, remove_block
from inference.messages.codec import Vectors

HALF_BYTES = 32 * 1024 * 1024
MAGIC = 0x6F61_6D65_6D31_0001

_WORD = 8
_HEAD_WORDS = 8
_HALF_HEAD_WORDS = 4
_MAGIC, _BEAT, _PHASE = 0, 1, 2
_COUNT, _USED, _GENERATION = 0, 1, 2
_NOTHING = 2**64 - 1
_BASE = 2**64 - 1
"""Stands for the checkpoint itself where an entry number would be."""
_RECORD = struct.Struct("<QII")  # entry number, vectors, bytes that follow

PHASE_STARTING, PHASE_RUNNING, PHASE_ENDED = 0, 1, 2


class AppearanceMemory:
    """The engine writes it; the supervisor makes it, removes it, and reads the heartbeat in its head."""

    def __init__(self, name: str, half_bytes: int = HALF_BYTES) -> None:
        """Make the block, or go on with the one of this name."""
        self.name = name
        self._half = half_bytes
        self._block = create_or_attach(name, _HEAD_WORDS * _WORD + 2 * half_bytes)
        self._bytes = bytes_of(self._block)
        self._words = self._bytes[: _HEAD_WORDS * _WORD].cast("Q")
        self._heads = [self._head_of(i) for i in (0, 1)]
        if self._words[_MAGIC] != MAGIC:
            self.forget()
            self._words[_MAGIC] = MAGIC
        self._current = 0
        self._has_room = True

    def _start_of(self, half: int) -> int:
        return _HEAD_WORDS * _WORD + half * self._half

    def _head_of(self, half: int) -> memoryview:
        start = self._start_of(half)
        return self._bytes[start : start + _HALF_HEAD_WORDS * _WORD].cast("Q")

    def forget(self) -> None:
        """Hold nothing."""
        for head in self._heads:
            head[_COUNT] = _NOTHING
            head[_USED] = 0

    # -- heartbeat -------------------------------------------------------------------------------------

    def beat(self, phase: int) -> None:
        """Say that the state thread lives, and what it is at."""
        self._words[_PHASE] = phase
        self._words[_BEAT] += 1

    @property
    def heartbeat(self) -> tuple[int, int]:
        """``(beats, phase)``."""
        return self._words[_BEAT], self._words[_PHASE]

    # -- writing ---------------------------------------------------------------------------------------

    @property
    def has_room(self) -> bool:
        """False after vectors did not fit: it is time for a checkpoint."""
        return self._has_room

    def checkpoint(self, count: int, vectors: Vectors) -> None:
        """Begin the half of the checkpoint after ``count`` observations; call before that is written."""
        generations = [head[_GENERATION] for head in self._heads]
        self._current = generations.index(min(generations))
        head = self._heads[self._current]
        head[_COUNT] = _NOTHING
        head[_USED] = 0
        fence()
        self._has_room = True
        self._put(_BASE, vectors)
        head[_GENERATION] = max(generations) + 1
        fence()
        head[_COUNT] = count

    def note(self, number: int, vectors: Vectors) -> None:
        """Keep the vectors of entry ``number``; call before the entry is written to the journal."""
        if vectors:
            self._put(number, vectors)

    def _put(self, number: int, vectors: Vectors) -> None:
        body = b"".join(_packed(v) for v in vectors)
        head = self._heads[self._current]
        at = self._start_of(self._current) + _HALF_HEAD_WORDS * _WORD + head[_USED]
        size = _RECORD.size + len(body)
        if at + size > self._start_of(self._current) + self._half:
            self._has_room = False
            return
        _RECORD.pack_into(self._bytes, at, number, len(vectors), len(body))
        self._bytes[at + _RECORD.size : at + size] = body
        fence()
        head[_USED] += size

    # -- reading ---------------------------------------------------------------------------------------

    def recall(self, count: int) -> tuple[Vectors | None, dict[int, Vectors]]:
        """Vectors of the checkpoint after ``count`` observations (None: gone), and of entries by number."""
        base: Vectors | None = None
        entries: dict[int, Vectors] = {}
        for half in sorted((0, 1), key=lambda h: int(self._heads[h][_GENERATION])):
            head = self._heads[half]
            if head[_COUNT] == _NOTHING:
                continue
            for number, vectors in self._records(half):
                if number != _BASE:
                    entries[number] = vectors
                elif head[_COUNT] == count:
                    base = vectors
        return base, entries

    def _records(self, half: int) -> Iterator[tuple[int, Vectors]]:
        start = self._start_of(half) + _HALF_HEAD_WORDS * _WORD
        used = min(self._heads[half][_USED], self._half - _HALF_HEAD_WORDS * _WORD)
        at, end = start, start + used
        while at + _RECORD.size <= end:
            number, count, size = _RECORD.unpack_from(self._bytes, at)
            at += _RECORD.size
            if at + size > end:
                return
            yield number, _unpacked(bytes(self._bytes[at : at + size]), count)
            at += size

    def close(self) -> None:
        """Let go of the block; it stays."""
        for head in self._heads:
            head.release()
        self._words.release()
        self._block.close()

    def remove(self) -> None:
        """Let go of the block and take it away: nobody's appearance is held any more."""
        self.close()
        remove_block(self.name)


def _packed(vector: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> bytes:
    flat = np.ascontiguousarray(vector, dtype="<f4").reshape(-1)
    return struct.pack("<I", flat.size) + flat.tobytes()


def _unpacked(body: bytes, count: int) -> Vectors:
    vectors: Vectors = []
    at = 0
    for _ in range(count):
        (size,) = struct.unpack_from("<I", body, at)
        vectors.append(np.frombuffer(body, dtype="<f4", count=size, offset=at + 4).astype(np.float32))
        at += 4 + 4 * size
    return vectors
