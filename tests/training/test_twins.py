"""Boxes on one another: which is one person twice, and which is somebody behind somebody."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="torch, an extra, is not installed")

import numpy as np
import torch

from inference.messages import Detection, KeyPoint
from inference.training.matching import logistic, match
from inference.training.twins import FROM_IOU, Twins, fit_twins

TWINS = Twins(offset=3.0, overlap=-12.0, head=10.0, foot=10.0, score=1.0)
FRONT = [0.0, 0.0, 40.0, 100.0]


def standing(box: list[float]) -> list[list[float]]:
    """Head and foot of somebody who fills the box."""
    x1, y1, x2, y2 = box
    return [[(x1 + x2) / 2, y1 + 0.08 * (y2 - y1)], [(x1 + x2) / 2, y2]]


def doubted(boxes: list[list[float]], points: list[list[list[float]]]) -> list[float]:
    logits = torch.full((len(boxes),), 2.0)
    return TWINS(logits, torch.tensor(boxes), torch.tensor(points)).tolist()


def test_a_box_on_a_better_one_is_doubted_by_where_head_and_foot_are() -> None:
    again, behind, aside = [2.0, 1.0, 42, 101], [4.0, -6, 44, 90], [60.0, 0, 100, 100]
    elsewhere = [[22.0, -28.0], [24.0, 60.0]]  # 36 and 40 of the 100 pixels away
    boxes = [FRONT, again, behind, aside]
    logits = doubted(boxes, [standing(FRONT), standing(again), elsewhere, standing(aside)])
    assert logits[0] == logits[3] == 2.0
    assert logits[1] < -3
    assert logits[1] + 6 < logits[2] <= 2.0


def test_the_best_is_never_doubted_nor_is_anybody_made_surer() -> None:
    boxes = [FRONT, FRONT]
    assert doubted(boxes, [standing(FRONT), standing(FRONT)])[0] == 2.0
    sure = Twins(offset=50.0, overlap=0.0, head=0.0, foot=0.0, score=0.0)
    logits = sure(torch.tensor([2.0, 1.0]), torch.tensor(boxes), torch.tensor([standing(FRONT)] * 2))
    assert logits.tolist() == [2.0, 1.0]


def test_an_overlap_that_is_usual_says_nothing() -> None:
    beside = [22.0, 0, 62, 100]  # IoU 18 / 62
    assert FROM_IOU > 18 / 62
    assert doubted([FRONT, beside], [standing(FRONT), standing(beside)]) == [2.0, 2.0]


def detection(box: list[float], score: float, head: list[float], foot: list[float]) -> Detection:
    return Detection(
        (box[0], box[1], box[2], box[3]),
        score,
        KeyPoint(head[0], head[1], 0.9),
        KeyPoint(foot[0], foot[1], 0.9),
    )


def test_what_is_learned_tells_people_behind_one_another_from_one_seen_twice() -> None:
    rng = np.random.default_rng(3)
    pictures = []
    for _ in range(120):
        shift = rng.uniform(-8, 8, 2).tolist()
        box = [shift[0], shift[1], 40 + shift[0], 100 + shift[1]]
        two = bool(rng.random() < 0.5)
        head, foot = standing(box)
        if two:
            head = [head[0] + float(rng.choice([-1, 1])) * rng.uniform(15, 30), head[1]]
        found = [detection(FRONT, 0.9, *standing(FRONT)), detection(box, rng.uniform(0.2, 0.8), head, foot)]
        boxes = np.array([d.box for d in found])
        truth = boxes if two else boxes[:1]
        scores = np.array([d.score for d in found])
        pictures.append((found, match(boxes, scores, truth, np.ones(len(truth), bool))))
    twins = fit_twins(pictures)
    assert twins is not None
    assert twins.head > 5
    head_apart = [standing(FRONT), [[44.0, 8.0], [20.0, 100.0]]]
    logits = torch.tensor([2.0, 1.0])
    boxes = torch.tensor([FRONT, FRONT])
    assert twins(logits, boxes, torch.tensor(head_apart))[1] > 0
    assert twins(logits, boxes, torch.tensor([standing(FRONT)] * 2))[1] < 0


def test_without_overlaps_nothing_is_learned() -> None:
    found = [detection(FRONT, 0.9, *standing(FRONT))]
    boxes = np.array([FRONT])
    alone = match(boxes, np.array([0.9]), boxes, np.ones(1, bool))
    assert fit_twins([(found, alone)]) is None
    assert fit_twins([]) is None


def test_logistic_regression_finds_the_weights_that_data_were_drawn_by() -> None:
    rng = np.random.default_rng(5)
    design = np.stack([np.ones(20_000), rng.normal(size=20_000)], axis=1)
    hit = rng.random(20_000) < 1 / (1 + np.exp(-(design @ [-1.0, 2.0])))
    np.testing.assert_allclose(logistic(design, hit), [-1.0, 2.0], atol=0.1)
