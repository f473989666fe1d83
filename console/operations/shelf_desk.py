"""One scale looked at closely: its last minutes as they come, and its zero, set by the engine and logged."""

from __future__ import annotations

import sqlite3
import time
from bisect import bisect_left
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office import audit
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.permissions import Actor
from console.engine_process.link import EngineLink
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.operator_session import SCREEN
from inference.messages.shelves import ScaleDetail, ScaleEvent
from inference.messages.wire import Answer, Done, GetScale, Refused, TareScale

LOOK_MS = 250
KEPT_S = 180.0
"""As long as the engine keeps samples, so that a scale looks the same however long it was looked at."""


class ShelfDesk(QObject):
    """Asks only for the scale that is looked at, and only while it is."""

    trace_changed = Signal()
    tared = Signal(str)
    """What the engine confirmed."""
    refused = Signal(str)
    """What was not done, and why."""

    def __init__(
        self, link: EngineLink, ledger_path: Path, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._link, self._ledger, self._background = link, ledger_path, background
        self.scale = ""
        self.times: list[float] = []
        """Store time of each sample, rising."""
        self.grams: list[float] = []
        self.events: tuple[ScaleEvent, ...] = ()
        self._zero = 0.0
        self._zeros_before: dict[str, float] = {}
        self._asked = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._ask)

    def watch(self, scale: str) -> None:
        """Follow this scale from now on; an empty name: none."""
        if scale != self.scale:
            self.scale = scale
            self._forget()
            self.trace_changed.emit()
        if scale:
            self._timer.start()
            self._ask()
        else:
            self._timer.stop()

    def close(self) -> None:
        """Nothing is asked any more."""
        self._timer.stop()

    @property
    def zero_before(self) -> float | None:
        """The zero that the last tare of this scale has put aside; None: none was set here."""
        return self._zeros_before.get(self.scale)

    def tare(self, load_g: float, zero_g: float, actor: Actor | None, what: str) -> None:
        """Say that so much lies on the scale looked at. ``what``: in words, for the log.

        ``zero_g``: from which its weight counted so far, as the device says it; :meth:`take_back` needs it.
        """
        self._tare(self.scale, load_g, actor, what, zero_g)

    def take_back(self, raw_g: float, actor: Actor | None, what: str) -> None:
        """Count from the zero that was put aside, whatever lies on the scale meanwhile.

        ``raw_g``: what the device says now.
        """
        if self.zero_before is not None:
            self._tare(self.scale, max(0.0, raw_g - self.zero_before), actor, what, None)

    # -- inside --------------------------------------------------------------------------------------

    def _tare(
        self, scale: str, load_g: float, actor: Actor | None, what: str, put_aside: float | None
    ) -> None:
        def work() -> Answer:
            answer = self._link.request(TareScale(scale, load_g))
            if isinstance(answer, Done):
                self._log(scale, f"{what}: {answer.text}", actor)
            return answer

        def done(answer: Answer) -> None:
            if isinstance(answer, Done):
                self._zeros_before.pop(scale, None)
                if put_aside is not None:
                    self._zeros_before[scale] = put_aside
            self._was_tared(answer)

        self._background.run(work, done, self._failed)

    def _log(self, scale: str, why: str, actor: Actor | None) -> None:
        with Ledger.open(self._ledger) as file, file.writing(tr("the zero of {scale}", scale=scale)):
            audit.record(
                file, actor, "set the zero of a scale", at=time.time(), about=scale, why=why, screen=SCREEN
            )

    def _was_tared(self, answer: Answer) -> None:
        match answer:
            case Done(text=text):
                self._forget()
                self.tared.emit(tr("Zero set: {what}", what=in_words(text)))
            case Refused(why=why):
                self.refused.emit(tr("The zero was not set: {why}", why=in_words(why)))
            case _:
                self.refused.emit(tr("The zero was not set: the engine answered something else"))

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, LedgerError | sqlite3.Error | OSError):
            raise error
        self.refused.emit(tr("The zero is set, but it could not be logged: {error}", error=in_words(error)))

    def _ask(self) -> None:
        if self._asked or not self.scale:
            return
        self._asked = True
        command = GetScale(self.scale, self.times[-1] if self.times else 0.0)
        self._background.run(
            lambda: self._link.request(command),
            lambda answer: self._heard(answer, command.scale),
            self._unheard,
        )

    def _unheard(self, _error: Exception) -> None:
        self._asked = False

    def _heard(self, answer: Answer, asked_of: str) -> None:
        self._asked = False
        if asked_of != self.scale:
            self._ask()  # another one is looked at meanwhile: its samples need not wait for the timer
            return
        if not isinstance(answer, ScaleDetail):
            return
        if answer.zero_g != self._zero and self.times:
            self._forget()
        new = bool(answer.times) or answer.events != self.events
        self._zero, self.events = answer.zero_g, answer.events
        self.times += answer.times
        self.grams += answer.grams
        if self.times:
            old = bisect_left(self.times, self.times[-1] - KEPT_S)
            del self.times[:old], self.grams[:old]
        if new:
            self.trace_changed.emit()

    def _forget(self) -> None:
        self.times, self.grams, self.events, self._zero = [], [], (), 0.0
