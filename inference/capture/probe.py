"""Try a camera's address once: for ``doctor`` and for whoever types an address in."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import msgspec

from inference.capture.camera_thread import open_source
from inference.capture.camera_urls import BadCameraUrlError, parse_camera_url, redact
from inference.capture.secrets import Secrets, SecretsUnavailableError
from inference.capture.sources import BadPictureError, FrameSource, Image, SourceEnded, SourceError
from inference.messages.said import Words, said, words_of


class CameraProbe(msgspec.Struct, frozen=True):
    """What an address gave. ``error`` is empty when a picture came."""

    url: str
    """Without password."""
    width: int = 0
    height: int = 0
    fps: float | None = None
    """Announced by the stream, else measured; None when only one picture came."""
    codec: str = ""
    first_picture_s: float | None = None
    """From asking to the first picture, seconds."""
    error: Words = ""


def probe_camera(
    url: str,
    secrets: Secrets,
    timeout_s: float = 5.0,
    *,
    user: str | None = None,
    key: str | None = None,
    folder: Path | None = None,
) -> CameraProbe:
    """Open ``url``, take pictures for up to a second, and say what they are. Never raises for a bad camera.

    ``key`` names the password in ``secrets`` (``camera_key(store, id)``). Blocks for at most ``timeout_s``
    and the timeout of one library call (about 2 s): call it on a thread of its own from a window.
    """
    shown = redact(url)
    try:
        parsed = parse_camera_url(url, folder)
        password = secrets.get(key) if key and user else None
        began = time.monotonic()
        with closing(open_source(parsed, user or parsed.user, password or parsed.password)) as source:
            return _look(source, shown, began, timeout_s)
    except (SourceError, BadCameraUrlError, SecretsUnavailableError) as error:
        return CameraProbe(shown, error=words_of(error))


def _look(source: FrameSource, shown: str, began: float, timeout_s: float) -> CameraProbe:
    """Read the first picture, then count for a second where the stream does not say its rate."""
    image, took = _first_picture(source, began, timeout_s)
    announced: float | None = getattr(source, "fps", None)
    fps = announced if announced or not source.live else _measured_fps(source)
    codec: str = getattr(source, "codec", "")
    height, width = image.shape[:2]
    return CameraProbe(shown, width, height, fps, codec, took)


def _first_picture(source: FrameSource, began: float, timeout_s: float) -> tuple[Image, float]:
    last: Words = said("no picture came")
    while (waited := time.monotonic() - began) < timeout_s:
        try:
            return source.read().convert(None), time.monotonic() - began
        except BadPictureError as error:
            last = words_of(error)
        except SourceEnded:
            break
    raise SourceError(said("{last} (tried for {waited} s)", last=last, waited=f"{waited:.1f}"))


def _measured_fps(source: FrameSource) -> float | None:
    """Pictures a second, counted for a second; None when none came."""
    began, count = time.monotonic(), 0
    while (now := time.monotonic() - began) < 1.0:
        try:
            source.read()
            count += 1
        except BadPictureError:
            continue
        except (SourceError, SourceEnded):
            break
    return round(count / now, 1) if count and now > 0 else None
