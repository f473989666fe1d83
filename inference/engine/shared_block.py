"""Shared memory that lives until somebody who owns it says otherwise.

``multiprocessing.shared_memory`` before Python 3.13 hands every block, attached ones too, to a tracker
process that removes the block when its process ends. Here a block must outlive a crashed engine, so blocks
are made without the tracker; whoever ends a run in order removes its blocks (:func:`remove_block`).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import shared_memory
from multiprocessing.shared_memory import SharedMemory
from typing import Any

_patching = threading.Lock()
_fence = threading.Lock()


class _NoTracker:
    """Takes the tracker's place while a block is made, attached or removed."""

    def register(self, name: str, kind: str) -> None:
        """Nothing is written down."""

    def unregister(self, name: str, kind: str) -> None:
        """Nothing was written down."""


@contextmanager
def _untracked() -> Iterator[dict[str, Any]]:
    """Arguments under which ``SharedMemory`` leaves the tracker alone."""
    if sys.version_info >= (3, 13):
        yield {"track": False}
        return
    with _patching:
        module: Any = shared_memory
        tracker = getattr(module, "resource_tracker", None)
        module.resource_tracker = _NoTracker()
        try:
            yield {}
        finally:
            module.resource_tracker = tracker


def create_block(name: str, size: int) -> SharedMemory:
    """A new block of ``size`` bytes, all zero, readable by this user only. Raises ``FileExistsError``."""
    with _untracked() as options:
        return SharedMemory(name=name, create=True, size=size, **options)


def attach_block(name: str) -> SharedMemory:
    """A block that another process made. Raises ``FileNotFoundError``."""
    with _untracked() as options:
        return SharedMemory(name=name, **options)


def create_or_attach(name: str, size: int) -> SharedMemory:
    """The block of this name, made if it is not there; one of too small a size is made anew."""
    try:
        return create_block(name, size)
    except FileExistsError:
        block = attach_block(name)
    if block.size >= size:
        return block
    block.close()
    remove_block(name)
    return create_block(name, size)


def remove_block(name: str) -> bool:
    """Take the block away; false if there is none. Those who have it open keep their view of it."""
    try:
        block = attach_block(name)
    except (FileNotFoundError, ValueError):  # ValueError: made, but its size was never set
        return False
    block.close()
    try:
        with _untracked():
            block.unlink()
    except FileNotFoundError:
        return False
    return True


def bytes_of(block: SharedMemory) -> memoryview:
    """The block's bytes. Raises ``ValueError`` when it is closed."""
    if block.buf is None:
        raise ValueError(f"shared memory {block.name} is closed")
    return block.buf


def fence() -> None:
    """Let no memory access move across this point: POSIX promises that of a lock; x86 would not need it."""
    with _fence:
        pass
