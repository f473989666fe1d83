from __future__ import annotations

from math import hypot

import msgspec
import numpy as np
import pytest

from inference.floor_tracks.association import place_for
from inference.floor_tracks.boxes import Pixel, without_duplicates
from inference.floor_tracks.kalman import Fix
from inference.floor_tracks.measurement import Measurer
from inference.floor_tracks.rays import rays_from
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting, Stature, feet_show, from_skeletons, located, stature
from inference.messages import Detection, Detections, Joint, KeyPoint, Skeleton
from store_layout.camera_geometry import camera_model
from store_layout.model import PointPair, PointsCalibration, StoreLayout
from tests.floor_tracks.walkers import Faults, Session, Walker
from tests.support.stores import small_store

S = Settings()
KNOWN = stature(1.72, 0.03, S)
PERFECT = Faults(miss=0.0, clutter=0.0, jitter=0.0, shift=0.0)


def seen_at(xy: tuple[float, float], camera: str, height: float = 1.72) -> tuple[StoreLayout, Detections]:
    layout = small_store()
    walker = Walker(((0.0, *xy), (9.0, *xy)), height)
    frames = Session(layout, [walker], PERFECT).frames(0.1)
    return layout, next(f for f in frames if f.camera == camera)


def one(layout: StoreLayout, seen: Detections) -> Sighting:
    (sighting,) = Measurer(layout, S).sightings(seen)
    return sighting


@pytest.mark.parametrize(
    ("xy", "camera"), [((1.0, 2.6), "west"), ((4.8, 2.6), "east"), ((3.0, 0.8), "south")]
)
def test_visible_feet_place_a_person_within_the_stated_error(xy: tuple[float, float], camera: str) -> None:
    sighting = one(*seen_at(xy, camera))
    fix = sighting.foot
    assert fix is not None
    away = np.array([fix.x - xy[0], fix.y - xy[1]])
    assert hypot(*away) < 0.15
    assert away @ np.linalg.inv([[fix.xx, fix.xy], [fix.xy, fix.yy]]) @ away < 5.99


def test_feet_behind_a_gondola_are_known_to_be_hidden_and_the_head_is_used() -> None:
    sighting = one(*seen_at((2.6, 2.6), "west"))  # behind gondola A
    assert sighting.foot is None
    assert sighting.top is not None
    place = located(sighting, KNOWN, S)
    assert place is not None
    assert hypot(place.x - 2.6, place.y - 2.6) < 0.35
    unknown = sighting.first
    assert unknown.xx + unknown.yy > place.xx + place.yy  # a known height places better


def test_feet_below_the_picture_are_not_believed() -> None:
    layout, seen = seen_at((1.0, 4.0), "west")  # nearly under the camera
    box = seen.items[0].box
    assert box[3] >= seen.height - S.edge_px
    assert one(layout, seen).foot is None


def test_lines_of_sight_that_do_not_go_down_lead_nowhere() -> None:
    level, lost = np.array([1.0, 0.0, 0.0]), np.full(3, np.nan)
    down = np.array([0.6, 0.0, -0.8])
    lines = np.array([[level] * 3, [lost] * 3, [down, down, -down], [down] * 3])
    rays = rays_from(lines, [Pixel(0.0, 0.0, 1.0, 1.0, False)] * 4, 1.0)
    assert [ray is not None for ray in rays] == [False, False, False, True]
    assert rays[3] is not None
    assert (rays[3].gx, rays[3].gy) == pytest.approx((-0.75, 0.0))


def test_foot_key_point_is_taken_over_the_box() -> None:
    layout, seen = seen_at((3.0, 0.8), "south")
    pixel, _ = camera_model(layout.cameras["south"]).project(np.array([[3.0, 0.8, 0.0]]))
    item = msgspec.structs.replace(seen.items[0], foot=KeyPoint(float(pixel[0, 0]), float(pixel[0, 1]), 0.9))
    fix = one(layout, msgspec.structs.replace(seen, items=(item,))).foot
    assert fix is not None
    assert hypot(fix.x - 3.0, fix.y - 0.8) < 1e-6


@pytest.mark.parametrize("tall", [1.35, 1.0])
def test_who_crouches_stays_where_their_feet_are_seen(tall: float) -> None:
    """The head of somebody who takes from the lowest shelf is not at their height."""
    at = (3.0, 0.8)
    layout, seen = seen_at(at, "south", tall)
    pixel, _ = camera_model(layout.cameras["south"]).project(np.array([[*at, 0.0]]))
    away = {}
    for score in (0.95, 0.45):
        foot = KeyPoint(float(pixel[0, 0]), float(pixel[0, 1]), score)
        item = msgspec.structs.replace(seen.items[0], foot=foot)
        sighting = one(layout, msgspec.structs.replace(seen, items=(item,)))
        place = located(sighting, KNOWN, S)
        assert place is not None
        away[score] = hypot(place.x - at[0], place.y - at[1])
        learned = feet_show(sighting, KNOWN)
        assert not learned  # nobody becomes a shorter person for it
    assert away[0.95] < 0.05
    assert away[0.45] > 0.3  # feet that are only guessed: as if something hid them


def known_at(x: float, y: float) -> tuple[Fix, Stature]:
    """Somebody of 1.72 m who has stood there for a while."""
    return Fix(x, y, 0.004, 0.0, 0.004), KNOWN


