"""The engine's ear: one socket, one thread, one answer to each request.

A request is msgpack of :class:`Request`. Whoever does not know the token, or sends something else, is told so
and nothing happens. Snapshots are answered here from the newest one published; what changes the state waits
for the state thread, and other requests are answered meanwhile.
"""

from __future__ import annotations

import hmac
import logging
import os
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

import msgspec
import zmq

from inference.messages.codec import CodecError, from_msgpack, to_msgpack
from inference.messages.said import said
from inference.messages.wire import Answer, Command, GetSnapshot, Refused, Snapshot, Unchanged

log = logging.getLogger(__name__)

MAX_REQUEST = 64 * 1024
IDLE_MS, WAITING_MS = 200, 5
LONGEST_IPC_PATH = 100
"""A socket's path may have 108 bytes on Linux, 104 elsewhere."""


class Request(msgspec.Struct, frozen=True):
    """What a client sends."""

    token: str
    command: Command


class Commanded(Protocol):
    """What the server asks; called in its thread."""

    def newest(self) -> Snapshot | None:
        """The newest snapshot; None while the engine starts."""

    def submit(self, command: Command) -> Future[Answer]:
        """Hand over to the state thread; returns at once."""


class CommandServer:
    """Serves until :meth:`close`. ``endpoint`` is where."""

    def __init__(self, engine: Commanded, token: str, folder: Path) -> None:
        """``folder`` (this user's only) holds the socket where there are such sockets."""
        self._engine = engine
        self._token = token.encode()
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 200)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_REQUEST)
        self.endpoint = bind(self._socket, folder)
        self._waiting: list[tuple[list[bytes], Future[Answer]]] = []
        self._encoded: tuple[int, bytes] = (-1, b"")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="commands", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer what has its answer, then stop."""
        self._stop.set()
        self._thread.join()
        self._context.term()

    def _serve(self) -> None:
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        while not self._stop.is_set():
            if poller.poll(WAITING_MS if self._waiting else IDLE_MS):
                self._receive()
            self._answer_ready()
        self._answer_ready()
        self._socket.close()

    def _receive(self) -> None:
        *envelope, body = self._socket.recv_multipart()
        try:
            answer = self._handle(body)
        except Exception:  # one request must not end the service
            log.exception("a request failed")
            answer = to_msgpack(Refused(said("the engine failed on this request; see its log")))
        if isinstance(answer, bytes):
            self._socket.send_multipart([*envelope, answer])
        else:
            self._waiting.append((envelope, answer))

    def _handle(self, body: bytes) -> bytes | Future[Answer]:
        try:
            request = from_msgpack(body, Request)
        except CodecError as error:
            return to_msgpack(Refused(said("not a request: {error}", error=error)))
        if not hmac.compare_digest(request.token.encode(), self._token):
            return to_msgpack(Refused(said("the token is not this engine's")))
        if isinstance(request.command, GetSnapshot):
            return self._snapshot(request.command)
        return self._engine.submit(request.command)

    def _snapshot(self, asked: GetSnapshot) -> bytes:
        newest = self._engine.newest()
        if newest is None or newest.seq == asked.have:
            return to_msgpack(Unchanged())
        if self._encoded[0] != newest.seq:
            self._encoded = (newest.seq, to_msgpack(newest))
        return self._encoded[1]

    def _answer_ready(self) -> None:
        for envelope, future in [w for w in self._waiting if w[1].done()]:
            self._socket.send_multipart([*envelope, to_msgpack(future.result())])
        self._waiting = [w for w in self._waiting if not w[1].done()]


def bind(socket: zmq.Socket[bytes], folder: Path) -> str:
    """Bind where only this user can reach it: a socket in ``folder``, else loopback (the token guards it)."""
    path = folder / "engine.sock"
    if os.name == "posix" and len(os.fsencode(path)) <= LONGEST_IPC_PATH:
        endpoint = f"ipc://{path}"
        socket.bind(endpoint)
        path.chmod(0o600)
        return endpoint
    port = socket.bind_to_random_port("tcp://127.0.0.1")
    return f"tcp://127.0.0.1:{port}"


def ask(
    socket: zmq.Socket[bytes], token: str, command: Command, timeout_s: float
) -> Snapshot | Answer | None:
    """Send on a REQ socket and wait; None when nothing came in time (the socket is then of no more use)."""
    socket.send(to_msgpack(Request(token, command)))
    if not socket.poll(round(timeout_s * 1000)):
        return None
    answer: Answer = from_msgpack(socket.recv(), Answer)  # type: ignore[arg-type]  # a union is not a type
    return answer
