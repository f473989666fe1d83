"""Records what the engine sees, beside the engine: a thread of its own writes, and nothing waits for it."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

from inference.messages import Frame, Observation
from inference.recording.format import RecordingError
from inference.recording.writer import RecordingWriter
from store_layout.model import StoreLayout

MOST_OBSERVATIONS = 50_000
"""What may wait for a slow disk: about ten seconds of a store with 60 scales at 60 Hz."""
MOST_FRAMES = 60
"""Pictures that may wait; at 720p they take 2.6 MB each."""

_End = None


class LiveRecorder:
    """Takes what the engine has taken (after its drops) and writes it as a recording.

    Without pictures and appearances unless ``raw_video`` or ``appearance`` ask for them by name. A disk that
    is full or too slow ends the recording, never the engine: ``why`` then says what happened, and the part
    that was written can be replayed. Pictures that do not fit are dropped and counted.
    """

    def __init__(
        self,
        folder: Path,
        layout: StoreLayout,
        *,
        started_at: float,
        store_folder: Path | None = None,
        raw_video: bool = False,
        appearance: bool = False,
        expires_at: float | None = None,
        note: str = "",
    ) -> None:
        """Begin. Raises :class:`RecordingError` or ``OSError`` where the folder cannot be made."""
        self._writer = RecordingWriter(
            folder,
            layout,
            started_at=started_at,
            store_folder=store_folder,
            raw_video=raw_video,
            appearance=appearance,
            expires_at=expires_at,
            note=note,
        )
        self._raw_video = raw_video
        self.why = ""
        """Why the recording ended early; empty while all is well."""
        self.dropped_frames = 0
        self._waiting_frames = threading.Semaphore(MOST_FRAMES)
        self._queue: queue.Queue[Observation | Frame | None] = queue.Queue(MOST_OBSERVATIONS)
        self._thread = threading.Thread(target=self._write, name="recorder", daemon=True)
        self._thread.start()

    def observe(self, seen: Observation) -> None:
        """Keep one observation. Returns at once."""
        if self.why:
            return
        try:
            self._queue.put_nowait(seen)
        except queue.Full:
            self.why = f"the disk is too slow: {MOST_OBSERVATIONS} observations were waiting for it"

    def frame(self, frame: Frame) -> None:
        """Keep one picture, if pictures were asked for. Returns at once."""
        if not self._raw_video or self.why:
            return
        if not self._waiting_frames.acquire(blocking=False):
            self.dropped_frames += 1
            return
        try:
            self._queue.put_nowait(frame)
        except queue.Full:
            self._waiting_frames.release()
            self.dropped_frames += 1

    def close(self) -> None:
        """Write what is waiting, and end. The recording is complete unless ``why`` says otherwise."""
        self._queue.put(_End)
        self._thread.join()

    def _write(self) -> None:
        while (item := self._queue.get()) is not _End:
            if isinstance(item, Frame):
                self._waiting_frames.release()
            if not self.why:
                self._keep(item)
        try:
            self._writer.close(complete=not self.why)
        except OSError as error:
            self.why = self.why or f"the recording could not be ended: {error.strerror or error}"

    def _keep(self, item: Observation | Frame) -> None:
        try:
            if isinstance(item, Frame):
                self._writer.frame(item)
            else:
                self._writer.observe(item)
        except (OSError, RecordingError) as error:
            self.why = f"the recording could not be written: {error}"
