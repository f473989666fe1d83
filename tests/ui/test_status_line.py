"""The line at the bottom says less where there is less room, and never widens the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from console.theme.tokens import ICON_SMALL
from console.widgets.source_button import AROUND, SOURCE_LEAST
from console.widgets.status_line import StatusLine
from console.window import MainWindow
from inference.messages import Alarm
from inference.messages.wire import DeviceStatus
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.ui.conftest import OpenWindow, look_like

SMALL, LARGE = 1366, 2560


@pytest.fixture(params=[("en", "normal"), ("de", "larger")], ids="-".join)
def full(
    request: pytest.FixtureRequest,
    open_window: OpenWindow,
    engine: FakeEngine,
    ledger_path: Path,
    tmp_path: Path,
) -> MainWindow:
    """All that there can be in the line."""
    look_like(tmp_path, request.param)
    window = open_window(engine, ledger_path)
    engine.down["door"] = DeviceStatus("door", "gate", "lost", EPOCH, why="Silent")
    engine.paused_since, engine.waiting = EPOCH - 4000, 12
    played = engine.advance(0.1)
    for alarms in ((), (Alarm(1.0, "restocked", "s1", "Filled."),)):
        engine.play(msgspec.structs.replace(played, alarms=alarms))
        window.state.poll()
    window.status.tell_reviews(23, "1:59")
    return window


def parts(line: StatusLine) -> dict[str, QPushButton]:
    return {
        part.property("part"): part
        for part in line.findChildren(QPushButton)
        if part.isVisible() and part is not line.source
    }


def cut(line: StatusLine) -> list[str]:
    return [part.text() for part in parts(line).values() if part.width() < part.sizeHint().width()]


def test_no_word_is_cut_on_a_small_screen(qtbot: QtBot, full: MainWindow) -> None:
    line = full.status
    full.resize(LARGE, 900)
    qtbot.waitUntil(lambda: line.width() == LARGE)
    qtbot.waitUntil(lambda: cut(line) == [])
    whole = {name: part.text() for name, part in parts(line).items()}
    assert len(whole) >= 8, "the test shows less than there can be"
    full.resize(SMALL, 768)
    qtbot.waitUntil(lambda: line.width() == SMALL)
    qtbot.waitUntil(lambda: cut(line) == [])
    assert full.width() == SMALL
    short = {name: part.text() for name, part in parts(line).items()}
    assert short.keys() == whole.keys()
    for name, part in parts(line).items():
        assert whole[name] in part.accessibleName(), "screen readers say all of it"
    full.resize(LARGE, 900)
    qtbot.waitUntil(lambda: line.width() == LARGE)
    assert {name: part.text() for name, part in parts(line).items()} == whole


def test_what_is_not_well_is_said_in_full(qtbot: QtBot, full: MainWindow, engine: FakeEngine) -> None:
    engine.down["s003"] = DeviceStatus("s003", "scale", "lost", EPOCH, why="Silent since 12 s")
    engine.advance(0.1)
    full.state.poll()
    full.resize(SMALL, 768)
    qtbot.waitUntil(lambda: full.status.width() == SMALL)
    scales = len(engine.layout.file.scale)
    assert full.status.scales.text().endswith(f"{scales - 1}/{scales}")


def test_words_are_worked_out_only_where_something_else_is_said(
    full: MainWindow, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[QPushButton] = []
    say = StatusLine._say

    def noted(line: StatusLine, part: QPushButton, *words: Any, **more: Any) -> None:
        said.append(part)
        say(line, part, *words, **more)

    def look() -> list[QPushButton]:
        said.clear()
        engine.advance(0.01)
        full.state.poll()
        return [part for part in said if part is not full.status.messages]  # this engine has always one more

    monkeypatch.setattr(StatusLine, "_say", noted)
    look()
    assert look() == []
    engine.waiting = 13
    assert look() == [full.status.waiting]
    assert "13" in full.status.waiting.accessibleName()


def test_the_source_leaves_out_its_name_before_it_is_cut(qtbot: QtBot, full: MainWindow) -> None:
    source = full.status.source
    source.say("Recording corner-shop-2026, 1:30 of 3:49, 8x", "Recording, 1:30 of 3:49, 8x")
    wide = source.fontMetrics().horizontalAdvance
    for room, words in (
        (60, "Recording corner-shop-2026, 1:30 of 3:49, 8x"),
        (-10, "Recording, 1:30 of 3:49, 8x"),
    ):
        source.resize(wide("Recording corner-shop-2026, 1:30 of 3:49, 8x") + AROUND + ICON_SMALL + room, 30)
        assert source.text() == words
    source.resize(SOURCE_LEAST, 30)
    assert source.text().endswith("…")
