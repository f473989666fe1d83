"""Tables of the Shelves page: what is to be done, and what a scale has felt."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from console.item_models.keyed_rows import Column, KeyedRows
from console.item_models.shelf_tasks import Task
from console.item_models.shelf_words import doubt_words, event_words
from console.item_models.words import ShopWords, grams, left_words, since
from console.language import tr, tr_n
from console.theme.icons import Icon
from inference.messages.shelves import ScaleEvent

SINCE = 3
"""A column of the tasks."""


class TasksModel(KeyedRows[Task]):
    """Tasks in the order in which they are best done: tidy up first, then the emptiest."""

    def __init__(self, words: ShopWords, parent: QObject | None = None) -> None:
        self._now = 0.0
        super().__init__(
            (
                Column(
                    tr("What"),
                    what_words,
                    tone=lambda t: "wrong" if t.kind == "fill" and t.units == 0 else "waiting",
                    sign=lambda t: Icon.LOW if t.kind == "fill" else Icon.MISPLACED,
                ),
                Column(tr("Product"), lambda t: words.product(t.sku)),
                Column(tr("Slot"), lambda t: t.slot),
                Column(
                    tr("Since"),
                    lambda t: since(t.since, self._now, words.zone),
                    lambda t: -t.since,
                    number=True,
                ),
                Column(
                    tr("State"), state_words, tone=lambda t: "wrong" if t.state == "unseen" else "neutral"
                ),
            ),
            key=lambda t: t.key,
            parent=parent,
        )

    def refresh(self, tasks: Sequence[Task], store_time: float) -> None:
        """Take the tasks as they are now."""
        self._now = store_time
        self.replace(tasks)


def what_words(task: Task) -> str:
    """What is to be done."""
    if task.kind == "tidy":
        return tr_n("Tidy {n} unit away", "Tidy {n} units away", task.units)
    if task.units == 0:
        return tr("Fill up, it is empty")
    return tr_n("Fill up, {n} unit left", "Fill up, {n} units left", task.units)


def state_words(task: Task) -> str:
    """How far it is."""
    match task.state:
        case "open":
            return tr("to be done")
        case "said":
            return tr("said to be done; the scale is waited for")
        case "unseen":
            return tr("the scale does not show it")


class EventsModel(KeyedRows[ScaleEvent]):
    """What a scale has felt, newest first."""

    def __init__(self, words: ShopWords, parent: QObject | None = None) -> None:
        self._now = 0.0
        self._only = ""
        super().__init__(
            (
                Column(
                    tr("When"), lambda e: left_words(e.t, self._now, words.zone, live=True), lambda e: e.t
                ),
                Column(tr("Weight"), lambda e: grams(e.delta_g), lambda e: e.delta_g, number=True),
                Column(
                    tr("What"),
                    lambda e: event_words(e, words, self._only),
                    tip=lambda e: "\n".join(filter(None, (event_words(e, words), doubt_words(e.doubts)))),
                ),
            ),
            key=lambda e: e.id,
            parent=parent,
        )

    def refresh(self, events: Sequence[ScaleEvent], store_time: float, only: str = "") -> None:
        """Take the events, oldest first as the engine has them. ``only``: the one product that lies there."""
        self._now, self._only = store_time, only
        self.replace(tuple(reversed(events)))
