"""The measuring side of floor tracking: what is compared is what it says it is."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from typer import Typer
from typer.testing import CliRunner

from inference.evaluation.tracks import Trail
from inference.floor_tracks import FloorTracker
from inference.messages import Detections, FloorUpdate, Observation
from inference.recording import Recording, RecordingPlayer
from inference.recording.truth import TruePath
from inference.simulation import SimulationSettings
from store_layout.reader import read_store
from tests.floor_tracks import cmc1
from tests.floor_tracks.walkers import Faults, Session, Walker, along
from tests.support import cmc1_recording
from tests.support.data import shared_data
from tests.support.floor_study import __main__ as command
from tests.support.floor_study import cost
from tests.support.floor_study.ellipses import ellipses
from tests.support.floor_study.follow import Tracker
from tests.support.floor_study.hidden import Watch
from tests.support.floor_study.incidents import incidents
from tests.support.floor_study.kept import Kept
from tests.support.floor_study.runs import Job, known_of, run
from tests.support.floor_study.scenarios import DEMO_STORE, SCENARIOS, plans_of, simulated, store_of
from tests.support.floor_study.tables import Study
from tests.support.floor_study.variants import VARIANTS, no_walls
from tests.support.plain_tracker import PlainSettings, PlainTracker
from tests.support.stores import small_store

LAYOUT = small_store()
OPEN = msgspec.structs.replace(LAYOUT, file=msgspec.structs.replace(LAYOUT.file, fixture=(), slot=()))
"""Nothing hides feet here: else a box ends at a shelf, and a plain foot point is metres behind it."""
MIDDLE = (3.0, 2.6)
CLEAN = Faults(miss=0.0, clutter=0.0, jitter=0.01, shift=0.0)


def _updates(tracker: Tracker, seen: list[Detections]) -> list[FloorUpdate]:
    return [update for each in seen if (update := tracker.observe(each))]


# -- the plain tracker -----------------------------------------------------------------------------------


def test_the_plain_tracker_follows_whoever_walks_alone() -> None:
    walker = Walker(way=along([(1.0, 0.4), (1.0, 2.6), (5.0, 2.6), (5.0, 0.9)], 0.0))
    updates = _updates(PlainTracker(OPEN), list(Session(OPEN, [walker], CLEAN).frames(9.0)))
    assert {p.track for u in updates for p in u.people} == {1}
    late = [(u.t, p) for u in updates if 2.0 < u.t < 8.0 for p in u.people]
    assert len(late) > 150
    apart = [np.hypot(*np.subtract(p.position, walker.at(t) or (np.nan, np.nan))) for t, p in late]
    assert np.nanmedian(apart) < 0.3
    assert [s.track for u in updates for s in u.started] == [1]


def test_the_plain_tracker_knows_no_gates_and_no_memory() -> None:
    """Somebody who stands in the middle is born there, and born anew after having been hidden."""
    walker = Walker(way=((0.0, *MIDDLE), (12.0, *MIDDLE)), unseen=((5.0, 8.0),))
    updates = _updates(PlainTracker(OPEN), list(Session(OPEN, [walker], CLEAN).frames(12.0)))
    assert [s.track for u in updates for s in u.started] == [1, 2]
    assert [e.track for u in updates for e in u.ended] == [1]
    ended = next(u.t for u in updates if u.ended)
    assert 5.0 + PlainSettings().dead_s <= ended <= 5.0 + PlainSettings().dead_s + 0.5


# -- ideas switched off ----------------------------------------------------------------------------------


def _hidden_for_a_while(name: str) -> list[FloorUpdate]:
    walker = Walker(
        way=(*along([(1.0, 0.2), (1.0, 2.6), MIDDLE], 0.0), (14.0, *MIDDLE)), unseen=((6.0, 10.0),), look=1
    )
    seen = list(Session(LAYOUT, [walker], CLEAN).frames(14.0))
    return _updates(VARIANTS[name].make(LAYOUT), seen)


def test_without_conservation_who_is_hidden_is_gone_and_comes_anew() -> None:
    for name, started in (("ours", [1]), ("no conservation", [1, 2])):
        assert [s.track for update in _hidden_for_a_while(name) for s in update.started] == started


def test_without_conservation_people_appear_anywhere_at_once() -> None:
    walker = Walker(way=((4.0, *MIDDLE), (12.0, *MIDDLE)))
    seen = list(Session(LAYOUT, [walker], CLEAN).frames(12.0))
    first = {
        name: next((u.t for u in _updates(VARIANTS[name].make(LAYOUT), seen) if u.people), np.inf)
        for name in ("ours", "no conservation")
    }
    assert first["no conservation"] < 5.0
    assert first["ours"] > 7.0


def test_without_appearance_there_are_no_vectors_and_the_same_boxes() -> None:
    walker = Walker(way=along([(1.0, 0.4), MIDDLE], 0.0), look=3)
    seen: list[Observation] = list(Session(LAYOUT, [walker], CLEAN).frames(2.0))
    given = list(VARIANTS["no appearance"].given(seen))
    had, has = (
        [item for each in some if isinstance(each, Detections) for item in each.items]
        for some in (seen, given)
    )
    assert any(item.appearance is not None for item in had)
    assert all(item.appearance is None for item in has)
    assert [item.box for item in had] == [item.box for item in has]


def test_without_walls_the_tracker_walks_through_gondolas() -> None:
    tracker = no_walls(LAYOUT)
    assert tracker._plan.inside((2.7, 3.5))  # type: ignore[attr-defined]  # in gondola A
    assert LAYOUT.file.fixture


# -- sessions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_a_scenarios_people_come_by_its_seed(name: str) -> None:
    layout, settings = read_store(DEMO_STORE), SimulationSettings()
    plans = plans_of(layout, SCENARIOS[name], settings, 4)
    assert plans == plans_of(layout, SCENARIOS[name], settings, 4)
    assert plans != plans_of(layout, SCENARIOS[name], settings, 5)
    assert len({plan.person for plan in plans}) == len(plans)
    groups = [plan.group for plan in plans if plan.group]
    assert all(groups.count(group) == 2 for group in groups)


def test_faults_take_another_camera_with_each_seed() -> None:
    layout = read_store(DEMO_STORE)
    for name in ("camera-lost", "clock-off", "camera-turned"):
        faults = [SCENARIOS[name].faults(layout, seed) for seed in range(12)]
        assert {f.camera for some in faults for f in some} == set(layout.cameras)
        assert len(set(faults)) == (6 if name == "camera-lost" else 12)  # both ways of being off or turned


def test_the_command_writes_table_and_file(tmp_path: Path) -> None:
    app = Typer()
    app.command()(command.main)
    options = ["--seeds", "1", "--scenario", "quiet", "--variant", "ours", "--variant", "plain"]
    done = CliRunner().invoke(
        app, [*options, "--processes", "1", "--duration", "20", "--out", str(tmp_path / "o")]
    )
    assert done.exit_code == 0, done.output
    study = msgspec.json.decode((tmp_path / "o" / "floor_study.json").read_bytes(), type=Study)
    assert [(row.scenario, row.variant, row.sessions) for row in study.rows] == [
        ("quiet", "ours", 1),
        ("quiet", "plain", 1),
    ]
    ours, plain = study.rows
    assert ours.visits == plain.visits > 0
    assert 0.5 < ours.idf1 <= 1.0
    table = (tmp_path / "o" / "floor_study.md").read_text(encoding="utf-8")
    assert f"| ours | 1 ({ours.visits}) | {ours.idf1:.3f}" in table
    alone = CliRunner().invoke(app, ["--only-kept"])
    assert alone.exit_code == 2
    assert "--keep" in alone.output
    unknown = CliRunner().invoke(app, ["--scenario", "loud"])
    assert unknown.exit_code == 2
    assert "quiet" in unknown.output


def test_a_study_goes_on_where_it_was_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, job = Kept(tmp_path), Job("quiet", 1, ("plain",), 20.0)
    (first,) = run(job, memory)
    assert memory.session(job).paths == simulated(SCENARIOS["quiet"], 1, 20.0).paths

    def again(*_: object) -> None:
        raise AssertionError("simulated again")

    monkeypatch.setattr("tests.support.floor_study.kept.simulated", again)
    both = msgspec.structs.replace(job, variants=("ours", "plain"))
    assert known_of(both, memory) == [first]
    ours, plain = run(both, memory)  # the session is read, and only ours has it to track
    assert (ours.variant, plain) == ("ours", first)
    monkeypatch.setattr(Kept, "session", again)
    assert run(both, memory) == [ours, plain]
    with pytest.raises(AssertionError, match="again"):
        run(msgspec.structs.replace(both, duration_s=21.0), memory)


# -- what went wrong -------------------------------------------------------------------------------------


def _path(person: str, y: float) -> TruePath:
    return TruePath(person, (0.0, 10.0), ((0.0, y), (10.0, y)))


def _trail(start: float, end: float, y0: float, y1: float | None = None) -> Trail:
    t = np.arange(start, end + 1e-9, 0.1)
    return Trail(t, np.column_stack([t, np.linspace(y0, y0 if y1 is None else y1, len(t))]), 1.0)


def test_nothing_is_told_of_tracks_that_are_right() -> None:
    assert incidents([_path("a", 0.0), _path("b", 2.0)], {1: _trail(0, 10, 0.1), 2: _trail(0, 10, 2.1)}) == []


def test_an_exchange_is_two_switches_in_its_place() -> None:
    tracks = {
        1: Trail(np.array([0.0, 4.9, 5.1, 10.0]), np.array([[0, 0], [4.9, 0], [5.1, 2], [10, 2.0]]), 9.0),
        2: Trail(np.array([0.0, 4.9, 5.1, 10.0]), np.array([[0, 2], [4.9, 2], [5.1, 0], [10, 0.0]]), 9.0),
    }
    told = [i for i in incidents([_path("a", 0.0), _path("b", 2.0)], tracks) if i.kind == "switch"]
    assert {(i.person, i.tracks) for i in told} == {("a", (1, 2)), ("b", (2, 1))}
    assert all(i.t == pytest.approx(5.2, abs=0.21) and i.x == pytest.approx(5.2, abs=0.21) for i in told)
    assert all(i.nearest_m == pytest.approx(2.0) for i in told)


def test_who_still_fits_is_kept_though_another_pairing_would_miss_fewer() -> None:
    """As CLEAR MOT has it: b comes beside a, and a's own track is the only one near."""
    a, b = _path("a", 0.0), TruePath("b", (5.0, 6.0), ((5.0, 0.8), (6.0, 0.8)))
    told = incidents([a, b], {1: _trail(0, 10, 0.4), 2: _trail(0, 10, -0.7)})
    assert not [i for i in told if i.kind == "switch"]


