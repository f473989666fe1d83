from __future__ import annotations

import email
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from console.back_office import Ledger
from console.cli.app import app
from console.cli.places import DEMO_STORE
from console.cli.printers import queue_file
from console.printing import listening
from console.printing.preview import preview
from console.printing.profiles import profile_of
from console.printing.queue import PrintQueue
from store_layout.reader import read_store
from tests.back_office.visits import closed
from tests.printing.receipts import draw_logo
from tests.printing.tcp_printer import TcpPrinter


def run(*args: str | Path, exits: int = 0) -> Any:
    result: Result = CliRunner().invoke(app, [str(a) for a in args], catch_exceptions=False)
    assert result.exit_code == exits, result.output
    return result


def told(*args: str | Path, exits: int = 0) -> Any:
    return json.loads(run(*args, "--json", exits=exits).stdout)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer with the demo store's ledger: two receipts, and two more that share a code."""
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(listening, "READY_S", 0.5)
    layout = read_store(DEMO_STORE)
    with Ledger.open(tmp_path / "state" / "demo" / "ledger.sqlite") as ledger:
        for i, product in enumerate(layout.catalog[:4], start=1):
            code = "SAME" if i > 2 else f"K{i}-204"
            ledger.post_visit(closed(f"v{i}", code=code, lines=((product.sku, i),)), layout)
    return tmp_path / "state"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """What comes out of the printer ``counter``."""
    run("printers", "add", "counter", f"file:{tmp_path / 'paper'}", "--profile", "58mm")
    return tmp_path / "paper"


def lines_on(paper: Path) -> list[str]:
    return list(preview(paper.read_bytes(), profile_of("58mm")).text)


def test_printers_are_added_listed_changed_and_forgotten() -> None:
    assert told("printers", "list") == []
    run("printers", "add", "counter", "tcp://192.168.1.50", "--profile", "TM-T88V")
    run("printers", "add", "back", "file:/dev/usb/lp0", "--confirmation", "none")
    run("printers", "add", "counter", "tcp://192.168.1.51")
    assert [(p["name"], p["address"], p["profile"]) for p in told("printers", "list")] == [
        ("counter", "tcp://192.168.1.51", "80mm"),
        ("back", "file:/dev/usb/lp0", "80mm"),
    ]
    run("printers", "remove", "counter")
    assert "back" in run("printers", "list").output
    assert "counter" not in run("printers", "list").output
    assert {"80mm", "TM-T88V"} <= {p["name"] for p in told("printers", "profiles")}


def test_a_receipt_is_printed_once_and_then_as_copies(paper: Path) -> None:
    first = told("print", "R-000002")
    assert (first["state"], first["what"], first["copy"]) == ("printed", "R-000002", 0)
    lines = lines_on(paper)
    assert lines[0] == "Corner Shop"
    assert "Receipt                 R-000002" in lines
    assert not any("COPY" in line for line in lines)
    refused = run("print", "2", exits=1)
    assert "was printed; another one is a copy" in refused.stderr
    assert told("print", "K2-204", "--copy")["copy"] == 1
    assert told("print", "2", "--copy")["copy"] == 2
    marks = [line for line in lines_on(paper) if "COPY" in line]
    assert marks == ["* COPY No. 1 *"] * 2 + ["* COPY No. 2 *"] * 2
    jobs = [job["what"] for job in told("printers", "jobs")]
    assert jobs == ["R-000002 copy 2", "R-000002 copy 1", "R-000002"]


def test_the_file_is_what_would_be_printed(paper: Path, tmp_path: Path) -> None:
    run("print", "1", "--to", tmp_path / "r.bin")
    run("print", "1", "--to", tmp_path / "r.png")
    run("print", "1")
    assert (tmp_path / "r.bin").read_bytes() == paper.read_bytes()
    with Image.open(tmp_path / "r.png") as picture:
        assert picture.width == 464
        assert cv2.QRCodeDetectorAruco().detectAndDecode(np.asarray(picture.convert("L")))[0] == "K1-204"
    run("print", "1", "--to", tmp_path / "wide.png", "--profile", "80mm")
    with Image.open(tmp_path / "wide.png") as picture:
        assert picture.width == 639


