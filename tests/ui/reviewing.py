"""What somebody who reviews does with the window, by keys, and what they read on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.back_office import reviews as desk
from console.back_office.ledger import Ledger
from console.pages.review import ReviewPage
from console.window import MainWindow
from tests.back_office.people import PIN


def page_of(window: MainWindow) -> ReviewPage:
    assert isinstance(window.page, ReviewPage)
    return window.page


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier or Qt.KeyboardModifier.NoModifier)


def type_text(window: MainWindow, text: str) -> None:
    focused = window.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)


def seen(widget: QWidget) -> str:
    return " | ".join(x.text() for x in widget.findChildren(QLabel) if x.isVisible() and x.text())


def enter(qtbot: QtBot, window: MainWindow, name: str = "Mara", pin: str | None = None) -> None:
    """Sign in by keys; the names come first in the order of the alphabet."""
    page = page_of(window)
    page.sign_in.names.setFocus()
    press(window, Qt.Key.Key_Home)
    for _ in range(["Mara", "Noor", "Sam"].index(name)):
        press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Tab)
    assert window.focusWidget() is page.sign_in.pin
    type_text(window, pin or PIN[name])
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.actor is not None and window.session.actor.name == name)
    qtbot.waitUntil(lambda: not window.reviews.busy)


def card_shown(window: MainWindow) -> str:
    card = window.reviews.card
    return "" if card is None else card.card.row.code


def state_of(path: Path, visit_id: str) -> str:
    with Ledger.open(path, read_only=True) as ledger:
        return desk.card(ledger, visit_id).row.state
