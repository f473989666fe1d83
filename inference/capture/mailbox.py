"""One slot between a device thread and whoever uses what it brings: the newest wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """One slot. Putting never waits; what was not taken in time is replaced, and counted."""

    def __init__(self) -> None:
        self._filled = threading.Condition()
        self._item: T | None = None
        self._closed = False
        self._dropped = 0
        self._put = 0
        self._listener: Callable[[], None] | None = None

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever there is something to take, by whoever puts it: it must not wait."""
        with self._filled:
            self._listener = listener
            waiting = self._item is not None
        if waiting:
            listener()

    def put(self, item: T) -> bool:
        """Lay ``item`` into the slot. False when it pushed an older one out, or the mailbox is closed."""
        with self._filled:
            if self._closed:
                return False
            replaced = self._item is not None
            self._dropped += replaced
            self._put += 1
            self._item = item
            self._filled.notify()
            listener = self._listener
        if listener is not None:
            listener()
        return not replaced

    def take(self, timeout: float | None = None) -> T | None:
        """The newest item, waiting up to ``timeout`` seconds (None: for ever).

        None when the time is over, or when the mailbox is closed and empty.
        """
        with self._filled:
            self._filled.wait_for(lambda: self._item is not None or self._closed, timeout)
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """Take nothing more and wake whoever waits; an item already in the slot can still be taken."""
        with self._filled:
            self._closed = True
            self._filled.notify_all()

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closed

    @property
    def dropped(self) -> int:
        """Items that were replaced before anybody took them."""
        return self._dropped

    @property
    def received(self) -> int:
        """Items ever laid into the slot."""
        return self._put
