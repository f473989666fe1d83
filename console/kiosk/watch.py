"""Starts the kiosk, watches it, and starts it again until a manager has ended it.

As the engine's supervisor does, from the process that was started by hand or at log-on. It never gives up: a
screen in the shop that stays black helps nobody. What repeats quickly is only tried less often.

While one kiosk runs, the next has loaded its program and waits for its order: most of the time that a start
takes goes into loading.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from console.kiosk.order import EXIT_LEFT, EXIT_REFUSED, KioskOrder

log = logging.getLogger(__name__)

SCREEN = (sys.executable, "-m", "console.kiosk.screen")
HOME = Path(__file__).resolve().parents[2]


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds."""

    look_s: float = 0.05
    backoff_s: float = 0.2
    """Before the first new start; doubled with each crash that comes soon after a start ..."""
    longest_backoff_s: float = 10.0
    quick_s: float = 20.0
    """... which is one within this time."""
    hang_s: float = 10.0
    """Without a beat for so long its window hangs, and it is ended by force."""
    start_s: float = 60.0
    """Until the first beat."""
    spare_s: float = 10.0
    """From its start until the next one is loaded: not while this one still starts."""
    end_s: float = 5.0
    """To end in order when the watching is to stop."""


class KioskWatch:
    """Runs one kiosk after another. :meth:`run` blocks; :meth:`stop` may be called from anywhere."""

    def __init__(
        self,
        order: KioskOrder,
        patience: Patience | None = None,
        command: Sequence[str] = SCREEN,
        say: Callable[[str], object] = log.warning,
    ) -> None:
        """``say``: told why the kiosk had to be started again."""
        self._order, self._patience, self._command, self._say = order, patience or Patience(), command, say
        self._stop = threading.Event()
        self._beat_at = 0.0
        self._has_beaten = False
        self.child: subprocess.Popen[bytes] | None = None
        self._spare: subprocess.Popen[bytes] | None = None
        self.restarts = 0

    def stop(self) -> None:
        """End the kiosk and the watching, in order."""
        self._stop.set()

    def run(self) -> int:
        """Until a manager has left the kiosk, it refuses to start, or :meth:`stop`; the exit status."""
        try:
            return self._run()
        finally:
            if self._spare is not None:
                end_unused(self._spare, self._patience.end_s)

    def _run(self) -> int:
        quick = 0
        while True:
            began = time.monotonic()
            status = self._one_life()
            if self._stop.is_set() or status in (EXIT_LEFT, EXIT_REFUSED):
                return EXIT_LEFT if self._stop.is_set() else status
            quick = quick + 1 if time.monotonic() - began < self._patience.quick_s else 0
            wait = min(self._patience.backoff_s * 2.0 ** max(0, quick - 1), self._patience.longest_backoff_s)
            self._say(f"The kiosk ended unexpectedly ({_ended(status)}) and starts again.")
            self.restarts += 1
            if self._stop.wait(wait):
                return EXIT_LEFT

    def _one_life(self) -> int:
        self._has_beaten, self._beat_at = False, time.monotonic()
        # A recording begins anew once, not after each crash.
        fresh = self._order.spec.fresh and self.restarts == 0
        order = msgspec.structs.replace(
            self._order, spec=msgspec.structs.replace(self._order.spec, fresh=fresh)
        )
        child, self._spare = self._spare or self._load(), None
        with child:
            self.child = child
            beats = threading.Thread(target=self._listen, args=(child,), name="kiosk-beats", daemon=True)
            beats.start()
            try:
                assert child.stdin is not None  # noqa: S101  # PIPE was asked for
                child.stdin.write(msgspec.json.encode(order) + b"\n")
                child.stdin.flush()
            except BrokenPipeError:
                log.info("the kiosk ended before it read its order")
            self._wait_for(child)
            beats.join()
        return child.returncode

    def _load(self) -> subprocess.Popen[bytes]:
        """A kiosk's process, which waits for its order."""
        return subprocess.Popen(  # noqa: S603  # our own command
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HOME
        )

    def _wait_for(self, child: subprocess.Popen[bytes]) -> None:
        patience, began = self._patience, time.monotonic()
        while child.poll() is None:
            if self._stop.wait(patience.look_s):
                child.terminate()
                try:
                    child.wait(patience.end_s)
                except subprocess.TimeoutExpired:
                    child.kill()
                return
            now = time.monotonic()
            if self._spare is None and self._has_beaten and now - began > patience.spare_s:
                self._spare = self._load()
            silent = now - self._beat_at
            if silent > (patience.hang_s if self._has_beaten else patience.start_s):
                self._say(f"The kiosk gave no sign of life for {silent:.0f} s and is ended.")
                child.kill()
                return

    def _listen(self, child: subprocess.Popen[bytes]) -> None:
        """Each byte on its output is a beat, until its end."""
        assert child.stdout is not None  # noqa: S101  # PIPE was asked for
        while child.stdout.read(1):
            self._beat_at, self._has_beaten = time.monotonic(), True


def end_unused(spare: subprocess.Popen[bytes], patience_s: float) -> None:
    """It ends by itself when no order can come any more."""
    with spare:
        if spare.stdin is not None:
            spare.stdin.close()
        try:
            spare.wait(patience_s)
        except subprocess.TimeoutExpired:
            spare.kill()


def _ended(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
