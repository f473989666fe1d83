"""Batches made on the device say and show the same as those made picture by picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="torch, an extra, is not installed")

import torch

from inference.training.card_bank import MOST_PEOPLE, CardBank, packed
from inference.training.card_batches import (
    CardBatches,
    chosen_panes,
    drawn,
    make_batch,
    placed_people,
)
from inference.training.card_light import compressed
from inference.training.card_targets import Placed, batch_of
from inference.training.example_types import read_shard, shards
from inference.training.settings import AugmentSettings
from inference.training.targets import People, make_targets
from tests.training.toys import toy_folder

SETTINGS = AugmentSettings(width=160, height=128, heights_px=(20, 110), zoom=(0.3, 2.0))
CPU = torch.device("cpu")
ROOM = 40_000_000


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[CardBank]:
    made = CardBank(toy_folder(tmp_path, 12, seed=5), CPU, ROOM)
    made.refresh(wait=True)
    yield made
    made.close()


def draw(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_pictures_lie_in_the_bank_as_they_are(bank: CardBank, tmp_path: Path) -> None:
    examples = [e for path in shards(tmp_path) for e in read_shard(path)]
    assert bank.count == len(examples)
    for number in (0, 17, bank.count - 1):
        first, width, height = bank.places[number, 0].tolist()
        row = bank.pixels[first : first + width * height].numpy()
        image = cv2.imdecode(np.frombuffer(examples[number].jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        np.testing.assert_array_equal(row, packed(image.astype(np.uint8)))
        assert bank.places[number, 1, 1:].tolist() == [width // 2, height // 2]
        crowd = bank.people(torch.tensor([number]))
        assert int((crowd.visible > 0).sum()) == len(examples[number].people)
        assert crowd.boxes.shape == (1, MOST_PEOPLE, 4)


def test_the_bank_grows_with_its_folder_until_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.training.card_bank.RESCAN_S", 0.0)
    with pytest.raises(ValueError, match="no examples"):
        CardBank(tmp_path / "nowhere", CPU, ROOM)
    with pytest.raises(ValueError, match="more memory"):
        CardBank(toy_folder(tmp_path / "a", 5, seed=1), CPU, 1000)
    one = 20 * 160 * 128 * 4 * 1.4
    bank = CardBank(toy_folder(tmp_path / "b", 5, seed=1), CPU, int(2.5 * one))
    before = bank.count
    toy_folder(tmp_path / "b", 20, seed=1)
    bank.refresh(wait=True)
    assert before < bank.count < 80
    assert bank.full
    bank.close()


def test_targets_are_those_of_the_pictures_one_by_one(bank: CardBank) -> None:
    panes = chosen_panes(bank, 24, SETTINGS, draw(1))
    people = placed_people(bank, panes, SETTINGS, torch.rand(24, generator=draw(2)) < 0.5)
    # Toys are all wholly visible; shares of all kinds are wanted.
    people.visible *= torch.rand(len(people.visible), generator=draw(3))
    batch = batch_of(torch.zeros(24, 3, 128, 160, dtype=torch.uint8), people)
    for number in range(24):
        of = people.picture == number
        parts = (people.boxes[of], people.region[of], people.visible[of], people.points[of])
        wanted = make_targets(People(*(part.numpy() for part in parts)), 160, 128)
        np.testing.assert_allclose(batch.heat[number], wanted.heat, atol=1e-6)
        np.testing.assert_array_equal(batch.counts[number], wanted.counts)
        np.testing.assert_allclose(batch.peak_weight[number], wanted.peak_weight, atol=1e-6)
        mine = batch.picture == number
        np.testing.assert_allclose(batch.centres[mine], wanted.centres)
        np.testing.assert_allclose(batch.weight[mine], wanted.weight, atol=1e-6)
        np.testing.assert_allclose(batch.unclear[batch.unclear_picture == number], wanted.unclear)


def test_people_are_where_they_are_said_to_be(bank: CardBank) -> None:
    """Heads of toys are light discs on people of other colours: most heads said to be seen are light."""
    panes = chosen_panes(bank, 48, SETTINGS, draw(4))
    mirrored = torch.rand(48, generator=draw(5)) < 0.5
    assert bool((panes.size[:, 1:] > 0).all(dim=2).any())  # some are mosaics
    image = drawn(bank, panes, SETTINGS, mirrored)
    people = placed_people(bank, panes, SETTINGS, mirrored)
    tall = (people.boxes[:, 3] - people.boxes[:, 1]) > 30
    seen = tall & (people.points[:, 0, 2] > 0.5)
    x, y = people.points[seen, 0, 0].long(), people.points[seen, 0, 1].long()
    light = image[people.picture[seen], :, y, x].amin(dim=1)
    assert len(light) > 30
    assert float((light > 200).float().mean()) > 0.95
    hands = tall & (people.points[:, 2, 2] > 0.5)
    # A toy's left hand is at the right, and in the mirror what was the right one is.
    assert bool((people.points[hands, 2, 0] > people.points[hands, 0, 0]).all())


def test_nobody_outside_of_their_pane_counts_as_seen(bank: CardBank) -> None:
    panes = chosen_panes(bank, 48, SETTINGS, draw(6))
    people = placed_people(bank, panes, SETTINGS, torch.zeros(48, dtype=torch.bool))
    xy, seen = people.points[..., :2], people.points[..., 2] > 0.5
    low, high = people.region[:, None, :2], people.region[:, None, 2:]
    assert bool((((xy >= low) & (xy < high)).all(dim=2) | ~seen).all())
    assert bool((people.visible <= 1).all())
    whole = people.clipped()
    assert bool((whole[:, 2:] >= whole[:, :2]).all())


def test_a_batch_is_a_function_of_its_seed_and_number(bank: CardBank) -> None:
    first = CardBatches(bank, 4, SETTINGS, seed=3)
    next(first)
    again = CardBatches(bank, 4, SETTINGS, seed=3, start=1)
    one, other = next(first), next(again)
    assert torch.equal(one.image, other.image)
    assert torch.equal(one.boxes, other.boxes)
    assert not torch.equal(next(first).image, one.image)
    assert one.image.dtype == torch.uint8
    assert one.image.shape == (4, 3, 128, 160)


def test_pictures_without_people_are_allowed(bank: CardBank) -> None:
    nobody = Placed(
        torch.zeros(0, dtype=torch.int64),
        torch.zeros(0, 4),
        torch.zeros(0, 4),
        torch.zeros(0),
        torch.zeros(0, 4, 3),
    )
    batch = batch_of(torch.zeros(2, 3, 128, 160, dtype=torch.uint8), nobody)
    assert not batch.heat.any()
    assert batch.counts.all()
    assert len(batch.boxes) == 0
    assert len(make_batch(bank, 2, SETTINGS, draw(7)).image) == 2


def test_compression_shows_what_a_jpeg_shows() -> None:
    rng = np.random.default_rng(1)
    image = cv2.GaussianBlur(rng.integers(0, 256, (64, 96, 3), dtype=np.uint8), (0, 0), 2.0)
    image = cv2.normalize(image, None, 0, 255, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    for quality in (30, 60, 90):
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        wanted = cv2.imdecode(data, cv2.IMREAD_COLOR)
        assert wanted is not None
        planes = torch.from_numpy(image.astype(np.float32)).permute(2, 0, 1)[None]
        shown = compressed(planes, torch.tensor([float(quality)]))[0].permute(1, 2, 0).numpy()
        ours = np.abs(shown - image.astype(float)).mean()
        theirs = np.abs(wanted.astype(float) - image).mean()
        assert ours == pytest.approx(theirs, rel=0.2)
        assert np.abs(shown - wanted.astype(float)).mean() < 0.5 * theirs
