from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.printing import delivery, listening, wires
from console.printing.delivery import print_due
from console.printing.jobs import Job
from console.printing.paper_jobs import receipt_job
from console.printing.printer_lock import printer_lock
from console.printing.printers import PrinterSettings, parse_address
from console.printing.profiles import Confirmation
from console.printing.queue import PrintQueue
from console.printing.wires import Wire, WireError, wire_to
from tests.printing.golden import golden_job
from tests.printing.receipts import receipt, stationery
from tests.printing.tcp_printer import TcpPrinter
from tests.support.ports import free_port

BODY = golden_job("80mm-en-gb")
LONG = BODY * 5
"""More than the network's buffers hold."""
QUERIES = 9
"""Bytes that ask the printer how it is, before a job."""


LIMIT_S = 60.0
"""For what comes: this costs only the tests that fail."""
SOON_S = 0.5
"""For what never comes."""


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrintQueue]:
    monkeypatch.setattr(listening, "READY_S", LIMIT_S)
    with PrintQueue.open(tmp_path / "print.sqlite") as opened:
        yield opened


def settings(address: str, confirmation: Confirmation = "status") -> PrinterSettings:
    return PrinterSettings(name="counter", address=address, confirmation=confirmation)


def run(
    queue: PrintQueue, printer: PrinterSettings, confirm_s: float = LIMIT_S, timeout_s: float = LIMIT_S
) -> list[Job]:
    """``timeout_s``: until a printer that takes no more is given up."""

    def wire(to: PrinterSettings) -> Wire:
        return wire_to(to.where, timeout_s=timeout_s)

    return print_due(queue, printer, make_wire=wire, confirm_s=confirm_s)


@pytest.mark.parametrize("confirmation", ["process_id", "status", "none"])
def test_a_job_arrives_byte_for_byte(queue: PrintQueue, confirmation: Confirmation) -> None:
    queue.add("counter", "one", BODY)
    queue.add("counter", "two", BODY)
    with TcpPrinter() as printer:
        done = run(queue, settings(printer.address, confirmation))
        deadline = time.monotonic() + LIMIT_S
        while printer.received != BODY * 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert printer.received == BODY * 2
    assert [(j.what, j.state, j.confirmed) for j in done] == [
        ("one", "printed", confirmation != "none"),
        ("two", "printed", confirmation != "none"),
    ]


def test_a_printer_that_refuses_and_comes_back(queue: PrintQueue) -> None:
    queue.add("counter", "one", BODY)
    queue.add("counter", "two", BODY)
    port = free_port()
    refused = run(queue, settings(f"tcp://127.0.0.1:{port}"))
    assert [(j.what, j.state, j.sent) for j in refused] == [("one", "queued", False)]
    assert "nobody answers at that port: is the printer on" in refused[0].reason
    assert run(queue, settings(f"tcp://127.0.0.1:{port}"))[0].what == "two"  # the first is not due yet
    with TcpPrinter(port=port) as printer:
        for job in queue.jobs("queued"):
            queue.retry(job.id)
        assert [j.state for j in run(queue, settings(printer.address))] == ["printed", "printed"]
        assert printer.received == BODY * 2


@pytest.mark.parametrize("confirmation", ["status", "none"])
def test_a_printer_that_dies_in_mid_job_leaves_a_question(
    queue: PrintQueue, confirmation: Confirmation
) -> None:
    queue.add("counter", "one", LONG)
    with TcpPrinter(dies_after=2000) as printer:
        done = run(queue, settings(printer.address, confirmation))
        assert [(j.state, j.sent) for j in done] == [("unknown", True)]
        assert "bytes were sent" in done[0].reason
        assert 0 < len(printer.received) < len(LONG)
    with TcpPrinter(port=printer.port) as printer:  # it is back: nothing prints by itself
        assert run(queue, settings(printer.address, confirmation)) == []
        assert printer.received == b""
        queue.answer(done[0].id, printed=False)
        assert run(queue, settings(printer.address, confirmation))[0].state == "printed"


def test_a_printer_that_loses_power_after_taking_all_of_it_leaves_a_question(queue: PrintQueue) -> None:
    """The bytes were in its memory. Only its silence tells."""
    queue.add("counter", "one", BODY)
    with TcpPrinter(dies_after=QUERIES + len(BODY)) as printer:
        done = run(queue, settings(printer.address))
    assert [(j.state, j.sent) for j in done] == [("unknown", True)]


