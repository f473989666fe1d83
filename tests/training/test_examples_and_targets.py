"""From shards to what the network should say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.training.augment import augmented, decoded, mirrored, people_of
from inference.training.example_types import read_shard, shards, write_shard
from inference.training.settings import AugmentSettings
from inference.training.targets import People, make_targets, nobody
from tests.training.toys import toy_scene

SETTINGS = AugmentSettings(width=160, height=128)


def people(*boxes: tuple[float, float, float, float], visible: float = 1.0) -> People:
    n = len(boxes)
    return People(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.tile(np.array([0, 0, 160, 128], np.float32), (n, 1)),
        np.full(n, visible, np.float32),
        np.tile(np.array([[20, 10, 1], [20, 90, 1], [10, 50, 1], [30, 50, 0]], np.float32), (n, 1, 1)),
    )


def test_shards_are_read_as_written_and_unfinished_ones_are_not_seen(tmp_path: Path) -> None:
    examples = toy_scene(4, np.random.default_rng(0))
    write_shard(tmp_path, 12, examples)
    (tmp_path / "shard-000013.99.part").write_bytes(b"half")
    (path,) = shards(tmp_path)
    assert path.name == "shard-000012.msgpack"
    assert read_shard(path) == examples


def test_a_person_is_a_peak_at_the_centre_of_what_the_picture_shows() -> None:
    found = make_targets(people((10, 0, 30, 90), (100, 60, 120, 200)), 160, 128)
    assert found.heat.shape == (4, 32, 40)
    assert found.centres.tolist() == [[22.0, 46.0], [110.0, 94.0]]  # the second is cut at y = 128
    peaks = np.argwhere(found.heat[0] == 1)
    assert peaks.tolist() == [[11, 5], [23, 27]]
    assert (found.peak_weight[0] > 0).sum() == 2


def test_points_that_are_seen_are_peaks_of_their_maps_and_hidden_ones_are_not_held_against_it() -> None:
    found = make_targets(people((10, 0, 30, 90)), 160, 128)
    head, foot, wrists = found.heat[1:]
    assert head[2, 5] == foot[22, 5] == wrists[12, 2] == 1
    assert wrists[12, 7] < 0.5
    assert found.counts[3, 12, 7] == 0
    assert found.counts[0].all()


@pytest.mark.parametrize(
    ("visible", "wanted", "unclear"), [(0.65, 1, 0), (0.12, 1, 0), (0.08, 0, 1), (0.01, 0, 0)]
)
def test_people_too_hidden_are_neither_wanted_nor_unwanted(visible: float, wanted: int, unclear: int) -> None:
    found = make_targets(people((40, 20, 60, 90), visible=visible), 160, 128)
    assert (len(found.people), len(found.unclear)) == (wanted, unclear)
    assert bool(found.counts[0, 13, 12]) == (unclear == 0)
    if wanted:
        assert found.weight[0] == pytest.approx(1.0 if visible > 0.3 else 0.25)


def test_an_empty_picture_has_flat_maps() -> None:
    found = make_targets(nobody(), 160, 128)
    assert not found.heat.any()
    assert found.counts.all()


def test_mirroring_exchanges_the_wrists_and_twice_is_nothing() -> None:
    (example, *_) = toy_scene(1, np.random.default_rng(1))
    image, before = decoded(example), people_of(example)
    once_image, once = mirrored(image, before)
    again_image, again = mirrored(once_image, once)
    assert once.points[0, 2, 0] == pytest.approx(example.width - before.points[0, 3, 0])
    np.testing.assert_array_equal(again_image, image)
    np.testing.assert_allclose(again.boxes, before.boxes, atol=1e-4)
    np.testing.assert_allclose(again.points, before.points, atol=1e-4)


def test_augmented_labels_stay_on_the_people() -> None:
    """Heads are the brightest things of the toy world: where a label says head it must be bright."""
    rng = np.random.default_rng(5)
    settings = AugmentSettings(
        width=160, height=128, grey=0, blur=0, noise=0, cutout=0, jpeg=0, heights_px=(40, 120)
    )
    scenes = [toy_scene(n, rng)[0] for n in range(30)]
    brighter, seen = 0, 0
    for example in scenes:
        image, found = augmented(example, lambda: scenes[0], settings, rng)
        assert image.shape == (128, 160, 3)
        for head in found.points[:, 0]:
            if head[2] > 0.5 and found.visible.max() > 0.5:
                seen += 1
                brighter += image[int(head[1]), int(head[0])].mean() > 1.4 * image.mean()
    assert seen > 25
    assert brighter > 0.9 * seen


def test_augmentation_repeats_itself() -> None:
    scene = toy_scene(2, np.random.default_rng(2))
    first, second = (
        augmented(scene[0], lambda: scene[1], SETTINGS, np.random.default_rng(9)) for _ in range(2)
    )
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1].boxes, second[1].boxes)


def test_what_a_crop_cuts_off_is_less_visible() -> None:
    scene = toy_scene(3, np.random.default_rng(3))
    settings = AugmentSettings(width=64, height=64, heights_px=(120, 130), zoom=(1.0, 2.2))
    rng = np.random.default_rng(4)
    found = [augmented(scene[0], lambda: scene[0], settings, rng)[1] for _ in range(20)]
    visible = np.concatenate([f.visible for f in found])
    assert visible.min() == 0
    assert ((visible > 0.1) & (visible < 0.9)).any()
    assert visible.max() <= 1
