"""Whom the kiosk tells of: a shopper that somebody touched, one that they sent in, or whoever took last."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal

from console.back_office.visit_search import VisitEntry
from console.item_models.carts import CartCard, CartsModel
from console.item_models.kiosk_slips import Slip, cart_slip, closed_slip, leaving_slip
from console.item_models.sent_shoppers import still_wanted, wanted_words
from console.item_models.words import ShopWords
from console.language import tr
from console.operations.live_state import LiveState
from console.operations.simulated_shoppers import Fate, SimulatedShoppers
from console.operations.visit_history import VisitHistory

EARLY_S, LATE_S = 3.0, 8.0
"""Whoever was seen to come in so long before or after somebody who was sent did may be them."""


class KioskStory(QObject):
    """One slip at a time, from the cart's first thing to the receipt."""

    changed = Signal()
    """The slip, or who is told of."""

    def __init__(
        self,
        state: LiveState,
        history: VisitHistory,
        shoppers: SimulatedShoppers,
        words: ShopWords,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._history, self._shoppers, self._words = state, history, shoppers, words
        self._carts = CartsModel(state, words, self)
        self._code, self._sent, self._since = "", "", 0.0
        self.slip: Slip | None = None
        state.snapshot_changed.connect(self.refresh)
        history.changed.connect(self.refresh)
        shoppers.changed.connect(self.refresh)
        self.refresh()

    def follow_track(self, track: int | None) -> None:
        """Tell of this shopper until their receipt has come; None: of nobody in particular."""
        inside = None if track is None else self._state.inside(track)
        self._code, self._sent = (inside.code if inside else ""), ""
        self._since = inside.entered_at if inside else 0.0
        self.refresh()

    def follow_sent(self, person: str) -> None:
        """Tell of somebody who was sent in, by the name that the simulation has for them."""
        self._code, self._sent = "", person
        self.refresh()

    @property
    def goes_on(self) -> bool:
        """Whether somebody who was sent in is still on their way to a receipt."""
        fate = self._fate()
        return bool(self._sent) and (fate is None or fate.visit is None)

    @property
    def is_of_sent(self) -> bool:
        """Whether it is told of somebody who was sent in."""
        return bool(self._sent)

    @property
    def track(self) -> int | None:
        """Who it is told of, while they are inside."""
        card = self._card(self._code) if self._code else None
        return card.track if card else None

    def latest_receipt(self) -> Slip | None:
        """The receipt that was issued last."""
        entry = next((e for e in self._history.entries if e.document is not None), None)
        return None if entry is None else closed_slip(entry, self._words)

    def fullest_cart(self) -> Slip | None:
        """The cart that changed last and holds something."""
        cards = [self._carts.row(i) for i in range(self._carts.rowCount())]
        card = next((c for c in cards if c.items and not c.staff), None)
        return None if card is None else cart_slip(card)

    def refresh(self) -> None:
        """Tell what is new."""
        self._carts.refresh()
        slip = self._tell_sent() if self._sent else self._tell_code() if self._code else self.fullest_cart()
        if slip != self.slip:
            self.slip = slip
            self.changed.emit()

    # -- inside --------------------------------------------------------------------------------------

    def _tell_code(self) -> Slip:
        card = self._card(self._code)
        if card is not None:
            return cart_slip(card)
        entry = self._closed(self._code)
        return self._leaving(self._code) if entry is None else closed_slip(entry, self._words)

    def _tell_sent(self) -> Slip:
        fate, yours = self._fate(), tr("Your shopper")
        if fate is None:
            return Slip(yours, tr("On the way in"))
        if fate.visit is not None:
            return closed_slip(fate.visit, self._words, is_right=fate.is_right)
        wanted = wanted_words(fate.sent.wanted, self._words)
        if fate.sent.state == "coming":
            return Slip(yours, tr("On the way in"), note=tr("They will take {wanted}.", wanted=wanted))
        if not self._code and fate.sent.state == "inside":
            self._code = self._who_came(fate.sent.since)
        card = self._card(self._code) if self._code else None
        if card is not None:
            slip = cart_slip(card)
            return msgspec.structs.replace(slip, note=self._to_come(fate)) if slip.lines else slip
        if fate.sent.state == "inside":
            return Slip(yours, tr("Inside"), note=tr("They are looking for {wanted}.", wanted=wanted))
        return self._leaving(self._code or yours)

    def _leaving(self, code: str) -> Slip:
        """They have left: what was in the cart stays to be seen until the receipt is there."""
        left, before = leaving_slip(code), self.slip
        if before is None or before.code != code or before.is_receipt or not before.lines:
            return left
        return msgspec.structs.replace(before, caption=left.caption, note=left.note, tone=left.tone)

    def _to_come(self, fate: Fate) -> str:
        """What happens next: what they still look for, and how it ends."""
        missing = still_wanted(fate.sent.wanted, fate.sent.has)
        if missing:
            return tr("They still look for {wanted}.", wanted=wanted_words(missing, self._words))
        return tr("They have it all and walk out: the receipt comes by itself.")

    def _who_came(self, since: float) -> str:
        """The only shopper who was seen to come in about then; nobody where it may be one of several."""
        came = [i.code for i in self._state.visitors if -EARLY_S <= i.entered_at - since <= LATE_S]
        return came[0] if len(came) == 1 else ""

    def _fate(self) -> Fate | None:
        return next((f for f in self._shoppers.fates if f.sent.person == self._sent), None)

    def _card(self, code: str) -> CartCard | None:
        cards = (self._carts.row(i) for i in range(self._carts.rowCount()))
        return next((card for card in cards if card.code == code), None)

    def _closed(self, code: str) -> VisitEntry | None:
        return next(
            (
                entry
                for entry in self._history.entries
                if entry.row.visit.code == code and entry.row.visit.closed_at >= self._since
            ),
            None,
        )
