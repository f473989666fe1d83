"""What can be done with a review card, by which keys, and when."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from console.item_models.review_words import Shown
from console.language import tr
from console.widgets.review_card import MOST_ANSWERS, ReviewCardView


class ReviewKeys(QObject):
    """The page's actions, in the order in which they are listed."""

    def __init__(
        self,
        card: ReviewCardView,
        *,
        choose: Callable[[int], object],
        none: Callable[[], object],
        lines: Callable[[], object],
        undo: Callable[[], object],
        event: Callable[[], object],
        parent: QObject,
    ) -> None:
        """``choose`` takes the place of an answer; ``event`` looks at another event of the visit."""
        super().__init__(parent)
        time = card.cursor_of_time
        self._answers = [
            self._action(tr("Answer {number}", number=i + 1), str(i + 1), partial(choose, i))
            for i in range(MOST_ANSWERS)
        ]
        self._handing = [
            self._action(tr("None of these"), "N", none),
            self._action(tr("Something else: tell the lines"), "E", lines),
            self._action(tr("Unsure: somebody else decides"), "U", card.unsure.emit),
            self._action(tr("Skip"), "S", card.skipped.emit),
        ]
        self._undo = self._action(tr("Undo the last answer"), "Z", undo)
        self._looking = [
            self._action(tr("Play or hold the clips"), "Space", time.toggle),
            self._action(tr("A picture back"), ",", lambda: time.step(-1), repeats=True),
            self._action(tr("A picture on"), ".", lambda: time.step(1), repeats=True),
        ]
        self._large = self._action(tr("A clip large, then the other"), "V", card.clips.next_large)
        self._event = self._action(tr("Another event of this visit"), "W", event)
        self.actions = (*self._answers, *self._handing, self._undo, *self._looking, self._large, self._event)

    def offer(self, shown: Shown | None, card: ReviewCardView, *, undo: bool) -> None:
        """Enable what does something now. ``shown``: the question that can be answered."""
        asked = shown is not None
        for place, action in enumerate(self._answers):
            action.setEnabled(shown is not None and place < len(shown.choices))
        for action in self._handing:
            action.setEnabled(asked)
        for action in self._looking:
            action.setEnabled(asked and card.cursor_of_time.is_set)
        self._large.setEnabled(asked and bool(card.watched and card.watched.clips))
        self._event.setEnabled(shown is not None and len(shown.evidence) > 1)
        self._undo.setEnabled(undo)

    def _action(self, text: str, key: str, call: Callable[[], object], *, repeats: bool = False) -> QAction:
        made = QAction(text, self.parent())
        made.setShortcut(QKeySequence(key))
        made.setAutoRepeat(repeats)
        made.triggered.connect(lambda *_: call())
        return made
