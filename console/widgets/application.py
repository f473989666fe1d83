"""The one application object."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from console.widgets.offscreen import keep_back_size_hints


def application() -> QApplication:
    """The one application object; made if there is none."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
        app.setApplicationName("openaisle")
        app.setApplicationDisplayName("openaisle")
        if app.platformName() == "offscreen":
            keep_back_size_hints()
    return app
