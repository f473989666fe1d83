"""Pieces of a figure, each a field or a mesh, put together: triangles, weights, shade, one height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.bodies import Body
from inference.simulation.rendering.clipping import Clipped, clipped, compacted, walls
from inference.simulation.rendering.fields import Field, Floats, Grid, common, slopes, surface
from inference.simulation.rendering.figures import Figure, Look, Part
from inference.simulation.rendering.skeleton import Bone, weights_of


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A solid of one part of a figure."""

    part: Part
    field: Field
    where: Grid
    cut: Field | None = None
    """What is left of the surface is where this is negative: clean edges."""
    depth: float = 0.03
    """Metres that the cloth's edges go inwards."""
    hem: float | None = None
    """It hangs between the legs below the hips, down to this height (m)."""
    rigid: Bone | None = None
    """Moves with this bone alone."""
    limbs: tuple[Field, Field] | None = None
    """Arms and trunk in these clothes, where the piece has arms: see :func:`skeleton.weights_of`."""
    covers: bool = True
    """Whatever lies well inside is not seen, and left out."""
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def solid(self) -> Field:
        """The field of what is left after the cut."""
        return self.field if self.cut is None else common([self.field, self.cut])


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Triangles of one part of a figure that are no solid's surface."""

    part: Part
    positions: Floats
    normals: Floats
    faces: NDArray[np.uint32]
    hem: float | None = None
    rigid: Bone | None = None
    limbs: tuple[Field, Field] | None = None
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Meshed:
    source: Piece | Sheet
    positions: Floats
    normals: Floats
    faces: NDArray[np.uint32]
    shade: float = 1.0


COVERED = 0.004
"""Metres under a surface from where on nothing shows."""
WALL_SHADE = 0.6
"""Light on the inner sides of sleeves, hems and collars."""
HEM_FROM = 0.5
"""Height (in body units) from where on skirts and coats move apart from what is under them."""


def assembled(
    body: Body, pieces: Sequence[Piece], sheets: Sequence[Sheet], looks: tuple[Look, ...], height: float
) -> Figure:
    """A figure of ``height`` metres from its pieces, which are scaled to it."""
    meshed = [mesh for piece in pieces for mesh in _meshed(piece, pieces, body)]
    meshed += [_Meshed(s, s.positions, s.normals, s.faces) for s in sheets]
    positions = np.concatenate([m.positions for m in meshed])
    normals = np.concatenate([m.normals for m in meshed])
    starts = np.cumsum([0, *(len(m.positions) for m in meshed[:-1])])
    weights = [_weights(m, body) for m in meshed]
    shade = _shade(positions, normals, pieces, body.unit)
    tint = np.concatenate(
        [np.tile(m.shade * np.array(m.source.tint, np.float32), (len(m.positions), 1)) for m in meshed]
    )
    scale = height / float(positions[:, 2].max())
    bone = np.concatenate([bone for bone, _ in weights])
    bags = np.concatenate([np.full(len(m.positions), m.source.part == Part.BAG) for m in meshed])
    arms = (bone[:, 0] >= Bone.CLAVICLE_LEFT) & (bone[:, 0] <= Bone.HAND_RIGHT)
    low = positions[(np.abs(positions[:, 2] - 0.54 * body.unit) < 0.05 * body.unit) & ~arms & ~bags]
    front = positions[(positions[:, 2] > 0.56 * body.unit) & (positions[:, 2] < 0.75 * body.unit)]
    front = front[np.abs(front[:, 1]) < 0.05 * body.unit]
    return Figure(
        height=height,
        positions=(positions * scale).astype(np.float32),
        normals=normals.astype(np.float32),
        faces=np.concatenate([m.faces + np.uint32(a) for m, a in zip(meshed, starts, strict=True)]),
        bone=bone,
        weight=np.concatenate([weight for _, weight in weights]),
        part=np.concatenate([np.full(len(m.positions), m.source.part, np.uint8) for m in meshed]),
        looks=looks,
        joints=(body.joints * scale).astype(np.float32),
        girth=float(np.abs(low[:, 1]).max(initial=0.1) * scale),
        belly=float(front[:, 0].max(initial=0.1) * scale),
        tint=np.power(tint * shade[:, None], 1 / 2.2).astype(np.float32),
    )


