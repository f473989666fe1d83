"""Tells of cards that were declined while their owners are inside."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from console.language.sentences import in_words
from console.operations.live_state import LiveState


class CardWatch(QObject):
    """Whoever was told of somebody's card is not told again while they are inside."""

    said = Signal(str)
    """What is wrong with whose card, and what to do."""

    def __init__(self, state: LiveState, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._told: frozenset[str] = frozenset()
        state.snapshot_changed.connect(self._look)
        self._look()

    def _look(self) -> None:
        now = {i.code: i.card_trouble for i in self._state.visitors if i.card_trouble}
        before, self._told = self._told, frozenset(now)
        for code in now.keys() - before:
            words = in_words(now[code])
            self.said.emit(f"{words[:1].upper()}{words[1:]}.")
