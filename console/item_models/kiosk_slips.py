"""A cart or a receipt as the kiosk shows it: one slip in large type."""

from __future__ import annotations

import msgspec

from console.back_office.visit_search import VisitEntry
from console.item_models.carts import CartCard
from console.item_models.words import MINUS, ShopWords
from console.language import tr, tr_n
from console.operations.health import Tone
from console.theme.tokens import NO_IDENTITY


class SlipLine(msgspec.Struct, frozen=True):
    """So many of something."""

    quantity: str
    name: str
    remark: str
    amount: str


class Slip(msgspec.Struct, frozen=True):
    """All that is on it, in words."""

    code: str
    caption: str
    lines: tuple[SlipLine, ...] = ()
    total_word: str = ""
    total: str = ""
    note: str = ""
    tone: Tone = "neutral"
    identity: int = NO_IDENTITY
    is_receipt: bool = False

    @property
    def spoken(self) -> str:
        """For screen readers."""
        lines = ", ".join(f"{line.quantity} {line.name}" for line in self.lines)
        return ", ".join(part for part in (self.code, self.caption, lines, self.total, self.note) if part)


def cart_slip(card: CartCard) -> Slip:
    """A cart as it is now."""
    return Slip(
        code=card.code,
        caption=tr_n("{n} item so far", "{n} items so far", card.items) if card.items else tr("Just came in"),
        lines=tuple(SlipLine(x.quantity, x.name, x.chance, x.amount) for x in card.lines),
        total_word=tr("So far"),
        total=card.total,
        note="" if card.lines else tr("What they take from a shelf appears here, with its price."),
        identity=card.identity,
    )


def leaving_slip(code: str) -> Slip:
    """Somebody has left, and their visit is not closed yet."""
    return Slip(code, tr("Has left the shop"), note=tr("The receipt comes in a moment."), tone="waiting")


def closed_slip(entry: VisitEntry, words: ShopWords, *, is_right: bool | None = None) -> Slip:
    """A visit that is over. ``is_right``: whether it holds what was truly taken, where that is known."""
    visit, document = entry.row.visit, entry.document
    truth = {
        True: tr("Exactly what was taken."),
        False: tr("Not quite what was taken: staff can put it right."),
        None: "",
    }[is_right]
    if document is not None:
        receipt = document.receipt
        return Slip(
            code=visit.code,
            caption=tr("Receipt {label}", label=document.label),
            lines=tuple(
                SlipLine(
                    str(line.quantity) if line.kind == "product" else "",
                    tr("Deposit: {name}", name=line.name) if line.kind == "deposit" else line.name,
                    "",
                    words.money(line.amount).replace("-", MINUS),
                )
                for line in receipt.lines
            ),
            total_word=tr("Paid"),
            total=words.money(receipt.total),
            note=truth,
            tone="wrong" if is_right is False else "good",
            is_receipt=True,
        )
    if entry.row.state in ("nothing", "staff"):
        note = (
            tr("Took nothing, so nothing is paid.") if entry.row.state == "nothing" else tr("Staff at work.")
        )
        return Slip(visit.code, tr("Visit over"), note=note, tone="good")
    return Slip(
        visit.code,
        tr("Visit over"),
        note=tr("The evidence is divided, so a person looks at it before the receipt is issued."),
        tone="waiting",
    )
