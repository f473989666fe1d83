from __future__ import annotations

import logging

import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.printing import code_pages
from console.printing.blocks import Picture, Text
from console.printing.commands import UnknownCommandError, commands, listing
from console.printing.document import PrintableLine
from console.printing.escpos_bytes import to_bytes
from console.printing.layout import Paper, lay_out
from console.printing.paper_jobs import receipt_job
from console.printing.preview import Preview, preview
from console.printing.profiles import GENERAL, UnknownProfileError, profile_of, usable_models
from console.printing.texts import texts_for
from tests.printing.golden import CASES, FOLDER, golden_job
from tests.printing.receipts import draw_logo, receipt, simple, stationery

EURO = {"58mm": b"\xd5", "80mm": b"\xd5", "TM-T88V": b"\xd5", "NT-5890K": b"\xd5"}


@pytest.mark.parametrize("case", CASES)
def test_the_bytes_are_what_they_were(case: str) -> None:
    """Where a change is meant: ``python -m tests.printing.golden``, and look at the difference."""
    assert listing(golden_job(case)) == (FOLDER / f"{case}.txt").read_text()


@pytest.mark.parametrize("profile", EURO)
def test_the_euro_goes_out_in_a_page_that_has_it_at_the_place_where_it_is(profile: str) -> None:
    kind = profile_of(profile)
    job = receipt_job(receipt(), kind, stationery("de"))
    chosen = [c.numbers[0] for c in commands(job) if c.name == "ESC t"]
    assert chosen == [dict(kind.code_pages)["CP858"]]  # the very first, and never another
    assert any(c.data.endswith(EURO[profile]) for c in commands(job) if c.name == "text")


def test_other_letters_change_the_page_and_back() -> None:
    kind = profile_of("80mm")
    job = to_bytes([Text("Łódź €"), Text("Молоко"), Text("plain")], kind)
    pages = [c.numbers[0] for c in commands(job) if c.name == "ESC t"]
    numbers = dict(kind.code_pages)
    assert pages == [numbers[p] for p in ("CP858", "CP852", "CP858", "CP866", "CP858")]
    assert preview(job, kind).text == ("Łódź €", "Молоко", "plain")


def test_what_no_page_has_is_written_plainly() -> None:
    pages = ("CP858",)
    assert code_pages.printable("Crème “brûlée” – 5\u202f€…", pages) == 'Crème "brûlée" - 5 €...'
    assert code_pages.printable("Đặc biệt 緑茶 ™", ("CP858",)) == "Dac biet ?? TM"
    assert code_pages.printable("e\u0301", pages) == "é"
    assert code_pages.printable("", pages) == ""


def test_a_products_name_cannot_speak_to_the_printer() -> None:
    evil = PrintableLine("Tea\x1b@\x1dV\x00\n\x10\x14", 1, 947, 947, 700)
    taxes = receipt().taxes
    job = receipt_job(receipt(lines=(evil,), taxes=taxes), profile_of("80mm"), stationery())
    names = [c.name for c in commands(job)]
    assert names.count("ESC @") == 1
    assert names.count("GS V") == 1
    assert any(line.startswith("Tea @ V") for line in preview(job, profile_of("80mm")).text)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40), st.sampled_from([p.name for p in GENERAL] + ["NT-5890K", "TM-P80"]))
def test_any_text_comes_out_as_it_was_made_printable(text: str, name: str) -> None:
    kind = profile_of(name)
    wanted = code_pages.printable(text, kind.pages)[: kind.columns]
    assert preview(to_bytes([Text(wanted)], kind), kind).text == (wanted,)


def test_pictures_go_out_in_the_middle_and_in_bands() -> None:
    kind = profile_of("58mm")
    black = Picture("logo", "black", 80, 500, b"\xff" * 10 * 500)
    job = to_bytes([black], kind)
    assert [c.numbers[2] for c in commands(job) if c.name == "GS v 0"] == [240, 240, 20]
    image = np.asarray(preview(job, kind).image)
    dark = np.argwhere(image < 128)
    left = (image.shape[1] - 80) // 2
    assert (dark.min(0)[1], dark.max(0)[1]) == (left, left + 79)
    assert len(dark) == 80 * 500
    with pytest.raises(ValueError, match="400 dots do not fit a roll of 384"):
        to_bytes([Picture("logo", "", 400, 1, b"\xff" * 50)], kind)


def test_profiles_of_models_are_taken_from_the_database() -> None:
    model = profile_of("TM-T88V")
    assert (model.columns, model.dots, model.paper_mm, model.confirmation) == (42, 512, 80, "status")
    assert profile_of("NT-5890K").paper_mm == 58
    assert "TSP600" not in usable_models()  # speaks another language
    with pytest.raises(UnknownProfileError, match=r"Known: 80mm, 80mm-42, 58mm, .*TM-T88V"):
        profile_of("typewriter")
    with pytest.raises(UnknownProfileError, match="does not say how wide AF-240"):
        profile_of("AF-240")
    for name in usable_models()[::4]:
        kind = profile_of(name)
        drawn = preview(receipt_job(receipt(), kind, stationery("de")), kind)
        assert max(len(line) for line in drawn.text) <= kind.columns


