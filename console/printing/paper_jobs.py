"""A receipt, or a test page, to a job: the bytes for one kind of printer, on one shop's stationery."""

from __future__ import annotations

from collections.abc import Iterator

from console.printing.amounts import Amounts
from console.printing.blocks import Block, Cut, Feed, Picture, Text
from console.printing.columns import wrapped
from console.printing.document import PrintableReceipt
from console.printing.dots import logo_picture, qr_picture
from console.printing.layout import Paper, lay_out
from console.printing.profiles import PrinterProfile
from console.printing.stationery import Stationery

SIGNS = (("EUR", 2), ("GBP", 2), ("JPY", 0), ("CHF", 2), ("USD", 2), ("KWD", 3), ("PLN", 2), ("INR", 2))
"""Currencies on the test page, with their decimals: signs that printers have, and one that they lack."""
LETTERS = "ÄÖÜäöüß Éèçñ Łódź € £ ¥ × ½"
TEST_CODE = "TEST"


def receipt_blocks(
    receipt: PrintableReceipt, paper: Paper, dots: int, stationery: Stationery
) -> tuple[Block, ...]:
    """A receipt on a roll of ``dots`` width.

    Raises :class:`~console.printing.document.UnprintableError` for a locale that there is not, and
    :class:`~console.printing.stationery.StationeryError` for a logo that cannot be read.
    """
    texts = stationery.texts
    logo = None if stationery.logo is None else logo_picture(stationery.logo, receipt.shop.name, dots)
    qr = qr_picture(receipt.qr, texts.qr_says.format(code=receipt.code), dots) if receipt.qr else None
    return lay_out(receipt, paper, texts, stationery.locale, logo=logo, qr=qr)


def receipt_job(receipt: PrintableReceipt, profile: PrinterProfile, stationery: Stationery) -> bytes:
    """The bytes of a receipt for a printer of this profile. Errors as :func:`receipt_blocks`."""
    return _bytes(receipt_blocks(receipt, Paper.of(profile), profile.dots, stationery), profile)


def test_job(printer: str, profile: PrinterProfile, stationery: Stationery) -> bytes:
    """A page that shows whether width, letters, signs, pictures and cutter are right; no receipt."""
    return _bytes(test_blocks(printer, profile, stationery), profile)


def test_blocks(printer: str, profile: PrinterProfile, stationery: Stationery) -> Iterator[Block]:
    """The test page before it is bytes."""
    texts, paper = stationery.texts, Paper.of(profile)

    def lines(words: str) -> Iterator[Text]:
        yield from (Text(line) for line in wrapped(paper.clean(words), paper.columns))

    if stationery.logo is not None:
        yield logo_picture(stationery.logo, stationery.shop.name, profile.dots)
    yield Text(paper.clean(texts.test_title), align="center", bold=True, tall=True, wide=True)
    yield Feed()
    yield from lines(texts.test_printer.format(name=printer))
    yield from lines(texts.test_profile.format(profile=profile.name, columns=profile.columns))
    yield Text("".join(str((i + 1) % 10) for i in range(profile.columns)))
    yield from lines(LETTERS)
    yield Feed()
    yield from lines(texts.test_signs)
    for currency, decimals in SIGNS:
        amounts = Amounts(stationery.locale, currency, decimals)
        yield Text(f"{currency}  {paper.money(amounts, 123456)}")
    yield Feed()
    yield from _test_qr(profile, stationery)
    yield Text(paper.clean(texts.test_not_a_receipt), align="center", bold=True)
    yield Cut()


def _test_qr(profile: PrinterProfile, stationery: Stationery) -> Iterator[Picture]:
    yield qr_picture(TEST_CODE, stationery.texts.qr_says.format(code=TEST_CODE), profile.dots)


def _bytes(blocks: tuple[Block, ...] | Iterator[Block], profile: PrinterProfile) -> bytes:
    from console.printing.escpos_bytes import to_bytes  # half a second to import: only where bytes are made

    return to_bytes(blocks, profile)
