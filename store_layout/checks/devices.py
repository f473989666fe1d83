"""Scales, cameras and the broker: settings that can work, and no secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from store_layout.findings import TOML, Draft, Finding, Place
from store_layout.model import Broker, Camera, Scale
from store_layout.said import Said, said

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


def _positive(place: Place, value: float, what: Said) -> Iterator[Finding]:
    if not value > 0:
        yield Finding(TOML, place, what, said("Write a number above 0"))


def _scale(number: int, scale: Scale) -> Iterator[Finding]:
    yield from _positive(
        ("scale", number, "rate_hz"), scale.rate_hz, said("{n} readings a second", n=scale.rate_hz)
    )
    yield from _positive(
        ("scale", number, "noise_sd_g"), scale.noise_sd_g, said("{n} grams of noise", n=scale.noise_sd_g)
    )
    yield from _positive(
        ("scale", number, "resolution_g"),
        scale.resolution_g,
        said("{n} grams of resolution", n=scale.resolution_g),
    )
    yield from _positive(
        ("scale", number, "capacity_g"), scale.capacity_g, said("{n} grams of capacity", n=scale.capacity_g)
    )


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
            what, remedy = (
                said("it carries no slot"),
                said("Name it as the scale of a [[slot]], or remove it"),
            )
            yield Finding(TOML, ("scale", number), what, remedy, "warning")
        if len(carried) > 1:
            what = said("it carries slots of several fixtures: {names}", names=", ".join(carried))
            yield Finding(TOML, ("scale", number), what, said("Correct the scale of those slots"))


def _camera(number: int, camera: Camera) -> Iterator[Finding]:
    yield from _positive(("camera", number, "width"), camera.width, said("{n} pixels", n=camera.width))
    yield from _positive(("camera", number, "height"), camera.height, said("{n} pixels", n=camera.height))
    yield from _positive(("camera", number, "fps"), camera.fps, said("{n} frames a second", n=camera.fps))
    if camera.url is not None:
        yield from _url(("camera", number, "url"), camera.url)


def _url(place: Place, url: str) -> Iterator[Finding]:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - a port that is not a number shows only when asked for
    except ValueError as error:
        yield Finding(
            TOML, place, said("the address cannot be read ({error})", error=error), said("Correct it")
        )
        return
    if parts.scheme not in SCHEMES:
        what = (
            said("{scheme} is not known here", scheme=repr(f"{parts.scheme}:"))
            if parts.scheme
            else said("the address has no scheme")
        )
        yield Finding(TOML, place, what, said("Start it with rtsp://, http://, file: or usb:N"))
    elif parts.scheme in {"rtsp", "rtsps", "http", "https"} and not parts.hostname:
        yield Finding(
            TOML,
            place,
            said("the address names no host"),
            said("Write {scheme}://host/path", scheme=parts.scheme),
        )
    elif parts.scheme == "usb" and not re.fullmatch(r"\d+", parts.path):
        yield Finding(
            TOML, place, said("usb: needs the number of the device"), said("Write usb:0 for the first camera")
        )
    elif parts.scheme == "file" and not parts.path:
        yield Finding(TOML, place, said("file: needs a path"), said("Write file:pictures/door.mp4"))
    secret = [key for key, _ in parse_qsl(parts.query) if _SECRET.search(key)]
    if parts.password is not None or secret:
        what = (
            said("the address contains a password ({name})", name=secret[0])
            if secret
            else said("the address contains a password")
        )
        remedy = said(
            "Remove it, set `user`, and give the password to the keyring when the program asks for it"
        )
        yield Finding(TOML, place, what, remedy)
    elif parts.username is not None:
        yield Finding(
            TOML, place, said("the address contains a user name"), said("Write it as `user`"), "warning"
        )


def _broker(broker: Broker) -> Iterator[Finding]:
    if not 1 <= broker.port <= 65535:
        yield Finding(
            TOML,
            ("broker", "port"),
            said("{port} is not a port", port=broker.port),
            said("Write 1 to 65535, usually 1883"),
        )
    if "@" in broker.host or "/" in broker.host:
        what, remedy = (
            said("{host} is not a host name", host=repr(broker.host)),
            said("Write the name or address alone; the rest has fields"),
        )
        yield Finding(TOML, ("broker", "host"), what, remedy)
    if broker.ca_file is not None and not broker.tls:
        what, remedy = said("a certificate is named but tls is off"), said("Write tls = true")
        yield Finding(TOML, ("broker", "ca_file"), what, remedy, "warning")
