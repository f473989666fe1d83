"""A receipt for mail: HTML that needs nothing from elsewhere, its plain text, and both as one message.

Mail programs drop style sheets, scripts and pictures from data addresses: all styles stand at their elements,
and the QR code is a table of black and white cells. Tables that hold data have headings; those that only
place things say so to screen readers.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from itertools import groupby

from console.printing.amounts import Amounts
from console.printing.blocks import Text
from console.printing.document import PrintableLine, PrintableReceipt
from console.printing.dots import QUIET, qr_modules
from console.printing.layout import Paper, lay_out
from console.printing.stationery import Stationery
from console.printing.words import kind_words, line_name, payment_words, reason_words, small_print

PLAIN_COLUMNS = 48
MODULE_PX = 6
_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_INK, _QUIET_INK, _RULE = "#1a1a1a", "#555555", "#cccccc"
"""Ink on white: contrast 17:1 and 7:1."""
_RIGHT = "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums"
_CELL = "padding:4px 0;vertical-align:top"


def plain_text(receipt: PrintableReceipt, stationery: Stationery) -> str:
    """The receipt as lines of text, for those who read mail as such."""
    blocks = lay_out(receipt, Paper(PLAIN_COLUMNS), stationery.texts, stationery.locale)
    lines = []
    for block in blocks:
        if isinstance(block, Text):
            # What is twice as wide on paper was laid out for half the columns.
            text = block.text.center(PLAIN_COLUMNS) if block.align == "center" else _spread(block)
            lines.append(text.rstrip())
        else:
            lines.append("")
    return "\n".join(lines).strip("\n") + "\n"


def _spread(block: Text) -> str:
    if not block.wide:
        return block.text
    left, _, right = block.text.partition("  ")
    return left + right.strip().rjust(PLAIN_COLUMNS - len(left)) if right else block.text


def message(
    receipt: PrintableReceipt, stationery: Stationery, sender: str = "", to: str = ""
) -> EmailMessage:
    """A message with the receipt as text and as HTML, ready for a mail server. Nothing is sent here."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(f"{_title(receipt, stationery)} - {receipt.shop.name}".split())
    if sender:
        mail["From"] = sender
    if to:
        mail["To"] = to
    mail.set_content(plain_text(receipt, stationery))
    mail.add_alternative(html(receipt, stationery), subtype="html")
    return mail


def html(receipt: PrintableReceipt, stationery: Stationery) -> str:
    """The receipt as a page of its own. Raises ``UnprintableError`` for an unknown locale."""
    return _Page(receipt, stationery).text()


def _title(receipt: PrintableReceipt, stationery: Stationery) -> str:
    return f"{kind_words(receipt, stationery.texts)} {receipt.number}"


