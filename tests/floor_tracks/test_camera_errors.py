"""What cameras learn about their feet, their clocks and how they are turned from each other."""

from __future__ import annotations

import cv2
import msgspec
import numpy as np
import pytest

from inference.floor_tracks import FloorTracker, FloorTracksState
from inference.floor_tracks.camera_errors import FeetFound, feet_found, learn_feet, learn_turn_anew
from inference.floor_tracks.camera_knowledge import bias_of, clock_of, off_of, shift_of
from inference.floor_tracks.kalman import Fix, at_rest
from inference.floor_tracks.measurement import Measurer
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Feet
from inference.floor_tracks.state import CameraErrors, CameraShifted, Track
from inference.floor_tracks.views import AS_SEEN, CameraOff
from inference.messages import Alarm, CameraLearned, Detection, Detections, KeyPoint
from inference.messages.codec import from_msgpack, to_msgpack
from store_layout.camera_geometry import camera_model
from store_layout.model import OpenCvCalibration, StoreLayout
from tests.floor_tracks.walkers import Faults, Session, Walker, along, inside
from tests.support.stores import small_store

S = Settings()
LAYOUT = small_store()
CAMERAS = ("west", "east", "south")
FAULTS = Faults(shift=0.0)
"""Honest noise, misses and clutter; nobody has an error of their own that stays."""
ROUND = [(1.0, 0.2), (1.0, 2.6), (3.0, 2.6), (4.6, 2.6), (4.6, 0.9), (1.2, 0.9), (1.0, 0.1)]
Off = dict[str, tuple[float, float]]
"""Camera -> what its boxes' bottoms are too low, and its boxes too far right, as shares of their height."""


FPS = 4.0
END = 40.0
"""Of a session; the first half is for learning."""


