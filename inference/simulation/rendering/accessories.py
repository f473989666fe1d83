"""What is worn over clothes or carried: straps, backpacks, bags, aprons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.assembly import Piece, Sheet
from inference.simulation.rendering.bodies import Body
from inference.simulation.rendering.fields import (
    Field,
    Floats,
    Vector,
    box,
    common,
    ellipsoid,
    grid,
    slopes,
    union,
)
from inference.simulation.rendering.figures import Part
from inference.simulation.rendering.garments import Top, beside, draped
from inference.simulation.rendering.skeleton import Bone

Doubles = NDArray[np.float64]


def cast(field: Field, outside: Doubles, inside: Doubles) -> Doubles:
    """Where the ways from points ``outside [n, 3]`` to points ``inside [n, 3]`` meet a field's surface."""
    shares = np.linspace(0.0, 1.0, 65)
    at = (outside[:, None] + shares[:, None] * (inside - outside)[:, None]).astype(np.float32)
    values = field(at[..., 0].ravel(), at[..., 1].ravel(), at[..., 2].ravel()).reshape(at.shape[:2])
    hit = np.argmax(values < 0, axis=1)
    hit = np.where((values < 0).any(axis=1), np.maximum(hit, 1), len(shares) - 1)
    rows = np.arange(len(at))
    before, after = values[rows, hit - 1], values[rows, hit]
    share = np.clip(before / np.maximum(before - after, 1e-6), 0.0, 1.0)
    return np.asarray(at[rows, hit - 1] + share[:, None] * (at[rows, hit] - at[rows, hit - 1]))


def ribbon(
    path: Doubles, normals: Floats, width: float, *, part: Part = Part.BAG, rigid: Bone | None = None
) -> Sheet:
    """A flat strap along ``path [n, 3]`` on a surface with these normals ``[n, 3]``. Metres."""
    thick = 0.25 * width if rigid is not None else 0.006
    along = np.gradient(path, axis=0)
    across = np.cross(normals, along)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    edges = [-0.5 * width * across, 0.5 * width * across]
    lines = [
        path + edges[0] + 0.0 * normals,
        path + 0.8 * edges[0] + thick * normals,
        path + 0.8 * edges[1] + thick * normals,
        path + edges[1] + 0.0 * normals,
    ]
    count = len(path)
    positions = np.concatenate(lines)
    outward = np.concatenate([normals - across, normals, normals, normals + across])
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    faces = []
    for strip in range(3):
        for k in range(count - 1):
            a, b = strip * count + k, (strip + 1) * count + k
            faces += [(a, a + 1, b + 1), (a, b + 1, b)]
    return Sheet(
        part,
        positions.astype(np.float32),
        outward.astype(np.float32),
        _outwards(positions, outward, np.array(faces, dtype=np.uint32)),
        rigid=rigid,
    )


def _outwards(positions: Doubles, normals: Doubles, faces: NDArray[np.uint32]) -> NDArray[np.uint32]:
    a, b, c = (positions[faces[:, k]] for k in range(3))
    wrong = np.einsum("fi,fi->f", np.cross(b - a, c - a), normals[faces].sum(axis=1)) < 0
    return np.where(wrong[:, None], faces[:, ::-1], faces)


def strap_across(body: Body, worn: Field, right: bool, width: float) -> Sheet:
    """A strap from one shoulder over chest and back to the other hip (the right one with ``right``)."""
    u, side = body.unit, -1.0 if right else 1.0
    turn = np.linspace(0.0, 2 * np.pi, 37)
    up, down = np.array([0.0, -side * 0.052, 0.16]) * u, np.array([0.0, side * 0.13, -0.15]) * u
    c = np.cos(turn)[:, None]
    ways = 0.12 * u * np.sin(turn)[:, None] * np.array([1.0, 0.0, 0.0])
    ways = ways + 0.5 * (c * (up - down) + c * c * (up + down))
    middle = np.tile(np.array([-0.012, 0.0, 0.665]) * u, (len(turn), 1))
    path = cast(worn, middle + 2.0 * ways, middle)
    return ribbon(path, slopes(worn, path.astype(np.float32)), width)


def shoulder_bag(body: Body, worn: Field, right: bool, size: Vector) -> tuple[Piece, Sheet]:
    """A bag at the hip on a strap across. ``size``: depth, breadth, height in metres."""
    u, side = body.unit, -1.0 if right else 1.0
    hip = cast(
        worn, np.array([[-0.045 * u, side * 0.4 * u, 0.5 * u]]), np.array([[-0.045 * u, 0.0, 0.5 * u]])
    )[0]
    half = (size[1] / 2, size[0] / 2, size[2] / 2)
    middle = (-0.045 * u, float(hip[1]) + side * 0.8 * half[1], 0.5 * u - 0.3 * half[2])
    return _bag(middle, half, Bone.PELVIS), strap_across(body, worn, right, 0.03)


def _bag(middle: Vector, half: Vector, bone: Bone) -> Piece:
    room = [h + 0.01 for h in half]
    where = grid(
        (middle[0] - room[0], middle[1] - room[1], middle[2] - room[2]),
        (middle[0] + room[0], middle[1] + room[1], middle[2] + room[2]),
        (max(0.02, half[0] / 3), max(0.02, half[1] / 3), max(0.02, half[2] / 3)),
    )
    return Piece(Part.BAG, box(middle, half, 0.45 * min(half)), where, rigid=bone, covers=False)


