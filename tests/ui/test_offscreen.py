from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType

from console.widgets.offscreen import KEPT_BACK, tell


def test_only_the_one_line_is_kept_back(capsys: pytest.CaptureFixture[str]) -> None:
    tell(QtMsgType.QtWarningMsg, QMessageLogContext(), KEPT_BACK)
    assert capsys.readouterr().err == ""
    for other in ("QPainter::begin: no paint device", KEPT_BACK + "!"):
        tell(QtMsgType.QtWarningMsg, QMessageLogContext(), other)
        assert other in capsys.readouterr().err


def test_a_window_without_a_display_is_shown_in_silence() -> None:
    code = (
        "from PySide6.QtCore import qWarning\n"
        "from PySide6.QtWidgets import QWidget\n"
        "from console.widgets.application import application\n"
        "app = application(); w = QWidget(); w.show(); app.processEvents(); qWarning('still heard')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "still heard" in done.stderr
    assert KEPT_BACK not in done.stderr
