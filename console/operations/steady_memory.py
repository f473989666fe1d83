"""Keeps Python's search for garbage short while the window is open, and in the window's own thread."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from console.operations.garbage_search import GarbageSearch


@contextmanager
def steady_memory() -> Iterator[None]:
    """What exists now is left out of the search for garbage until the end.

    Modules, catalogue and widgets stay for as long as the window does; to look through them again and again
    held the window up for a tenth of a second at a time. To be entered, and left, in the window's thread.
    """
    gc.collect()
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
