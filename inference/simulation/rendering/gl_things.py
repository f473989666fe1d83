"""Things that are not people, in one buffer: what of them is seen is drawn in a few draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.gl_bake import Baked, Kind
from inference.simulation.rendering.gl_frame import visible
from inference.simulation.rendering.gl_programs import put

if TYPE_CHECKING:
    import moderngl

    from inference.simulation.rendering.gl_pictures import Pictures
    from inference.simulation.rendering.gl_programs import Programs

Doubles = NDArray[np.float64]

ROOM_M = 5.0
"""Longer than this both ways are floors, ceilings and houses."""
WALL_M = 6.0
"""Under a roof, what is longer is a wall, a rail or a row of lamps."""
HANGING_M = 1.2
"""Under a roof, what is wholly higher hangs from it."""
SMALL_M = 0.35
"""What is smaller casts no shadow that is missed."""

_ATTRIBUTES = (
    ("in_position", "3f4", "12x1"),
    ("in_normal", "3f4", "12x1"),
    ("in_uv", "2f4", "8x1"),
    ("in_colour", "4f1", "4x1"),
    ("in_finish", "4f1", "4x1"),
)
"""Name and format of the columns of gl_bake.VERTEX, and padding for a program that does not read them."""


class Draw(NamedTuple):
    """Triangles of one kind: ``length`` indices from ``start`` on."""

    kind: Kind
    start: int
    length: int


class Things:
    """Baked things on the graphics side."""

    def __init__(self, context: moderngl.Context, programs: Programs, pieces: Sequence[Baked]) -> None:
        self._context = context
        self._programs = programs
        pieces = [piece for piece in pieces if len(piece.faces)]
        self._kinds = list(dict.fromkeys(piece.kind for piece in pieces))
        self._arrays: dict[tuple[str, ...], moderngl.VertexArray] = {}
        self._prepared: tuple[bytes, tuple[Draw, ...]] = (b"", ())
        self._faces = np.zeros((0, 3), dtype=np.uint32)
        self.casters: tuple[Doubles, Doubles] = (np.zeros((0, 3)), np.zeros((0, 3)))
        """``[N, 3]`` each: lower and upper corners of what casts a shadow, metres."""
        self._casting = self._faces
        if pieces:
            self._gather(pieces)
            self._vertices = context.buffer(np.concatenate([piece.vertices for piece in pieces]))
            self._indices = context.buffer(reserve=self._faces.nbytes, dynamic=True)

    def _gather(self, pieces: Sequence[Baked]) -> None:
        vertices = np.cumsum([0, *(len(piece.vertices) for piece in pieces[:-1])])
        starts = np.cumsum([0, *(len(piece.faces) for piece in pieces[:-1])])
        faces = [piece.faces + np.uint32(a) for piece, a in zip(pieces, vertices, strict=True)]
        chunks = [piece.chunks() for piece in pieces]
        self._faces = np.concatenate(faces)
        numbers = {kind: number for number, kind in enumerate(self._kinds)}
        self._owners = np.repeat([numbers[piece.kind] for piece in pieces], [len(c[0]) for c in chunks])
        self._runs = np.concatenate([c[0] + np.array([a, 0]) for c, a in zip(chunks, starts, strict=True)])
        low, high = (np.concatenate([c[i] for c in chunks]) for i in (1, 2))
        self._centres, self._halves = (low + high) / 2, (high - low) / 2
        roofed = any(_is_room(piece.low, piece.high).any() for piece in pieces)
        casting = [_casts(piece, roofed) for piece in pieces]
        self.casters = (
            np.concatenate([piece.low[casts] for piece, casts in zip(pieces, casting, strict=True)]),
            np.concatenate([piece.high[casts] for piece, casts in zip(pieces, casting, strict=True)]),
        )
        self._casting = np.concatenate(
            [
                some.reshape(len(casts), -1, 3)[casts].reshape(-1, 3)
                for some, casts in zip(faces, casting, strict=True)
            ]
        )

    def prepare(self, clip: Doubles, eye: Doubles) -> tuple[Draw, ...]:
        """What to draw for a view: first what is opaque, then glass from far to near.

        Chunks outside the picture are left out. Near ones come first, so that what they hide is not shaded;
        walls and floors, which reach far, come last.
        """
        key = clip.tobytes()
        if self._prepared[0] == key or not len(self._faces):
            return self._prepared[1]
        seen = np.flatnonzero(visible(clip, self._centres, self._halves))
        away = np.linalg.norm(self._centres[seen] - eye, axis=1)
        reach = away + np.linalg.norm(self._halves[seen], axis=1)
        glass = np.array([kind.glass for kind in self._kinds])[self._owners[seen]]
        opaque = seen[~glass][np.argsort(reach[~glass], kind="stable")]
        kinds = self._owners[opaque]
        _, firsts = np.unique(kinds, return_index=True)
        groups = [opaque[kinds == kinds[first]] for first in np.sort(firsts)]
        behind = seen[glass][np.argsort(-away[glass], kind="stable")]
        changes = np.flatnonzero(np.diff(self._owners[behind])) + 1
        groups += [group for group in np.split(behind, changes) if len(group)]
        self._prepared = key, self._listed(groups)
        return self._prepared[1]

    def _listed(self, groups: Sequence[NDArray[np.intp]]) -> tuple[Draw, ...]:
        """A draw for each group of chunks of one kind; their indices are written."""
        draws, parts, start = [], [], 0
        for group in groups:
            runs = self._runs[group]
            parts += [self._faces[a : a + n] for a, n in runs.tolist()]
            length = 3 * int(runs[:, 1].sum())
            draws.append(Draw(self._kinds[int(self._owners[group[0]])], start, length))
            start += length
        if parts:
            self._indices.write(np.concatenate(parts))
        return tuple(draws)

    def draw(self, draws: Sequence[Draw], pictures: Pictures) -> None:
        """Draws what :meth:`prepare` returned last, or a part of it, into the framebuffer in use."""
        for kind, start, length in draws:
            if kind.picture is not None:
                pictures.use(kind.picture)
            if kind.defines not in self._arrays:
                program = self._programs.get("stage_vertex", "stage_fragment", *kind.defines)
                self._arrays[kind.defines] = self._array(program, self._indices)
            self._arrays[kind.defines].render(vertices=length, first=start)

    def draw_shadows(self, to_map: Doubles) -> None:
        """Draws what ``to_map``, ``[4, 4]`` from the world to clip space, makes of :attr:`casters`."""
        if len(self._casting):
            program = self._programs.get("shadow_vertex", "shadow_fragment")
            put(program, "to_map", to_map)
            self._array(program, self._context.buffer(self._casting)).render()

    def _array(self, program: moderngl.Program, indices: moderngl.Buffer) -> moderngl.VertexArray:
        read = [name for name, _, _ in _ATTRIBUTES if name in program]
        layout = " ".join(form if name in read else padding for name, form, padding in _ATTRIBUTES)
        return self._context.vertex_array(program, [(self._vertices, layout, *read)], indices)


def _is_room(low: Doubles, high: Doubles) -> NDArray[np.bool_]:
    """``[N]`` whether something is as large as a room and over people's heads: a ceiling."""
    return np.asarray(((high - low)[:, :2].min(axis=1) > ROOM_M) & (low[:, 2] > 1.8))


def _casts(piece: Baked, roofed: bool) -> NDArray[np.bool_]:
    """``[N]`` which instances cast a shadow on the floor."""
    size = piece.high - piece.low
    casts = (size[:, :2].min(axis=1) < ROOM_M) & (size.max(axis=1) > SMALL_M) & (piece.high[:, 2] > 0.1)
    if roofed:
        casts &= (piece.low[:, 2] < HANGING_M) & (size[:, :2].max(axis=1) < WALL_M)
    return np.asarray(casts & (not piece.kind.glass))