def test_long_stretches_are_told_and_short_ones_are_not() -> None:
    tracks = {1: _trail(0.6, 10.0, 0.0), 2: _trail(3.0, 5.0, 5.0), 3: _trail(8.0, 8.5, 5.0)}
    told = incidents([_path("a", 0.0)], tracks)
    assert [(i.kind, i.tracks) for i in told] == [("false", (2,))]
    assert told[0].lasted_s == pytest.approx(2.0, abs=0.3)
    missed = incidents([_path("a", 0.0)], {1: _trail(2.0, 10.0, 0.0)})
    assert [(i.kind, i.person, i.t) for i in missed] == [("missed", "a", 0.0)]


def test_ellipses_count_whom_a_camera_sees_beside_their_true_place() -> None:
    walker = Walker(way=along([(1.0, 0.4), (1.0, 2.6), (5.0, 2.6), (5.0, 0.9)], 0.0))
    seen = list(Session(OPEN, [walker], CLEAN).frames(7.0))
    times, xs, ys = zip(*walker.way, strict=True)
    here, elsewhere = (
        TruePath("a", times, tuple(zip(xs, (y + away for y in ys), strict=True))) for away in (0.0, 5.0)
    )
    found = ellipses(OPEN, seen, [here])
    assert 40 < found.samples <= 70
    assert found.inside_95 is not None
    assert found.inside_95 > 0.8
    assert ellipses(OPEN, seen, [elsewhere]).samples == 0
    assert ellipses(OPEN, seen, [msgspec.structs.replace(here, ignore=True)]).samples == 0


