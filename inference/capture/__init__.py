"""Devices -> frames, weight readings and gate signals. Threads, timeouts and reconnects live here.

A camera thread fills a one-slot :class:`Mailbox` with its newest frame; scales and gates come over MQTT into
one bounded :class:`ReadingQueue` that drops nothing silently. :class:`LiveDevices` opens all of a store.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.capture.camera_thread import CameraThread
    from inference.capture.camera_urls import BadCameraUrlError, CameraUrl, parse_camera_url, redact
    from inference.capture.live import LiveDevices
    from inference.capture.mailbox import Mailbox
    from inference.capture.mqtt_link import BROKER, MqttLink
    from inference.capture.probe import CameraProbe, probe_camera
    from inference.capture.reading_queue import ReadingQueue
    from inference.capture.secrets import (
        KeyringSecrets,
        MemorySecrets,
        Secrets,
        SecretsUnavailableError,
        broker_key,
        camera_key,
    )

__all__ = [
    "BROKER",
    "BadCameraUrlError",
    "CameraProbe",
    "CameraThread",
    "CameraUrl",
    "KeyringSecrets",
    "LiveDevices",
    "Mailbox",
    "MemorySecrets",
    "MqttLink",
    "ReadingQueue",
    "Secrets",
    "SecretsUnavailableError",
    "broker_key",
    "camera_key",
    "parse_camera_url",
    "probe_camera",
    "redact",
]

_HOMES = {
    "BROKER": "mqtt_link",
    "BadCameraUrlError": "camera_urls",
    "CameraProbe": "probe",
    "CameraThread": "camera_thread",
    "CameraUrl": "camera_urls",
    "KeyringSecrets": "secrets",
    "LiveDevices": "live",
    "Mailbox": "mailbox",
    "MemorySecrets": "secrets",
    "MqttLink": "mqtt_link",
    "ReadingQueue": "reading_queue",
    "Secrets": "secrets",
    "SecretsUnavailableError": "secrets",
    "broker_key": "secrets",
    "camera_key": "secrets",
    "parse_camera_url": "camera_urls",
    "probe_camera": "probe",
    "redact": "camera_urls",
}
"""In which module each is. Who asks for addresses alone, as a window does, loads no video library for it."""


def __getattr__(name: str) -> object:
    """What is asked for, from where it is."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
