"""The one application object, and the language of what Qt itself says."""

from __future__ import annotations

import sys

from PySide6.QtCore import QLibraryInfo, QTranslator
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


def speak(code: str) -> None:
    """Have Qt say its own words in this language: the names of keys, the menu of a text field."""
    app = application()
    before = app.findChild(QTranslator)
    if before is not None and before.objectName() == code:
        return
    if before is not None:
        app.removeTranslator(before)
        before.setParent(None)
        before.deleteLater()
    words = QTranslator(app)
    words.setObjectName(code)
    if words.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(words)