class _Page:
    def __init__(self, receipt: PrintableReceipt, stationery: Stationery) -> None:
        self.receipt, self.stationery, self.texts = receipt, stationery, stationery.texts
        self.amounts = Amounts(stationery.locale, receipt.currency, receipt.decimals)
        self.letters = receipt.tax_letters()

    def text(self) -> str:
        language = str(self.amounts.locale).replace("_", "-")
        title = f"{_title(self.receipt, self.stationery)} - {self.receipt.shop.name}"
        body = "\n".join(
            [self.head(), self.copy_mark(), self.about(), self.lines(), self.taxes(), self.qr(), self.foot()]
        )
        return (
            f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            '<meta name="color-scheme" content="light">\n'
            f"<title>{escape(title)}</title>\n</head>\n"
            f'<body style="margin:0;background:#f2f2f2;color:{_INK};{_FONT};'
            'font-size:16px;line-height:1.4">\n'
            '<div style="max-width:26rem;margin:0 auto;padding:24px;background:#ffffff">\n'
            f"{body}\n</div>\n</body>\n</html>\n"
        )

    def head(self) -> str:
        shop = self.receipt.shop
        lines = list(shop.address)
        if shop.tax_id:
            lines.append(f"{self.texts.tax_id} {shop.tax_id}")
        small = "<br>\n".join(escape(line) for line in lines)
        return (
            f'<h1 style="margin:0;font-size:22px;text-align:center">{escape(shop.name)}</h1>\n'
            f'<p style="margin:4px 0 16px;text-align:center;color:{_QUIET_INK}">{small}</p>'
        )

    def copy_mark(self) -> str:
        if not self.receipt.copy:
            return ""
        words = escape(self.texts.copy.format(number=self.receipt.copy))
        return (
            f'<p style="margin:0 0 16px;padding:6px;border:2px solid {_INK};'
            'text-align:center;font-weight:700">'
            f"{words}</p>"
        )

    def about(self) -> str:
        receipt, texts = self.receipt, self.texts
        rows = [f"<strong>{escape(_title(receipt, self.stationery))}</strong>"]
        if receipt.refers_to:
            rows.append(escape(texts.refers_to.format(number=receipt.refers_to)))
        if receipt.reason is not None:
            rows.append(escape(reason_words(receipt.reason, texts)))
        moment = self.amounts.moment(receipt.issued())
        rows.append(f'<time datetime="{receipt.issued().isoformat()}">{escape(moment)}</time>')
        codes = ", ".join((receipt.code, *receipt.more_codes))
        rows.append(f"{escape(texts.code)} <strong>{escape(codes)}</strong>")
        return '<p style="margin:0 0 16px">' + "<br>\n".join(rows) + "</p>"

    def lines(self) -> str:
        texts = self.texts
        heads = (
            f'<tr><th scope="col" style="{_CELL};text-align:left">{escape(texts.what)}</th>'
            f'<th scope="col" style="{_CELL};{_RIGHT}">'
            f"{escape(texts.amount)} {escape(self.receipt.currency)}</th></tr>"
        )
        rows = "\n".join(self.line(line) for line in self.receipt.lines)
        return (
            '<table style="width:100%;border-collapse:collapse">\n'
            f'<thead style="border-bottom:1px solid {_RULE};color:{_QUIET_INK}">{heads}</thead>\n'
            f'<tbody>\n{rows}\n</tbody>\n<tfoot style="border-top:1px solid {_RULE}">\n{self.sums()}\n'
            "</tfoot>\n</table>"
        )

    def line(self, line: PrintableLine) -> str:
        small = small_print(line, self.texts, self.amounts)
        notes = "".join(f'<br><small style="color:{_QUIET_INK}">{escape(note)}</small>' for note in small)
        indent = "padding-left:16px" if line.below else ""
        letter = self.letters.get(line.tax_basis_points, "")
        return (
            f'<tr><td style="{_CELL};{indent}">{escape(line_name(line, self.texts))}{notes}</td>'
            f'<td style="{_CELL};{_RIGHT}">{escape(self.amounts.number(line.amount))}'
            f' <small style="color:{_QUIET_INK}">{letter}</small></td></tr>'
        )

    def sums(self) -> str:
        receipt, texts, money = self.receipt, self.texts, self.amounts.money
        rows = [(texts.total, money(receipt.total), "font-size:20px;font-weight:700")]
        for payment in receipt.payments:
            if payment.rounding:
                rows.append((texts.rounding, money(payment.rounding), f"color:{_QUIET_INK}"))
            rows.append((payment_words(payment, texts), money(payment.amount), f"color:{_QUIET_INK}"))
            if payment.reference:
                words = texts.payment_reference.format(reference=payment.reference)
                rows.append((words, "", f"color:{_QUIET_INK};font-size:14px"))
        return "\n".join(
            f'<tr style="{style}"><th scope="row" style="{_CELL};text-align:left;font-weight:inherit">'
            f'{escape(what)}</th><td style="{_CELL};{_RIGHT}">{escape(amount)}</td></tr>'
            for what, amount, style in rows
        )

    def taxes(self) -> str:
        if not self.receipt.taxes:
            return ""
        texts, number = self.texts, self.amounts.number
        heads = "".join(
            f'<th scope="col" style="{_CELL};{"text-align:left" if i == 0 else _RIGHT}">{escape(word)}</th>'
            for i, word in enumerate((texts.rate, texts.net, texts.tax, texts.gross))
        )
        rows = "\n".join(
            f'<tr><th scope="row" style="{_CELL};text-align:left;font-weight:400">'
            f"{self.letters[t.basis_points]} {escape(self.amounts.rate(t.basis_points))}</th>"
            + "".join(
                f'<td style="{_CELL};{_RIGHT}">{escape(number(v))}</td>' for v in (t.net, t.tax, t.gross)
            )
            + "</tr>"
            for t in self.receipt.taxes
        )
        words = texts.tax_included if self.receipt.prices_include_tax else texts.tax_added
        return (
            '<table style="width:100%;margin-top:16px;border-collapse:collapse;'
            f'font-size:14px;color:{_QUIET_INK}">\n'
            '<caption style="caption-side:bottom;text-align:left;padding-top:4px">'
            f"{escape(words)}</caption>\n"
            f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
        )

    def qr(self) -> str:
        if not self.receipt.qr:
            return ""
        alt = self.texts.qr_says.format(code=self.receipt.code)
        return (
            f'<div role="img" aria-label="{escape(alt)}">'
            f"{_qr_table(self.receipt.qr)}</div>\n"
            f'<p style="margin:4px 0 0;text-align:center">{escape(self.receipt.code)}</p>'
        )

    def foot(self) -> str:
        lines = self.receipt.shop.footer or (self.texts.thanks,)
        words = "<br>\n".join(escape(line) for line in lines)
        return f'<p style="margin:24px 0 0;text-align:center">{words}</p>'


def _qr_table(text: str) -> str:
    """A QR code as a table: runs of equal modules are one cell."""
    modules = qr_modules(text)
    rows = "".join(
        f'<tr style="height:{MODULE_PX}px">'
        + "".join(
            f'<td colspan="{(count := len(list(run)))}" style="padding:0;width:{count * MODULE_PX}px'
            + (';background:#000000"' if black else '"')
            + (' bgcolor="#000000"></td>' if black else "></td>")
            for black, run in groupby(row)
        )
        + "</tr>"
        for row in modules
    )
    # One row of single cells first: without it, a table of runs has no columns to span.
    ruler = "<tr>" + f'<td style="padding:0;width:{MODULE_PX}px;height:0"></td>' * len(modules) + "</tr>"
    return (
        f'<table role="presentation" cellspacing="0" cellpadding="0" style="border-collapse:collapse;'
        f"table-layout:fixed;width:{len(modules) * MODULE_PX}px;"
        f"margin:{QUIET * MODULE_PX}px auto;line-height:0;"
        f'font-size:0;background:#ffffff">{ruler}{rows}</table>'
    )
