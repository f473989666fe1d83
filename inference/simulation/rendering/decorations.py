"""Free-standing things of a shop: clutter, and things that could be taken for a person.

Each is built in its own frame: the middle of its base at the origin, z up, its front towards +x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from inference.simulation.rendering.mesh import Mesh, merged, placed, transformed
from inference.simulation.rendering.scene import Colour, Surface
from inference.simulation.rendering.solids import box, rod, turned

Parts = list[tuple[Mesh, Surface]]
STEEL = Surface(colour=(0.66, 0.67, 0.69), gloss=0.75)
RUBBER = Surface(colour=(0.12, 0.12, 0.13), gloss=0.1)
_SHOP_COLOURS: tuple[Colour, ...] = (
    (0.75, 0.12, 0.12),
    (0.12, 0.30, 0.62),
    (0.10, 0.45, 0.25),
    (0.90, 0.60, 0.10),
    (0.16, 0.16, 0.18),
    (0.85, 0.85, 0.83),
)


def _lathe(rows: list[tuple[float, float]], sides: int = 10) -> Mesh:
    """A solid of revolution of (radius, z) rows in metres."""
    return turned(np.array([(r, z, 0.5) for r, z in rows]), sides)


def _pick(rng: np.random.Generator) -> Colour:
    return _SHOP_COLOURS[int(rng.integers(len(_SHOP_COLOURS)))]


def _near(rng: np.random.Generator, colour: Colour, spread: float = 0.06) -> Colour:
    r, g, b = (float(v) for v in np.clip(np.asarray(colour) + rng.normal(0, spread, 3), 0.02, 0.98))
    return (r, g, b)


def _cage(size: tuple[float, float], narrow: float, z: tuple[float, float], wires: int, thick: float) -> Mesh:
    """A basket of wire: rings that widen upwards, and uprights between them."""
    (x, y), (z0, z1) = size, z
    corner = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * 0.5
    meshes: list[Mesh] = []
    for share in np.linspace(0.0, 1.0, 4):
        grow = narrow + (1 - narrow) * share
        ring = np.column_stack([corner * [x * grow, y * grow], np.full(4, z0 + (z1 - z0) * share)])
        meshes += [rod(ring[n], ring[(n + 1) % 4], thick) for n in range(4)]
    for n in range(4):
        a, b = corner[n], corner[(n + 1) % 4]
        for share in np.linspace(0.0, 1.0, wires, endpoint=False):
            spot = (a + (b - a) * share) * [x, y]
            meshes.append(rod([*(spot * narrow), z0], [*spot, z1], 0.6 * thick))
    floor = box((-x * narrow / 2, -y * narrow / 2, z0), (x * narrow / 2, y * narrow / 2, z0 + 0.008))
    return merged([*meshes, floor])


def trolley() -> Parts:
    """A shopping trolley, its handle at the back (-x)."""
    cage = _cage((0.78, 0.52), 0.82, (0.46, 0.92), 5, 0.012)
    rods = [rod([-0.42, y, 0.12], [-0.36, y, 0.55], 0.022) for y in (-0.2, 0.2)] + [
        rod([-0.42, y, 0.14], [0.36, y * 0.8, 0.18], 0.022) for y in (-0.24, 0.24)
    ]
    rods += [rod([0.1, y, 0.17], [-0.3, y, 0.47], 0.02) for y in (-0.2, 0.2)]
    handle = [rod([-0.39, -0.25, 1.0], [-0.39, 0.25, 1.0], 0.03)]
    rods += [rod([-0.37, y, 0.88], [-0.39, y, 1.0], 0.02) for y in (-0.25, 0.25)]
    wheel = transformed(
        _lathe([(0.0, -0.015), (0.055, -0.015), (0.055, 0.015), (0.0, 0.015)], 8),
        np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1.0]]),
    )
    wheels = [
        transformed(wheel, placed(x, y, 0.056))
        for x, y in ((-0.4, -0.24), (-0.4, 0.24), (0.34, -0.19), (0.34, 0.19))
    ]
    grip = Surface(colour=(0.75, 0.12, 0.12), gloss=0.4)
    return [(merged([cage, *rods]), STEEL), (merged(handle), grip), (merged(wheels), RUBBER)]


def basket() -> Parts:
    """A hand basket of plastic with its handles up."""
    return _plastic_basket((0.75, 0.12, 0.12), handles=True)


def _plastic_basket(colour: Colour, *, handles: bool) -> Parts:
    x, y, z, t = 0.2, 0.145, 0.22, 0.008
    walls = [
        box((-x, -y, 0.0), (x, y, t)),
        box((x - t, -y, 0.0), (x, y, z)),
        box((-x, -y, 0.0), (-x + t, y, z)),
        box((-x, -y, 0.0), (x, -y + t, z)),
        box((-x, y - t, 0.0), (x, y, z)),
    ]
    rim = [box((-x - 0.01, side * y - 0.012, z - 0.02), (x + 0.01, side * y + 0.012, z)) for side in (-1, 1)]
    parts: Parts = [(merged([*walls, *rim]), Surface(colour=colour, gloss=0.35))]
    if handles:
        bars = []
        for lean in (-0.03, 0.03):
            bars += [rod([-x * 0.7, lean, z + 0.14], [x * 0.7, lean, z + 0.14], 0.016)]
            bars += [rod([s * x * 0.9, lean * 0.3, z], [s * x * 0.7, lean, z + 0.14], 0.012) for s in (-1, 1)]
        parts.append((merged(bars), RUBBER))
    return parts


def stack_of_baskets(rng: np.random.Generator) -> Parts:
    """Empty hand baskets in each other."""
    colour = _pick(rng)
    count = int(rng.integers(3, 9))
    parts: Parts = [(box((-0.22, -0.17, 0.0), (0.22, 0.17, 0.04)), RUBBER)]
    rims = []
    for n in range(count - 1):
        z = 0.04 + 0.19 + 0.065 * n
        rims.append(transformed(box((-0.215, -0.16, 0.0), (0.215, 0.16, 0.022)), placed(0.0, 0.0, z)))
    # Of those below the uppermost only the rims stand out.
    below = box((-0.195, -0.14, 0.04), (0.195, 0.14, 0.044 + 0.065 * (count - 1)))
    parts.append((merged([below, *rims]), Surface(colour=colour, gloss=0.35)))
    top = placed(0.0, 0.0, 0.045 + 0.065 * (count - 1), float(rng.normal(0, 0.03)))
    parts += [(transformed(mesh, top), surface) for mesh, surface in _plastic_basket(colour, handles=False)]
    return parts


def plant(rng: np.random.Generator) -> Parts:
    """A pot with long leaves, up to the height of a person."""
    tall = float(rng.uniform(0.8, 1.7))
    pot_colour = ((0.35, 0.35, 0.36), (0.85, 0.83, 0.8), (0.6, 0.32, 0.2))[int(rng.integers(3))]
    pot = _lathe([(0.0, 0.0), (0.13, 0.0), (0.18, 0.34), (0.16, 0.34), (0.16, 0.3), (0.0, 0.3)])
    green = _near(rng, (0.16, 0.38, 0.14), 0.04)
    leaves = []
    for _ in range(int(rng.integers(14, 26))):
        turn, lean = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.05, 0.34))
        height = tall * float(rng.uniform(0.6, 1.0))
        leaves.append(transformed(_leaf(height - 0.3, lean, 0.05 + 0.03 * tall), placed(0.0, 0.0, 0.3, turn)))
    return [
        (pot, Surface(colour=pot_colour, gloss=0.3)),
        (merged(leaves), Surface(colour=green, gloss=0.3, grain=0.3)),
    ]


def _leaf(length: float, lean: float, wide: float) -> Mesh:
    """A blade that bows outwards over +x, seen from both sides."""
    share = np.linspace(0.0, 1.0, 5)
    x, z = lean * share**1.7 * 1.2, length * (share - 0.18 * share**3)
    half = wide / 2 * np.sin(np.pi * (0.12 + 0.88 * share))
    left, right = np.column_stack([x, half, z]), np.column_stack([x, -half, z])
    points = np.concatenate([left, right])
    faces = np.array([[n, n + 5, n + 1] for n in range(4)] + [[n + 1, n + 5, n + 6] for n in range(4)])
    slope = np.gradient(np.column_stack([x, z]), axis=0)
    up = np.column_stack([-slope[:, 1], np.zeros(5), slope[:, 0]])
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    normals = np.concatenate([up, up])
    flat = np.cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
    faces = faces if float((flat * normals[faces[:, 0]]).sum()) > 0 else faces[:, ::-1]
    uv = np.zeros((10, 2), dtype=np.float32)
    sides = [
        Mesh(points.astype(np.float32), (s * normals).astype(np.float32), uv, f.astype(np.uint32))
        for s, f in ((1, faces), (-1, faces[:, ::-1]))
    ]
    return merged(sides)


def bin_(rng: np.random.Generator) -> Parts:
    """A waste bin with a dark opening."""
    body = _lathe([(0.0, 0.0), (0.16, 0.0), (0.19, 0.62)], 12)
    lid = _lathe([(0.2, 0.6), (0.2, 0.68), (0.1, 0.76), (0.0, 0.76)], 12)
    return [
        (body, Surface(colour=_near(rng, (0.5, 0.52, 0.53), 0.15), gloss=0.5)),
        (lid, Surface(colour=(0.15, 0.15, 0.16), gloss=0.4)),
        (box((0.1, -0.07, 0.63), (0.205, 0.07, 0.69)), RUBBER),
    ]


def card_display(rng: np.random.Generator) -> Parts:
    """A display of cardboard with shelves of small boxes and a header."""
    colour = _pick(rng)
    wide, deep, tall = float(rng.uniform(0.22, 0.3)), 0.19, float(rng.uniform(1.2, 1.6))
    card = Surface(colour=colour, gloss=0.1)
    body = [
        box((-deep, -wide, 0.0), (-deep + 0.02, wide, tall)),
        box((-deep, -wide, 0.0), (deep, -wide + 0.015, tall - 0.25)),
        box((-deep, wide - 0.015, 0.0), (deep, wide, tall - 0.25)),
        box((-deep, -wide, 0.0), (deep, wide, 0.3)),
    ]
    parts: Parts = []
    for z in np.arange(0.3, tall - 0.5, 0.32):
        body.append(box((-deep, -wide, z), (deep, wide, z + 0.015)))
        body.append(box((deep - 0.01, -wide, z), (deep, wide, z + 0.06)))
        boxes = [
            box(
                (-deep + 0.03, y, z + 0.015),
                (deep - 0.02, y + 0.07, z + 0.015 + float(rng.uniform(0.12, 0.2))),
            )
            for y in np.arange(-wide + 0.03, wide - 0.08, 0.08)
            if rng.random() < 0.85
        ]
        if boxes:
            parts.append((merged(boxes), Surface(colour=_near(rng, _pick(rng), 0.1), gloss=0.3)))
    header = box((-deep + 0.02, -wide, tall - 0.22), (-deep + 0.03, wide, tall))
    return [(merged(body), card), (header, Surface(colour=_pick(rng), gloss=0.2)), *parts]


def sign(rng: np.random.Generator) -> Parts:
    """A board on a stand or a folding board, as stands before doors."""
    colour = _near(rng, _pick(rng), 0.05)
    paper = Surface(colour=_near(rng, (0.92, 0.9, 0.85), 0.03), gloss=0.15)
    if rng.random() < 0.5:
        pole = [_lathe([(0.0, 0.0), (0.16, 0.0), (0.16, 0.02), (0.02, 0.03), (0.02, 1.3), (0.0, 1.3)], 8)]
        return [
            (merged(pole), STEEL),
            (box((-0.012, -0.17, 1.15), (0.012, 0.17, 1.62)), Surface(colour=colour, gloss=0.3)),
            (box((0.011, -0.15, 1.18), (0.014, 0.15, 1.58)), paper),
        ]
    lean = np.array([[1, 0, -0.22, 0.22], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    board = transformed(box((-0.015, -0.3, 0.0), (0.015, 0.3, 0.98)), lean)
    sheet = transformed(box((0.014, -0.25, 0.1), (0.018, 0.25, 0.92)), lean)
    other = np.diag([-1.0, 1.0, 1.0, 1.0])
    frame = Surface(colour=colour, gloss=0.2)
    return [
        (board, frame),
        (sheet, paper),
        (transformed(board, other), frame),
        (transformed(sheet, other), paper),
    ]


def mannequin(rng: np.random.Generator) -> Parts:
    """A tailor's dummy on a stand: a clothed trunk without head, arms or legs."""
    cloth = Surface(colour=_near(rng, _pick(rng), 0.12), gloss=0.05, grain=0.15)
    trunk = _lathe(
        [
            (0.0, 0.82),
            (0.15, 0.82),
            (0.17, 0.95),
            (0.13, 1.1),
            (0.17, 1.3),
            (0.16, 1.42),
            (0.06, 1.48),
            (0.0, 1.5),
        ],
        14,
    )
    squeezed = transformed(trunk, np.diag([0.68, 1.12, 1.0, 1.0]))
    foot = _lathe([(0.0, 0.0), (0.19, 0.0), (0.19, 0.02), (0.02, 0.04), (0.02, 0.85), (0.0, 0.85)], 10)
    knob = _lathe([(0.03, 1.47), (0.035, 1.53), (0.0, 1.56)], 8)
    wood = Surface(colour=(0.5, 0.34, 0.2), gloss=0.3)
    return [(squeezed, cloth), (merged([foot, knob]), wood)]


