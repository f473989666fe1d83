"""YOLOX (Ge et al., 2021, arXiv:2107.08430): one anchor-free head at strides 8, 16 and 32.

The raw export answers with ``[1, A, 5 + C]``, one row per cell of each stride's grid, fine to coarse, rows
before columns: centre offset x and y in cells, log of width and height in cells, objectness, then C class
probabilities. Objectness and classes have left their sigmoid already. With ``decoded = true`` the first four
are centre and size in input pixels.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inference.detection.boxes import sane, suppress
from inference.detection.family import BadOutputError, Family, Outputs, Tensor
from inference.detection.manifest import Manifest
from inference.detection.picture import Placement
from inference.messages import Detection
from inference.messages.said import Words, said

STRIDES = (8, 16, 32)

_COCO = (
    "person bicycle car motorcycle airplane bus train truck boat traffic_light fire_hydrant stop_sign "
    "parking_meter bench bird cat dog horse sheep cow elephant bear zebra giraffe backpack umbrella "
    "handbag tie suitcase frisbee skis snowboard sports_ball kite baseball_bat baseball_glove skateboard "
    "surfboard tennis_racket bottle wine_glass cup fork knife spoon bowl banana apple sandwich orange "
    "broccoli carrot hot_dog pizza donut cake chair couch potted_plant bed dining_table toilet tv laptop "
    "mouse remote keyboard cell_phone microwave oven toaster sink refrigerator book clock vase scissors "
    "teddy_bear hair_drier toothbrush "
)
COCO = tuple(_COCO.split())
"""The 80 classes of COCO in the order of every YOLOX trained on it."""


@lru_cache(maxsize=8)
def grid(width: int, height: int) -> NDArray[np.float32]:
    """Column, row and stride of every cell of an input of this size: ``[A, 3]``."""
    parts = []
    for stride in STRIDES:
        rows, columns = np.mgrid[: height // stride, : width // stride]
        parts.append(np.stack([columns.ravel(), rows.ravel(), np.full(columns.size, stride)], axis=1))
    cells = np.concatenate(parts).astype(np.float32)
    cells.setflags(write=False)
    return cells


def decode(outputs: Outputs, manifest: Manifest, placement: Placement) -> tuple[Detection, ...]:
    """People in the network's answer, best first, in picture pixels. Pure.

    Rows are filtered by score before anything else is computed: of thousands a few dozen remain.
    Raises :class:`BadOutputError` when the rows do not fit the input size or a probability is outside 0..1.
    """
    rows = next(iter(outputs.values()))[0]
    cells = grid(manifest.input.width, manifest.input.height)
    if rows.shape != (len(cells), 5 + len(manifest.classes)):
        raise BadOutputError(
            said(
                "answer of shape {shape}, expected {value}",
                shape=rows.shape,
                value=(len(cells), 5 + len(manifest.classes)),
            )
        )
    with np.errstate(invalid="ignore", over="ignore"):  # what is not a number fails the comparison below
        scores = rows[:, 4] * rows[:, 5 + manifest.classes.index("person")]
    good = np.flatnonzero(scores >= manifest.thresholds.score)
    good = good[sane(rows[good, :4])]
    scores, boxes = scores[good], _boxes(rows[good, :4], cells[good], manifest.decoded)
    if scores.size and float(scores.max()) > 1.001:
        raise BadOutputError(
            said("a score of {value}: the export must end in sigmoids", value=f"{float(scores.max()):.2f}")
        )
    if manifest.thresholds.nms is not None:
        kept = suppress(boxes, scores, manifest.thresholds.nms)
    else:
        kept = np.argsort(-scores, kind="stable")
    found = placement.boxes(boxes[kept])
    return tuple(
        Detection(box=(b[0], b[1], b[2], b[3]), score=min(s, 1.0))
        for b, s in zip(found.tolist(), scores[kept].tolist(), strict=True)
    )


def _boxes(rows: NDArray[np.float32], cells: NDArray[np.float32], decoded: bool) -> NDArray[np.float32]:
    """Corners ``[N, 4]`` in input pixels."""
    centre, size = rows[:, :2], rows[:, 2:]
    if not decoded:
        stride = cells[:, 2:]
        centre = (centre + cells[:, :2]) * stride
        size = np.exp(np.minimum(size, 20)) * stride  # beyond e^20 cells it is nonsense, not a box
    return np.concatenate([centre - size / 2, centre + size / 2], axis=1)


def problem(outputs: tuple[Tensor, ...], manifest: Manifest) -> Words | None:
    """Why a graph with these outputs cannot be read as this YOLOX."""
    if "person" not in manifest.classes:
        return said("no class of the manifest is called person")
    if manifest.input.width % 32 or manifest.input.height % 32:
        return said(
            "input {width}x{height} is not a multiple of 32",
            width=manifest.input.width,
            height=manifest.input.height,
        )
    if len(outputs) != 1 or len(outputs[0].shape) != 3:
        return said(
            "YOLOX has one output of three dimensions, this has {value}", value=[o.shape for o in outputs]
        )
    _, rows, columns = outputs[0].shape
    wanted = (len(grid(manifest.input.width, manifest.input.height)), 5 + len(manifest.classes))
    if (rows is not None and rows != wanted[0]) or (columns is not None and columns != wanted[1]):
        return said(
            "its output is [1, {rows}, {columns}]; this input and these classes give {value}",
            rows=rows,
            columns=columns,
            value=(1, *wanted),
        )
    return None


YOLOX = Family(
    name="yolox",
    layout="nchw",
    nms=0.45,
    classes=COCO,
    key_points=(),
    problem=problem,
    decode=decode,
)
