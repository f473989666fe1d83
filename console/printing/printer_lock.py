"""Who works for a printer: one worker at a time, on the whole computer.

The lock is SQLite's own on an empty file: the operating system lets go of it when its process ends, however
it ends, and it is the same on every system.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def printer_lock(queue: Path, printer: str) -> Iterator[bool]:
    """True: nobody else works for this printer until the block ends. False: somebody does."""
    conn = sqlite3.connect(queue.with_name(f"{queue.name}.{printer}.lock"), timeout=0.0, isolation_level=None)
    try:
        try:
            conn.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
            return
        yield True
    finally:
        conn.close()
