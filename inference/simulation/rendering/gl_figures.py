"""People on the graphics side: uploaded once, moved by their bones in the vertex shader."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.figures import Figure, Part
from inference.simulation.rendering.gl_frame import linear, visible
from inference.simulation.rendering.gl_programs import put
from inference.simulation.rendering.scene import Actor

if TYPE_CHECKING:
    import moderngl

    from inference.simulation.rendering.gl_programs import Programs

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]

BONES = 24
KEPT = 128
"""So many figures stay uploaded; those not seen longest go first."""
SHADOW_CELL_M = 0.05
"""Shadows are cast by a body with details of this size."""
AROUND_JOINTS_M = 0.4
"""No part of a body is farther from all of its joints."""

VERTEX = np.dtype(
    [
        ("position", "<f4", 3),
        ("normal", "<f4", 3),
        ("tint", "u1", 4),
        ("weight", "<f4", 4),
        ("bone", "u1", 4),
        ("part", "u1", 4),
    ]
)
_NAMES = ("in_position", "in_normal", "in_tint", "in_weight", "in_bone", "in_part")


class Figures:
    """The figures seen last, and the drawing of actors."""

    def __init__(self, context: moderngl.Context, programs: Programs) -> None:
        self._context = context
        sizes = f"BONES {BONES}", f"PARTS {len(Part)}"
        self._lit = programs.get("figure_vertex", "figure_fragment", *sizes)
        self._shadow = programs.get("figure_vertex", "shadow_fragment", *sizes, "SHADOW")
        self._kept: OrderedDict[int, _Uploaded] = OrderedDict()

    def draw(self, actors: Sequence[Actor]) -> None:
        """Draws actors into the framebuffer in use."""
        for actor in actors:
            uploaded = self._uploaded(actor.figure)
            put(self._lit, "bones", bone_rows(actor))
            for name, values in uploaded.covering.items():
                put(self._lit, name, values)
            uploaded.lit.render()

    def draw_shadows(self, actors: Sequence[Actor], to_map: Doubles) -> None:
        """Draws what ``to_map``, ``[4, 4]`` from the world to clip space, makes of actors, in one colour."""
        put(self._shadow, "to_map", to_map)
        for actor in actors:
            put(self._shadow, "bones", bone_rows(actor))
            self._uploaded(actor.figure).shadow.render()

    def soles(self, actor: Actor) -> Doubles:
        """``[N, 6]`` x, y, z of each sole's middle in the world, its half length and width, heading."""
        rows = []
        for middle, half, bone in self._uploaded(actor.figure).soles:
            matrix = np.asarray(actor.bones[bone], dtype=np.float64)
            place = matrix[:3, :3] @ middle + matrix[:3, 3]
            rows.append([*place, *half, np.arctan2(matrix[1, 0], matrix[0, 0])])
        return np.array(rows).reshape(-1, 6)

    def _uploaded(self, figure: Figure) -> _Uploaded:
        key = id(figure)  # not given to another figure while this one is kept
        if key not in self._kept:
            self._kept[key] = _Uploaded(self._context, (self._lit, self._shadow), figure)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


class _Uploaded:
    """One figure's buffers, and what the shaders are told about it."""

    def __init__(
        self, context: moderngl.Context, programs: tuple[moderngl.Program, moderngl.Program], figure: Figure
    ) -> None:
        self.figure = figure
        vertices = np.zeros(len(figure.positions), dtype=VERTEX)
        vertices["position"] = figure.positions
        vertices["normal"] = figure.normals
        tint = np.ones((len(vertices), 3)) if figure.tint is None else linear(figure.tint)
        vertices["tint"][:, :3] = np.rint(255 * np.sqrt(tint.clip(0, 1)))
        vertices["weight"] = figure.weight
        vertices["bone"] = figure.bone
        vertices["part"][:, 0] = figure.part
        buffer = context.buffer(vertices)
        faces = context.buffer(np.ascontiguousarray(figure.faces, dtype=np.uint32))
        self.lit = context.vertex_array(programs[0], [(buffer, "3f4 3f4 4f1 4f4 4u1 4u1", *_NAMES)], faces)
        self.shadow = context.vertex_array(
            programs[1],
            [(buffer, "3f4 16x1 4f4 4u1 4x1", *_NAMES[:1], *_NAMES[3:5])],
            context.buffer(_coarse_faces(figure)),
        )
        self.covering = _covering(figure)
        self.soles = _soles(figure)


