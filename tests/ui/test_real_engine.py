"""The window over a real engine in a process of its own, on a few simulated seconds of the small store."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.back_office import audit
from console.back_office.ledger import Ledger
from console.engine_process.client import EngineClient
from console.engine_process.session import is_running
from console.engine_process.spec import EngineSpec
from console.engine_process.supervisor import Supervisor
from console.pages.live import LivePage
from console.pages.shelves import ShelvesPage
from console.pages.visits import VisitsPage
from console.window import MainWindow
from inference.messages.wire import Done, PauseReplay, SetReplaySpeed
from inference.simulation import Errand, Plan, SimulationSettings, simulate
from tests.support.stores import small_store

LAYOUT = small_store()
SPEED = 4.0
STAY_S = 40.0
"""A cart is shown for ten seconds before its shopper leaves: not to be missed on a busy machine."""
WAIT_MS = 120_000
pytestmark = pytest.mark.timeout(600)  # an engine's process takes long to start on a busy machine
PLANS = (
    Plan(
        person="first",
        arrive_s=1.0,
        errands=(
            Errand(act="take", slot="A2", wait_s=1.0),
            Errand(act="browse", slot="A2", wait_s=STAY_S),
        ),
    ),
    Plan(
        person="second",
        arrive_s=9.0 + STAY_S,
        errands=(Errand(act="take", slot="B1", wait_s=2.0),),
    ),
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "two-shoppers"
    simulate(LAYOUT, SimulationSettings(), 4, folder, plans=PLANS)
    return folder


@pytest.fixture
def spec(recording: Path, tmp_path: Path) -> EngineSpec:
    return EngineSpec(
        recording=str(recording),
        speed=SPEED,
        paused=True,
        state_dir=str(tmp_path / "engine"),
        ledger=str(tmp_path / "ledger.sqlite"),
        checkpoint_s=1.0,
    )


@pytest.fixture
def supervisor(spec: EngineSpec) -> Supervisor:
    return Supervisor(spec)


@pytest.fixture
def window(
    qtbot: QtBot,
    spec: EngineSpec,
    supervisor: Supervisor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MainWindow]:
    # On a busy machine an engine takes its time to answer.
    monkeypatch.setattr("console.engine_process.client.REQUEST_TIMEOUT_S", 60.0)
    link = EngineClient(supervisor)
    made = MainWindow(LAYOUT, link, spec.ledger_path, tmp_path / "settings")
    made.show()
    qtbot.waitUntil(lambda: made.state.snapshot is not None, timeout=WAIT_MS)
    assert isinstance(link.request(PauseReplay(False)), Done)
    yield made
    made.close()
    made.deleteLater()
    link.close()
    assert not is_running(spec.state_path), "the engine ended with the window that started it"


def hurry(window: MainWindow) -> None:
    """Nothing that comes now has to be seen while it lasts."""
    assert isinstance(window.state.link.request(SetReplaySpeed(None)), Done)


def cart_lines(window: MainWindow) -> list[str]:
    page = window.pages[0]
    assert isinstance(page, LivePage)
    model = page.carts.model()
    return [model.index(i, 0).data() for i in range(model.rowCount())]


def receipts(window: MainWindow) -> list[tuple[str, str]]:
    """Of every closed visit its receipt's number and what was taken, oldest first."""
    page = window.pages[2]
    assert isinstance(page, VisitsPage)
    model = page.closed.model()
    shown = [(model.index(i, 6).data(), model.index(i, 7).data()) for i in range(model.rowCount())]
    return shown[::-1]


def test_from_the_gate_to_the_receipt(qtbot: QtBot, window: MainWindow) -> None:
    shown: set[str] = set()
    window.state.snapshot_changed.connect(
        lambda: shown.update([window.status.inside.text(), *cart_lines(window)])
    )
    qtbot.waitUntil(lambda: any("1 Water 1 l" in said for said in shown), timeout=WAIT_MS)
    assert "1 inside" in shown
    hurry(window)
    window.show_page("visits")
    qtbot.waitUntil(
        lambda: receipts(window) == [("R-000001", "Water 1 l"), ("R-000002", "Red wine 0.75 l")],
        timeout=WAIT_MS,
    )
    page = window.pages[2]
    assert isinstance(page, VisitsPage)
    page.closed.select_row(0)
    said = [label.text() for label in page.detail.findChildren(QLabel)]
    assert "R-000002" in said
    assert "€6.99" in said
    assert window.status.cameras.text() == "Cameras 3/3"
    assert window.status.scales.text() == "Scales 10/10"


def test_a_killed_engine_comes_back_and_nothing_is_lost(
    qtbot: QtBot, window: MainWindow, supervisor: Supervisor
) -> None:
    qtbot.waitUntil(lambda: any("1 Water 1 l" in said for said in cart_lines(window)), timeout=WAIT_MS)
    assert not window.banner.isVisible()
    before, pid = window.state.snapshot, supervisor.pid
    assert before is not None
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    qtbot.waitUntil(window.banner.isVisible, timeout=WAIT_MS)
    assert "stopped and is being started again" in window.banner.heading.text()
    assert any("1 Water 1 l" in said for said in cart_lines(window)), "what was known is still shown"
    qtbot.waitUntil(lambda: not window.banner.isVisible(), timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: (s := window.state.snapshot) is not None and s.engine != before.engine, timeout=WAIT_MS
    )
    hurry(window)
    window.show_page("visits")
    qtbot.waitUntil(
        lambda: receipts(window) == [("R-000001", "Water 1 l"), ("R-000002", "Red wine 0.75 l")],
        timeout=WAIT_MS,
    )


def test_a_scale_is_looked_at_and_its_zero_set(qtbot: QtBot, window: MainWindow, spec: EngineSpec) -> None:
    window.show_page("shelves")
    page = window.page
    assert isinstance(page, ShelvesPage)
    page.show_slot("A2")
    scale = LAYOUT.slots["A2"].scale
    assert scale is not None
    events = page.pane.history.model()
    qtbot.waitUntil(
        lambda: any("1 taken by" in events.index(i, 2).data() for i in range(events.rowCount())),
        timeout=WAIT_MS,
    )
    assert isinstance(window.state.link.request(PauseReplay(True)), Done)
    desk = window.shelf_desk
    assert len(desk.times) > 20
    assert desk.times == sorted(desk.times)
    told: list[str] = []
    desk.tared.connect(told.append)
    desk.refused.connect(told.append)
    page.pane.load.setValue(0)
    page.pane.set_zero.click()
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    assert told[0].startswith(f"Zero set: {scale} counts from")
    qtbot.waitUntil(lambda: page.pane._values["measured"].text() == "0 g", timeout=WAIT_MS)
    with Ledger.open(spec.ledger_path, read_only=True) as ledger:
        assert [line.what for line in audit.log(ledger, about=scale)] == ["set the zero of a scale"]
