"""Tiny networks of both families, built node by node, for the whole way from file to detections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 13


def save(graph: onnx.GraphProto, path: Path) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def constant(name: str, value: NDArray[np.generic] | np.generic) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(value), name)


def yolox_rows(size: int, classes: int) -> NDArray[np.float32]:
    """Empty answer for a square input: one row per cell of strides 8, 16 and 32."""
    return np.zeros((sum((size // s) ** 2 for s in (8, 16, 32)), 5 + classes), np.float32)


def yolox(path: Path, rows: NDArray[np.float32], size: int = 64, input_name: str = "images") -> Path:
    """Answers with these rows; the objectness is multiplied by the mean brightness of the input (0..1)."""
    steady, lit = rows.copy(), np.zeros_like(rows)
    steady[:, 4], lit[:, 4] = 0, rows[:, 4] / 255
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", [input_name], ["mean"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Mul", ["lit", "mean"], ["seen"]),
            helper.make_node("Add", ["steady", "seen"], ["output"]),
        ],
        "yolox",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, [1, 3, size, size])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, *rows.shape])],
        [constant("steady", steady[None]), constant("lit", lit[None])],
    )
    return save(graph, path)


HEAD, FOOT, LEFT = (0.0, -8.0, 0.75), (0.0, 10.0, 0.5), (-4.0, 0.0, 0.25)
"""Offsets from the peak in pixels, and scores, of the key points that :func:`centre_points` answers with."""


def centre_points(path: Path, width: int = 96, height: int = 64, peaks: int = 4) -> Path:
    """Finds the brightest pixels: a bright dot is a person 10 wide and 20 high around it.

    The heat map is the picture itself; peaks and the K best are found in the graph, as the contract says.
    """
    box = np.array([-5, -10, 5, 10], np.float32)
    points = np.array([HEAD, FOOT, LEFT, (0, 0, 0)], np.float32)  # the right wrist is never known
    tensors = [
        constant("white", np.float32(255)),
        constant("k", np.array([peaks], np.int64)),
        constant("width", np.int64(width)),
        constant("flat", np.array([1, -1], np.int64)),
        constant("column", np.array([1, peaks, 1], np.int64)),
        constant("box", box[None, None]),
        constant("points_at", points[None, None]),
        constant("xy_of_points", np.tile(np.eye(2, 3, dtype=np.float32), (4, 1, 1))),
        constant("spread", np.array([1, peaks, 1, 1, 2], np.int64)),
    ]
    node = helper.make_node
    nodes = [
        node("Cast", ["image"], ["floats"], to=TensorProto.FLOAT),
        node("ReduceMean", ["floats"], ["grey"], axes=[3], keepdims=0),
        node("Div", ["grey", "white"], ["plane"]),
        node("Unsqueeze", ["plane", "axis"], ["heat"]),
        node("MaxPool", ["heat"], ["around"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Equal", ["heat", "around"], ["is_peak"]),
        node("Cast", ["is_peak"], ["mask"], to=TensorProto.FLOAT),
        node("Mul", ["heat", "mask"], ["peaked"]),
        node("Reshape", ["peaked", "flat"], ["row"]),
        node("TopK", ["row", "k"], ["scores", "at"], axis=1),
        node("Mod", ["at", "width"], ["x_whole"]),
        node("Div", ["at", "width"], ["y_whole"]),
        node("Cast", ["x_whole"], ["x_flat"], to=TensorProto.FLOAT),
        node("Cast", ["y_whole"], ["y_flat"], to=TensorProto.FLOAT),
        node("Reshape", ["x_flat", "column"], ["x"]),
        node("Reshape", ["y_flat", "column"], ["y"]),
        node("Concat", ["x", "y"], ["appearance"], axis=2),
        node("Concat", ["x", "y", "x", "y"], ["corners"], axis=2),
        node("Add", ["corners", "box"], ["boxes"]),
        node("Reshape", ["appearance", "spread"], ["xy"]),
        node("MatMul", ["xy", "xy_of_points"], ["shifted"]),
        node("Squeeze", ["shifted", "axis_3"], ["moved"]),
        node("Add", ["moved", "points_at"], ["points"]),
    ]
    tensors += [constant("axis", np.array([1], np.int64)), constant("axis_3", np.array([3], np.int64))]
    outputs = {
        "scores": [1, peaks],
        "boxes": [1, peaks, 4],
        "points": [1, peaks, 4, 3],
        "appearance": [1, peaks, 2],
    }
    graph = helper.make_graph(
        nodes,
        "centre_points",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, height, width, 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        tensors,
    )
    return save(graph, path)
