"""A network with the shape of the store's detector and no training: for time, never for accuracy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inference.detection import write_manifest

WIDTH, HEIGHT = 320, 192
LAYERS = ((16, 2), (24, 2), (32, 1), (48, 2), (48, 1), (96, 2), (96, 1), (96, 1))
"""Channels and stride of the convolutions; about 0.3 M parameters, most of them at stride 16."""
STRIDE = 16
PEAKS = 32


def write_timing_network(folder: Path, seed: int = 1) -> Path:
    """Write an ONNX model of the centre-points family with random weights, and its manifest; return that.

    Its convolutions cost what those of a trained network of this size cost. What it finds means nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "timing_only.onnx"
    graph = _Graph(np.random.default_rng(seed))
    value = graph.node("Cast", "image", to=TensorProto.FLOAT)
    value = graph.node("Transpose", value, perm=[0, 3, 1, 2])
    value = graph.node("Mul", value, graph.constant(np.float32(1 / 255)))
    inside = 3
    for outside, stride in LAYERS:
        value = graph.convolution(value, inside, outside, stride)
        inside = outside
    _add_heads(graph, value, inside)
    onnx.save(graph.model(), str(file))
    return write_manifest(
        file,
        "centre_points",
        licence="none needed: random weights",
        source="made for timing; detects nothing",
    )


def _add_heads(graph: _Graph, value: str, channels: int) -> None:
    """Heat map, its K highest values, and outputs of the contracted shapes gathered there."""
    flat = HEIGHT // STRIDE * (WIDTH // STRIDE)
    heat = graph.node("Sigmoid", graph.convolution(value, channels, 1, 1, relu=False))
    peak = graph.node("MaxPool", heat, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1])
    kept = graph.node("Mul", heat, graph.node("Cast", graph.node("Equal", heat, peak), to=TensorProto.FLOAT))
    row = graph.node("Reshape", kept, graph.constant(np.array([1, flat], np.int64)))
    scores, places = graph.nodes("TopK", [row, graph.constant(np.array([PEAKS], np.int64))], 2, axis=1)
    graph.output("scores", scores, [1, PEAKS])
    where = graph.node("Squeeze", places, graph.constant(np.array([0], np.int64)))
    for name, depth, shape in (("boxes", 4, [1, PEAKS, 4]), ("points", 12, [1, PEAKS, 4, 3])):
        field = graph.convolution(value, channels, depth, 1, relu=False)
        if name == "points":
            field = graph.node("Sigmoid", field)
        columns = graph.node("Reshape", field, graph.constant(np.array([1, depth, flat], np.int64)))
        rows = graph.node("Transpose", graph.node("Gather", columns, where, axis=2), perm=[0, 2, 1])
        graph.output(name, graph.node("Reshape", rows, graph.constant(np.array(shape, np.int64))), shape)


class _Graph:
    """Collects nodes and weights under names of its own making."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def constant(self, value: np.generic | np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
        name = f"c{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        return self.nodes(kind, list(inputs), 1, **attributes)[0]

    def nodes(self, kind: str, inputs: list[str], outputs: int, **attributes: Any) -> list[str]:
        names = [f"n{len(self._nodes)}_{i}" for i in range(outputs)]
        self._nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names

    def convolution(self, value: str, inside: int, outside: int, stride: int, *, relu: bool = True) -> str:
        scale = np.sqrt(2 / (9 * inside))
        weights = self.constant(self._rng.normal(0, scale, (outside, inside, 3, 3)).astype(np.float32))
        bias = self.constant(np.zeros(outside, np.float32))
        found = self.node(
            "Conv", value, weights, bias, kernel_shape=[3, 3], pads=[1] * 4, strides=[stride] * 2
        )
        return self.node("Relu", found) if relu else found

    def output(self, name: str, value: str, shape: list[int]) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def model(self) -> onnx.ModelProto:
        image = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, HEIGHT, WIDTH, 3])
        graph = helper.make_graph(self._nodes, "timing", [image], self._outputs, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 9
        onnx.checker.check_model(model)
        return model
