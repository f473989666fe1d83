from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inference.capture.camera_health import Backoff, CameraHealth, FreezeWatch
from tests.capture.support import noise


class Bench:
    """A health with a clock in the test's hand."""

    def __init__(self, fps: float = 10.0) -> None:
        self.mono = 100.0
        self.health = CameraHealth("c", fps, lambda: self.mono + 1e9, lambda: self.mono)

    def picture(self, new: bool = True) -> None:
        self.health.arrived()
        self.health.used(self.mono, new, 0.001)

    def after(self, seconds: float) -> tuple[str, str]:
        self.mono += seconds
        status = self.health.status()
        return status.state, str(status.why)


def test_from_connecting_to_live_to_late_to_lost_to_live() -> None:
    bench = Bench()
    assert bench.after(0.1) == ("connecting", "waiting for the first picture")
    bench.picture()
    assert bench.after(0.1) == ("live", "")
    assert bench.after(1.6)[0] == "late"
    state, why = bench.after(2.5)
    assert state == "lost"
    assert "no picture for 4 s" in why
    bench.picture()
    assert bench.after(0.0) == ("live", "")


def test_since_is_when_the_state_changed() -> None:
    bench = Bench()
    bench.picture()
    bench.after(0.0)
    bench.after(1.0)
    assert bench.health.status().since == 1e9 + 100.0


def test_a_first_connection_that_fails_is_lost_with_the_reason() -> None:
    bench = Bench()
    bench.health.failed("the camera refuses the connection", 3.0)
    assert bench.after(0.0) == ("lost", "the camera refuses the connection; trying again in 3 s")
    bench.health.connecting()
    assert bench.after(0.0) == ("lost", "the camera refuses the connection; connecting again")


def test_a_camera_that_never_answers_is_lost_within_five_seconds() -> None:
    bench = Bench()
    assert bench.after(4.5)[0] == "lost"


def test_a_broken_connection_is_late_at_once_and_lost_soon() -> None:
    bench = Bench()
    bench.picture()
    bench.health.failed("the camera closed the connection", 0.4)
    assert bench.after(0.1)[0] == "late"
    assert bench.after(4.0)[0] == "lost"


def test_the_same_picture_again_and_again_is_frozen_within_five_seconds() -> None:
    bench = Bench()
    bench.picture()
    states = []
    for _ in range(50):
        states.append(bench.after(0.1))
        bench.picture(new=False)
    assert states[30] == ("live", "")
    assert states[38][0] == "late"
    assert "frozen" in states[38][1]
    assert states[46][0] == "lost"
    bench.picture(new=True)
    assert bench.after(0.0) == ("live", "")


def test_a_slow_camera_is_given_its_time() -> None:
    bench = Bench(fps=0.5)
    bench.picture()
    assert bench.after(5.0)[0] == "live"
    assert bench.after(4.0)[0] == "lost"


def test_damaged_pictures_are_counted_and_the_last_error_kept() -> None:
    bench = Bench()
    bench.health.damaged("cut off")
    bench.health.damaged("cut off")
    bench.picture()
    status = bench.health.status(dropped=3)
    assert status.last_error == "cut off (2 damaged so far)"
    assert (status.state, status.dropped, status.received) == ("live", 3, 1)


def test_reconnects_do_not_count_the_first_connection() -> None:
    bench = Bench()
    for _ in range(3):
        bench.health.connected()
    assert bench.health.status().reconnects == 2


@given(st.integers(1, 40))
def test_backoff_grows_to_its_limit_and_never_beyond(failures: int) -> None:
    backoff = Backoff(first_s=0.5, longest_s=4.0)
    waits = [backoff.next() for _ in range(failures)]
    assert all(0.25 <= w <= 4.0 for w in waits)
    assert waits[0] <= 0.5
    assert all(w >= 2.0 for w in waits[3:])
    backoff.reset()
    assert backoff.next() <= 0.5


def test_one_changed_row_in_four_is_a_new_picture() -> None:
    watch = FreezeWatch()
    image = noise(1)
    assert watch.is_new(image)
    assert not watch.is_new(image.copy())
    image[8, 5] += 1
    assert watch.is_new(image)
