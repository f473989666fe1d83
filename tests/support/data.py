"""Real recordings beside the checkout, for measuring only. They are never part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def _root() -> Path:
    return Path(os.environ.get("OPENAISLE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def real_data(name: str) -> Path | None:
    """Folder of a real recording, or None where it is not there."""
    folder = _root() / name
    return folder if folder.is_dir() else None


def shared_data(name: str) -> Path:
    """Folder of a real recording; skips the test with a reason where it is not there."""
    folder = real_data(name)
    if folder is None:
        pytest.skip(f"real recording {name!r} is not at {_root()} (set OPENAISLE_DATA)")
    return folder
