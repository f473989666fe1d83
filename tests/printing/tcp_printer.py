"""A receipt printer on loopback, with a printer's bad habits."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import Self

from console.printing.commands import UnknownCommandError, commands
from tests.support.ports import free_port

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
PAPER_OUT, PAPER_IN, ONLINE = 0x72, 0x12, 0x12


class TcpPrinter:
    """Listens until told to stop. What it takes in is in ``received``; queries are answered as an Epson does.

    ``dies_after``: bytes of a connection after which power is lost: the connection is reset, and no other is
    taken. ``stalls_after``: bytes after which it reads no more. ``mute``: it answers nothing.
    """

    def __init__(
        self,
        *,
        dies_after: int | None = None,
        stalls_after: int | None = None,
        mute: bool = False,
        paper: bool = True,
        port: int = 0,
    ) -> None:
        self.dies_after, self.stalls_after, self.mute, self.paper = dies_after, stalls_after, mute, paper
        self.received = b""
        """All bytes of print data, without the queries."""
        self.connections = 0
        self._stop = threading.Event()
        self._server = socket.create_server(("127.0.0.1", port or free_port()), backlog=1)
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._server.settimeout(0.05)
        self.port: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="tcp-printer")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._server.close()

    def give_up(self) -> None:
        """Power is lost now: connections break."""
        self._stop.set()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._server.accept()
                self.connections += 1
                with connection:
                    alive = self._talk(connection)
                if not alive:
                    self._server.close()
                    return

    def _talk(self, connection: socket.socket) -> bool:
        """Whether it still lives afterwards."""
        connection.settimeout(0.05)
        taken, waiting = 0, b""
        limit = min((n for n in (self.dies_after, self.stalls_after) if n is not None), default=1 << 40)
        while not self._stop.is_set():
            if self.stalls_after is not None and taken >= self.stalls_after:
                self._stop.wait(0.05)
                continue
            try:
                data = connection.recv(min(512, limit - taken))
            except TimeoutError:
                continue
            except OSError:
                return True
            if not data:
                return True
            taken += len(data)
            waiting = self._obey(connection, waiting + data)
            if self.dies_after is not None and taken >= self.dies_after:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                return False
        return True

    def _obey(self, connection: socket.socket, data: bytes) -> bytes:
        """Print and answer whole commands; what is left waits for more."""
        if data.startswith(b"\x1da\x00"):  # be quiet
            data = data[3:]
        at = 0
        try:
            for command in commands(data):
                answer = self._answer(command.name, command.numbers)
                end = command.at + _length(data, command.at)
                if answer is None:
                    self.received += data[command.at : end]
                elif not self.mute:
                    connection.sendall(answer)
                at = end
        except UnknownCommandError:
            pass
        return data[at:]

    def _answer(self, name: str, numbers: tuple[int, ...]) -> bytes | None:
        match name:
            case "DLE EOT":
                return bytes([PAPER_IN if self.paper else PAPER_OUT]) if numbers == (4,) else bytes([ONLINE])
            case "GS r":
                return b"\x00"
            case "GS ( H":
                return b"\x37\x22" + bytes(numbers[2:6]) + b"\x00"
            case _:
                return None


def _length(data: bytes, at: int) -> int:
    from console.printing.commands import command_at

    return command_at(data, at)[1] - at
