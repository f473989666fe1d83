"""From a trained checkpoint to the model that ships: calibrated, as ONNX with a manifest, and measured."""

from __future__ import annotations

import copy
import hashlib
import io
import itertools
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from scipy.optimize import minimize
from torch import Tensor, nn

from inference.detection.manifest import Manifest, Measured, ModelInput, Thresholds, save_manifest
from inference.detection.product_model import FAMILY, INPUT_PX, NAME, load_products
from inference.training.graph import OPSET
from inference.training.product_fit import trained
from inference.training.product_measure import Figures, Looked, figures, look, shares
from inference.training.product_network import ProductNet
from inference.training.product_types import NO_PRODUCT, product_shards, read_product_shard

LICENCE = "Apache-2.0"
STRANGE = 0.15
"""Share of hands for which probabilities are made right that hold what the shop has no pictures of."""


class Calibration(NamedTuple):
    """What makes the network's answers probabilities."""

    temperature: float
    unknown: float
    slope: float
    offset: float


class Exported(NamedTuple):
    """What was written, and what can be said of it."""

    onnx: Path
    manifest: Path
    calibration: Calibration
    figures: Figures


class ProductGraph(nn.Module):
    """uint8 pictures in, ``embedding`` and ``held`` out, as :mod:`inference.detection.product_model` says."""

    def __init__(self, network: ProductNet, calibration: Calibration) -> None:
        super().__init__()
        self.network = folded(network)
        self.calibration = calibration

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """``image`` is uint8 ``[N, 48, 48, 3]``."""
        answers = self.network(image.permute(0, 3, 1, 2).to(torch.float32))
        c = self.calibration
        return answers.embedding, torch.sigmoid(c.slope * answers.held + c.offset)


def export_products(checkpoint: Path, measured_on: Path, out: Path, source: str = "") -> Exported:
    """Write ``products.onnx`` and its manifest into the folder ``out``.

    ``measured_on`` holds shards of new shops: every other one calibrates, the others are measured on. Raises
    ``ValueError`` for fewer than two, and ``ModelError`` if what was written cannot be loaded.
    """
    shards = [read_product_shard(path) for path in product_shards(measured_on)]
    if len(shards) < 2:
        raise ValueError(f"{measured_on}: {len(shards)} shards are too few to calibrate and to measure on")
    network = trained(checkpoint)
    calibration = calibrated(look(network, shards[::2]))
    told = figures(look(network, shards[1::2]), calibration.temperature, calibration.unknown)
    data = onnx_bytes(ProductGraph(network, calibration))
    out.mkdir(parents=True, exist_ok=True)
    onnx_path, manifest_path = out / f"{NAME}.onnx", out / f"{NAME}.toml"
    onnx_path.write_bytes(data)
    note = (
        f"top-1 of 48 products {told.top1:.3f} (kinds never trained on {told.top1_new:.3f}), "
        f"flavours of one shape {told.flavours:.3f}, full or empty AUC {told.held:.3f}"
    )
    save_manifest(
        Manifest(
            name=NAME,
            family=FAMILY,
            sha256=hashlib.sha256(data).hexdigest(),
            licence=LICENCE,
            source=source,
            input=ModelInput(name="image", width=INPUT_PX, height=INPUT_PX, layout="nhwc", type="uint8"),
            thresholds=Thresholds(score=0.0),
            classes=("product",),
            temperature=round(calibration.temperature, 5),
            unknown=round(calibration.unknown, 4),
            measured=(
                Measured(data=f"{told.hands} hands in rendered shops never trained on", score=0.0, note=note),
            ),
        ),
        manifest_path,
    )
    load_products(manifest_path)
    return Exported(onnx_path, manifest_path, calibration, told)


def calibrated(looked: Looked, seed: int = 11) -> Calibration:
    """Temperature and the cosine of the unknown by maximum likelihood; Platt scaling (1999) for ``held``.

    Of a share :data:`STRANGE` of the hands the shop is made to lack pictures of what they hold.
    """
    rng = np.random.default_rng(seed)
    chosen = np.flatnonzero((looked.product != NO_PRODUCT) & (looked.clear > 0.5))
    strange = rng.random(len(chosen)) < STRANGE

    def loss(values: Sequence[float]) -> float:
        temperature, unknown = float(np.exp(values[0])), float(values[1])
        total = 0.0
        for i, odd in zip(chosen, strange, strict=True):
            cosines, product = looked.cosines[i], looked.product[i]
            if odd:
                rest = np.append(np.delete(cosines, product), unknown) / temperature
                total -= rest[-1] - np.logaddexp.reduce(rest)
            else:
                total -= np.log(max(shares(cosines, temperature, unknown)[product], 1e-12))
        return total / len(chosen)

    best = minimize(loss, [np.log(0.08), 0.5], method="Nelder-Mead", options={"maxiter": 120})
    slope, offset = _platt(looked)
    return Calibration(float(np.exp(best.x[0])), float(best.x[1]), slope, offset)


def _platt(looked: Looked) -> tuple[float, float]:
    """Slope and offset of the logits, full and empty hands counting alike."""
    full = looked.held[(looked.product != NO_PRODUCT) & (looked.clear >= 0.999)]
    empty = looked.held[looked.product == NO_PRODUCT]

    def loss(values: Sequence[float]) -> float:
        slope, offset = values
        of_full = np.logaddexp(0.0, -(slope * full + offset)).mean()
        return float(of_full + np.logaddexp(0.0, slope * empty + offset).mean())

    best = minimize(loss, [1.0, 0.0], method="Nelder-Mead")
    return float(best.x[0]), float(best.x[1])


def folded(network: ProductNet) -> ProductNet:
    """A copy for inference without batch normalisation and scaling of the pixels."""
    copied = copy.deepcopy(network).float().eval()
    for module in list(copied.modules()):
        children = list(module.named_children())
        for (before, first), (after, second) in itertools.pairwise(children):
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                setattr(module, before, nn.utils.fuse_conv_bn_eval(first, second))
                setattr(module, after, nn.Identity())
    with torch.no_grad():
        for name in ("fine.0.0.weight", "tints.1.weight"):
            copied.get_parameter(name).mul_(copied.scale)
    copied.scale = 1.0
    return copied


def onnx_bytes(graph: ProductGraph) -> bytes:
    """The graph as ONNX, for any number of pictures."""
    out = io.BytesIO()
    picture = torch.randint(0, 255, (2, INPUT_PX, INPUT_PX, 3), dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older exporter is deprecated; the newer one needs onnxscript
        torch.onnx.export(
            graph.eval(),
            (picture,),
            cast(Any, out),
            dynamo=False,
            opset_version=OPSET,
            input_names=["image"],
            output_names=["embedding", "held"],
            dynamic_axes={"image": {0: "hands"}, "embedding": {0: "hands"}, "held": {0: "hands"}},
        )
    return out.getvalue()
