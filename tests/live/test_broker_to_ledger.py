"""Scales, a gate and detecting cameras over a real broker, through the engine process, into the ledger."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from console.back_office import Ledger
from console.engine_process.client import EngineClient
from console.engine_process.spec import EngineSpec
from inference.messages import ClosedVisit
from inference.messages.wire import DeviceStatus
from inference.simulation import Errand, Plan
from store_layout.model import Broker, StoreLayout
from tests.capture.support import wait_until
from tests.live.conftest import StartEngine
from tests.live.shoppers import Shop, simulated
from tests.support.mosquitto import Mosquitto
from tests.support.stores import small_store

pytestmark = pytest.mark.alone

log = logging.getLogger(__name__)

WATER, SOUP = "2000000000039", "2000000000060"
SOME = ("broker", "west", "east", "south", "scale-A2", "door")
PLANS = (
    Plan(person="quick", arrive_s=1.0, errands=(Errand(act="take", slot="A2", wait_s=0.5),)),
    Plan(
        person="patient",
        arrive_s=9.0,
        errands=(Errand(act="browse", slot="A5", wait_s=11.0), Errand(act="take", slot="A5", wait_s=0.5)),
    ),
)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path)
    yield running
    running.stop()


def store_on(port: int) -> StoreLayout:
    """The small store; its cameras have no address: they send detections."""
    store = small_store()
    file = msgspec.structs.replace(store.file, broker=Broker(host="127.0.0.1", port=port))
    return msgspec.structs.replace(store, file=file)


def until(condition: Callable[[], object], within_s: float, what: str) -> float:
    """How long it took; what a busy machine makes of it does not count."""
    return wait_until(lambda: bool(condition()), within_s, what)


def devices(link: EngineClient) -> dict[str, DeviceStatus]:
    snapshot = link.latest()
    return {} if snapshot is None else {d.device: d for d in snapshot.devices}


def state(link: EngineClient, device: str) -> str:
    found = devices(link).get(device)
    return "" if found is None else found.state


def closed_visits(spec: EngineSpec) -> list[ClosedVisit]:
    if not spec.ledger_path.exists():
        return []
    with Ledger.open(spec.ledger_path, read_only=True) as ledger:
        return sorted((row.visit for row in ledger.visits(limit=10)), key=lambda visit: visit.entered_at)


@pytest.mark.slow
def test_a_shopper_gets_a_receipt_and_one_during_an_outage_a_person_who_looks(
    mosquitto: Mosquitto, start_engine: StartEngine, tmp_path: Path
) -> None:
    layout = store_on(mosquitto.port)
    recording = simulated(layout, PLANS, tmp_path / "recording")
    link, spec = start_engine(layout)
    shop = Shop(recording, layout.file.store.id, mosquitto.port)
    try:
        until(lambda: state(link, "broker") in ("live", "late"), 60.0, "engine on the broker")
        west = devices(link)["west"]
        assert west.state in ("connecting", "lost"), "nobody has spoken yet"  # lost: it has waited for long
        assert west.state == "lost" or "waiting for the first message" in west.why
        shop.open()
        position = 5.0
        shop.run_until(position)
        while {state(link, device) for device in SOME} != {"live"}:
            assert position < 9.0, devices(link)
            position += 0.25
            shop.run_until(position)
        now = devices(link)
        assert now["west"].kind == "camera"
        assert 5.0 < now["west"].rate_hz < 15.0
        assert 15.0 < now["scale-A2"].rate_hz < 25.0

        shop.run_until(16.0)
        until(lambda: len(closed_visits(spec)) == 1, 30.0, "the first visit in the ledger")
        with Ledger.open(spec.ledger_path, read_only=True) as ledger:
            (row,) = ledger.visits(limit=10)
            document = ledger.document_of(row.visit.visit)
        assert [(line.sku, line.quantity) for line in row.visit.lines] == [(WATER, 1)]
        assert row.visit.decision == "issue"
        assert row.visit.notes == ()
        assert document is not None
        assert document.receipt.total == layout.products[WATER].price

        mosquitto.stop()
        until(lambda: state(link, "broker") == "lost", 5.0, "broker's end noticed")
        assert "connection to the broker broke" in devices(link)["broker"].why or (
            "no broker listens" in devices(link)["broker"].why
        )
        shop.run_until(20.0)
        for device in ("west", "scale-A5", "door"):
            assert "broker" in devices(link)[device].why
            assert devices(link)[device].state in ("late", "lost")
        mosquitto.start()
        back = time.monotonic()
        position = 20.0
        while state(link, "scale-A5") != "live" or state(link, "west") != "live":
            assert time.monotonic() - back < 20.0, devices(link)["broker"]
            position += 0.25
            shop.run_until(position)

        log.info("readings resumed %.1f s after the broker's return", time.monotonic() - back)
        while len(closed_visits(spec)) < 2:
            assert position < recording.duration, "the second visit is not in the ledger"
            position += 0.25
            shop.run_until(position)
        touched = closed_visits(spec)[1]
        assert [(line.sku, line.quantity) for line in touched.lines] == [(SOUP, 1)]
        assert touched.decision == "review"
        assert any("broker" in str(note).lower() for note in touched.notes), touched.notes
        with Ledger.open(spec.ledger_path, read_only=True) as ledger:
            assert ledger.document_of(touched.visit) is None
    finally:
        shop.close()