def umbrella_stand(rng: np.random.Generator) -> Parts:
    """A tube with folded umbrellas."""
    tube = _lathe([(0.0, 0.0), (0.12, 0.0), (0.12, 0.5), (0.11, 0.5), (0.11, 0.1), (0.0, 0.1)], 12)
    parts: Parts = [(tube, Surface(colour=(0.3, 0.3, 0.32), gloss=0.5))]
    for _ in range(int(rng.integers(2, 6))):
        turn, lean = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.02, 0.07))
        fold = _lathe([(0.01, 0.0), (0.035, 0.5), (0.015, 0.68), (0.012, 0.85), (0.0, 0.85)], 6)
        tilt = placed(0.0, 0.0, 0.06, turn) @ np.array(
            [[1, 0, 0.12, lean], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]
        )
        parts.append((transformed(fold, tilt), Surface(colour=_near(rng, _pick(rng), 0.08), gloss=0.15)))
    return parts


def coat_rack(rng: np.random.Generator) -> Parts:
    """A stand with coats: as tall and as wide as somebody."""
    pole = _lathe([(0.0, 0.0), (0.22, 0.0), (0.22, 0.02), (0.025, 0.04), (0.025, 1.75), (0.0, 1.78)], 8)
    parts: Parts = [(pole, Surface(colour=(0.35, 0.24, 0.15), gloss=0.4))]
    for n in range(int(rng.integers(1, 4))):
        coat = _lathe(
            [(0.02, 1.62), (0.14, 1.52), (0.17, 1.2), (0.2, float(rng.uniform(0.6, 0.95)))][::-1], 10
        )
        flat = transformed(coat, np.diag([0.5, 1.0, 1.0, 1.0]))
        turn = 2.1 * n + float(rng.uniform(-0.4, 0.4))
        move = placed(0.1 * np.cos(turn), 0.1 * np.sin(turn), 0.0, turn)
        cloth = Surface(colour=_near(rng, _pick(rng), 0.1), gloss=0.05, grain=0.2)
        parts.append((transformed(flat, move), cloth))
    return parts


