"""Who works for a printer: one worker at a time, on the whole computer.

The lock is SQLite's own on an empty file: the operating system lets go of it when its process ends, however
it ends, and it is the same on every system.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.language import tr
from console.printing.queue import QueueError

_HELD = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


@contextmanager
def printer_lock(queue: Path, printer: str) -> Iterator[bool]:
    """True: nobody else works for this printer until the block ends. False: somebody does.

    Raises :class:`QueueError` where the lock's file cannot be used: that is no reason to wait in silence.
    """
    path = queue.with_name(f"{queue.name}.{printer}.lock")
    conn: sqlite3.Connection | None = None
    try:
        try:
            conn = sqlite3.connect(path, timeout=0.0, isolation_level=None)
            conn.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode not in _HELD:
                raise QueueError(
                    tr(
                        "{path}: cannot be used as a lock ({error}). Check that the folder can be "
                        "written and the disk is not full; the jobs are kept",
                        path=path,
                        error=error,
                    )
                ) from error
            yield False
            return
        yield True
    finally:
        if conn is not None:
            conn.close()
