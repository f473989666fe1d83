"""The simulated store keeps its promises: seeded, conserved, and as noisy as the settings say."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest

from inference.messages import Detections, WeightReading
from inference.recording import Recording, RecordingPlayer
from inference.recording.truth import TrueBox, Truth
from inference.simulation import Errand, Plan, SimulationSettings, simulate
from store_layout.camera_geometry import camera_model
from store_layout.floor_plan import FloorPlan
from tests.support.stores import small_store

LAYOUT = small_store()
SETTINGS = SimulationSettings(visits=4, arrivals_per_min=8.0)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("simulated") / "r"
    simulate(LAYOUT, SETTINGS, 5, folder)
    return Recording.open(folder)


@pytest.fixture(scope="module")
def truth(recording: Recording) -> Truth:
    assert recording.truth is not None
    return recording.truth


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_same_seed_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    short = SimulationSettings(visits=2, arrivals_per_min=20.0, duration_s=12.0)
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        simulate(LAYOUT, short, seed, tmp_path / name)
    a, b, c = (_digest(tmp_path / name) for name in "abc")
    assert a == b
    assert a.keys() == c.keys()
    assert a["scales.jsonl.gz"] != c["scales.jsonl.gz"]


def test_it_is_an_ordinary_recording_that_says_what_it_is(recording: Recording) -> None:
    assert recording.about.simulated
    assert recording.about.appearance
    assert not recording.about.raw_video
    assert recording.about.expires_at is None
    kinds = Counter(type(seen).__name__ for seen in RecordingPlayer(recording).observations())
    assert recording.problems == []
    assert kinds["GateSignal"] == 8
    # Five scales of 20 Hz and more, three cameras of about 10 frames a second, four ticks a second.
    seconds = int(recording.duration)
    rate = sum(s.rate_hz for s in LAYOUT.scales.values())
    assert kinds["WeightReading"] == pytest.approx(seconds * rate, rel=0.001)
    assert kinds["Detections"] == pytest.approx(recording.duration * 30, rel=0.05)
    assert kinds["Tick"] == pytest.approx(recording.duration * 4, abs=2)


def test_carts_are_the_sum_of_moves(truth: Truth) -> None:
    for visit in truth.visits:
        carried: Counter[str] = Counter()
        for move in truth.moves:
            if move.person == visit.person:
                carried[move.sku] += move.count
                assert visit.entered_at < move.t < (visit.left_at or np.inf)
        assert {line.sku: line.quantity for line in visit.lines} == {s: n for s, n in carried.items() if n}
    assert truth.moves


def test_scales_conserve_mass(recording: Recording, truth: Truth) -> None:
    """What a scale weighs less in the end is what was taken from its slots, within unit weights and drift."""
    grams: dict[str, list[float]] = {scale: [] for scale in LAYOUT.scales}
    for seen in RecordingPlayer(recording).observations():
        if isinstance(seen, WeightReading):
            grams[seen.scale].append(seen.grams)
    for scale, slots in LAYOUT.slots_of_scale.items():
        moves = [m for m in truth.moves if m.slot in {s.id for s in slots}]
        expected = -sum(m.count * LAYOUT.products[m.sku].weight_g for m in moves)
        spread = sum(abs(m.count) * LAYOUT.products[m.sku].weight_sd_g for m in moves)
        change = float(np.mean(grams[scale][-40:]) - np.mean(grams[scale][:20]))
        assert change == pytest.approx(expected, abs=3 * spread + 2 * SETTINGS.drift_g + 1.5), scale


def test_noise_at_rest_is_what_the_settings_say(tmp_path: Path) -> None:
    settings = SimulationSettings(duration_s=60.0, drift_g=0.0, scale_rate_hz=60.0)
    simulate(LAYOUT, settings, 1, tmp_path / "r", plans=())
    grams: dict[str, list[float]] = {}
    for seen in RecordingPlayer(Recording.open(tmp_path / "r")).observations():
        if isinstance(seen, WeightReading):
            grams.setdefault(seen.scale, []).append(seen.grams)
    assert grams.keys() == LAYOUT.scales.keys()
    for scale, values in grams.items():
        assert len(values) == 3600
        step = LAYOUT.scales[scale].resolution_g
        # Rounding adds step / sqrt(12); the sd of 3600 samples is known to 1.2 %.
        low, high = (np.hypot(sd, step / np.sqrt(12)) for sd in settings.scale_noise_g)
        assert 0.95 * low <= np.std(values) <= 1.05 * high
        assert np.allclose(np.array(values) / step, np.round(np.array(values) / step), atol=1e-3)


def test_a_hand_shakes_its_scale_and_only_that(tmp_path: Path) -> None:
    slot = LAYOUT.file.slot[0]
    plan = Plan(person="p1", arrive_s=1.0, errands=(Errand(act="touch", slot=slot.id, at=12.0),))
    settings = SimulationSettings(drift_g=0.0, crosstalk=0.0)
    simulate(LAYOUT, settings, 1, tmp_path / "r", plans=(plan,))
    recording = Recording.open(tmp_path / "r")
    spread: dict[str, tuple[float, float]] = {}
    readings: dict[str, list[WeightReading]] = {}
    for seen in RecordingPlayer(recording).observations():
        if isinstance(seen, WeightReading):
            readings.setdefault(seen.scale, []).append(seen)
    for scale, values in readings.items():
        t = np.array([v.t for v in values]) - settings.started_at
        grams = np.array([v.grams for v in values])
        spread[scale] = (float(np.std(grams[np.abs(t - 12.0) < 0.5])), float(np.std(grams[t < 8.0])))
    for scale, (touched, still) in spread.items():
        assert still < 3.5
        assert touched > 20.0 if scale == slot.scale else touched < 6.0
    assert recording.truth is not None
    assert recording.truth.moves == ()


def test_boxes_come_from_true_positions(recording: Recording, truth: Truth) -> None:
    """A true box that is wholly in the picture stands on its person's projected foot point."""
    paths = {path.person: (np.array(path.t), np.array(path.xy)) for path in truth.paths}
    checked = 0
    for camera in LAYOUT.file.camera:
        model = camera_model(camera)
        for true in truth.boxes[camera.id]:
            x1, y1, x2, y2 = true.box
            t, xy = paths[true.person]
            if not (
                x1 > 0 and y1 > 0 and x2 < camera.width and y2 < camera.height and t[0] <= true.t <= t[-1]
            ):
                continue
            x, y = (float(np.interp(true.t, t, xy[:, k])) for k in (0, 1))
            pixel, _ = model.project(np.array([[x, y, 0.0]]))
            assert x1 - 3 <= pixel[0, 0] <= x2 + 3
            assert y1 < pixel[0, 1] <= y2 + 3
            assert pixel[0, 1] > y2 - 0.35 * (y2 - y1)
            checked += 1
    assert checked > 200


