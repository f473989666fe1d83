"""Lines of JSON in files, plain or gzip, that survive being cut off anywhere."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar, cast

import msgspec
import numpy as np

from inference.messages import Appearance
from inference.messages.codec import to_json
from inference.messages.said import Words
from inference.recording.format import LineProblem

T = TypeVar("T")

LONGEST_LINE = 4 << 20
"""Bytes. A longer line is damage, not data."""
CHUNK = 1 << 16
GZIP = 16 + zlib.MAX_WBITS
FLUSH_EVERY_S = 2.0
"""Store time after which written lines are pushed to the file: what a crash can lose."""


class Problems(list[LineProblem]):
    """Problems found while reading: each is kept once, and no more than ``limit`` of them.

    ``total`` counts on where the list is full.
    """

    limit = 1000

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        self._known: set[LineProblem] = set()

    def add(self, file: str, line: int, reason: str) -> None:
        """Note a problem; reading a file twice notes it once."""
        problem = LineProblem(file, line, reason)
        if problem in self._known:
            return
        self.total += 1
        if len(self) < self.limit:
            self._known.add(problem)
            self.append(problem)


class LineFile:
    """Appends values as lines of JSON; ``.gz`` in the name compresses.

    Every :data:`FLUSH_EVERY_S` of store time the lines are flushed so that they can be read again even if
    the file never gets its proper end. The bytes depend on nothing but the values.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._raw = path.open("wb")
        self._out: BinaryIO = self._raw
        if path.suffix == ".gz":
            self._out = cast(BinaryIO, gzip.GzipFile("", "wb", 6, self._raw, mtime=0))
        self._flushed_at: float | None = None

    def write(self, value: object, t: float) -> None:
        """Append one value whose store time is ``t``."""
        self._out.write(to_json(value) + b"\n")
        if self._flushed_at is None:
            self._flushed_at = t
        elif t - self._flushed_at >= FLUSH_EVERY_S:
            self.flush()
            self._flushed_at = t

    def flush(self) -> None:
        """Make what was written so far readable."""
        self._out.flush()
        self._raw.flush()

    def close(self) -> None:
        """End the file properly."""
        self._out.close()
        self._raw.close()


class LineReader(Generic[T]):
    """Reads values back, one by one; what cannot be used is noted in ``problems`` and left out."""

    def __init__(
        self,
        folder: Path,
        file: str | None,
        kind: type[T],
        problems: Problems,
        check: Callable[[T], Words | None] | None = None,
    ) -> None:
        """``file`` None: no lines. ``check`` says in words what is wrong with a well-typed value, or None."""
        self._path, self.file = folder / (file or ""), file or ""
        self._decoder = msgspec.json.Decoder(kind, dec_hook=_decode_appearance)
        self.problems = problems
        self._check = check

    def __iter__(self) -> Iterator[T]:
        for _, value in self.numbered():
            yield value

    def numbered(self) -> Iterator[tuple[int, T]]:
        """Line number and value of every usable line."""
        for number, line in self._lines():
            if not line.strip():
                continue
            try:
                value = self._decoder.decode(line)
            except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
                self.problems.add(self.file, number, str(error))
                continue
            reason = self._check(value) if self._check else None
            if reason is None:
                yield number, value
            else:
                self.problems.add(self.file, number, str(reason))

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        number, rest = 0, b""
        if not self.file:
            return
        try:
            for chunk in self._chunks():
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    number += 1
                    yield number, line
                if len(rest) > LONGEST_LINE:
                    self.problems.add(self.file, number + 1, f"a line of more than {LONGEST_LINE} bytes")
                    return
        except (EOFError, zlib.error) as error:
            self.problems.add(self.file, number + 1, f"the file is cut off or damaged from here on: {error}")
        except OSError as error:
            self.problems.add(self.file, 0, f"cannot be read: {error.strerror or error}")
        if rest:
            yield from self._last(number + 1, rest)

    def _last(self, number: int, line: bytes) -> Iterator[tuple[int, bytes]]:
        """A last line without its end may be whole all the same; half a line is noted as cut off."""
        try:
            msgspec.json.decode(line)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self.problems.add(self.file, number, "the last line is cut off")
        else:
            yield number, line

    def _chunks(self) -> Iterator[bytes]:
        with self._path.open("rb") as source:
            if self._path.suffix != ".gz":
                while chunk := source.read(CHUNK):
                    yield chunk
                return
            # Not gzip.open: where the file is cut off it throws away what its buffer already holds.
            inflate = zlib.decompressobj(GZIP)
            # Small bites: what a damaged bite would still have given is lost with it.
            while chunk := source.read(CHUNK // 8):
                while chunk:
                    if inflate.eof:
                        inflate = zlib.decompressobj(GZIP)
                    yield inflate.decompress(chunk, CHUNK)
                    chunk = inflate.unconsumed_tail or inflate.unused_data
            if not inflate.eof and source.tell():
                yield inflate.flush()
                raise EOFError("its end is missing")


def _decode_appearance(wanted: type, item: Any) -> Any:
    if wanted is Appearance:
        vector = np.asarray(item, dtype=np.float32).reshape(-1)
        if not np.isfinite(vector).all():
            raise ValueError("an appearance holds a value that is not a number")
        return Appearance(vector)
    raise TypeError(f"no decoding for {wanted}")
