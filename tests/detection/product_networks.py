"""A tiny network of the family product_embedding: a picture's vector is its mean colour."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
from onnx import TensorProto, helper

from inference.detection.manifest import Manifest, ModelInput, save_manifest
from inference.detection.picture import Picture
from inference.detection.product_model import INPUT_PX
from tests.detection.networks import constant, save

GREY = 114.0


def colour_network(path: Path) -> Path:
    """``embedding``: mean colour less grey, made a unit vector; ``held``: how far from grey, 0 to 1."""
    node = helper.make_node
    graph = helper.make_graph(
        [
            node("Cast", ["image"], ["floats"], to=TensorProto.FLOAT),
            node("ReduceMean", ["floats"], ["mean"], axes=[1, 2], keepdims=0),
            node("Sub", ["mean", "grey"], ["colour"]),
            node("LpNormalization", ["colour"], ["embedding"], axis=1, p=2),
            node("Abs", ["colour"], ["away"]),
            node("ReduceMean", ["away"], ["far"], axes=[1], keepdims=0),
            node("Mul", ["far", "tenth"], ["much"]),
            node("Clip", ["much", "none", "one"], ["held"]),
        ],
        "colours",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", INPUT_PX, INPUT_PX, 3])],
        [
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 3]),
            helper.make_tensor_value_info("held", TensorProto.FLOAT, ["n"]),
        ],
        [
            constant("grey", np.float32(GREY)),
            constant("tenth", np.float32(0.1)),
            constant("none", np.float32(0)),
            constant("one", np.float32(1)),
        ],
    )
    return save(graph, path)


def product_model(folder: Path, *, unknown: float = -1.0, temperature: float | None = 0.05) -> Path:
    """The network with its manifest, named as the engine looks for it; returns the manifest."""
    onnx_path = colour_network(folder / "products.onnx")
    manifest = Manifest(
        name="products",
        family="product_embedding",
        sha256=hashlib.sha256(onnx_path.read_bytes()).hexdigest(),
        licence="MIT",
        input=ModelInput(name="image", width=INPUT_PX, height=INPUT_PX, layout="nhwc", type="uint8"),
        temperature=temperature,
        unknown=unknown,
    )
    path = onnx_path.with_suffix(".toml")
    save_manifest(manifest, path)
    return path


def photo(path: Path, bgr: tuple[int, int, int]) -> Path:
    """A picture of something of one colour on a grey ground."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image: Picture = np.full((100, 80, 3), round(GREY), np.uint8)
    image[20:80, 20:60] = bgr
    cv2.imwrite(str(path), image)
    return path
