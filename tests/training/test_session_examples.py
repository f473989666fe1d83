"""Pictures of sessions in one store: what is known of it stays, all else is drawn anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("moderngl", reason="needs the extra simulate")
pytest.importorskip("skimage", reason="needs the extra simulate")

from inference.simulation.rendering.renderer import RendererError
from inference.training import session_examples
from inference.training.augment import decoded
from inference.training.example_types import Example, read_shard, shards
from inference.training.session_examples import fitting_examples, make_store_examples, write_session
from store_layout.model import StoreLayout
from store_layout.reader import read_store

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo_store"


@pytest.fixture(scope="module")
def layout() -> StoreLayout:
    return read_store(DEMO)


@pytest.fixture(scope="module")
def sessions(layout: StoreLayout) -> tuple[list[Example], list[Example]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session_examples, "FIT_VISITS", 3)
        try:
            return fitting_examples(layout, 5, 0, 6), fitting_examples(layout, 5, 1, 6)
        except RendererError as error:
            pytest.skip(str(error))


def test_every_session_shows_the_store_in_another_dress(
    sessions: tuple[list[Example], list[Example]], layout: StoreLayout
) -> None:
    first, other = sessions
    assert [len(first), len(other)] == [6, 6]
    assert {e.scene for e in first}.isdisjoint({e.scene for e in other})
    sizes = {(c.width, c.height) for c in layout.file.camera}
    assert {(e.width, e.height) for e in first} <= sizes
    colours = [np.mean([decoded(e).mean(axis=(0, 1)) for e in some], axis=0) for some in sessions]
    assert np.abs(colours[0] - colours[1]).max() > 5


def test_people_are_there_and_known_from_camera_to_camera(
    sessions: tuple[list[Example], list[Example]],
) -> None:
    known = []
    for some in sessions:
        seen = {p.identity - e.scene for e in some for p in e.people if p.visible > 0.2}
        assert seen
        assert all(0 <= number < 4 for number in seen)  # three shoppers, perhaps one who restocks
        known.append({p.identity for e in some for p in e.people})
    assert known[0].isdisjoint(known[1])  # nobody comes to two sessions


def test_what_is_there_is_not_made_again(layout: StoreLayout, tmp_path: Path) -> None:
    (tmp_path / "shard-000000.msgpack").write_bytes(b"\x90")
    told: list[tuple[int, int]] = []
    make_store_examples(tmp_path, layout, 5, [0], progress=lambda done, whole: told.append((done, whole)))
    assert told == [(1, 1)]
    assert read_shard(shards(tmp_path)[0]) == []


def test_a_session_to_measure_on_is_one_scene(
    layout: StoreLayout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_examples, "VISITS", 3)
    try:
        people = write_session(tmp_path, layout, 3, 4)
    except RendererError as error:
        pytest.skip(str(error))
    examples = read_shard(shards(tmp_path)[0])
    assert [e.scene for e in examples] == [3, 3, 3, 3]
    assert people == sum(len(e.people) for e in examples)