def test_other_files(tmp_path: Path) -> None:
    for suffix, starts in (("pdf", b"%PDF-"), ("html", b"<!DOCTYPE html>"), ("txt", b"   ")):
        file = tmp_path / "new" / f"r.{suffix}"
        assert told("print", "1", "--to", file)["bytes"] == file.stat().st_size
        assert file.read_bytes().startswith(starts)
    run("print", "1", "--to", tmp_path / "r.eml")
    mail = email.message_from_bytes((tmp_path / "r.eml").read_bytes())
    assert mail["Subject"] == "Receipt R-000001 - Corner Shop"
    copies = [told("print", "1", "--copy", "--to", tmp_path / "c.html")["copy"] for _ in range(2)]
    assert copies == [1, 2]
    assert "COPY No. 2" in (tmp_path / "c.html").read_text()


def test_a_printer_that_dies_in_mid_job_is_asked_about(tmp_path: Path) -> None:
    with TcpPrinter(dies_after=1500) as printer:
        run("printers", "add", "counter", printer.address, "--confirmation", "status")
        asked = run("print", "1", exits=1)
    assert "DID IT PRINT?" in asked.output
    assert "DID IT PRINT?" in run("printers", "jobs").output
    run("printers", "work", exits=1)
    assert "somebody must say" in run("printers", "retry", "1", exits=1).stderr
    with TcpPrinter(port=printer.port) as printer:
        assert told("printers", "answer", "1", "no")["confirmed"] is True
        assert preview(printer.received, profile_of("80mm")).text[0] == "Corner Shop"
    assert told("printers", "work") == {"done": [], "left": []}


def test_a_printer_that_is_off_keeps_jobs_waiting(tmp_path: Path) -> None:
    run("printers", "add", "counter", f"file:{tmp_path / 'off' / 'lp0'}")
    waits = run("print", "1", exits=1)
    assert "waits (" in waits.output
    (tmp_path / "off").mkdir()
    assert told("printers", "retry", "1")["state"] == "printed"
    run("print", "2")
    shutil.rmtree(tmp_path / "off")
    run("print", "2", "--copy", exits=1)
    assert told("printers", "cancel", "3")["state"] == "cancelled"


def test_a_test_page_is_no_receipt(paper: Path) -> None:
    run("printers", "test", "counter", "--locale", "de")
    assert "Dies ist kein Beleg" in lines_on(paper)
    assert "Drucker counter" in lines_on(paper)


