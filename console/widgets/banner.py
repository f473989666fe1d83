"""A calm band over the page while the engine is not running: what happened, what is kept, what to do."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from console.engine_process.link import EngineState
from console.language import tr, tr_noop
from console.operations.live_state import LiveState
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import SPACE_2, SPACE_4
from console.widgets.labels import label

WORDS: dict[EngineState, tuple[str, str]] = {
    "starting": (tr_noop("The engine is starting"), tr_noop("The floor appears by itself in a moment.")),
    "restarting": (
        tr_noop("The engine stopped and is being started again"),
        tr_noop(
            "Open carts are kept in its journal and come back with it. There is nothing to do; "
            "what is shown is the last that was known."
        ),
    ),
    "stopped": (
        tr_noop("The engine is stopped"),
        tr_noop(
            "Nobody is followed and no receipts are issued. Carts and receipts up to now are kept. "
            "Close this window and start it again to go on."
        ),
    ),
    "failed": (
        tr_noop("The engine could not be started again"),
        tr_noop(
            "Carts are kept in its journal, receipts in the ledger. Close the entrance, then start the "
            "console again; if it fails once more, run the doctor command."
        ),
    ),
}
_SIGN: dict[EngineState, tuple[Icon, str]] = {
    "starting": (Icon.WAITING, "waiting"),
    "restarting": (Icon.WAITING, "waiting"),
    "stopped": (Icon.WRONG, "wrong"),
    "failed": (Icon.WRONG, "wrong"),
}


class EngineBanner(QFrame):
    """Hidden while all is well."""

    def __init__(self, state: LiveState, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._state, self._appearance = state, appearance
        self.heading, self.text = label("", "caption"), label("", "body", wrap=True)
        box = QVBoxLayout()
        box.setSpacing(2)
        box.addWidget(self.heading)
        box.addWidget(self.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4 + 32, SPACE_2, SPACE_4, SPACE_2)
        row.addLayout(box, 1)
        state.engine_changed.connect(self.refresh)
        appearance.changed.connect(self.update)
        self.refresh()

    def refresh(self) -> None:
        """Say what is the matter, or nothing."""
        words = WORDS.get(self._state.engine_state)
        self.setVisible(words is not None)
        if words is None:
            return
        heading, text = tr(words[0]), tr(words[1])
        self.heading.setText(f"{heading}: {self._state.engine_why}" if self._state.engine_why else heading)
        self.text.setText(text)
        self.setAccessibleName(heading)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The sign before the words."""
        super().paintEvent(event)
        sign = _SIGN.get(self._state.engine_state)
        if sign is None:
            return
        painter = QPainter(self)
        picture = icon_pixmap(sign[0], getattr(self._appearance.theme, sign[1]), 24, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(SPACE_4, self.height() / 2 - 12), picture)
