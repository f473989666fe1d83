"""A receipt to what stands under each other on the roll. Pure: the same receipt gives the same blocks."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.printing import code_pages
from console.printing.amounts import Amounts
from console.printing.blocks import Align, Block, Cut, Feed, Picture, Text
from console.printing.columns import both_ends, table, wrapped
from console.printing.document import Payment, PrintableLine, PrintableReceipt
from console.printing.profiles import PrinterProfile
from console.printing.texts import ReceiptTexts
from console.printing.words import kind_words, line_name, payment_words, reason_words, small_print

INDENT = 2


class Paper(msgspec.Struct, frozen=True):
    """What is printed on."""

    columns: int
    pages: tuple[str, ...] = ()
    """Code pages of the printer; none: every character can be drawn."""

    @classmethod
    def of(cls, profile: PrinterProfile) -> Paper:
        """A printer's roll."""
        return cls(profile.columns, profile.pages)

    def clean(self, text: str) -> str:
        """Text as this paper can show it."""
        return code_pages.printable(text, self.pages) if self.pages else code_pages.without_controls(text)

    def money(self, amounts: Amounts, minor: int) -> str:
        """With the currency's sign, or with its code where the printer lacks the sign."""
        signed = amounts.money(minor)
        if self.pages and not code_pages.is_printable(code_pages.plain_spaces(signed), self.pages):
            signed = amounts.money_by_code(minor)
        return self.clean(signed)


def lay_out(
    receipt: PrintableReceipt,
    paper: Paper,
    texts: ReceiptTexts,
    locale: str,
    *,
    logo: Picture | None = None,
    qr: Picture | None = None,
) -> tuple[Block, ...]:
    """The whole receipt, the cut included. Raises ``UnprintableError`` for an unknown locale."""
    amounts = Amounts(locale, receipt.currency, receipt.decimals)
    return tuple(_Sheet(receipt, paper, texts, amounts).blocks(logo, qr))


