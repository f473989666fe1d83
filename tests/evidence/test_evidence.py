"""From a shelf event to what is kept of it on the disk."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from console.back_office.clip_files import purge_clips
from inference.evidence import cutter as cutting
from inference.evidence.cutter import Cutter
from inference.evidence.film import KEPT_S, Film, Shot, encoded
from inference.evidence.kept import (
    MAKING,
    EvidenceError,
    event_folder,
    read_evidence,
)
from inference.evidence.manifest import FILE
from inference.evidence.piece import Piece
from inference.evidence.views import Views
from inference.evidence.writer import write_evidence
from inference.messages import Frame, HandsMet, SilentStay, Tick, VisitClosed
from inference.recording.video import read_video
from store_layout.camera_geometry import camera_model
from store_layout.model import StoreLayout
from tests.evidence.scenes import (
    LAYOUT,
    PLACE,
    SLOT,
    TALL,
    TRACK,
    Store,
    T,
    attribution,
    closed,
    event,
    noise,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "clips")
    yield made
    made.close()


def test_a_visit_in_review_leaves_two_clips_weights_and_tracks(store: Store) -> None:
    took = event()
    store.pass_time(T - 5, T + 5.4, took)
    store.tell(closed(took))
    kept = read_evidence(store.folder, "visit 1", took.id)
    assert kept is not None
    assert (kept.t, kept.fixture, kept.slots) == (T, "B", (SLOT,))
    assert len(kept.clips) == 2
    for clip in kept.clips:
        pictures = list(read_video(event_folder(store.folder, "visit 1", took.id) / clip.file))
        assert len(pictures) == len(clip.times)
        assert kept.begin <= clip.times[0] <= T - 2
        assert T + 2 <= clip.times[-1] <= kept.end
        assert np.allclose(np.diff(clip.times), 0.2, atol=0.02)
        assert {person.track for moment in clip.seen for person in moment.people} == {TRACK}
        (outline,) = clip.slots
        middle = camera_model(LAYOUT.cameras[clip.camera]).project(np.array([LAYOUT.slots[SLOT].centre]))[0][
            0
        ]
        low, high = np.min(outline, axis=0), np.max(outline, axis=0)
        assert (low < middle).all()
        assert (middle < high).all()
    (trace,) = kept.traces
    before = [g for t, g in zip(trace.t, trace.grams, strict=True) if t < T]
    after = [g for t, g in zip(trace.t, trace.grams, strict=True) if t >= T]
    assert (set(before), set(after)) == ({980.0}, {882.0})
    assert trace.t[0] < T - 3.5
    assert all((p.x, p.y) == PLACE for moment in kept.floor for p in moment.people)
    assert kept.floor[0].t < T - 3 < T + 3 < kept.floor[-1].t


def test_hands_that_met_leave_clips_of_that_moment_with_the_place_marked(store: Store) -> None:
    between = (2.9, 2.45, 1.1)
    met, took = HandsMet("hands:7-8@1.000", T, (TRACK, 8), between), event(t=T - 20)
    store.pass_time(T - 5, T + 2)
    store.keeper.saw(Tick(T + 2), [met])
    store.pass_time(T + 2, T + 5.4)
    over = closed(took).closed
    (question,) = over.questions
    asked = msgspec.structs.replace(question, moments=(met.id,))
    store.tell(VisitClosed(msgspec.structs.replace(over, questions=(asked,))))
    kept = read_evidence(store.folder, "visit 1", met.id)
    assert kept is not None
    assert (kept.t, kept.fixture, kept.slots, kept.traces) == (T, "", (), ())
    assert len(kept.clips) == 2
    for clip in kept.clips:
        assert clip.times[0] <= T - 2 < T + 2 <= clip.times[-1]
        (mark,) = clip.slots
        middle = camera_model(LAYOUT.cameras[clip.camera]).project(np.array([between]))[0][0]
        assert (np.min(mark, axis=0) < middle).all()
        assert (middle < np.max(mark, axis=0)).all()


@pytest.mark.parametrize(
    ("begin", "end", "first", "last"),
    [
        pytest.param(T - 1.5, T + 1.0, T - 3, T + 3, id="short"),
        pytest.param(T - 4.0, T + 3.5, T - 5, T + 4.5, id="longer, and all of it"),
        pytest.param(T - 60.0, T + 15.0, T - 6, T + 6, id="as much of it as shows it"),
    ],
)
def test_a_stay_at_a_silent_scale_leaves_clips_of_its_moment_and_no_weights(
    store: Store, begin: float, end: float, first: float, last: float
) -> None:
    stay = SilentStay("silent:scale-B1@1.000-7", T, begin, end, TRACK, "scale-B1", "B", SLOT)
    store.pass_time(T - 7, end)
    store.keeper.saw(Tick(end), [stay])
    store.pass_time(end, end + 5.4)
    over = closed(event(t=T - 60)).closed
    question = msgspec.structs.replace(over.questions[0], event=stay.id)
    store.tell(VisitClosed(msgspec.structs.replace(over, questions=(question,))))
    kept = read_evidence(store.folder, "visit 1", stay.id)
    assert kept is not None
    assert (kept.t, kept.fixture, kept.slots, kept.traces) == (T, "B", (SLOT,), ())
    assert (kept.begin, kept.end) == (first, last)
    assert len(kept.clips) == 2
    for clip in kept.clips:
        assert clip.times[0] == pytest.approx(first, abs=0.21)
        assert clip.times[-1] == pytest.approx(last, abs=0.21)
        assert len(clip.slots) == 1


def test_a_visit_that_closes_while_its_stay_is_told_of_has_what_there_is(store: Store) -> None:
    """The store is closed: stay and visit come at once."""
    stay = SilentStay("silent:scale-B1@1.000-7", T, T - 2, T + 1, TRACK, "scale-B1", "B")
    store.pass_time(T - 4, T + 1)
    over = closed(event(t=T - 60)).closed
    question = msgspec.structs.replace(over.questions[0], event=stay.id)
    store.keeper.take([stay, VisitClosed(msgspec.structs.replace(over, questions=(question,)))])
    assert store.keeper.wait(20)
    kept = read_evidence(store.folder, "visit 1", stay.id)
    assert kept is not None
    assert len(kept.clips) == 2


def test_no_head_survives_in_the_file(store: Store) -> None:
    took = event()
    store.pass_time(T - 4, T + 5.4, took)
    store.tell(closed(took))
    kept = read_evidence(store.folder, "visit 1", took.id)
    assert kept is not None
    for clip in kept.clips:
        model = camera_model(LAYOUT.cameras[clip.camera])
        x, y = PLACE
        head = [(x + dx, y + dy, z) for dx in (-0.1, 0.1) for dy in (-0.1, 0.1) for z in (TALL - 0.25, TALL)]
        pixels, _ = model.project(np.array(head))
        x1, y1 = np.maximum(0, np.floor(pixels.min(axis=0))).astype(int)
        x2, y2 = np.ceil(pixels.max(axis=0)).astype(int)
        foot = np.round(model.project(np.array([(x, y, 0.3)]))[0][0]).astype(int)
        folder = event_folder(store.folder, "visit 1", took.id)
        for t, picture in zip(clip.times, read_video(folder / clip.file), strict=True):
            taken = store.pictures[clip.camera, t]
            assert contrast(taken[y1:y2, x1:x2]) > 100, (
                "in the camera's picture every pixel of the head tells"
            )
            assert contrast(picture[y1:y2, x1:x2]) < 25, "and in what is kept none does"
            assert likeness(taken[y1:y2, x1:x2], picture[y1:y2, x1:x2]) < 0.6, "but for nine means"
            low = slice(foot[1] - 12, foot[1] + 12), slice(foot[0] - 12, foot[0] + 12)
            assert likeness(taken[low], picture[low]) > 0.9, "the rest is kept"
        points = [(p.head, p.foot, p.right) for moment in clip.seen for p in moment.people]
        assert points
        assert all(None not in some for some in points), "where they were seen is kept, to learn from"


def contrast(part: np.ndarray) -> float:
    return float(part.astype(float).std())


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.astype(float).ravel(), b.astype(float).ravel())[0, 1])


def test_pictures_of_which_nobody_knows_who_is_in_them_are_not_kept(tmp_path: Path) -> None:
    store = Store(tmp_path, sees=False)
    took = event()
    store.pass_time(T - 4, T + 5.4, took)
    store.tell(closed(took))
    store.close()
    kept = read_evidence(tmp_path, "visit 1", took.id)
    assert kept is not None
    assert (kept.clips, kept.why_no_clips) == ((), "it is not known who is in the pictures")
    assert kept.traces
    assert not list(tmp_path.rglob("*.mp4"))


def test_a_store_of_scales_alone_keeps_the_weights(tmp_path: Path) -> None:
    store = Store(tmp_path, cameras=())
    took = event()
    store.pass_time(T - 4, T + 5.4, took)
    store.tell(closed(took))
    store.close()
    kept = read_evidence(tmp_path, "visit 1", took.id)
    assert kept is not None
    assert (kept.clips, kept.floor) == ((), ())
    assert len(kept.traces[0].t) > 100


def test_a_visit_that_nobody_is_asked_about_leaves_nothing_unless_it_is_wanted(store: Store) -> None:
    took = event()
    store.pass_time(T - 4, T + 5.4, took)
    store.tell(closed(took, "issue"))
    assert not store.folder.exists()
    assert store.keeper.keep("another") == 0
    assert store.keeper.keep("visit 1") == 1, "somebody disputes its receipt"
    assert store.keeper.cutter.wait(20)
    kept = read_evidence(store.folder, "visit 1", took.id)
    assert kept is not None
    assert len(kept.clips) == 2


def test_a_visit_that_closes_at_once_is_given_what_there_is(store: Store) -> None:
    took = event()
    store.pass_time(T - 6, T + 1.5, took)
    store.tell(closed(took), t=T + 1.5)
    kept = read_evidence(store.folder, "visit 1", took.id)
    assert kept is not None
    assert kept.clips[0].times[-1] == pytest.approx(T + 1.4, abs=0.2)


def test_what_was_kept_is_not_written_again(store: Store) -> None:
    """A restarted engine closes a visit again; it does not have the pictures any more."""
    took = event()
    store.pass_time(T - 4, T + 5.4, took)
    store.tell(closed(took))
    file = event_folder(store.folder, "visit 1", took.id) / FILE
    before = (file.stat().st_mtime_ns, file.read_bytes())
    store.tell(closed(took))
    assert (file.stat().st_mtime_ns, file.read_bytes()) == before


# -- the thread that writes ----------------------------------------------------------------------------


def test_a_killed_engine_leaves_nothing_half(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    took = event()
    store.pass_time(T - 4, T + 5.4, took)
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(SystemExit))  # the kill
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    monkeypatch.setattr(threading, "excepthook", lambda *_: None)
    store.keeper.saw(Tick(T + 32), [closed(took)])
    store.keeper.cutter._thread.join(20)
    monkeypatch.undo()
    assert list((store.folder / MAKING).iterdir())
    assert read_evidence(store.folder, "visit 1", took.id) is None
    assert kept(store.folder) == []
    Cutter(LAYOUT, store.folder).close()
    assert not (store.folder / MAKING).exists()


def test_a_full_disk_is_told_and_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch, expected_logs: list[str]
) -> None:
    expected_logs.append("evidence could not be kept")
    took, other = event(), event("scale-B1@2.000")
    store.pass_time(T - 4, T + 5.4, took)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        store.tell(closed(took))
    assert "No space left" in store.keeper.trouble
    assert not list((store.folder / MAKING).iterdir())
    store.tell(closed(took))
    assert store.keeper.trouble == ""
    assert read_evidence(store.folder, "visit 1", took.id) is not None
    store.tell(closed(other))
    assert read_evidence(store.folder, "visit 1", other.id) is None, "of that nothing was seen"


def test_the_engine_never_waits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    took, go, written = event(), threading.Event(), list[str]()
    store.pass_time(T - 4, T + 5.4, took)
    write = write_evidence

    def slow(folder: Path, visit: str, piece: Piece, layout: StoreLayout, views: Views) -> bool:
        go.wait(100)
        written.append(visit)
        return write(folder, visit, piece, layout, views)

    monkeypatch.setattr(cutting, "write_evidence", slow)
    store.keeper.saw(Tick(T + 32), [closed(took)])
    store.pass_time(T + 33, T + 34)
    assert written == [], "the disk is slow, and nobody waited for it"
    go.set()
    assert store.keeper.cutter.wait(60)
    assert written == ["visit 1"]
    assert read_evidence(store.folder, "visit 1", took.id) is not None


def piece(number: int, sureness: float, size: int = 1000) -> Piece:
    shots: dict[str, tuple[Shot, ...]] = {"west": (Shot(T + number, 640, 360, bytes(size)),) * 2}
    return Piece(f"e{number}", "B", T + number, T, T, ("scale-B1",), (), (), {}, shots, sureness, (SLOT,))


def test_memory_is_bounded_and_what_is_sure_goes_first(tmp_path: Path) -> None:
    cutter = Cutter(LAYOUT, tmp_path, most_bytes=6000)
    for number, sureness in enumerate((0.5, 0.999, 0.6, 0.7)):
        cutter.put(piece(number, sureness))
    assert cutter.wait(20)
    assert list(cutter._held.pieces) == ["e0", "e2", "e3"]
    cutter.put(piece(4, 0.999))
    assert cutter.wait(20)
    assert list(cutter._held.pieces) == ["e2", "e3", "e4"]
    assert cutter.size == sum(p.size for p in cutter._held.pieces.values()) == 6000
    cutter.put(piece(round(cutting.LONGEST_S) + 10, 0.5))
    assert cutter.wait(20)
    assert len(cutter._held.pieces) == 1
    cutter.close()


# -- film ----------------------------------------------------------------------------------------------


def test_a_film_is_few_small_and_short() -> None:
    film = Film()
    for n in range(round((KEPT_S + 20) * 10)):
        film.take(Frame("west", n, T + n / 10, np.zeros((72, 128, 3), np.uint8)))
    shots = film.between(T, T + 1000)["west"]
    assert shots[-1].t - shots[0].t == pytest.approx(KEPT_S, abs=0.3)
    assert np.allclose(np.diff([s.t for s in shots]), 0.2)
    large = encoded(Frame("west", 0, T, np.zeros((1080, 1920, 3), np.uint8)))
    assert (large.width, large.height) == (640, 360)
    assert large.picture().shape == (360, 640, 3)


def test_a_clock_that_was_set_back_begins_anew() -> None:
    film = Film()
    for t in (T, T + 5, T - 100, T - 99.9, T - 99.8):
        film.take(Frame("west", 0, t, noise(1)))
    assert [s.t for s in film.between(0, T + 100)["west"]] == [T - 100, T - 99.8]


# -- on the disk ---------------------------------------------------------------------------------------


def kept(folder: Path) -> list[str]:
    """Visits of which something is kept."""
    found = {event.parent.name for event in folder.glob("*/*/")}
    return sorted(name for name in found if name != MAKING)


def test_what_is_kept_is_removed_by_age_and_visit(store: Store) -> None:
    first, second = event(), event("scale-B1@9.000", T + 2)
    store.pass_time(T - 6, T + 8, first)
    store.keeper.take([second, attribution(second)])
    store.pass_time(T + 8.1, T + 9)
    for visit, took in (("old", first), ("new", second), ("disputed", first)):
        store.tell(closed(took, visit=visit))
    for visit, took in (("old", first), ("new", second), ("disputed", first)):
        files = list(event_folder(store.folder, visit, took.id).iterdir())
        assert sorted(file.suffix for file in files) == [".json", ".mp4", ".mp4"]
        assert sum(file.stat().st_size for file in files) > 10_000
        for file in files:
            os.utime(file, (took.t_peak, took.t_peak))
    with pytest.raises(ValueError, match="everything would be removed"):
        purge_clips(store.folder)
    assert purge_clips(store.folder, before=T + 1, dry_run=True).files == 6
    assert kept(store.folder) == ["disputed", "new", "old"]
    assert purge_clips(store.folder, before=T + 1, keep={"disputed"}).files == 3
    assert not (store.folder / "old").exists()
    assert purge_clips(store.folder, visits={"new"}).files == 3
    assert kept(store.folder) == ["disputed"]
    assert purge_clips(store.folder / "nowhere", before=0.0).files == 0


def test_damage_is_said(store: Store) -> None:
    took = event()
    store.pass_time(T - 4, T + 5.4, took)
    store.tell(closed(took))
    file = event_folder(store.folder, "visit 1", took.id) / FILE
    good = file.read_bytes()
    file.write_bytes(good[:100])
    with pytest.raises(EvidenceError, match=r"evidence\.json"):
        read_evidence(store.folder, "visit 1", took.id)
    found = purge_clips(store.folder, visits={"visit 1"}, dry_run=True)
    assert found.files == 3, "it is still found, to be removed"
    file.write_bytes(good.replace(b'"format":1', b'"format":2'))
    with pytest.raises(EvidenceError, match="format 2"):
        read_evidence(store.folder, "visit 1", took.id)
    assert msgspec.json.decode(good)["event"] == took.id
