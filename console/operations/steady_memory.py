"""Keeps Python's search for garbage short while the window is open."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def steady_memory() -> Iterator[None]:
    """What exists now is left out of the search for garbage until the end.

    Modules, catalogue and widgets stay for as long as the window does; to look through them again and again
    held the window up for a tenth of a second at a time.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
