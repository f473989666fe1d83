"""A thread per camera: connect, read, decode, hand over the newest, and start again when it breaks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from inference.capture.camera_health import FROZEN_LOST_S, Backoff, CameraHealth, FreezeWatch
from inference.capture.camera_urls import BadCameraUrlError, CameraUrl, parse_camera_url
from inference.capture.mailbox import Mailbox
from inference.capture.rates import ArrivalClock, Clock, Pacer
from inference.capture.secrets import Secrets, SecretsUnavailableError, camera_key
from inference.capture.sources import (
    BadPictureError,
    FrameSource,
    RawPicture,
    Size,
    SourceEnded,
    SourceError,
)
from inference.messages import Frame
from inference.messages.said import Words, said, words_of
from inference.messages.wire import DeviceStatus
from store_layout.model import Camera

log = logging.getLogger(__name__)


def open_source(
    url: CameraUrl, user: str | None = None, password: str | None = None, fps: float | None = None
) -> FrameSource:
    """Open what the address means. Raises :class:`SourceError`."""
    match url.kind:
        case "usb":
            from inference.capture.other_sources import UsbSource

            return UsbSource(url.index)
        case "pictures":
            from inference.capture.other_sources import PictureFolderSource

            return PictureFolderSource(url, fps)
        case _:
            from inference.capture.av_source import AvSource

            return AvSource(url, user, password)


class CameraThread:
    """Keeps ``mailbox`` filled with the newest picture of one camera.

    Live pictures are stamped when they arrive, pictures of files by their place in the file, counted from
    the start of the thread; the stamps of one camera never go backwards. Nothing here ever waits for the
    engine.
    """

    def __init__(
        self,
        camera: Camera,
        mailbox: Mailbox[Frame],
        secrets: Secrets,
        clock: Clock = time.time,
        *,
        store: str = "",
        folder: Path | None = None,
        size: Size | None = None,
        opener: Callable[[], FrameSource] | None = None,
    ) -> None:
        """Prepare; nothing is opened before :meth:`start`.

        ``size`` (width, height): larger pictures are made smaller while they are decoded, to fit into it;
        None leaves them as they come.
        ``folder`` is where relative ``file:`` addresses start. ``opener`` replaces the camera's address.
        """
        self._camera, self._mailbox, self._secrets, self._clock = camera, mailbox, secrets, clock
        self._store, self._folder, self._size = store, folder, size
        self._opener = opener or self._open_by_address
        self._loop = False
        self._arrival = ArrivalClock(clock)
        self._health = CameraHealth(camera.id, camera.fps, clock, time.monotonic)
        self._backoff = Backoff()
        self._freeze = FreezeWatch()
        self._wake = threading.Event()
        self._stopping = False
        self._again = False
        self._thread = threading.Thread(target=self._run, name=f"camera-{camera.id}", daemon=True)
        self._seq = 0
        self._last_t = 0.0

    # -- anybody's thread -----------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect. Once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it does within the timeout of the library's call it is in (about 2 s)."""
        self._stopping = True
        self._wake.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the thread has ended; whether it has."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def restart(self) -> None:
        """Drop the connection and make a new one now; a file starts again."""
        self._again = True
        self._wake.set()

    def status(self) -> DeviceStatus:
        """How the camera is doing now."""
        return self._health.status(self._mailbox.dropped)

    @property
    def last_change_t(self) -> float | None:
        """Frame time of the last picture that showed something new; None before the first."""
        return self._health.last_change_t

    # -- the camera's thread --------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            self._again = False
            self._health.connecting()
            pause = self._session()
            if not (self._stopping or self._again):
                self._wake.wait(pause)
        self._health.fix("off", said("stopped"))

    def _session(self) -> float | None:
        """One connection from opening to its end; how long to wait before the next (None: until told)."""
        try:
            self._play()
        except SourceEnded:
            self._health.fix("ended", said("the end of the file is reached"))
            return None
        except (SourceError, BadCameraUrlError, SecretsUnavailableError) as error:
            return self._failed(words_of(error))
        except Exception as error:  # a camera must not take its thread down, whatever its library raises
            log.exception("camera %s: unexpected error", self._camera.id)
            return self._failed(said("unexpected error: {kind}", kind=type(error).__name__))
        return 0.0

    def _failed(self, text: Words) -> float:
        pause = self._backoff.next()
        self._health.failed(text, pause)
        return pause

    def _open_by_address(self) -> FrameSource:
        if self._camera.url is None:
            raise SourceError(said("no address is set for this camera"))
        url = parse_camera_url(self._camera.url, self._folder)
        self._loop = url.loop
        user = self._camera.user or url.user
        password = url.password
        if self._camera.user:
            password = self._secrets.get(camera_key(self._store, self._camera.id)) or password
        return open_source(url, user, password, self._camera.fps)

    def _play(self) -> None:
        """Read until stopped, told to start again, ended (raises) or broken (raises)."""
        play = _Playback(self._clock(), self._arrival, self._wake, self._camera.fps)
        while not (self._stopping or self._again):
            with closing(self._opener()) as source:
                self._health.connected()
                try:
                    self._read_all(source, play)
                except SourceEnded:
                    if not (self._loop and play.advanced):
                        raise
                    play.rewind()

    def _read_all(self, source: FrameSource, play: _Playback) -> None:
        pacer, opened = Pacer(self._camera.fps), time.monotonic()
        while not (self._stopping or self._again):
            try:
                picture = source.read()
                began = time.monotonic()
                self._health.arrived()
                t = play.wait_for(picture.media_t)
                if pacer.allows(t):
                    self._use(picture, t, source.live, began)
            except BadPictureError as error:
                self._health.damaged(words_of(error))
            if source.live and min(self._health.frozen_for(), time.monotonic() - opened) >= FROZEN_LOST_S:
                raise SourceError(
                    said("the picture is frozen: the camera sends the same one again and again")
                )

    def _use(self, picture: RawPicture, t: float, live: bool, began: float) -> None:
        image = picture.convert(self._size)
        new = not live or self._freeze.is_new(image)
        self._last_t = max(t, self._last_t)
        if new:
            self._backoff.reset()
        if new or self._health.frozen_for() < FROZEN_LOST_S:  # a frozen picture is no evidence
            self._mailbox.put(Frame(self._camera.id, self._seq, self._last_t, image))
            self._seq += 1
        self._health.used(self._last_t, new, time.monotonic() - began)


class _Playback:
    """Time stamps: of arrival for live pictures; for files, their place in the file at real-time speed."""

    def __init__(self, zero_t: float, arrival: ArrivalClock, wake: threading.Event, fps: float) -> None:
        self._arrival, self._wake = arrival, wake
        self._gap = 1.0 / fps if fps > 0 else 0.04
        self._zero_t = zero_t
        self._zero = time.monotonic()
        self._offset = 0.0
        self._last = 0.0
        self.advanced = False
        """Whether a file gave at least one picture since it was opened."""

    def wait_for(self, media_t: float | None) -> float:
        """The time stamp of this picture; for a file, waits until it is due (a stop ends the wait)."""
        if media_t is None:
            return self._arrival.now()
        self._last = max(self._last, self._offset + media_t)
        self.advanced = True
        ahead = self._zero + self._last - time.monotonic()
        if ahead > 0:
            self._wake.wait(ahead)
        return self._zero_t + self._last

    def rewind(self) -> None:
        """The file starts again; time does not."""
        self._offset = self._last + self._gap
        self.advanced = False
