"""The pictures of a simulated store's cameras, made by a process of their own as fast as it can."""

from __future__ import annotations

import logging
import secrets
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.capture import Mailbox
from inference.capture.rates import RateMeter
from inference.engine.picture_process import Ask, Fault, Made, Opening, receive, send
from inference.engine.shared_block import bytes_of, create_block, remove_block
from inference.messages import Frame
from inference.messages.wire import DeviceState, DeviceStatus
from inference.simulation.live.pictures import Moment
from store_layout.model import Camera, StoreLayout

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "inference.engine.picture_process")
RETRY_S = 3.0
MOST_ENDS = 5
"""Ends of the process that are put up with."""
LATE_S = 2.0
ENOUGH_HZ = 1.5
"""Pictures a second of each camera with which people can be followed."""


class NoPicturesError(RuntimeError):
    """The process cannot make any; the text says why."""


@dataclass
class _Camera:
    about: Camera
    box: Mailbox[Frame] = field(default_factory=Mailbox[Frame])
    meter: RateMeter = field(default_factory=RateMeter)
    seq: int = 0
    due: float = 0.0
    last: float | None = None
    since: float = field(default_factory=time.time)
    state: DeviceState = "connecting"
    fault: str = ""


class RenderedPictures:
    """Asks for the cameras in turn, never faster than each wants, and lays the newest into its mailbox."""

    def __init__(
        self, layout: StoreLayout, seed: int, maker: str, moment: Callable[[], Moment], started_at: float
    ) -> None:
        """``maker``: see ``picture_process.Opening``. ``moment``: the store as it is now, from any thread."""
        self._layout, self._seed, self._maker = layout, seed, maker
        self._moment, self._started_at = moment, started_at
        self._line = deque(_Camera(about) for about in layout.file.camera)
        self._cameras = {camera.about.id: camera for camera in self._line}
        self._process: subprocess.Popen[bytes] | None = None
        self._block: SharedMemory | None = None
        self._took_s: float | None = None
        self._why = ""
        self._delivers = False
        self._starting = threading.Lock()
        """Over starting, ending and killing the process."""
        self._gave_up = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="pictures", daemon=True)

    @property
    def mailboxes(self) -> dict[str, Mailbox[Frame]]:
        """The newest picture of each camera."""
        return {name: camera.box for name, camera in self._cameras.items()}

    @property
    def delivers(self) -> bool:
        """Whether pictures come often enough for people to be followed by them."""
        if not self._delivers:
            return False
        now = time.monotonic()
        return all(camera.meter.rate(now) >= min(ENOUGH_HZ, camera.about.fps / 2) for camera in self._line)

    @property
    def why_not(self) -> str:
        """Why none come; empty while all is well."""
        return self._why

    def start(self) -> None:
        """Start the process and begin; returns at once. Once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and the process: whatever it is at, nobody waits for it."""
        self._stop.set()
        with self._starting:
            if self._process is not None:
                self._process.kill()
        if self._thread.ident is not None:
            self._thread.join()
        for camera in self._cameras.values():
            camera.box.close()

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """How the cameras are doing, in the order of the store file."""
        return tuple(self._status(camera) for camera in self._cameras.values())

    def _status(self, camera: _Camera) -> DeviceStatus:
        now = time.monotonic()
        state: DeviceState = "connecting"
        if self._gave_up.is_set() or (self._why and not self._delivers):
            state = "lost"
        elif camera.last is not None:
            state = "live" if now - camera.last < LATE_S + 2.0 / camera.about.fps else "late"
        if state != camera.state:
            camera.state, camera.since = state, time.time()
        return DeviceStatus(
            camera.about.id,
            "camera",
            state,
            camera.since,
            self._why_state(state),
            camera.meter.rate(now) if state == "live" else 0.0,
            dropped=camera.box.dropped,
            received=camera.box.received,
            latency_s=self._took_s,
            last_error=camera.fault,
        )

    def _why_state(self, state: DeviceState) -> str:
        if state == "lost":
            return self._why
        return f"a picture takes {self._took_s:.1f} s on this computer" if state == "late" else ""

    # -- in the thread ---------------------------------------------------------------------------------

    def _work(self) -> None:
        ends = 0
        while not self._stop.is_set():
            try:
                self._open()
                self._go_round()
            except NoPicturesError as error:
                self._fail(str(error))
                self._gave_up.set()
                return
            except (OSError, msgspec.MsgspecError) as error:
                ends += 1
                self._fail(f"the process that renders ended unexpectedly: {error}")
                if ends >= MOST_ENDS:
                    self._gave_up.set()
                    return
            finally:
                self._end()
            self._stop.wait(RETRY_S)

    def _fail(self, why: str) -> None:
        self._why, self._delivers = why, False
        if not self._stop.is_set():
            log.warning("no pictures of the simulated store: %s", why)

    def _open(self) -> None:
        largest = max((c.width * c.height * 3 for c in self._layout.file.camera), default=1)
        name = f"oar{secrets.token_hex(5)}"
        self._block = create_block(name, largest)
        try:
            with self._starting:
                if self._stop.is_set():
                    raise NoPicturesError("the store is closing")
                self._process = subprocess.Popen(  # noqa: S603  # our own command
                    COMMAND,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    cwd=Path(__file__).resolve().parents[2],
                )
            send(self._pipe_in, Opening(self._maker, self._layout, self._seed, name))
            answer = self._hear()
        finally:
            remove_block(name)  # both have it open by now, and it goes with them
        if isinstance(answer, Fault):
            raise NoPicturesError(answer.why)

    def _go_round(self) -> None:
        while not self._stop.is_set():
            now = time.monotonic()
            wait = min((camera.due for camera in self._line), default=now + 1.0) - now
            if wait > 0:
                self._stop.wait(min(wait, 0.5))
                continue
            camera = next(c for c in self._line if c.due <= now)
            self._line.remove(camera)
            self._line.append(camera)
            camera.due = max(camera.due + 1.0 / camera.about.fps, now)
            self._take(camera)

    def _take(self, camera: _Camera) -> None:
        moment = self._moment()
        send(self._pipe_in, Ask(camera.about.id, moment))
        answer = self._hear()
        if isinstance(answer, Fault):
            camera.fault = answer.why
            camera.due = time.monotonic() + RETRY_S
            return
        camera.seq += 1
        camera.last = time.monotonic()
        camera.meter.add(camera.last)
        self._took_s = answer.took_s
        self._why, self._delivers = "", True
        t = round(self._started_at + moment.t, 4)
        camera.box.put(Frame(camera.about.id, camera.seq, t, self._picture(answer)))

    def _picture(self, made: Made) -> NDArray[np.uint8]:
        assert self._block is not None  # noqa: S101  # made by _open
        seen = np.frombuffer(bytes_of(self._block), np.uint8, count=made.height * made.width * 3)
        return seen.reshape(made.height, made.width, 3).copy()

    @property
    def _pipe_in(self) -> IO[bytes]:
        assert self._process is not None  # noqa: S101  # made by _open
        assert self._process.stdin is not None  # noqa: S101  # PIPE was asked for
        return self._process.stdin

    def _hear(self) -> Made | Fault:
        """The answer. Raises ``OSError`` when the process is gone."""
        assert self._process is not None  # noqa: S101  # made by _open
        assert self._process.stdout is not None  # noqa: S101  # PIPE was asked for
        data = receive(self._process.stdout)
        if data is None:
            raise OSError(f"it ended with status {self._process.wait()}")
        answer: Made | Fault = msgspec.msgpack.decode(data, type=Made | Fault)
        return answer

    def _end(self) -> None:
        """End the process and let go of the shared memory."""
        with self._starting:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _close(pipe)
            process.wait()
        if self._block is not None:
            self._block.close()
            self._block = None


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:  # what was still to be written finds no reader
        log.info("the process that renders is gone already")
