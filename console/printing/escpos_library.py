"""python-escpos as it is used here, without what importing it does beside.

It sets up the root logger, and leaves a folder in the system's temporary folder with each start of a program.
"""

from __future__ import annotations

import logging
import shutil
import socket

_handlers = list(logging.root.handlers)

from escpos import capabilities  # noqa: E402 - the handlers before it are to be known
from escpos.escpos import Escpos  # noqa: E402
from escpos.exceptions import DeviceNotFoundError  # noqa: E402
from escpos.printer import Dummy, Network, Serial, Usb  # noqa: E402

for _handler in [h for h in logging.root.handlers if h not in _handlers]:
    logging.root.removeHandler(_handler)
shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

Profile = capabilities.Profile

SEND_BUFFER = 4096
"""Bytes that the system may hold for a printer: what was taken is then nearly what has arrived."""


class TcpPrinter(Network):  # type: ignore[misc]  # the library has no types
    """A network printer that may have an IPv6 address, and leaves no socket when it does not answer."""

    def open(self, raise_not_found: bool = True) -> None:  # noqa: ARG002 - the library's
        """Connect. Raises ``OSError``."""
        self.device = socket.create_connection((self.host, self.port), timeout=self.timeout)
        self.device.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


__all__ = ["DeviceNotFoundError", "Dummy", "Escpos", "Profile", "Serial", "TcpPrinter", "Usb"]
