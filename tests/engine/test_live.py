from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from inference.capture import LiveDevices, Mailbox, MemorySecrets
from inference.engine.engine import Engine
from inference.engine.entries import Taken
from inference.engine.journal import Journal
from inference.engine.live import LiveSource
from inference.engine.opening import open_journal
from inference.messages import Detection, Detections, Frame, Observation, Outage, Tick
from inference.messages.wire import PauseReplay, Refused, RestartDevice
from tests.support.fake_pipeline import FakeFlow, MemorySink, fake_layout

LIMIT_S = 60.0
"""A wait ends when what it waits for is there."""


class OneBox:
    """A detector that sees one person in every picture; its own session."""

    name = "one-box"

    def session(self) -> OneBox:
        return self

    def detect(self, image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> tuple[Detection, ...]:
        return (Detection((1.0, 2.0, 3.0, float(image[0, 0, 0])), 0.9),)


def devices_with_camera() -> tuple[LiveDevices, Mailbox[Frame]]:
    devices = LiveDevices(fake_layout(), MemorySecrets())
    box = devices.mailboxes["c0"] = Mailbox[Frame]()
    return devices, box


def frame(seq: int) -> Frame:
    return Frame("c0", seq, 100.0 + seq, np.full((4, 6, 3), seq, np.uint8))


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def detected(found: list[Observation]) -> int:
    return sum(isinstance(seen, Detections) for seen in found)


def test_frames_are_shown_and_detected_into_the_queue() -> None:
    devices, box = devices_with_camera()
    shown: list[int] = []
    source = LiveSource("shop", devices, OneBox(), show=lambda f: shown.append(f.seq))
    source.start(0)
    found: list[Observation] = []
    try:
        for seq in range(5):
            box.put(frame(seq))
            while detected(found) <= seq:
                found += source.take(10, 1.0)
    finally:
        source.close()
    assert [s.seq for s in found if isinstance(s, Detections)] == shown == list(range(5))
    assert isinstance(found[3], Detections)
    assert found[3].items[0].box[3] == 3.0
    assert source.devices()[-1].kind == "detector"
    assert source.status().kind == "live"
    assert not source.ended


def test_cameras_without_a_detector_are_shown() -> None:
    devices, box = devices_with_camera()
    shown: list[int] = []
    source = LiveSource("shop", devices, None, show=lambda f: shown.append(f.seq))
    source.start(0)
    box.put(frame(7))
    until(lambda: shown)
    source.close()
    assert shown == [7]


def test_a_live_engine_ticks_and_its_ticks_are_journaled(tmp_path: Path) -> None:
    layout, sink = fake_layout(), MemorySink()
    folder = tmp_path / "journal"
    header, _ = open_journal(folder, layout, None, make_flow=FakeFlow, make_sink=lambda _: sink)
    counts: list[int] = []
    began = time.time()
    for _ in range(2):
        engine = Engine(
            layout,
            header.salt,
            make_flow=FakeFlow,
            sink=sink,
            source=LiveSource("shop", LiveDevices(layout, MemorySecrets()), None),
            journal_folder=folder,
        )
        first = counts[-1] if counts else 0
        runner = threading.Thread(target=engine.run)
        runner.start()
        try:
            until(lambda: (s := engine.newest()) is not None and s.observations > first + 5)  # noqa: B023
            refused = engine.submit(PauseReplay(True)).result(LIMIT_S)
            assert refused == Refused("this is the live store, not a recording")
            assert isinstance(engine.submit(RestartDevice("s0")).result(LIMIT_S), Refused)
        finally:
            engine.stop()
            runner.join()
        tail = Journal(folder).tail(first, lambda _: None)
        entries = [entry for _, entry, _ in tail if isinstance(entry, Taken)]
        ticks = [e.seen for e in entries if isinstance(e.seen, Tick)]
        assert len(ticks) >= 2
        assert all(began - 1 < tick.t < time.time() + 1 for tick in ticks)
        gaps = [e.seen.device for e in entries if isinstance(e.seen, Outage)]
        assert gaps == (["c0", "s0", "door"] if counts else [])
        counts.append(engine.now.count)
    assert counts[1] > counts[0] + 3
