"""A report as PDF on A4: the letters of the receipts, as text that can be searched."""

from __future__ import annotations

from console.back_office.reports.sheets import Sheet
from console.printing.pdf import CELL_MM, LINE_MM, pdf_of
from console.printing.report_layout import paginated, report_lines

PAGE_MM = (210.0, 297.0)
MARGIN_MM = 15.0
WIDTH = int((PAGE_MM[0] - 2 * MARGIN_MM) / CELL_MM)
"""Characters across."""
LINES = int((PAGE_MM[1] - 2 * MARGIN_MM) / LINE_MM)


def report_pdf(sheet: Sheet) -> bytes:
    """A PDF file of as many pages as the report needs."""
    foot = " · ".join([sheet.title, *(words for _, words in sheet.facts[:2])])
    pages = paginated(report_lines(sheet, WIDTH), LINES, foot)
    return pdf_of(pages, PAGE_MM, (MARGIN_MM, MARGIN_MM), foot)
