"""Folders that are costly to make and only read: made by the first worker that wants one, used by all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

LONGEST_S = 300.0
"""How long one worker waits for another that is making it."""


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name, filled by ``make`` unless another worker of this run has done it."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # a worker's own folder is inside of the run's
    shared, folder = root / "shared", root / "shared" / name
    shared.mkdir(exist_ok=True)
    # SQLite's lock on an empty file: let go of when its process ends, however it ends.
    with closing(sqlite3.connect(shared / f"{name}.lock", timeout=LONGEST_S, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        if not folder.exists():
            unfinished = shared / f"{name}.{os.getpid()}"
            make(unfinished)
            unfinished.rename(folder)
        lock.execute("ROLLBACK")
    return folder
