"""Receipts for the printing tests: one for each thing that paper gets wrong."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from console.printing.document import (
    Payment,
    PrintableLine,
    PrintableReceipt,
    PrintableTax,
    ShopHead,
)
from console.printing.stationery import Stationery

SHOP = ShopHead("Corner Shop", ("Hauptstraße 1", "10115 Berlin"), "DE123456789")


def receipt(**changes: object) -> PrintableReceipt:
    """Two rates, a deposit, a long name, two of one thing; paid by card."""
    values: dict[str, object] = {
        "shop": SHOP,
        "number": "R-000012",
        "code": "K1-204",
        "issued_at": 1_795_000_000.0,
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "decimals": 2,
        "lines": (
            PrintableLine("Cola 0.5 l", 2, 149, 298, 1900),
            PrintableLine("Cola 0.5 l", 2, 25, 50, 1900, below=True, is_deposit=True),
            PrintableLine("Käse-Schinken-Baguette mit Röstzwiebeln, extra groß", 1, 599, 599, 700),
        ),
        "taxes": (PrintableTax(700, 560, 39, 599), PrintableTax(1900, 292, 56, 348)),
        "total": 947,
        "payments": (Payment("card", 947, "1234"),),
        "qr": "K1-204",
    }
    return PrintableReceipt(**{**values, **changes})  # type: ignore[arg-type]  # test data by name


def simple(currency: str, decimals: int, amount: int, **changes: object) -> PrintableReceipt:
    """One line in some currency."""
    values: dict[str, object] = {
        "currency": currency,
        "decimals": decimals,
        "lines": (PrintableLine("Tea", 1, amount, amount, 0),),
        "taxes": (PrintableTax(0, amount, 0, amount),),
        "total": amount,
        "payments": (),
    }
    return receipt(**{**values, **changes})


def stationery(locale: str = "en", logo: Path | None = None) -> Stationery:
    """The shop's, in some language."""
    return Stationery(shop=SHOP, locale=locale, logo=logo)


def draw_logo(path: Path) -> Path:
    """A house, 400 x 200 pixels, transparent around."""
    image = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.polygon(((200, 10), (330, 90), (70, 90)), fill=(0, 0, 0, 255))
    draw.rectangle((100, 90, 300, 190), fill=(90, 90, 90, 255))
    draw.rectangle((180, 130, 220, 190), fill=(255, 255, 255, 255))
    image.save(path)
    return path
