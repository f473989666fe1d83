"""What goes wrong with the broker, in words for staff."""

from __future__ import annotations

import ssl

from inference.messages.said import Said, said
from store_layout.model import Broker


def refusal(reason: str, broker: Broker) -> Said:
    """What the broker's refusal to let us in means."""
    if reason in {"Not authorized", "Bad user name or password"}:
        return said(
            "the broker refuses user {user}: set the user and password on the Devices page",
            user=repr(broker.user),
        )
    return said("the broker refuses the connection: {reason}", reason=reason)


def connection_failure(error: BaseException | None, broker: Broker) -> Said:
    """What a connection that could not be made means."""
    place = f"{broker.host}:{broker.port}"
    match error:
        case ssl.SSLCertVerificationError():
            return said(
                "the broker at {place} shows a certificate that is not trusted ({why})",
                place=place,
                why=error.verify_message,
            )
        case ssl.SSLError():
            return said(
                "the broker at {place} does not speak TLS here: check the port and tls in store.toml",
                place=place,
            )
        case ConnectionRefusedError():
            return said("no broker listens at {place}: is it started?", place=place)
        case ConnectionResetError() if broker.tls:
            return said(
                "the broker at {place} does not speak TLS here: check the port and tls in store.toml",
                place=place,
            )
        case TimeoutError():
            return said("the broker at {place} does not answer: check its power and its cable", place=place)
        case None:
            return said("the broker at {place} cannot be reached", place=place)
        case _:
            return said("the broker at {place} cannot be reached: {error}", place=place, error=error)


def unknown_device(name: str, is_own_camera: bool) -> Said:
    """What to do about a device that speaks and should not. ``name`` is its kind and id."""
    if is_own_camera:
        return said(
            "{device} sends detections and has an address in store.toml too: take one of them away",
            device=name,
        )
    return said("the unknown {device} speaks: add it to store.toml, or switch it off", device=name)
