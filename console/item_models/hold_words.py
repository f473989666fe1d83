"""What was kept back on a card at the entry, and what became of it, in words."""

from __future__ import annotations

from console.back_office.hold_rows import Hold
from console.item_models.words import ShopWords
from console.language import tr


def hold_words(hold: Hold, words: ShopWords) -> str:
    """A sentence or two for whoever looks at the visit."""
    money = words.money(hold.amount)
    card = tr("card {digits}", digits=hold.last_four) if hold.last_four else tr("their card")
    match hold.state:
        case "due" if hold.wanted:
            return tr("{money} is being kept back on {card}: no answer yet.", money=money, card=card)
        case "held" if not hold.capture:
            return tr("{money} is kept back on {card} since the entry.", money=money, card=card)
        case "held":
            return tr("{money} is kept back on {card}; the receipt is taken from it.", money=money, card=card)
        case "captured":
            return tr(
                "{money} was kept back on {card}: the receipt was taken from it, the rest was let go.",
                money=money,
                card=card,
            )
        case "declined":
            return tr(
                "At the entry their card refused to keep {money} back: {why}. The gate does not wait for it; "
                "what they took is charged all the same.",
                money=money,
                why=tr(hold.said) if hold.said else tr("no reason given"),
            )
        case "expired":
            return tr(
                "{money} was kept back on {card}, and had run out: the receipt is charged anew.",
                money=money,
                card=card,
            )
        case "released":
            return tr("{money} was kept back on {card} and let go.", money=money, card=card)
        case _:
            return tr("{money} was kept back on {card} and is being let go.", money=money, card=card)