def test_hidden_people_are_compared_with_where_they_are() -> None:
    walker = Walker(
        way=(*along([(1.0, 0.2), (1.0, 2.6), MIDDLE], 0.0), (14.0, *MIDDLE)), unseen=((6.0, 10.0),), look=1
    )
    times, xs, ys = zip(*walker.way, strict=True)
    there, elsewhere = (
        TruePath("a", times, tuple(zip(xs, (y + away for y in ys), strict=True))) for away in (0.0, 3.0)
    )
    tracker, watch = FloorTracker(LAYOUT), Watch()
    for update in _updates(tracker, list(Session(LAYOUT, [walker], CLEAN).frames(14.0))):
        watch.note(update)
    found = watch.score([there])
    assert found is not None
    assert found.places == pytest.approx((10.0 - 6.0 - 1.0) / 0.2, abs=3)
    assert found.error_mean_m < 1.0
    assert found.inside_95 > 0.9
    assert watch.score([there, elsewhere]) == found
    assert watch.score([elsewhere]) is None  # no track was ever near
    assert Watch().score([there]) is None


def test_nobody_looks_over_the_gondolas_of_the_scenario_with_much_hidden() -> None:
    scenario = SCENARIOS["hidden"]
    layout, demo = store_of(scenario), read_store(DEMO_STORE)
    assert len(layout.cameras) == 3 < len(demo.cameras)
    gondolas = [f for f in layout.file.fixture if f.kind == "gondola"]
    assert {f.height for f in gondolas} == {scenario.gondolas_m}
    others = [f for f in layout.file.fixture if f.kind != "gondola"]
    assert others == [f for f in demo.file.fixture if f.kind != "gondola"]


