"""The window in another language: chosen while it is open, kept for the next start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from console.back_office.permissions import Actor
from console.language import choose, language
from console.shown_window import ShownWindow
from console.widgets.action_book import keys_of
from console.window import MainWindow
from console.window_handover import HandedOver
from store_layout.model import StoreLayout
from tests.support.fake_engine import FakeEngine


@pytest.fixture
def shown(
    qtbot: QtBot, layout: StoreLayout, engine: FakeEngine, ledger_path: Path, tmp_path: Path
) -> Iterator[ShownWindow]:
    def make(handed: HandedOver | None) -> MainWindow:
        return MainWindow(layout, engine, ledger_path, tmp_path / "settings", handed)

    made = ShownWindow(make)
    made.show()
    yield made
    made.window.close()
    made.window.deleteLater()
    made.deleteLater()


def test_another_language_in_the_open_window(qtbot: QtBot, shown: ShownWindow, engine: FakeEngine) -> None:
    before = shown.window
    before.show_page("devices")
    before.state.select(before.state.visitors[0].person.track)
    before.session.take_over(Actor("Ada", "manager", "window"))
    with qtbot.waitSignal(before.destroyed):
        before.choose_language("de")
    after = shown.window
    assert language() == "de"
    assert after.isVisible()
    assert after.page.name == "devices"
    assert after.rail.button(4).text() == "Geräte"
    assert "Strg+Q" in [keys_of(action) for action, _, _ in after.book]
    assert after.session.actor == Actor("Ada", "manager", "window")
    assert after.state.selected == after.state.visitors[0].person.track
    engine.advance(1.0)
    after.state.poll()
    after.choose_language("en")
    assert shown.window.rail.button(4).text() == "Devices"


def test_the_next_window_speaks_what_was_chosen(shown: ShownWindow) -> None:
    shown.window.choose_language("de")
    choose("en")  # as when the program starts
    shown.renew()
    assert shown.window.rail.button(4).text() == "Geräte"


def test_the_language_in_use_chosen_again_changes_nothing(shown: ShownWindow) -> None:
    before = shown.window
    before.choose_language("en")
    assert shown.window is before


def test_another_text_size_and_back(qtbot: QtBot, shown: ShownWindow) -> None:
    before = shown.window.rail.width()
    shown.window.choose_text_size("larger")
    assert shown.window.rail.width() == round(1.3 * before)
    assert shown.window.notice.isVisible()
    shown.window.notice.button.click()
    assert shown.window.rail.width() == before


def test_a_language_chosen_by_mistake_is_undone_from_the_notice(qtbot: QtBot, shown: ShownWindow) -> None:
    shown.window.show_page("settings")
    shown.window.choose_language("de")
    assert shown.window.notice.words.text() == "Die Konsole spricht jetzt Deutsch."
    assert shown.window.notice.button.text() == "Rückgängig"
    shown.window.notice.button.click()
    assert language() == "en"
    assert shown.window.page.name == "settings"


def test_a_refusal_is_in_the_language_too(qtbot: QtBot, shown: ShownWindow) -> None:
    shown.window.choose_language("de")
    with qtbot.waitSignal(shown.window.session.refused) as refused:
        shown.window.session.sign_in("Nobody", "482913")
    assert refused.args == ["Name oder PIN ist falsch."]
