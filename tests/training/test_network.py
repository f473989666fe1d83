"""The network by itself: shapes, sampling, losses, and the exported graph against torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch, an extra, is not installed")

import torch

from inference.detection.session import open_network
from inference.training.answers import Looks
from inference.training.graph import Calibration, DetectionGraph, Platt, folded, onnx_bytes
from inference.training.losses import Taught, focal, overlap, point_loss
from inference.training.network import PersonNet
from inference.training.sampling import Sampler
from inference.training.twins import Twins
from tests.training.sizes import TINY


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (1, height, width, 3)).astype(np.uint8)


def trained_looking(seed: int = 0) -> PersonNet:
    """A network whose normalisation has seen something, as after training."""
    torch.manual_seed(seed)
    network = PersonNet(TINY)
    for _ in range(3):
        network(torch.rand(2, 3, 64, 96) * 255)
    return network.eval()


@pytest.mark.parametrize(("height", "width"), [(64, 96), (48, 80)])
def test_maps_have_their_strides(height: int, width: int) -> None:
    maps = trained_looking()(torch.zeros(1, 3, height, width))
    assert maps.heat.shape == (1, 1, height // 4, width // 4)
    assert maps.points.shape == (1, 3, height // 4, width // 4)
    assert maps.fine.shape == (1, TINY.fine, height // 8, width // 8)


def test_sampling_reads_between_cells_and_nothing_outside() -> None:
    rows = torch.arange(12.0).reshape(1, 1, 3, 4)
    sample = Sampler(torch.cat([rows, rows + 100]), stride=8)
    xy = torch.tensor([[[4.0, 4], [8, 4], [8, 8], [-20, 4]]])
    assert sample(torch.tensor([0]), xy)[0, :, 0].tolist() == [0, 0.5, 2.5, 0]
    assert sample(torch.tensor([1]), xy)[0, :, 0].tolist() == [100, 100.5, 102.5, 0]


def test_a_single_picture_is_read_as_one_of_many() -> None:
    torch.manual_seed(1)
    maps = torch.randn(2, 5, 6, 9)
    xy = torch.rand(4, 7, 2) * torch.tensor([90.0, 62.0]) - 8  # some outside, some across the edge
    for number in range(2):
        picture = torch.full((4,), number)
        many = Sampler(maps, stride=8)(picture, xy)
        one = Sampler(maps[number : number + 1], stride=8)(torch.zeros_like(picture), xy)
        torch.testing.assert_close(one, many, atol=1e-5, rtol=1e-5)


def test_folding_changes_nothing_but_the_work() -> None:
    network = trained_looking()
    image = torch.from_numpy(picture(64, 96)).permute(0, 3, 1, 2).float()
    copied = folded(network)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in copied.modules())
    with torch.no_grad():
        before, after = network(image), copied(image)
    torch.testing.assert_close(after.heat, before.heat, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(after.fine, before.fine, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("twins", [None, Twins(1.0, -4.0, 3.0, 3.0, 0.8)], ids=["alone", "twins doubted"])
def test_the_exported_graph_answers_as_torch_does_at_any_size(twins: Twins | None) -> None:
    graph = DetectionGraph(
        trained_looking(),
        peaks=8,
        calibration=Calibration(
            Platt(0.7, -0.3), (Platt(), Platt(1.2, 0.4), Platt(0.5, -1.0)), Platt(2.0, 0.1), twins
        ),
    )
    session = open_network(onnx_bytes(graph, 96, 64, dynamic=True), Path(__file__))
    for size in ((64, 96), (48, 80), (96, 160)):
        image = picture(*size)
        with torch.no_grad():
            wanted = graph(torch.from_numpy(image))
        found = session.run(["scores", "boxes", "points", "sides", "appearance"], {"image": image})
        assert [f.shape for f in found] == [(1, 8), (1, 8, 4), (1, 8, 4, 3), (1, 8), (1, 8, TINY.appearance)]
        assert (np.diff(found[0]) <= 0).all()
        for f, w in zip(found, wanted, strict=True):
            np.testing.assert_allclose(f, w.numpy(), atol=2e-3, rtol=1e-3)


def test_overlap_by_hand() -> None:
    iou, giou = overlap(torch.tensor([[0.0, 0, 10, 10]]), torch.tensor([[5.0, 0, 15, 10]]))
    assert iou.item() == pytest.approx(1 / 3)
    assert giou.item() == pytest.approx(1 / 3)  # their hull is their union
    _, apart = overlap(torch.tensor([[0.0, 0, 10, 10]]), torch.tensor([[20.0, 0, 30, 10]]))
    assert apart.item() == pytest.approx(-1 / 3)


def test_focal_loss_forgives_what_does_not_count() -> None:
    logits = torch.full((1, 1, 4, 4), 3.0)
    target, weight = torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4)
    assert focal(logits, target, torch.ones(1, 1, 4, 4), weight) > 1
    assert focal(logits, target, torch.zeros(1, 1, 4, 4), weight) == 0
    assert focal(-logits * 3, target, torch.ones(1, 1, 4, 4), weight) < 1e-3


def looks(points: torch.Tensor, swapped: float) -> Looks:
    n = len(points)
    box = torch.zeros(n, 4)
    return Looks(
        box,
        box,
        points,
        points,
        torch.zeros(n, 4),
        torch.full((n,), swapped),
        torch.zeros(n),
        torch.zeros(n, TINY.hidden),
    )


def test_which_wrist_is_which_costs_nothing_but_is_learned() -> None:
    wanted = torch.tensor([[[50.0, 10, 1], [50, 90, 1], [40, 50, 1], [60, 50, 1]]])
    true = Taught(torch.tensor([[30.0, 0, 70, 100]]), wanted, torch.ones(1))
    crossed = wanted[:, [0, 1, 3, 2], :2]
    knows, errs = (point_loss(looks(crossed, s), crossed, true) for s in (5.0, -5.0))
    assert knows.distance.item() == errs.distance.item() == 0
    assert knows.hand.item() < 0.1 < errs.hand.item()
    both_at_chest = wanted[..., :2].clone()
    both_at_chest[:, 2:] = torch.tensor([50.0, 50])
    middle = point_loss(looks(both_at_chest, 0.0), both_at_chest, true)
    assert middle.distance.item() == pytest.approx(2 * 10 / 100)
