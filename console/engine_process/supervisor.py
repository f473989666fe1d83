"""Starts the engine, watches it, starts it again, and says how it is.

The supervisor lives in the window's process; the engine does not die with it. A second window attaches to the
engine that runs, and takes over the watch.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence

import msgspec

from console.engine_process.connection import send_once
from console.engine_process.engine_log import EngineLog
from console.engine_process.link import EngineState
from console.engine_process.session import (
    Address,
    Session,
    end_session,
    forget_address,
    is_running,
    new_session,
    read_address,
    usable,
)
from console.engine_process.spec import EngineSpec
from console.engine_process.starting import (
    EXIT_OK,
    EXIT_REFUSED,
    EXIT_RUNNING,
    WORKER,
    Order,
    close_stdin,
    start_process,
    wait_ready,
)
from inference.engine.appearance_memory import PHASE_ENDED, PHASE_RUNNING, AppearanceMemory
from inference.messages.said import Words, said
from inference.messages.wire import Done, StopEngine

log = logging.getLogger(__name__)


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How patient the supervisor is. Seconds."""

    look_s: float = 0.1
    first_backoff_s: float = 0.2
    longest_backoff_s: float = 10.0
    quick_crash_s: float = 20.0
    """An engine that dies sooner than this after its start crashed quickly."""
    most_quick_crashes: int = 5
    hang_s: float = 20.0
    """Without a heartbeat for so long it hangs, and is ended by force."""
    start_s: float = 120.0
    """Until the first sign of life."""
    stop_s: float = 15.0
    """To end in order; then it is ended by force."""


