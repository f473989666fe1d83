"""Pictures to learn from: the same for the same seed, with a truth that fits what is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("moderngl", reason="needs the extra simulate")
pytest.importorskip("skimage", reason="needs the extra simulate")

from inference.simulation.rendering.renderer import RendererError
from inference.training import examples
from inference.training.contact_sheet import TILE, contact_sheet
from inference.training.example_types import Example, read_shard, shards, write_shard
from inference.training.examples import PER_SCENE, Maker, make_examples


@pytest.fixture(scope="module")
def maker() -> Maker:
    patch = pytest.MonkeyPatch()
    patch.setattr(examples, "WINDOW", 16)  # two of each kind of figure are enough here
    try:
        return Maker(seed=5)
    except RendererError as error:
        pytest.skip(str(error))
    finally:
        patch.undo()


@pytest.fixture(scope="module")
def scene(maker: Maker) -> list[Example]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "WINDOW", 16)
        return maker.scene(0, 300, np.random.default_rng(8))


def test_a_scene_has_several_pictures_of_the_same_people(scene: list[Example]) -> None:
    assert len(scene) >= 4
    assert {e.scene for e in scene} == {300}
    identities = [p.identity for e in scene for p in e.people]
    assert identities
    assert all(300 <= i < 300 + PER_SCENE for i in identities)
    assert len(set(identities)) < len(identities), "somebody is in more than one picture"


def test_the_truth_lies_where_people_are(scene: list[Example]) -> None:
    for example in scene:
        for person in example.people:
            x1, y1, x2, y2 = person.box
            assert x1 < x2
            assert y1 < y2
            assert 0 < person.visible <= 1
            # nobody is noted who is nowhere in the picture
            assert x1 < example.width
            assert y1 < example.height
            assert x2 > 0
            assert y2 > 0
            for x, y, seen in (person.head, person.wrist_left, person.wrist_right):
                assert x1 - 0.1 * (x2 - x1) <= x <= x2 + 0.1 * (x2 - x1)
                assert y1 - 0.1 * (y2 - y1) <= y <= y2 + 0.1 * (y2 - y1)
                assert not seen or (0 <= x < example.width and 0 <= y < example.height)


def test_the_same_seed_gives_the_same_pictures(maker: Maker, scene: list[Example]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "WINDOW", 16)
        again = maker.scene(0, 300, np.random.default_rng(8))
    assert again == scene


def test_what_is_there_is_not_made_again(
    scene: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shard(tmp_path, 0, scene)
    write_shard(tmp_path, 1, scene)
    made: list[int] = []

    def record(
        work: object, jobs: list[tuple[Path, int, int]], processes: int, *, in_a_row: int, rows_a_process: int
    ) -> list[None]:
        made.extend(n for _, _, n in jobs)
        return [None for _ in jobs]

    monkeypatch.setattr(examples, "spread", record)
    told: list[tuple[int, int]] = []
    make_examples(tmp_path, 5, range(3), 2, lambda done, whole: told.append((done, whole)))
    assert made == [2]
    assert told == [(2, 3), (3, 3)]
    assert [read_shard(path) for path in shards(tmp_path)] == [scene, scene]


def test_the_contact_sheet_shows_every_picture(scene: list[Example]) -> None:
    sheet = contact_sheet(scene[:3], columns=2)
    assert sheet.shape == (2 * TILE[1], 2 * TILE[0], 3)
    bare = contact_sheet(scene[:3], columns=2, truth=False)
    assert (sheet != bare).any()
    assert not bare[TILE[1] :, TILE[0] :].any(), "the place of a fourth picture stays empty"
