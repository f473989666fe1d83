"""Scales, cameras and the broker: settings that can work, and no secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from store_layout.findings import TOML, Draft, Finding, Place
from store_layout.model import Broker, Camera, Scale

SCHEMES = ("rtsp", "rtsps", "http", "https", "file", "usb")
_SECRET = re.compile(r"pass|pwd|secret|token", re.IGNORECASE)


def check_devices(draft: Draft) -> Iterator[Finding]:
    """All devices."""
    for number, scale in draft.scales.items():
        yield from _scale(number, scale)
    yield from _carried(draft)
    for number, camera in draft.cameras.items():
        yield from _camera(number, camera)
    if draft.broker is not None:
        yield from _broker(draft.broker)


def _positive(place: Place, value: float, unit: str) -> Iterator[Finding]:
    if not value > 0:
        yield Finding(TOML, place, f"{value} {unit}", "Write a number above 0")


def _scale(number: int, scale: Scale) -> Iterator[Finding]:
    yield from _positive(("scale", number, "rate_hz"), scale.rate_hz, "readings a second")
    yield from _positive(("scale", number, "noise_sd_g"), scale.noise_sd_g, "grams of noise")
    yield from _positive(("scale", number, "resolution_g"), scale.resolution_g, "grams of resolution")
    yield from _positive(("scale", number, "capacity_g"), scale.capacity_g, "grams of capacity")


def _carried(draft: Draft) -> Iterator[Finding]:
    """Scales that carry nothing, or slots of different fixtures."""
    if len(draft.slots) < len(draft.ids.get("slot", {})):
        return
    fixtures: dict[str, list[str]] = {}
    for slot in draft.slots.values():
        if slot.scale is not None:
            fixtures.setdefault(slot.scale, []).append(slot.fixture)
    for number, scale in draft.scales.items():
        carried = dict.fromkeys(fixtures.get(scale.id, []))
        if not carried:
            what, remedy = "it carries no slot", "Name it as the scale of a [[slot]], or remove it"
            yield Finding(TOML, ("scale", number), what, remedy, "warning")
        if len(carried) > 1:
            what = f"it carries slots of several fixtures: {', '.join(carried)}"
            yield Finding(TOML, ("scale", number), what, "Correct the scale of those slots")


def _camera(number: int, camera: Camera) -> Iterator[Finding]:
    yield from _positive(("camera", number, "width"), camera.width, "pixels")
    yield from _positive(("camera", number, "height"), camera.height, "pixels")
    yield from _positive(("camera", number, "fps"), camera.fps, "frames a second")
    if camera.url is not None:
        yield from _url(("camera", number, "url"), camera.url)


def _url(place: Place, url: str) -> Iterator[Finding]:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - a port that is not a number shows only when asked for
    except ValueError as error:
        yield Finding(TOML, place, f"the address cannot be read ({error})", "Correct it")
        return
    if parts.scheme not in SCHEMES:
        known = "rtsp://, http://, file: or usb:N"
        said = f"{parts.scheme + ':'!r} is not known here" if parts.scheme else "the address has no scheme"
        yield Finding(TOML, place, said, f"Start it with {known}")
    elif parts.scheme in {"rtsp", "rtsps", "http", "https"} and not parts.hostname:
        yield Finding(TOML, place, "the address names no host", f"Write {parts.scheme}://host/path")
    elif parts.scheme == "usb" and not re.fullmatch(r"\d+", parts.path):
        yield Finding(TOML, place, "usb: needs the number of the device", "Write usb:0 for the first camera")
    elif parts.scheme == "file" and not parts.path:
        yield Finding(TOML, place, "file: needs a path", "Write file:pictures/door.mp4")
    secret = [key for key, _ in parse_qsl(parts.query) if _SECRET.search(key)]
    if parts.password is not None or secret:
        what = f"the address contains a password{f' ({secret[0]})' if secret else ''}"
        remedy = "Remove it, set `user`, and give the password to the keyring when the program asks for it"
        yield Finding(TOML, place, what, remedy)
    elif parts.username is not None:
        yield Finding(TOML, place, "the address contains a user name", "Write it as `user`", "warning")


def _broker(broker: Broker) -> Iterator[Finding]:
    if not 1 <= broker.port <= 65535:
        yield Finding(
            TOML, ("broker", "port"), f"{broker.port} is not a port", "Write 1 to 65535, usually 1883"
        )
    if "@" in broker.host or "/" in broker.host:
        what, remedy = (
            f"{broker.host!r} is not a host name",
            "Write the name or address alone; the rest has fields",
        )
        yield Finding(TOML, ("broker", "host"), what, remedy)
    if broker.ca_file is not None and not broker.tls:
        what, remedy = "a certificate is named but tls is off", "Write tls = true"
        yield Finding(TOML, ("broker", "ca_file"), what, remedy, "warning")
