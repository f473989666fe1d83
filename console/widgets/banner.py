"""A calm band over the page while the engine is not running: what happened, what is kept, what to do."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from console.engine_process.link import EngineState
from console.item_models.words import ShopWords, clock_time
from console.language import tr, tr_noop
from console.language.sentences import in_words
from console.operations.live_state import LiveState
from console.operations.store_switch import StoreSwitch
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import SPACE_2, SPACE_4
from console.widgets.labels import label

WORDS: dict[EngineState, tuple[str, str]] = {
    "starting": (tr_noop("The engine is starting"), tr_noop("The floor appears by itself in a moment.")),
    "restarting": (
        tr_noop("The engine stopped and is being started again"),
        tr_noop("Open carts are kept and come back with it. There is nothing to do."),
    ),
    "renewing": (
        tr_noop("The engine changes over to the changed store"),
        tr_noop(
            "Another engine goes on with every open cart in some seconds, and hears what the scales say "
            "meanwhile. There is nothing to do."
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
            "Open carts and receipts are kept. Close the entrance, then start the console again. If it fails "
            "once more, “main.py doctor” says what is wrong."
        ),
    ),
}
_SIGN: dict[EngineState, tuple[Icon, str]] = {
    "starting": (Icon.WAITING, "waiting"),
    "restarting": (Icon.WAITING, "waiting"),
    "renewing": (Icon.WAITING, "waiting"),
    "stopped": (Icon.WRONG, "wrong"),
    "failed": (Icon.WRONG, "wrong"),
}


PAUSED = tr_noop(
    "Keep the entrance closed: not every gate can be held from here. Whoever is inside, or comes in all the "
    "same, is followed and gets a receipt as always, and is named here."
)
PAUSED_SHUT = tr_noop(
    "The gates say that they let nobody in. Whoever is inside is followed and gets a receipt as always; the "
    "way out is free."
)


class EngineBanner(QFrame):
    """Hidden while all is well and the store is open."""

    def __init__(
        self, state: LiveState, switch: StoreSwitch, words: ShopWords, appearance: Appearance
    ) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._state, self._switch, self._words, self._appearance = state, switch, words, appearance
        self._sign: tuple[Icon, str] | None = None
        self.heading, self.text = label("", "caption"), label("", "body", wrap=True)
        box = QVBoxLayout()
        box.setSpacing(2)
        box.addWidget(self.heading)
        box.addWidget(self.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4 + 32, SPACE_2, SPACE_4, SPACE_2)
        row.addLayout(box, 1)
        state.engine_changed.connect(self.refresh)
        switch.changed.connect(self.refresh)
        switch.gates.confirmed.connect(self.refresh)
        appearance.changed.connect(self.update)
        self.refresh()

    def refresh(self) -> None:
        """Say what is the matter, or nothing."""
        words = WORDS.get(self._state.engine_state)
        if words is not None:
            heading, why = tr(words[0]), in_words(self._state.engine_why)
            self._sign = _SIGN[self._state.engine_state]
            self._say(heading, f"{heading}: {why}" if why else heading, self._with_time(tr(words[1])))
        elif self._switch.paused_since is not None:
            since = clock_time(self._switch.paused_since, self._words.zone)
            heading = tr("The store is paused since {time}", time=since)
            came = ", ".join(self._switch.came)
            self._sign = (Icon.STORE_PAUSED, "waiting")
            self._say(
                heading,
                tr("{paused}; came in since: {codes}", paused=heading, codes=came) if came else heading,
                tr(PAUSED_SHUT if self._switch.gates.all_shut else PAUSED),
            )
        else:
            self._sign = None
            self.hide()

    def _with_time(self, text: str) -> str:
        """What is shown meanwhile is no longer so, and looks as if it were."""
        snapshot = self._state.snapshot
        if snapshot is None:
            return text
        shown = tr(
            "What is shown is as it was at {time}.",
            time=clock_time(snapshot.t, self._words.zone, seconds=True),
        )
        return f"{text} {shown}"

    def _say(self, name: str, heading: str, text: str) -> None:
        self.heading.setText(heading)
        self.text.setText(text)
        self.setAccessibleName(name)
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The sign before the words."""
        super().paintEvent(event)
        sign = self._sign
        if sign is None:
            return
        painter = QPainter(self)
        picture = icon_pixmap(sign[0], getattr(self._appearance.theme, sign[1]), 24, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(SPACE_4, self.height() / 2 - 12), picture)
