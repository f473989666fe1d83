"""The newest picture of a camera, tile-sized, in shared memory.

A block holds two buffers. The writer fills the one that is not shown, between raising its ``begun`` and its
``done`` counter, then shows it. The reader copies the shown buffer and takes the copy only if ``begun`` did
not move meanwhile: a picture is never torn, and neither side ever waits for the other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.engine.shared_block import attach_block, bytes_of, create_or_attach, fence, remove_block
from inference.engine.view import ShownPicture
from inference.messages import Frame

MAX_WIDTH, MAX_HEIGHT = 640, 360
MAX_RATE_HZ = 15.0
_BUFFER = MAX_WIDTH * MAX_HEIGHT * 4
_WORD = 8
_HEAD_WORDS = 16
_SHOWN = 0
_BEGUN, _DONE, _SIZE = 0, 1, 2
"""Places within a buffer's four words."""
_TRIES = 8


def _words_of(buffer: int) -> int:
    return 4 + 4 * buffer


class PictureWriter:
    """One camera's block. One thread at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._block = create_or_attach(name, _HEAD_WORDS * _WORD + 2 * _BUFFER)
        self._words = bytes_of(self._block)[: _HEAD_WORDS * _WORD].cast("Q")

    def write(self, picture: NDArray[np.uint8]) -> None:
        """Show ``[height, width, 4]`` BGRA, at most 640x360."""
        height, width = picture.shape[:2]
        number = self._words[_SHOWN] + 1
        at = _words_of(number % 2)
        self._words[at + _BEGUN] = number
        fence()
        start = _HEAD_WORDS * _WORD + (number % 2) * _BUFFER
        target = np.frombuffer(bytes_of(self._block), np.uint8, count=height * width * 4, offset=start)
        target.reshape(height, width, 4)[:] = picture
        del target
        self._words[at + _SIZE] = (width << 32) | height
        fence()
        self._words[at + _DONE] = number
        fence()
        self._words[_SHOWN] = number

    def close(self) -> None:
        """Let go; the block stays."""
        self._words.release()
        self._block.close()


class PictureReader:
    """Another process's view of one block."""

    def __init__(self, name: str) -> None:
        """Raises ``FileNotFoundError`` while there is no such block."""
        self._block = attach_block(name)
        self._words = bytes_of(self._block)[: _HEAD_WORDS * _WORD].cast("Q")

    def read(self) -> NDArray[np.uint8] | None:
        """A copy of the newest whole picture; None before the first, or when the writer outran every try."""
        for _ in range(_TRIES):
            number = self._words[_SHOWN]
            if number == 0:
                return None
            at = _words_of(number % 2)
            done, size = self._words[at + _DONE], self._words[at + _SIZE]
            width, height = size >> 32, size & 0xFFFF_FFFF
            if done != number or width > MAX_WIDTH or height > MAX_HEIGHT:
                continue
            fence()
            start = _HEAD_WORDS * _WORD + (number % 2) * _BUFFER
            source = np.frombuffer(bytes_of(self._block), np.uint8, count=height * width * 4, offset=start)
            copy = source.copy().reshape(height, width, 4)
            del source
            fence()
            if self._words[at + _BEGUN] == number:
                return copy
        return None

    def close(self) -> None:
        """Let go of the block."""
        self._words.release()
        self._block.close()


class PictureBoard:
    """All cameras' blocks, written from the threads that decode. Names start with ``prefix``."""

    def __init__(self, prefix: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._prefix = prefix
        self._clock = clock
        self._lock = threading.Lock()
        self._writers: dict[str, tuple[PictureWriter, threading.Lock]] = {}
        self._due: dict[str, float] = {}
        self._shown: dict[str, ShownPicture] = {}
        self._closed = False

    def show(self, frame: Frame) -> None:
        """Scale and share a frame, at most 15 times a second and camera; safe from any thread."""
        with self._lock:
            now = self._clock()
            if self._closed or now < self._due.get(frame.camera, 0.0):
                return
            self._due[frame.camera] = now + 1.0 / MAX_RATE_HZ
            if frame.camera not in self._writers:
                name = picture_name(self._prefix, len(self._writers))
                self._writers[frame.camera] = (PictureWriter(name), threading.Lock())
            writer, lock = self._writers[frame.camera]
        tile = tile_of(frame.image)
        height, width = frame.image.shape[:2]
        shown = ShownPicture(writer.name, int(width), int(height), frame.t)
        with lock:
            if self.closed:  # meanwhile
                return
            writer.write(tile)
        with self._lock:
            self._shown = {**self._shown, frame.camera: shown}

    def forget(self, cameras: Collection[str]) -> None:
        """These are gone: their last pictures are not shown any more."""
        with self._lock:
            self._shown = {name: shown for name, shown in self._shown.items() if name not in cameras}

    @property
    def closed(self) -> bool:
        """Nothing is shown any more."""
        return self._closed

    @property
    def shown(self) -> dict[str, ShownPicture]:
        """By camera, what is shown now."""
        return self._shown

    def close(self) -> None:
        """Let go of the blocks; they stay for :func:`remove_pictures`."""
        with self._lock:
            self._closed = True
            for writer, lock in self._writers.values():
                with lock:
                    writer.close()
            self._writers.clear()
            self._due.clear()
            self._shown = {}


def tile_of(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``[h, w, 3]`` BGR to BGRA of at most 640x360, shape kept."""
    height, width = image.shape[:2]
    scale = min(1.0, MAX_WIDTH / width, MAX_HEIGHT / height)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2BGRA), np.uint8)


def picture_name(prefix: str, index: int) -> str:
    """Name of the block of the ``index``-th camera that showed something."""
    return f"{prefix}p{index}"


def remove_pictures(prefix: str) -> None:
    """Take all blocks of a board away."""
    index = 0
    while remove_block(picture_name(prefix, index)):
        index += 1
