"""Keys and clicks for the window, and when what each of them changes has been painted."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from console.cli.bench.window_walk import CTRL, NONE, Stroke, keys_go_to, press

if TYPE_CHECKING:
    from console.window import MainWindow

PATIENCE_S = 5.0
SCHEDULED = Path("/proc/thread-self/schedstat")


class Answer(NamedTuple):
    """One input answered, seconds each."""

    name: str
    wall: float
    cpu: float
    """Processor time of the window's thread."""
    queued: float
    """While the thread could have worked, and others had the cores; 0 where the system does not say."""


def queued_s() -> float:
    """Seconds this thread has waited for a core so far; 0 where the system does not say."""
    try:
        return int(SCHEDULED.read_bytes().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class _Input(NamedTuple):
    name: str
    do: Callable[[], None]
    changes: Callable[[], QWidget]
    """What is painted anew by it."""
    other: bool = False
    """Whether it opens or closes another window: what is seen then is painted once more, for no system
    tells that (closing a dialog paints nothing of the page behind it; the page's own next tick would count).
    """


class Inputs(QObject):
    """Gives one input after the other. An answer counts when its widget was painted after the input."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        from console.pages.live import LivePage

        self._window = window
        live = window.pages[0]
        if not isinstance(live, LivePage):
            raise TypeError("the first page is not the floor")
        self._live = live
        self._given: Answer | None = None
        self._waits_for: QWidget | None = None
        self._painted = False
        self._next = cycle(
            (
                _Input("to the floor", self._key(Qt.Key.Key_1, CTRL), lambda: live.map),
                _Input("next shopper", self._key(Qt.Key.Key_Down, CTRL), lambda: live.map),
                _Input("click on a shopper", self._click, lambda: live.map),
                _Input("zoom", self._key(Qt.Key.Key_Equal, CTRL), lambda: live.map),
                _Input("whole floor", self._key(Qt.Key.Key_0, CTRL), lambda: live.map),
                _Input("two seconds back", self._key(Qt.Key.Key_Left, CTRL), lambda: live.map),
                _Input("back to now", self._key(Qt.Key.Key_End, CTRL), lambda: live.map),
                _Input("to the visits", self._key(Qt.Key.Key_3, CTRL), lambda: window.pages[2]),
                _Input("to the shelves", self._key(Qt.Key.Key_4, CTRL), lambda: window.pages[3]),
                _Input("to the devices", self._key(Qt.Key.Key_5, CTRL), lambda: window.pages[4]),
                _Input("next device", self._key(Qt.Key.Key_Down), _focused),
                _Input("find anything", self._key(Qt.Key.Key_K, CTRL), _focused, other=True),
                _Input("a letter", self._key(Qt.Key.Key_C), _focused),
                _Input("close it", self._key(Qt.Key.Key_Escape), lambda: window.pages[4], other=True),
            )
        )

    @property
    def answered(self) -> bool:
        """Whether nothing is waited for."""
        return self._given is None

    def give(self, due: float) -> None:
        """Press or click what comes next; it was due at this moment of ``time.perf_counter``."""
        one = next(self._next)
        self._given = Answer(one.name, due, time.thread_time(), queued_s())
        self._painted = False
        if not one.other:
            self._wait_for(one.changes())
        one.do()
        if one.other:
            keys_go_to(self._window)  # what a window manager does at once, and repaints, is part of it
            self._wait_for(one.changes()).update()

    def _wait_for(self, part: QWidget) -> QWidget:
        self._waits_for = part
        part.installEventFilter(self)
        return part

    def take_answer(self) -> Answer | None:
        """The answer to the last input, once. Raises ``RuntimeError`` where none comes."""
        if self._given is None or self._waits_for is None:
            return None
        name, due, cpu, queued = self._given
        now = time.perf_counter()
        if not self._painted:
            if now - due > PATIENCE_S:
                raise RuntimeError(f"{name}: nothing was painted within {PATIENCE_S:.0f} s")
            return None
        self._waits_for.removeEventFilter(self)
        self._given = self._waits_for = None
        return Answer(name, now - due, time.thread_time() - cpu, queued_s() - queued)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """It is painted: this counts when the round of events is over."""
        if event.type() == QEvent.Type.Paint and watched is self._waits_for:
            self._painted = True
        return False

    def _key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> Callable[[], None]:
        return lambda: press(self._window, Stroke(key, modifiers))

    def _click(self) -> None:
        snapshot, floor = self._window.state.snapshot, self._live.map
        inside = snapshot.inside if snapshot else ()
        others = [one for one in inside if one.person.track != self._window.state.selected]
        at = floor.view.to_pixel(others[0].person.position) if others else QPointF(floor.rect().center())
        place = floor.mapTo(self._window, at.toPoint())
        QTest.mouseClick(self._window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)


def _focused() -> QWidget:
    """What the keys go to, or the part of it that is painted."""
    found = QApplication.focusWidget()
    if found is None:
        raise RuntimeError("no part of the window has the keys")
    return found.viewport() if isinstance(found, QAbstractScrollArea) else found
