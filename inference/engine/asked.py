"""What is asked of the engine, on its way from any thread to the state thread and back."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future

from inference.engine.orders import Operated, carry_out
from inference.engine.relaying import Premises, Relaying, Wish, read_or_why
from inference.messages.said import said
from inference.messages.wire import Answer, Command, Refused, TakeStore


class Asked:
    """Commands in order; a wish for another layout waits until the moment is quiet."""

    def __init__(self, premises: Premises | None) -> None:
        """``premises``: None for a store that cannot change."""
        self._premises = premises
        self._queue: queue.SimpleQueue[tuple[Command, Future[Answer]] | Wish] = queue.SimpleQueue()
        self._relaying = Relaying()

    def submit(self, command: Command) -> Future[Answer]:
        """From any thread: have a command carried out; the future holds its answer."""
        answer: Future[Answer] = Future()
        if isinstance(command, TakeStore):
            # A folder of thousands of products takes its time: not on the state thread.
            work = (command, answer)
            threading.Thread(target=self._read_store, args=work, name="store-reader", daemon=True).start()
        else:
            self._queue.put((command, answer))
        return answer

    def serve(self, engine: Operated, wait_s: float) -> None:
        """Carry out what was asked for; wait so long for the first where there is nothing else to do."""
        while True:
            try:
                asked = self._queue.get(block=wait_s > 0, timeout=wait_s)
            except queue.Empty:
                break
            wait_s = 0.0
            if not isinstance(asked, Wish):
                command, answer = asked
                answer.set_result(carry_out(engine, command))
            elif engine.now.finished:
                asked.answer.set_result(Refused(said("the recording has ended")))
            else:
                self._relaying.wish(asked)
        self._relaying.look(engine)

    def refuse(self) -> None:
        """The engine is ending: whoever waits waits in vain."""
        why = said("the engine is ending")
        self._relaying.refuse(why)
        while True:
            try:
                asked = self._queue.get_nowait()
            except queue.Empty:
                return
            (asked.answer if isinstance(asked, Wish) else asked[1]).set_result(Refused(why))

    def _read_store(self, command: TakeStore, answer: Future[Answer]) -> None:
        """In a thread of its own: read and check, then let the state thread take it over."""
        if self._premises is None:
            answer.set_result(Refused(said("this is a recording: its store is part of it")))
            return
        found = read_or_why(self._premises)
        if isinstance(found, Refused):
            answer.set_result(found)
        else:
            self._queue.put(Wish(found, command.only_ask, answer, time.monotonic()))