def roll_container(rng: np.random.Generator) -> Parts:
    """A wire cage on wheels, partly loaded with cartons."""
    posts = [rod([x, y, 0.1], [x, y, 1.6], 0.025) for x in (-0.36, 0.36) for y in (-0.3, 0.3)]
    for z in np.arange(0.25, 1.7, 0.22):
        posts += [rod([-0.36, y, z], [0.36, y, z], 0.01) for y in (-0.3, 0.3)]
        posts.append(rod([-0.36, -0.3, z], [-0.36, 0.3, z], 0.01))
    base = box((-0.38, -0.32, 0.1), (0.38, 0.32, 0.14))
    wheels = [
        box((x - 0.04, y - 0.02, 0.0), (x + 0.04, y + 0.02, 0.1)) for x in (-0.3, 0.3) for y in (-0.25, 0.25)
    ]
    load, z = [], 0.14
    for _ in range(int(rng.integers(1, 6))):
        high = float(rng.uniform(0.18, 0.3))
        load.append(box((-0.3, -0.26, z), (0.3, float(rng.uniform(0.0, 0.26)), z + high - 0.01)))
        z += high
    card = Surface(colour=_near(rng, (0.66, 0.5, 0.33), 0.03), gloss=0.05, grain=0.15)
    return [(merged([*posts, base]), STEEL), (merged(wheels), RUBBER), (merged(load), card)]


