"""Detection of live cameras: threads that go round the cameras' mailboxes."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from inference.detection.pool import FrameFault, Gate, Session, SessionMaker, detected
from inference.detection.priority import give_way
from inference.messages import Detections, Frame
from inference.messages.said import said
from inference.messages.wire import DeviceStatus

_log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often a thread looks though no camera said that it has a new picture."""
SLOPE = 0.1
"""Weight of the newest frame in the running rate."""


class FrameBox(Protocol):
    """A camera's mailbox: one slot, the newest frame wins."""

    def take(self, timeout: float | None = None) -> Frame | None:
        """The frame, or None when there is none within ``timeout`` seconds."""

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener``, which returns at once, whenever there is a frame to take."""


class LiveCounts(msgspec.Struct, frozen=True):
    """What was done for one camera so far."""

    detected: int = 0
    failed: int = 0
    last_error: str = ""


class LiveDetection:
    """Threads with one session each that serve all cameras in turn.

    A camera that was just served goes to the end of the line, so a fast one cannot starve a slow one. A
    camera is served by one thread at a time, so its results come in the order of its frames.
    """

    def __init__(
        self,
        mailboxes: Mapping[str, FrameBox],
        detector: SessionMaker,
        threads: int,
        on_detections: Callable[[Detections], None],
        on_fault: FrameFault | None = None,
        *,
        gate: Gate | None = None,
    ) -> None:
        """Make the sessions; :meth:`start` begins. Callbacks and ``gate`` are called by detection threads.

        Raises :class:`ModelError` when the model cannot run.
        """
        if threads < 1:
            raise ValueError(f"{threads} threads cannot detect anything")
        self._boxes = dict(mailboxes)
        self._line = deque(self._boxes)
        self._served: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._told = 0
        self._on_detections, self._on_fault = on_detections, on_fault
        self._gate = gate
        self._name = detector.name
        self._since = time.time()
        self._counts = {camera: LiveCounts() for camera in self._boxes}
        self._frame_s: float | None = None
        self._rate: float = 0.0
        self._last_done: float | None = None
        sessions = [detector.session() for _ in range(threads)]
        self._threads = [
            threading.Thread(target=self._work, args=(session,), name=f"detect-{i}", daemon=True)
            for i, session in enumerate(sessions)
        ]

    def start(self) -> None:
        """Start the threads."""
        for box in self._boxes.values():
            box.listen(self._wake)
        for thread in self._threads:
            thread.start()

    def add(self, camera: str, box: FrameBox) -> None:
        """One more camera, or another box of one that is known; while it runs."""
        with self._lock:
            self._boxes = {**self._boxes, camera: box}
            self._counts.setdefault(camera, LiveCounts())
            if camera not in self._line and camera not in self._served:
                self._line.append(camera)
        box.listen(self._wake)

    def drop(self, camera: str) -> None:
        """This camera is gone; a picture of it that is at work is still told of."""
        with self._lock:
            self._boxes = {name: box for name, box in self._boxes.items() if name != camera}
            self._counts.pop(camera, None)
            if camera in self._line:
                self._line.remove(camera)

    def stop(self, timeout: float = 5.0) -> bool:
        """Finish the frames at work and end the threads; False if one is still at it after ``timeout`` s."""
        self._stop.set()
        self._wake()
        until = time.monotonic() + timeout
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def counts(self) -> Mapping[str, LiveCounts]:
        """By camera."""
        with self._lock:
            return dict(self._counts)

    def status(self) -> DeviceStatus:
        """How the model is doing, as a device of the store."""
        with self._lock:
            counts, frame_s, rate = list(self._counts.values()), self._frame_s, self._rate
        failed = sum(c.failed for c in counts)
        errors = [c.last_error for c in counts if c.last_error]
        alive = any(thread.is_alive() for thread in self._threads)
        return DeviceStatus(
            device=self._name,
            kind="detector",
            state="live" if alive else "off",
            since=self._since,
            why=said("{count} pictures could not be read by the model", count=failed) if failed else "",
            rate_hz=rate if alive else 0.0,
            dropped=failed,
            received=sum(c.detected for c in counts),
            latency_s=frame_s,
            last_error=errors[-1] if errors else "",
        )

    # -- in the threads --------------------------------------------------------------------------------

    def _wake(self) -> None:
        """A camera has a new picture (called by its thread), or it is time to end."""
        with self._news:
            self._told += 1
            self._news.notify_all()

    def _wait_for_news(self, heard: int) -> None:
        """Until something was told after ``heard``: a picture that came meanwhile is not overslept."""
        with self._news:
            self._news.wait_for(lambda: self._told != heard, LOOK_S)

    def _work(self, session: Session) -> None:
        give_way()
        while not self._stop.is_set():
            heard = self._told
            taken = self._next_frame()
            if taken is None:
                self._wait_for_news(heard)
                continue
            camera, frame = taken
            try:
                self._serve(session, camera, frame)
            finally:
                self._back_into_line(camera)

    def _next_frame(self) -> tuple[str, Frame] | None:
        """The first camera in line with a new picture; it stays out of the line until it has been served.

        The box is opened outside of the lock: whoever lends it may do something with the picture then.
        """
        for _ in range(len(self._boxes)):
            with self._lock:
                if not self._line:
                    return None
                camera = self._line.popleft()
                self._served.add(camera)
                box = self._boxes[camera]
            try:
                frame = box.take(0)
            except Exception as error:  # a camera's fault must not end the thread that serves the others
                self._count_fault(camera, error)
                frame = None
            if frame is not None:
                return camera, frame
            self._back_into_line(camera)
        return None

    def _back_into_line(self, camera: str) -> None:
        with self._lock:
            self._served.discard(camera)
            if camera in self._boxes:
                self._line.append(camera)

    def _serve(self, session: Session, camera: str, frame: Frame) -> None:
        began = time.perf_counter()
        try:
            found = detected(session, frame)
            if self._gate is not None:  # in order: the camera is out of the line
                found = self._gate.judge(frame.image, found)
        except Exception as error:  # whatever a model throws costs one picture, never the thread
            self._count_fault(camera, error)
            if self._on_fault is not None:
                self._tell(self._on_fault, frame, error)
            return
        self._count_done(camera, time.perf_counter() - began)
        self._tell(self._on_detections, found)

    def _tell(self, listener: Callable[..., None], *what: object) -> None:
        try:
            listener(*what)
        except Exception:
            _log.exception("a listener of the detection failed")

    def _count_done(self, camera: str, took_s: float) -> None:
        now = time.monotonic()
        with self._lock:
            if camera in self._boxes:  # else it went while its last picture was at work
                known = self._counts.get(camera, LiveCounts())
                self._counts[camera] = msgspec.structs.replace(known, detected=known.detected + 1)
            self._frame_s = (
                took_s if self._frame_s is None else self._frame_s + SLOPE * (took_s - self._frame_s)
            )
            if self._last_done is not None:
                rate = 1.0 / max(now - self._last_done, 1e-3)
                self._rate += SLOPE * (rate - self._rate)
            self._last_done = now

    def _count_fault(self, camera: str, error: Exception) -> None:
        with self._lock:
            known = self._counts.get(camera, LiveCounts())
            if known.failed == 0 or known.last_error != str(error):
                _log.warning("%s cannot read a picture of camera %s: %s", self._name, camera, error)
            if camera in self._boxes:
                self._counts[camera] = msgspec.structs.replace(
                    known, failed=known.failed + 1, last_error=str(error)
                )
