"""Processes that are started to be killed, at little cost: forked from one that has loaded everything.

``python -m console.cli.bench.mortal`` reads lines ``FOLDER<tab>SEED<tab>SECONDS``. For each it forks a
process that does the shop's day of that seed in the folder, kills it after so many seconds (none: lets it
end), and says the status that it ended with, below 0 the signal that it died of. POSIX only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from console.back_office import Ledger
from console.back_office.payment_provider import SimulatedProvider
from console.cli.bench.shop_day import whole_day

LEDGER, BANK = "ledger.sqlite", "bank.sqlite"


class Mortals:
    """Starts such processes, one after the other. Use as a context manager."""

    def __init__(self) -> None:
        """Raises ``RuntimeError`` where processes cannot be forked."""
        if not hasattr(os, "fork"):
            raise RuntimeError("processes are killed for real only where they can be forked: not on Windows")
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "console.cli.bench.mortal"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def live(self, folder: Path, seed: int, seconds: float | None) -> bool:
        """Do a day for so long and then die, or with None to its end; false: it had ended before.

        Raises ``RuntimeError`` where it ended by a mistake.
        """
        parent = self._parent
        if parent.stdin is None or parent.stdout is None:
            raise RuntimeError("it has no pipes")
        parent.stdin.write(f"{folder}\t{seed}\t{'' if seconds is None else seconds}\n")
        parent.stdin.flush()
        status = parent.stdout.readline().strip()
        if status not in {"0", str(-signal.SIGKILL)}:
            raise RuntimeError(f"the day of {folder} was not done: status {status or 'unknown'}")
        return status != "0"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._parent.stdin is not None:
            self._parent.stdin.close()
        self._parent.wait()
        if self._parent.stdout is not None:
            self._parent.stdout.close()


def a_day(folder: Path, seed: int, ready: Callable[[], None] = lambda: None) -> None:
    """The shop's day with ledger and bank in the folder. ``ready`` is called when both are open."""
    bank = SimulatedProvider(folder / BANK)
    with Ledger.open(folder / LEDGER) as ledger:
        ready()
        whole_day(ledger, bank, seed)
    bank.close()


def _serve() -> None:
    for line in sys.stdin:
        folder, seed, seconds = line.rstrip("\n").split("\t")
        readable, writable = os.pipe()
        child = os.fork()
        if child == 0:
            a_day(Path(folder), int(seed), partial(_tell, writable))
            os._exit(0)
        os.close(writable)
        os.read(readable, 1)
        os.close(readable)
        if seconds:
            time.sleep(float(seconds))
            os.kill(child, signal.SIGKILL)  # nobody else has its number before it is waited for
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _tell(writable: int) -> None:
    os.write(writable, b".")
    os.close(writable)


if __name__ == "__main__":
    _serve()