def _meshed(piece: Piece, pieces: Sequence[Piece], body: Body) -> list[_Meshed]:
    """What shows of a piece: its surface, and the walls of its edges."""
    points, faces = surface(piece.field, piece.where)
    rim = np.zeros((0, 2), dtype=np.uint32)
    if piece.cut is not None and len(faces):
        points, faces, rim = clipped(points, faces, piece.cut(*points.T))
    if not len(faces):
        return []
    hidden = _hidden(points, piece, pieces, body.unit)
    normals = slopes(piece.field, points)
    result = []
    if len(rim):
        rim = rim[~hidden[rim].all(axis=1)]
        places, facing, more = walls(Clipped(points, faces, rim), normals, piece.depth)
        result.append(_Meshed(piece, places, facing, more, WALL_SHADE))
    if piece.hem is not None:
        # Skirts and coat tails are open below: what is seen inside is their lining.
        low = faces[(points[faces, 2] < HEM_FROM * body.unit).all(axis=1)]
        inner, turned, which = compacted(points, low[:, ::-1])
        inner = (inner - 0.003 * normals[which]).astype(np.float32)
        result.append(_Meshed(piece, inner, -normals[which], turned, WALL_SHADE))
    shown, kept, which = compacted(points, faces[~hidden[faces].all(axis=1)])
    return [_Meshed(piece, shown, normals[which], kept), *result]


def _hidden(points: Floats, piece: Piece, pieces: Sequence[Piece], unit: float) -> NDArray[np.bool_]:
    """Which points of a piece are well inside another one."""
    hidden = np.zeros(len(points), dtype=bool)
    for other in pieces:
        if other is piece or not other.covers:
            continue
        near = _boxed(points, other.where)
        if other.hem is not None:
            near &= points[:, 2] > HEM_FROM * unit
        if near.any():
            hidden[near] |= other.solid(*points[near].T) < -COVERED
    return hidden


def _boxed(points: Floats, where: Grid) -> NDArray[np.bool_]:
    frame = np.eye(4) if where.frame is None else where.frame
    local = (points - frame[:3, 3]) @ frame[:3, :3]
    inside = np.ones(len(points), dtype=bool)
    for k, axis in enumerate((where.x, where.y, where.z)):
        inside &= (local[:, k] > axis[0]) & (local[:, k] < axis[-1])
    return inside


def _weights(mesh: _Meshed, body: Body) -> tuple[NDArray[np.uint8], Floats]:
    if mesh.source.rigid is not None:
        bone = np.zeros((len(mesh.positions), 4), dtype=np.uint8)
        bone[:, 0] = mesh.source.rigid
        weight = np.zeros((len(mesh.positions), 4), dtype=np.float32)
        weight[:, 0] = 1.0
        return bone, weight
    return weights_of(mesh.positions, body.build, body.joints, mesh.source.limbs, mesh.source.hem)


def _shade(positions: Floats, normals: Floats, pieces: Sequence[Piece], unit: float) -> Floats:
    """``[V]`` how much light from everywhere reaches the surface: what is close in front of it takes some.

    After Evans, "Fast approximations for global illumination on dynamic scenes" (2006).
    """
    taken = np.zeros(len(positions), dtype=np.float32)
    for distance, share in ((0.02 * unit, 0.45), (0.05 * unit, 0.32), (0.11 * unit, 0.22)):
        x, y, z = (positions + distance * normals).T
        free = np.full(len(positions), distance, dtype=np.float32)
        for piece in pieces:
            inside = _boxed(np.column_stack([x, y, z]), piece.where)
            if inside.any():
                free[inside] = np.minimum(free[inside], piece.solid(x[inside], y[inside], z[inside]))
        taken += share * np.clip((distance - free) / distance, 0.0, 1.3)
    return np.asarray(np.clip(1.0 - 0.62 * taken, 0.35, 1.0), dtype=np.float32)
