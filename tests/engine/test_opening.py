from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from inference.engine.belonging import is_same_place, read_header, read_layout, simulated_source
from inference.engine.checkpoint import write_checkpoint
from inference.engine.engine import Engine
from inference.engine.entries import Header
from inference.engine.files import OpeningError
from inference.engine.journal import Journal
from inference.engine.opening import open_journal
from inference.messages import ClosedVisit, GateSignal, Observation, VisitClosed
from inference.messages.codec import CodecError, Vectors
from inference.messages.said import Words
from inference.messages.wire import SourceStatus
from store_layout.model import StoreLayout
from tests.engine.conftest import recording_source
from tests.support.fake_pipeline import (
    STARTED_AT,
    STEP_S,
    FakeFlow,
    MemorySink,
    fake_layout,
    fake_observations,
)

OBSERVATIONS = [
    *fake_observations(300),
    GateSignal("door", STARTED_AT + 300 * STEP_S, "entry"),
]


class LiveOf:
    """A recording that passes for live devices, and has nothing more to say at its end."""

    def __init__(self, observations: list[Observation]) -> None:
        self._inner = recording_source(observations)

    recording_id = None
    ended = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def status(self) -> SourceStatus:
        return SourceStatus("live", "fake")


def run_live(folder: Path, sink: MemorySink, observations: list[Observation]) -> Engine:
    header, _ = opened(folder, fake_layout(), None, sink)
    engine = Engine(
        fake_layout(),
        header.salt,
        make_flow=FakeFlow,
        sink=sink,
        source=LiveOf(observations),  # type: ignore[arg-type]  # passes the rest on
        journal_folder=folder,
        clock=lambda: STARTED_AT + 400 * STEP_S,
    )
    source = engine.source
    take = source.take

    def take_or_stop(limit: int, timeout: float) -> list[Observation]:
        batch = take(limit, timeout)
        if not batch:
            engine.stop()
        return batch

    source.take = take_or_stop  # type: ignore[method-assign]
    engine.run()
    return engine


def opened(
    folder: Path, layout: StoreLayout, recording: str | None, sink: MemorySink, fresh: bool = False
) -> tuple[Header, list[Words]]:
    header, notes = open_journal(
        folder, layout, recording, make_flow=FakeFlow, make_sink=lambda _: sink, fresh=fresh
    )
    return header, notes


def decoded(sink: MemorySink) -> list[ClosedVisit]:
    return [msgspec.msgpack.decode(body, type=ClosedVisit) for body in sink.visits.values()]


def test_the_same_store_goes_on_with_its_salt(tmp_path: Path) -> None:
    sink = MemorySink()
    first, _ = opened(tmp_path / "j", fake_layout(), None, sink)
    again, notes = opened(tmp_path / "j", fake_layout(), None, sink)
    assert again == first
    assert notes == []


def test_a_changed_store_puts_open_visits_into_review(tmp_path: Path) -> None:
    sink = MemorySink()
    run_live(tmp_path / "j", sink, OBSERVATIONS)
    closed_before = len(sink.visits)
    _, notes = opened(tmp_path / "j", fake_layout("rebuilt"), None, sink)
    new = decoded(sink)[closed_before:]
    assert new
    assert {v.decision for v in new} == {"review"}
    assert all("the store folder was changed while this visit was open" in v.notes for v in new)
    assert "a new journal was begun, the store folder was changed" in notes[0]
    assert (tmp_path / "j.old-000001").is_dir()
    header = read_header(tmp_path / "j")
    assert header is not None
    assert opened(tmp_path / "j", fake_layout("rebuilt"), None, sink)[1] == []


def test_if_the_old_visits_cannot_be_posted_nothing_is_put_aside(tmp_path: Path) -> None:
    run_live(tmp_path / "j", MemorySink(), OBSERVATIONS)

    class Broken(MemorySink):
        def post(self, closed: VisitClosed) -> None:
            raise OSError("read-only file system")

    with pytest.raises(OpeningError, match="could not be posted \\(read-only file system\\)"):
        opened(tmp_path / "j", fake_layout("rebuilt"), None, Broken())
    sink = MemorySink()
    opened(tmp_path / "j", fake_layout("rebuilt"), None, sink)
    assert sink.visits


