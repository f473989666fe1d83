from __future__ import annotations

import re
from pathlib import Path

import cv2
import pytest

from console.back_office import Ledger, verify
from console.cli.console import forget_last_play, make_spec
from tests.cli.conftest import run


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return tmp_path / "state"


def test_without_a_display_it_says_so_prints_each_visit_and_leaves_a_picture(
    simulated: Path, state: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "pictures" / "console.png"
    printed = run("run", "--recording", simulated, "--picture", picture)
    with Ledger.open(state / "replay-recording" / "ledger.sqlite") as ledger:
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
    with Ledger.open(state / "replay-recording" / "ledger.sqlite") as ledger:
        numbers = [d.number for d in ledger.documents()]
    assert numbers == list(range(len(numbers), 0, -1))


def test_the_ledger_of_a_live_store_is_never_put_away(tmp_path: Path, state: Path) -> None:
    spec = make_spec(tmp_path / "store", None, None, None, 1, headless=True)
    spec.ledger_path.parent.mkdir(parents=True)
    spec.ledger_path.write_bytes(b"years of receipts")
    forget_last_play(spec)
    assert spec.ledger_path.read_bytes() == b"years of receipts"
