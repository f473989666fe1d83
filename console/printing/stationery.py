"""What a shop's receipts have in common: its head, its language, its logo.

Read from ``receipt/`` in the store folder: ``shop.toml`` and ``logo.png``, both may be missing.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from PIL import Image, UnidentifiedImageError

from console.language import tr
from console.printing.document import ShopHead
from console.printing.texts import ReceiptTexts, texts_for

FOLDER = "receipt"
SHOP_FILE = "shop.toml"
LOGO_FILE = "logo.png"
MOST_LOGO_PIXELS = 20_000_000
"""A picture of more is a mistake, and would take a PC's memory to open."""


class StationeryError(ValueError):
    """A file in the ``receipt`` folder cannot be used; names it and the remedy."""


class ShopFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``shop.toml``: what stands on every receipt."""

    locale: str = "en"
    """Language and customs of numbers and dates: ``de``, ``en_GB``."""
    address: tuple[str, ...] = ()
    tax_id: str = ""
    footer: tuple[str, ...] = ()
    qr_prefix: str = ""
    """Before the code in the QR code, e.g. the address of a page that shows receipts."""


class Stationery(msgspec.Struct, frozen=True):
    """Ready to print on."""

    shop: ShopHead
    locale: str = "en"
    qr_prefix: str = ""
    logo: Path | None = None

    @property
    def texts(self) -> ReceiptTexts:
        """The words in this language."""
        return texts_for(self.locale)


def read_stationery(store: Path | None, name: str, locale: str | None = None) -> Stationery:
    """What the store folder says; ``locale`` overrules it. Raises :class:`StationeryError`."""
    file = ShopFile()
    logo = None
    if store is not None:
        folder = store / FOLDER
        file = _shop_file(folder / SHOP_FILE)
        logo = folder / LOGO_FILE if (folder / LOGO_FILE).exists() else None
    return Stationery(
        shop=ShopHead(name=name, address=file.address, tax_id=file.tax_id, footer=file.footer),
        locale=locale or file.locale,
        qr_prefix=file.qr_prefix,
        logo=logo,
    )


def _shop_file(path: Path) -> ShopFile:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=ShopFile)
    except FileNotFoundError:
        return ShopFile()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        known = ", ".join(ShopFile.__struct_fields__)
        raise StationeryError(
            tr("{path}: {error}. It may hold: {known}", path=path, error=error, known=known)
        ) from error


def open_logo(path: Path) -> Image.Image:
    """The logo in grey, on white where it is transparent. Raises :class:`StationeryError`."""
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MOST_LOGO_PIXELS:
                raise StationeryError(
                    tr(
                        "{path}: {width}x{height} pixels are too many for a logo; 1000 across are enough",
                        path=path,
                        width=picture.width,
                        height=picture.height,
                    )
                )
            seen = picture.convert("RGBA")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise StationeryError(
            tr("{path}: cannot be read as a picture ({error}); save it as PNG", path=path, error=error)
        ) from error
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("L")
