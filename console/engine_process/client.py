"""The window's side of the wire: a thread that polls, requests that time out, pictures that are copied."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import numpy as np
import zmq
from numpy.typing import NDArray

from console.engine_process.connection import Connection
from console.engine_process.link import EngineState
from console.engine_process.session import Address
from inference.engine.pictures import PictureReader
from inference.messages.codec import settle_types
from inference.messages.said import Words, said
from inference.messages.wire import Answer, Command, GetSnapshot, Refused, Snapshot

if TYPE_CHECKING:
    from console.engine_process.supervisor import Supervisor

log = logging.getLogger(__name__)

POLL_S = 1 / 14
POLL_TIMEOUT_S = 1.0
REQUEST_TIMEOUT_S = 2.0


class EngineClient:
    """An :class:`~console.engine_process.link.EngineLink` to the engine of one state folder."""

    def __init__(self, supervisor: Supervisor, *, keep_running: bool = False) -> None:
        """Starts the supervisor (which starts the engine, or attaches to a running one) and the polling.

        ``keep_running``: :meth:`close` leaves the engine on even if it was started here.
        """
        settle_types()
        self._supervisor = supervisor
        self._keep_running = keep_running
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._latest: Snapshot | None = None
        self._stop = threading.Event()
        self._requests = Connection(self._context, self._find)
        self._requesting = threading.Lock()
        self._pictures = Pictures()
        supervisor.start()
        self._thread = threading.Thread(target=self._poll, name="engine-poll", daemon=True)
        self._thread.start()

    @property
    def state(self) -> EngineState:
        """How the engine process is doing."""
        return self._supervisor.state

    @property
    def why(self) -> Words:
        """Why it is not running; empty when it is."""
        return self._supervisor.why

    def latest(self) -> Snapshot | None:
        """The newest snapshot."""
        return self._latest

    def request(self, command: Command) -> Answer:
        """Send a command and wait for its answer, at most 2 s."""
        if not self._requesting.acquire(timeout=REQUEST_TIMEOUT_S):
            return Refused(said("the engine is busy with another request"))
        try:
            if self._stop.is_set():
                return Refused(said("the connection is closed"))
            answer = self._requests.ask(command, REQUEST_TIMEOUT_S)
        finally:
            self._requesting.release()
        return Refused(self.why or said("the engine does not answer")) if answer is None else answer

    def renew(self) -> Words | None:
        """Let another engine go on where this one is."""
        return self._supervisor.renew()

    def picture(self, name: str) -> NDArray[np.uint8] | None:
        """The newest shared picture ``[height, width, 4]`` BGRA, a copy."""
        return self._pictures.read(name)

    def close(self) -> None:
        """Stop polling; ends the engine if it was started here and is not to be kept running."""
        self._stop.set()
        self._thread.join()
        with self._requesting:
            self._requests.close()
        self._context.term()
        self._pictures.close()
        if self._supervisor.started_it and not self._keep_running:
            self._supervisor.stop()
        else:
            self._supervisor.leave()

    def _find(self) -> Address | None:
        return self._supervisor.address

    def _poll(self) -> None:
        connection = Connection(self._context, self._find)
        while not self._stop.wait(POLL_S):
            have = -1 if self._latest is None else self._latest.seq
            answer = connection.ask(GetSnapshot(have), POLL_TIMEOUT_S)
            if isinstance(answer, Snapshot):
                self._latest = answer
                self._pictures.keep({c.picture for c in answer.cameras if c.picture is not None})
        connection.close()


class Pictures:
    """Open picture blocks by name; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: dict[str, PictureReader] = {}

    def read(self, name: str) -> NDArray[np.uint8] | None:
        """A copy of the newest picture; None while there is none."""
        with self._lock:
            if name not in self._readers:
                try:
                    self._readers[name] = PictureReader(name)
                except (FileNotFoundError, ValueError):  # ValueError: made this very moment
                    return None
            return self._readers[name].read()

    def keep(self, names: set[str]) -> None:
        """Let go of all others: they belong to an engine that has ended."""
        with self._lock:
            for name in self._readers.keys() - names:
                self._readers.pop(name).close()

    def close(self) -> None:
        """Let go of all."""
        self.keep(set())
