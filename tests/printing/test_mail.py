from __future__ import annotations

import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from console.printing.document import PrintableLine, PrintableReceipt
from console.printing.dots import qr_modules
from console.printing.mail import html, message, plain_text
from tests.printing.documents import documents
from tests.printing.receipts import receipt, simple, stationery

VOID = {"meta", "br"}


class Reader(HTMLParser):
    """What a mail program would find."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = html(receipt(), stationery())
    found = Reader(page)
    assert not {"script", "style", "link", "img", "iframe", "form"} & {tag for tag, _ in found.tags}
    assert not re.search(r"https?:|url\(|src=|\bon\w+=", page)
    assert len(page.encode()) < 60_000  # mail programs cut at about 100 kB


def test_it_says_what_the_paper_says() -> None:
    words = Reader(html(receipt(copy=3), stationery("de"))).words
    for said in ("Corner Shop", "KOPIE Nr. 3", "Beleg R-000012", "18.11.2026, 12:06:40", "Pfand", "2 × 1,49"):
        assert said in words
    assert "9,47\u00a0€" in words
    assert "Karte ****1234" in words
    assert not any("KOPIE" in word for word in Reader(html(receipt(), stationery("de"))).words)


def test_a_correction_says_what_it_refers_to_and_why() -> None:
    words = Reader(html(documents()["refund"], stationery("de"))).words
    for said in ("Erstattung C-000001", "Zu Beleg R-000001", "Grund: falscher Artikel", "Pfand"):
        assert said in words
    assert "Karte ****4242, erstattet" in words
    assert any(word.startswith("Zahlung ") for word in words)
    cash = Reader(html(documents()["cash"], stationery())).words
    assert cash.index("TOTAL") < cash.index("Rounding") < cash.index("Cash")
    assert "K1-204, K2-204" in Reader(html(documents()["group"], stationery())).words


def test_it_can_be_read_by_those_who_do_not_see_it() -> None:
    found = Reader(html(receipt(), stationery("de")))
    assert ("html", {"lang": "de"}) in found.tags
    assert [attrs["aria-label"] for _, attrs in found.tags if attrs.get("role") == "img"] == [
        "Code dieses Belegs: K1-204"
    ]
    heads = [attrs.get("scope") for tag, attrs in found.tags if tag == "th"]
    assert None not in heads
    assert {"col", "row"} == set(heads)
    tables = [attrs for tag, attrs in found.tags if tag == "table"]
    assert [attrs.get("role") for attrs in tables] == [None, None, "presentation"]  # lines, taxes, QR code


def test_a_products_name_cannot_write_html() -> None:
    line = PrintableLine('<img src=x onerror="alert(1)">&', 1, 947, 947, 700)
    page = html(receipt(lines=(line,)), stationery())
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_the_qr_code_is_drawn_right() -> None:
    page = html(receipt(), stationery())
    rows = re.findall(r'<tr style="height:6px">(.*?)</tr>', page)
    modules = qr_modules("K1-204")
    assert len(rows) == len(modules)
    drawn = []
    for row in rows:
        cells = re.findall(r'colspan="(\d+)"[^>]*?(bgcolor)?(?:="#000000")?>', row)
        drawn.append([bool(black) for count, black in cells for _ in range(int(count))])
    assert drawn == [list(row) for row in modules]
    image = np.pad(np.kron(np.where(np.array(drawn), 0, 255), np.ones((6, 6))), 24, constant_values=255)
    assert cv2.QRCodeDetectorAruco().detectAndDecode(image.astype(np.uint8))[0] == "K1-204"


def test_the_plain_text_is_a_receipt() -> None:
    lines = plain_text(receipt(copy=1), stationery()).splitlines()
    assert lines[0].strip() == "Corner Shop"
    assert "TOTAL                                      €9.47" in lines
    assert sum("COPY No. 1" in line for line in lines) == 2
    assert max(len(line) for line in lines) <= 48


@pytest.mark.parametrize("what", [receipt(), simple("KWD", 3, 5), simple("EUR", 2, 0, lines=(), taxes=())])
def test_a_message_has_both(what: PrintableReceipt) -> None:
    mail = message(what, stationery("de"), "shop@example.org", "you@example.org")
    assert mail["Subject"] == "Beleg R-000012 - Corner Shop"
    parts = [part.get_content_type() for part in mail.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    again = mail.as_bytes()
    assert max(len(line) for line in again.splitlines()) <= 998  # SMTP's longest line


def test_a_shops_name_cannot_write_headers() -> None:
    from console.printing.document import ShopHead

    evil = receipt(shop=ShopHead("Shop\nBcc: all@example.org"))
    assert "Bcc" not in message(evil, stationery()).keys()  # noqa: SIM118 - a header, not a key of a dict