def test_a_printer_that_stalls_leaves_a_question(queue: PrintQueue) -> None:
    queue.add("counter", "one", LONG)
    with TcpPrinter(stalls_after=3000) as printer:
        done = run(queue, settings(printer.address), timeout_s=SOON_S)
    assert done[0].state == "unknown"
    assert "takes no more data" in done[0].reason


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a connection still holds")
def test_what_is_left_in_our_own_buffers_was_not_handed_over(
    queue: PrintQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A printer without paper reads no more. All was written; some of it never left this computer."""
    monkeypatch.setattr(wires, "GOODBYE_S", 0.3)
    reasons = []
    for size in range(6000, 11000, 1000):  # buffers differ between kernels; one of these sizes fits them
        queue.add("counter", "one", LONG[:size])
        with TcpPrinter(stalls_after=10) as printer:
            reasons += [job.reason for job in run(queue, settings(printer.address, "none"), timeout_s=SOON_S)]
    assert any("did not take the last" in reason for reason in reasons), reasons


def test_a_printer_that_takes_all_and_confirms_nothing_leaves_a_question(queue: PrintQueue) -> None:
    queue.add("counter", "one", BODY)
    with TcpPrinter(stalls_after=QUERIES + len(BODY)) as printer:
        done = run(queue, settings(printer.address), confirm_s=SOON_S)
    assert done[0].state == "unknown"
    assert "did not say that it printed" in done[0].reason


def test_nothing_is_sent_to_a_printer_that_cannot_print(
    queue: PrintQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.add("counter", "one", BODY)
    with TcpPrinter(paper=False) as printer:
        assert [(j.state, j.reason) for j in run(queue, settings(printer.address))] == [
            ("queued", "the paper is out")
        ]
        assert printer.received == b""
        printer.paper = True
        queue.retry(1)
        assert [j.state for j in run(queue, settings(printer.address))] == ["printed"]
    queue.add("counter", "two", BODY)
    monkeypatch.setattr(listening, "READY_S", SOON_S)
    with TcpPrinter(mute=True) as printer:
        done = run(queue, settings(printer.address))
        assert done[0].state == "queued"
        assert "does not answer" in done[0].reason
        assert printer.received == b""


def test_attempts_are_further_and_further_apart_and_end(queue: PrintQueue) -> None:
    queue.add("counter", "one", BODY)
    nowhere = settings("file:/nonexistent/printer", "none")
    waits = []
    for _ in range(delivery.MOST_ATTEMPTS):
        queue._db.execute("UPDATE job SET not_before = 0")
        job = print_due(queue, nowhere, clock=lambda: 0.0)[0]
        waits.append(job.not_before)
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == 300
    assert (job.state, job.sent) == ("failed", False)
    assert "cannot be opened" in job.reason
    assert queue.retry(1).state == "queued"


def test_a_printer_that_somebody_else_prints_to_is_left_alone(queue: PrintQueue, tmp_path: Path) -> None:
    queue.add("counter", "one", BODY)
    printer = settings(f"file:{tmp_path / 'paper'}", "none")
    with printer_lock(queue.path, "counter"):
        assert run(queue, printer) == []
    assert [j.state for j in run(queue, printer)] == ["printed"]
    assert (tmp_path / "paper").read_bytes() == BODY


def test_an_original_that_the_system_did_not_take_can_be_printed_elsewhere(queue: PrintQueue) -> None:
    def refuses(*_: object) -> None:
        raise WireError("there is no such printer")

    job = queue.add_document("counter", "R-000001", lambda _: BODY, job_format="blocks")
    (tried,) = print_due(queue, settings("system:"), send_blocks=refuses)
    assert (tried.id, tried.state, tried.sent) == (job.id, "queued", False)
    queue.cancel(job.id)
    assert queue.add_document("back", "R-000001", lambda _: BODY).copy == 0


def test_a_serial_printer(queue: PrintQueue) -> None:
    """A pseudo terminal: what goes in on one end comes out on the other."""
    ours, theirs = os.openpty()
    heard = b""
    stop = threading.Event()

    def read() -> None:
        nonlocal heard
        while not stop.is_set():
            data = os.read(ours, 4096)
            heard += data
            if b"\x10\x04" in data:
                os.write(ours, b"\x12")
            if b"\x1dr\x01" in data:
                os.write(ours, b"\x00")
                return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        queue.add("counter", "one", BODY)
        done = run(queue, settings(f"serial:{os.ttyname(theirs)}?baud=115200"))
        assert [(j.state, j.confirmed) for j in done] == [("printed", True)]
    finally:
        stop.set()
        os.write(theirs, b"end")
        reader.join()
        os.close(ours)
        os.close(theirs)
    assert BODY in heard


def test_a_serial_printer_that_stalls_is_given_up(queue: PrintQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "DRAIN_S", 0.3)
    ours, theirs = os.openpty()
    try:
        queue.add("counter", "one", BODY * 3)
        done = run(queue, settings(f"serial:{os.ttyname(theirs)}", "none"), timeout_s=SOON_S)
    finally:
        os.close(ours)
        os.close(theirs)
    assert [(j.state, j.sent) for j in done] == [("unknown", True)]
    assert "timeout" in done[0].reason.lower()


def test_wires_that_are_not_there(tmp_path: Path) -> None:
    for address, says in (
        ("serial:/dev/nothing", "^/dev/nothing: there is no such device: is the printer on"),
        ("usb:04b8:0202", "^04b8:0202: "),
        ("tcp://127.0.0.1:1", "^127.0.0.1:1: nobody answers at that port: is the printer on"),
        (f"file:{tmp_path}", "cannot be opened: that is a folder"),
        (f"file:{tmp_path / 'none' / 'lp0'}", "cannot be opened: there is no such device"),
    ):
        wire = wire_to(parse_address(address))
        with pytest.raises(WireError, match=says):
            wire.open()
        wire.close()


def test_no_answer_is_taken_for_one() -> None:
    class Saying:
        can_listen = True

        def __init__(self, *words: bytes) -> None:
            self.words = list(words)

        def receive(self) -> bytes:
            return self.words.pop(0) if self.words else b""

    def heard(how: Confirmation, *words: bytes, within_s: float = LIMIT_S) -> bool:
        return listening.hear_confirmation(Saying(*words), how, 12, within_s)  # type: ignore[arg-type]

    assert heard("process_id", b"\x37\x22\x30", b"\x30\x31\x32\x00")
    assert not heard("process_id", b"\x37\x22\x30\x30\x31\x33\x00", within_s=0.05)  # another job's
    assert heard("status", b"\x00")
    assert not heard("status", b"\x12", within_s=0.05)  # a late answer to a real-time query
    assert not heard("status", within_s=0.05)


WORKER = """
import sys
from pathlib import Path
from console.printing import escpos_library
from console.printing.delivery import print_due
from console.printing.printers import PrinterSettings
from console.printing.queue import PrintQueue
with PrintQueue.open(Path(sys.argv[1])) as queue:
    print("ready", flush=True)
    print_due(queue, PrinterSettings(name="counter", address=sys.argv[2], confirmation=sys.argv[3]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("confirmation", ["status", "none"])
def test_the_worker_killed_at_any_moment_loses_nothing_and_doubles_nothing(
    queue: PrintQueue, confirmation: Confirmation
) -> None:
    """A real process, killed all over its work. Each receipt is on paper once, or a person is asked."""
    jobs = [
        receipt_job(receipt(number=f"R-{i:06d}", code=f"K{i}"), settings("tcp://x").model, stationery())
        for i in range(8)
    ]
    for i, body in enumerate(jobs):
        queue.add("counter", f"R-{i:06d}", body)
    killed_in_mid_job = 0
    with TcpPrinter() as printer:
        for share in (0.0, 0.05, 0.3, 0.6, 0.95, 1.0, 1.5):
            before = len(printer.received)
            worker = subprocess.Popen(
                [sys.executable, "-c", WORKER, str(queue.path), printer.address, confirmation],
                stdout=subprocess.PIPE,
            )
            assert worker.stdout is not None
            worker.stdout.readline()
            while len(printer.received) < before + share * len(jobs[0]) and worker.poll() is None:
                time.sleep(0.0005)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            worker.stdout.close()
            killed_in_mid_job += len([j for j in queue.jobs("printing") if j.sent])
        run(queue, settings(printer.address, confirmation))
        done = [jobs[job.id - 1] for job in queue.jobs("printed")]
        until = time.monotonic() + LIMIT_S
        while not all(body in printer.received for body in done) and time.monotonic() < until:
            time.sleep(0.01)  # what was handed over is on its way
        time.sleep(0.3)
        paper = printer.received
    for job in queue.jobs():
        times = paper.count(jobs[job.id - 1])
        assert job.state in {"printed", "unknown"}
        assert times <= 1
        assert times == 1 or job.state == "unknown"
    assert killed_in_mid_job >= 3
