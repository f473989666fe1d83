"""How the devices of a played recording are doing: known only from what they say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from inference.messages import Detections, GateSignal, Observation, Outage, Skeletons, WeightReading
from inference.messages.said import Words, said
from inference.messages.wire import DeviceKind, DeviceState, DeviceStatus
from store_layout.model import StoreLayout

LATE_S = 1.5
LOST_S = 5.0
"""Silence after which a device is late, and lost. Seconds of store time."""
SLOPE = 0.05
"""Weight of the newest interval in the running rate."""


class _Device:
    """What one device has said so far."""

    __slots__ = ("interval", "kind", "last", "received", "since", "state", "why")

    def __init__(self, kind: DeviceKind, since: float) -> None:
        self.kind: DeviceKind = kind
        self.state: DeviceState = "connecting"
        self.since = since
        self.last: float | None = None
        self.interval: float | None = None
        self.received = 0
        self.why: Words = ""


class HeardDevices:
    """Cameras, scales and gates of a store, judged by the observations that come. One thread."""

    def __init__(self, layout: StoreLayout, clock: Callable[[], float] = time.time) -> None:
        """``clock``: wall clock, for when a state began."""
        self._clock = clock
        self._t = 0.0
        now = clock()
        file = layout.file
        self._devices: dict[str, _Device] = {
            **{camera.id: _Device("camera", now) for camera in file.camera},
            **{scale.id: _Device("scale", now) for scale in file.scale},
            **{gate.id: _Device("gate", now) for gate in file.gate},
        }

    def hear(self, batch: Iterable[Observation]) -> None:
        """Take note of what has been said."""
        for seen in batch:
            self._t = max(self._t, seen.t)
            match seen:
                case WeightReading():
                    self._heard(seen.scale, seen.t)
                case Detections():
                    self._heard(seen.camera, seen.t)
                case GateSignal():
                    self._heard(seen.gate, seen.t)
                case Skeletons():
                    if seen.sensor not in self._devices:
                        self._devices[seen.sensor] = _Device("camera", self._clock())
                    self._heard(seen.sensor, seen.t)
                case Outage(over=False) if seen.device in self._devices:
                    self._devices[seen.device].why = seen.why

    def statuses(self, *, ended: bool) -> tuple[DeviceStatus, ...]:
        """One for each device, in the order of the store file."""
        return tuple(self._status(name, device, ended) for name, device in self._devices.items())

    def _heard(self, name: str, t: float) -> None:
        device = self._devices.get(name)
        if device is None:
            return
        device.received += 1
        device.why = ""
        if device.last is not None and t > device.last:
            gap = t - device.last
            old = device.interval
            device.interval = gap if old is None else old + SLOPE * (gap - old)
        device.last = t

    def _status(self, name: str, device: _Device, ended: bool) -> DeviceStatus:
        state, why = self._judge(device, ended)
        if state != device.state:
            device.state, device.since = state, self._clock()
        rate = 1.0 / device.interval if device.interval and device.kind != "gate" and state == "live" else 0.0
        return DeviceStatus(name, device.kind, state, device.since, why, rate, received=device.received)

    def _judge(self, device: _Device, ended: bool) -> tuple[DeviceState, Words]:
        if ended:
            return "ended", ""
        if device.kind == "gate":  # a gate has nothing to say while nobody goes through
            return "live", ""
        if device.last is None:
            return "connecting", said("it has said nothing in this recording so far")
        silent = self._t - device.last
        if silent > LOST_S or device.why:
            return "lost", device.why or said(
                "it is silent for {seconds} s in the recording", seconds=f"{silent:.0f}"
            )
        if silent > LATE_S:
            return "late", said("it is silent for {seconds} s in the recording", seconds=f"{silent:.1f}")
        return "live", ""
