"""Shade on the floor: soft and dark where something stands on it, and cast by people and things.

Shade is drawn from above into a map of the floor, the darkest of all that falls on a place, and the map is
then laid on the floor once: shades that overlap do not add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.gl_blobs import boxes_of
from inference.simulation.rendering.gl_figures import Figures, box_of
from inference.simulation.rendering.gl_programs import put
from inference.simulation.rendering.gl_things import Things
from inference.simulation.rendering.scene import Actor, Lighting

if TYPE_CHECKING:
    import moderngl

    from inference.simulation.rendering.gl_programs import Programs

Doubles = NDArray[np.float64]

LIFT_M = 0.004
"""The map lies so high above the floor, to be drawn over it."""
CELLS = 64
"""The map is laid down in so many cells each way, those without shade left out."""
PENUMBRA_M = 0.03
PIXEL_M = 0.02
"""A pixel of the map is at least so large."""
LOWEST_SUN = 0.15
"""Vertical share of the unit vector to the sun: lower, shadows are too long to be drawn."""
FARTHEST_M = 60.0
"""Shade that reaches farther from the middle of all is not drawn: the map is finer for it."""
NO_AREA = (0.0, 0.0, 1.0, 1.0)


class ShadeMap:
    """A map of shade on a part of the floor, ``side`` pixels each way."""

    def __init__(self, context: moderngl.Context, programs: Programs, side: int) -> None:
        self._context = context
        self._texture = context.texture((side, side), 2)
        self._texture.repeat_x = self._texture.repeat_y = False
        self._map = context.framebuffer([self._texture])
        self._map.clear()
        self._blobs = programs.get("blob_vertex", "blob_fragment")
        self._decal = programs.get("decal_vertex", "decal_fragment")
        self._decal["lift"] = LIFT_M
        self._cells = context.buffer(reserve=16 * CELLS * CELLS, dynamic=True)
        self._laid = context.vertex_array(self._decal, [(self._cells, "4f4/i", "in_cell")])
        self._area = np.array(NO_AREA)
        self._count = 0

    def draw(
        self, blobs: Doubles, things: Things, actors: Sequence[Actor], figures: Figures, lighting: Lighting
    ) -> None:
        """The map of ``blobs`` (rows as in gl_blobs.py) and what ``things`` and ``actors`` cast."""
        sun = np.asarray(lighting.towards_sun, dtype=np.float64)
        casts = lighting.shadow > 0 and sun[2] > LOWEST_SUN
        boxes = boxes_of(blobs)
        if casts:
            low, high = (np.concatenate(ends) for ends in zip(things.casters, _boxes(actors), strict=True))
            boxes = np.concatenate([boxes, _shadows(low, high, sun)])
        self._survey(boxes)
        gl = self._context
        self._map.use()
        self._map.clear()
        if not self._count:
            return
        to_map = _to_map(self._area)
        gl.enable_only(gl.BLEND)
        gl.blend_func = gl.ONE, gl.ONE
        gl.blend_equation = gl.MAX, gl.MAX
        if len(blobs):
            put(self._blobs, "to_map", to_map)
            rows = gl.buffer(blobs.astype(np.float32))
            array = gl.vertex_array(self._blobs, [(rows, "4f4 4f4/i", "in_middle", "in_extent")])
            array.render(gl.TRIANGLE_STRIP, vertices=4, instances=len(blobs))
        gl.blend_equation = gl.FUNC_ADD, gl.FUNC_ADD
        if casts:
            along = np.eye(4)
            along[:3, 2] = *(-sun[:2] / sun[2]), 0
            # Every place has one value: writing it again and again does no harm, so nothing need be blended.
            gl.enable_only(gl.NOTHING)
            self._map.color_mask = False, True, False, False
            things.draw_shadows(to_map @ along)
            figures.draw_shadows(actors, to_map @ along)
            self._map.color_mask = True, True, True, True

    def _survey(self, boxes: Doubles) -> None:
        """Sets the area that the map shows, and its cells in which there may be shade."""
        self._count = 0
        if not len(boxes):
            return
        middle = np.median((boxes[:, :2] + boxes[:, 2:]) / 2, axis=0)
        low = np.maximum(boxes[:, :2].min(axis=0), middle - FARTHEST_M)
        high = np.minimum(boxes[:, 2:].max(axis=0), middle + FARTHEST_M)
        # Not too fine, or shadows would be sharp, and a little larger: at the edge there is to be no shade.
        width = np.maximum(1.01 * (high - low) + 4 * PENUMBRA_M, PIXEL_M * self._texture.width)
        self._area = np.concatenate([(low + high - width) / 2, width])
        cells = _cells_touched((boxes - np.tile(self._area[:2], 2)) / np.tile(self._area[2:], 2))
        self._count = len(cells)
        self._cells.write(cells.astype(np.float32))

    def lay(self, below: ShadeMap | None = None) -> None:
        """Darkens the floor in the framebuffer in use, where nothing stands before it.

        Where the map ``below`` was laid before, the floor becomes as dark as the darker of both, no darker.
        """
        if not self._count:
            return
        gl = self._context
        under = below or self
        put(self._decal, "area", self._area)
        put(self._decal, "blur", PENUMBRA_M / self._area[2:])
        put(self._decal, "area_below", under._area)
        put(self._decal, "blur_below", PENUMBRA_M / under._area[2:])
        self._decal["is_first"] = below is None
        self._texture.use(0)
        under._texture.use(1)
        gl.enable_only(gl.BLEND | gl.DEPTH_TEST)
        gl.blend_func = gl.ZERO, gl.SRC_COLOR
        gl.fbo.depth_mask = False
        self._laid.render(gl.TRIANGLE_STRIP, vertices=4, instances=self._count)
        gl.fbo.depth_mask = True


def _boxes(actors: Sequence[Actor]) -> tuple[Doubles, Doubles]:
    """Lower and upper corners of boxes about actors, ``[N, 3]`` each."""
    if not actors:
        return np.zeros((0, 3)), np.zeros((0, 3))
    low, high = zip(*map(box_of, actors), strict=True)
    return np.stack(low), np.stack(high)


def _shadows(low: Doubles, high: Doubles, sun: Doubles) -> Doubles:
    """``[N, 4]`` x, y of the lower and upper corners of the shadows of boxes."""
    ends = [-np.maximum(z, 0.0)[:, None] * sun[:2] / sun[2] for z in (low[:, 2], high[:, 2])]
    return np.concatenate([low[:, :2] + np.minimum(*ends), high[:, :2] + np.maximum(*ends)], axis=1)


def _cells_touched(boxes: Doubles) -> Doubles:
    """``[N, 4]`` corners of the map's cells that any of ``boxes [M, 4]`` touches, all from 0 to 1."""
    touched = np.zeros((CELLS, CELLS), dtype=bool)
    edges = np.clip(np.floor(boxes * CELLS), 0, CELLS - 1).astype(int)
    for x0, y0, x1, y1 in edges.tolist():
        touched[x0 : x1 + 1, y0 : y1 + 1] = True
    x, y = np.nonzero(touched)
    return np.column_stack([x, y, x + 1, y + 1]) / CELLS


def _to_map(area: Doubles) -> Doubles:
    """``[4, 4]`` from the world, seen from above, to the clip space of a map of ``area``."""
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[1, 1] = 2 / area[2:]
    matrix[:2, 3] = -1 - 2 * area[:2] / area[2:]
    matrix[3, 3] = 1
    return matrix
