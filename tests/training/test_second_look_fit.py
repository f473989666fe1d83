"""The second look taught alone: what it is given, that nothing else changes, and going on after a break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch", reason="torch, an extra, is not installed")

import torch

from inference.training.checkpoints import averaged_network, load_checkpoint
from inference.training.fit import FitReport, fit
from inference.training.loader import ExampleBank, make_batch
from inference.training.losses import overlap
from inference.training.second_look_fit import Kept, SecondLookSettings, fit_second_look
from inference.training.second_looks import (
    FROM,
    THEIRS,
    SecondLookBatches,
    SecondLooks,
    joined,
    second_looks,
)
from inference.training.settings import AugmentSettings, FitSettings
from tests.training.sizes import TINY
from tests.training.toys import toy_folder

AUGMENT = AugmentSettings(width=160, height=128, heights_px=(40, 90), zoom=(0.8, 1.3), mosaic=0, noise=0.1)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    toy_folder(folder / "train", 10, seed=1)
    toy_folder(folder / "held-out", 2, seed=2)
    return folder


@pytest.fixture(scope="module")
def start(world: Path) -> Path:
    """A network that knows a little."""
    torch.set_num_threads(1)
    settings = FitSettings(
        size=TINY,
        max_steps=40,
        warm_up_steps=10,
        batch=6,
        learning_rate=4e-3,
        workers=0,
        augment=AUGMENT,
        appearance=False,
    )
    return fit(settings, world / "train", None, world / "whole").checkpoint


@pytest.fixture
def settings(start: Path) -> SecondLookSettings:
    return SecondLookSettings(
        start,
        looks=24,
        pictures=4,
        kept=200,
        least=40,
        warm_up_steps=5,
        learning_rate=3e-3,
        workers=0,
        report_steps=10,
        max_steps=30,
        augment=AUGMENT,
    )


def test_it_is_given_whom_the_network_looks_at_and_whom_it_misses(world: Path, start: Path) -> None:
    network = averaged_network(start)
    batch = make_batch(ExampleBank(world / "train"), 8, AUGMENT, np.random.default_rng(4))
    given = second_looks(network, batch, np.random.default_rng(5))
    iou, _ = overlap(given.box, given.true_box)
    there = given.weight > 0
    assert (iou[there & (given.scored > 0)] >= THEIRS).all()
    assert (given.true_box[~there] == 0).all()
    assert (given.scored[~there] == 1).all()  # nobody is unclear in this world
    assert (given.score[given.scored > 0] >= FROM).all()
    missed = given.scored == 0
    assert (given.weight[missed] > 0).all()
    who = given.true_box[given.weight > 0]
    assert len({tuple(box) for box in who.tolist()}) > 0.8 * len(batch.boxes)  # found or missed
    with torch.no_grad():
        told = network.close.at(given.crops, given.first.float(), given.looks)
    assert told.points.shape == (len(given), 4, 2)


def test_nobody_at_all_is_no_mistake(world: Path, start: Path) -> None:
    network = averaged_network(start)
    batch = make_batch(ExampleBank(world / "train"), 1, AUGMENT, np.random.default_rng(4))
    for name in ("picture", "centres", "boxes", "points", "weight", "unclear", "unclear_picture"):
        setattr(batch, name, getattr(batch, name)[:0])
    given = second_looks(network, batch, np.random.default_rng(5))
    assert (given.weight == 0).all()
    assert (given.scored == 1).all()


def test_only_the_second_look_changes_and_it_gets_better(
    world: Path, settings: SecondLookSettings, tmp_path: Path
) -> None:
    reports: list[FitReport] = []
    summary = fit_second_look(settings, world / "train", world / "held-out", tmp_path, reports.append)
    assert summary.steps == 30
    before, after = load_checkpoint(settings.start)["average"], load_checkpoint(summary.checkpoint)["average"]
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(name.startswith("close.") for name in changed)
    assert {"close.heat.weight", "close.out.bias", "close.stem.0.0.weight"} <= changed
    assert reports[-1].loss["own_heat"] < 0.9 * reports[0].loss["own_heat"]
    assert reports[-1].ap50 is not None
    lines = (tmp_path / "progress.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=FitReport) for line in lines] == reports
    with pytest.raises(
        ValueError, match="taught the second look alone"
    ):  # a whole run does not go on from it
        fit(FitSettings(size=TINY, max_steps=99, workers=0, augment=AUGMENT), world / "train", None, tmp_path)


def test_after_a_break_it_goes_on_with_pictures_that_are_new(
    world: Path, settings: SecondLookSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    class Watched(SecondLookBatches):
        def __init__(self, *given: Any, seed: int, start: int = 0) -> None:
            begun.append(start)
            super().__init__(*given, seed=seed, start=start)

    monkeypatch.setattr("inference.training.second_look_fit.SecondLookBatches", Watched)
    first = fit_second_look(replace(settings, max_steps=2), world / "train", None, tmp_path)
    state = load_checkpoint(first.checkpoint)
    assert (state["step"], state["part"]) == (2, "second look")
    again = fit_second_look(replace(settings, max_steps=4), world / "train", None, tmp_path)
    assert again.steps == 4
    assert begun == [0, state["seen"]]
    assert state["seen"] >= 2


def test_a_folder_with_a_run_of_another_kind_is_left_alone(world: Path, settings: SecondLookSettings) -> None:
    before = settings.start.read_bytes()
    with pytest.raises(ValueError, match="choose an empty folder"):
        fit_second_look(settings, world / "train", None, settings.start.parent)
    assert settings.start.read_bytes() == before


def looks(values: list[float]) -> SecondLooks:
    column = torch.tensor(values)
    return SecondLooks(*(column.clone() for _ in fields(SecondLooks)))


def test_the_newest_are_kept_and_drawn_from() -> None:
    kept = Kept(4)
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="nobody is seen"):
        kept.drawn(3, rng)
    kept.add(looks([]))
    kept.add(looks([1, 2, 3]))
    assert set(kept.drawn(50, rng).score.tolist()) == {1, 2, 3}
    kept.add(joined([looks([4, 5]), looks([6])]))
    assert set(kept.drawn(50, rng).weight.tolist()) == {3, 4, 5, 6}
    assert kept.count == 4
