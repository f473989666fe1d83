"""RTSP, HTTP MJPEG and video files through PyAV (FFmpeg)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import av
import av.container
import av.error
import numpy as np
from av.video.reformatter import Interpolation

from inference.capture.camera_urls import CameraUrl, redact
from inference.capture.sources import (
    BadPictureError,
    Image,
    RawPicture,
    Size,
    SourceEnded,
    SourceError,
    fitted,
)
from inference.messages.said import Words, said

OPEN_TIMEOUT_S = 2.0
"""Each of FFmpeg's two steps of opening (connect, look at the stream) may take so long."""
READ_TIMEOUT_S = 2.0
BAD_IN_A_ROW = 50
"""So many undecodable packets without a picture between them: reconnect."""
LOW_LATENCY = {"fflags": "nobuffer", "analyzeduration": "0", "probesize": "32"}
SILENT = said("the camera is connected but has sent nothing for {seconds} s", seconds=f"{READ_TIMEOUT_S:g}")
END_OF_JPEG = b"\xff\xd9"


class AvSource:
    """An open stream or video file. Decodes with one thread: the cameras share the cores already."""

    def __init__(self, url: CameraUrl, user: str | None = None, password: str | None = None) -> None:
        """Raises :class:`SourceError`."""
        self.live = url.kind != "video"
        self._hide = password or url.password or ""
        self._bad = 0
        self._container = self._open(url, user, password)
        try:
            self._stream = self._container.streams.video[0]
        except IndexError:
            self._container.close()
            raise SourceError(said("{shown} has no picture in it", shown=url.shown)) from None
        self._stream.codec_context.thread_count = 1
        self._packets: Iterator[av.Packet[av.VideoStream]] = self._container.demux(self._stream)
        self._ready: list[av.VideoFrame] = []

    @property
    def size(self) -> Size:
        """Width and height that the stream announces; 0 before the first picture where it does not."""
        return self._stream.codec_context.width, self._stream.codec_context.height

    @property
    def codec(self) -> str:
        """Name of the codec, e.g. ``h264``."""
        return self._stream.codec_context.name

    @property
    def fps(self) -> float | None:
        """Frames a second that the stream announces, where it does."""
        rate = self._stream.average_rate or self._stream.guessed_rate
        return float(rate) if rate else None

    def read(self) -> RawPicture:
        """The next picture."""
        while not self._ready:
            self._ready = self._decode(self._next_packet())
        frame = self._ready.pop(0)
        if frame.is_corrupt:
            raise BadPictureError(said("a picture arrived damaged"))
        return RawPicture(None if self.live else float(frame.time or 0.0), _Converter(frame))

    def close(self) -> None:
        """End the connection."""
        self._ready.clear()
        self._container.close()

    def _open(self, url: CameraUrl, user: str | None, password: str | None) -> av.container.InputContainer:
        options = dict(LOW_LATENCY) if self.live else {}
        if url.kind == "rtsp":
            options["rtsp_transport"] = "tcp"  # over UDP a busy network gives smeared pictures
        address = str(url.path) if url.kind == "video" else url.with_login(user, password)
        if url.kind == "video" and not url.path.is_file():
            raise SourceError(said("there is no file {path}", path=url.path))
        began = time.monotonic()
        try:
            return av.open(address, timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S), options=options)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            waited = time.monotonic() - began
            raise SourceError(words_for(error, waited >= 0.9 * OPEN_TIMEOUT_S, self._hide)) from error

    def _next_packet(self) -> av.Packet[av.VideoStream]:
        began = time.monotonic()
        try:
            packet = next(self._packets)
        except (StopIteration, av.error.EOFError):
            raise self._ended() from None
        except av.error.InvalidDataError as error:
            raise self._damaged(error) from error
        except (av.error.FFmpegError, OSError) as error:
            silent = time.monotonic() - began >= 0.9 * READ_TIMEOUT_S
            raise SourceError(words_for(error, silent, self._hide)) from error
        # After a timeout FFmpeg first hands out the packet that it held back: an old picture.
        if self.live and time.monotonic() - began >= 0.9 * READ_TIMEOUT_S:
            raise SourceError(SILENT)
        return packet

    def _decode(self, packet: av.Packet[av.VideoStream]) -> list[av.VideoFrame]:
        # The decoder fills the rest of a cut JPEG with grey and does not say so.
        if self.codec == "mjpeg" and packet.size and END_OF_JPEG not in bytes(packet)[-64:]:
            raise self._damaged(ValueError("the picture is cut off"))
        try:
            frames = [f for f in packet.decode() if isinstance(f, av.VideoFrame)]
        except (av.error.FFmpegError, ValueError) as error:
            raise self._damaged(error) from error
        self._bad = 0 if frames else self._bad
        return frames

    def _damaged(self, error: Exception) -> Exception:
        self._bad += 1
        text = said("a picture could not be decoded: {error}", error=redact(_short(error), self._hide))
        if self._bad >= BAD_IN_A_ROW:
            return SourceError(said("{bad} pictures in a row could not be decoded", bad=self._bad))
        return BadPictureError(text)

    def _ended(self) -> Exception:
        if self.live:
            return SourceError(said("the camera closed the connection"))
        return SourceEnded()


class _Converter:
    """Holds the decoded frame; scales and converts colours in one step when called."""

    __slots__ = ("_frame",)

    def __init__(self, frame: av.VideoFrame) -> None:
        self._frame = frame

    def __call__(self, within: Size | None) -> Image:
        """The BGR picture. Areas are averaged, as by whoever else makes pictures smaller here."""
        full = (self._frame.width, self._frame.height)
        width, height = fitted(full, within)
        how = Interpolation.AREA if (width, height) != full else None
        return np.asarray(
            self._frame.reformat(width, height, "bgr24", interpolation=how).to_ndarray(), np.uint8
        )


def words_for(error: Exception, timed_out: bool = False, *passwords: str) -> Words:
    """What an error of the library means for staff, without passwords."""
    if timed_out or isinstance(error, av.error.ExitError | av.error.TimeoutError | TimeoutError):
        return said(
            "the camera does not answer (waited {seconds} s): check its power and its cable",
            seconds=f"{OPEN_TIMEOUT_S:g}",
        )
    match error:
        case av.error.ConnectionRefusedError():
            return said("the camera refuses the connection: it may be starting, or the port is wrong")
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            return said("the camera refuses the user or password: set them on the Devices page")
        case av.error.HTTPNotFoundError():
            return said("the camera has no such stream: check the path in its address")
        case av.error.InvalidDataError():
            return said("what arrives is not a video stream: check the address")
        case _:
            return redact(_short(error), *passwords)


def _short(error: Exception) -> str:
    """The message of an FFmpeg error without its number and address."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text)
