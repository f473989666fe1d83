from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from console.back_office.receipts import price_visit
from console.back_office.records import DocumentRow
from console.printing.dots import logo_picture
from console.printing.from_ledger import printable
from console.printing.stationery import StationeryError, read_stationery
from tests.back_office.visits import closed, layout
from tests.printing.receipts import SHOP, draw_logo


def test_a_store_folder_says_what_stands_on_its_receipts(tmp_path: Path) -> None:
    folder = tmp_path / "receipt"
    folder.mkdir()
    draw_logo(folder / "logo.png")
    (folder / "shop.toml").write_text(
        'locale = "de"\naddress = ["Hauptstraße 1"]\ntax_id = "DE1"\nfooter = ["Bis bald"]\n',
        encoding="utf-8",
    )
    told = read_stationery(tmp_path, "Laden")
    assert (told.shop.name, told.shop.address, told.shop.footer) == (
        "Laden",
        ("Hauptstraße 1",),
        ("Bis bald",),
    )
    assert told.logo == folder / "logo.png"
    assert told.texts.total == "SUMME"
    assert read_stationery(tmp_path, "Laden", "en").texts.total == "TOTAL"


def test_a_store_folder_that_says_nothing_is_fine(tmp_path: Path) -> None:
    told = read_stationery(tmp_path, "Shop")
    assert (told.shop.address, told.logo, told.locale) == ((), None, "en")
    assert read_stationery(None, "Shop").shop.name == "Shop"


@pytest.mark.parametrize("text", ['adress = ["x"]', "address = 7", "address = [", "\xff"])
def test_a_wrong_file_is_named_with_what_it_may_hold(tmp_path: Path, text: str) -> None:
    (tmp_path / "receipt").mkdir()
    (tmp_path / "receipt" / "shop.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(StationeryError, match=r"shop\.toml: .*It may hold: locale, address"):
        read_stationery(tmp_path, "Shop")


def test_a_logo_is_made_to_fit_and_a_broken_one_is_an_error(tmp_path: Path) -> None:
    logo = draw_logo(tmp_path / "logo.png")
    assert (logo_picture(logo, "house", 576).width, logo_picture(logo, "house", 576).height) == (320, 160)
    Image.new("RGB", (1000, 10)).save(tmp_path / "flat.png")
    assert (logo_picture(tmp_path / "flat.png", "", 384).width) == 384
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(StationeryError, match=r"text\.png: cannot be read as a picture"):
        logo_picture(tmp_path / "text.png", "", 384)


def test_a_document_of_the_ledger_becomes_a_printable_one() -> None:
    priced = price_visit(closed(lines=(("cola", 2), ("milk", 1))), layout())
    row = DocumentRow("R", 12, priced, 1, "hash")
    made = printable(row, SHOP, "Europe/Berlin", qr_prefix="https://shop.example/r/")
    assert (made.number, made.total, made.decimals, made.copy) == ("R-000012", 417, 2, 0)
    assert [(line.name, line.quantity, line.amount) for line in made.lines] == [
        ("Cola", 2, 298),
        ("Milk", 1, 119),
    ]
    assert [t.basis_points for t in made.taxes] == [700, 1900]
    assert made.qr == "https://shop.example/r/K1-204"
    with pytest.raises(ValueError, match="R-000012: 'Mars' is not a time zone"):
        printable(row, SHOP, "Mars")
