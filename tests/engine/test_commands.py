from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import msgspec
import pytest
import zmq

from inference.engine.commands import CommandServer, Request, ask
from inference.messages.codec import to_msgpack
from inference.messages.wire import (
    Answer,
    Command,
    Done,
    GetSnapshot,
    PauseReplay,
    Refused,
    SetStaff,
    Snapshot,
    SourceStatus,
    Unchanged,
)

LIMIT_MS = 60_000
"""A wait ends when the answer is there."""
TOKEN = "a token"  # noqa: S105  # a test's
SNAPSHOT = Snapshot("e", 7, 1.0, SourceStatus("recording", "r"))


class FakeEngine:
    def __init__(self) -> None:
        self.snapshot: Snapshot | None = SNAPSHOT
        self.commands: list[Command] = []
        self.held: list[Future[Answer]] = []

    def newest(self) -> Snapshot | None:
        return self.snapshot

    def submit(self, command: Command) -> Future[Answer]:
        if command == SetStaff("breaks"):
            raise RuntimeError("something is wrong")
        future: Future[Answer] = Future()
        self.commands.append(command)
        if isinstance(command, PauseReplay):
            self.held.append(future)
        else:
            future.set_result(Done("yes"))
        return future


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def server(engine: FakeEngine, tmp_path: Path) -> Iterator[CommandServer]:
    folder = Path(os.path.relpath(tmp_path)) if len(str(tmp_path)) > 80 else tmp_path
    server = CommandServer(engine, TOKEN, folder)
    yield server
    server.close()


@pytest.fixture
def socket(server: CommandServer) -> Iterator[zmq.Socket[bytes]]:
    with zmq.Context() as context, context.socket(zmq.REQ) as made:
        made.setsockopt(zmq.LINGER, 0)
        made.connect(server.endpoint)
        yield made


def raw(command: object, token: object = TOKEN) -> bytes:
    return msgspec.msgpack.encode({"token": token, "command": command})


@pytest.mark.parametrize(
    ("request_bytes", "why"),
    [
        (b"", "not a request"),
        (b"\xff\xfe rubbish", "not a request"),
        (b"\x80", "missing required field `token`"),
        (msgspec.msgpack.encode(["a"]), "not a request"),
        (raw({"type": "format_disk"}), "Invalid value 'format_disk'"),
        (raw({"type": "set_staff"}), "missing required field `code`"),
        (raw({"type": "set_staff", "code": 5}), "Expected `str`, got `int` - at `$.command.code`"),
        (raw({"type": "pause_replay", "paused": "yes"}), "Expected `bool`"),
        (raw({"type": "set_replay_speed", "speed": "fast"}), "$.command.speed"),
        (raw({"type": "stop_engine"}, "wrong"), "the token is not this engine's"),
        (raw({"type": "stop_engine"}, ""), "the token is not this engine's"),
        (raw({"type": "stop_engine"}, token=None), "$.token"),
        (raw({"type": "get_snapshot", "have": 1.5}), "$.command.have"),
    ],
)
def test_bad_requests_are_refused_and_named(
    request_bytes: bytes, why: str, socket: zmq.Socket[bytes], engine: FakeEngine
) -> None:
    socket.send(request_bytes)
    assert socket.poll(LIMIT_MS)
    answer = msgspec.msgpack.decode(socket.recv(), type=Refused)
    assert why in answer.why
    assert engine.commands == []
    assert ask(socket, TOKEN, SetStaff("ab"), LIMIT_MS / 1000) == Done("yes")


def test_snapshots_are_given_once(socket: zmq.Socket[bytes], engine: FakeEngine) -> None:
    assert ask(socket, TOKEN, GetSnapshot(), LIMIT_MS / 1000) == SNAPSHOT
    assert ask(socket, TOKEN, GetSnapshot(have=7), LIMIT_MS / 1000) == Unchanged()
    assert ask(socket, TOKEN, GetSnapshot(have=8), LIMIT_MS / 1000) == SNAPSHOT
    engine.snapshot = None
    assert ask(socket, TOKEN, GetSnapshot(), LIMIT_MS / 1000) == Unchanged()


def test_a_waiting_command_does_not_hold_up_others(
    server: CommandServer, socket: zmq.Socket[bytes], engine: FakeEngine
) -> None:
    with zmq.Context() as context, context.socket(zmq.REQ) as slow:
        slow.setsockopt(zmq.LINGER, 0)
        slow.connect(server.endpoint)
        slow.send(to_msgpack(Request(TOKEN, PauseReplay(True))))
        assert slow.poll(100) == 0
        assert ask(socket, TOKEN, GetSnapshot(), LIMIT_MS / 1000) == SNAPSHOT
        engine.held[0].set_result(Refused("not now"))
        assert slow.poll(LIMIT_MS)
        assert msgspec.msgpack.decode(slow.recv(), type=Refused).why == "not now"


def test_a_request_on_which_the_engine_fails_does_not_end_the_service(
    socket: zmq.Socket[bytes], expected_logs: list[str]
) -> None:
    expected_logs.append("a request failed")
    answer = ask(socket, TOKEN, SetStaff("breaks"), LIMIT_MS / 1000)
    assert isinstance(answer, Refused)
    assert "failed on this request" in answer.why
    assert ask(socket, TOKEN, SetStaff("ab"), LIMIT_MS / 1000) == Done("yes")


def test_an_oversized_request_is_dropped(
    server: CommandServer, socket: zmq.Socket[bytes], engine: FakeEngine
) -> None:
    socket.send(b"x" * 1_000_000)
    assert socket.poll(300) == 0
    with zmq.Context() as context, context.socket(zmq.REQ) as other:
        other.setsockopt(zmq.LINGER, 0)
        other.connect(server.endpoint)
        assert ask(other, TOKEN, SetStaff("ab"), LIMIT_MS / 1000) == Done("yes")


def test_the_socket_is_this_users_only(server: CommandServer, tmp_path: Path) -> None:
    if not server.endpoint.startswith("ipc://"):
        assert server.endpoint.startswith("tcp://127.0.0.1:")
        return
    assert Path(server.endpoint.removeprefix("ipc://")).stat().st_mode & 0o077 == 0


def test_a_folder_too_deep_for_a_socket_means_loopback(engine: FakeEngine, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    server = CommandServer(engine, TOKEN, deep)
    try:
        assert server.endpoint.startswith("tcp://127.0.0.1:")
        with zmq.Context() as context, context.socket(zmq.REQ) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.connect(server.endpoint)
            assert ask(socket, TOKEN, GetSnapshot(), LIMIT_MS / 1000) == SNAPSHOT
    finally:
        server.close()
