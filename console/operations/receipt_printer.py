"""Which printer receipts come out of: the first of this computer's."""

from __future__ import annotations

from pathlib import Path

from console.language.sentences import in_words
from console.printing.printers import PrintersError, read_printers, write_printers


class ReceiptPrinter:
    """Reads and changes the order in ``printers.toml``."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.trouble = ""
        """Why the file cannot be read, if so."""

    def names(self) -> list[str]:
        """All printers, the one that is used first."""
        try:
            found = read_printers(self._file)
        except PrintersError as error:
            self.trouble = f"{in_words(error)}."
            return []
        self.trouble = ""
        return [printer.name for printer in found]

    def choose(self, name: str) -> str:
        """Print receipts on this one from now on; gives why that was not possible, or nothing."""
        try:
            found = read_printers(self._file)
            chosen = [printer for printer in found if printer.name == name]
            rest = [printer for printer in found if printer.name != name]
            write_printers(self._file, (*chosen, *rest))
        except PrintersError as error:
            return f"{in_words(error)}."
        return ""