class _Sheet:
    """One receipt on one kind of paper."""

    def __init__(
        self, receipt: PrintableReceipt, paper: Paper, texts: ReceiptTexts, amounts: Amounts
    ) -> None:
        self.receipt, self.paper, self.texts, self.amounts = receipt, paper, texts, amounts
        self.letters = receipt.tax_letters()

    def blocks(self, logo: Picture | None, qr: Picture | None) -> Iterator[Block]:
        if logo is not None:
            yield logo
        yield from self.head()
        yield from self.copy_mark()
        yield from self.what_it_is()
        yield self.rule()
        yield from self.lines()
        yield self.rule()
        yield from self.sums()
        if self.receipt.taxes:
            yield Feed()
            yield from self.taxes()
        if qr is not None:
            yield Feed()
            yield qr
            yield from self.text(self.receipt.code, align="center")
        yield Feed()
        for line in self.receipt.shop.footer or (self.texts.thanks,):
            yield from self.text(line, align="center")
        if self.receipt.copy:
            yield Feed()
        yield from self.copy_mark()
        yield Cut()

    # -- parts ---------------------------------------------------------------------------------------

    def head(self) -> Iterator[Block]:
        shop = self.receipt.shop
        yield from self.headline(shop.name)
        for line in shop.address:
            yield from self.text(line, align="center")
        if shop.tax_id:
            yield from self.text(f"{self.texts.tax_id} {shop.tax_id}", align="center")
        yield Feed()

    def copy_mark(self) -> Iterator[Block]:
        """At both ends, so that cutting one off does not make an original of it."""
        if self.receipt.copy:
            yield from self.headline(f"* {self.texts.copy.format(number=self.receipt.copy)} *")
            yield Feed()

    def what_it_is(self) -> Iterator[Block]:
        receipt, texts = self.receipt, self.texts
        yield from self.pair(kind_words(receipt, texts), receipt.number, bold=True)
        if receipt.refers_to:
            yield from self.text(texts.refers_to.format(number=receipt.refers_to))
        if receipt.reason is not None:
            yield from self.text(reason_words(receipt.reason, texts))
        yield from self.text(self.amounts.moment(receipt.issued()))
        yield from self.pair(texts.code, receipt.code)
        for code in receipt.more_codes:
            yield from self.pair("", code)

    def lines(self) -> Iterator[Block]:
        yield Text(f"{self.receipt.currency}{'':{self.letters_width()}}".rjust(self.paper.columns))
        for line in self.receipt.lines:
            yield from self.line(line)

    def line(self, line: PrintableLine) -> Iterator[Block]:
        letter = self.letters.get(line.tax_basis_points, "")
        amount = f"{self.clean_number(line.amount)}{letter:>{self.letters_width()}}"
        indent = INDENT if line.below else 0
        name = self.paper.clean(line_name(line, self.texts))
        for text in both_ends(name, amount, self.paper.columns - indent, hang=INDENT):
            yield Text(" " * indent + text)
        for small in small_print(line, self.texts, self.amounts):
            yield from self.text(small, indent=indent + INDENT)

    def sums(self) -> Iterator[Block]:
        receipt, texts = self.receipt, self.texts
        label = self.paper.clean(texts.total)
        total = self.paper.money(self.amounts, receipt.total)
        half = self.paper.columns // 2
        wide = len(label) + 1 + len(total) <= half
        for text in both_ends(label, total, half if wide else self.paper.columns):
            yield Text(text, bold=True, tall=True, wide=wide)
        for payment in receipt.payments:
            yield from self.payment(payment)

    def payment(self, payment: Payment) -> Iterator[Block]:
        if payment.rounding:
            yield from self.pair(self.texts.rounding, self.paper.money(self.amounts, payment.rounding))
        yield from self.pair(
            payment_words(payment, self.texts), self.paper.money(self.amounts, payment.amount)
        )
        if payment.reference:
            yield from self.text(
                self.texts.payment_reference.format(reference=payment.reference), indent=INDENT
            )

    def taxes(self) -> Iterator[Block]:
        texts = self.texts
        heads = tuple(self.paper.clean(word) for word in (texts.rate, texts.net, texts.tax, texts.gross))
        rows = [
            (
                self.paper.clean(f"{self.letters[t.basis_points]} {self.amounts.rate(t.basis_points)}"),
                self.clean_number(t.net),
                self.clean_number(t.tax),
                self.clean_number(t.gross),
            )
            for t in self.receipt.taxes
        ]
        lines = table([heads, *rows], self.paper.columns)
        if lines is not None:
            yield from (Text(line) for line in lines)
        else:
            for rate, *values in rows:
                yield Text(rate)
                for head, value in zip(heads[1:], values, strict=True):
                    for line in both_ends(head, value, self.paper.columns - INDENT):
                        yield Text(" " * INDENT + line)
        yield from self.text(texts.tax_included if self.receipt.prices_include_tax else texts.tax_added)

    # -- lines of text -------------------------------------------------------------------------------

    def headline(self, words: str) -> Iterator[Text]:
        """Large; twice as wide where it fits that way."""
        text = " ".join(self.paper.clean(words).split())
        wide = len(text) * 2 <= self.paper.columns
        for line in [text] if wide else wrapped(text, self.paper.columns):
            yield Text(line, align="center", bold=True, tall=True, wide=wide)

    def text(self, words: str, *, align: Align = "left", indent: int = 0) -> Iterator[Text]:
        for line in wrapped(self.paper.clean(words), self.paper.columns - indent):
            yield Text(" " * indent + line, align=align)

    def pair(self, left: str, right: str, *, bold: bool = False) -> Iterator[Text]:
        ends = both_ends(self.paper.clean(left), self.paper.clean(right), self.paper.columns, hang=INDENT)
        yield from (Text(line, bold=bold) for line in ends)

    def rule(self) -> Text:
        return Text("-" * self.paper.columns)

    def clean_number(self, minor: int) -> str:
        return self.paper.clean(self.amounts.number(minor))

    def letters_width(self) -> int:
        """Room for the letter of a tax rate after each amount, and the space before it."""
        return max((1 + len(letter) for letter in self.letters.values()), default=0)