def test_foot_errors_and_alarms_are_those_of_real_detectors(recording: Recording, truth: Truth) -> None:
    paths = {path.person: (np.array(path.t), np.array(path.xy)) for path in truth.paths}
    errors: list[float] = []
    found = false = met = people = 0
    for stream in recording.cameras:
        model = camera_model(LAYOUT.cameras[stream.id])
        true_at: dict[float, list[TrueBox]] = {}
        for true in truth.boxes[stream.id]:
            true_at.setdefault(true.t, []).append(true)
        for seen in recording.detections(stream):
            true_boxes = true_at.get(seen.t, [])
            spots = [_position(paths[b.person], seen.t) for b in true_boxes]
            hit: set[int] = set()
            for item in seen.items:
                assert item.foot is not None
                at, valid = model.to_floor(np.array([[item.foot.x, item.foot.y]]))
                far = [float(np.hypot(*(at[0] - s))) for s in spots] if valid[0] else []
                near = min(far, default=np.inf)
                found += near < 1.2
                false += near >= 1.2
                if near < 1.2:
                    hit.add(int(np.argmin(far)))
                    errors += [near] if item.foot.score > 0.5 else []
            met += sum(1 for i, b in enumerate(true_boxes) if i in hit and not b.ignore)
            people += sum(1 for b in true_boxes if not b.ignore)
    assert 0.12 <= np.median(errors) <= 0.22
    assert 0.8 <= found / (found + false) <= 0.98
    assert 0.8 <= met / people <= 0.97


def _position(path: tuple[np.ndarray, np.ndarray], t: float) -> np.ndarray:
    return np.array([np.interp(t, path[0], path[1][:, k]) for k in (0, 1)])


