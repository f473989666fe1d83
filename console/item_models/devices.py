"""The store's devices and how they do."""

from __future__ import annotations

from PySide6.QtCore import QObject

from console.item_models.keyed_rows import Column, KeyedRows
from console.item_models.words import DASH, ShopWords, since
from console.operations.health import TONE_OF_STATE
from console.operations.live_state import LiveState
from console.theme.icons import Icon
from inference.messages.wire import DeviceKind, DeviceStatus

STATE_WORDS: dict[str, str] = {
    "connecting": "Connecting",
    "live": "Live",
    "late": "Late",
    "lost": "Lost",
    "ended": "Ended",
    "off": "Off",
}
STATE_SIGNS: dict[str, Icon] = {
    "connecting": Icon.WAITING,
    "live": Icon.GOOD,
    "late": Icon.LATE,
    "lost": Icon.LOST,
    "ended": Icon.OFF,
    "off": Icon.OFF,
}
KIND_WORDS: dict[DeviceKind, str] = {
    "camera": "Camera",
    "scale": "Scale",
    "gate": "Gate",
    "broker": "Broker",
    "recording": "Recording",
    "detector": "Detector",
}
_KIND_SIGNS: dict[DeviceKind, Icon] = {
    "camera": Icon.CAMERA,
    "scale": Icon.SCALE,
    "gate": Icon.GATE,
    "broker": Icon.BROKER,
    "recording": Icon.RECORDING,
    "detector": Icon.DETECTOR,
}
_URGENCY = {"lost": 0, "late": 1, "connecting": 2, "live": 3, "ended": 4, "off": 5}
_KINDS = tuple(KIND_WORDS)


def name_of(device: DeviceStatus, words: ShopWords) -> str:
    """What people call it: its name, or for a scale what stands on it."""
    layout = words.layout
    if device.device in layout.cameras:
        return layout.cameras[device.device].name
    if device.device in layout.gates:
        return layout.gates[device.device].name
    slots = layout.slots_of_scale.get(device.device, ())
    return ", ".join(words.product(sku) for slot in slots for sku in layout.skus_of_slot[slot.id]) or DASH


class DevicesModel(KeyedRows[DeviceStatus]):
    """All devices, those in trouble first."""

    def __init__(self, state: LiveState, words: ShopWords, parent: QObject | None = None) -> None:
        super().__init__(
            (
                Column(
                    "State",
                    lambda d: STATE_WORDS[d.state],
                    lambda d: _URGENCY[d.state],
                    tone=lambda d: TONE_OF_STATE[d.state],
                    sign=lambda d: STATE_SIGNS[d.state],
                    tip=lambda d: d.why,
                ),
                Column("Device", lambda d: d.device),
                Column("Name", lambda d: name_of(d, words), tip=lambda d: name_of(d, words)),
                Column("Kind", lambda d: KIND_WORDS[d.kind], sign=lambda d: _KIND_SIGNS[d.kind]),
                Column(
                    "Rate, per s",
                    lambda d: f"{d.rate_hz:.1f}" if d.rate_hz else DASH,
                    lambda d: d.rate_hz,
                    number=True,
                ),
                Column(
                    "Latency, ms",
                    lambda d: DASH if d.latency_s is None else f"{d.latency_s * 1000:.0f}",
                    lambda d: d.latency_s or 0.0,
                    number=True,
                ),
                Column(
                    "Dropped",
                    lambda d: str(d.dropped),
                    lambda d: d.dropped,
                    number=True,
                    tip=lambda d: f"{d.dropped} of {d.received + d.dropped}",
                ),
                Column("Reconnects", lambda d: str(d.reconnects), lambda d: d.reconnects, number=True),
                Column(
                    "Since", lambda d: since(d.since, self._now, words.zone), lambda d: -d.since, number=True
                ),
                Column("Why", lambda d: d.why or d.last_error, tip=lambda d: d.last_error),
            ),
            key=lambda d: (d.kind, d.device),
            parent=parent,
        )
        self._state = state
        self._now = 0.0

    def refresh(self, now: float) -> None:
        """Take what the newest snapshot says; ``now`` is the wall clock, as ``DeviceStatus.since`` is."""
        self._now = now
        snapshot = self._state.snapshot
        devices = snapshot.devices if snapshot else ()
        self.replace(sorted(devices, key=lambda d: (_URGENCY[d.state], _KINDS.index(d.kind), d.device)))
