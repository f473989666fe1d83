"""Detection of a recording's frames on several threads, with the results in the order of the frames."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, Self

from inference.detection.manifest import ModelError
from inference.detection.picture import Picture
from inference.detection.priority import give_way
from inference.messages import Detection, Detections, Frame


class Session(Protocol):
    """A network for one thread."""

    def detect(self, image: Picture) -> tuple[Detection, ...]:
        """People in a BGR picture. Raises :class:`ModelError` or ``ValueError``."""


class SessionMaker(Protocol):
    """A model that gives each thread a session of its own, as ``Detector`` does."""

    @property
    def name(self) -> str:
        """What people call the model."""

    def session(self) -> Session:
        """A session for the calling thread. Raises :class:`ModelError`."""


class Gate(Protocol):
    """Judges detections by what it learned of their camera; see ``motion_gate``."""

    def judge(self, image: Picture, seen: Detections) -> Detections:
        """The same detections with other scores. A camera's frames come in order, one at a time."""


FrameFault = Callable[[Frame, Exception], None]
"""Told of a frame that could not be detected."""


def detected(session: Session, frame: Frame) -> Detections:
    """What a session sees in a frame, as the message that the pipeline takes."""
    height, width = frame.image.shape[:2]
    return Detections(frame.camera, frame.t, frame.seq, width, height, session.detect(frame.image))


class DetectorPool:
    """Threads with one session each. Close it, or use it in a ``with``."""

    def __init__(
        self,
        detector: SessionMaker,
        threads: int,
        on_fault: FrameFault | None = None,
        *,
        gate: Gate | None = None,
    ) -> None:
        """Make the sessions, and so learn at once if the model cannot run. Raises :class:`ModelError`.

        ``on_fault`` and ``gate`` are called by the thread that consumes :meth:`ordered`, in its order.
        """
        if threads < 1:
            raise ValueError(f"{threads} threads cannot detect anything")
        self._threads = threads
        self._sessions = deque(detector.session() for _ in range(threads))
        self._own = threading.local()
        self._on_fault = on_fault
        self._gate = gate
        self._pool = ThreadPoolExecutor(threads, "detect", initializer=give_way)
        self.failed = 0
        """Frames that the model failed on."""
        self.last_error = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish the frames at work, drop the others, end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def ordered(self, frames: Iterable[Frame]) -> Iterator[Detections]:
        """Detections of the frames, one for each, in their order; at most two a thread are taken ahead.

        ``frames`` is drawn by the consuming thread. A frame that the model fails on is counted, reported, and
        answered with nobody seen, so that whoever pairs frames and answers stays in step.
        """
        ahead: deque[tuple[Frame, Future[Detections]]] = deque()
        try:
            for frame in frames:
                ahead.append((frame, self._pool.submit(self._detect, frame)))
                if len(ahead) > 2 * self._threads:
                    yield self._answer(*ahead.popleft())
            while ahead:
                yield self._answer(*ahead.popleft())
        finally:
            for _, future in ahead:
                future.cancel()

    def _answer(self, frame: Frame, future: Future[Detections]) -> Detections:
        try:
            seen = future.result()
        except (ModelError, ValueError) as error:
            self.failed += 1
            self.last_error = str(error)
            if self._on_fault is not None:
                self._on_fault(frame, error)
            height, width = frame.image.shape[:2]
            return Detections(frame.camera, frame.t, frame.seq, width, height)
        return seen if self._gate is None else self._gate.judge(frame.image, seen)

    def _detect(self, frame: Frame) -> Detections:
        session = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = self._sessions.popleft()
        return detected(session, frame)
