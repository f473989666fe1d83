"""The window is killed and started again, then the engine: what is there again, how soon, what was lost."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from console.back_office import Ledger
from console.cli.bench.window_seen import Seen
from console.engine_process.session import is_running, read_address
from console.engine_process.spec import EngineSpec
from console.engine_process.supervisor import Supervisor

LIMIT_S = 120.0
KEPT_S = 1.0
"""Before the window is killed: as somebody who looked at what they did, and then the power failed."""
PAGE_KEYS = {"live": "Ctrl+1", "shelves": "Ctrl+4"}


class WindowAgain(msgspec.Struct, frozen=True):
    """One window, killed by SIGKILL and started again."""

    seconds: float
    """From its start to a painted snapshot, wall clock."""
    cpu_s: float
    """Of a processor that its process used for it: what it takes on a machine that does nothing else."""
    page: bool
    """Whether the page was the same."""
    selected: bool
    """Whether the same shopper was selected (or had left meanwhile)."""
    engine: bool
    """Whether the engine was the same process, in the same run."""


class EngineAgain(msgspec.Struct, frozen=True):
    """One engine, killed by SIGKILL under an open window."""

    said_s: float
    """Until the window said so."""
    back_s: float
    """Until it showed another run's snapshot and said nothing any more."""
    carts: int
    """In the window when the engine was killed."""
    lost: tuple[str, ...]
    """Visits of these that were neither shown afterwards, with at least as much in them, nor closed."""


class Restarts(msgspec.Struct, frozen=True):
    """All of them."""

    windows: tuple[WindowAgain, ...]
    engines: tuple[EngineAgain, ...]


def _kept_bytecode(state: Path) -> dict[str, str]:
    """This process's environment, but with compiled modules kept: as where nobody says otherwise.

    A container often does, and then a third of each start would be the compiling of what has not changed.
    """
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**told, "PYTHONPYCACHEPREFIX": str(state / "bytecode")}


class WatchedConsole:
    """A console in a process of its own, without a display, that says what it shows."""

    def __init__(self, arguments: list[str], state: Path) -> None:
        """``state``: this computer's state folder for it."""
        self.began = time.monotonic()
        self.seen: Seen | None = None
        self._queue: queue.Queue[Seen] = queue.Queue()
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "console.cli.bench.window_seen", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            env={
                **_kept_bytecode(state),
                "QT_QPA_PLATFORM": "offscreen",
                "DISPLAY": os.environ.get("DISPLAY", ":none"),  # that there is one is all that is asked
                "OPENAISLE_STATE": str(state),
            },
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def press(self, keys: str) -> None:
        """A key sequence, as ``Ctrl+4``."""
        assert self._process.stdin is not None  # noqa: S101 - PIPE was asked for
        self._process.stdin.write(f"{keys}\n".encode())
        self._process.stdin.flush()

    def wait_for(self, condition: Callable[[Seen], bool], what: str, limit_s: float = LIMIT_S) -> Seen:
        """What is seen when it holds. Raises ``RuntimeError`` when it does not, or the console ends."""
        until = time.monotonic() + limit_s
        while self.seen is None or not condition(self.seen):
            try:
                self.seen = self._queue.get(timeout=0.1)
            except queue.Empty:
                if self._process.poll() is not None:
                    raise RuntimeError(
                        f"the console ended ({self._process.returncode}) before {what}"
                    ) from None
                if time.monotonic() > until:
                    raise RuntimeError(f"{what}: not within {limit_s:.0f} s, but {self.seen}") from None
        return self.seen

    def kill(self) -> None:
        """By force, as a crash or a power cut does."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """Wait until it is gone."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - PIPE was asked for
        for line in self._process.stdout:
            self._queue.put(msgspec.json.decode(line, type=Seen))


def measure_restarts(recording: Path, work: Path, windows: int = 3, engines: int = 2) -> Restarts:
    """Play a recording in a console, and kill now the window and now the engine.

    Raises ``RuntimeError`` when something does not come back at all.
    """
    found_windows, found_engines = [], []
    with playing(recording, work) as (arguments, spec):
        console = WatchedConsole(arguments, work)
        try:
            for number in range(windows):
                console, again = kill_window(console, arguments, work, spec, list(PAGE_KEYS)[number % 2])
                found_windows.append(again)
            for _ in range(engines):
                found_engines.append(kill_engine(console, spec))
        finally:
            console.close()
    return Restarts(tuple(found_windows), tuple(found_engines))


@contextmanager
def playing(recording: Path, work: Path) -> Iterator[tuple[list[str], EngineSpec]]:
    """What ``main.py`` is started with to play a recording, and what its engine is then; ended afterwards."""
    from console.cli.console import make_spec

    settings = work / "window" / "window.ini"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("[General]\nwelcomed=true\n", encoding="utf-8")
    before = os.environ.get("OPENAISLE_STATE")
    os.environ["OPENAISLE_STATE"] = str(work)
    try:
        spec = make_spec(None, recording, None, 1.0, 1, headless=False)
    finally:
        if before is None:
            del os.environ["OPENAISLE_STATE"]
        else:
            os.environ["OPENAISLE_STATE"] = before
    try:
        yield ["run", "--recording", str(recording), "--keep-running"], spec
    finally:
        if is_running(spec.state_path):
            Supervisor(spec).stop()


def kill_window(
    console: WatchedConsole, arguments: list[str], work: Path, spec: EngineSpec, page: str
) -> tuple[WatchedConsole, WindowAgain]:
    """Go to a page with somebody selected, kill the window, start another one."""
    console.wait_for(lambda seen: bool(seen.carts), "somebody inside")
    console.press(PAGE_KEYS["live"])
    console.press("Ctrl+Down")
    before = console.wait_for(lambda seen: bool(seen.selected), "somebody selected")
    console.press(PAGE_KEYS[page])
    before = console.wait_for(lambda seen: seen.page == page, f"the page {page}")
    time.sleep(KEPT_S)
    engine = _engine_pid(spec)
    console.kill()
    other = WatchedConsole(arguments, work)
    try:
        first = other.wait_for(lambda _: True, "the window")
    except BaseException:
        other.close()
        raise
    return other, WindowAgain(
        seconds=first.at - other.began,
        cpu_s=first.cpu_s,
        page=first.page == before.page,
        selected=first.selected == (before.selected if before.selected in first.inside else ""),
        engine=_engine_pid(spec) == engine and first.engine == before.engine,
    )


def kill_engine(console: WatchedConsole, spec: EngineSpec) -> EngineAgain:
    """Kill the engine under the window, and wait until it is back."""
    before = console.wait_for(lambda seen: any(seen.carts.values()) and not seen.banner, "a filled cart")
    pid = _engine_pid(spec)
    killed = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    said = console.wait_for(lambda seen: bool(seen.banner), "that the window says so")
    back = console.wait_for(lambda seen: seen.engine != before.engine and not seen.banner, "the engine")
    gone = [visit for visit, things in before.carts.items() if back.carts.get(visit, -1) < things]
    lost = tuple(visit for visit in gone if not _is_closed(spec, visit))
    return EngineAgain(said.at - killed, back.at - killed, len(before.carts), lost)


def _is_closed(spec: EngineSpec, visit: str) -> bool:
    if not spec.ledger_path.exists():  # nobody has left yet
        return False
    with Ledger.open(spec.ledger_path, read_only=True) as ledger:
        return ledger.visit(visit) is not None


def _engine_pid(spec: EngineSpec) -> int:
    address = read_address(spec.state_path)
    if address is None:
        raise RuntimeError("there is no engine")
    return address.pid
