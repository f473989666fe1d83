"""How the window was left: kept while it is used, so that it is there again also after it was killed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QTimer

from console.operations.kept_settings import KeptSettings

if TYPE_CHECKING:
    from console.window import MainWindow

SOON_MS = 250
"""After the last key or click: what came of it is kept."""


def settings_in(folder: Path) -> KeptSettings:
    """The window's, in this computer's state folder."""
    return KeptSettings(folder / "window.ini")


class WindowMemory(QObject):
    """Stores size, page and what the pages remember."""

    def __init__(self, window: MainWindow, settings: KeptSettings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.keep)
        self.is_first = settings.value("geometry") is None
        window.state.selection_changed.connect(self.keep_soon)

    def take_up(self) -> None:
        """Size, place and pages as they were left."""
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self._window.restoreGeometry(geometry)
        else:
            self._window.resize(1366, 768)
        for page in self._window.pages:
            page.take_up(self._settings)
        wanted = str(self._settings.value("page", "live"))
        names = [page.name for page in self._window.pages]
        self._window.show_page(wanted if wanted in names else names[0])

    def keep_soon(self) -> None:
        """Somebody does something: keep it when they pause."""
        self._soon.start()

    def keep(self) -> None:
        """Have all of it stored, now."""
        self._soon.stop()
        self._settings.setValue("geometry", self._window.saveGeometry())
        self._settings.setValue("page", self._window.page.name)
        for page in self._window.pages:
            page.keep(self._settings)
        self._settings.sync()

    def wait(self) -> None:
        """Until all that was to be stored is."""
        self._settings.flush(self._settings.path)
