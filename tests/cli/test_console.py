from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import msgspec
import pytest

from console.back_office import Ledger, verify
from console.cli.console import engine_link, forget_last_play, make_spec
from console.engine_process.session import is_running
from store_layout.writer import write_store
from tests.cli.conftest import run
from tests.support.stores import small_store


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return tmp_path / "state"


def ledger_of(recording: Path) -> Path:
    return make_spec(None, recording, None, None, 1, headless=True).ledger_path


def test_without_a_display_it_says_so_prints_each_visit_and_leaves_a_picture(
    simulated: Path, state: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "pictures" / "console.png"
    printed = run("run", "--recording", simulated, "--picture", picture)
    with Ledger.open(ledger_of(simulated)) as ledger:
        assert verify(ledger).sound
        documents, visits = ledger.documents(), ledger.visits()
    assert documents
    lines = [line for line in printed.splitlines() if re.match(r"\d\d:\d\d:\d\d  ", line)]
    assert len(lines) == len(visits)
    for document in documents:
        (line,) = [x for x in lines if document.label in x]
        assert document.receipt.code in line
        assert all(f"{x.quantity} {x.name}" in line for x in document.receipt.lines)
    shown = cv2.imread(str(picture))
    assert shown is not None
    assert shown.shape == (768, 1366, 3)
    assert shown.std() > 5


def test_a_recording_played_again_begins_with_a_new_ledger(
    simulated: Path, state: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        run("run", "--headless", "--recording", simulated, "--picture", tmp_path / "p.png")
    with Ledger.open(ledger_of(simulated)) as ledger:
        numbers = [d.number for d in ledger.documents()]
    assert numbers == list(range(len(numbers), 0, -1))


def test_the_ledger_of_a_live_store_is_never_put_away(tmp_path: Path, state: Path) -> None:
    write_store(small_store(), tmp_path / "store")
    spec = make_spec(tmp_path / "store", None, None, None, 1, headless=True)
    assert state in spec.ledger_path.parents
    spec.ledger_path.parent.mkdir(parents=True)
    spec.ledger_path.write_bytes(b"years of receipts")
    forget_last_play(spec)
    assert spec.ledger_path.read_bytes() == b"years of receipts"


def test_stores_and_recordings_do_not_share_a_place_and_a_store_keeps_its_own(
    tmp_path: Path, state: Path
) -> None:
    for folder in ("a/store", "b/store"):
        write_store(small_store(), tmp_path / folder)
    live = [make_spec(tmp_path / f, None, None, None, 1, headless=True) for f in ("a/store", "b/store")]
    assert live[0].ledger_path == live[1].ledger_path  # one id: the folder has moved
    played = [ledger_of(tmp_path / f) for f in ("a/recording", "b/recording")]
    assert len({*played, live[0].ledger_path}) == 3


def test_stop_says_when_there_is_nothing_to_stop(simulated: Path, state: Path) -> None:
    assert "No engine is running" in run("stop", "--recording", simulated)


def test_a_link_ends_the_engine_of_a_recording_and_leaves_that_of_a_store(
    simulated: Path, state: Path
) -> None:
    spec = msgspec.structs.replace(make_spec(None, simulated, None, 1.0, 1, headless=False), fresh=False)
    with engine_link(spec, keep_running=True) as link:
        assert wait_until(lambda: link.latest() is not None)
    assert is_running(spec.state_path)
    with engine_link(spec) as link:
        assert wait_until(lambda: link.latest() is not None)
    assert not is_running(spec.state_path)
    os.waitpid(-1, 0)  # left on purpose by the first link, so nobody else has waited for it


def wait_until(condition: Callable[[], bool], limit_s: float = 60.0) -> bool:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False
