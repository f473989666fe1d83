"""Training end to end on a toy world: learning, going on after a break, and a model that the engine takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

pytest.importorskip("torch", reason="torch, an extra, is not installed")

import torch

from inference.detection.manifest import read_manifest
from inference.detection.session import load_detector
from inference.training.checkpoints import averaged_network, load_checkpoint, write_start
from inference.training.export import NMS_CHOICES, ExportSettings, export, measures_by_scale
from inference.training.fit import FitReport, fit, learning_rate
from inference.training.loader import Batches, ExampleBank, batches
from inference.training.losses import Batch
from inference.training.measure import held_out_examples, measure, sighted
from inference.training.settings import AugmentSettings, FitSettings, NetworkSize, on_card
from tests.training.sizes import TINY
from tests.training.toys import toy_folder

SETTINGS = FitSettings(
    size=TINY,
    max_steps=60,
    warm_up_steps=10,
    batch=6,
    learning_rate=4e-3,
    workers=0,
    augment=AugmentSettings(width=160, height=128, heights_px=(40, 90), zoom=(0.8, 1.3), mosaic=0, noise=0.1),
)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    toy_folder(folder / "train", 20, seed=1)
    toy_folder(folder / "held-out", 6, seed=2)
    return folder


@pytest.fixture(scope="module")
def trained(world: Path) -> tuple[Path, list[FitReport]]:
    torch.set_num_threads(1)
    reports: list[FitReport] = []
    summary = fit(SETTINGS, world / "train", world / "held-out", world / "run", reports.append)
    assert summary.steps == SETTINGS.max_steps
    return summary.checkpoint, reports


def test_the_loss_falls_and_the_progress_is_on_disk(trained: tuple[Path, list[FitReport]]) -> None:
    checkpoint, reports = trained
    assert reports[-1].loss["total"] < 0.75 * reports[0].loss["total"]
    assert reports[-1].ap50 is not None
    lines = (checkpoint.parent / "progress.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=FitReport) for line in lines] == reports


def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(world: Path, tmp_path: Path) -> None:
    whole = replace(SETTINGS, max_steps=6, batch=2)
    straight = fit(whole, world / "train", None, tmp_path / "straight")

    class CutOffError(Exception):
        pass

    cut = tmp_path / "cut"
    stream: Iterator[Batch] = batches(Batches(world / "train", 2, whole.augment, whole.seed), 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("inference.training.fit.batches", lambda *_, **__: _until(3, stream, CutOffError))
        with pytest.raises(CutOffError):
            fit(whole, world / "train", None, cut)
    assert load_checkpoint(cut / "tiny.pt")["step"] == 3
    resumed = fit(whole, world / "train", None, cut)
    first, second = load_checkpoint(straight.checkpoint), load_checkpoint(resumed.checkpoint)
    assert first["step"] == second["step"] == 6
    for part in ("network", "average"):
        for name, value in first[part].items():
            torch.testing.assert_close(second[part][name], value, rtol=0, atol=0)


def _until(count: int, stream: Iterator[object], error: type[Exception]) -> Iterator[object]:
    for _ in range(count):
        yield next(stream)
    raise error


def test_a_checkpoint_of_another_size_is_refused(trained: tuple[Path, list[FitReport]], world: Path) -> None:
    checkpoint, _ = trained
    other = NetworkSize(
        "tiny", (16, 16, 16, 16, 16), (0, 1, 1, 1), neck=16, fine=16, hidden=16, close=(16, 16, 16, 16)
    )
    with pytest.raises(ValueError, match="another size"):
        fit(replace(SETTINGS, size=other), world / "train", None, checkpoint.parent)


def test_a_run_can_begin_from_the_network_of_another(
    trained: tuple[Path, list[FitReport]], world: Path, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, max_steps=1, batch=2, learning_rate=0.0, start=trained[0])
    summary = fit(settings, world / "train", None, tmp_path)
    before, after = load_checkpoint(trained[0])["average"], load_checkpoint(summary.checkpoint)["network"]
    learned = [name for name in before if name.endswith("weight") and not name.startswith("appearance")]
    assert learned
    assert all(torch.equal(before[name], after[name]) for name in learned)
    other = NetworkSize(
        "tiny", (16, 16, 16, 16, 16), (0, 1, 1, 1), neck=16, fine=16, hidden=16, close=(16, 16, 16, 16)
    )
    with pytest.raises(ValueError, match="another size"):
        fit(replace(settings, size=other), world / "train", None, tmp_path / "other")


def test_what_another_run_begins_from_is_small_and_nearly_the_same(
    trained: tuple[Path, list[FitReport]], tmp_path: Path
) -> None:
    start = tmp_path / "start.pt"
    write_start(trained[0], start)
    assert start.stat().st_size < trained[0].stat().st_size / 4
    whole, half = averaged_network(trained[0]).state_dict(), averaged_network(start).state_dict()
    for name, value in whole.items():
        torch.testing.assert_close(half[name], value, rtol=1e-3, atol=1e-4)


def test_layers_that_are_fused_keep_their_names_in_checkpoints(
    trained: tuple[Path, list[FitReport]], world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is fused is the work of whole modules; here it is only counted, for fusing takes minutes."""
    used: list[str] = []

    def fused(work: Callable[..., object], *, dynamic: bool) -> Callable[..., object]:
        assert not dynamic

        def counted(*given: object) -> object:
            used.append(work.__qualname__)
            return work(*given)

        return counted

    monkeypatch.setattr(torch, "compile", fused)
    settings = replace(SETTINGS, max_steps=1, batch=2, compiled=True, appearance=False)
    summary = fit(settings, world / "train", None, tmp_path)
    assert used == ["PersonNet.forward", "CloseLook.told"]
    names, known = (load_checkpoint(path)["average"] for path in (summary.checkpoint, trained[0]))
    assert list(names) == list(known)


