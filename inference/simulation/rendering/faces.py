"""The small things in a face: eyes, brows, mouth, glasses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.simulation.rendering.accessories import ribbon
from inference.simulation.rendering.assembly import Sheet
from inference.simulation.rendering.bodies import Body, head
from inference.simulation.rendering.fields import Vector
from inference.simulation.rendering.figures import Part
from inference.simulation.rendering.skeleton import Bone


@dataclass(frozen=True, slots=True)
class HeadFrame:
    """Lengths in heads from the head's middle."""

    x: float
    z: float
    h: float

    def at(self, x: float, y: float, z: float) -> Vector:
        """A point, in metres."""
        return (self.x + x * self.h, y * self.h, self.z + z * self.h)

    def size(self, x: float, y: float, z: float) -> Vector:
        """Lengths, in metres."""
        return (x * self.h, y * self.h, z * self.h)


def head_frame(body: Body) -> HeadFrame:
    """Where lengths in heads are measured from."""
    x, _, z = body.build.head_middle
    return HeadFrame(x, z, body.build.head)


def face_sheets(body: Body, lips: Vector, glasses: bool = False) -> list[Sheet]:
    """Eyes, brows and mouth, lying on the face, and ``glasses``. ``lips`` multiplies the skin's colour."""
    f, h = head_frame(body), body.build.head
    skull = head(body)

    def front(y: float, z: float) -> float:
        xs = np.linspace(f.x + 0.6 * h, f.x, 60, dtype=np.float32)
        inside = skull(xs, np.full(60, y * h, np.float32), np.full(60, f.z + z * h, np.float32)) < 0
        return float(xs[int(np.argmax(inside))] - f.x) / h

    sheets = []
    for side in (-1.0, 1.0):
        x = front(side * 0.15, 0.02)
        sheets.append(
            _bead(
                f.at(x - 0.005, side * 0.15, 0.02), f.size(0.03, 0.06, 0.032), Part.FEATURES, (0.5, 0.5, 0.5)
            )
        )
        x = front(side * 0.155, 0.11)
        sheets.append(_bead(f.at(x, side * 0.155, 0.11), f.size(0.03, 0.085, 0.02), Part.FEATURES))
    x = front(0.0, -0.235)
    sheets.append(_bead(f.at(x - 0.01, 0, -0.235), f.size(0.03, 0.1, 0.028), Part.SKIN, lips))
    if glasses:
        sheets += _glasses(f, front(0.15, 0.02), front(0.0, 0.06))
    return sheets


def _glasses(f: HeadFrame, eye: float, nose: float) -> list[Sheet]:
    """Frames around the eyes, a bridge, and temples back to the ears."""
    turn = np.linspace(0.0, 2 * np.pi, 11)
    sheets = []
    for side in (-1.0, 1.0):
        ring = np.column_stack(
            [np.full(11, eye + 0.045), side * 0.16 + 0.105 * np.cos(turn), 0.015 + 0.085 * np.sin(turn)]
        )
        temple = np.array([[eye + 0.045, 0.265, 0.04], [0.2, 0.345, 0.04], [-0.02, 0.36, 0.02]]) * (
            1,
            side,
            1,
        )
        front = np.tile(np.array([1.0, 0.0, 0.0], dtype=np.float32), (11, 1))
        beside = np.tile(np.array([0.0, side, 0.0], dtype=np.float32), (3, 1))
        for path, normals in ((ring, front), (temple, beside)):
            places = np.array([f.at(*point) for point in path.tolist()])
            sheets.append(ribbon(places, normals, 0.005, part=Part.FEATURES, rigid=Bone.HEAD))
    bridge = np.array([f.at(max(eye, nose) + 0.045, y, 0.04) for y in (-0.06, 0.0, 0.06)])
    ahead = np.tile(np.array([1.0, 0.0, 0.0], dtype=np.float32), (3, 1))
    return [*sheets, ribbon(bridge, ahead, 0.005, part=Part.FEATURES, rigid=Bone.HEAD)]


def _bead(middle: Vector, half: Vector, part: Part, tint: Vector = (1.0, 1.0, 1.0)) -> Sheet:
    """A small ellipsoid of few triangles that moves with the head."""
    across, around = 4, 7
    polar = np.linspace(0, np.pi, across)
    turn = np.arange(around) * (2 * np.pi / around)
    unit = np.stack(
        [
            np.sin(polar)[:, None] * np.cos(turn),
            np.sin(polar)[:, None] * np.sin(turn),
            np.broadcast_to(np.cos(polar)[:, None], (across, around)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    faces = []
    for i in range(across - 1):
        for j in range(around):
            a, b = i * around + j, i * around + (j + 1) % around
            c, d = a + around, b + around
            if i < across - 2:
                faces.append((a, c, d))
            if i > 0:
                faces.append((a, d, b))
    normals = unit / np.array(half)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Sheet(
        part,
        (unit * np.array(half) + np.array(middle)).astype(np.float32),
        normals.astype(np.float32),
        np.array(faces, dtype=np.uint32),
        rigid=Bone.HEAD,
        tint=tint,
    )
