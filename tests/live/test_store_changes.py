"""The store folder is changed while somebody shops: a real engine process goes on, and nothing is lost."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from console.engine_process.client import EngineClient
from inference.messages.wire import Done, HoldGate, Refused, StoreTaken, TakeStore
from inference.simulation import Errand, Plan
from store_layout.model import Scale, StoreLayout
from store_layout.writer import write_store
from tests.live.conftest import StartEngine
from tests.live.shoppers import Shop, simulated
from tests.live.test_broker_to_ledger import closed_visits, devices, mosquitto, state, store_on, until
from tests.support.mosquitto import Mosquitto

pytestmark = pytest.mark.alone
log = logging.getLogger(__name__)

__all__ = ["mosquitto"]

WATER = "2000000000039"
PLANS = (Plan(person="one", arrive_s=1.0, errands=(Errand(act="take", slot="A2", wait_s=0.5),)),)


def rebuilt(layout: StoreLayout) -> StoreLayout:
    """Other noise on a scale nobody is at, a scale more, another calibration error, another price."""
    file = layout.file
    scales = tuple(
        msgspec.structs.replace(s, noise_sd_g=3.0) if s.id == "scale-B3" else s for s in file.scale
    )
    west = msgspec.structs.replace(
        file.camera[0], calibration=msgspec.structs.replace(file.camera[0].calibration, error_px=2.0)
    )
    file = msgspec.structs.replace(
        file, scale=(*scales, Scale(id="scale-new")), camera=(west, *file.camera[1:])
    )
    dearer = tuple(msgspec.structs.replace(p, price=99) if p.sku == WATER else p for p in layout.catalog)
    return msgspec.structs.replace(layout, file=file, catalog=dearer)


def taken(link: EngineClient) -> StoreTaken:
    """Ask until nothing is in the way."""
    until_s = time.monotonic() + 60.0
    while isinstance(answer := link.request(TakeStore()), Refused):
        assert answer.remedy == "wait", answer.why
        assert time.monotonic() < until_s, answer.why
    assert isinstance(answer, StoreTaken)
    return answer


@pytest.mark.slow
@pytest.mark.parametrize("how", ["in the engine that runs", "by another engine"])
def test_a_shopper_never_notices(
    how: str, mosquitto: Mosquitto, start_engine: StartEngine, tmp_path: Path
) -> None:
    layout = store_on(mosquitto.port)
    recording = simulated(layout, PLANS, tmp_path / "recording")
    link, spec = start_engine(layout)
    shop = Shop(recording, layout.file.store.id, mosquitto.port)
    try:
        until(lambda: state(link, "broker") in ("live", "late"), 60.0, "engine on the broker")
        shop.open()
        shop.run_until(4.0)
        until(
            lambda: (s := link.latest()) is not None and s.inside and s.inside[0].code,
            20.0,
            "somebody inside",
        )
        before = link.latest()
        assert before is not None
        code = before.inside[0].code

        (tmp_path / "store" / "store.toml").write_text("format = 1\nnonsense = 2\n")
        refused = link.request(TakeStore())
        assert isinstance(refused, Refused)
        assert "store.toml" in str(refused.why)
        write_store(rebuilt(layout), tmp_path / "store")
        if how == "in the engine that runs":
            answer = taken(link)
            log.info("taken over in %.1f ms, after %.2f s", 1000 * answer.took_s, answer.waited_s)
            assert {change.name for change in answer.changes} >= {"scale-new", "scale-B3", "west", WATER}
            assert answer.took_s < 5.0
        else:
            began = time.monotonic()
            assert link.renew() is None
            gone = time.monotonic()
            until(
                lambda: (
                    link.state == "running" and (s := link.latest()) is not None and s.engine != before.engine
                ),
                60.0,
                "another engine",
            )
            log.info(
                "another engine after %.1f s, %.1f s of it without one",
                time.monotonic() - began,
                time.monotonic() - gone,
            )
        until(lambda: "scale-new" in devices(link), 20.0, "the new scale is known")
        after = link.latest()
        assert after is not None
        assert after.layout != before.layout
        assert code in [inside.code for inside in after.inside] or after.waiting
        if how == "by another engine":  # what nobody heard meanwhile is not made up for
            return
        shop.run_until(recording.duration)
        until(lambda: closed_visits(spec), 30.0, "the visit in the ledger")
        (visit,) = closed_visits(spec)
        assert visit.code == code
        assert [(line.sku, line.quantity) for line in visit.lines] == [(WATER, 1)]
        assert visit.decision == "issue"
        assert not any("scale-A2" in note for note in visit.notes)
        assert devices(link)["scale-A2"].dropped == 0
    finally:
        shop.close()


class SimulatedGate:
    """A gate over the broker that obeys, as the README of capture says; ``stuck``: it cannot."""

    def __init__(self, port: int, store: str, gate: str) -> None:
        self.stuck = False
        self._topic = f"openaisle/{store}/gate/{gate}"
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"gate-{gate}")
        self._client.on_message = self._told
        self._client.on_connect = lambda client, *_: client.subscribe(f"{self._topic}/hold", qos=1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._say("free")

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _told(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        if self.stuck:
            self._say("free", "the bolt does not move")
        else:
            self._say(json.loads(message.payload)["hold"])

    def _say(self, hold: str, why: str = "") -> None:
        said = json.dumps({"t": time.time(), "hold": hold, "why": why})
        self._client.publish(f"{self._topic}/state", said, qos=1, retain=True)


@pytest.fixture
def gate(mosquitto: Mosquitto) -> Iterator[SimulatedGate]:
    made = SimulatedGate(mosquitto.port, "small", "door")
    yield made
    made.close()


@pytest.mark.slow
def test_a_gate_obeys_and_says_so(
    mosquitto: Mosquitto, start_engine: StartEngine, gate: SimulatedGate
) -> None:
    link, _ = start_engine(store_on(mosquitto.port))
    until(lambda: state(link, "broker") in ("live", "late"), 60.0, "engine on the broker")
    until(lambda: devices(link)["door"].held == "free", 20.0, "what the gate does")
    assert link.request(HoldGate("door", "shut")) == Done()
    until(lambda: devices(link)["door"].held == "shut", 20.0, "the gate lets nobody in")
    assert devices(link)["door"].asked is None
    gate.stuck = True
    assert link.request(HoldGate("door", "open")) == Done()
    until(lambda: "the bolt does not move" in devices(link)["door"].why, 20.0, "why it does not obey")
    assert devices(link)["door"].asked == "open"
    assert state(link, "door") == "late"
    refused = link.request(HoldGate("nowhere", "open"))
    assert refused == Refused("this store has no gate 'nowhere'")
