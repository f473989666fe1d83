"""Devices -> frames, weight readings and gate signals. Threads, timeouts and reconnects live here.

A camera thread fills a one-slot :class:`Mailbox` with its newest frame; scales and gates come over MQTT into
one bounded :class:`ReadingQueue` that drops nothing silently. :class:`LiveDevices` opens all of a store.
"""

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
