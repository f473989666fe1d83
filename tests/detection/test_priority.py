"""Networks give way to people: threads that detect are nicer than those that answer."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from inference.detection.pool import DetectorPool
from inference.detection.priority import NICER, give_way
from tests.detection.fakes import FakeModel

linux = pytest.mark.skipif(sys.platform != "linux", reason="niceness is a thread's own on Linux alone")


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def in_a_thread(work: object) -> list[int]:
    found: list[int] = []

    def run() -> None:
        assert callable(work)
        work()
        found.append(niceness())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found


@linux
def test_a_thread_gives_way_and_the_others_stay_as_they_are() -> None:
    before = niceness()
    assert in_a_thread(give_way) == [min(19, before + NICER)]
    assert niceness() == before
    assert in_a_thread(lambda: (give_way(), give_way(), give_way())) == [19]


@linux
def test_the_threads_of_a_pool_give_way() -> None:
    with DetectorPool(FakeModel(), 1) as pool:
        assert pool._pool.submit(niceness).result() == min(19, niceness() + NICER)


def test_a_system_that_refuses_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("not you")

    monkeypatch.setattr(os, "setpriority", refused, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert give_way() is False
    monkeypatch.setattr(sys, "platform", "plan9")
    assert give_way() is False
