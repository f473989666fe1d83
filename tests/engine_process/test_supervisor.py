from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from console.engine_process.client import EngineClient
from console.engine_process.session import is_running, read_address
from console.engine_process.spec import EngineSpec
from console.engine_process.supervisor import Supervisor
from inference.messages.wire import Done, PauseReplay, Refused, SetReplaySpeed, SetStaff
from tests.engine_process.conftest import QUICK, shared_blocks
from tests.support.fake_pipeline import fake_observations, undisturbed, visits_in

Supervise = Callable[..., Supervisor]
LIMIT_S = 100.0


def wait_for(condition: Callable[[], object], what: object) -> None:
    until = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def replaced(spec: EngineSpec, **changes: object) -> EngineSpec:
    return msgspec.structs.replace(spec, **changes)


def bodies(path: Path) -> list[bytes]:
    return sorted(visits_in(path).values())


def test_runs_to_the_end_and_says_so(spec: EngineSpec, supervise: Supervise) -> None:
    supervisor = supervise(replaced(spec, recording="500", speed=None, exit_at_end=True))
    supervisor.start()
    wait_for(lambda: supervisor.state == "stopped", supervisor.why)
    assert supervisor.why == "the engine has ended"
    assert len(visits_in(Path(spec.ledger or ""))) == len(undisturbed(fake_observations(500)))


def test_starts_again_after_a_kill_and_the_client_follows(spec: EngineSpec, supervise: Supervise) -> None:
    supervisor = supervise(spec)
    client = EngineClient(supervisor)
    try:
        wait_for(lambda: client.latest() is not None, "first snapshot")
        first = client.latest()
        assert first is not None
        assert client.request(SetReplaySpeed(5.0)) == Done()
        name = first.cameras[0].picture
        assert name is not None
        picture = client.picture(name)
        assert picture is not None
        assert picture.shape == (48, 64, 4)
        assert set(picture[..., :3].ravel()) == {77}
        wait_for(lambda: supervisor.pid, "pid")
        os.kill(supervisor.pid or 0, signal.SIGKILL)
        wait_for(lambda: supervisor.restarts == 1, "restart")
        wait_for(lambda: client.state == "running", client.why)
        wait_for(lambda: (s := client.latest()) is not None and s.engine != first.engine, "new snapshot")
        second = client.latest()
        assert second is not None
        assert second.observations >= first.observations
        assert client.request(PauseReplay(True)) == Done()
        assert isinstance(client.request(SetStaff("?")), Refused)
        assert client.picture(name) is not None
        assert client.picture("oa-no-such") is None
    finally:
        client.close()
    assert supervisor.state == "stopped"
    assert isinstance(client.request(PauseReplay(False)), Refused)


def test_gives_up_after_quick_crashes_with_the_last_words(spec: EngineSpec, supervise: Supervise) -> None:
    supervisor = supervise(replaced(spec, recording="1:crash"))
    supervisor.start()
    wait_for(lambda: supervisor.state == "failed", supervisor.why)
    assert "5 quick crashes in a row" in supervisor.why
    assert "with status 3" in supervisor.why
    assert "the roof fell in" in supervisor.why


def test_a_refusal_is_final(spec: EngineSpec, supervise: Supervise) -> None:
    supervisor = supervise(replaced(spec, recording="1:refuse"))
    supervisor.start()
    wait_for(lambda: supervisor.state == "failed", supervisor.why)
    assert supervisor.why == "store.toml: no such file: make one"
    assert supervisor.restarts == 0


def test_a_hanging_engine_is_ended_and_started_again(spec: EngineSpec, supervise: Supervise) -> None:
    impatient = msgspec.structs.replace(QUICK, hang_s=1.0)
    supervisor = supervise(replaced(spec, recording="1000:hang", speed=None), impatient)
    supervisor.start()
    wait_for(lambda: supervisor.restarts >= 1, "restart")
    assert "no sign of life for 1 s" in supervisor.why


def test_the_engine_outlives_its_window_and_the_next_one_attaches(
    spec: EngineSpec, supervise: Supervise
) -> None:
    first = supervise(spec)
    client = EngineClient(first, keep_running=True)
    wait_for(lambda: first.state == "running", first.why)
    pid = first.pid
    client.close()
    assert pid is not None
    assert is_running(spec.state_path)
    second = supervise(spec)
    again = EngineClient(second)
    try:
        wait_for(lambda: second.state == "running" and again.latest() is not None, "attached")
        assert second.pid == pid
        assert (second.restarts, second.started_it) == (0, False)
        address = second.address
        assert address is not None
        memory = shared_blocks(address.session)
        assert len(memory) == 2  # appearances, one picture
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)  # it is still this process's child
        wait_for(lambda: second.pid not in {None, pid}, "started again")
        assert (second.restarts, second.started_it) == (1, True)
        assert memory <= shared_blocks(address.session)
    finally:
        again.close()


def test_follow_parent_ends_with_the_window(spec: EngineSpec, supervise: Supervise) -> None:
    supervisor = supervise(replaced(spec, follow_parent=True))
    supervisor.start()
    wait_for(lambda: supervisor.state == "running", supervisor.why)
    pid = supervisor.pid
    supervisor.leave()
    assert pid is not None
    os.waitpid(pid, 0)
    assert not is_running(spec.state_path)
    assert read_address(spec.state_path) is None


@pytest.mark.timeout(4 * LIMIT_S)
@pytest.mark.parametrize("kills", [3, 6])
def test_killed_at_random_moments_the_visits_are_those_of_the_undisturbed_run(
    kills: int, spec: EngineSpec, supervise: Supervise, tmp_path: Path
) -> None:
    import random

    count = 800 * kills
    rng = random.Random(kills)
    calm = replaced(spec, recording=str(count), speed=None, exit_at_end=True)
    calm = replaced(calm, state_dir=str(tmp_path / "calm"), ledger=str(tmp_path / "calm.db"))
    undisturbed_run = supervise(calm)
    undisturbed_run.start()
    wait_for(lambda: undisturbed_run.state == "stopped", "undisturbed run")

    policy = msgspec.structs.replace(undisturbed_run._policy, most_quick_crashes=1000, longest_backoff_s=0.02)
    supervisor = supervise(replaced(spec, recording=str(count), exit_at_end=True, speed=2.0), policy)
    supervisor.start()
    killed = 0
    for _ in range(kills):
        wait_for(lambda: supervisor.pid or supervisor.state == "stopped", supervisor.why)
        time.sleep(rng.uniform(0.0, 0.6))
        pid = supervisor.pid
        if pid is None or supervisor.state == "stopped":
            break
        os.kill(pid, signal.SIGKILL)
        killed += 1
        wait_for(lambda gone=pid: supervisor.pid != gone, "gone")  # type: ignore[misc]
    client = EngineClientOf(supervisor)
    client.hurry()
    wait_for(lambda: supervisor.state == "stopped", supervisor.why)
    assert killed == kills
    expected = bodies(tmp_path / "calm.db")
    assert len(expected) > 5 * kills
    assert bodies(Path(spec.ledger or "")) == expected


class EngineClientOf:
    """Speaks to a supervisor's engine without owning it."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def hurry(self) -> None:
        from console.engine_process.connection import send_once

        until = time.monotonic() + LIMIT_S
        while self._supervisor.state != "stopped" and time.monotonic() < until:
            address = self._supervisor.address
            if address and send_once(address, SetReplaySpeed(None), 1.0) == Done():
                return
            time.sleep(0.1)
