"""Kinds of packages: how large they are for what is in them, and their triangles.

A package stands upright in its own frame: the middle of its base at the origin, z up, its front towards +x.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from inference.simulation.rendering.curves import curved, in_one_colour, triangle
from inference.simulation.rendering.labels import CONTENT, FRONT, PALE, SIDE, TOP, TRIM, WRAP
from inference.simulation.rendering.mesh import Mesh, merged
from inference.simulation.rendering.solids import Rect, box, quads, sheet, turned

Size = tuple[float, float, float]
"""Depth (x), width (y) and height (z), metres."""
STRIP: Rect = (0.5, 0.42, 0.75, 0.62)
"""A level strip of small print, for the narrow faces of flat packages."""
FACING: dict[str, Rect] = {"front": FRONT, "back": FRONT, "left": SIDE, "right": SIDE, "top": TOP}
LYING: dict[str, Rect] = {"top": FRONT, "front": STRIP, "back": STRIP, "left": STRIP, "right": STRIP}
ROUND, COARSE = 10, 6
"""Sides of a round package, and of one that stands behind others."""


class Kind(NamedTuple):
    """A kind of package."""

    amount: float
    """What a package of ``size`` holds, in g or ml."""
    size: Size
    build: Callable[[Size, int], Mesh]
    """Triangles for a size, and for how many sides round parts have."""
    gloss: float = 0.3
    label: Rect | None = None
    """The printed part of a round package's wrap; None: the package has flat faces."""
    lying: bool = False
    """Seen from above: the print is on the top face."""
    levels: int = 1
    """How many are stacked at most."""
    bare: bool = False
    """Goods without a package."""
    coarse: bool = True
    """Whether a plain box does for one that stands behind others."""

    def sized(self, amount: float) -> Size:
        """Proportions stay; the volume follows the amount, within what is plausible for the kind."""
        factor = float(np.clip(amount / self.amount, 0.25, 3.5)) ** (1 / 3)
        depth, width, height = (round(side * factor, 4) for side in self.size)
        return (depth, width, height)

    def mesh(self, size: Size) -> Mesh:
        """A unit as it is seen from near."""
        return self.build(size, ROUND)

    def plain(self, size: Size) -> Mesh:
        """A unit behind others: fewer triangles, the same colours and bounds."""
        if self.label is not None or not self.coarse:
            return self.build(size, COARSE)
        return _parcel(size, LYING if self.lying else FACING)


def _parcel(size: Size, parts: dict[str, Rect]) -> Mesh:
    depth, width, height = size
    low, high = (-depth / 2, -width / 2, 0.0), (depth / 2, width / 2, height)
    return box(low, high, parts={**parts, "bottom": CONTENT})


def _carton(size: Size, _: int) -> Mesh:
    return _parcel(size, FACING)


def _flat_pack(size: Size, _: int) -> Mesh:
    return _parcel(size, LYING)


def _lathe(
    size: Size, sides: int, rows: list[tuple[float, float]], part: Rect = WRAP, *, closed: bool = False
) -> Mesh:
    """Rows of (radius, z) as shares of the size. A coarse one keeps its bounds: sides are set square."""
    radius, height = min(size[:2]) / 2, size[2]
    profile = [(r * radius, z * height, 1.0 - z) for r, z in rows]
    if closed:
        top = profile[-1]
        profile += [top, (0.0, top[1], top[2])]
    return turned(np.array(profile), sides, part)


