"""What goes wrong with the broker, in words for staff."""

from __future__ import annotations

import ssl

from store_layout.model import Broker


def refusal(reason: str, broker: Broker) -> str:
    """What the broker's refusal to let us in means."""
    if reason in {"Not authorized", "Bad user name or password"}:
        return f"the broker refuses user {broker.user!r}: set the user and password on the Devices page"
    return f"the broker refuses the connection: {reason}"


def connection_failure(error: BaseException | None, broker: Broker) -> str:
    """What a connection that could not be made means."""
    place = f"{broker.host}:{broker.port}"
    match error:
        case ssl.SSLCertVerificationError():
            return f"the broker at {place} shows a certificate that is not trusted ({error.verify_message})"
        case ssl.SSLError():
            return f"the broker at {place} does not speak TLS here: check the port and tls in store.toml"
        case ConnectionRefusedError():
            return f"no broker listens at {place}: is it started?"
        case ConnectionResetError() if broker.tls:
            return f"the broker at {place} does not speak TLS here: check the port and tls in store.toml"
        case TimeoutError():
            return f"the broker at {place} does not answer: check its power and its cable"
        case None:
            return f"the broker at {place} cannot be reached"
        case _:
            return f"the broker at {place} cannot be reached: {error}"


def unknown_device(name: str, is_own_camera: bool) -> str:
    """What to do about a device that speaks and should not. ``name`` is its kind and id."""
    if is_own_camera:
        return f"{name} sends detections and has an address in store.toml too: take one of them away"
    return f"the unknown {name} speaks: add it to store.toml, or switch it off"
