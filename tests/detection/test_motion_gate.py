"""The motion gate on drawn scenes: who moves, who came in moving, and what never did."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import cv2
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.detection import DetectorPool, GateSettings, LiveDetection, MotionGate
from inference.detection.clutter import Places, still
from inference.detection.motion_gate import lowered, shares_of
from inference.messages import Box, Detection, Detections, Frame
from tests.detection.fakes import FakeBox, FakeModel, frame

S = GateSettings()
WIDTH, HEIGHT, FPS = 320, 180, 5.0
POSTER: Box = (30.0, 40.0, 50.0, 90.0)
SCORE = 0.6

GRAINS = np.random.default_rng(0).normal(0.0, 1.0, (16, HEIGHT, WIDTH, 3)).astype(np.float32)
"""Noise of a sensor, in standard deviations."""

Where = Callable[[float], Box | None]
"""Box of a person at a time; None while they are outside."""
Picture = NDArray[np.uint8]


def stands(x: float, y: float = 60.0) -> Where:
    return lambda t: (x, y, x + 24.0, y + 70.0)


def comes_and_stands(x: float, at: float) -> Where:
    """Walks in from the right side at 40 pixels a second, and stands at ``x``."""

    def where(t: float) -> Box | None:
        left = max(x, WIDTH - 24.0 - 40.0 * (t - at))
        return None if t < at else (left, 60.0, left + 24.0, 130.0)

    return where


def passes(at: float) -> Where:
    """Walks through the picture, before the poster."""

    def where(t: float) -> Box | None:
        left = 40.0 * (t - at)
        return (left, 35.0, left + 24.0, 105.0) if 0.0 <= left <= WIDTH - 24.0 else None

    return where


def sways(x: float) -> Where:
    """Stands, and shifts their weight by a few pixels every few seconds."""

    def where(t: float) -> Box | None:
        left = x + 3.0 * float(np.sin(t) > 0.6)
        return (left, 60.0, left + 24.0, 130.0)

    return where


class Scene:
    """A textured wall with a poster that is always taken for a person, and people who always are."""

    def __init__(self, *people: Where, poster_from: float = 0.0, seed: int = 3) -> None:
        self._random = np.random.default_rng(seed)
        coarse = self._random.uniform(60, 190, (12, 20, 3)).astype(np.float32)
        self.wall = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        self._people, self._poster_from = people, poster_from
        self.light: Callable[[float], float] = lambda t: 1.0
        self.noise_levels = 3.0

    def frames(self, end: float, start: float = 0.0) -> Iterator[tuple[Picture, Detections]]:
        for n in range(round(start * FPS), round(end * FPS)):
            t = n / FPS
            picture, items = self.wall.copy(), []
            if t >= self._poster_from:
                items.append(Detection(POSTER, SCORE))
            for k, where in enumerate(self._people):
                if (box := where(t)) is not None:
                    x1, y1, x2, y2 = (round(v) for v in box)
                    cv2.rectangle(picture, (x1, y1), (x2, y2), (40.0 + 20 * k, 45.0, 50.0), -1)
                    items.append(Detection(box, SCORE))
            noise = GRAINS[int(self._random.integers(len(GRAINS)))]
            noise = np.roll(noise, int(self._random.integers(HEIGHT)), axis=0)
            picture = picture * np.float32(self.light(t)) + np.float32(self.noise_levels) * noise
            image = np.clip(picture, 0, 255).astype(np.uint8)
            yield image, Detections("c", t, n, WIDTH, HEIGHT, tuple(items))


def scores(seen: Detections, where: Where) -> float:
    """Score of the person; 0 where they are not among the detections."""
    box = where(seen.t)
    return next((d.score for d in seen.items if d.box == box), 0.0)


def poster(seen: Detections) -> float:
    return scores(seen, lambda t: POSTER)


def judged(scene: Scene, end: float, gate: MotionGate | None = None) -> list[Detections]:
    gate = gate or MotionGate()
    return [gate.judge(image, seen) for image, seen in scene.frames(end)]


def test_a_poster_loses_score_by_and_by_and_is_left_out_in_the_end() -> None:
    seen = judged(Scene(), 120.0)
    at = {t: poster(seen[int(t * FPS)]) for t in (0.0, 1.0, 5.0, 12.0, 30.0, 115.0)}
    assert at[0.0] == SCORE
    assert at[1.0] > 0.5
    assert 0.15 < at[5.0] < 0.35
    assert at[12.0] < 0.1
    assert 0.0 < at[30.0] < 0.01
    assert at[115.0] == 0.0


def test_who_comes_in_and_stands_like_a_statue_for_two_minutes_keeps_their_score() -> None:
    shopper = comes_and_stands(150.0, at=3.0)
    seen = [s for s in judged(Scene(shopper), 135.0) if shopper(s.t) is not None]
    assert len(seen) == (135 - 3) * FPS
    assert {scores(s, shopper) for s in seen} == {SCORE}
    assert poster(seen[-1]) == 0.0


def test_who_is_there_when_the_camera_starts_and_sways_is_not_lost() -> None:
    shopper = sways(150.0)
    seen = judged(Scene(shopper), 90.0)
    assert min(scores(s, shopper) for s in seen) > 0.4
    assert np.mean([scores(s, shopper) for s in seen]) > 0.55


def test_a_statue_that_is_there_when_the_camera_starts_keeps_enough_to_be_followed_for_seconds() -> None:
    shopper = stands(150.0)
    seen = judged(Scene(shopper), 7.0)
    assert min(scores(s, shopper) for s in seen) >= 0.1


def test_what_appears_without_motion_is_believed_less_from_the_first_frame() -> None:
    seen = [s for s in judged(Scene(poster_from=40.0), 45.0) if s.t >= 40.0]
    assert poster(seen[0]) == pytest.approx(lowered(SCORE, -S.appeared_odds))
    assert poster(seen[-1]) < poster(seen[0])


def test_passers_by_keep_their_score_before_a_poster_and_it_stays_a_poster() -> None:
    passers = [passes(30.0 + 5.0 * k) for k in range(6)]
    seen = judged(Scene(*passers), 70.0)
    for passer in passers:
        own = [scores(s, passer) for s in seen if passer(s.t) is not None]
        assert min(own) == SCORE
    assert all(poster(s) < 0.05 for s in seen if s.t > 61.0)


def test_light_that_is_switched_costs_nobody_and_the_poster_stays_known() -> None:
    shopper = comes_and_stands(150.0, at=3.0)
    scene = Scene(shopper)
    scene.light = lambda t: 1.0 if t < 30.0 else 0.6
    seen = judged(scene, 60.0)
    assert {scores(s, shopper) for s in seen if shopper(s.t) is not None} == {SCORE}
    assert all(poster(s) < 0.1 for s in seen if s.t > 32.0)


def test_slow_changes_of_light_are_no_motion() -> None:
    scene = Scene()
    scene.light = lambda t: 1.0 + 0.2 * float(np.sin(t / 10.0))
    assert all(poster(s) < 0.1 for s in judged(scene, 60.0) if s.t > 15.0)


def test_more_noise_is_learned() -> None:
    scene = Scene()
    scene.noise_levels = 25.0
    assert poster(judged(scene, 60.0)[-1]) < 0.05


def test_a_camera_that_was_turned_starts_anew() -> None:
    scene, gate = Scene(), MotionGate()
    judged(scene, 60.0, gate)
    scene.wall = np.ascontiguousarray(scene.wall[:, ::-1])
    turned = [gate.judge(image, seen) for image, seen in scene.frames(120.0, start=60.0)]
    assert poster(turned[0]) == SCORE  # of the picture in which all changed nothing is said
    assert poster(turned[-1]) < 0.01


def test_pictures_of_another_size_start_anew() -> None:
    gate = MotionGate()
    judged(Scene(), 30.0, gate)
    image, seen = next(iter(Scene().frames(1.0)))
    large = msgspec.structs.replace(seen, t=31.0, width=2 * WIDTH, height=2 * HEIGHT)
    assert poster(gate.judge(cv2.resize(image, (2 * WIDTH, 2 * HEIGHT)).astype(np.uint8), large)) == SCORE


def test_the_same_frames_give_the_same_answers_whatever_other_cameras_show() -> None:
    shopper = comes_and_stands(150.0, at=3.0)
    once = judged(Scene(shopper), 20.0)
    gate, again = MotionGate(), []
    other = Scene(sways(100.0), seed=4).frames(20.0)
    for (image, seen), (noise, else_seen) in zip(Scene(shopper).frames(20.0), other, strict=True):
        gate.judge(noise, msgspec.structs.replace(else_seen, camera="other"))
        again.append(gate.judge(image, seen))
    assert again == once


def test_frames_that_follow_fast_are_judged_by_the_last_look() -> None:
    image, seen = next(iter(Scene().frames(1.0)))
    gate = MotionGate()
    for n in range(200):
        judged_now = gate.judge(image, msgspec.structs.replace(seen, t=n / 30.0))
    assert lowered(SCORE, -0.3 * 199 / 30) == pytest.approx(poster(judged_now), abs=0.02)


def test_shares_count_the_core_of_a_box_even_of_one_outside_of_the_picture() -> None:
    moved = np.zeros((45, 80), np.uint8)
    moved[10:30, 20:30] = 1
    boxes = [(80.0, 40.0, 120.0, 120.0), (100.0, 40.0, 140.0, 120.0), (-50.0, -50.0, -10.0, -5.0)]
    full, half, none = shares_of(moved, boxes, (0.25, 0.25), (0.0, 0.0, 1.0, 1.0))
    assert (full, half, none) == (1.0, 0.5, 0.0)
    assert shares_of(moved, [], (0.25, 0.25), S.part) == []


def test_lowered_adds_log_odds() -> None:
    assert lowered(0.5, -1.0) == pytest.approx(1 / (1 + np.e))
    assert (lowered(1.0, -6.0), lowered(0.0, -6.0)) == (1.0, 0.0)
    assert (still(0.0, S), still(S.moved_share, S), still(1.0, S)) == (1.0, 0.0, 0.0)


def test_places_are_bounded_and_forgotten() -> None:
    places = Places(S)
    for n in range(200):
        x = 40.0 * n
        places.find([(x, 0.0, x + 20.0, 50.0)], [1.0], 0.1 * n, 0.0)
    assert len(places) <= S.most_places + 1
    places.find([], [], 1000.0, 0.0)
    assert len(places) == 0


class Halving:
    """A gate that remembers in which order it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def judge(self, image: Picture, seen: Detections) -> Detections:
        self.asked.append((seen.camera, seen.seq))
        half = tuple(msgspec.structs.replace(d, score=d.score / 2) for d in seen.items)
        return msgspec.structs.replace(seen, items=half)