def test_the_exported_model_finds_the_held_out_people(
    trained: tuple[Path, list[FitReport]], world: Path, tmp_path: Path
) -> None:
    path = export(
        trained[0], tmp_path / "toy-persons.toml", world / "held-out", ExportSettings(width=160, height=128)
    )
    manifest = read_manifest(path)
    assert manifest.licence == "Apache-2.0"
    assert manifest.measured[0].recall is not None
    # Boxes on others are suppressed, or there was enough to learn from which of them to doubt.
    assert manifest.thresholds.nms in (None, *NMS_CHOICES)
    examples = held_out_examples(world / "held-out")
    found = measure(sighted(load_detector(path).detect, examples))
    assert found.people == sum(len(e.people) for e in examples)
    assert found.ap50 > 0.3
    assert found.foot_error is not None
    assert found.foot_error < 0.2
    half, _ = measures_by_scale(path, examples[:4], (0.5, 1.0))
    assert half.scale == 0.5


def test_processes_share_the_batches_of_one_stream(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Batches(world / "train", 2, SETTINGS.augment, seed=5, start=3)
    stream: Iterator[Batch] = batches(source, workers=0)
    alone = [batch.image for batch, _ in zip(stream, range(4), strict=False)]
    for worker in range(2):
        info = SimpleNamespace(id=worker, num_workers=2)
        monkeypatch.setattr("inference.training.loader.get_worker_info", lambda info=info: info)
        own = [batch.image for batch, _ in zip(iter(source), range(2), strict=False)]
        assert all(torch.equal(a, b) for a, b in zip(own, alone[worker::2], strict=True))


def test_new_shards_are_taken_in(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.training.loader.RESCAN_S", 0.0)
    toy_folder(tmp_path, 2, seed=3)
    bank = ExampleBank(tmp_path)
    assert len(bank) == 2
    toy_folder(tmp_path, 8, seed=3)
    bank.refresh()
    assert len(bank) == 5
    with pytest.raises(ValueError, match="no examples"):
        ExampleBank(tmp_path / "nowhere")


def test_the_learning_rate_warms_up_stays_and_falls() -> None:
    rates = [
        learning_rate(SETTINGS, step, share) for step, share in ((0, 0.0), (20, 0.3), (50, 0.85), (60, 1))
    ]
    assert rates == pytest.approx([4e-4, 4e-3, 2e-3, 0.0])


def test_a_graphics_card_takes_larger_batches_and_keeps_what_is_to_be_learned() -> None:
    on = on_card(replace(SETTINGS, minutes=7.0, decay_share=0.3))
    assert (on.device, on.resident, on.minutes, on.size) == ("cuda", True, 7.0, TINY)
    assert on.batch == 32 * SETTINGS.batch
    assert on.decay_share == 0.5


def test_what_is_learned_from_batches_made_on_the_device_finds_people(world: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, resident=True)
    summary = fit(settings, world / "train", world / "held-out", tmp_path)
    assert summary.steps == SETTINGS.max_steps
    assert summary.ap50 is not None
    assert summary.ap50 > 0.4


def test_a_batch_can_be_copied_whole(world: Path) -> None:
    stream: Iterator[Batch] = batches(Batches(world / "train", 2, SETTINGS.augment, 1), 0)
    batch = next(stream)
    copied = batch.to(torch.device("cpu"))
    assert copied is not batch
    for field in fields(batch):
        torch.testing.assert_close(getattr(copied, field.name), getattr(batch, field.name))
