"""Real recordings beside the checkout, for measuring only. They are never part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_data(name: str) -> Path:
    """Folder of a real recording; skips the test with a reason where it is not there."""
    root = Path(os.environ.get("OPENAISLE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    folder = root / name
    if not folder.is_dir():
        pytest.skip(f"real recording {name!r} is not at {root} (set OPENAISLE_DATA)")
    return folder
