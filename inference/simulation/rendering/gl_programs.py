"""Shader programs from the files in ``shaders``."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import moderngl

FRAME_UNIT = 0
"""Where the uniform block ``Frame`` is bound."""
SAMPLER_UNITS = {"picture": 0, "noise": 1, "map": 0, "map_below": 1}
"""Texture unit of each sampler."""

_INCLUDE = re.compile(r"^#include (\w+)$", re.MULTILINE)


@cache
def source(name: str) -> str:
    """Text of ``shaders/<name>.glsl`` with what it includes; ``#include light`` stands for ``light.glsl``."""
    text = (files("inference.simulation.rendering") / "shaders" / f"{name}.glsl").read_text(encoding="utf-8")
    return _INCLUDE.sub(lambda found: source(found[1]), text)


class Programs:
    """Programs of one context, compiled when first asked for."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._compiled: dict[tuple[str, str, tuple[str, ...]], moderngl.Program] = {}

    def get(self, vertex: str, fragment: str, *defines: str) -> moderngl.Program:
        """The program of two shader files, compiled with the macros ``defines`` (``NAME`` or ``NAME 4``)."""
        key = vertex, fragment, defines
        if key not in self._compiled:
            head = "#version 330 core\n" + "".join(f"#define {name}\n" for name in defines)
            program = self._context.program(
                vertex_shader=head + source(vertex), fragment_shader=head + source(fragment)
            )
            if "Frame" in program:
                cast("moderngl.UniformBlock", program["Frame"]).binding = FRAME_UNIT
            for sampler, unit in SAMPLER_UNITS.items():
                if sampler in program:
                    program[sampler] = unit
            self._compiled[key] = program
        return self._compiled[key]


def put(program: moderngl.Program, name: str, values: NDArray[np.floating]) -> None:
    """Sets a uniform to ``values``; a matrix's rows are the formula's rows."""
    if values.shape == (4, 4):
        values = values.T
    cast("moderngl.Uniform", program[name]).write(np.ascontiguousarray(values, dtype=np.float32))
