"""The process that watches the kiosk: what ends it, and what only starts it again."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from console.engine_process.spec import EngineSpec, SpecError
from console.kiosk.order import EXIT_LEFT, EXIT_REFUSED, KioskOrder, read_order
from console.kiosk.watch import KioskWatch, Patience

FAKE = (sys.executable, "-m", "tests.kiosk.fake_screen")
QUICK = Patience(backoff_s=0.02, hang_s=60.0, start_s=100.0, spare_s=0.1)
"""Quick where nothing is waited for but the kiosk; patient with one that a busy machine keeps waiting."""
LIMIT_S = 100.0


def watch(folder: Path, lives: str, said: list[str], patience: Patience = QUICK) -> KioskWatch:
    (folder / "how").write_text(lives)
    spec = EngineSpec(state_dir=str(folder / "e"), ledger=str(folder / "l"), recording="r", fresh=True)
    return KioskWatch(KioskOrder(spec, str(folder)), patience, FAKE, said.append)


def lives(folder: Path) -> list[str]:
    return (folder / "lives").read_text().splitlines()


def test_crashes_start_it_again_and_leaving_ends_it(tmp_path: Path) -> None:
    said: list[str] = []
    assert watch(tmp_path, "crash crash leave", said).run() == EXIT_LEFT
    assert lives(tmp_path) == ["True", "False", "False"], "the recording began anew with a crash"
    assert said == ["The kiosk ended unexpectedly (status 1) and starts again."] * 2


def test_a_window_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    impatient = msgspec.structs.replace(QUICK, hang_s=0.6)
    assert watch(tmp_path, "hang leave", said, impatient).run() == EXIT_LEFT
    assert said[0].startswith("The kiosk gave no sign of life for")
    assert len(lives(tmp_path)) == 2


def test_what_cannot_start_is_not_tried_again(tmp_path: Path) -> None:
    assert watch(tmp_path, "refuse", []).run() == EXIT_REFUSED
    assert len(lives(tmp_path)) == 1


def test_killed_it_is_back_and_stop_ends_both(tmp_path: Path) -> None:
    said: list[str] = []
    watching = watch(tmp_path, "stay stay", said)
    runs = threading.Thread(target=watching.run)
    runs.start()
    try:
        wait_for_lives(tmp_path, 1)
        assert watching.child is not None
        until = time.monotonic() + LIMIT_S
        while watching._spare is None and time.monotonic() < until:
            time.sleep(0.02)
        first, spare = watching.child.pid, watching._spare
        assert spare is not None
        os.kill(first, signal.SIGKILL)
        wait_for_lives(tmp_path, 2)
        assert watching.child.pid == spare.pid, "the one that was loaded was not used"
    finally:
        watching.stop()
        runs.join()
    assert watching.child.poll() is not None
    assert said == ["The kiosk ended unexpectedly (signal 9) and starts again."]


def wait_for_lives(folder: Path, count: int) -> None:
    until = time.monotonic() + LIMIT_S
    while not ((folder / "lives").exists() and len(lives(folder)) == count):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_an_order_that_cannot_be_read_names_the_field() -> None:
    with pytest.raises(SpecError, match="settings"):
        read_order(b'{"spec": {"state_dir": "a", "ledger": "b", "recording": "c"}, "settings": 3}')