def test_a_stores_own_head_language_and_logo(paper: Path, tmp_path: Path, state: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(DEMO_STORE, store)
    (store / "receipt").mkdir()
    (store / "receipt" / "shop.toml").write_text(
        'locale = "de"\naddress = ["Marktplatz 1"]\nqr_prefix = "https://shop.example/r/"\n'
    )
    draw_logo(store / "receipt" / "logo.png")
    run("print", "1", "--store", store, "--ledger", state / "demo" / "ledger.sqlite")
    drawn = preview(paper.read_bytes(), profile_of("58mm"))
    assert drawn.text[:2] == ("Corner Shop", "Marktplatz 1")
    assert any(line.startswith("SUMME") for line in drawn.text)
    pixels = np.asarray(drawn.image)
    assert cv2.QRCodeDetectorAruco().detectAndDecode(pixels[pixels.shape[0] // 2 :])[0] == (
        "https://shop.example/r/K1-204"
    )
    assert (pixels[16:170] < 128).mean() > 0.05


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["print", "99"], "there is no document '99'"),
        (["print", "nothing"], "there is no document 'nothing'"),
        (["print", "SAME"], "2 receipts have the code SAME: say which by its number: R-000004, R-000003"),
        (["print", "1", "--printer", "attic"], "there is no printer 'attic'. Known: counter"),
        (["print", "1", "--locale", "klingon"], "'klingon' is not a locale"),
        (["print", "1", "--to", "receipt.doc"], "ends with one of .pdf, .html"),
        (
            ["print", "1", "--to", "r.png", "--profile", "typewriter"],
            "no printer profile 'typewriter'",
        ),
        (["print", "1", "--ledger", "/nonexistent/l.sqlite"], "there is no ledger here yet"),
        (["printers", "add", "A B", "file:/x"], "is no name for a printer"),
        (["printers", "add", "a", "lpt:1"], "is no address of a printer"),
        (["printers", "test", "attic"], "there is no printer 'attic'"),
        (["printers", "remove", "attic"], "there is no printer 'attic'"),
        (["printers", "cancel", "7"], "there is no print job 7"),
    ],
)
def test_mistakes_are_answered_in_words(
    args: list[str], says: str, paper: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in " ".join(run(*args, exits=1).stderr.split())
    assert not paper.exists()


@pytest.mark.parametrize(
    ("args", "choices"),
    [
        (["printers", "add", "a", "file:/x", "--confirmation", "maybe"], ("process_id", "status", "none")),
        (["printers", "answer", "1", "perhaps"], ("yes", "no")),
    ],
)
def test_what_there_is_to_choose_from_is_said(args: list[str], choices: tuple[str, ...]) -> None:
    said = run(*args, exits=2).stderr
    assert all(f"'{choice}'" in said for choice in choices)


def test_a_job_behind_one_that_cannot_be_sent_says_so() -> None:
    run("printers", "add", "off", "tcp://127.0.0.1:1")
    words = "nobody answers at that port: is the printer on"
    assert words in run("printers", "test", "off", exits=1).output
    waits = run("printers", "retry", "1", exits=1).output
    assert words in waits
    run("printers", "test", "off", exits=1)
    with PrintQueue.open(queue_file()) as queue:
        queue.retry(1)  # due again, and so before the second
    third = run("printers", "test", "off", exits=1).output
    assert "Print job 3, test page on off: waits (job 1, which comes before it, is not printed: 127" in third
    assert words in third


def test_a_receipt_of_another_store_is_refused(paper: Path, tmp_path: Path, state: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(DEMO_STORE, store)
    text = (store / "store.toml").read_text().replace('id = "corner-shop"', 'id = "other-shop"', 1)
    (store / "store.toml").write_text(text)
    said = run("print", "1", "--store", store, "--ledger", state / "demo" / "ledger.sqlite", exits=1).stderr
    assert "R-000001 is of the store corner-shop" in said
    assert not paper.exists()


def test_ledgers_with_the_same_numbers_do_not_share_copies(paper: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    layout = read_store(DEMO_STORE)
    with Ledger.open(other) as ledger:
        ledger.post_visit(closed("v9", lines=((layout.catalog[5].sku, 1),)), layout)
    assert told("print", "1")["state"] == "printed"
    assert told("print", "1", "--ledger", other)["state"] == "printed"
    assert lines_on(paper).count("Receipt                 R-000001") == 2


def test_following_prints_what_others_queue_until_it_is_stopped(paper: Path, state: Path) -> None:
    follower = subprocess.Popen(
        [sys.executable, "main.py", "printers", "work", "--follow", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with PrintQueue.open(state / "print_jobs.sqlite") as queue:
            queue.add("counter", "test page", b"\x1b@hello\n")
        assert follower.stdout is not None
        assert json.loads(follower.stdout.readline())["state"] == "printed"
    finally:
        follower.send_signal(signal.SIGINT)
        rest, _ = follower.communicate(timeout=100)
    assert json.loads(rest) == {"done": [], "left": []}
    assert follower.returncode == 0
    assert paper.read_bytes() == b"\x1b@hello\n"