def hand_bag(body: Body, size: Vector) -> tuple[Piece, Sheet]:
    """A bag that hangs from the left hand by a loop. ``size``: depth, breadth, height in metres."""
    grip = np.array(body.joint(Bone.CARRIED))
    half = (size[1] / 2, size[0] / 2, size[2] / 2)
    top = float(grip[2]) - 0.13
    middle = (float(grip[0]), float(grip[1]), top - half[2])
    turn = np.linspace(0.0, np.pi, 11)
    reach = 0.55 * half[0]
    path = grip + np.column_stack([reach * np.cos(turn), np.zeros(11), 0.14 * np.sin(turn) ** 0.7 - 0.14])
    normals = np.column_stack([np.cos(turn), np.zeros(11), np.sin(turn)]).astype(np.float32)
    return _bag(middle, half, Bone.CARRIED), ribbon(path, normals, 0.03, rigid=Bone.CARRIED)


def backpack(body: Body, worn: Field, size: Vector) -> tuple[list[Piece], list[Sheet]]:
    """A backpack with both straps. ``size``: depth, breadth, height in metres."""
    u = body.unit
    half = (size[0] / 2, size[1] / 2, size[2] / 2)
    high = 0.795 * u - half[2]
    back = cast(worn, np.array([[-0.5 * u, 0.0, high]]), np.array([[0.0, 0.0, high]]))[0]
    middle = (float(back[0]) - 0.8 * half[0], 0.0, high)
    body_, pocket = (
        box(middle, half, 0.6 * half[0]),
        ellipsoid(
            (middle[0] - 0.8 * half[0], 0.0, middle[2] - 0.4 * half[2]),
            (0.5 * half[0], 0.75 * half[1], 0.42 * half[2]),
        ),
    )
    where = grid(
        (middle[0] - 1.5 * half[0], -half[1] - 0.01, high - half[2] - 0.01),
        (middle[0] + half[0] + 0.01, half[1] + 0.01, high + half[2] + 0.01),
        (0.026, 0.032, 0.035),
    )
    straps = []
    for side in (-1.0, 1.0):
        turn = np.linspace(np.radians(150), np.radians(-25), 17)
        centre = np.array([-0.015 * u, side * 0.072 * u, 0.755 * u])
        aside = side * 0.02 * u * np.clip(-np.sin(turn) + 0.4, 0.0, 1.0)
        ways = np.column_stack([np.cos(turn), aside / u, np.sin(turn)]) * 0.3 * u
        path = cast(worn, centre + ways, np.tile(centre, (len(turn), 1)))
        straps.append(ribbon(path, slopes(worn, path.astype(np.float32)), 0.05))
    return [Piece(Part.BAG, union([body_, pocket], 0.02), where, rigid=Bone.CHEST, covers=False)], straps


def apron(body: Body, worn: Sequence[Field], top: float, bottom: float, broad: float) -> list[Sheet]:
    """An apron with its band; heights ``top`` and ``bottom`` and half its breadth ``broad`` in body units."""
    u = body.unit
    hanging = draped(body, Top(hem=min(bottom, 0.45), ease=0.012, fitted=0.1))
    # Without the arms, which hang beside it.
    field = union([common([union(worn), beside(0.165 * u)]), hanging])
    rows, columns = 20, 11
    z = np.linspace(top * u, bottom * u, rows)
    narrow = np.clip((z / u - 0.63) / max(top - 0.63, 0.05), 0.0, 1.0)
    half = broad * u * (1.0 - (1.0 - 0.55) * narrow**0.8)
    # Along the cloth, not across: it goes around the belly.
    angle = np.linspace(-1.0, 1.0, columns)
    inside = np.zeros((rows, columns, 3))
    inside[..., 2] = z[:, None]
    outside = inside.copy()
    outside[..., 0] = 0.5 * u
    outside[..., 1] = angle * half[:, None]
    inside[..., 1] = 0.75 * angle * half[:, None]
    path = cast(field, outside.reshape(-1, 3), inside.reshape(-1, 3))
    normals = slopes(field, path.astype(np.float32), 0.015)
    path += 0.008 * u * normals
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    faces = np.concatenate(
        [np.stack([a, c, b], axis=-1).reshape(-1, 3), np.stack([b, c, d], axis=-1).reshape(-1, 3)]
    ).astype(np.uint32)
    faces = _outwards(path, np.asarray(normals, np.float64), faces)
    count = np.uint32(len(path))
    cloth = Sheet(
        Part.OUTER,
        np.concatenate([path, path - 0.004 * u * normals]).astype(np.float32),
        np.concatenate([normals, -normals]).astype(np.float32),
        np.concatenate([faces, faces[:, ::-1] + count]),
        hem=bottom * u if bottom < 0.46 else None,
    )
    return [cloth, _waist_band(body, field)]


def _waist_band(body: Body, worn: Field) -> Sheet:
    u = body.unit
    turn = np.linspace(0.0, 2 * np.pi, 25)
    middle = np.tile(np.array([-0.005, 0.0, 0.605]) * u, (len(turn), 1))
    ways = np.column_stack([np.cos(turn), np.sin(turn), np.zeros(25)]) * 0.178 * u
    path = cast(worn, middle + ways, middle)
    return ribbon(path, slopes(worn, path.astype(np.float32)), 0.03, part=Part.OUTER)
