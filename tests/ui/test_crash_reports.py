"""What nobody caught is written down once, on this computer, and told at the next start."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.operations.crash_reports import FAULT, KEPT, CrashReports
from console.shown_window import run_window
from console.window import MainWindow
from store_layout.model import StoreLayout
from tests.support.fake_engine import FakeEngine


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CrashReports]:
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)  # the terminal stays quiet
    monkeypatch.setattr(threading, "excepthook", lambda *_: None)
    made = CrashReports(tmp_path / "crashes")
    assert made.watch() is None
    yield made
    made.close()


def raised() -> BaseException:
    try:
        int("a sum that does not add up")
    except ValueError as error:
        return error
    raise AssertionError


def test_an_error_becomes_a_file_once(reports: CrashReports) -> None:
    told: list[Path] = []
    reports.told = told.append
    error = raised()
    for _ in range(3):
        sys.excepthook(type(error), error, error.__traceback__)
    assert len(told) == 1
    text = told[0].read_text("utf-8")
    assert "a sum that does not add up" in text
    assert "openaisle" in text
    assert "Python 3." in text


def test_an_error_in_another_thread_too(reports: CrashReports) -> None:
    told: list[Path] = []
    reports.told = told.append
    error = raised()
    threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))
    assert "a sum that does not add up" in told[0].read_text("utf-8")


def test_ctrl_c_is_no_crash(reports: CrashReports) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert list(reports.folder.glob("crash-*.txt")) == []


def test_a_process_that_died_is_told_at_the_next_start(tmp_path: Path) -> None:
    program = (
        "import sys, faulthandler; from pathlib import Path\n"
        "from console.operations.crash_reports import CrashReports\n"
        "CrashReports(Path(sys.argv[1])).watch(); faulthandler._sigsegv()\n"
    )
    died = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, capture_output=True)
    assert died.returncode != 0
    again = CrashReports(tmp_path)
    report = again.watch()
    again.close()
    assert report is not None
    assert "Segmentation fault" in report.read_text("utf-8")
    third = CrashReports(tmp_path)
    assert third.watch() is None, "it is told once"
    third.close()
    assert not (tmp_path / FAULT).exists()


def test_old_reports_are_thinned_out(tmp_path: Path) -> None:
    for number in range(KEPT + 5):
        (tmp_path / f"crash-20260101-0000{number:02d}-1.txt").write_text("old", "utf-8")
    made = CrashReports(tmp_path)
    made.watch()
    made.close()
    kept = sorted(path.name for path in tmp_path.glob("crash-*.txt"))
    assert len(kept) == KEPT
    assert kept[0] == "crash-20260101-000005-1.txt"


def test_the_window_tells_what_went_wrong_in_it(
    qtbot: QtBot, qapp: QApplication, layout: StoreLayout, ledger_path: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    looks: list[int] = []

    def look() -> None:
        """Until it says something, and at most a minute."""
        looks.append(1)
        shown = [w for w in qapp.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()]
        if not (shown and shown[0].notice.isVisible()) and len(looks) < 1200:
            QTimer.singleShot(50, look)
            return
        said.append(shown[0].notice.words.text())
        said.append(shown[0].notice.button.text())
        shown[0].close()

    def fail_and_look() -> None:
        QTimer.singleShot(0, look)
        int("no number")

    QTimer.singleShot(200, fail_and_look)
    with qtbot.capture_exceptions() as caught:
        status = run_window(layout, FakeEngine(layout, 2), ledger_path, tmp_path / "window")
    assert status == 0
    assert [kind for kind, _, _ in caught] == [ValueError]
    assert said == [
        "Something went wrong; it was written down, and stays on this computer.",
        "Open folder",
    ]
    reports = list((tmp_path / "crashes").glob("crash-*.txt"))
    assert len(reports) == 1
    assert "no number" in reports[0].read_text("utf-8")
