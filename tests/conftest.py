"""Rules for every test: nothing left behind, nothing logged that was not expected."""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.patient_bot import PatientBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"  # the window speaks the system's language; tests read English
os.environ.setdefault("PYTEST_QT_API", "pyside6")

GRACE_S = 60.0
"""How long a thread or process that was told to stop may take to be gone, on a busy machine."""

# Whether an example takes 0.2 s says more of what else the machine does than of the rule.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def _child_processes() -> set[int]:
    """Pids of this process's children, from /proc; empty where there is no /proc."""
    task = Path(f"/proc/{os.getpid()}/task")
    found: set[int] = set()
    if not task.is_dir():
        return {p.pid for p in active_children() if p.pid is not None}
    for thread in task.iterdir():
        try:
            found |= {int(pid) for pid in (thread / "children").read_text().split()}
        except OSError:
            continue
    return found


def _extra_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t not in before and t.is_alive()]


ALONE = {"capture", "live"}
"""Folders of the tests that want the machine to themselves: ``make test`` looks for them nowhere else."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test is run by one of the two parts of ``make test``."""
    for item in items:
        if item.get_closest_marker("alone") and item.path.parent.name not in ALONE:
            folders = " or ".join(f"tests/{name}" for name in sorted(ALONE))
            raise pytest.UsageError(f"{item.nodeid}: marked alone, but not in {folders}")


@pytest.fixture(scope="session", autouse=True)
def one_application(qapp: object) -> None:
    """A process has one application object: drawing a PDF would make one that no window can use.

    What has been imported by now stays: no collection after a window has to look at it again.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> PatientBot:
    """The plugin's, but patient."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread or a process running."""
    threads, children = set(threading.enumerate()), _child_processes()
    yield
    deadline = time.monotonic() + GRACE_S
    while time.monotonic() < deadline:
        left = _extra_threads(threads)
        orphans = _child_processes() - children
        if not left and not orphans:
            return
        time.sleep(0.02)
    names = [t.name for t in _extra_threads(threads)]
    pytest.fail(f"left behind: threads {names}, processes {sorted(_child_processes() - children)}")


@pytest.fixture(autouse=True)
def no_stray_logs(caplog: pytest.LogCaptureFixture, expected_logs: list[str]) -> Iterator[None]:
    """Fail a test in which something logged a warning or worse that the test did not look for.

    A test that expects log lines takes ``expected_logs`` and puts a part of each line into it.
    """
    caplog.set_level(logging.INFO)
    yield
    stray = [
        f"{r.levelname} {r.name}: {r.getMessage()}"
        for when in ("setup", "call")
        for r in caplog.get_records(when)
        if r.levelno >= logging.WARNING and not any(part in r.getMessage() for part in expected_logs)
    ]
    if stray:
        pytest.fail("unexpected log lines:\n" + "\n".join(stray))


@pytest.fixture
def expected_logs() -> list[str]:
    """Parts of log lines that this test expects."""
    return []


@pytest.fixture(autouse=True)
def no_widgets_or_timers_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a Qt test that leaves a top-level widget or a running timer behind.

    Meanwhile Python looks for garbage only here: in a worker's thread it would take Qt's objects apart.
    """
    if "qtbot" not in request.fixturenames:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()
    widgets = [w for w in app.topLevelWidgets() if w.isVisible()]
    timers = [t for t in gc.get_objects() if type(t) is QTimer and _alive(t) and t.isActive()]
    if widgets or timers:
        pytest.fail(f"left behind: widgets {widgets}, timers {[t.parent() for t in timers]}")


def _alive(item: object) -> bool:
    from shiboken6 import isValid

    return bool(isValid(item))
