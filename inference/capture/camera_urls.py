"""Camera addresses: what they mean, and how they are shown without passwords."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

from inference.messages.said import Said, Words, said

SourceKind = Literal["rtsp", "http", "usb", "video", "pictures"]
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})

_LOGIN = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s/@:]*):(?P<password>[^\s/]*)@")
_PARAMETER = re.compile(r"(?i)(?P<name>\b(?:password|passwd|pwd|pass|token|auth|key)=)[^&\s'\"]+")


class BadCameraUrlError(ValueError):
    """This address cannot be a camera's; the text names it (without password) and the remedy."""


def redact(text: str, *passwords: str) -> str:
    """``text`` with every password in an address, and every given one, replaced by ``***``."""
    for password in passwords:
        for form in {password, quote(password, safe="")} - {""}:
            text = text.replace(form, "***")
    text = _LOGIN.sub(r"\g<scheme>\g<user>:***@", text)
    return _PARAMETER.sub(r"\g<name>***", text)


def redacted(words: Words, *passwords: str) -> Words:
    """The same for a sentence: for each of its values, and what is said within it."""
    if isinstance(words, str):
        return redact(words, *passwords)
    return _redacted(words, passwords)


def _redacted(sentence: Said, passwords: tuple[str, ...]) -> Said:
    return Said(
        sentence.text,
        {n: redact(v, *passwords) if isinstance(v, str) else v for n, v in sentence.values.items()},
        {n: _redacted(part, passwords) for n, part in sentence.parts.items()},
    )


@dataclass(frozen=True, slots=True)
class CameraUrl:
    """An address, taken apart."""

    kind: SourceKind
    shown: str
    """For people: without password."""
    address: str = ""
    """Network address without login."""
    user: str | None = None
    password: str | None = None
    """Only where somebody wrote it into the address in spite of everything."""
    path: Path = Path()
    index: int = 0
    loop: bool = False
    """Files only: start again at the end (``file:clip.mp4?loop``)."""
    fps: float | None = None
    """Picture folders only: how fast they are shown (``file:folder?fps=5``)."""

    def with_login(self, user: str | None, password: str | None) -> str:
        """The network address with user and password, to be handed to the library and to nobody else."""
        name, secret = user or self.user, password or self.password
        if not name:
            return self.address
        login = quote(name, safe="") + (f":{quote(secret, safe='')}" if secret else "")
        parts = urlsplit(self.address)
        return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))


def parse_camera_url(url: str, folder: Path | None = None) -> CameraUrl:
    """Take an address apart. Relative ``file:`` paths start at ``folder`` (the store folder).

    Raises :class:`BadCameraUrlError`.
    """
    try:
        scheme = urlsplit(url).scheme.lower()
        if scheme in {"rtsp", "rtsps", "http", "https"}:
            return _network(url, "rtsp" if scheme.startswith("rtsp") else "http")
        if scheme == "usb":
            return _usb(url)
        if scheme == "file":
            return _file(url, folder)
    except BadCameraUrlError:
        raise
    except ValueError as error:
        raise BadCameraUrlError(
            said("{url} is not an address: {error}", url=repr(redact(url)), error=error)
        ) from error
    raise BadCameraUrlError(
        said(
            "{url}: a camera's address starts with rtsp://, http://, https://, file: or usb:",
            url=repr(redact(url)),
        )
    )


def _network(url: str, kind: SourceKind) -> CameraUrl:
    parts = urlsplit(url)
    if not parts.hostname:
        raise BadCameraUrlError(
            said("{url} names no host; write e.g. rtsp://192.168.1.20/stream2", url=repr(redact(url)))
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    address = urlunsplit(parts._replace(netloc=netloc))
    return CameraUrl(kind, redact(url), address, user, password)


def _usb(url: str) -> CameraUrl:
    number = url.split(":", 1)[1].strip("/")
    if not number.isdecimal() or len(number) > 3:
        raise BadCameraUrlError(said("{url}: a USB camera is written usb:0, usb:1, ...", url=repr(url)))
    return CameraUrl("usb", url, index=int(number))


def _file(url: str, folder: Path | None) -> CameraUrl:
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"}:
        raise BadCameraUrlError(
            said("{url}: a file is written file:relative/path or file:///whole/path", url=repr(url))
        )
    query = parse_qs(parts.query, keep_blank_values=True)
    path = Path(unquote(parts.path))
    path = path if path.is_absolute() or folder is None else folder / path
    fps = query.get("fps", [""])[0]
    if fps and not 0 < float(fps) <= 240:
        raise BadCameraUrlError(said("{url}: fps must be between 0 and 240", url=repr(url)))
    loop = query.get("loop", ["no"])[0].lower() in {"", "1", "yes", "true"}
    kind: SourceKind = "pictures" if path.is_dir() else "video"
    return CameraUrl(kind, url, path=path, loop=loop, fps=float(fps) if fps else None)
