"""A picture of the window, as PNG, with a display or without."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from console.theme.appearance import ThemeChoice
from console.widgets.application import application

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from console.window import MainWindow

READING_S = 3.0
"""How long a picture waits for what is read in the background."""


def render_to(
    path: Path,
    size: tuple[int, int],
    theme: ThemeChoice,
    page: str,
    window: MainWindow,
    *,
    what: str = "",
) -> None:
    """Write a picture (PNG) of a window as it is now, on this page, of this size. Works without a display.

    ``what``: a part of the page, as :meth:`MainWindow.show_page` takes it.

    Raises ``OSError`` when the file cannot be written.
    """
    app = application()
    window.appearance.choose(theme)
    window.resize(*size)
    window.show_page(page)
    window.show()
    _wait(window)
    if what:
        window.show_page(page, what)
        _wait(window)
    for _ in range(3):
        app.processEvents()
        window.state.poll()
    window.page.complete()
    grab_to(path, window)


def _wait(window: MainWindow) -> None:
    """Until what was asked for in the background has come."""
    app, deadline = application(), time.monotonic() + READING_S
    while window.busy and time.monotonic() < deadline:
        app.processEvents()
        time.sleep(0.005)


def grab_to(path: Path, window: QWidget) -> None:
    """Write a picture (PNG) of a window as it is. Raises ``OSError`` when the file cannot be written."""
    if not window.grab().save(str(path)):
        raise OSError(f"{path}: the picture could not be written; check that the folder exists and has room")
