"""The wires to printers: opened, written to, listened to. What a printer says with them is read elsewhere."""

from __future__ import annotations

import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from console.language import tr
from console.printing.printers import Address
from console.printing.wire_words import why

if TYPE_CHECKING:
    from console.printing.escpos_library import Escpos

OPEN_S = 5.0
"""How long a printer may take to accept a connection, or a piece of a job."""
DRAIN_S = 10.0
"""How long a serial line may take for what the system holds: 4 kB at 9600 baud are 4.3 s."""
LISTEN_S = 0.3
CHUNK = 1024
"""Bytes that are written at once: after each it is known that they were taken."""
GOODBYE_S = 2.0
"""How long the other end may take to close a connection after us."""


class WireError(OSError):
    """The printer cannot be reached, or the wire broke; the text says what to look at."""


class Wire(Protocol):
    """A way to a printer. All methods raise :class:`WireError`."""

    @property
    def can_listen(self) -> bool:
        """Whether the printer can say something on it."""

    def open(self) -> None:
        """Connect."""

    def send(self, data: bytes) -> None:
        """Hand over at most :data:`CHUNK` bytes."""

    def receive(self) -> bytes:
        """What the printer said within some tenths of a second; empty: nothing."""

    def finish(self) -> None:
        """Everything was sent: make sure that it left. An error: that is not certain."""

    def close(self) -> None:
        """Let go, whatever happened. Raises nothing."""


def wire_to(address: Address, *, timeout_s: float = OPEN_S) -> Wire:
    """A wire to a printer that speaks ESC/POS. Nothing is opened yet."""
    if address.kind == "file":
        return FileWire(Path(address.target))
    if address.kind == "system":
        raise ValueError("a printer of the operating system is reached by console.printing.system_printer")
    return LibraryWire(address, timeout_s)


class FileWire:
    """A device file, or a plain file, to which jobs are appended."""

    can_listen = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def open(self) -> None:
        """See :class:`Wire`."""
        try:
            self._file = self.path.open("ab", buffering=0)
        except OSError as error:
            raise WireError(
                tr("{path}: cannot be opened: {error}", path=self.path, error=why(error))
            ) from error

    def send(self, data: bytes) -> None:
        """See :class:`Wire`."""
        left = memoryview(data)
        try:
            while left and self._file is not None:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise WireError(
                tr("{path}: cannot be written: {error}", path=self.path, error=why(error))
            ) from error

    def receive(self) -> bytes:
        """A file says nothing."""
        return b""

    def finish(self) -> None:
        """Nothing is held back: it was written unbuffered."""

    def close(self) -> None:
        """See :class:`Wire`."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None


class LibraryWire:
    """Network, serial line or USB, by python-escpos."""

    can_listen = True

    def __init__(self, address: Address, timeout_s: float) -> None:
        self._address, self._timeout_s = address, timeout_s
        self._printer: Escpos | None = None

    def open(self) -> None:
        """See :class:`Wire`."""
        from console.printing.escpos_library import DeviceNotFoundError

        try:
            self._printer = self._make()
            self._printer.open()
            if self._address.kind == "serial":
                self._printer.device.timeout = LISTEN_S
                self._printer.device.write_timeout = self._timeout_s
        except (DeviceNotFoundError, RuntimeError, OSError, ValueError) as error:
            self._printer = None
            raise WireError(tr("{value}: {error}", value=self._words(), error=why(error))) from error

    def send(self, data: bytes) -> None:
        """See :class:`Wire`."""
        try:
            self._open_printer()._raw(data)
        except TimeoutError as error:
            raise WireError(
                tr("{value}: takes no more data; is the paper out or the cover open?", value=self._words())
            ) from error
        except OSError as error:
            raise WireError(tr("{value}: {error}", value=self._words(), error=why(error))) from error

    def receive(self) -> bytes:
        """See :class:`Wire`."""
        printer = self._open_printer()
        device = printer.device
        is_socket = isinstance(device, socket.socket)
        try:
            if is_socket:
                device.settimeout(LISTEN_S)
            heard = bytes(printer._read())
        except TimeoutError:
            return b""
        except OSError as error:
            if "timed out" in str(error).lower():  # USB says it in words
                return b""
            raise WireError(tr("{value}: {error}", value=self._words(), error=why(error))) from error
        finally:
            if is_socket:
                device.settimeout(self._timeout_s)
        if is_socket and not heard:
            raise WireError(tr("{value}: the printer closed the connection", value=self._words()))
        return heard

    def finish(self) -> None:
        """Close our half and wait for the other: a connection that is reset now loses what it still holds."""
        device = self._open_printer().device
        if self._address.kind == "serial":
            self._drain(device)
        if not isinstance(device, socket.socket):
            return
        deadline = time.monotonic() + GOODBYE_S
        try:
            device.shutdown(socket.SHUT_WR)
            device.settimeout(GOODBYE_S)
            while time.monotonic() < deadline and device.recv(64):
                pass
        except TimeoutError:
            pass  # it keeps the connection open, as many printers do
        except OSError as error:
            raise WireError(tr("{value}: {error}", value=self._words(), error=why(error))) from error
        if held := _held_back(device):
            raise WireError(
                tr(
                    "{value}: did not take the last {held} bytes; is the paper out?",
                    value=self._words(),
                    held=held,
                )
            )

    def _drain(self, device: Any) -> None:
        """Wait until a serial line has sent what the system holds for it."""
        deadline = time.monotonic() + DRAIN_S
        try:
            while (held := device.out_waiting) and time.monotonic() < deadline:
                time.sleep(0.02)
        except OSError as error:
            raise WireError(tr("{value}: {error}", value=self._words(), error=why(error))) from error
        if held:
            raise WireError(
                tr(
                    "{value}: did not take the last {held} bytes; is the paper out?",
                    value=self._words(),
                    held=held,
                )
            )

    def close(self) -> None:
        """See :class:`Wire`."""
        if self._printer is not None:
            with suppress(OSError):
                if self._address.kind == "serial":
                    self._printer.device.reset_output_buffer()  # else closing waits for it, for ever
                self._printer.close()
            self._printer = None

    def _open_printer(self) -> Escpos:
        if self._printer is None:
            raise WireError(tr("{value}: is not open", value=self._words()))
        return self._printer

    def _make(self) -> Escpos:
        from console.printing.escpos_library import Serial, TcpPrinter, Usb

        address = self._address
        match address.kind:
            case "tcp":
                return TcpPrinter(address.target, port=address.number, timeout=self._timeout_s)
            case "serial":
                _check_usable(Serial.is_usable(), "pyserial")
                return Serial(address.target, baudrate=address.number, timeout=self._timeout_s)
            case _:
                _check_usable(Usb.is_usable(), "pyusb")
                vendor, product = (int(part, 16) for part in address.target.split(":"))
                return Usb(vendor, product, timeout=int(self._timeout_s * 1000))

    def _words(self) -> str:
        address = self._address
        return f"{address.target}:{address.number}" if address.kind == "tcp" else address.target


def _held_back(device: socket.socket) -> int:
    """Bytes that the other end has not acknowledged; 0 where the system cannot say."""
    try:
        import fcntl
        import termios

        answer = fcntl.ioctl(device, termios.TIOCOUTQ, bytes(4))
    except (ImportError, AttributeError, OSError):
        return 0
    return int.from_bytes(answer, sys.byteorder)


def _check_usable(usable: bool, package: str) -> None:
    if not usable:
        raise RuntimeError(f"{package} is not installed: pip install 'openaisle[printers]'")