# -- the rest --------------------------------------------------------------------------------------------


def test_the_hall_is_seen_all_over_and_everybody_is_tracked() -> None:
    layout = cost.hall()
    seen = cost.frames(layout, 5, 4.0)
    assert len(seen) == cost.CAMERAS * 40
    assert [s.t for s in seen] == sorted(s.t for s in seen)
    measured = cost.measure(seen, 5, layout, rounds=1)
    assert measured.tracked == 5
    assert measured.ours[0] > 0.0


@pytest.mark.parametrize("appearance", [False, True])
def test_cmc1_becomes_a_recording_that_says_the_same(appearance: bool, tmp_path: Path) -> None:
    folder = shared_data("cmc1")
    cmc1_recording.write_recording(folder, tmp_path / "r", "fairmot", appearance=appearance)
    recording = Recording.open(tmp_path / "r")
    seen = [each for each in RecordingPlayer(recording).observations() if isinstance(each, Detections)]
    wanted = list(cmc1.observations(folder, "fairmot"))
    assert recording.problems == []
    assert [(s.camera, s.seq) for s in seen] == [(s.camera, s.seq) for s in wanted]
    for a, b in zip(seen, wanted, strict=True):
        assert np.array([i.box for i in a.items]) == pytest.approx(
            np.array([i.box for i in b.items]), abs=0.01
        )
        assert all((i.appearance is not None) == appearance for i in a.items)
    truth = recording.truth
    assert truth is not None
    assert sum(len(path.t) for path in truth.paths) == 656
