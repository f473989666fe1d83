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
    typer.Option(
        "--ledger",
        "--store",
        help="The ledger file, or the folder of the store whose ledger it is. Without it: the demo store's.",
        show_default=False,
    ),
]
"""For commands that need nothing of a store but its ledger."""
StoresLedgerOption = Annotated[
    Path | None,
    typer.Option("--ledger", help="The ledger file; without it, the store's.", show_default=False),
]
"""For commands with a ``--store`` of their own."""


def default_ledger() -> Path:
    """The ledger of the demo console."""
    return state_dir() / "demo" / "ledger.sqlite"


def ledger_of(store: StoreInfo | None) -> Path:
    """The ledger of a live store; None: the demo console's."""
    return default_ledger() if store is None else state_dir() / f"live-{store.id}" / "ledger.sqlite"


def ledger_said(said: Path | None, store: Path | None = None) -> Path:
    """The ledger's file. Said may be it, or a store's folder; nothing: that of ``store``, else the demo's.

    Raises ``StoreProblems`` where a folder is no store.
    """
    folder = store if said is None else said if said.is_dir() else None
    if folder is None:
        return said or default_ledger()
    from store_layout.reader import read_store

    return ledger_of(read_store(folder).file.store)


def has_display() -> bool:
    """Whether a window can be shown: always on Windows and macOS, with a display server elsewhere."""
    if os.name == "nt" or os.uname().sysname == "Darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
