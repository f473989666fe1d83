"""The kiosk's main picture: the live floor, and beside it a cart as it grows, or the attract loop's turn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from console.item_models.kiosk_slips import Slip
from console.item_models.kiosk_story import KioskStory
from console.item_models.recorded_words import RecordedFact
from console.item_models.words import ShopWords
from console.language import tr, tr_n
from console.operations.live_state import LiveState
from console.operations.simulated_shoppers import SimulatedShoppers
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6
from console.widgets.floor_map import FloorMap
from console.widgets.kiosk_slip import KioskSlip
from console.widgets.kiosk_type import kiosk_label, touch_button
from console.widgets.labels import panel

TURN_MS = 9000
"""How long each picture of the attract loop stands."""
LARGER = 1.7


class KioskFloor(QWidget):
    """In two moods: attracting (nothing to press, everything tells), and being looked at."""

    shop_asked = Signal()
    facts_asked = Signal()
    out_asked = Signal()
    done = Signal()

    def __init__(
        self,
        state: LiveState,
        story: KioskStory,
        shoppers: SimulatedShoppers,
        words: ShopWords,
        appearance: Appearance,
        *,
        facts: Sequence[RecordedFact],
        unit: float,
    ) -> None:
        """``facts``: what is recorded; ``unit``: pixels for each one of a screen of 1080 lines."""
        super().__init__()
        self._state, self._story, self._shoppers = state, story, shoppers
        self.map = FloorMap(state, words, appearance, larger=LARGER * unit)
        self.slip = KioskSlip(appearance)
        self.slip.unit = unit
        self.attracting = True
        self._turn = 0
        self._facts = tuple(facts)
        self._turns = QTimer(self)
        self._turns.setInterval(TURN_MS)
        self._turns.timeout.connect(self.turn_on)
        self._lay_out()
        self.map.picked.connect(self._touched)
        self.send.clicked.connect(self.shop_asked)
        self.recorded.clicked.connect(self.facts_asked)
        self.over.clicked.connect(self.done)
        self.out.clicked.connect(self.out_asked)
        story.changed.connect(self.refresh)
        state.snapshot_changed.connect(self.refresh)
        state.engine_changed.connect(self.refresh)
        shoppers.changed.connect(self.refresh)
        self.attract()

    def attract(self) -> None:
        """Nobody is here: tell everything in turn."""
        self.attracting = True
        self._turn = 0
        self._state.select(None)
        self._story.follow_track(None)
        if self.isVisible():
            self._turns.start()
        self.refresh()

    def be_looked_at(self) -> None:
        """Somebody is here: show what there is to press."""
        self.attracting = False
        self._turns.stop()
        self.refresh()

    def turn_on(self) -> None:
        """The attract loop's next picture."""
        self._turn += 1
        self.refresh()

    def refresh(self) -> None:
        """Show what is to be shown now."""
        inside = len(self._state.visitors)
        well = self._state.engine_state == "running"
        snapshot = self._state.snapshot
        paused = snapshot is not None and snapshot.paused_since is not None
        self.inside.setText(
            tr("Back in a moment")
            if not well
            else tr("Closed for the moment")
            if paused
            else tr_n("{n} inside", "{n} inside", inside)
        )
        self._foot.setCurrentIndex(0 if self.attracting else 1)
        self.send.setVisible(self._shoppers.is_simulated)
        self.send.setEnabled(not paused)
        self._tell_next(inside, paused=paused)
        if snapshot is None and self._state.engine_state == "starting":
            self.inside.setText("")
            self._say(tr("One moment"), tr("The shop opens its eyes: in a few seconds the floor is live."))
        elif not well:
            self._say(
                tr("Back in a moment"),
                tr("The map stands still as it was last seen. Every cart is kept, and every receipt comes."),
            )
        elif self.attracting:
            self._attract(paused=paused)
        else:
            self._show_slip(self._story.slip)
            if self._story.track is not None:
                self._state.select(self._story.track)

    def _tell_next(self, inside: int, *, paused: bool) -> None:
        """What a touch does now."""
        simulated = self._shoppers.is_simulated and not paused
        self.prompt.setText(
            tr("Touch anywhere to send a shopper in") if simulated else tr("Touch anywhere to look around")
        )
        sent = simulated and self._story.is_of_sent
        self.send.setText(
            tr("Nobody is let in just now")
            if paused
            else tr("Send another shopper in")
            if sent
            else tr("Send a shopper in")
        )
        self.hint.setText(
            tr("Follow your shopper on the map: each thing appears here as they take it.")
            if sent and self._story.goes_on
            else tr("Touch somebody on the map to follow them.")
            if inside
            else ""
        )

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """The loop stands still while it cannot be seen."""
        self._turns.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """The loop goes on."""
        if self.attracting:
            self._turns.start()
        super().showEvent(event)

    # -- inside --------------------------------------------------------------------------------------

    def _attract(self, *, paused: bool) -> None:
        cart, receipt = self._story.fullest_cart(), self._story.latest_receipt()
        turns: list[str | RecordedFact] = ["closed", "count"] if paused else ["promise", "count"]
        turns += ["cart"] if cart else []
        turns += ["receipt"] if receipt else []
        turns += self._facts
        match turns[self._turn % len(turns)]:
            case "promise":
                self._say(
                    tr("Take what you like. Walk out."),
                    tr(
                        "Cameras see where people stand, shelves feel what is taken. "
                        "The receipt comes by itself."
                    ),
                )
            case "closed":
                self._say(
                    tr("Closed for the moment"),
                    tr("Nobody is let in just now. Whoever is inside shops and walks out as always."),
                )
            case "count":
                goods = sum(self._state.items(i.person.track) for i in self._state.visitors)
                inside = len(self._state.visitors)
                self._say(
                    tr_n("{n} shopper inside now", "{n} shoppers inside now", inside),
                    tr_n("with {n} thing in their carts.", "with {n} things in their carts.", goods)
                    + " "
                    + tr("What you see on the map happens this very moment."),
                )
            case "cart":
                self._show_slip(cart)
            case "receipt":
                self._show_slip(receipt)
            case RecordedFact() as fact:
                self._say(fact.heading, fact.text, tr("What is recorded here"))

    def _say(self, hero: str, text: str, about: str = "") -> None:
        self.about.setText(about)
        self.about.setVisible(bool(about))
        self.hero.setText(hero)
        self.text.setText(text)
        self._side.setCurrentWidget(self._words)

    def _show_slip(self, slip: Slip | None) -> None:
        if slip is None and not self._state.visitors and self._shoppers.is_simulated:
            self._say(
                tr("The shop is empty"),
                tr("Send a shopper in, choose what they take, and watch the receipt come."),
            )
            return
        if slip is None:
            self._say(
                tr("Nobody has taken anything yet"),
                tr("As soon as somebody does, it appears here with its price."),
            )
            return
        self.slip.show_slip(slip)
        self._side.setCurrentWidget(self.slip)

    def _touched(self, track: int | None) -> None:
        if not self.attracting:
            self._state.select(track)
            self._story.follow_track(track)

    def _lay_out(self) -> None:
        self.name = kiosk_label(self._state.layout.file.store.name, "large", wrap=False, strong=True)
        self.inside = kiosk_label("", "large", wrap=False, quiet=True)
        self.out = touch_button(tr("Staff"))
        self.out.setAccessibleName(tr("Staff: end the kiosk with a manager's PIN"))
        head = QHBoxLayout()
        head.setSpacing(SPACE_6)
        head.addWidget(self.name)
        head.addStretch(1)
        head.addWidget(self.inside)
        head.addWidget(self.out)
        self.about = kiosk_label("", "large", strong=True)
        self.about.setProperty("accent", "true")
        self.hero, self.text = kiosk_label("", "hero"), kiosk_label("", "large", quiet=True)
        self._words = panel()
        words = QVBoxLayout(self._words)
        words.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        words.setSpacing(SPACE_4)
        words.addStretch(1)
        words.addWidget(self.about)
        words.addWidget(self.hero)
        words.addWidget(self.text)
        words.addStretch(2)
        self._side = QStackedWidget()
        for part in (self._words, self.slip):
            self._side.addWidget(part)
        self._side.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        frame = panel()
        box = QVBoxLayout(frame)
        box.setContentsMargins(SPACE_2, SPACE_2, SPACE_2, SPACE_2)
        box.addWidget(self.map)
        frame.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE_4)
        middle.addWidget(frame, 11)
        middle.addWidget(self._side, 8)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_6, SPACE_4, SPACE_6, SPACE_4)
        outer.setSpacing(SPACE_4)
        outer.addLayout(head)
        outer.addLayout(middle, 1)
        outer.addWidget(self._make_foot())

    def _make_foot(self) -> QWidget:
        self.prompt = kiosk_label(tr("Touch anywhere to look around"), "large", wrap=False, strong=True)
        self.send = touch_button(first=True)
        self.recorded = touch_button(tr("What is recorded here?"))
        self.over = touch_button(tr("Done"))
        self.hint = kiosk_label(tr("Touch somebody on the map to follow them."), "small", quiet=True)
        waiting, pressing = QWidget(), QWidget()
        row = QHBoxLayout(waiting)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self.prompt)
        row.addStretch(1)
        row = QHBoxLayout(pressing)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_3)
        row.addWidget(self.hint, 1)
        for button in (self.recorded, self.over, self.send):
            row.addWidget(button)
        self._foot = QStackedWidget()
        self._foot.addWidget(waiting)
        self._foot.addWidget(pressing)
        self._foot.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return self._foot
