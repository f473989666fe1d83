"""Python's search for garbage, in the window's thread."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimerEvent

LOOK_MS = 100


class GarbageSearch(QObject):
    """Searches as often as Python would, but only where Qt's objects live.

    Python searches in whichever thread makes an object too many. What it finds may be a widget or a line of a
    plot, and one that is taken apart in a worker's thread, while it is painted in this one, ends the process.
    """

    def __init__(self) -> None:
        super().__init__()
        self.startTimer(LOOK_MS)

    def timerEvent(self, _event: QTimerEvent) -> None:  # noqa: N802
        """The oldest generation whose time has come: it includes the younger ones."""
        due = [
            n
            for n, (have, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if have > most
        ]
        if due:
            gc.collect(due[-1])
