"""A recording's frames through several threads: order, faults, look-ahead, and a clean end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from inference.detection import DetectorPool, ModelError
from inference.messages import Frame
from tests.detection.fakes import FakeModel, frame


def test_results_come_in_the_order_of_the_frames_whoever_is_first() -> None:
    second_done = threading.Event()

    def first_waits_for_second(shade: int) -> None:
        if shade == 0:
            assert second_done.wait(60)
        second_done.set()

    model = FakeModel(first_waits_for_second)
    with DetectorPool(model, 2) as pool:
        seen = list(pool.ordered(frame("c", i, i) for i in range(20)))
    assert [d.seq for d in seen] == list(range(20))
    assert [round(d.items[0].score * 255) for d in seen] == list(range(20))
    assert (seen[3].camera, seen[3].t, seen[3].width, seen[3].height) == ("c", 0.3, 8, 8)
    assert (model.sessions, model.most_at_work) == (2, 2)


def test_a_fault_costs_one_frame_and_is_reported() -> None:
    faults: list[tuple[int, str]] = []
    with DetectorPool(FakeModel(), 2, lambda f, e: faults.append((f.seq, str(e)))) as pool:
        seen = list(pool.ordered(frame("c", i, 255 if i == 2 else 10) for i in range(5)))
        assert [(d.seq, len(d.items)) for d in seen] == [(0, 1), (1, 1), (2, 0), (3, 1), (4, 1)]
        assert (pool.failed, pool.last_error) == (1, "fake.onnx: cannot read white. Paint it.")
    assert faults == [(2, "fake.onnx: cannot read white. Paint it.")]


def test_it_takes_only_a_few_frames_ahead() -> None:
    taken = 0

    def frames() -> Iterator[Frame]:
        nonlocal taken
        for i in range(100):
            taken += 1
            yield frame("c", i)

    with DetectorPool(FakeModel(), 2) as pool:
        results = pool.ordered(frames())
        assert next(results).seq == 0
        assert taken <= 5
        for _ in range(10):
            next(results)
        assert taken <= 15


def test_it_can_be_left_in_the_middle_and_used_again() -> None:
    with DetectorPool(FakeModel(), 2) as pool:
        results = pool.ordered(frame("c", i) for i in range(100))
        next(results)
        del results
        assert [d.seq for d in pool.ordered(frame("c", i) for i in range(3))] == [0, 1, 2]
        assert list(pool.ordered(iter(()))) == []


def test_a_defect_of_the_program_is_not_swallowed() -> None:
    def bug(shade: int) -> None:
        raise KeyError("bug")

    with DetectorPool(FakeModel(bug), 2) as pool, pytest.raises(KeyError):
        list(pool.ordered(frame("c", i) for i in range(3)))


def test_a_model_that_cannot_run_says_so_at_once() -> None:
    class Broken(FakeModel):
        def session(self) -> FakeModel:
            raise ModelError("x.onnx", "is broken", "Mend it.")

    with pytest.raises(ModelError, match="is broken"):
        DetectorPool(Broken(), 2)
    with pytest.raises(ValueError, match="0 threads"):
        DetectorPool(FakeModel(), 0)
