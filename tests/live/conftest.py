"""A store on loopback devices, its engine process, and the console's window on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from console.engine_process.client import EngineClient
from console.engine_process.spec import EngineSpec
from console.engine_process.supervisor import Supervisor
from console.window import MainWindow
from store_layout.model import Camera, Rules, StoreLayout
from store_layout.writer import write_store
from tests.live.desk import Desk
from tests.support.stores import small_store

StartEngine = Callable[[StoreLayout], tuple[EngineClient, EngineSpec]]
OpenDesk = Callable[[StoreLayout], Desk]


@pytest.fixture
def start_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartEngine]:
    """Starts the engine process of a live store, supervised, and a link to it."""
    made: list[EngineClient] = []
    # On a busy machine an engine takes its time to answer.
    monkeypatch.setattr("console.engine_process.client.REQUEST_TIMEOUT_S", 60.0)

    def start(layout: StoreLayout) -> tuple[EngineClient, EngineSpec]:
        folder = tmp_path / "store"
        write_store(layout, folder)
        spec = EngineSpec(
            store=str(folder), state_dir=str(tmp_path / "engine"), ledger=str(tmp_path / "ledger.sqlite")
        )
        made.append(EngineClient(Supervisor(spec)))
        return made[-1], spec

    yield start
    for link in made:
        link.close()


@pytest.fixture
def open_desk(tmp_path: Path, qtbot: QtBot, start_engine: StartEngine) -> Iterator[OpenDesk]:
    """Starts the console on a live store: supervisor, engine process, link and window, as a user would."""
    made: list[MainWindow] = []

    def open_(layout: StoreLayout) -> Desk:
        began = time.monotonic()
        link, spec = start_engine(layout)
        window = MainWindow(layout, link, spec.ledger_path, tmp_path / "window")
        made.append(window)
        window.appearance.choose("light")
        window.show()
        return Desk(qtbot, window, link, began)

    yield open_
    for window in made:
        window.close()
        window.deleteLater()


def store_with(cameras: tuple[Camera, ...], **changes: object) -> StoreLayout:
    """The small store with these cameras instead of its own."""
    store = small_store()
    file = msgspec.structs.replace(store.file, camera=cameras, rules=Rules(), **changes)
    return msgspec.structs.replace(store, file=file)
