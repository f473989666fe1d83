"""Without a display Qt says a useless line for every window shown; that line, and no other, is kept back."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler

KEPT_BACK = "This plugin does not support propagateSizeHints()"


def keep_back_size_hints() -> None:
    """Install the filter; to be called once the application is known to run without a display."""
    qInstallMessageHandler(tell)


def tell(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """What Qt itself would write to stderr, but for the one line."""
    if text != KEPT_BACK:
        sys.stderr.write(qFormatLogMessage(kind, context, text) + "\n")
