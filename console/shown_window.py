"""The window on the screen. It is made anew, in its place, when every text or size in it would change."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from console.engine_process.link import EngineLink
from console.language import tr
from console.operations.crash_reports import CrashReports
from console.operations.steady_memory import steady_memory
from console.widgets.application import application
from console.window import CRASHES, MainWindow
from console.window_handover import HandedOver
from inference.messages.codec import settle_types
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

log = logging.getLogger(__name__)

FRAME = 40
"""Pixels that a desktop's title bar may take."""


class ShownWindow(QObject):
    """Shows one window at a time. A new one opens where the old one was, before that closes."""

    def __init__(
        self, make: Callable[[HandedOver | None], MainWindow], parent: QObject | None = None
    ) -> None:
        """``make``: a window, with what the one before it hands over; the window is owned here."""
        super().__init__(parent)
        self._make = make
        self.window = self._open(None)

    def _open(self, handed: HandedOver | None) -> MainWindow:
        made = self._make(handed)
        made.outdated.connect(self.renew)
        return made

    def show(self) -> None:
        """Bring it to the screen; filling it at the first start, where it would not fit with its frame."""
        size, room = self.window.size(), self.window.screen().availableSize()
        if self.window.is_first and (size.width() > room.width() or size.height() + FRAME > room.height()):
            self.window.showMaximized()
        else:
            self.window.show()

    def renew(self) -> None:
        """Put a new window in the place of this one: on the same page, with the same operator."""
        old = self.window
        self.window = self._open(old.hand_over())
        if old.isVisible():
            self.window.setWindowState(old.windowState())
            self.window.show()
        old.close()
        old.deleteLater()


def _read_again(folder: Path, layout: StoreLayout) -> StoreLayout:
    """The store as the engine took it over; as it was, where the folder has become unreadable since."""
    try:
        return read_store(folder)
    except (StoreProblems, OSError) as error:
        log.warning("the changed store folder cannot be read: %s", error)
        return layout


def run_window(
    layout: StoreLayout,
    link: EngineLink,
    ledger_path: Path,
    settings_dir: Path,
    store_folder: Path | None = None,
    *,
    clips: Path | None = None,
    layout_folder: Path | None = None,
) -> int:
    """Show the window until it is closed; returns the exit status. The caller closes ``link``.

    ``store_folder``, ``clips``: see ``MainWindow``.
    """
    known = [layout]

    def make(handed: HandedOver | None) -> MainWindow:
        if handed is not None and handed.changed == "store" and layout_folder is not None:
            known[0] = _read_again(layout_folder, known[0])
        return MainWindow(
            known[0],
            link,
            ledger_path,
            settings_dir,
            handed,
            store_folder=store_folder,
            clips=clips,
            layout_folder=layout_folder,
        )

    settle_types()  # the pages have brought types of their own
    app = application()
    reports = CrashReports(settings_dir.parent / CRASHES)
    died = reports.watch()
    shown = ShownWindow(make)
    reports.told = lambda _report: shown.window.crashed.emit(
        tr("Something went wrong; it was written down, and stays on this computer.")
    )
    shown.show()
    shown.window.first_start.watch()
    shown.window.setup.watch()
    if died is not None:
        shown.window.crashed.emit(
            tr("The console ended unexpectedly last time. What is known stands in a file on this computer.")
        )
    with steady_memory():
        status = app.exec()
    reports.close()
    shown.window.deleteLater()
    return status
