"""Keeps Python's search for garbage out of the window's start, then short, and in the window's own thread."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unsearched() -> Iterator[None]:
    """Nothing is searched for garbage meanwhile: imports and a window that is built keep what they make.

    They make so much of it that a quarter of the start went into looking through it, again and again.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def steady_memory() -> Iterator[None]:
    """What exists now is left out of the search for garbage until the end.

    Modules, catalogue and widgets stay for as long as the window does; to look through them again and again
    held the window up for a tenth of a second at a time. To be entered, and left, in the window's thread.
    """
    from console.operations.garbage_search import GarbageSearch  # Qt: commands without a window need none

    gc.freeze()
    was_on = gc.isenabled()
    gc.disable()
    search = GarbageSearch()
    try:
        yield
    finally:
        search.deleteLater()
        if was_on:
            gc.enable()
        gc.unfreeze()
