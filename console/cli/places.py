"""Where things are on this computer."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import platformdirs
import typer

if TYPE_CHECKING:
    from store_layout.model import StoreInfo

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


def window_language(state: Path) -> str:
    """What the window was told to speak on this computer, as an ISO 639 code; English before it was told."""
    try:
        kept = (state / "window" / "window.ini").read_text("utf-8", errors="replace")
    except OSError:
        return "en"
    found = re.search(r"^language=([a-z]{2,3})\s*$", kept, re.MULTILINE)
    return found[1] if found else "en"


LedgerOption = Annotated[
    Path | None,
    typer.Option("--ledger", help="The ledger file; without it, the console's own.", show_default=False),
]


def default_ledger() -> Path:
    """The ledger of the demo console."""
    return state_dir() / "demo" / "ledger.sqlite"


def ledger_of(store: StoreInfo | None) -> Path:
    """The ledger of a live store; None: the demo console's."""
    return default_ledger() if store is None else state_dir() / f"live-{store.id}" / "ledger.sqlite"


def has_display() -> bool:
    """Whether a window can be shown: always on Windows and macOS, with a display server elsewhere."""
    if os.name == "nt" or os.uname().sysname == "Darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