def test_the_library_leaves_the_logging_alone() -> None:
    from console.printing import escpos_library

    assert escpos_library.Dummy
    assert not any(type(h) is logging.StreamHandler for h in logging.root.handlers)


# -- the picture --------------------------------------------------------------------------------------


def drawn(case: str) -> Preview:
    return preview(golden_job(case), profile_of(CASES[case][0]))


@pytest.mark.parametrize("case", [c for c in CASES if CASES[c][2] is not None])
def test_the_picture_shows_what_was_laid_out(case: str) -> None:
    name, locale, what = CASES[case]
    assert what is not None
    kind = profile_of(name)
    blocks = lay_out(what, Paper.of(kind), texts_for(locale), locale)
    said = [line for line in drawn(case).text if line]
    assert [b.text for b in blocks if isinstance(b, Text)] == [line for line in said if line != what.code]


@pytest.mark.parametrize("case", CASES)
def test_the_qr_code_in_the_picture_can_be_read(case: str) -> None:
    image = np.asarray(drawn(case).image)
    found, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(image)
    what = CASES[case][2]
    assert found == ("TEST" if what is None else what.qr)


def test_the_roll_is_as_wide_as_its_paper_and_nothing_leaves_it() -> None:
    for name, wide in (("58mm", 464), ("80mm", 639)):
        kind = profile_of(name)
        image = np.asarray(preview(receipt_job(receipt(copy=1), kind, stationery()), kind).image)
        assert image.shape[1] == wide
        dark = np.argwhere(image < 128)
        margin = (wide - kind.dots) // 2
        assert dark.min(0)[1] >= margin
        assert dark.max(0)[1] < margin + kind.dots


def test_sizes_and_emphasis_are_as_on_paper() -> None:
    kind = profile_of("80mm")

    def ink(block: Text) -> tuple[int, int, int]:
        dark = np.argwhere(np.asarray(preview(to_bytes([block], kind), kind).image) < 128)
        high, wide = dark.max(0) - dark.min(0) + 1
        return int(high), int(wide), len(dark)

    high, wide, dots = ink(Text("H"))
    assert ink(Text("H", tall=True)) == (2 * high, wide, 2 * dots)
    assert ink(Text("H", tall=True, wide=True)) == (2 * high, 2 * wide, 4 * dots)
    assert ink(Text("H", bold=True))[0] == high
    assert ink(Text("H", bold=True))[2] > dots


def test_alignment_is_the_printers() -> None:
    kind = profile_of("58mm")

    def left_edge(block: Text) -> int:
        image = np.asarray(preview(to_bytes([block], kind), kind).image)
        return int(np.argwhere(image < 128).min(0)[1])

    left, middle, right = (left_edge(Text("HH", align=a)) for a in ("left", "center", "right"))
    assert (middle - left, right - left) == (15 * 12, 30 * 12)


def test_a_cutter_cuts_and_a_printer_without_one_only_feeds() -> None:
    assert len(drawn("80mm-jpy").cuts) == 1
    assert drawn("58mm-de").cuts == ()
    full = msgspec.structs.replace(profile_of("80mm"), cutter="full")
    assert receipt_job(receipt(), full, stationery()).endswith(b"\x1bd\x06\x1dV\x00")


def test_the_logo_stands_on_top(tmp_path: object) -> None:
    from pathlib import Path

    kind = profile_of("80mm")
    logo = draw_logo(Path(str(tmp_path)) / "logo.png")
    with_it = preview(receipt_job(receipt(), kind, stationery(logo=logo)), kind).image
    without = preview(receipt_job(receipt(), kind, stationery()), kind).image
    assert with_it.height - without.height == 160  # twice as wide as high: the height decides
    band = np.asarray(with_it)[16:176]
    assert 0.1 < (band < 128).mean() < 0.6


@pytest.mark.parametrize("junk", [b"\x1bZ", b"\x1d", b"\x00", b"\x1dv0\x00\x02\x00\x02\x00abc", b"\x1b"])
def test_bytes_that_are_not_ours_are_named_and_not_guessed(junk: bytes) -> None:
    with pytest.raises(UnknownCommandError, match="byte "):
        list(commands(b"fine\n" + junk))


def test_a_page_that_the_printer_lacks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no code page 99"):
        preview(b"\x1bt\x63", profile_of("80mm"))


def test_a_line_that_is_too_long_is_broken_as_a_printer_does() -> None:
    kind = profile_of("58mm")
    assert preview(b"x" * 40 + b"\n", kind).text == ("x" * 32, "x" * 8)


def test_twice_gives_the_same_bytes() -> None:
    kind = profile_of("80mm")
    assert receipt_job(receipt(), kind, stationery()) == receipt_job(receipt(), kind, stationery())
    assert receipt_job(simple("EUR", 2, 1), kind, stationery())[:2] == b"\x1b@"
