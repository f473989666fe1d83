"""Worker processes that end without a word: on Ctrl-C, and with whoever wanted their work, killed or not.

Those of the library print a traceback each, of a broken pipe or a ``KeyboardInterrupt``, under what the
command itself says. What goes wrong in the work is told of as ever.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess

GONE_S = 5.0
"""In which a parent whose pipes are closed is gone, if it is ending."""


class QuietProcess(SpawnProcess):
    """A spawned process; see the module."""

    def start(self) -> None:
        """As the library's, with Ctrl-C held back until :meth:`run` can hear it: not while it imports."""
        with _interrupts_held_back():
            super().start()

    def run(self) -> None:
        """In the new process: the target, until it ends or the parent does."""
        threading.Thread(target=_end_with_parent, name="parent watch", daemon=True).start()
        try:
            if sys.platform != "win32":
                signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
            super().run()
        except KeyboardInterrupt:
            sys.exit(1)  # the parent heard it too, and says so
        except (ConnectionError, EOFError):
            parent = parent_process()
            if parent is None:
                raise
            parent.join(GONE_S)
            if parent.is_alive():
                raise
            sys.exit(1)


class QuietContext(SpawnContext):
    """For pools: ``QuietContext().Pool(n)``, ``ProcessPoolExecutor(n, mp_context=QuietContext())``."""

    Process = QuietProcess


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """A started process inherits it. One that is interrupted meanwhile hears it afterwards."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # lets interrupts through when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
