"""Live cameras: everybody gets a turn, in order, and faults stay small."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from inference.capture.mailbox import Mailbox
from inference.detection import LiveDetection
from inference.messages import Detections, Frame
from tests.detection.fakes import FakeBox, FakeModel, frame


@contextmanager
def running(live: LiveDetection) -> Iterator[LiveDetection]:
    live.start()
    try:
        yield live
    finally:
        assert live.stop()


class Seen:
    """Collects results; ``wait`` until there are so many."""

    def __init__(self) -> None:
        self.all: list[Detections] = []
        self._more = threading.Condition()

    def __call__(self, seen: Detections) -> None:
        with self._more:
            self.all.append(seen)
            self._more.notify_all()

    def wait(self, count: int, camera: str | None = None) -> None:
        with self._more:
            assert self._more.wait_for(
                lambda: sum(camera in (None, d.camera) for d in self.all) >= count, timeout=60
            )


@pytest.mark.parametrize(("threads", "rounds"), [(1, 3), (2, 2)])
def test_cameras_that_never_rest_do_not_starve_one_another(threads: int, rounds: int) -> None:
    """In step, for a thread that waits for its core has a camera in hand all the while: each round every
    thread looks at one picture, and whichever camera had to wait in it is first in the next."""
    seen, step = Seen(), threading.Barrier(threads)

    def in_step(shade: int) -> None:
        with suppress(threading.BrokenBarrierError):  # the end: no more rounds
            step.wait(60)

    boxes = {name: FakeBox(name, refill=True) for name in ("a", "b", "c")}
    with running(LiveDetection(boxes, FakeModel(before=in_step), threads, seen)):
        seen.wait(300)
        step.abort()
    served = [d.camera for d in seen.all[:300]]
    for first in range(0, 300 - rounds * threads + 1, threads):
        assert set(served[first : first + rounds * threads]) == {"a", "b", "c"}


def test_a_slow_camera_is_served_next_beside_one_that_never_rests() -> None:
    seen, slow = Seen(), FakeBox("slow")
    with running(LiveDetection({"fast": FakeBox("fast", refill=True), "slow": slow}, FakeModel(), 1, seen)):
        seen.wait(5)
        slow.put()
        before = len(seen.all)
        seen.wait(1, "slow")
    at = [d.camera for d in seen.all].index("slow")
    assert at <= before + 3


def test_results_of_a_camera_keep_their_order() -> None:
    seen = Seen()
    boxes = {name: FakeBox(name, refill=True) for name in ("a", "b", "c")}
    with running(LiveDetection(boxes, FakeModel(), 3, seen)):
        seen.wait(200)
    for name in boxes:
        numbers = [d.seq for d in seen.all if d.camera == name]
        assert numbers == sorted(numbers)


def test_a_fault_is_counted_and_the_camera_goes_on(expected_logs: list[str]) -> None:
    expected_logs.append("fake cannot read a picture of camera a")
    seen = Seen()
    box: Mailbox[Frame] = Mailbox()
    faulty = threading.Event()
    live = LiveDetection({"a": box}, FakeModel(), 1, seen, lambda f, e: faulty.set())
    with running(live):
        box.put(frame("a", 0, shade=255))
        assert faulty.wait(60)
        box.put(frame("a", 1, shade=51))
        seen.wait(1)
        status = live.status()
    assert [(d.seq, d.items[0].score) for d in seen.all] == [(1, 0.2)]
    assert (live.counts()["a"].failed, live.counts()["a"].last_error) == (
        1,
        "fake.onnx: cannot read white. Paint it.",
    )
    assert (status.kind, status.state, status.dropped) == ("detector", "live", 1)
    assert "1 pictures could not" in status.why
    assert live.status().state == "off"


def test_a_listener_that_fails_does_not_end_the_thread(expected_logs: list[str]) -> None:
    expected_logs.append("a listener of the detection failed")
    seen = Seen()

    def listener(found: Detections) -> None:
        seen(found)
        if found.seq == 0:
            raise RuntimeError("not my day")

    box = FakeBox("a", refill=True)
    with running(LiveDetection({"a": box}, FakeModel(), 1, listener)):
        seen.wait(3)
    assert len(seen.all) >= 3


def test_a_mailbox_that_fails_does_not_stop_the_other_cameras(expected_logs: list[str]) -> None:
    expected_logs.append("cannot read a picture of camera a: no such box")

    class Broken(FakeBox):
        def take(self, timeout: float | None = None) -> Frame | None:
            raise OSError("no such box")

    seen = Seen()
    live = LiveDetection({"a": Broken("a"), "b": FakeBox("b", refill=True)}, FakeModel(), 1, seen)
    with running(live):
        seen.wait(3, "b")
    assert live.counts()["a"].failed >= 1


def test_it_stops_though_nobody_ever_came_and_before_it_began() -> None:
    with running(LiveDetection({"a": FakeBox("a")}, FakeModel(), 2, Seen())):
        pass
    assert LiveDetection({}, FakeModel(), 1, Seen()).stop()


def test_cameras_come_and_go_while_it_runs() -> None:
    seen = Seen()
    with running(LiveDetection({"a": FakeBox("a", refill=True)}, FakeModel(), 2, seen)) as live:
        seen.wait(3, "a")
        live.add("b", FakeBox("b", refill=True))
        seen.wait(3, "b")
        live.drop("a")
        before = len(seen.all)
        seen.wait(before + 20)
        late = sum(d.camera == "a" for d in seen.all[before:])
        assert late <= 2, "only what the two threads had in hand"
        live.add("b", FakeBox("b", refill=True))
        seen.wait(sum(d.camera == "b" for d in seen.all) + 5, "b")
        assert set(live.counts()) == {"b"}
