from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.engine.belonging import ARCHIVES_KEPT, begin_journal, new_header, put_aside, read_header
from inference.engine.checkpoint import Checkpoint, checkpoints
from inference.engine.entries import Taken, layout_hash
from inference.engine.files import DamagedFileError, frame, frames, read_whole, write_whole
from inference.engine.journal import MAGIC, Journal
from inference.engine.view import ViewState
from inference.messages import Observation, Tick, WeightReading
from store_layout.learned import Learned
from tests.support.fake_pipeline import fake_layout, fake_observations

SEEN = fake_observations(40, seed=3)


def written(folder: Path, seen: list[Observation], at: int = 0) -> Journal:
    folder.mkdir(exist_ok=True)
    journal = Journal(folder)
    journal.keep(checkpoint(at))
    put(journal, seen)
    return journal


def put(journal: Journal, seen: list[Observation]) -> None:
    records, _ = journal.encode([(o, True) for o in seen])
    journal.write(records, len(seen))


def checkpoint(count: int) -> Checkpoint:
    return Checkpoint(count, count, 1.0, b"state", ViewState())


def times(journal: Journal, first: int) -> list[float]:
    tail = journal.tail(first, lambda _: None)
    return [entry.seen.t for _, entry, skipped in tail if isinstance(entry, Taken) and not skipped]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written(tmp_path, SEEN).close()
    journal = Journal(tmp_path)
    found = journal.latest_checkpoint()
    assert found == checkpoint(0)
    entries = list(journal.tail(0, lambda _: None))
    assert [n for n, _, _ in entries] == list(range(40))
    seen = [e.seen for _, e, _ in entries if isinstance(e, Taken)]
    assert [one for one in seen if isinstance(one, WeightReading)] == [
        o for o in SEEN if isinstance(o, WeightReading)
    ]
    assert journal.count == 40
    assert journal.notes == []


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_torn_last_record_is_cut_off_at_every_byte(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    written(folder, SEEN).close()
    (path,) = folder.glob("*.journal")
    whole = path.read_bytes()
    ends = [len(MAGIC), *(end for _, end in frames(whole, len(MAGIC)))]
    cut = data.draw(st.integers(ends[-2], len(whole) - 1))
    path.write_bytes(whole[:cut])
    journal = Journal(folder)
    assert times(journal, 0) == [o.t for o in SEEN[:-1]]
    assert path.stat().st_size == ends[-2]
    assert bool(journal.notes) == (cut > ends[-2])


@pytest.mark.parametrize("size", range(len(MAGIC) + 1))
def test_a_segment_torn_in_its_first_bytes_is_empty(tmp_path: Path, size: int) -> None:
    written(tmp_path, []).close()
    (path,) = tmp_path.glob("*.journal")
    path.write_bytes(MAGIC[:size])
    journal = Journal(tmp_path)
    assert times(journal, 0) == []
    assert journal.notes == []


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(where=st.floats(0, 1), flip=st.integers(1, 255))
def test_a_changed_byte_never_gives_another_observation(
    where: float, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("flip")
    written(folder, SEEN).close()
    (path,) = folder.glob("*.journal")
    data = bytearray(path.read_bytes())
    at = min(int(where * len(data)), len(data) - 1)
    data[at] ^= flip
    path.write_bytes(data)
    journal = Journal(folder)
    found = times(journal, 0)
    assert found == [o.t for o in SEEN[: len(found)]]
    assert journal.notes


def test_a_damaged_checkpoint_falls_back_to_the_one_before(tmp_path: Path) -> None:
    journal = written(tmp_path, SEEN[:10])
    for at, seen in ((10, SEEN[10:20]), (20, SEEN[20:])):
        journal.keep(checkpoint(at))
        put(journal, seen)
    journal.close()
    assert [count for count, _ in checkpoints(tmp_path)] == [20, 10]
    path = checkpoints(tmp_path)[0][1]
    path.write_bytes(path.read_bytes()[:-1])
    journal = Journal(tmp_path)
    found = journal.latest_checkpoint()
    assert found is not None
    assert found.count == 10
    assert times(journal, 10) == [o.t for o in SEEN[10:]]
    assert journal.count == 40
    assert "checkpoint put aside" in journal.notes[0]


def test_segments_before_the_older_checkpoint_are_removed(tmp_path: Path) -> None:
    journal = written(tmp_path, SEEN[:10])
    for at in (10, 20, 30):
        journal.keep(checkpoint(at))
        put(journal, SEEN[at : at + 10])
    journal.close()
    assert sorted(int(p.stem) for p in tmp_path.glob("*.journal")) == [20, 30]
    assert len(checkpoints(tmp_path)) == 2


def test_damage_in_an_earlier_segment_puts_the_later_ones_aside(tmp_path: Path) -> None:
    journal = written(tmp_path, SEEN[:10])
    journal.keep(checkpoint(10))
    put(journal, SEEN[10:])
    journal.close()
    first = tmp_path / f"{0:015d}.journal"
    first.write_bytes(first.read_bytes()[:-3])
    journal = Journal(tmp_path)
    assert times(journal, 0) == [o.t for o in SEEN[:9]]
    assert any("put aside, what comes before it is damaged" in n for n in journal.notes)


def test_a_record_that_is_whole_but_no_observation_ends_the_reading(tmp_path: Path) -> None:
    written(tmp_path, SEEN[:3]).close()
    (path,) = tmp_path.glob("*.journal")
    path.write_bytes(path.read_bytes() + frame(b"\x93\xa5taken\x01\xc3") + frame(b"rubbish"))
    journal = Journal(tmp_path)
    assert times(journal, 0) == [o.t for o in SEEN[:3]]
    assert "record at byte" in journal.notes[0]


def test_skipped_entries_are_known_in_the_next_reading(tmp_path: Path) -> None:
    journal = written(tmp_path, SEEN)
    journal.skip(7, "it cannot be")
    journal.close()
    assert times(Journal(tmp_path), 0) == [o.t for o in SEEN[:7] + SEEN[8:]]


def test_a_full_disk_writes_nothing_of_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    journal = written(tmp_path, SEEN[:5])
    really = os.write
    room = [30]

    def full(handle: int, data: bytes) -> int:
        if room[0] <= 0:
            raise OSError(28, "No space left on device")
        done = really(handle, data[: room[0]])
        room[0] -= done
        return done

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            put(journal, SEEN[5:])
    put(journal, SEEN[5:])
    journal.close()
    assert times(Journal(tmp_path), 0) == [o.t for o in SEEN]


def test_sync_comes_about_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    synced: list[float] = []
    journal = Journal(tmp_path, clock=lambda: now[0])
    journal.keep(checkpoint(0))
    monkeypatch.setattr("inference.engine.journal.os.fsync", lambda _: synced.append(now[0]))
    for _ in range(50):
        now[0] += 0.1
        put(journal, [Tick(now[0])])
        journal.sync_when_due()
    assert 4 <= len(synced) <= 5
    journal.close()


def test_whole_files_are_whole_or_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_whole(path, b"magic\n", b"payload")
    assert read_whole(path, b"magic\n") == b"payload"
    data = path.read_bytes()
    for size in range(len(data)):
        path.write_bytes(data[:size])
        with pytest.raises(DamagedFileError, match="x: "):
            read_whole(path, b"magic\n")
    path.write_bytes(data + b"more")
    with pytest.raises(DamagedFileError):
        read_whole(path, b"magic\n")


def test_headers_know_their_store_and_keep_their_salt(tmp_path: Path) -> None:
    layout = fake_layout()
    live = new_header(layout, None)
    assert live.salt != new_header(layout, None).salt
    assert new_header(layout, "r").salt == new_header(layout, "r").salt
    assert layout_hash(layout) != layout_hash(fake_layout("other"))
    learned = Learned(format=1, number=1, follows=0, made_at=1.0, who="Mara")
    assert layout_hash(msgspec.structs.replace(layout, learned=learned)) != layout_hash(layout)
    before = msgspec.msgpack.encode((layout.file, layout.catalog, layout.planogram))
    assert layout_hash(layout) == hashlib.sha256(before).hexdigest(), "journals from before go on"
    for number in range(1, ARCHIVES_KEPT + 3):
        begin_journal(tmp_path / "journal", live, layout)
        assert read_header(tmp_path / "journal") == live
        moved = put_aside(tmp_path / "journal")
        assert moved is not None
        assert moved.name == f"journal.old-{number:06d}"
    assert len(list(tmp_path.glob("journal.old-*"))) == ARCHIVES_KEPT
    assert read_header(tmp_path / "journal") is None