def _coarse_faces(figure: Figure) -> NDArray[np.uint32]:
    """``[F, 3]`` far fewer triangles with the same outline: one vertex for all that lie in a cell together.

    Vertices of different bones stay apart, so that legs and arms do.
    """
    main = figure.bone[np.arange(len(figure.bone)), figure.weight.argmax(axis=1)]
    x, y, z = np.floor(figure.positions / SHADOW_CELL_M).astype(np.int64).T + 512
    _, firsts, owners = np.unique(
        ((x * 1024 + y) * 1024 + z) * 256 + main, return_index=True, return_inverse=True
    )
    faces = np.sort(firsts[owners][figure.faces], axis=1)
    faces = faces[(faces[:, 0] < faces[:, 1]) & (faces[:, 1] < faces[:, 2])]
    _, kept = np.unique((faces[:, 0] << 42) + (faces[:, 1] << 21) + faces[:, 2], return_index=True)
    return np.ascontiguousarray(faces[kept], dtype=np.uint32)


def _covering(figure: Figure) -> dict[str, Floats]:
    """The uniforms of figure_vertex.glsl that say how each part looks."""
    looks, seconds, layouts = (np.zeros((len(Part), 4), dtype=np.float32) for _ in range(3))
    for part, look in enumerate(figure.looks):
        looks[part] = *linear(look.colour), look.gloss
        seconds[part] = *linear(look.second), 1 / max(look.scale, 1e-3)
        heights = figure.positions[figure.part == part, 2]
        if len(heights):
            layouts[part, :3] = look.pattern, heights.min(), heights.max()
    return {"looks": looks, "seconds": seconds, "layouts": layouts}


def _soles(figure: Figure) -> list[tuple[Doubles, Doubles, int]]:
    """Middle, half length and width, and bone, of what each foot stands on."""
    low = figure.positions[:, 2] < figure.positions[:, 2].min() + 0.03
    soles = []
    for side in (figure.positions[:, 1] > 0, figure.positions[:, 1] <= 0):
        foot = np.flatnonzero(low & side)
        if not len(foot):
            continue
        places = figure.positions[foot].astype(np.float64)
        lowest, highest = places.min(axis=0), places.max(axis=0)
        shares = np.bincount(figure.bone[foot].ravel(), weights=figure.weight[foot].ravel())
        soles.append(((lowest + highest) / 2, (highest - lowest)[:2] / 2, int(shares.argmax())))
    return soles


def bone_rows(actor: Actor) -> Floats:
    """``[3 * BONES, 4]`` upper three rows of each bone's matrix. Raises ``ValueError`` for too many bones."""
    bones = np.asarray(actor.bones, dtype=np.float32)
    if bones.ndim != 3 or bones.shape[1:] != (4, 4) or len(bones) > BONES:
        raise ValueError(f"bones {bones.shape}: at most {BONES} matrices of 4 x 4")
    rows = np.zeros((BONES, 3, 4), dtype=np.float32)
    rows[: len(bones)] = bones[:, :3]
    return rows.reshape(-1, 4)


def in_view(clip: Doubles, actors: Sequence[Actor], around: float = 0.0) -> tuple[Actor, ...]:
    """Actors of whom something may be in the picture, or within ``around`` metres of it."""
    if not actors:
        return ()
    low, high = (np.stack(corners) for corners in zip(*map(box_of, actors), strict=True))
    seen = visible(clip, (low + high) / 2, (high - low) / 2 + around)
    return tuple(actor for actor, is_seen in zip(actors, seen.tolist(), strict=True) if is_seen)


def box_of(actor: Actor) -> tuple[Doubles, Doubles]:
    """Corners of a box with world axes about the whole actor, metres."""
    places = joints_of(actor)
    return places.min(axis=0) - AROUND_JOINTS_M, places.max(axis=0) + AROUND_JOINTS_M


def joints_of(actor: Actor) -> Doubles:
    """``[B, 3]`` where the joints are in the world."""
    joints = np.asarray(actor.figure.joints, dtype=np.float64)
    bones = np.asarray(actor.bones, dtype=np.float64)[: len(joints)]
    turned = (bones[:, :3, :3] @ joints[: len(bones), :, None])[..., 0]
    return np.asarray(turned + bones[:, :3, 3])
