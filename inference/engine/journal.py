"""Observations on disk, in the order in which the pipeline takes them.

A folder with ``header.json`` and ``layout.msgpack`` (what the journal belongs to; later layouts of the same
store beside it), segments
``<first entry>.journal`` of framed msgpack records, and the two latest checkpoints. A segment begins at each
checkpoint; segments before the older checkpoint are removed. Appearances are left out: a record holds only
how many there were, see ``inference.engine.appearance_memory``.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from inference.engine.checkpoint import Checkpoint, checkpoints, read_checkpoint, write_checkpoint
from inference.engine.entries import Entry, Relaid, Skip, Taken
from inference.engine.files import DamagedFileError, frame, frames, sync_folder, write_all
from inference.messages import Observation
from inference.messages.codec import CodecError, Vectors, from_msgpack, to_msgpack
from inference.messages.said import Words, said

log = logging.getLogger(__name__)

MAGIC = b"openaisle journal 1\n"
SYNC_EVERY_S = 1.0
KEPT_CHECKPOINTS = 2

VectorsOf = Callable[[int], Vectors | None]
"""Entry number to the appearances it came with, if they are still in memory."""


class Journal:
    """Appends entries and keeps checkpoints. One thread at a time."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Reads nothing yet: :meth:`latest_checkpoint`, :meth:`tail`, then :meth:`keep` to start writing."""
        self.folder = folder
        self.notes: list[Words] = []
        """What was found wrong while reading, in words for staff."""
        self.count = 0
        """Entries taken so far: the number of the next one."""
        self._clock = clock
        self._handle = -1
        self._synced_at = clock()
        self._dirty = False
        self._length = 0

    # -- reading ---------------------------------------------------------------------------------------

    def latest_checkpoint(self) -> Checkpoint | None:
        """The newest one that can be read. A damaged one is put aside, and noted."""
        for _, path in checkpoints(self.folder):
            try:
                return read_checkpoint(path)
            except DamagedFileError as error:
                self._note(f"checkpoint put aside: {error}")
                path.replace(path.with_suffix(".damaged"))
        return None

    def tail(self, first: int, vectors_of: VectorsOf) -> Iterator[tuple[int, Taken | Relaid, bool]]:
        """Entries from number ``first`` on, each with whether it is to be skipped. Sets :attr:`count`.

        Ends at the first record that cannot be read: a torn last one is what a crash leaves. Entries after
        damage cannot be trusted to follow and are put aside with a note.
        """
        entries, skipped = self._read(first)
        self.count = first + len(entries)
        for number, data in enumerate(entries, start=first):
            entry = _entry(data, vectors_of(number))
            if not isinstance(entry, Skip):
                yield number, entry, number in skipped

    def _read(self, first: int) -> tuple[list[bytes], set[int]]:
        """Raw numbered records from ``first`` on, and the numbers to skip."""
        found: list[bytes] = []
        skipped: set[int] = set()
        damaged = False
        for start, path in self._segments_after(first):
            if damaged or start > first + len(found):
                self._note(f"{path.name}: put aside, what comes before it is damaged")
                path.replace(path.with_suffix(".damaged"))
                damaged = True
                continue
            number, whole = start, False
            for payload, entry in self._entries(path):
                if entry is None:
                    whole = True
                    break
                if isinstance(entry, Skip):
                    skipped.add(entry.number)
                    continue
                if number == first + len(found):
                    found.append(payload)
                number += 1
            damaged = not whole
        return found, skipped

    def _entries(self, path: Path) -> Iterator[tuple[bytes, Entry | None]]:
        """Records of one segment; a last ``(b"", None)`` says that the segment is whole or merely torn."""
        data = path.read_bytes()
        if not data.startswith(MAGIC):
            if MAGIC.startswith(data):
                yield b"", None
            else:
                self._note(f"{path.name}: not a journal segment")
            return
        end = len(MAGIC)
        for payload, after in frames(data, end):
            try:
                entry = _entry(payload, None)
            except CodecError as error:
                self._note(f"{path.name}: record at byte {end}: {error}")
                return
            yield payload, entry
            end = after
        if end < len(data):
            self._note(
                said(
                    "{name}: {count} bytes of an unfinished record cut off",
                    name=path.name,
                    count=len(data) - end,
                )
            )
            os.truncate(path, end)
        yield b"", None

    def _segments(self) -> list[tuple[int, Path]]:
        return sorted((int(p.stem), p) for p in self.folder.glob("*.journal") if p.stem.isdigit())

    def _segments_after(self, first: int) -> list[tuple[int, Path]]:
        """Those that can hold entry ``first`` or a later one."""
        segments = self._segments()
        ended = {path for (_, path), (end, _) in pairwise(segments) if end <= first}
        return [(start, path) for start, path in segments if path not in ended]

    def _note(self, text: Words) -> None:
        log.info("journal: %s", text)
        self.notes.append(text)

    # -- writing ---------------------------------------------------------------------------------------

    @staticmethod
    def encode(batch: Sequence[tuple[Observation, bool]]) -> tuple[bytes, list[Vectors]]:
        """Framed records of a batch of ``(observation, from_source)``, and each one's appearances."""
        vectors: list[Vectors] = [[] for _ in batch]
        records = [
            frame(to_msgpack(Taken(seen, from_source), held))
            for (seen, from_source), held in zip(batch, vectors, strict=True)
        ]
        return b"".join(records), vectors

    def write(self, records: bytes, taken: int) -> None:
        """Hand framed records to the operating system; they outlive this process, not yet a power cut.

        Raises ``OSError`` (a full disk), and then nothing of them was written.
        """
        try:
            write_all(self._handle, records)
        except OSError:
            os.ftruncate(self._handle, self._length)
            raise
        self._length += len(records)
        self.count += taken
        self._dirty = True

    def relaid(self, t: float, layout: str) -> None:
        """From here on entries are of another layout, which is on the disk. On the disk when this returns."""
        self.write(frame(to_msgpack(Relaid(t, layout))), 1)
        self.sync()

    def skip(self, number: int, why: str) -> None:
        """Note that entry ``number`` must not be replayed."""
        self.write(frame(to_msgpack(Skip(number, why))), 0)
        self.sync()

    def sync_when_due(self) -> None:
        """About once a second; call it often."""
        if self._clock() - self._synced_at >= SYNC_EVERY_S:
            self.sync()

    def sync(self) -> None:
        """What was written is on the disk when this returns."""
        if self._handle >= 0 and self._dirty:
            os.fsync(self._handle)
            self._dirty = False
        self._synced_at = self._clock()

    def resume(self) -> None:
        """Let :meth:`skip` write after what :meth:`tail` read; entries go on only after :meth:`keep`."""
        segments = self._segments()
        if segments and self._handle < 0:
            self._handle = os.open(segments[-1][1], os.O_WRONLY | os.O_APPEND)
            self._length = os.fstat(self._handle).st_size

    def keep(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint, begin a new segment after it, and remove what is no longer needed."""
        self.sync()
        write_checkpoint(self.folder, checkpoint)
        self._begin_segment(checkpoint.count)
        kept = checkpoints(self.folder)
        for _, path in kept[KEPT_CHECKPOINTS:]:
            path.unlink()
        oldest = kept[:KEPT_CHECKPOINTS][-1][0]
        segments = self._segments()
        for (_, path), (next_start, _) in pairwise(segments):
            if next_start <= oldest and len(kept) >= KEPT_CHECKPOINTS:
                path.unlink()

    def _begin_segment(self, first: int) -> None:
        """An empty segment; one of the same name holds nothing after the checkpoint and is replaced."""
        self._close_handle()
        self.count = first
        path = self.folder / f"{first:015d}.journal"
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        write_all(self._handle, MAGIC)
        self._length = len(MAGIC)
        os.fsync(self._handle)
        sync_folder(self.folder)

    def close(self) -> None:
        """Sync and let go."""
        self.sync()
        self._close_handle()

    def _close_handle(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _entry(data: bytes, vectors: Vectors | None) -> Entry:
    entry: Entry = from_msgpack(data, Entry, vectors)  # type: ignore[arg-type]  # a union is not a type
    return entry
