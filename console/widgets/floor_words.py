"""What the floor map says of what is under the pointer, and of who is selected."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from console.item_models.words import ShopWords, called, chance
from console.language import tr, tr_n
from console.operations.moment import Moment
from console.theme.tokens import CERTAIN
from console.widgets.floor_ground import slot_rect
from console.widgets.floor_stock import FloorStock
from console.widgets.floor_view import FloorView


class FloorWords:
    """Words for shoppers and slots of one moment."""

    def __init__(self, state: Moment, words: ShopWords, stock: FloorStock | None) -> None:
        """``stock``: what lies in the slots; None: that is not said."""
        self._state, self._words, self._stock = state, words, stock

    def of_shopper(self, track: int) -> str:
        """Code, items, and what is special about them; empty where nobody has this track."""
        shopper = self._state.inside(track)
        if shopper is None:
            return ""
        if not shopper.code:
            return tr("Somebody who is not a visit: nobody saw them come in through a gate")
        person = shopper.person
        if shopper.unexplained and not shopper.staff:
            sure = ""
            if person.identity < CERTAIN:
                sure = f", {tr('identity {chance}', chance=chance(person.identity))}"
            return tr("{code}: came through no gate and has no visit{sure}", code=shopper.code, sure=sure)
        said = [tr_n("{n} item", "{n} items", self._state.items(track))]
        if person.hidden:
            said.append(tr("hidden"))
        if shopper.staff:
            said.append(tr("staff"))
        if person.identity < CERTAIN:
            said.append(tr("identity {chance}", chance=chance(person.identity)))
        if shopper.card_trouble:
            said.append(tr("card declined at the entry"))
        return f"{called(shopper)}: {', '.join(said)}"

    def of_slots(self, pixel: QPointF, view: FloorView) -> str:
        """A line for each slot there, the highest first."""
        under = [s for s in self._state.layout.file.slot if slot_rect(s.low, s.high, view).contains(pixel)]
        return "\n".join(self._of_slot(slot.id) for slot in sorted(under, key=lambda s: -s.shelf))

    def _of_slot(self, slot: str) -> str:
        known = None if self._stock is None else self._stock.said(slot)
        if known is not None:
            return known
        names = [self._words.product(sku) for sku in self._state.layout.skus_of_slot.get(slot, ())]
        return f"{slot}: {', '.join(names) or tr('no product planned')}"
