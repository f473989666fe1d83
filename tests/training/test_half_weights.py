"""Weights in half precision in a file: half as large, and nearly the same answers."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from inference.training.half_weights import LARGEST, halved

Floats = NDArray[np.float32]


def network(weight: Floats, bias: Floats) -> bytes:
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "weight", "bias"], ["y"])],
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, len(weight)])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, len(bias)])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def answer(network: bytes, x: Floats) -> Floats:
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": x})[0], np.float32)


def test_a_layer_takes_half_the_room_and_says_nearly_the_same() -> None:
    rng = np.random.default_rng(1)
    weight = rng.normal(size=(64, 40)).astype(np.float32)
    bias = rng.normal(size=40).astype(np.float32)
    whole = network(weight, bias)
    half = halved(whole)
    assert len(half) < 0.6 * len(whole)
    x = rng.normal(size=(1, 64)).astype(np.float32)
    np.testing.assert_allclose(answer(half, x), answer(whole, x), atol=64 * 4 / 2000)
    assert np.abs(answer(half, x) - answer(whole, x)).max() > 0


def test_few_numbers_and_such_as_are_too_large_stay_as_they_are() -> None:
    weight = np.full((64, 40), 2 * LARGEST, np.float32)
    bias = np.full(40, 1 / 3, np.float32)
    half = onnx.load_from_string(halved(network(weight, bias)))
    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in half.graph.initializer}
    np.testing.assert_array_equal(kept["weight"], weight)
    np.testing.assert_array_equal(kept["bias"], bias)