def test_people_walk_on_the_floor_at_human_speed(truth: Truth) -> None:
    plan = FloorPlan(LAYOUT)
    for path in truth.paths:
        xy, t = np.array(path.xy), np.array(path.t)
        assert plan.inside_many(xy).all()
        assert (np.hypot(*np.diff(xy, axis=0).T) / np.diff(t)).max() < 2.5
        assert plan.gate_at(path.xy[0], 0.3) is not None
        assert plan.gate_at(path.xy[-1], 0.3) is not None


def test_wrists_reach_into_the_slot(recording: Recording, truth: Truth) -> None:
    """At the moment of a take some camera's wrist point lies near the projected slot."""
    near = 0
    for move in truth.moves:
        centre = np.array([LAYOUT.slots[move.slot].centre])
        best = np.inf
        for stream in recording.cameras:
            pixel, front = camera_model(LAYOUT.cameras[stream.id]).project(centre)
            for seen in recording.detections(stream):
                if front[0] and abs(seen.t - move.t) < 0.3:
                    best = min(best, _nearest_wrist(seen, pixel[0]))
        near += best < 60.0
    assert near >= 0.8 * len(truth.moves)


def _nearest_wrist(seen: Detections, pixel: np.ndarray) -> float:
    wrists = [w for item in seen.items for w in (item.wrist_left, item.wrist_right) if w is not None]
    return min((float(np.hypot(w.x - pixel[0], w.y - pixel[1])) for w in wrists), default=np.inf)


def test_a_group_comes_and_goes_on_one_card(tmp_path: Path) -> None:
    slot = LAYOUT.file.slot[0]
    take = (Errand(act="take", slot=slot.id, wait_s=1.0),)
    plans = (
        Plan(person="a", arrive_s=1.0, errands=take, group="g"),
        Plan(person="b", arrive_s=2.0, errands=take, group="g"),
    )
    simulate(LAYOUT, SimulationSettings(), 2, tmp_path / "r", plans=plans)
    recording = Recording.open(tmp_path / "r")
    signals = list(recording.gates())
    assert [(s.kind, s.people, s.token) for s in signals] == [("entry", 2, "card-g"), ("exit", 2, "card-g")]
    assert recording.truth is not None
    a, b = recording.truth.visits
    assert (a.group, b.group) == ("g", "g")
    assert [line.quantity for line in (*a.lines, *b.lines)] == [1, 1]
    assert a.left_at is not None
    assert b.left_at is not None
    assert abs(a.left_at - b.left_at) < 3.0


def test_stock_runs_out_and_put_backs_need_something_in_hand(tmp_path: Path) -> None:
    slot = LAYOUT.file.slot[0].id
    facing = next(f for f in LAYOUT.planogram if f.slot == slot)
    planogram = tuple(msgspec.structs.replace(f, stock=1) if f.slot == slot else f for f in LAYOUT.planogram)
    layout = msgspec.structs.replace(LAYOUT, planogram=planogram)
    errands = (
        Errand(act="put_back", slot=slot, sku=facing.sku, wait_s=0.5),
        Errand(act="take", slot=slot, sku=facing.sku, count=3, wait_s=0.5),
    )
    plan = Plan(person="p", arrive_s=1.0, errands=errands)
    simulate(layout, SimulationSettings(), 2, tmp_path / "r", plans=(plan,))
    truth = Recording.open(tmp_path / "r").truth
    assert truth is not None
    assert sum(m.count for m in truth.moves) == 1
    assert [line.quantity for line in truth.visits[0].lines] == [1]


@pytest.mark.parametrize("lacks", ["gate", "reach"])
def test_a_store_in_which_nobody_can_shop_is_refused(tmp_path: Path, lacks: str) -> None:
    file = LAYOUT.file
    plans = (Plan(person="p", arrive_s=1.0, errands=(Errand(act="take", slot="A0"),)),)
    if lacks == "gate":
        layout = msgspec.structs.replace(LAYOUT, file=msgspec.structs.replace(file, gate=()))
        words = "no gate"
    else:
        slots = tuple(
            msgspec.structs.replace(s, low=(3.0, 9.0, 0.1), high=(3.1, 9.1, 0.2)) if s.id == "A0" else s
            for s in file.slot
        )
        layout = msgspec.structs.replace(LAYOUT, file=msgspec.structs.replace(file, slot=slots))
        words = "nobody can stand"
    with pytest.raises(ValueError, match=words):
        simulate(layout, SimulationSettings(), 1, tmp_path / "r", plans=plans)