def _lid(size: Size, sides: int, radius: float, z: float, part: Rect = TOP) -> Mesh:
    """A level disc that shows a part of the picture, upright from the front."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    u0, v0, u1, v1 = part
    uv = np.column_stack(
        [u0 + (u1 - u0) * (0.5 + 0.5 * ring[:, 1]), v0 + (v1 - v0) * (0.5 + 0.5 * ring[:, 0])]
    )
    corners = np.column_stack([ring * radius * min(size[:2]) / 2, np.full(sides, z * size[2])])
    faces = [(0, n, n + 1) for n in range(1, sides - 1)]
    return Mesh(
        corners.astype(np.float32),
        np.tile(np.array([[0, 0, 1]], dtype=np.float32), (sides, 1)),
        uv.astype(np.float32),
        np.array(faces, dtype=np.uint32),
    )


def _bottle(size: Size, sides: int) -> Mesh:
    body = _lathe(size, sides, [(0.9, 0.0), (1.0, 0.03), (1.0, 0.62), (0.42, 0.88), (0.36, 0.93)])
    return merged([body, _lathe(size, sides, [(0.42, 0.92), (0.42, 1.0)], TRIM, closed=True)])


def _wine(size: Size, sides: int) -> Mesh:
    body = _lathe(size, sides, [(1.0, 0.0), (1.0, 0.6), (0.42, 0.76), (0.38, 0.84)])
    return merged([body, _lathe(size, sides, [(0.4, 0.83), (0.4, 1.0)], TRIM, closed=True)])


def _can(size: Size, sides: int) -> Mesh:
    body = _lathe(size, sides, [(0.86, 0.0), (1.0, 0.05), (1.0, 0.92), (0.86, 1.0)])
    return merged([body, _lid(size, sides, 0.86, 1.0, PALE)])


def _tin(size: Size, sides: int) -> Mesh:
    return merged([_lathe(size, sides, [(1.0, 0.0), (1.0, 1.0)]), _lid(size, sides, 1.0, 1.0, PALE)])


def _jar(size: Size, sides: int) -> Mesh:
    body = _lathe(size, sides, [(0.94, 0.0), (1.0, 0.05), (1.0, 0.72), (0.84, 0.83)])
    return merged([body, _lathe(size, sides, [(0.9, 0.81), (0.9, 1.0)], TRIM, closed=True)])


def _cup(size: Size, sides: int) -> Mesh:
    body = _lathe(size, sides, [(0.76, 0.0), (0.95, 0.96), (1.0, 1.0)])
    return merged([body, _lid(size, sides, 1.0, 1.0)])


def _tub(size: Size, sides: int) -> Mesh:
    body = _lathe(size, sides, [(0.84, 0.0), (0.96, 0.84)])
    rim = _lathe(size, sides, [(1.0, 0.82), (1.0, 1.0)], TRIM)
    return merged([body, rim, _lid(size, sides, 1.0, 1.0)])


def _bowl(size: Size, sides: int) -> Mesh:
    body = _lathe(size, sides, [(0.7, 0.0), (0.98, 0.6), (1.0, 0.66), (0.84, 1.0)])
    return merged([body, _lid(size, sides, 0.84, 1.0)])


def _shaker(size: Size, sides: int) -> Mesh:
    """A card drum with a plastic lid."""
    body = _lathe(size, sides, [(1.0, 0.0), (1.0, 0.93)])
    return merged([body, _lathe(size, sides, [(1.0, 0.92), (1.0, 1.0)], TRIM, closed=True)])


def _gable(size: Size, roof: float, cap: bool) -> Mesh:
    """A carton that is folded to a ridge along y above ``roof`` of its height."""
    depth, width, height = size
    x, y, eaves, ridge = depth / 2, width / 2, roof * height, 0.94 * height
    above: Rect = (FRONT[0], 0.0, FRONT[2], 1.0 - roof)
    below: Rect = (FRONT[0], 1.0 - roof, FRONT[2], 1.0)
    meshes = [
        box((-x, -y, 0.0), (x, y, eaves), without=("top",), parts={**FACING, "front": below, "back": below}),
        sheet((x, -y, eaves), (x, y, eaves), (0.0, y, ridge), (0.0, -y, ridge), above),
        sheet((-x, y, eaves), (-x, -y, eaves), (0.0, -y, ridge), (0.0, y, ridge), above),
        box((-0.004, -y, ridge), (0.004, y, height), without=("bottom",), parts=dict.fromkeys(FACING, TRIM)),
    ]
    for side in (-1.0, 1.0):
        a, b, c = (x * side, y * side, eaves), (-x * side, y * side, eaves), (0.0, y * side, ridge)
        meshes.append(triangle((a, b, c), CONTENT))
    if cap:
        z = 0.5 * (eaves + ridge)
        lid = box(
            (0.1 * x, -0.22 * y, z - 0.012), (0.72 * x, 0.22 * y, z + 0.016), without=("bottom", "back")
        )
        meshes.append(in_one_colour(lid, TRIM))
    return merged(meshes)


def _gable_carton(size: Size, _: int) -> Mesh:
    return _gable(size, 0.8, cap=True)


def _brick(size: Size, _: int) -> Mesh:
    return _gable(size, 0.84, cap=False)


def _pillow(size: Size, sides: int) -> Mesh:
    """A filled bag between two seals: thick in the middle, thin at its edges."""
    depth, width, height = size
    columns, rows = (4, 5) if sides > COARSE else (2, 4)
    across, up = np.linspace(-1, 1, columns + 1), np.linspace(-1, 1, rows + 1)
    y, z = np.meshgrid(across, up)
    # The seals stay flat; the belly is fuller below, where the contents settle.
    belly = (1 - z**2) ** 0.5 * (1 - 0.12 * z) * (1 - np.abs(y) ** 3) + 0.04
    belly *= 1.0 + 0.05 * np.sin(5.0 * y + 3.0 * z)
    x = depth / 2 * belly / belly.max()
    wide = y * width / 2 * (1 - 0.07 * (1 - z**2))
    tall = (z + 1) / 2 * height
    front = curved(np.dstack([x, wide, tall]), FRONT)
    back = curved(np.dstack([-x, wide, tall])[:, ::-1], FRONT)
    return merged([front, back])


def _wedge(size: Size, _: int) -> Mesh:
    """A sandwich in its triangular pack: the label on the slanted face, the filling seen from both sides."""
    depth, width, height = size
    x, y = depth / 2, width / 2
    return merged(
        [
            sheet((x, -y, 0), (x, y, 0), (-x, y, height), (-x, -y, height), FRONT),
            quads(
                np.array([[[-x, y, 0], [-x, -y, 0], [-x, -y, height], [-x, y, height]]]),
                np.array([[[0.5, 1], [0.75, 1], [0.75, 0], [0.5, 0]]]),
            ),
            triangle(((x, y, 0), (-x, y, 0), (-x, y, height)), CONTENT),
            triangle(((-x, -y, 0), (x, -y, 0), (-x, -y, height)), CONTENT),
        ]
    )


def _loaf(size: Size, _: int) -> Mesh:
    """Sliced bread in a bag: rounded along its length, the bag's end gathered at one side."""
    depth, width, height = size
    outline = np.array(
        [(0.5, 0), (0.5, 0.62), (0.38, 0.92), (0.15, 1), (-0.15, 1), (-0.38, 0.92), (-0.5, 0.62), (-0.5, 0)]
    ) * [depth, height]
    y0, y1 = -width / 2, width * 0.36
    meshes = []
    for (ax, az), (bx, bz) in itertools.pairwise(outline):
        v0, v1 = 1 - bz / height * 0.9, 1 - az / height * 0.9
        part = (FRONT[0], min(v0, v1), FRONT[2], max(v0, v1)) if bz >= az else TOP
        corners = ((ax, y0, az), (ax, y1, az), (bx, y1, bz), (bx, y0, bz))
        meshes.append(sheet(*corners, part))
    for y, tip in ((y0, y0), (y1, width / 2)):
        ring = outline if y > 0 else outline[::-1]
        shape = [(ax, y, az) for ax, az in ring]
        middle = (0.0, tip, height * 0.5)
        meshes += [
            triangle((b, a, middle), CONTENT) for a, b in zip(shape, shape[1:] + shape[:1], strict=True)
        ]
    return merged(meshes)