@pytest.mark.parametrize("score", [0.0, 0.45])
def test_a_short_box_is_read_by_where_they_are_known_to_be(score: float) -> None:
    """Feet that are only guessed: somebody who crouches where they stood, or walks behind something."""
    at = (3.0, 0.8)
    layout, seen = seen_at(at, "south", 1.0)
    pixel, _ = camera_model(layout.cameras["south"]).project(np.array([[*at, 0.0]]))
    foot = KeyPoint(float(pixel[0, 0]), float(pixel[0, 1]), score)
    item = msgspec.structs.replace(seen.items[0], foot=foot if score else None)
    sighting = one(layout, msgspec.structs.replace(seen, items=(item,)))
    by_head = located(sighting, KNOWN, S)
    assert by_head is not None
    assert hypot(by_head.x - at[0], by_head.y - at[1]) > 0.3

    crouching = place_for(*known_at(*at), sighting, S)
    assert crouching is not None
    assert hypot(crouching.x - at[0], crouching.y - at[1]) < 0.15
    assert place_for(*known_at(by_head.x, by_head.y), sighting, S) == by_head


def test_what_hides_feet_is_not_taken_for_where_they_stand() -> None:
    """Whoever is behind a gondola, and known to be, does not crouch on top of it."""
    sighting = one(*seen_at((2.6, 2.6), "west"))
    place = place_for(*known_at(2.6, 2.6), sighting, S)
    assert place is not None
    assert hypot(place.x - 2.6, place.y - 2.6) < 0.35


def test_error_grows_with_distance_and_with_calibration_error() -> None:
    layout = small_store()
    near, far = (one(*seen_at(xy, "south")).first for xy in ((4.8, 2.6), (5.4, 4.6)))
    assert far.xx + far.yy > near.xx + near.yy
    cameras = tuple(
        msgspec.structs.replace(c, calibration=msgspec.structs.replace(c.calibration, error_px=9.0))
        for c in layout.file.camera
    )
    worse = StoreLayout(file=msgspec.structs.replace(layout.file, camera=cameras))
    _, seen = seen_at((4.8, 2.6), "south")
    rough = one(worse, seen).first
    assert rough.xx + rough.yy > near.xx + near.yy


def test_picture_of_another_size_means_the_same_place() -> None:
    layout, seen = seen_at((3.0, 0.8), "south")
    half = tuple(v / 2 for v in seen.items[0].box)
    item = Detection((half[0], half[1], half[2], half[3]), 0.9)
    small = Detections("south", 0.0, 0, seen.width // 2, seen.height // 2, (item,))
    a, b = one(layout, seen).first, one(layout, small).first
    assert hypot(a.x - b.x, a.y - b.y) < 0.02


def test_floor_only_camera_uses_feet_and_nothing_else() -> None:
    layout, seen = seen_at((3.0, 0.8), "south")
    model = camera_model(layout.cameras["south"])
    corners = [(1.0, 1.0), (5.0, 1.0), (5.0, 2.5), (1.0, 3.0), (3.0, 0.5)]
    pixels, _ = model.project(np.array([(*c, 0.0) for c in corners]))
    pairs = tuple(
        PointPair(floor=c, pixel=(float(p[0]), float(p[1]))) for c, p in zip(corners, pixels, strict=True)
    )
    camera = msgspec.structs.replace(layout.cameras["south"], calibration=PointsCalibration(pairs=pairs))
    flat = StoreLayout(file=msgspec.structs.replace(layout.file, camera=(camera,)))
    sighting = one(flat, seen)
    assert sighting.top is None
    assert hypot(sighting.first.x - 3.0, sighting.first.y - 0.8) < 0.35


def test_unknown_camera_and_empty_frames_say_nothing() -> None:
    measurer = Measurer(small_store(), S)
    item = Detection((10.0, 10.0, 50.0, 150.0), 0.9)
    assert measurer.sightings(Detections("nowhere", 0.0, 0, 640, 360, (item,))) == []
    assert measurer.sightings(Detections("south", 0.0, 0, 640, 360)) == []


def test_box_above_the_horizon_says_nothing() -> None:
    item = Detection((300.0, 5.0, 302.0, 8.0), 0.9)
    for sighting in Measurer(small_store(), S).sightings(Detections("south", 0.0, 0, 640, 360, (item,))):
        assert np.isfinite([sighting.first.x, sighting.first.y]).all()


def test_doubled_and_partial_boxes_are_one_person() -> None:
    whole = Detection((100.0, 50.0, 160.0, 250.0), 0.9)
    again = Detection((103.0, 52.0, 161.0, 251.0), 0.6)
    upper = Detection((105.0, 55.0, 155.0, 140.0), 0.7)
    other = Detection((140.0, 60.0, 200.0, 255.0), 0.8)
    weak = Detection((400.0, 60.0, 440.0, 255.0), 0.05)
    assert without_duplicates((again, whole, upper, other, weak), S) == [1, 3]


def test_skeleton_is_placed_by_its_pelvis_else_feet_else_head() -> None:
    pelvis, foot, head = Joint(1, 2, 0.9), Joint(1.1, 2, 0), Joint(1.2, 2, 1.7)
    full = from_skeletons((Skeleton(0.9, head=head, pelvis=pelvis, foot=foot),), S)[0]
    head_only = from_skeletons((Skeleton(0.9, head=head),), S)[0]
    assert (full.first.x, full.height_m) == (1, 1.7)
    assert head_only.first.x == 1.2
    assert head_only.first.xx > full.first.xx
    assert from_skeletons((Skeleton(0.9),), S) == []
