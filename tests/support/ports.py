"""Ports on loopback for tests that run beside others."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port on loopback that nobody listens at, and that nobody else is given.

    It stays taken, by a socket that does not listen, until the process ends: whoever asks the system for any
    port gets another one, while a server that is told to serve at this one can.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port = int(probe.getsockname()[1])
    probe.detach()
    return port
