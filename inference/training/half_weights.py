"""Weights in half precision in a file, so that it is half as large; networks compute with them as before.

A weight changes by at most one part in 2,000. When a session begins, ONNX Runtime turns them back into
float32 once and for all: it folds constants.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

LEAST = 1000
"""Numbers from which a tensor is worth it. Biases stay exact."""
LARGEST = float(np.finfo(np.float16).max)


def halved(network: bytes) -> bytes:
    """An ONNX file whose large constants of type float32 are kept as float16, and cast back in the graph."""
    model = onnx.load_from_string(network)
    graph = model.graph
    kept, casts = [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < LEAST or np.abs(values).max() > LARGEST:
            kept.append(tensor)
            continue
        half = f"{tensor.name}.half"
        kept.append(numpy_helper.from_array(values.astype(np.float16), half))
        casts.append(helper.make_node("Cast", [half], [tensor.name], to=onnx.TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*casts, *nodes])
    onnx.checker.check_model(model)
    found: bytes = model.SerializeToString()
    return found
