"""What a printer says of itself, and how it is asked. Epson's ESC/POS reference has the bits."""

from __future__ import annotations

import time

from console.language import tr
from console.printing.profiles import Confirmation
from console.printing.wires import Wire

READY_S = 3.0
"""How long a printer may take to say how it is: real-time queries are answered at once."""
_OFFLINE = b"\x10\x04\x02"
"""``DLE EOT 2``: why it is offline."""
_PAPER = b"\x10\x04\x04"
"""``DLE EOT 4``: the paper sensors."""
_ALWAYS, _NEVER = 0x12, 0x81
"""Bits that are set, and that are not, in every answer to ``DLE EOT``."""
_DONE = b"\x1dr\x01"
"""``GS r 1``: answered in its turn, that is when all before it was printed."""


class SilentPrinterError(OSError):
    """A printer that should answer did not."""


def be_quiet(wire: Wire) -> None:
    """Ask the printer to speak only when asked (``GS a 0``): else its reports look like answers."""
    wire.send(b"\x1da\x00")


def trouble(wire: Wire) -> str:
    """Why the printer cannot print now; empty: it can.

    Raises :class:`SilentPrinterError`, and ``WireError`` when the wire breaks.
    """
    paper = _ask(wire, _PAPER)
    if paper & 0x60:
        return tr("the paper is out")
    offline = _ask(wire, _OFFLINE)
    if offline & 0x04:
        return tr("its cover is open")
    if offline & 0x20:
        return tr("the paper is out")
    if offline & 0x40:
        return tr("it reports an error; switch it off and on, and look for jammed paper")
    return ""


def _ask(wire: Wire, query: bytes) -> int:
    wire.send(query)
    deadline = time.monotonic() + READY_S
    while True:
        for byte in wire.receive():
            if byte & _ALWAYS == _ALWAYS and not byte & _NEVER:
                return byte
        if time.monotonic() >= deadline:
            raise SilentPrinterError(tr("the printer does not answer; is it on, and free?"))


def confirmation_query(how: Confirmation, job: int) -> bytes:
    """What is sent behind a job, to hear when it is done."""
    match how:
        case "process_id":
            return b"\x1d(H\x06\x00\x30\x30" + _ticket(job)
        case "status":
            return _DONE
        case "none":
            return b""


def hear_confirmation(wire: Wire, how: Confirmation, job: int, timeout_s: float) -> bool:
    """Wait for the answer; False: none came. Raises ``WireError`` when the wire breaks."""
    deadline = time.monotonic() + timeout_s
    heard = b""
    while True:
        heard += wire.receive()
        if how == "process_id" and b"\x37\x22" + _ticket(job) + b"\x00" in heard:
            return True
        if how == "status" and any(not byte & 0x90 for byte in heard):  # bits 4 and 7 are 0 in an answer
            return True
        if time.monotonic() >= deadline:
            return False


def _ticket(job: int) -> bytes:
    """A job's number as the four printable bytes that ``GS ( H`` carries."""
    return f"{job % 10_000:04d}".encode()
