from __future__ import annotations

import numpy as np
import pytest

from inference.floor_tracks.boxes import wrists_of
from inference.floor_tracks.hands import hands_of
from inference.floor_tracks.measurement import Measurer
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import from_skeletons
from inference.messages import Detection, Hand, Joint, KeyPoint, Skeleton
from tests.floor_tracks.walkers import Faults, Session, Walker
from tests.support.stores import small_store

S = Settings()


def full(hand: Hand) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    a, b, c, d, e, f = hand.covariance
    return np.array([[a, b, c], [b, d, e], [c, e, f]])


def test_cameras_hands_are_long_along_the_sight_and_multiply_to_the_wrist() -> None:
    layout = small_store()
    faults = Faults(miss=0, clutter=0, jitter=0, shift=0, wrists=True)
    session = Session(layout, [Walker(((0.0, 4.8, 2.6), (9.0, 4.8, 2.6)))], faults)
    wrist = np.array([5.2, 2.6, 1.1])
    information, weighted = np.zeros((3, 3)), np.zeros(3)
    for seen in session.frames(0.1):
        for sighting in Measurer(layout, S).sightings(seen):
            (hand,) = hands_of(sighting, seen.camera, seen.t, (4.8, 2.6), S)
            lengths = np.sqrt(np.linalg.eigvalsh(full(hand)))
            assert lengths[2] == pytest.approx(0.35, abs=0.12)
            assert lengths[1] < 0.1
            away = np.array(hand.mean) - wrist
            assert away @ np.linalg.inv(full(hand)) @ away < 7.8
            information += np.linalg.inv(full(hand))
            weighted += np.linalg.inv(full(hand)) @ hand.mean
            assert hand.side == "right"
    assert np.linalg.norm(np.linalg.solve(information, weighted) - wrist) < 0.08


def test_skeletons_hands_are_where_the_sensor_says() -> None:
    item = Skeleton(
        0.9, pelvis=Joint(1, 1, 1), wrist_left=Joint(1.3, 1, 1.2, 0.8), wrist_right=Joint(1, 1, 1, 0.0)
    )
    (hand,) = hands_of(from_skeletons((item,), S)[0], "depth", 3.0, (1.0, 1.0), S)
    assert (hand.side, hand.mean, hand.score, hand.t) == ("left", (1.3, 1, 1.2), 0.8, 3.0)
    assert np.allclose(full(hand), np.eye(3) * 0.05**2)


def test_a_guess_of_a_hidden_hand_is_told_with_its_score() -> None:
    def wrist(score: float) -> list[float]:
        guess = Detection((10, 10, 50, 90), 0.9, wrist_right=KeyPoint(20, 60, score))
        return [key.score for _, _, key in wrists_of((guess,), S)]

    assert wrist(0.1) == [0.1]
    assert wrist(0.01) == []
