"""Poses: feet that do not slide, hands that arrive, and bodies that stay in one piece."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from inference.simulation.rendering.arms import BAR_AHEAD_M, BAR_HIGH_M
from inference.simulation.rendering.figures import Figure, Part, Wish, make_figure
from inference.simulation.rendering.poses import HandTarget, Posed, Stance, pose, skinned, stride_length
from inference.simulation.rendering.skeleton import Bone
from inference.simulation.rendering.vectors import after, posture, swing, turned

pytest.importorskip("skimage", reason="figures are made with scikit-image (extra simulate)")

ARMS = ("hang", "phone", "basket", "trolley", "pockets", "folded", "bag")
LIMBS = (
    (Bone.UPPER_ARM_LEFT, Bone.FOREARM_LEFT),
    (Bone.FOREARM_LEFT, Bone.HAND_LEFT),
    (Bone.UPPER_ARM_RIGHT, Bone.FOREARM_RIGHT),
    (Bone.FOREARM_RIGHT, Bone.HAND_RIGHT),
    (Bone.THIGH_LEFT, Bone.SHIN_LEFT),
    (Bone.SHIN_LEFT, Bone.FOOT_LEFT),
    (Bone.THIGH_RIGHT, Bone.SHIN_RIGHT),
    (Bone.SHIN_RIGHT, Bone.FOOT_RIGHT),
    (Bone.NECK, Bone.HEAD),
    (Bone.CHEST, Bone.NECK),
)


@cache
def figure() -> Figure:
    return make_figure(np.random.default_rng(7), Wish(height=1.72, bag=False))


def joint(posed: Posed, bone: int, by: int | None = None) -> np.ndarray:
    """World place of a joint, as the bone ``by`` (itself by default) has it."""
    rest = np.append(figure().joints[bone], 1.0)
    return np.asarray((posed.bones[bone if by is None else by] @ rest)[:3])


def stances() -> list[Stance]:
    some = [Stance(1.0, -2.0, 0.7, arms=arms, seed=k) for k, arms in enumerate(ARMS)]
    some += [Stance(0, 0, 0, phase=phase, stride=1.0) for phase in np.linspace(0, 1, 9)]
    some += [
        Stance(0, 0, 2.0, crouch=0.5),
        Stance(0, 0, -2.0, crouch=1.0, lean=0.3),
        Stance(0, 0, 0, lean=0.8),
    ]
    some += [
        Stance(0, 0, 0, right=HandTarget((0.6, -0.1, z), share))
        for z in (0.2, 1.0, 1.9)
        for share in (0.4, 1)
    ]
    return some


@pytest.mark.parametrize("stance", stances())
def test_bones_are_rigid_and_limbs_keep_their_length(stance: Stance) -> None:
    posed = pose(figure(), stance)
    assert posed.bones.shape == (len(Bone), 4, 4)
    assert posed.bones.dtype == np.float32
    turns = posed.bones[:, :3, :3].astype(float)
    np.testing.assert_allclose(
        turns @ turns.transpose(0, 2, 1), np.tile(np.eye(3), (len(Bone), 1, 1)), atol=1e-5
    )
    np.testing.assert_allclose(np.linalg.det(turns), 1.0, atol=1e-5)
    for start, end in LIMBS:
        # The end's own bone and the bone before it agree where the joint is.
        np.testing.assert_allclose(joint(posed, end), joint(posed, end, by=start), atol=3e-3)


@pytest.mark.parametrize("stance", stances())
def test_feet_are_on_the_floor_and_nothing_below_it(stance: Stance) -> None:
    posed = pose(figure(), stance)
    points = skinned(figure(), posed.bones)
    assert points[:, 2].min() > -0.06
    shoes = points[figure().part == Part.SHOES]
    assert shoes[:, 2].min() < 0.03
    assert posed.foot[2] == 0.0
    assert np.hypot(posed.foot[0] - stance.x, posed.foot[1] - stance.y) < 0.15


@pytest.mark.parametrize("stride", [1.0, 0.6])
def test_a_foot_on_the_floor_does_not_slide(stride: float) -> None:
    cycle = stride * stride_length(figure())
    for bone, offset in ((Bone.FOOT_LEFT, 0.0), (Bone.FOOT_RIGHT, 0.5)):
        sole = np.flatnonzero(
            (figure().part == Part.SHOES) & (figure().bone[:, 0] == bone) & (figure().positions[:, 2] < 0.03)
        )
        ball = sole[np.argsort(-figure().positions[sole, 0])[3:15]]
        places = []
        for share in np.linspace(0.06, 0.58, 14):
            phase = 3.0 - offset + share
            posed = pose(figure(), Stance(phase * cycle, 0.0, 0.0, phase=phase, stride=stride))
            places.append(skinned(figure(), posed.bones, ball).mean(axis=0))
        assert np.ptp(np.array(places), axis=0)[:2].max() < 0.03


def test_a_cycle_is_two_steps() -> None:
    assert 1.0 < stride_length(figure()) < 1.6
    here = pose(figure(), Stance(0, 0, 0, phase=0.2, stride=1.0))
    later = pose(figure(), Stance(0, 0, 0, phase=1.2, stride=1.0))
    np.testing.assert_allclose(here.bones, later.bones, atol=1e-5)
    half = pose(figure(), Stance(0, 0, 0, phase=0.7, stride=1.0))
    left, right = joint(here, Bone.FOOT_LEFT), joint(half, Bone.FOOT_RIGHT)
    np.testing.assert_allclose(left * [1, -1, 1], right, atol=1e-4)
    # Each arm goes with the other side's leg.
    stepped = pose(figure(), Stance(0, 0, 0, phase=0.0, stride=1.0))
    assert joint(stepped, Bone.FOOT_LEFT)[0] > joint(stepped, Bone.FOOT_RIGHT)[0] + 0.4
    assert stepped.wrist_right[0] > stepped.wrist_left[0] + 0.2


def test_walking_is_smooth() -> None:
    places = [
        skinned(
            figure(), pose(figure(), Stance(0, 0, 0, phase=phase, stride=1.0)).bones, np.arange(0, 3000, 40)
        )
        for phase in np.linspace(0, 1, 201)
    ]
    # Half a percent of a cycle is about 6 ms: no point of the body moves faster than 8 m/s.
    assert np.linalg.norm(np.diff(np.array(places), axis=0), axis=2).max() < 0.05


@pytest.mark.parametrize("side", ["left", "right"])
def test_hands_reach_what_is_near(side: str) -> None:
    rng = np.random.default_rng(0)
    missed = []
    for seed in range(150):
        away, aside, z = rng.uniform(0.3, 0.75), rng.uniform(-0.9, 0.9), rng.uniform(0.15, 1.65)
        target = (2.0 + away * np.cos(aside + 1.0), 1.0 + away * np.sin(aside + 1.0), z)
        stance = Stance(2.0, 1.0, 1.0, seed=seed)
        hand = HandTarget(target, 1.0)
        posed = pose(figure(), replace(stance, left=hand) if side == "left" else replace(stance, right=hand))
        wrist = posed.wrist_left if side == "left" else posed.wrist_right
        missed.append(float(np.linalg.norm(np.subtract(wrist, target))))
        palm = posed.palm_left if side == "left" else posed.palm_right
        assert np.linalg.norm(palm[:3, 3] - np.array(wrist)) < 0.2
        np.testing.assert_allclose(palm[:3, :3].T @ palm[:3, :3], np.eye(3), atol=1e-5)
    assert np.mean(np.array(missed) < 0.03) > 0.98


def test_what_is_too_far_is_reached_for_as_far_as_the_arm_goes() -> None:
    stance = Stance(0, 0, 0)
    rest = pose(figure(), stance).wrist_right
    far = (2.5, -0.2, 1.2)
    posed = pose(figure(), replace(stance, right=HandTarget(far, 1.0)))
    gained = np.linalg.norm(np.subtract(rest, far)) - np.linalg.norm(np.subtract(posed.wrist_right, far))
    assert gained > 0.6
    assert posed.foot == pose(figure(), stance).foot


def test_a_hand_goes_there_smoothly() -> None:
    wrists, heads = [], []
    for share in np.linspace(0, 1, 41):
        posed = pose(figure(), Stance(0, 0, 0, right=HandTarget((0.6, -0.1, 0.3), float(share))))
        wrists.append(posed.wrist_right)
        heads.append(posed.head)
    assert np.linalg.norm(np.diff(np.array(wrists), axis=0), axis=1).max() < 0.08
    assert np.linalg.norm(np.diff(np.array(heads), axis=0), axis=1).max() < 0.08
    assert wrists[0] == pytest.approx(pose(figure(), Stance(0, 0, 0)).wrist_right)


def test_both_hands_can_reach_at_once() -> None:
    left, right = (0.55, 0.2, 0.8), (0.55, -0.2, 0.8)
    posed = pose(figure(), Stance(0, 0, 0, left=HandTarget(left, 1.0), right=HandTarget(right, 1.0)))
    np.testing.assert_allclose(posed.wrist_left, left, atol=0.03)
    np.testing.assert_allclose(posed.wrist_right, right, atol=0.03)


def test_what_is_held_stands_upright_in_front() -> None:
    posed = pose(figure(), Stance(0, 0, 0, right=HandTarget((0.5, -0.2, 1.2), 1.0)))
    assert posed.palm_right[2, 2] > 0.85
    assert posed.palm_right[0, 3] > posed.wrist_right[0]


def test_a_squat_is_low_and_a_lean_goes_forward() -> None:
    upright = pose(figure(), Stance(0, 0, 0)).head
    assert 0.88 * figure().height < upright[2] < 0.97 * figure().height
    assert pose(figure(), Stance(0, 0, 0, crouch=1.0)).head[2] < 0.68 * upright[2]
    assert pose(figure(), Stance(0, 0, 0, lean=0.8)).head[0] > upright[0] + 0.2


def test_the_head_turns_and_nods() -> None:
    ahead = pose(figure(), Stance(0, 0, 0)).bones[Bone.HEAD, :3, 0]
    left = pose(figure(), Stance(0, 0, 0, look=0.8)).bones[Bone.HEAD, :3, 0]
    down = pose(figure(), Stance(0, 0, 0, look_down=0.6)).bones[Bone.HEAD, :3, 0]
    assert left[1] > ahead[1] + 0.5
    assert down[2] < ahead[2] - 0.4
    # A hand draws the eyes to it.
    low = pose(figure(), Stance(0, 0, 0, right=HandTarget((0.5, -0.2, 0.9), 1.0))).bones[Bone.HEAD, :3, 0]
    assert low[2] < ahead[2] - 0.1


def test_arms_do_what_they_are_told() -> None:
    posed = {arms: pose(figure(), Stance(0, 0, 0, arms=arms)) for arms in ARMS}
    hanging = posed["hang"]
    for arms, sides in {"phone": "right", "basket": "left", "bag": "right"}.items():
        assert getattr(posed[arms], f"wrist_{sides}")[2] > getattr(hanging, f"wrist_{sides}")[2] + 0.1
    head = posed["phone"].head
    assert posed["phone"].wrist_right[0] > head[0] + 0.1
    for wrist in (posed["trolley"].wrist_left, posed["trolley"].wrist_right):
        assert wrist[0] == pytest.approx(BAR_AHEAD_M, abs=0.03)
        assert wrist[2] == pytest.approx(BAR_HIGH_M, abs=0.03)
    assert posed["folded"].wrist_left[1] < posed["folded"].wrist_right[1]
    with pytest.raises(ValueError, match="hang"):
        pose(figure(), Stance(0, 0, 0, arms="wings"))


def test_a_pose_turns_and_moves_with_its_place() -> None:
    here = pose(figure(), Stance(0, 0, 0, phase=0.3, stride=0.8, seed=3))
    there = pose(figure(), Stance(4.0, -1.0, 1.1, phase=0.3, stride=0.8, seed=3))
    c, s = np.cos(1.1), np.sin(1.1)
    move = np.array([[c, -s, 0, 4.0], [s, c, 0, -1.0], [0, 0, 1, 0], [0, 0, 0, 1]])
    np.testing.assert_allclose(move @ here.bones, there.bones, atol=1e-4)


def test_seeds_make_small_differences() -> None:
    first, again = pose(figure(), Stance(0, 0, 0, seed=5)), pose(figure(), Stance(0, 0, 0, seed=5))
    np.testing.assert_array_equal(first.bones, again.bones)
    other = pose(figure(), Stance(0, 0, 0, seed=6))
    apart = np.abs(skinned(figure(), first.bones) - skinned(figure(), other.bones)).max()
    assert 0.005 < apart < 0.3


def test_skinning_some_is_skinning_all() -> None:
    posed = pose(figure(), Stance(0, 0, 0, crouch=0.4))
    some = np.array([0, 5, 77])
    every = skinned(figure(), posed.bones)
    np.testing.assert_allclose(skinned(figure(), posed.bones, some), every[some], atol=1e-6)
    still = np.tile(np.eye(4, dtype=np.float32), (len(Bone), 1, 1))
    np.testing.assert_allclose(skinned(figure(), still), figure().positions, atol=1e-5)


def test_rotations() -> None:
    assert turned(posture(0.0, 0.3), (1.0, 0.0, 0.0))[2] < 0
    assert turned(posture(0.3, 0.0), (1.0, 0.0, 0.0))[1] > 0
    assert turned(posture(0.0, 0.0, 0.3), (0.0, 1.0, 0.0))[2] > 0
    first, second = posture(0.2, 0.4), posture(-0.7, 0.1, 0.5)
    np.testing.assert_allclose(after(second, first), np.array(second) @ np.array(first), atol=1e-12)
    for end in ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (0.6, 0.0, 0.8)):
        np.testing.assert_allclose(turned(swing((0.0, 0.0, 1.0), end), (0.0, 0.0, 1.0)), end, atol=1e-9)
