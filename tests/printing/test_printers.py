from __future__ import annotations

from pathlib import Path

import pytest

from console.printing.printers import (
    Address,
    PrintersError,
    PrinterSettings,
    choose,
    parse_address,
    read_printers,
    write_printers,
)

COUNTER = PrinterSettings(name="counter", address="tcp://192.168.1.50", profile="TM-T88V")
BACK = PrinterSettings(name="back-office", address="system:Office", confirmation="none")


def test_printers_are_kept_in_their_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "printers.toml"
    assert read_printers(path) == ()
    write_printers(path, (COUNTER, BACK))
    assert read_printers(path) == (COUNTER, BACK)
    assert [file.name for file in path.parent.iterdir()] == ["printers.toml"]
    assert COUNTER.model.confirmation == "status"
    assert BACK.model.confirmation == "none"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("tcp://192.168.1.50", Address("tcp", "192.168.1.50", 9100)),
        ("tcp://printer.shop:9101/", Address("tcp", "printer.shop", 9101)),
        ("tcp://[::1]:9100", Address("tcp", "::1", 9100)),
        ("serial:/dev/ttyUSB0", Address("serial", "/dev/ttyUSB0", 9600)),
        ("serial:COM3?baud=38400", Address("serial", "COM3", 38400)),
        ("usb:04B8:0202", Address("usb", "04b8:0202")),
        ("file:/dev/usb/lp0", Address("file", "/dev/usb/lp0")),
        ("system:HP LaserJet", Address("system", "HP LaserJet")),
        ("system:", Address("system", "")),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "192.168.1.50",
        "tcp://",
        "tcp://h:99999",
        "tcp://h/x",
        "serial:",
        "serial:/x?speed=1",
        "serial:/x?baud=y",
        "usb:04b8",
        "usb:04b8:02zz",
        "file:",
        "lpt:1",
        "system",
    ],
)
def test_wrong_addresses_are_answered_with_right_ones(text: str) -> None:
    with pytest.raises(PrintersError, match=r"is no address of a printer .* Write tcp://192\.168"):
        parse_address(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[printer]]\nname = 'a'\n", "missing required field `address`"),
        ("[[printer]]\nname = 'A b'\naddress = 'file:/x'\n", "is no name for a printer"),
        (
            "[[printer]]\nname = 'a'\naddress = 'file:/x'\nprofile = 'typewriter'\n",
            "a: there is no printer profile",
        ),
        ("[[printer]]\nname = 'a'\naddress = 'file:/x'\n" * 2, "two printers are called a"),
        ("[[printer]]\nname = 'a'\naddress = 'file:/x'\npaper = 3\n", "unknown field `paper`"),
        ("[[", "Mend it, or delete it"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "printers.toml"
    path.write_text(text)
    with pytest.raises(PrintersError, match=says):
        read_printers(path)


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(PrintersError, match="cannot be written"):
        write_printers(tmp_path / "taken" / "printers.toml", (COUNTER,))


def test_the_first_printer_is_taken_where_none_is_named() -> None:
    assert choose((COUNTER, BACK), None) == COUNTER
    assert choose((COUNTER, BACK), "back-office") == BACK
    with pytest.raises(PrintersError, match="Known: counter, back-office"):
        choose((COUNTER, BACK), "attic")
    with pytest.raises(PrintersError, match="printers add"):
        choose((), None)
