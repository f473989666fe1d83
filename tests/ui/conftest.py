"""A window over a play of an engine and a ledger with a few visits, closed when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.back_office.ledger import Ledger
from console.engine_process.link import EngineLink
from console.item_models.words import ShopWords
from console.language import ENGLISH, choose
from console.operations.live_state import LiveState
from console.theme.appearance import Appearance
from console.widgets.application import speak
from console.window import MainWindow
from inference.messages.results import CartLine, ClosedVisit, Explanation, ItemMove, Question
from store_layout.model import StoreLayout
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.support.layouts import aisles

OpenWindow = Callable[[EngineLink, Path], MainWindow]


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    choose(ENGLISH)
    speak(ENGLISH)


@pytest.fixture
def layout() -> StoreLayout:
    return aisles(gondolas=3, cameras=4)


@pytest.fixture
def engine(layout: StoreLayout) -> FakeEngine:
    return FakeEngine(layout, 5, with_pictures=("cam1",))


def question(number: int, layout: StoreLayout) -> Question:
    """About the first line of a visit: as counted, the first product of the catalogue, or another shopper."""
    taken, other = layout.catalog[number % len(layout.catalog)].sku, layout.catalog[0].sku
    track = 100 + number
    return Question(
        "e1",
        "Cola Zero or Sparkling Water?",
        (
            Explanation(0.62, track, (ItemMove(taken, 1, "a"),)),
            Explanation(0.30, track, (ItemMove(other, 1, "a"),)),
            Explanation(0.08, track + 1, (ItemMove(taken, 1, "a"),)),
        ),
        40,
    )


def visit(number: int, layout: StoreLayout, decision: str = "issue", items: int = 2) -> ClosedVisit:
    """A closed visit; the n-th took the n-th product and the next ones."""
    catalog = layout.catalog
    lines = tuple(
        CartLine(catalog[(number + k) % len(catalog)].sku, 1 + k, 0.97, (f"e{k + 1}",)) for k in range(items)
    )
    asked = (question(number, layout),) if decision == "review" else ()
    return ClosedVisit(
        visit=f"v{number}",
        code=f"Q{number}-10{number}",
        track=100 + number,
        entered_at=EPOCH - 900 + 60 * number,
        left_at=EPOCH - 600 + 60 * number,
        gate_in="door",
        gate_out="door",
        closed_at=EPOCH - 598 + 60 * number,
        lines=lines,
        probability=0.97,
        decision=decision,  # type: ignore[arg-type]  # one of the four words
        questions=asked,
    )


@pytest.fixture
def ledger_path(tmp_path: Path, layout: StoreLayout) -> Path:
    path = tmp_path / "ledger.db"
    with Ledger.open(path) as ledger:
        for number, decision in enumerate(("issue", "review", "nothing", "issue"), start=1):
            ledger.post_visit(visit(number, layout, decision, 0 if decision == "nothing" else 2), layout)
    return path


def look_like(tmp_path: Path, look: tuple[str, str]) -> None:
    """Language and text size that windows are opened with from now on."""
    settings = QSettings(str(tmp_path / "settings" / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("language", look[0])
    settings.setValue("text_size", look[1])
    settings.sync()


@pytest.fixture
def open_window(qtbot: QtBot, layout: StoreLayout, tmp_path: Path) -> Iterator[OpenWindow]:
    """Opens windows with the same settings; all are closed when the test is over."""
    opened: list[MainWindow] = []

    def show(engine: EngineLink, ledger: Path) -> MainWindow:
        made = MainWindow(layout, engine, ledger, tmp_path / "settings")
        opened.append(made)
        made.show()
        made.activateWindow()
        return made

    yield show
    for made in opened:
        made.close()
        made.deleteLater()


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow, engine: FakeEngine, ledger_path: Path) -> MainWindow:
    made = open_window(engine, ledger_path)
    qtbot.waitUntil(lambda: len(made.history.entries) == 4)
    return made


@pytest.fixture
def appearance(qapp: QApplication, tmp_path: Path) -> Appearance:
    return Appearance(QSettings(str(tmp_path / "a.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def words(layout: StoreLayout) -> ShopWords:
    return ShopWords(layout)


@pytest.fixture
def state(qapp: QApplication, layout: StoreLayout, engine: FakeEngine) -> LiveState:
    made = LiveState(layout, engine)
    made.poll()
    return made
