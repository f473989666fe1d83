"""What things on a receipt are called, the same on paper, in PDF and in mail."""

from __future__ import annotations

from console.printing.amounts import Amounts
from console.printing.document import Payment, PrintableLine, PrintableReceipt, Reason
from console.printing.texts import ReceiptTexts


def kind_words(receipt: PrintableReceipt, texts: ReceiptTexts) -> str:
    """What kind of document it is."""
    return {"receipt": texts.receipt, "refund": texts.refund, "supplement": texts.supplement}[receipt.kind]


def reason_words(reason: Reason, texts: ReceiptTexts) -> str:
    """Why a receipt was corrected, as a sentence of its own."""
    words: dict[Reason, str] = {
        "not_taken": texts.not_taken,
        "wrong_product": texts.wrong_product,
        "wrong_count": texts.wrong_count,
        "wrong_price": texts.wrong_price,
        "damaged": texts.damaged,
        "not_charged": texts.not_charged,
        "goodwill": texts.goodwill,
        "other": texts.other_reason,
    }
    return texts.reason.format(reason=words[reason])


def line_name(line: PrintableLine, texts: ReceiptTexts) -> str:
    """What stands at the line's amount."""
    return texts.deposit if line.is_deposit else line.name


def small_print(line: PrintableLine, texts: ReceiptTexts, amounts: Amounts) -> list[str]:
    """What stands under the line: how many at what price, what promotions leave of it, its notes."""
    small = []
    if line.quantity not in {0, 1}:
        if line.unit_price is None:
            small.append(texts.units.format(quantity=line.quantity))
        else:
            price = amounts.number(line.unit_price)
            small.append(texts.each.format(quantity=line.quantity, price=price))
    if line.reduced:
        small.append(texts.reduced.format(amount=amounts.number(line.amount - line.reduced)))
    return [*small, *line.notes]


def payment_words(payment: Payment, texts: ReceiptTexts) -> str:
    """How something was paid or given back."""
    if payment.kind == "card":
        how = texts.card_digits.format(digits=payment.last_four) if payment.last_four else texts.card
    else:
        how = texts.cash if payment.kind == "cash" else texts.counter
    return texts.given_back.format(how=how) if payment.amount < 0 else how