def test_a_pool_asks_its_gate_in_the_order_of_the_frames() -> None:
    gate = Halving()
    frames = [frame("ab"[i % 2], i, 255 if i == 3 else 51) for i in range(12)]
    with DetectorPool(FakeModel(), 3, gate=gate) as pool:
        seen = list(pool.ordered(iter(frames)))
    assert gate.asked == [(f.camera, f.seq) for f in frames if f.seq != 3]
    assert [d.items[0].score for d in seen if d.items] == [0.1] * 11


def test_live_cameras_ask_it_in_their_own_order() -> None:
    gate, seen, enough = Halving(), [], threading.Event()
    boxes = {name: FakeBox(name, refill=True) for name in ("a", "b")}

    def listen(found: Detections) -> None:
        seen.append(found)
        if len(seen) >= 50:
            enough.set()

    live = LiveDetection(boxes, FakeModel(), 2, listen, gate=gate)
    live.start()
    assert enough.wait(10)
    assert live.stop()
    for name in boxes:
        numbers = [seq for camera, seq in gate.asked if camera == name]
        assert numbers == sorted(numbers)
        assert len(numbers) == len([d for d in seen if d.camera == name])


def test_a_pool_with_the_real_gate_gives_the_same_with_any_number_of_threads() -> None:
    def run(threads: int) -> list[Detections]:
        pictures = (Frame("c", s.seq, s.t, image) for image, s in Scene(sways(100.0)).frames(10.0))
        with DetectorPool(FakeModel(), threads, gate=MotionGate()) as pool:
            return list(pool.ordered(pictures))

    assert run(1) == run(3)
