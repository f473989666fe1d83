from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from console.engine_process.connection import send_once
from console.engine_process.headless import run_headless
from console.engine_process.session import AlreadyRunningError, StateLock, is_running, read_address
from console.engine_process.spec import EngineSpec, SpecError, read_spec
from console.engine_process.starting import EXIT_OK, EXIT_REFUSED, EXIT_RUNNING
from inference.messages import VisitClosed
from inference.messages.codec import to_msgpack
from inference.messages.wire import GetSnapshot, Snapshot
from tests.engine_process.fake_worker import parts
from tests.support.fake_pipeline import fake_observations, undisturbed, visits_in

ROOT = Path(__file__).resolve().parents[2]


def worker(
    module: str, file: Path | str, stdin: bytes = b"", place: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a worker to its end; ``place`` is where it puts temporary folders."""
    command = [sys.executable, "-m", module, "--spec", str(file)]
    env = {**os.environ, **({} if place is None else {"TMPDIR": str(place)})}
    return subprocess.run(
        command, cwd=ROOT, input=stdin, capture_output=True, timeout=100, check=False, env=env
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "spec.json: Input data was truncated"),
        ("{", "spec.json: Input data was truncated"),
        ("{}", "spec.json: Object missing required field `state_dir`"),
        ("{PLACES}", "spec.json: name either a store folder (live) or a recording"),
        ('{PLACES, "store": "a", "recording": "b"}', "not both and not neither"),
        ('{PLACES, "recording": "a", "speeed": 2}', "unknown field `speeed`"),
        ('{PLACES, "recording": "a", "speed": -1}', "a speed of -1 is outside"),
        ('{PLACES, "recording": "a", "speed": "fast"}', "$.speed"),
        ('{PLACES, "recording": "a", "detection_threads": 0}', "at least 1"),
    ],
)
def test_bad_specs_are_named(text: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_spec(text.replace("PLACES", '"state_dir": "s", "ledger": "l"'), "spec.json")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recording": "no-such-folder"}, "no-such-folder"),
        ({"recording": None, "store": "no-such-store"}, "no-such-store"),
    ],
)
def test_the_real_worker_refuses_what_is_not_there(
    changes: dict[str, str | None], said: str, spec: EngineSpec, tmp_path: Path
) -> None:
    file, place = tmp_path / "spec.json", tmp_path / "tmp"
    place.mkdir()
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(spec, **changes)))
    ended = worker("console.engine_process.worker", file, place=place)
    assert ended.returncode == EXIT_REFUSED, ended.stderr
    assert said in ended.stderr.decode()
    assert b"Traceback" not in ended.stderr
    assert list(place.iterdir()) == []
    assert not is_running(spec.state_path)


def test_a_missing_spec_file_is_named(tmp_path: Path) -> None:
    ended = worker("console.engine_process.worker", tmp_path / "none.json")
    assert ended.returncode == EXIT_REFUSED
    assert b"none.json: No such file" in ended.stderr


def test_a_worker_runs_alone_from_stdin(spec: EngineSpec) -> None:
    alone = msgspec.structs.replace(spec, recording="300", speed=None, exit_at_end=True)
    ended = worker("tests.engine_process.fake_worker", "-", msgspec.json.encode(alone))
    assert ended.returncode == EXIT_OK, ended.stderr
    assert '"finished":true' in ended.stderr.decode()
    assert read_address(spec.state_path) is None
    assert len(visits_in(Path(spec.ledger or ""))) == len(undisturbed(fake_observations(300)))


def test_only_one_engine_has_a_state_folder(spec: EngineSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.engine_process.running.LOCK_WAIT_S", 0.2)
    lock = StateLock(spec.state_path)
    try:
        ended = worker("tests.engine_process.fake_worker", "-", msgspec.json.encode(spec))
        assert ended.returncode == EXIT_RUNNING
        assert b"already running" in ended.stderr
        with pytest.raises(AlreadyRunningError):
            run_headless(spec, parts=parts)
    finally:
        lock.release()
    assert not is_running(spec.state_path)


def taken_so_far(spec: EngineSpec) -> int:
    """Observations that the engine of this state folder has taken."""
    address = read_address(spec.state_path)
    snapshot = None if address is None else send_once(address, GetSnapshot(), 5.0)
    return snapshot.observations if isinstance(snapshot, Snapshot) else 0


def test_sigterm_ends_in_order_and_the_next_run_goes_on(spec: EngineSpec) -> None:
    slow = msgspec.structs.replace(spec, recording="1000", speed=0.5, exit_at_end=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.engine_process.fake_worker", "--spec", "-"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(slow) + b"\n")
    process.stdin.flush()
    while read_address(spec.state_path) is None:
        assert process.poll() is None
        time.sleep(0.02)
    address = (spec.state_path / "engine.json").stat()
    assert address.st_mode & 0o077 == 0
    while not taken_so_far(spec):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=100)
    assert process.returncode == EXIT_OK, said
    taken = json.loads(said.decode().splitlines()[-1].split("ended: ")[1])["observations"]
    assert 0 < taken < 1000
    statuses: list[Snapshot] = []
    summary = run_headless(msgspec.structs.replace(slow, speed=None), on_status=statuses.append, parts=parts)
    assert summary.finished
    assert summary.observations == 1000


def test_headless_tells_of_each_visit(spec: EngineSpec) -> None:
    told: list[VisitClosed] = []
    quick = msgspec.structs.replace(spec, recording="400", speed=None, exit_at_end=True)
    summary = run_headless(quick, told.append, parts=parts)
    assert summary.closed == len(told) > 0
    expected = undisturbed(fake_observations(400), "fake-recording")
    assert {v.closed.visit: to_msgpack(v.closed) for v in told} == expected
    again: list[VisitClosed] = []
    run_headless(quick, again.append, parts=parts)
    assert again == []
    run_headless(msgspec.structs.replace(quick, fresh=True), again.append, parts=parts)
    assert again == told


def test_headless_works_off_the_main_thread(spec: EngineSpec) -> None:
    quick = msgspec.structs.replace(spec, recording="100", speed=None, exit_at_end=True)
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(run_headless(quick, parts=parts).finished))
    thread.start()
    thread.join(100)
    assert found == [True]