def ladder(rng: np.random.Generator) -> Parts:
    """A step ladder, open."""
    tall = float(rng.uniform(1.1, 1.8))
    rails = [rod([0.35, y, 0.0], [0.0, y * 0.7, tall], 0.035) for y in (-0.25, 0.25)]
    rails += [rod([-0.35, y, 0.0], [0.0, y * 0.7, tall], 0.025) for y in (-0.25, 0.25)]
    steps = []
    for z in np.arange(0.28, tall, 0.27):
        share = z / tall
        x, y = 0.35 * (1 - share), 0.25 * (1 - 0.3 * share)
        steps.append(box((x - 0.05, -y, z - 0.015), (x + 0.05, y, z + 0.015)))
    return [
        (merged(rails), STEEL),
        (merged(steps), Surface(colour=_near(rng, (0.75, 0.72, 0.68), 0.05), gloss=0.4)),
    ]


def _trolley(_: np.random.Generator) -> Parts:
    return trolley()


def _basket(rng: np.random.Generator) -> Parts:
    return _plastic_basket(_pick(rng), handles=True)


DECORATIONS: Mapping[str, Callable[[np.random.Generator], Parts]] = {
    "trolley": _trolley,
    "basket": _basket,
    "stack_of_baskets": stack_of_baskets,
    "plant": plant,
    "card_display": card_display,
    "bin": bin_,
    "sign": sign,
    "mannequin": mannequin,
    "umbrella_stand": umbrella_stand,
    "coat_rack": coat_rack,
    "roll_container": roll_container,
    "ladder": ladder,
}
"""Makers of free-standing things, by name; each takes a generator and gives meshes with their surfaces."""
