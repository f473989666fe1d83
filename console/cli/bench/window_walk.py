"""A round through the whole window by keys, as somebody might go: what a soak and the frames' bench press."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtTest import QTest

if TYPE_CHECKING:
    from console.window import MainWindow

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
Key = Qt.Key


class Stroke(NamedTuple):
    """One key, or a short text that is typed."""

    key: Qt.Key | str
    modifiers: Qt.KeyboardModifier = NONE


_LIVE = (
    *[Stroke(Key.Key_Down, CTRL)] * 3,
    Stroke(Key.Key_Equal, CTRL),
    Stroke(Key.Key_F, CTRL | SHIFT),
    Stroke(Key.Key_C, CTRL | SHIFT),
    *[Stroke(Key.Key_Left, CTRL)] * 3,
    Stroke(Key.Key_Left, CTRL | SHIFT),
    Stroke(Key.Key_End, CTRL),
    Stroke(Key.Key_F, CTRL | SHIFT),
    Stroke(Key.Key_C, CTRL | SHIFT),
    Stroke(Key.Key_0, CTRL),
    Stroke(Key.Key_A, CTRL | SHIFT),
)
_EVERYWHERE = (
    Stroke(Key.Key_K, CTRL),
    Stroke("co"),
    Stroke(Key.Key_Escape),
    Stroke(Key.Key_F1),
    Stroke(Key.Key_Escape),
    Stroke(Key.Key_M, Qt.KeyboardModifier.AltModifier),
    Stroke(Key.Key_Escape),
    Stroke(Key.Key_T, CTRL),
)
_REVIEW = (Stroke(Key.Key_1), Stroke(Key.Key_Space), Stroke(Key.Key_1))
_VISITS = (
    *[Stroke(Key.Key_Down)] * 3,
    Stroke(Key.Key_I, CTRL),
    Stroke(Key.Key_P, CTRL),
    Stroke(Key.Key_R, CTRL),
    Stroke(Key.Key_H, CTRL),
    Stroke(Key.Key_Escape),
    Stroke(Key.Key_F, CTRL),
    Stroke("cola"),
    Stroke(Key.Key_Return),
    Stroke(Key.Key_F, CTRL | SHIFT),
)
_ARROWS = (*[Stroke(Key.Key_Down)] * 3, *[Stroke(Key.Key_Right)] * 3, *[Stroke(Key.Key_Up)] * 2)
ON_PAGE = {
    "live": _LIVE + _EVERYWHERE,
    "review": _REVIEW,
    "visits": _VISITS,
    "shelves": _ARROWS,
    "devices": _ARROWS,
    "reports": _ARROWS,
    "settings": (),
}
"""What is pressed on which page. Nothing that changes the store, but for answers to cards."""


def strokes(window: MainWindow) -> Iterator[Stroke]:
    """One round: every page by its key, and what can be pressed there; it ends on the first page."""
    for number, page in enumerate(window.pages):
        yield Stroke(Qt.Key(Key.Key_1 + number), CTRL)
        yield from ON_PAGE[page.name]
    yield Stroke(Key.Key_1, CTRL)


def press(window: MainWindow, stroke: Stroke) -> None:
    """As a keyboard does: to the window that has the keys now, be it a dialog or a menu."""
    if isinstance(stroke.key, str):
        for letter in stroke.key:
            QTest.keyClick(keys_go_to(window), Qt.Key(ord(letter.upper())))
    else:
        QTest.keyClick(keys_go_to(window), stroke.key, stroke.modifiers)


def keys_go_to(window: MainWindow) -> QWindow:
    """Without a window manager nobody hands the keys on when a dialog closes."""
    if QGuiApplication.focusWindow() is None:
        window.activateWindow()
        QGuiApplication.processEvents()
    return QGuiApplication.focusWindow() or window.windowHandle()
