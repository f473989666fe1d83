from __future__ import annotations

import queue as queues
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from console.printing import delivery, listening
from console.printing.jobs import Job
from console.printing.printers import PrinterSettings
from console.printing.queue import PrintQueue
from console.printing.spooler import Spooler
from console.printing.wires import Wire, wire_to
from tests.printing.golden import golden_job
from tests.printing.tcp_printer import TcpPrinter

BODY = golden_job("80mm-en-gb")


LIMIT_S = 60.0


def patient(printer: PrinterSettings) -> Wire:
    return wire_to(printer.where, timeout_s=LIMIT_S)


def wait_for(true: Callable[[], bool], within_s: float = LIMIT_S) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_printer_that_stalls_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "READY_S", LIMIT_S)
    tried: queues.Queue[Job] = queues.Queue()
    with (
        TcpPrinter(stalls_after=500) as stalled,
        TcpPrinter() as well,
        PrintQueue.open(tmp_path / "print.sqlite") as queue,
    ):
        printers = [
            PrinterSettings(name="stalled", address=stalled.address),
            PrinterSettings(name="well", address=well.address),
            PrinterSettings(name="office", address="system:Office"),
        ]
        queue.add("stalled", "one", BODY * 5)
        with Spooler(queue.path, printers, tried.put, make_wire=patient, poll_s=60.0) as spooler:
            wait_for(lambda: stalled.connections == 1)
            queue.add("well", "two", BODY)
            spooler.nudge()
            first = tried.get(timeout=LIMIT_S)
            assert (first.what, first.state) == ("two", "printed")
            stalled.give_up()
            second = tried.get(timeout=LIMIT_S)
            assert (second.what, second.state) == ("one", "unknown")
        assert well.received == BODY


def test_what_waited_for_a_printer_is_printed_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FIRST_WAIT_S", 0.05)
    tried: queues.Queue[Job] = queues.Queue()
    with PrintQueue.open(tmp_path / "print.sqlite") as queue:
        queue.add("counter", "one", BODY)
        printer = PrinterSettings(name="counter", address=f"file:{tmp_path / 'off' / 'lp0'}")
        with Spooler(queue.path, [printer], tried.put, poll_s=0.05):
            assert tried.get(timeout=LIMIT_S).state == "queued"
            (tmp_path / "off").mkdir()
            states = [tried.get(timeout=LIMIT_S).state]
            while states[-1] == "queued":
                states.append(tried.get(timeout=LIMIT_S).state)
            assert states[-1] == "printed"
        assert (tmp_path / "off" / "lp0").read_bytes() == BODY


def test_a_queue_that_cannot_be_opened_is_said_and_tried_again(
    tmp_path: Path, expected_logs: list[str]
) -> None:
    expected_logs.append("cannot be opened as a print queue")
    path = tmp_path / "print.sqlite"
    path.mkdir()
    tried: queues.Queue[Job] = queues.Queue()
    printer = PrinterSettings(name="counter", address=f"file:{tmp_path / 'paper'}")
    with Spooler(path, [printer], tried.put, poll_s=0.05):
        time.sleep(0.2)
        path.rmdir()
        wait_for(path.exists)
        with PrintQueue.open(path) as queue:
            queue.add("counter", "one", BODY)
        assert tried.get(timeout=LIMIT_S).state == "printed"