class Supervisor:
    """Watches one engine from a thread of its own."""

    def __init__(
        self, spec: EngineSpec, policy: Policy | None = None, command: Sequence[str] = WORKER
    ) -> None:
        """``command`` reads an :class:`Order` from stdin and runs the engine."""
        self._spec = spec.check()
        self._policy = policy or Policy()
        self._command = tuple(command)
        self._state: EngineState = "starting"
        self._why: Words = ""
        self._stop = threading.Event()
        self._renewing = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._successor: subprocess.Popen[bytes] | None = None
        self._session: Session | None = None
        self._memory: AppearanceMemory | None = None
        self._crashes: deque[float] = deque(maxlen=self._policy.most_quick_crashes)
        self._log = EngineLog(spec.state_path)
        self.restarts = 0
        """How often the engine was started again."""
        self.started_it = False
        """Whether this supervisor started the engine that runs; false: it found it running."""
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    # -- from any thread -------------------------------------------------------------------------------

    @property
    def state(self) -> EngineState:
        """How the engine is doing."""
        return self._state

    @property
    def why(self) -> Words:
        """Why it is not running."""
        return self._why

    @property
    def pid(self) -> int | None:
        """Of the running engine."""
        address = self.address
        return address.pid if address is not None and self._state == "running" else None

    @property
    def address(self) -> Address | None:
        """Where the engine can be asked; None while it is not up."""
        return read_address(self._spec.state_path)

    def start(self) -> None:
        """Start the engine, or attach to the one that runs on this state folder. Once."""
        self._thread.start()

    def stop(self) -> None:
        """End the engine in order, by force if it does not, and remove its shared memory."""
        self._end_watch()
        state = self._spec.state_path
        address = read_address(state)
        if address is not None and is_running(state):
            send_once(address, StopEngine(), 2.0)
        elif self._child is not None and self._child.poll() is None:
            self._child.terminate()
        self._wait_until_gone(address)
        self._let_go_of_memory()
        for session in {s.memory: s for s in (self._session, address and address.session) if s}.values():
            end_session(session)
        forget_address(state)
        self._set("stopped", said("it was stopped"))

    def renew(self) -> Words | None:
        """Have another engine loaded, end this one in order, and let that one go on with its journal.

        Takes as long as an engine takes to load, while this one works on. A sentence is why it was not done.
        """
        address = read_address(self._spec.state_path)
        if address is None or self._state != "running":
            return said("the engine does not run")
        if self._spec.store is None or self._spec.simulated:
            return said(
                "only a live store goes on in another engine: a recording or a simulated one begins anew"
            )
        successor = start_process(self._command, Order(self._spec, address.session, follows=True), self._log)
        if not wait_ready(self._spec.state_path, successor, self._stop.is_set):
            _end_process(successor)
            return said("another engine does not start: {why}", why=self._log.last())
        close_stdin(successor)
        self._successor = successor
        self._renewing.set()
        self._set("renewing", "")
        if isinstance(send_once(address, StopEngine(again=True), 2.0), Done):
            return None
        self._renewing.clear()
        self._end_successor()
        return said("the engine does not answer")

    def leave(self) -> None:
        """Stop watching; the engine goes on, and another window may attach to it."""
        self._end_watch()
        self._let_go_of_memory()
        if self._child is not None:
            if self._child.stdin is not None:
                self._child.stdin.close()
            if self._child.poll() is None:
                self._child.returncode = 0  # it is left on purpose: no warning about a child still running

    def _end_watch(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._end_successor()

    def _end_successor(self) -> None:
        successor, self._successor = self._successor, None
        if successor is not None:
            _end_process(successor)

    # -- the watching thread ---------------------------------------------------------------------------

    def _watch(self) -> None:
        try:
            while not self._stop.is_set():
                if not self._one_life():
                    return
                self.restarts += 1
                if self._renewing.is_set():
                    self._renewing.clear()
                    self._child, self._successor = self._successor, None
                    continue
                self._set("restarting", self._why)
                crashes = max(1, len(self._crashes))
                wait = self._policy.first_backoff_s * 2.0 ** (crashes - 1)
                self._stop.wait(min(wait, self._policy.longest_backoff_s))
        except Exception as error:  # the window must learn of it
            log.exception("the supervisor failed")
            self._set("failed", said("the supervisor failed: {error}", error=error))

    def _one_life(self) -> bool:
        """Start or attach, watch until it is gone; true when it should be started again."""
        began = time.monotonic()
        attached = self._child is None and is_running(self._spec.state_path)
        if not attached and self._child is None:
            self._spawn()
        self.started_it = not attached
        hung = self._watch_until_gone(attached)
        if self._stop.is_set():
            return False
        status = None if attached or self._child is None else self._child.wait()
        phase = self._phase()
        close_stdin(self._child)
        self._child = None
        if status == EXIT_RUNNING:
            self._why = said("another engine has just been started")
            return True
        if self._renewing.is_set():
            return True
        if status == EXIT_REFUSED:
            self._set("failed", self._log.last() or said("the engine refused to start"))
            return False
        if status == EXIT_OK or (attached and phase == PHASE_ENDED):
            self._set("stopped", said("the engine has ended"))
            return False
        self._why = hung or self._log.unexpected_end(status)
        log.info("%s", self._why)
        return not self._is_hopeless(time.monotonic() - began)

    def _is_hopeless(self, lived_s: float) -> bool:
        if lived_s >= self._policy.quick_crash_s:
            self._crashes.clear()
            return False
        self._crashes.append(time.monotonic())
        if len(self._crashes) < self._policy.most_quick_crashes:
            return False
        self._set(
            "failed", said("{count} quick crashes in a row. {why}", count=len(self._crashes), why=self._why)
        )
        return True

    def _spawn(self) -> None:
        state = self._spec.state_path
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._session is None:
            left = read_address(state)
            self._session = left.session if left is not None else new_session()
        self._hold(usable(self._session))
        # How a recording starts, from its beginning or paused, is asked for once, not after each crash.
        first = self.restarts == 0
        spec = msgspec.structs.replace(
            self._spec, fresh=self._spec.fresh and first, paused=self._spec.paused and first
        )
        order = Order(spec, self._session)
        self._child = start_process(self._command, order, self._log)
        if not self._spec.follow_parent:
            close_stdin(self._child)

    def _watch_until_gone(self, attached: bool) -> Words:
        """Until the engine is gone or :meth:`stop` is asked for; a text when it hung and was ended."""
        state = self._spec.state_path
        # The memory still shows the last beat of an engine that crashed.
        (beats, _), moved_at = self._heartbeat(), time.monotonic()
        while not self._stop.wait(self._policy.look_s):
            if attached:
                self._adopt(read_address(state))
            gone = (
                not is_running(state) if attached else self._child is None or self._child.poll() is not None
            )
            if gone:
                return ""
            now_beats, phase = self._heartbeat()
            if now_beats != beats:
                beats, moved_at = now_beats, time.monotonic()
                if phase == PHASE_RUNNING:
                    self._set("running", "")
            limit = self._policy.hang_s if self._state == "running" else self._policy.start_s
            if time.monotonic() - moved_at > limit:
                self._kill()
                return said(
                    "the engine gave no sign of life for {seconds} s and was ended", seconds=f"{limit:g}"
                )
        return ""

    def _adopt(self, address: Address | None) -> None:
        if address is not None and (self._session is None or self._session != address.session):
            self._session = address.session
            self._hold(address.session)

    def _hold(self, session: Session) -> None:
        """Keep the memory open, so that it lives while no engine does."""
        if self._memory is None or self._memory.name != session.memory:
            self._let_go_of_memory()
            self._memory = AppearanceMemory(session.memory)

    def _heartbeat(self) -> tuple[int, int]:
        return (-1, -1) if self._memory is None else self._memory.heartbeat

    def _phase(self) -> int:
        return self._heartbeat()[1]

    def _let_go_of_memory(self) -> None:
        if self._memory is not None:
            self._memory.close()
            self._memory = None

    def _kill(self) -> None:
        address = self.address
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        elif address is not None and is_running(self._spec.state_path):
            _kill_pid(address.pid)

    def _wait_until_gone(self, address: Address | None) -> None:
        """Wait for an orderly end, then use force."""
        until = time.monotonic() + self._policy.stop_s
        while time.monotonic() < until:
            gone = self._child is None or self._child.poll() is not None
            if gone and not is_running(self._spec.state_path):
                break
            time.sleep(0.02)
        else:
            log.warning("the engine did not end within %g s and is ended by force", self._policy.stop_s)
            if self._child is not None:
                self._child.kill()
            elif address is not None:
                _kill_pid(address.pid)
        if self._child is not None:
            self._child.wait()
            close_stdin(self._child)
            self._child = None

    def _set(self, state: EngineState, why: Words) -> None:
        self._why = why
        self._state = state


def _end_process(child: subprocess.Popen[bytes]) -> None:
    """An engine that has not begun: nothing is lost with it."""
    close_stdin(child)
    child.kill()
    child.wait()


def _kill_pid(pid: int) -> None:
    """End by force an engine that holds the lock; it may be gone this very moment."""
    try:
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    except OSError:
        log.info("the engine was gone already")
