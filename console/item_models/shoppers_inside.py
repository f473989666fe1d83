"""Visits that are going on, from the snapshot."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject

from console.item_models.keyed_rows import Column, KeyedRows
from console.item_models.words import DASH, ShopWords, called, chance, goods_words, since
from console.language import tr
from console.operations.live_state import LiveState
from console.theme.icons import Icon
from console.theme.tokens import CERTAIN
from inference.messages.results import CartLine

ITEMS, VALUE = 2, 3
"""Column."""
MOST_AT_ONCE, MOST_LATE_S = 12, 2
"""Rows whose seconds go on in one frame: of a hundred, forty may at a time. And how long one may wait."""


class InsideRow(msgspec.Struct, frozen=True):
    """One shopper."""

    track: int
    code: str
    entered_at: float
    hidden: bool
    staff: bool
    identity: float
    items: int
    value: int
    lines: tuple[CartLine, ...]
    for_s: int
    """Whole seconds inside."""
    goods: str = ""
    """What is in their cart, in a line."""
    search_text: str = ""
    card_declined: bool = False


class InsideModel(KeyedRows[InsideRow]):
    """Everybody inside, who came last first."""

    def __init__(self, state: LiveState, words: ShopWords, parent: QObject | None = None) -> None:
        super().__init__(
            (
                Column(tr("Visit"), lambda r: r.code, identity=lambda r: state.identity(r.track)),
                Column(
                    tr("Inside for"),
                    lambda r: since(r.entered_at, r.entered_at + r.for_s, words.zone),
                    lambda r: -r.entered_at,  # who came in one second keeps their order
                    number=True,
                ),
                Column(
                    tr("Items"), lambda r: str(r.items) if r.items else DASH, lambda r: r.items, number=True
                ),
                Column(
                    tr("Value"),
                    lambda r: words.money(r.value) if r.items else DASH,
                    lambda r: r.value,
                    number=True,
                ),
                Column(tr("State"), state_of, tone=_tone, sign=_sign),
                Column(tr("What"), lambda r: r.goods, tip=lambda r: r.goods),
            ),
            key=lambda r: r.track,
            parent=parent,
        )
        self._state = state
        self._words = words

    def refresh(self) -> None:
        """Take what the newest snapshot says."""
        snapshot = self._state.snapshot
        if snapshot is None:
            self.replace([])
            return
        rows = []
        for inside in self._state.visitors:
            cart = self._state.cart(inside.person.track)
            lines = cart.lines if cart else ()
            rows.append(
                InsideRow(
                    track=inside.person.track,
                    code=called(inside),
                    entered_at=inside.entered_at,
                    hidden=inside.person.hidden,
                    staff=inside.staff,
                    identity=inside.person.identity,
                    items=sum(line.quantity for line in lines),
                    value=sum(self._words.price(line.sku, line.quantity) for line in lines),
                    lines=lines,
                    goods=goods_words(lines, self._words),
                    for_s=int(snapshot.t - inside.entered_at),
                    card_declined=bool(inside.card_trouble),
                    search_text=" ".join([inside.code, *(self._words.product(line.sku) for line in lines)]),
                )
            )
        self.replace(self._in_turn(sorted(rows, key=lambda r: (-r.entered_at, r.track))))

    def longest(self) -> dict[int, str]:
        """By column, the longest of its figures."""
        return {VALUE: self._words.money(max((row.value for row in self._rows), default=0))}

    def _in_turn(self, rows: list[InsideRow]) -> list[InsideRow]:
        """Of rows of which only the seconds went on, some: the others have theirs with the next snapshot."""
        before = {row.track: row for row in self._rows}
        ticked = [
            (was.for_s - row.for_s, place, was)
            for place, row in enumerate(rows)
            if (was := before.get(row.track)) is not None
            and 0 < row.for_s - was.for_s <= MOST_LATE_S
            and msgspec.structs.replace(was, for_s=row.for_s) == row
        ]
        for _, place, was in sorted(ticked, key=lambda t: t[:2])[MOST_AT_ONCE:]:
            rows[place] = was
        return rows


def state_of(row: InsideRow) -> str:
    """In a few words: seen or not, who it may be, staff, a card that was declined."""
    parts = [tr("Staff")] if row.staff else []
    parts.append(tr("Hidden") if row.hidden else tr("Seen"))
    if row.identity < CERTAIN:
        parts.append(tr("{chance} sure", chance=chance(row.identity)))
    if row.card_declined:
        parts.insert(0, tr("Card declined"))
    return ", ".join(parts)


def _tone(row: InsideRow) -> str:
    return "waiting" if row.card_declined or row.hidden or row.identity < CERTAIN else "neutral"


def _sign(row: InsideRow) -> Icon | None:
    if row.staff:
        return Icon.STAFF
    return Icon.WAITING if _tone(row) == "waiting" else None
