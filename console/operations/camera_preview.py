"""A live picture from an address that somebody is typing in, off the GUI thread."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from inference.capture import BadCameraUrlError, parse_camera_url, redact
from inference.capture.sources import BadPictureError, FrameSource, Image, SourceEnded, SourceError

LARGEST = (640, 480)
"""Pictures are made to fit into this before they are shown."""
PER_S = 8.0
FIRST_S = 8.0
"""An address that gives no picture for so long is given up."""


class CameraPreview(QObject):
    """Shows one address at a time: what it was shown before is let go of."""

    came = Signal()
    """A newer picture is in ``picture``."""
    told = Signal(str, bool)
    """How it goes, in words; True: it gives pictures."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background(self, workers=1)
        self._stop = threading.Event()
        self.picture: Image | None = None
        """BGR ``[height, width, 3]``, at most ``LARGEST``."""
        self.size: tuple[int, int] | None = None
        """Width and height that the camera sends."""

    def start(self, url: str, user: str, password: str, folder: Path | None) -> None:
        """Show this address from now on. The password goes to the camera and to nobody else."""
        self.stop()
        self._stop = stop = threading.Event()
        self.picture = self.size = None
        self.told.emit(tr("Asking {url} …", url=redact(url, password)), False)
        self._background.run(
            lambda: self._show(url, user, password, folder, stop),
            lambda said: self._ended(said, stop),
            lambda error: self._failed(error, stop),
        )

    def stop(self) -> None:
        """No more pictures; the connection is closed soon."""
        self._stop.set()

    def close(self) -> None:
        """Wait until the connection is closed."""
        self.stop()
        self._background.close()

    # -- in the worker -------------------------------------------------------------------------------

    def _show(self, url: str, user: str, password: str, folder: Path | None, stop: threading.Event) -> str:
        """Read until told to stop, or to the end of a file; gives what is wrong with it."""
        parsed = parse_camera_url(url, folder)
        began, count, shown_at = time.monotonic(), 0, 0.0
        from inference.capture.camera_thread import open_source  # loads the video library

        with closing(open_source(parsed, user or parsed.user, password or parsed.password)) as source:
            while not stop.is_set():
                try:
                    raw = source.read()
                except BadPictureError:
                    if not count and time.monotonic() - began > FIRST_S:
                        raise
                    continue
                except SourceEnded:
                    return "" if count else tr("There is no picture in it.")
                count += 1
                now = time.monotonic()
                if now - shown_at >= 1 / PER_S and not stop.is_set():
                    shown_at = now
                    if self.size is None:
                        whole = raw.convert(None)
                        self.size = (whole.shape[1], whole.shape[0])
                        self.told.emit(self._words(source, now - began), True)
                    self.picture = raw.convert(LARGEST)
                    self.came.emit()
                if not source.live:
                    stop.wait(1 / PER_S)
        return ""

    def _words(self, source: FrameSource, took_s: float) -> str:
        width, height = self.size or (0, 0)
        fps: float | None = getattr(source, "fps", None)
        said = tr(
            "{width} × {height} pixels, first picture after {seconds} s",
            width=width,
            height=height,
            seconds=f"{took_s:.1f}",
        )
        return said if not fps else tr("{what}, {rate} a second", what=said, rate=f"{fps:.0f}")

    # -- on the GUI thread ---------------------------------------------------------------------------

    def _ended(self, said: str, stop: threading.Event) -> None:
        if said and stop is self._stop and not stop.is_set():
            self.told.emit(said, False)

    def _failed(self, error: Exception, stop: threading.Event) -> None:
        if not isinstance(error, SourceError | BadCameraUrlError | BadPictureError | OSError):
            raise error
        if stop is self._stop and not stop.is_set():
            self.told.emit(in_words(error), False)