def _blister(size: Size, _: int) -> Mesh:
    """A card that stands, with what is sold under a bulge at its front."""
    depth, width, height = size
    x, y = depth / 2, width / 2
    card = box((-x, -y, 0.0), (-x + 0.15 * depth, y, height), parts=FACING)
    bulge = box(
        (-x + 0.15 * depth, -0.72 * y, 0.08 * height), (x, 0.72 * y, 0.5 * height), without=("back", "bottom")
    )
    return merged([card, in_one_colour(bulge, CONTENT)])


def _tube(size: Size, sides: int) -> Mesh:
    """Cream in a tube that stands on its cap: round below, a flat seal above."""
    depth, width, height = size
    angle = np.linspace(-np.pi, np.pi, sides + 1)
    rows = []
    for share, z in ((0.0, 0.14), (0.5, 0.55), (1.0, 1.0)):
        x = np.cos(angle) * depth / 2 * (1 - 0.94 * share)
        y = np.sin(angle) * (depth / 2 * (1 - share) + width / 2 * share)
        rows.append(np.column_stack([x, y, np.full(sides + 1, z * height)]))
    body = curved(np.stack(rows), WRAP)
    cap = _lathe((depth, depth, height), sides, [(0.7, 0.0), (0.72, 0.14)], TRIM)
    return merged([body, cap])


def _bent(size: Size, sections: int, angles: tuple[float, float], fat: Callable[[float], float]) -> Mesh:
    """Dough rolled and laid in a bow: ``fat`` is the relative thickness along it, 0 to 1."""
    depth, width, height = size
    share = np.linspace(0.0, 1.0, sections + 1)
    along = np.deg2rad(angles[0] + (angles[1] - angles[0]) * share)
    ring = np.linspace(2 * np.pi, 0, 5)
    rows = []
    for s, a in zip(share, along, strict=True):
        thick = fat(float(s))
        reach = 1.0 - 0.45 * thick * (1 - np.cos(ring))
        rows.append(
            np.column_stack([reach * np.cos(a), reach * np.sin(a), 0.5 * thick * (1.0 + np.sin(ring))])
        )
    points = np.stack(rows)
    low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
    points = (points - (low + high) / 2) / (high - low) * [depth, width, height]
    points[..., 2] += height / 2
    return curved(points, WRAP)


