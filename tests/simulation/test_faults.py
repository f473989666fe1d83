"""Faults of simulated cameras: what is simulated is what was asked for, and everything else stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from inference.messages import Detections, GateSignal, Outage
from inference.recording import Recording, RecordingPlayer
from inference.recording.truth import TrueBox
from inference.simulation import Errand, Plan, SimulationSettings, simulate
from inference.simulation.faults import (
    CameraFault,
    CameraLost,
    CameraTurned,
    ClockOff,
    as_hung,
    check_faults,
    turned_camera,
)
from inference.simulation.live import LiveEyes, LiveWorld
from inference.simulation.simulate import Happening, Shot
from store_layout.camera_geometry import camera_model
from store_layout.model import (
    Camera,
    MatrixCalibration,
    OpenCvCalibration,
    PointPair,
    PointsCalibration,
)
from tests.support.stores import small_store

LAYOUT = small_store()
PLAIN = SimulationSettings(duration_s=20.0, scale_rate_hz=1.0)
FIRST, SECOND = (camera.id for camera in LAYOUT.file.camera[:2])
SLOTS = list(LAYOUT.slots)
PLANS = (
    Plan(person="p1", arrive_s=0.5, errands=(Errand(act="browse", slot=SLOTS[0]),)),
    Plan(person="p2", arrive_s=3.0, errands=(Errand(act="browse", slot=SLOTS[-1]),)),
)

Made = Callable[..., Recording]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    kept: dict[tuple[CameraFault, ...], Recording] = {}

    def make(*faults: CameraFault) -> Recording:
        if faults not in kept:
            folder: Path = tmp_path_factory.mktemp("faults") / "r"
            simulate(LAYOUT, msgspec.structs.replace(PLAIN, faults=faults), 3, folder, plans=PLANS)
            kept[faults] = Recording.open(folder)
        return kept[faults]

    return make


def _frames(recording: Recording, camera: str) -> list[Detections]:
    seen = RecordingPlayer(recording).observations()
    return [each for each in seen if isinstance(each, Detections) and each.camera == camera]


def _bytes(seen: list[Detections]) -> bytes:
    return msgspec.json.encode([(s.seq, s.t, [(item.box, item.score) for item in s.items]) for s in seen])


# -- a camera lost ---------------------------------------------------------------------------------------


def test_a_lost_camera_sends_nothing_for_just_that_long(made: Made) -> None:
    usual, lost = made(), made(CameraLost(camera=FIRST, from_s=5.0, for_s=8.0))
    before, after = PLAIN.started_at + 5.0, PLAIN.started_at + 13.0
    wanted = [s.seq for s in _frames(usual, FIRST) if not before <= s.t < after]
    kept = [s.seq for s in _frames(lost, FIRST)]
    # Stamps are rounded to a millisecond, so a frame at the very edge may fall to either side.
    assert len(set(wanted) ^ set(kept)) <= 1
    assert 0 < len(kept) < len(_frames(usual, FIRST)) - 60
    assert _bytes(_frames(usual, SECOND)) == _bytes(_frames(lost, SECOND))


def test_its_silence_is_told_when_it_is_noticed_and_when_it_is_over(made: Made) -> None:
    lost = made(CameraLost(camera=FIRST, from_s=5.0, for_s=8.0))
    told = [each for each in RecordingPlayer(lost).observations() if isinstance(each, Outage)]
    assert [(o.device, o.kind, o.over) for o in told] == [(FIRST, "camera", False), (FIRST, "camera", True)]
    assert [o.since - PLAIN.started_at for o in told] == [5.0, 5.0]
    assert [o.t - PLAIN.started_at for o in told] == [9.0, 13.0]


def test_what_would_be_noticed_after_the_end_is_not_told(made: Made) -> None:
    lost = made(CameraLost(camera=FIRST, from_s=12.0, for_s=100.0))
    told = [each for each in RecordingPlayer(lost).observations() if isinstance(each, Outage)]
    assert [o.over for o in told] == [False]


# -- a wrong clock ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [0.3, -0.3])
def test_a_wrong_clock_moves_the_stamps_and_nothing_else(made: Made, off: float) -> None:
    usual, wrong = made(), made(ClockOff(camera=FIRST, by_s=off))
    a, b = _frames(usual, FIRST), _frames(wrong, FIRST)
    assert [s.seq for s in a] == [s.seq for s in b]
    assert np.array([s.t for s in b]) - np.array([s.t for s in a]) == pytest.approx(off, abs=1e-5)
    assert [[item.box for item in s.items] for s in a] == [[item.box for item in s.items] for s in b]
    assert _bytes(_frames(usual, SECOND)) == _bytes(_frames(wrong, SECOND))
    assert usual.truth is not None
    assert wrong.truth is not None
    assert usual.truth.paths == wrong.truth.paths
    assert [b.t - a.t for a, b in zip(usual.truth.boxes[FIRST], wrong.truth.boxes[FIRST], strict=True)] == (
        pytest.approx([off] * len(usual.truth.boxes[FIRST]), abs=1e-5)
    )


# -- a camera turned -------------------------------------------------------------------------------------


def _as_matrix(camera: Camera) -> Camera:
    """The same view, without its lens, as a matrix."""
    calibration = camera.calibration
    assert isinstance(calibration, OpenCvCalibration)
    p = -0.5 * np.array(calibration.k) @ np.column_stack([calibration.r, calibration.t])
    rows = [(float(a), float(b), float(c), float(d)) for a, b, c, d in p]
    return msgspec.structs.replace(camera, calibration=MatrixCalibration(p=(rows[0], rows[1], rows[2])))


@pytest.mark.parametrize("matrix", [False, True])
@pytest.mark.parametrize(("pan", "tilt"), [(2.0, 0.0), (-2.0, 0.0), (0.0, 3.0), (2.0, -3.0)])
def test_a_turned_camera_stays_in_its_place_and_looks_elsewhere(
    pan: float, tilt: float, matrix: bool
) -> None:
    camera = _as_matrix(LAYOUT.file.camera[0]) if matrix else LAYOUT.file.camera[0]
    straight, turned = camera_model(camera), camera_model(turned_camera(camera, pan, tilt))
    assert turned.position == pytest.approx(straight.position, abs=1e-9)
    middle = np.array([[camera.width / 2, camera.height / 2]])
    before, after = (model.sight_lines(middle)[1][0] for model in (straight, turned))
    heading = np.degrees(np.arctan2(after[1], after[0]) - np.arctan2(before[1], before[0]))
    assert (heading + 180.0) % 360.0 - 180.0 == pytest.approx(pan, abs=1e-6)
    assert np.degrees(np.arcsin(after[2]) - np.arcsin(before[2])) == pytest.approx(tilt, abs=1e-6)


def test_the_recordings_store_keeps_the_calibration_that_is_wrong_now(made: Made) -> None:
    turned = made(CameraTurned(camera=FIRST, pan_deg=2.0))
    assert turned.layout.cameras[FIRST].calibration == LAYOUT.cameras[FIRST].calibration


def _is_whole(box: TrueBox) -> bool:
    return box.box[0] > 1.0 and box.box[2] < LAYOUT.cameras[FIRST].width - 1.0


def test_people_are_seen_where_the_turned_camera_sees_them(made: Made) -> None:
    fault = CameraTurned(camera=FIRST, pan_deg=2.0)
    usual, turned = made(), made(fault)
    assert usual.truth is not None
    assert turned.truth is not None
    model = camera_model(as_hung(LAYOUT, (fault,)).cameras[FIRST])
    calibrated = camera_model(LAYOUT.cameras[FIRST])
    paths = {path.person: path for path in turned.truth.paths}
    before = {(box.t, box.person): box for box in usual.truth.boxes[FIRST]}
    moved, meant = [], []
    for box in turned.truth.boxes[FIRST]:
        was = before.get((box.t, box.person))
        if was is not None and _is_whole(box) and _is_whole(was):
            path = paths[box.person]
            body = np.array([[*(np.interp(box.t, path.t, [xy[k] for xy in path.xy]) for k in (0, 1)), 0.85]])
            moved.append((box.box[0] + box.box[2] - was.box[0] - was.box[2]) / 2)
            meant.append((model.project(body)[0] - calibrated.project(body)[0])[0, 0])
    assert len(moved) > 50
    assert abs(np.median(meant)) > 5.0
    assert np.array(moved) == pytest.approx(np.array(meant), rel=0.1, abs=1.0)
    assert _bytes(_frames(usual, SECOND)) == _bytes(_frames(turned, SECOND))


def test_films_are_told_how_cameras_truly_look_and_what_their_clocks_say(tmp_path: Path) -> None:
    faults = (
        CameraTurned(camera=FIRST, pan_deg=2.0),
        ClockOff(camera=SECOND, by_s=0.3),
        CameraLost(camera=SECOND, from_s=2.0, for_s=3.0),
    )
    told: list[Happening] = []

    def film(happening: Happening, _tell: Callable[[float], None]) -> list[Shot]:
        told.append(happening)
        return []

    settings = msgspec.structs.replace(PLAIN, duration_s=8.0, faults=faults)
    simulate(LAYOUT, settings, 3, tmp_path / "r", plans=PLANS, film=film)
    (happening,) = told
    assert happening.layout.cameras[FIRST] == turned_camera(LAYOUT.cameras[FIRST], 2.0)
    assert happening.layout.cameras[SECOND] == LAYOUT.cameras[SECOND]
    assert (happening.clocks_off_s[FIRST], happening.clocks_off_s[SECOND]) == (0.0, 0.3)
    times = [t for _, t in happening.exposures[SECOND]]
    assert times
    assert not [t for t in times if 2.0 <= t < 5.0]


# -- all -------------------------------------------------------------------------------------------------


def test_people_scales_and_gates_do_not_know_of_faults(made: Made) -> None:
    usual, wrong = made(), made(ClockOff(camera=FIRST, by_s=0.3))
    gates = [
        [each for each in RecordingPlayer(r).observations() if isinstance(each, GateSignal)]
        for r in (usual, wrong)
    ]
    assert gates[0] == gates[1] != []
    assert (usual.folder / "scales.jsonl.gz").read_bytes() == (wrong.folder / "scales.jsonl.gz").read_bytes()


def test_live_cameras_have_the_same_faults() -> None:
    lost, late = CameraLost(camera=FIRST, from_s=1.0, for_s=1.0), ClockOff(camera=SECOND, by_s=0.3)
    settings = msgspec.structs.replace(PLAIN, arrivals_per_min=0.0)
    frames = []
    for given in (settings, msgspec.structs.replace(settings, faults=(lost, late))):
        world, eyes = LiveWorld(LAYOUT, given, 4), LiveEyes(LAYOUT, given, 4)
        world.advance(3.0)
        frames.append(eyes.look(world))
    usual, wrong = frames
    times = {c: [s.t - PLAIN.started_at for s in wrong if s.camera == c] for c in (FIRST, SECOND)}
    assert times[FIRST]
    assert not [t for t in times[FIRST] if 1.0 <= t < 2.0]
    assert times[SECOND] == pytest.approx(
        [s.t - PLAIN.started_at + 0.3 for s in usual if s.camera == SECOND], abs=1e-5
    )


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (CameraLost(camera="none", from_s=1.0, for_s=1.0), "no camera 'none'"),
        (CameraLost(camera=FIRST, from_s=-1.0, for_s=1.0), "from_s"),
        (CameraLost(camera=FIRST, from_s=1.0, for_s=0.0), "for_s"),
        (CameraLost(camera=FIRST, from_s=1.0, for_s=float("inf")), "finite"),
        (ClockOff(camera=FIRST, by_s=float("nan")), "by_s"),
        (CameraTurned(camera=FIRST, pan_deg=90.0), "pan_deg"),
        (CameraTurned(camera=FIRST, tilt_deg=float("nan")), "tilt_deg"),
    ],
)
def test_what_cannot_be_is_refused_by_name(fault: CameraFault, word: str, tmp_path: Path) -> None:
    settings = msgspec.structs.replace(PLAIN, faults=(ClockOff(camera=SECOND, by_s=0.1), fault))
    with pytest.raises(ValueError, match=r"faults\[1\]: ") as refused:
        simulate(LAYOUT, settings, 1, tmp_path / "r", plans=PLANS)
    assert word in str(refused.value)
    assert not (tmp_path / "r").exists()
    with pytest.raises(ValueError, match=r"faults\[1\]: "):
        LiveEyes(LAYOUT, settings, 1)


def test_a_camera_that_knows_only_the_floor_cannot_be_turned() -> None:
    pairs = tuple(
        PointPair(floor=(x, y), pixel=(100 * x + 9, 100 * y)) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))
    )
    camera = msgspec.structs.replace(LAYOUT.file.camera[0], calibration=PointsCalibration(pairs=pairs))
    file = msgspec.structs.replace(LAYOUT.file, camera=(camera,))
    with pytest.raises(ValueError, match="floor only"):
        check_faults((CameraTurned(camera=FIRST, pan_deg=1.0),), msgspec.structs.replace(LAYOUT, file=file))


def test_faults_can_be_read_from_a_file() -> None:
    faults = (CameraLost(camera="a", from_s=1.0, for_s=2.0), ClockOff(camera="b", by_s=-0.1))
    settings = SimulationSettings(faults=faults)
    assert msgspec.json.decode(msgspec.json.encode(settings), type=SimulationSettings) == settings
