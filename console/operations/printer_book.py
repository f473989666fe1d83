"""Printers of this computer, added, changed and forgotten from the window: ``printers.toml``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
from PySide6.QtCore import QObject, Signal

from console.language import tr
from console.language.sentences import in_words
from console.operations.printer_rows import PRINTERS
from console.printing.printers import (
    AddressKind,
    PrintersError,
    PrinterSettings,
    parse_address,
    read_printers,
    write_printers,
)
from console.printing.profiles import UnknownProfileError, profile_of

Field = Literal["name", "where", "profile", ""]
"""Where a problem is; empty: of the whole."""
Change = Callable[[tuple[PrinterSettings, ...]], tuple[PrinterSettings, ...]]
ADDRESSES: dict[AddressKind, str] = {
    "tcp": "tcp://",
    "usb": "usb:",
    "serial": "serial:",
    "file": "file:",
    "system": "system:",
}


class PrinterDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form."""

    name: str
    kind: AddressKind = "tcp"
    where: str = ""
    """Host, USB ids, device or name, as somebody types it."""
    profile: str = "80mm"

    @property
    def settings(self) -> PrinterSettings:
        """As it stands in the file; nothing is checked."""
        where = self.where.strip()
        for start in ADDRESSES.values():  # a whole address may be pasted
            if where.startswith(start):
                return PrinterSettings(name=self.name, address=where, profile=self.profile)
        return PrinterSettings(name=self.name, address=ADDRESSES[self.kind] + where, profile=self.profile)


def draft_of(printer: PrinterSettings) -> PrinterDraft:
    """The form of a printer that there is."""
    kind = printer.where.kind
    where = printer.address.removeprefix(ADDRESSES[kind])
    return PrinterDraft(name=printer.name, kind=kind, where=where, profile=printer.profile)


def problems_of(draft: PrinterDraft, others: tuple[PrinterSettings, ...]) -> dict[Field, str]:
    """What keeps it from being saved: nothing when it can be. ``others``: all but the one that is edited."""
    found: dict[Field, str] = {}
    settings = draft.settings
    if any(printer.name == draft.name for printer in others):
        found["name"] = tr("There is a printer {name} already", name=draft.name)
    if not draft.where.strip():
        found["where"] = tr("Say where it is")
    else:
        try:
            parse_address(settings.address)
        except PrintersError as error:
            found["where"] = _sentence(error)
    try:
        profile_of(draft.profile)
    except UnknownProfileError as error:
        found["profile"] = _sentence(error)
    if not found:
        try:
            settings.check()
        except PrintersError as error:
            found["name"] = _sentence(error)
    return found


class PrinterBook(QObject):
    """A small file, read and written at once; ``saved`` and ``said``, or ``refused``, follow."""

    saved = Signal()
    said = Signal(str)
    refused = Signal(str)
    removed = Signal(object)
    """The ``PrinterSettings`` that was forgotten: it can be put back."""

    def __init__(self, state: Path, parent: QObject | None = None) -> None:
        """``state``: this computer's state folder."""
        super().__init__(parent)
        self._file = state / PRINTERS

    def printers(self) -> tuple[PrinterSettings, ...]:
        """All of them; none where the file cannot be read, which ``refused`` says."""
        try:
            return read_printers(self._file)
        except PrintersError as error:
            self.refused.emit(_sentence(error))
            return ()

    def save(self, printer: PrinterSettings, old: str = "") -> None:
        """Add it, or let it take the place of the one called ``old``."""

        def changed(known: tuple[PrinterSettings, ...]) -> tuple[PrinterSettings, ...]:
            kept = tuple(printer if one.name == old else one for one in known)
            return kept if printer in kept else (*kept, printer)

        if self._change(changed):
            self.said.emit(tr("{shelf} is saved.", shelf=printer.name))

    def remove(self, name: str) -> None:
        """Forget it. What waits for it stays in the queue."""
        gone = next((printer for printer in self.printers() if printer.name == name), None)
        if gone is not None and self._change(lambda known: tuple(p for p in known if p.name != name)):
            self.removed.emit(gone)

    def _change(self, change: Change) -> bool:
        try:
            write_printers(self._file, change(read_printers(self._file)))
        except PrintersError as error:
            self.refused.emit(_sentence(error))
            return False
        self.saved.emit()
        return True


def _sentence(error: Exception) -> str:
    words = in_words(error)
    return words[:1].upper() + words[1:]