def _croissant(size: Size, sides: int) -> Mesh:
    sections = 8 if sides > COARSE else 5
    return _bent(size, sections, (-80.0, 80.0), lambda s: 0.18 + 0.82 * float(np.sin(np.pi * s)))


def _pretzel(size: Size, sides: int) -> Mesh:
    sections = 10 if sides > COARSE else 6
    return _bent(size, sections, (-175.0, 175.0), lambda s: 0.45 + 0.1 * float(np.cos(6 * np.pi * s)))


KINDS: Mapping[str, Kind] = {
    "bottle": Kind(500, (0.066, 0.066, 0.225), _bottle, 0.55, (0.0, 0.35, 1.0, 0.77)),
    "glass bottle": Kind(330, (0.062, 0.062, 0.23), _bottle, 0.7, (0.0, 0.44, 1.0, 0.78)),
    "wine": Kind(750, (0.078, 0.078, 0.305), _wine, 0.7, (0.22, 0.52, 0.78, 0.88)),
    "can": Kind(250, (0.054, 0.054, 0.135), _can, 0.75, (0.0, 0.02, 1.0, 0.97)),
    "tin": Kind(400, (0.076, 0.076, 0.11), _tin, 0.5, (0.0, 0.03, 1.0, 0.97)),
    "jar": Kind(340, (0.072, 0.072, 0.1), _jar, 0.6, (0.0, 0.34, 1.0, 0.86)),
    "cup": Kind(150, (0.074, 0.074, 0.078), _cup, 0.25, (0.0, 0.02, 1.0, 0.98)),
    "tub": Kind(500, (0.112, 0.112, 0.105), _tub, 0.25, (0.0, 0.18, 1.0, 1.0), levels=2),
    "bowl": Kind(320, (0.165, 0.165, 0.07), _bowl, 0.5, (0.0, 0.4, 1.0, 0.9), levels=3),
    "drum": Kind(200, (0.078, 0.078, 0.24), _shaker, 0.3, (0.0, 0.08, 1.0, 1.0)),
    "gable": Kind(1000, (0.072, 0.072, 0.24), _gable_carton, 0.2),
    "box": Kind(500, (0.06, 0.18, 0.27), _carton, 0.2),
    "small box": Kind(250, (0.06, 0.13, 0.17), _carton, 0.2, levels=1),
    "long box": Kind(75, (0.045, 0.19, 0.04), _carton, 0.3, levels=4),
    "roll": Kind(250, (0.062, 0.21, 0.062), _carton, 0.35, levels=3),
    "packet": Kind(160, (0.055, 0.21, 0.11), _carton, 0.3, levels=2),
    "flat box": Kind(400, (0.28, 0.28, 0.035), _flat_pack, 0.2, lying=True, levels=7),
    "tray": Kind(200, (0.14, 0.18, 0.026), _flat_pack, 0.45, lying=True, levels=5),
    "butter": Kind(250, (0.065, 0.105, 0.055), _flat_pack, 0.5, lying=True, levels=3),
    "tablet": Kind(100, (0.012, 0.08, 0.165), _carton, 0.25),
    "bar": Kind(40, (0.042, 0.13, 0.022), _flat_pack, 0.45, lying=True, levels=4),
    "crisps": Kind(175, (0.085, 0.2, 0.29), _pillow, 0.5, coarse=False),
    "bag": Kind(200, (0.055, 0.14, 0.2), _pillow, 0.4, coarse=False),
    "pasta": Kind(500, (0.06, 0.11, 0.26), _pillow, 0.45, coarse=False),
    "brick": Kind(250, (0.062, 0.085, 0.165), _brick, 0.45, coarse=False),
    "loaf": Kind(500, (0.115, 0.24, 0.12), _loaf, 0.4, levels=2),
    "wedge": Kind(190, (0.12, 0.07, 0.125), _wedge, 0.45, coarse=False),
    "blister": Kind(98, (0.022, 0.085, 0.125), _blister, 0.35),
    "tube": Kind(75, (0.042, 0.055, 0.155), _tube, 0.4, coarse=False),
    "croissant": Kind(68, (0.085, 0.15, 0.055), _croissant, 0.2, bare=True, coarse=False, levels=2),
    "pretzel": Kind(88, (0.12, 0.14, 0.03), _pretzel, 0.25, bare=True, coarse=False, levels=3),
}