def test_another_recording_leaves_the_open_visits_of_the_first_unclosed(tmp_path: Path) -> None:
    sink = MemorySink()
    opened(tmp_path / "j", fake_layout(), "one", sink)
    _, notes = opened(tmp_path / "j", fake_layout(), "two", sink)
    assert "it belongs to another source" in notes[0]
    assert sink.visits == {}


def test_fresh_begins_a_recording_anew_but_never_a_live_store(tmp_path: Path) -> None:
    sink = MemorySink()
    opened(tmp_path / "r", fake_layout(), "one", sink)
    opened(tmp_path / "r", fake_layout(), "one", sink, fresh=True)
    assert (tmp_path / "r.old-000001").is_dir()
    opened(tmp_path / "l", fake_layout(), None, sink)
    opened(tmp_path / "l", fake_layout(), None, sink, fresh=True)
    assert not (tmp_path / "l.old-000001").exists()


def test_a_damaged_header_is_put_aside(tmp_path: Path) -> None:
    sink = MemorySink()
    opened(tmp_path / "j", fake_layout(), None, sink)
    (tmp_path / "j" / "header.json").write_bytes(b'{"format": 1')
    _, notes = opened(tmp_path / "j", fake_layout(), None, sink)
    assert "the journal was put aside: header.json" in notes[0]


def test_a_live_store_knows_of_the_gap_after_a_restart(tmp_path: Path) -> None:
    sink = MemorySink()
    run_live(tmp_path / "j", sink, OBSERVATIONS)
    engine = run_live(tmp_path / "j", sink, OBSERVATIONS[:0])
    assert engine.now.count > len(OBSERVATIONS) + 3
    text = b"".join(p.read_bytes() for p in (tmp_path / "j").glob("*.journal"))
    assert text.count(b"the engine was restarted") == text.count(b"outage") == 3  # camera, scale, gate


def test_the_layout_kept_with_a_journal_is_read_back(tmp_path: Path) -> None:
    opened(tmp_path / "j", fake_layout(), None, MemorySink())
    assert read_layout(tmp_path / "j") == fake_layout()


def left_paused(folder: Path) -> None:
    """A live store that was paused, and whose engine ended."""
    run_live(folder, MemorySink(), OBSERVATIONS)
    journal = Journal(folder)
    checkpoint = journal.latest_checkpoint()
    assert checkpoint is not None
    checkpoint.view.paused_since = checkpoint.t
    write_checkpoint(folder, checkpoint)


def test_a_paused_store_that_is_rebuilt_is_begun_paused(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    left_paused(folder)
    header, _ = opened(folder, fake_layout("rebuilt"), None, MemorySink())
    assert header.paused_since is not None
    again, _ = opened(folder, fake_layout("once more"), None, MemorySink())
    assert again.paused_since == header.paused_since, "also where no engine ran between"


def test_the_pause_is_found_where_nothing_else_of_the_journal_can_be_used(tmp_path: Path) -> None:
    class Unreadable(FakeFlow):
        def restore(self, data: bytes, appearances: Vectors | None = None) -> None:
            raise CodecError("of another version")

    folder = tmp_path / "j"
    left_paused(folder)
    header, _ = open_journal(
        folder, fake_layout("rebuilt"), None, make_flow=Unreadable, make_sink=lambda _: MemorySink()
    )
    assert list(tmp_path.glob("j.old-*/*.damaged")), "its state was put aside"
    assert header.paused_since is not None


def test_a_recording_begins_as_it_began_and_another_store_knows_nothing_of_the_pause(tmp_path: Path) -> None:
    folder = tmp_path / "j"
    left_paused(folder)
    for source in ("recording-1", simulated_source("other", 1.0), simulated_source("other-2", 2.0)):
        assert opened(folder, fake_layout(), source, MemorySink())[0].paused_since is None
    assert is_same_place(simulated_source("a", 1.0), simulated_source("a", 2.0))
    assert not is_same_place(simulated_source("a", 1.0), simulated_source("a:b", 1.0))
    assert not is_same_place("recording-1", "recording-1")
