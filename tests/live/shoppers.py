"""Simulated shoppers whose devices speak over MQTT, now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from inference.messages import Detections, GateSignal, Observation, WeightReading
from inference.messages.codec import to_json
from inference.recording import Recording, RecordingPlayer
from inference.simulation import Plan, SimulationSettings, simulate
from store_layout.model import StoreLayout


def simulated(layout: StoreLayout, plans: tuple[Plan, ...], folder: Path, seed: int = 7) -> Recording:
    """Devices that work well, so that what comes out is known."""
    settings = SimulationSettings(
        false_alarms=0.0, clutter=0.0, appearance_size=0, frame_loss=0.0, recall=0.99, drift_g=0.0
    )
    simulate(layout, settings, seed, folder, plans=plans)
    return Recording.open(folder)


class Shop:
    """Publishes what the devices of a recording say, at its pace, with the time of now."""

    def __init__(self, recording: Recording, store: str, port: int) -> None:
        self._recording, self._store = recording, store
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="shop")
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port, keepalive=2)
        self._client.loop_start()
        self._began = time.time()
        self._left: Iterator[Observation] = RecordingPlayer(recording).observations()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def open(self) -> None:
        """The recording's time begins now."""
        self._began = time.time() + 0.2

    def run_until(self, position_s: float) -> None:
        """Let the devices speak up to this second of the recording."""
        for seen in self._left:
            at = seen.t - self._recording.started_at
            wait = self._began + at - time.time()
            if wait > 0:
                time.sleep(wait)
            self._say(seen, self._began + at)
            if at >= position_s:
                return

    def _say(self, seen: Observation, t: float) -> None:
        """Scales and cameras do not keep what nobody hears; a gate does."""
        match seen:
            case WeightReading(scale=device):
                topic, qos = f"scale/{device}", 0
            case Detections(camera=device):
                topic, qos = f"camera/{device}", 0
            case GateSignal(gate=device):
                topic, qos = f"gate/{device}", 1
            case _:
                return
        payload = to_json(msgspec.structs.replace(seen, t=t))
        self._client.publish(f"openaisle/{self._store}/{topic}", payload, qos)
