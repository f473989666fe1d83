"""Another console on another store, as if somebody had typed its command."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess

CONSOLE = ("-c", "from console.cli.app import main; main()", "run", "--store")
ROOT = Path(__file__).resolve().parents[2]
"""Where the packages are: a process that is started elsewhere finds them."""


def open_console(folder: Path) -> bool:
    """Start it, on its own: it outlives this one. False where no process could be started."""
    done = QProcess.startDetached(sys.executable, [*CONSOLE, str(folder.resolve())], str(ROOT))
    return bool(done[0] if isinstance(done, tuple) else done)
