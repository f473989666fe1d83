"""Where things are on this computer."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

HOME = Path(__file__).resolve().parents[2]
"""The checkout; of an installed package, the folder of packages."""
ASSETS = HOME / "assets"
DEMO_STORE = ASSETS / "demo_store"
DEMO_RECORDING = ASSETS / "demo_recording"
MODELS = ASSETS / "models"


def state_dir() -> Path:
    """Where journals, ledgers and window layouts live; ``OPENAISLE_STATE`` moves it."""
    told = os.environ.get("OPENAISLE_STATE")
    return Path(told) if told else Path(platformdirs.user_state_dir("openaisle", appauthor=False))


def has_display() -> bool:
    """Whether a window can be shown: always on Windows and macOS, with a display server elsewhere."""
    if os.name == "nt" or os.uname().sysname == "Darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
