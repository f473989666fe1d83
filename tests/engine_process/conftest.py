from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.engine_process.session import Session, is_running, new_session, read_address
from console.engine_process.spec import EngineSpec
from console.engine_process.supervisor import Policy, Supervisor

SHM = Path("/dev/shm")  # noqa: S108  # where Linux shows shared memory
FAKE_WORKER = (sys.executable, "-m", "tests.engine_process.fake_worker", "--spec", "-")
QUICK = Policy(
    look_s=0.02, first_backoff_s=0.02, quick_crash_s=100.0, hang_s=60.0, start_s=100.0, stop_s=60.0
)
"""Quick where nothing is waited for but the engine; patient with one that a busy machine keeps waiting."""


def shared_blocks(session: Session) -> set[str]:
    """Blocks of this session that are there now."""
    return {p.name for p in SHM.glob(f"{session.pictures}*")}


@pytest.fixture(autouse=True)
def _patient_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine an engine takes its time to answer."""
    monkeypatch.setattr("console.engine_process.client.REQUEST_TIMEOUT_S", 60.0)


@pytest.fixture(autouse=True)
def no_shared_memory_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test starts and ends takes its shared memory and its socket's folder with it."""
    made: list[Session] = []

    def noted() -> Session:
        made.append(new_session())
        return made[-1]

    monkeypatch.setattr("console.engine_process.supervisor.new_session", noted)
    monkeypatch.setattr("console.engine_process.running.new_session", noted)
    yield
    for session in made:
        assert not shared_blocks(session)
        assert not Path(session.run_dir).exists()


@pytest.fixture
def spec(tmp_path: Path) -> EngineSpec:
    return EngineSpec(
        recording="3000",
        speed=10.0,
        state_dir=str(tmp_path / "state"),
        ledger=str(tmp_path / "visits.db"),
        checkpoint_s=0.3,
    )


@pytest.fixture
def supervise() -> Iterator[Callable[[EngineSpec], Supervisor]]:
    made: list[Supervisor] = []

    def make(spec: EngineSpec, policy: Policy = QUICK) -> Supervisor:
        made.append(Supervisor(spec, policy, FAKE_WORKER))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()
        assert not is_running(supervisor._spec.state_path)
        assert read_address(supervisor._spec.state_path) is None
