"""A stored document with all that is printed with it, and what can be made of it: jobs and files."""

from __future__ import annotations

import msgspec

from console.back_office.ledger import Ledger
from console.back_office.payment_rows import Moved, moved
from console.back_office.records import CorrectionRow, DocumentRow
from console.printing.document import PrintableReceipt
from console.printing.from_ledger import printable, printable_correction
from console.printing.jobs import Format
from console.printing.layout import Paper
from console.printing.paper_jobs import receipt_blocks, receipt_job
from console.printing.printers import PrinterSettings
from console.printing.profiles import PrinterProfile
from console.printing.stationery import Stationery

FILES = (".pdf", ".html", ".txt", ".eml", ".png", ".bin")


class StoredPaper(msgspec.Struct, frozen=True):
    """A receipt, a refund or a supplement."""

    row: DocumentRow | CorrectionRow
    of: DocumentRow
    """Its receipt: of a receipt, itself."""
    moved: tuple[Moved, ...]

    @property
    def label(self) -> str:
        """Series and number."""
        return self.row.label

    @property
    def key(self) -> str:
        """What the print queue knows it by: no other document of any ledger has it."""
        return f"{self.row.label} {self.row.hash}"

    def on(self, stationery: Stationery, time_zone: str) -> PrintableReceipt:
        """As it is printed on a shop's stationery. Raises ``UnprintableError``."""
        shop, prefix = stationery.shop, stationery.qr_prefix
        if isinstance(self.row, DocumentRow):
            return printable(self.row, shop, time_zone, moved=self.moved, qr_prefix=prefix)
        return printable_correction(self.row, self.of, shop, time_zone, moved=self.moved, qr_prefix=prefix)


def stored_paper(ledger: Ledger, row: DocumentRow | CorrectionRow, of: DocumentRow) -> StoredPaper:
    """The document with the money that changed hands because of it. ``of``: its receipt."""
    return StoredPaper(row, of, tuple(moved(ledger, of.number, row.label)))


def job_body(
    document: PrintableReceipt, printer: PrinterSettings, stationery: Stationery
) -> tuple[bytes, Format]:
    """What is queued for a printer of whatever kind."""
    if printer.where.kind != "system":
        return receipt_job(document, printer.model, stationery), "escpos"
    from console.printing import pdf, system_printer

    blocks = receipt_blocks(document, Paper(pdf.COLUMNS), pdf.DOTS, stationery)
    return system_printer.pack(blocks), "blocks"


def file_bytes(
    document: PrintableReceipt, stationery: Stationery, suffix: str, profile: PrinterProfile
) -> bytes:
    """The document as a file of one of :data:`FILES`. ``profile``: of the printer, for ``.png``, ``.bin``."""
    if suffix in {".png", ".bin"}:
        job = receipt_job(document, profile, stationery)
        if suffix == ".bin":
            return job
        from console.printing.preview import png_bytes, preview

        return png_bytes(preview(job, profile))
    if suffix == ".pdf":
        from console.printing.pdf import pdf

        return pdf(document, stationery)
    from console.printing import mail

    match suffix:
        case ".html":
            return mail.html(document, stationery).encode()
        case ".eml":
            return mail.message(document, stationery).as_bytes()
        case ".txt":
            return mail.plain_text(document, stationery).encode()
        case _:
            raise ValueError(f"{suffix!r}: the name ends with one of {', '.join(FILES)}")