def walkers(end: float) -> list[Walker]:
    """Round the small store, five seconds after each other."""
    return [Walker(along(ROUND, 1.0 + 5.0 * k), 1.62 + 0.05 * (k % 5)) for k in range(int(end // 5.0))]


def moved(seen: Detections, off: Off) -> Detections:
    """The frame as a detector with this habit would have seen it; cut boxes stay cut."""
    down, right = off.get(seen.camera, (0.0, 0.0))
    items = []
    for item in seen.items:
        x1, y1, x2, y2 = item.box
        tall = y2 - y1
        low = y2 if y2 > seen.height - 2 else min(seen.height - 3.0, y2 + down * tall)
        items.append(msgspec.structs.replace(item, box=(x1 + right * tall, y1, x2 + right * tall, low)))
    return msgspec.structs.replace(seen, items=tuple(items))


def follow(
    off: Off, settings: Settings = S, layout: StoreLayout = LAYOUT, end: float = END
) -> tuple[FloorTracker, list[tuple[float, float]]]:
    """A tracker after a session, and ``(time, error)`` of everybody in every frame."""
    people = walkers(end)
    tracker, errors = FloorTracker(layout, settings), []
    for seen in Session(layout, people, FAULTS).frames(end, FPS):
        update = tracker.observe(moved(seen, off))
        assert update is not None
        for x, y in inside(people, seen.t).values():
            away = [float(np.hypot(p.position[0] - x, p.position[1] - y)) for p in update.people]
            errors += [(seen.t, min(away))] if away and min(away) < 1.0 else []
    return tracker, errors


def late_error(errors: list[tuple[float, float]]) -> float:
    return float(np.median([e for t, e in errors if t > END / 2]))


BIASED: Off = {"west": (0.04, 0.0), "east": (0.04, 0.0), "south": (0.04, 0.0)}


def learned(
    off: Off,
    cameras: tuple[str, ...] = CAMERAS,
    people: int = 150,
    seed: int = 5,
    *,
    layout: StoreLayout = LAYOUT,
    late: dict[str, float] | None = None,
    errors: CameraErrors | None = None,
) -> CameraErrors:
    """What is learned from people seen once each, at places by chance, with foot key points of this habit.

    ``layout``: as the store's file says it is; in truth it is the small store. ``late``: camera -> seconds by
    which its stamps are late; people walk then.
    """
    random = np.random.default_rng(seed)
    measurer, biases = Measurer(layout, S), errors or CameraErrors()
    models = {c: camera_model(LAYOUT.cameras[c]) for c in cameras}
    for n in range(people):
        x, y = random.uniform((0.5, 0.6), (5.5, 2.0))
        way = random.uniform(0.0, 2 * np.pi)
        u, v = (1.1 * np.cos(way), 1.1 * np.sin(way)) if late else (0.0, 0.0)
        t = 10.0 * n
        person = somebody(float(x), float(y), t, float(u), float(v))
        for k, camera in enumerate(cameras):
            taken = 0.03 * k - (late or {}).get(camera, 0.0)
            at = (x + u * taken, y + v * taken)
            pixels, _ = models[camera].project(np.array([(*at, 0.0), (*at, 1.7)]))
            (a, b), (_, top) = pixels.tolist()
            tall = b - top
            if not (0 < a < 640 and 20 < b < 340 and 5 < top < b - 20):
                continue
            down, right = np.add(off.get(camera, (0.0, 0.0)), random.normal(0.0, 0.02, 2)).tolist()
            foot = KeyPoint(a + right * tall, b + down * tall, 0.9)
            item = Detection((a - 0.2 * tall, top, a + 0.2 * tall, b), 0.9, foot=foot)
            off_now = off_of(biases, camera, S)
            stamp = t + 0.03 * k - off_now.late_s
            seen = measurer.sightings(Detections(camera, stamp, n, 640, 360, (item,)), off_now)
            found = [feet_found(person, each, camera, stamp, S) for each in seen]
            learn_feet(biases, camera, stamp, [f for f in found if f is not None], S)
    return biases


def somebody(x: float, y: float, t: float, u: float = 0.0, v: float = 0.0) -> Track:
    motion = msgspec.structs.replace(at_rest(Fix(x, y, 0.01, 0.0, 0.01), 0.5), u=u, v=v)
    return Track(1, motion, t, t, (x, y), t, (x, y), (0.0, 0.0), 1.7, 0.01)


@pytest.mark.parametrize(
    "off",
    [
        {},
        {"west": (0.04, 0.0), "east": (0.04, 0.0), "south": (0.04, 0.0)},
        {"west": (-0.04, 0.0), "east": (0.03, 0.0)},
        {"south": (0.0, 0.02)},
    ],
)
def test_every_cameras_bias_is_found(off: Off) -> None:
    biases = learned(off)
    for camera in CAMERAS:
        found = bias_of(biases, camera, points=True, s=S)
        down, right = off.get(camera, (0.0, 0.0))
        assert found.down_sd < 0.6 * S.foot_bias_sd
        assert found.down == pytest.approx(down, abs=max(0.01, 2.5 * found.down_sd))
        assert found.right == pytest.approx(right, abs=max(0.01, 2.5 * found.right_sd))
        assert bias_of(biases, camera, points=False, s=S).down_sd == S.foot_bias_sd


def test_feet_too_far_from_the_others_teach_nothing() -> None:
    biases, person = CameraErrors(), somebody(1.0, 1.0, 0.0)

    def shown(camera: str, x: float, t: float) -> list[float]:
        feet = FeetFound(person, Fix(x, 1.0, 0.01, 0.0, 0.01), Feet(True, 0.8, 0.0, 0.0, 0.8))
        learn_feet(biases, camera, t, [feet], S)
        return [round(v, 9) for v in biases.mean.tolist()]

    assert shown("west", 1.0, 0.0) == []
    before = shown("south", 1.1, 0.05)
    assert max(before) > 0.0
    assert [v for v in shown("east", 2.5, 0.1) if v] == [v for v in before if v]


def test_it_makes_places_better() -> None:
    _, with_it = follow(BIASED)
    _, without = follow(BIASED, Settings(learn_camera_errors=False))
    assert late_error(with_it) < 0.92 * late_error(without)


def test_a_lone_camera_learns_nothing() -> None:
    south = tuple(c for c in LAYOUT.file.camera if c.id == "south")
    alone = StoreLayout(file=msgspec.structs.replace(LAYOUT.file, camera=south))
    tracker, errors = follow(BIASED, layout=alone, end=20.0)
    assert errors
    assert tracker.foot_bias("south") == (0.0, 0.0, S.foot_bias_sd, S.foot_bias_side_sd)
    assert tracker.state.camera_errors.starts == {}


def test_a_checkpoint_goes_on_bit_for_bit_and_an_old_one_can_be_read() -> None:
    session = Session(LAYOUT, walkers(15.0), FAULTS)
    frames = [moved(seen, BIASED) for seen in session.frames(15.0, FPS)]
    first, second = FloorTracker(LAYOUT), FloorTracker(LAYOUT)
    for seen in frames[:120]:
        first.observe(seen)
    assert first.state.camera_errors.starts
    second.state = from_msgpack(to_msgpack(first.state), FloorTracksState)
    assert [second.observe(seen) for seen in frames[120:]] == [first.observe(seen) for seen in frames[120:]]
    assert to_msgpack(second.state) == to_msgpack(first.state)

    old = msgspec.msgpack.decode(to_msgpack(first.state))
    del old["camera_errors"]
    for person in old["people"] + old["tentative"]:
        del person["feet"]
    third = FloorTracker(LAYOUT)
    third.state = from_msgpack(msgspec.msgpack.encode(old), FloorTracksState)
    third.observe(frames[120])
    assert third.foot_bias("west").down_sd == S.foot_bias_sd


@pytest.mark.parametrize("down", [0.05, -0.05])
def test_what_is_off_is_taken_from_boxes_and_from_key_points_apart(down: float) -> None:
    measurer = Measurer(LAYOUT, S)
    box = (300.0, 120.0, 350.0, 280.0)
    tall = box[3] - box[1]
    right = Detection(box, 0.9)
    wrong = Detection((box[0], box[1], box[2], box[3] + down * tall), 0.9)
    point = msgspec.structs.replace(right, foot=KeyPoint(325.0, 270.0, 0.9))

    def foot(item: Detection, off: CameraOff = AS_SEEN) -> tuple[float, float]:
        (sighting,) = measurer.sightings(Detections("south", 0.0, 0, 640, 360, (item,)), off)
        assert sighting.foot is not None
        return (sighting.foot.x, sighting.foot.y)

    def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
        return float(np.hypot(a[0] - b[0], a[1] - b[1]))

    off = CameraOff(box=(down / (1.0 + down), 0.0))
    assert apart(foot(wrong), foot(right)) > 0.05
    assert apart(foot(wrong, off), foot(right)) < 0.02
    assert foot(point, off) == foot(point)
    lower = msgspec.structs.replace(point, foot=KeyPoint(325.0, 270.0 + down * tall, 0.9))
    assert apart(foot(lower, CameraOff(point=(down, 0.0))), foot(point)) < 1e-9


def test_feet_move_with_their_pixel_as_a_sighting_says() -> None:
    measurer = Measurer(LAYOUT, S)

    def seen(u: float, v: float) -> Detections:
        item = Detection((300.0, 120.0, 350.0, 280.0), 0.9, foot=KeyPoint(u, v, 0.9))
        return Detections("south", 0.0, 0, 640, 360, (item,))

    def sighted(u: float, v: float) -> tuple[float, float]:
        (sighting,) = measurer.sightings(seen(u, v))
        assert sighting.foot is not None
        return (sighting.foot.x, sighting.foot.y)

    (sighting,) = measurer.sightings(seen(325.0, 270.0))
    feet = sighting.feet
    assert feet is not None
    assert feet.from_point
    here, down, right = sighted(325.0, 270.0), sighted(325.0, 271.6), sighted(326.6, 270.0)
    assert 100 * (down[0] - here[0]) == pytest.approx(feet.down_x, abs=0.02)
    assert 100 * (down[1] - here[1]) == pytest.approx(feet.down_y, rel=0.03)
    assert 100 * (right[0] - here[0]) == pytest.approx(feet.right_x, rel=0.03)


def test_what_is_known_ages_to_the_prior_and_no_further() -> None:
    biases = learned(BIASED)
    before = bias_of(biases, "west", points=True, s=S)
    person = somebody(1.0, 1.0, 0.0)
    feet = FeetFound(person, Fix(1.0, 1.0, 0.01, 0.0, 0.01), Feet(True, 0.1, 0.0, 0.0, 0.1))
    learn_feet(biases, "west", 1500.0 + S.foot_memory_s / 100, [feet], S)
    soon = bias_of(biases, "west", points=True, s=S)
    assert before.down_sd < soon.down_sd < 0.6 * S.foot_bias_sd
    assert soon.down == before.down
    learn_feet(biases, "west", 1e9, [feet], S)
    assert bias_of(biases, "west", points=True, s=S).down_sd == pytest.approx(S.foot_bias_sd)
    assert off_of(biases, "elsewhere", S) is AS_SEEN


def apart(errors: CameraErrors, camera: str) -> float:
    """How late a camera is found to be against the middle of all."""
    clocks = [clock_of(errors, each, S).late_s for each in CAMERAS]
    return clock_of(errors, camera, S).late_s - float(np.median(clocks))


@pytest.mark.parametrize("by", [0.3, -0.25])
def test_a_wrong_clock_is_found(by: float) -> None:
    errors = learned({}, late={"east": by}, people=300)
    assert apart(errors, "east") == pytest.approx(by, abs=0.07)
    others = [off_of(errors, camera, S).late_s for camera in ("west", "south")]
    assert off_of(errors, "east", S).late_s - others[0] == pytest.approx(by, abs=0.07)
    assert min(*others, off_of(errors, "east", S).late_s) == 0.0


def test_a_wrong_clock_is_undone_in_the_tracker() -> None:
    def change(seen: Detections) -> Detections:
        return msgspec.structs.replace(seen, t=seen.t + 0.3) if seen.camera == "east" else seen

    people = [Walker(along(ROUND, 1.0 + 2.5 * k, 1.3), 1.62 + 0.05 * (k % 5)) for k in range(24)]
    frames = sorted(map(change, Session(LAYOUT, people, FAULTS).frames(60.0, 8.0)), key=lambda f: f.t)
    off: dict[bool, float] = {}
    for learn in (False, True):
        tracker, errors = FloorTracker(LAYOUT, Settings(learn_camera_errors=learn)), []
        for seen in frames:
            update = tracker.observe(seen)
            assert update is not None
            if seen.t > 30.0 and seen.camera != "east":
                for x, y in inside(people, seen.t).values():
                    away = [float(np.hypot(p.position[0] - x, p.position[1] - y)) for p in update.people]
                    errors += [min(away)] if away and min(away) < 1.0 else []
        off[learn] = float(np.median(errors))
    assert tracker.clock("east").late_s > 0.1
    assert off[True] < off[False]


def test_a_clock_that_is_early_makes_the_others_late() -> None:
    errors = learned({})
    at = errors.starts["south\nclock"]
    errors.mean[at] = -0.4
    errors.covariance[at, at] = 0.03**2
    assert off_of(errors, "south", S).late_s == 0.0
    for camera in ("west", "east"):
        assert off_of(errors, camera, S).late_s == pytest.approx(0.4, abs=0.1)


def test_clocks_that_agree_stay_as_they_are() -> None:
    errors = learned({}, late={"west": 0.0}, people=300)
    assert all(off_of(errors, camera, S).late_s == 0.0 for camera in CAMERAS)
    assert max(abs(apart(errors, camera)) for camera in CAMERAS) < 0.08


def turned_store(camera: str, angle: float, axis: tuple[float, float, float]) -> StoreLayout:
    """The small store as its file says it is, when in truth this camera is turned by ``angle`` degrees.

    The pictures are those of the true store, so it is the calibration that is turned, the other way.
    """
    turn, _ = cv2.Rodrigues(-np.radians(angle) * np.array(axis) / np.linalg.norm(axis))
    cameras = []
    for each in LAYOUT.file.camera:
        if each.id == camera:
            old = each.calibration
            assert isinstance(old, OpenCvCalibration)
            rotation = np.array(old.r)
            place = -rotation.T @ np.array(old.t)
            fresh = rotation @ turn.T
            rows = tuple((float(a), float(b), float(c)) for a, b, c in fresh)
            calibration = msgspec.structs.replace(
                old, r=(rows[0], rows[1], rows[2]), t=tuple(float(v) for v in -fresh @ place)
            )
            cameras.append(msgspec.structs.replace(each, calibration=calibration))
        else:
            cameras.append(each)
    return StoreLayout(file=msgspec.structs.replace(LAYOUT.file, camera=tuple(cameras)))


def floor_off(layout: StoreLayout, errors: CameraErrors, camera: str) -> float:
    """Mean distance, metres, by which this camera is off on the floor after what is taken from it."""
    true, off = camera_model(LAYOUT.cameras[camera]), off_of(errors, camera, S)
    measurer, away = Measurer(layout, S), []
    for x, y in ((1.0, 1.0), (3.0, 1.2), (4.5, 1.8), (2.0, 1.9)):
        (foot, top), _ = true.project(np.array([(x, y, 0.0), (x, y, 1.7)]))
        item = Detection(
            (foot[0] - 20, top[1], foot[0] + 20, foot[1]), 0.9, foot=KeyPoint(foot[0], foot[1], 0.9)
        )
        for seen in measurer.sightings(Detections(camera, 0.0, 0, 640, 360, (item,)), off):
            if seen.foot is not None:
                away.append(float(np.hypot(seen.foot.x - x, seen.foot.y - y)))
    return float(np.mean(away))


@pytest.mark.parametrize("axis", [(0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.5, 0.5, -0.5)])
def test_a_knocked_camera_is_noticed_and_put_right(axis: tuple[float, float, float]) -> None:
    layout = turned_store("west", 2.0, axis)
    last = ("east", "south", "west")  # who comes first has nobody to be compared with
    errors = learned({}, last, layout=layout)
    shift = shift_of(errors, "west", S)
    assert shift.surely
    assert shift.angle_deg == pytest.approx(2.0, abs=0.9)
    before = floor_off(layout, CameraErrors(), "west")
    errors.turned.append("west")
    learn_turn_anew(errors, "west", S)
    learned({}, last, layout=layout, errors=errors, seed=6)
    assert floor_off(layout, errors, "west") < 0.5 * before
    assert shift_of(errors, "west", S).angle_deg > S.turned_deg / 2  # it is still turned
    assert off_of(errors, "west", S).doubt > 0.0


@pytest.mark.parametrize("off", [{}, BIASED, {"south": (0.0, 0.02)}])
def test_a_detectors_habit_is_no_knock(off: Off) -> None:
    errors = learned(off)
    found = [shift_of(errors, camera, S) for camera in CAMERAS]
    assert not any(each.surely and each.angle_deg > S.turned_deg for each in found)


def test_a_knock_is_told_of_once() -> None:
    tracker, told = FloorTracker(LAYOUT), list[Alarm]()
    frames = list(Session(LAYOUT, walkers(4.0), FAULTS).frames(4.0, FPS))
    for seen in frames:
        tracker.state.camera_errors.shifts["west"] = CameraShifted(40, 0.04, 0.01, 1e-4)
        update = tracker.observe(seen)
        assert update is not None
        told += update.alarms
    knocked = [a for a in told if a.kind == "camera_turned"]
    assert [a.about for a in knocked] == ["west"]
    assert "2.4 degrees" in knocked[0].text


def test_what_is_learned_is_told_now_and_then() -> None:
    tracker, told = FloorTracker(LAYOUT), list[tuple[float, tuple[CameraLearned, ...]]]()
    for seen in Session(LAYOUT, walkers(25.0), FAULTS).frames(25.0, FPS):
        update = tracker.observe(seen)
        assert update is not None
        told += [(seen.t, update.cameras)] if update.cameras else []
    assert 1 <= len(told) <= 3
    assert {each.camera for each in told[-1][1]} <= set(CAMERAS)
    assert all(each.late_s == 0.0 and each.turned_deg == 0.0 for _, cameras in told for each in cameras)
