"""Keeps Python's search for garbage short while the window is open, and out of its start."""

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
    held the window up for a tenth of a second at a time.
    """
    was = gc.isenabled()
    gc.freeze()
    gc.enable()
    try:
        yield
    finally:
        if not was:
            gc.disable()
        gc.unfreeze()
