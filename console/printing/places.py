"""Where this computer keeps its printers and what they have to print."""

from __future__ import annotations

from pathlib import Path

import msgspec


class PrintPlaces(msgspec.Struct, frozen=True):
    """Folders that printing needs."""

    state: Path
    """Of this computer: its printers and their queue."""
    store: Path | None = None
    """The store folder, for the receipt's head and logo."""

    @property
    def printers(self) -> Path:
        """The file that says which printers there are."""
        return self.state / "printers.toml"

    @property
    def queue(self) -> Path:
        """The queue of this computer."""
        return self.state / "print_jobs.sqlite"
