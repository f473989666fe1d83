"""Requests to an engine, whichever runs now: a socket that got no answer is given up for a new one."""

from __future__ import annotations

import logging
from collections.abc import Callable

import zmq

from console.engine_process.session import Address
from inference.engine.commands import ask
from inference.messages.codec import CodecError
from inference.messages.wire import Answer, Command

log = logging.getLogger(__name__)


class Connection:
    """One REQ socket to whatever engine is there now; a socket that got no answer is replaced. One thread."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], find: Callable[[], Address | None]) -> None:
        self._context = context
        self._find = find
        self._socket: zmq.Socket[bytes] | None = None
        self._address: Address | None = None

    def ask(self, command: Command, timeout_s: float) -> Answer | None:
        """The answer; None when there is no engine or it does not answer in time."""
        address = self._find()
        if address is None:
            self.close()
            return None
        if address != self._address:
            self.close()
            self._address = address
        if self._socket is None:
            self._socket = self._context.socket(zmq.REQ)
            self._socket.setsockopt(zmq.LINGER, 0)
            self._socket.connect(address.endpoint)
        try:
            answer = ask(self._socket, address.session.token, command, timeout_s)
        except (CodecError, zmq.ZMQError) as error:
            log.info("the engine's answer cannot be used: %s", error)
            answer = None
        if answer is None:
            self.close()
        return answer

    def close(self) -> None:
        """Give the socket up; the next request makes a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._address = None


def send_once(address: Address, command: Command, timeout_s: float) -> Answer | None:
    """One request on a connection of its own."""
    with zmq.Context() as context:
        connection = Connection(context, lambda: address)
        try:
            return connection.ask(command, timeout_s)
        finally:
            connection.close()
