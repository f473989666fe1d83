"""Gondolas, coolers, tables and what else a store's goods stand in, without the goods.

Each fixture is built around its slots: boards lie under them, rails run along their fronts, and nothing is
where a slot is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from shapely import Polygon

from inference.simulation.rendering.fixture_faces import Face, Range, Shelf
from inference.simulation.rendering.mesh import transformed
from inference.simulation.rendering.scene import Colour, Surface
from inference.simulation.rendering.slot_fronts import fronts_of
from inference.simulation.rendering.solids import prism, sheet
from inference.simulation.rendering.style import Pile, Style
from inference.simulation.rendering.wall_pictures import POSTERS, keep_poster, price_rail, sign
from store_layout.model import Fixture, StoreLayout

BOARD_M = 0.03
RAIL_M = 0.045
"""Height of a price rail."""
PANEL_M = 0.025
GLASS = Surface(colour=(0.85, 0.93, 0.95), opacity=0.16, gloss=0.95)
RAIL_PICTURE_M = 0.8
"""How much of a rail one picture of it covers."""
TALL_M = 1.2
"""Coolers above are cabinets, those below chests."""


def add_fixture(pile: Pile, layout: StoreLayout, fixture: Fixture, style: Style) -> None:
    """Everything of a fixture but its goods, and its pictures."""
    faces = [Face(fixture, front, slots) for front, slots in fronts_of(layout, fixture).items()]
    if not faces:
        _without_slots(pile, fixture, style)
        return
    storeys = max(len(face.rows()) for face in faces)
    build = _BUILDERS.get(fixture.kind, _rack) if storeys == 1 else _rack
    if fixture.kind == "cooler":
        build = _cabinet if fixture.height > TALL_M or storeys > 1 else _chest
    build(pile, fixture, faces, style)


def _painted(colour: Colour, gloss: float = 0.3) -> Surface:
    return Surface(colour=colour, gloss=gloss)


def _mixed(a: Colour, b: Colour, share: float) -> Colour:
    r, g, c = (x + (y - x) * share for x, y in zip(a, b, strict=True))
    return (r, g, c)


# -- parts that several kinds share ------------------------------------------------------------------


def _add_boards(pile: Pile, face: Face, surface: Surface, style: Style, *, rails: bool = True) -> None:
    """A board under each row of slots, with a price rail along its front edge."""
    for z, row in face.rows():
        for a, d in _spans(row):
            thick = _thickness(face, a, z)
            pile.add(surface, face.block(a, (0.0, d[1]), (z - thick, z)))
            if rails:
                _add_rail(pile, face, a, z, style)


def _spans(row: Sequence[Shelf]) -> list[tuple[Range, Range]]:
    """Neighbouring slots of a row as one stretch of shelf: along, and into the fixture."""
    found: list[tuple[Range, Range]] = []
    for shelf in sorted(row):
        if found and shelf.a[0] - found[-1][0][1] < 0.12:
            (start, end), (near, far) = found[-1]
            found[-1] = ((start, max(end, shelf.a[1])), (min(near, shelf.d[0]), max(far, shelf.d[1])))
        else:
            found.append((shelf.a, shelf.d))
    return [((a[0] - 0.015, a[1] + 0.015), d) for a, d in found]


def _thickness(face: Face, a: Range, z: float) -> float:
    """What room there is for a board between a row and the slots below it."""
    below = [s.z[1] for s in face.shelves if s.z[1] <= z + 1e-6 and s.a[0] < a[1] and s.a[1] > a[0]]
    return float(np.clip(z - max(below, default=z - 1.0) - 0.004, 0.003, BOARD_M))


def _add_rail(pile: Pile, face: Face, a: Range, z: float, style: Style) -> None:
    """A strip of price labels before the board; it stands off the face, so that it is in no slot."""
    name = pile.picture("price-rail", price_rail(style.rails, style.accent))
    pile.add(_painted(style.rails), face.block(a, (-0.012, 0.0), (z - RAIL_M, z)))
    part = (a[0] / RAIL_PICTURE_M, 0.0, a[1] / RAIL_PICTURE_M, 1.0)
    surface = Surface(colour=(1.0, 1.0, 1.0), picture=name, gloss=0.4)
    pile.add(surface, face.strip(a, -0.0135, (z - RAIL_M, z), part))


def _add_ends(pile: Pile, face: Face, depth: Range, z: Range, surface: Surface) -> None:
    """A panel at either end, as thick as the slots leave room for."""
    half = face.width / 2
    first = min((s.a[0] for s in face.shelves), default=-half)
    last = max((s.a[1] for s in face.shelves), default=half)
    pile.add(
        surface,
        face.block((-half, float(np.clip(first - 0.002, -half + 0.004, -half + PANEL_M))), depth, z),
        face.block((float(np.clip(last + 0.002, half - PANEL_M, half - 0.004)), half), depth, z),
    )


def _add_sign(pile: Pile, face: Face, words: tuple[str, Colour], at: tuple[Range, float, Range]) -> None:
    """Words in white on a colour, at a stretch along the face, a depth and a height."""
    (text, colour), (a, d, z) = words, at
    aspect = (a[1] - a[0]) / (z[1] - z[0])
    name = pile.picture(f"sign-{text}", sign(text, colour, aspect))
    pile.add(
        Surface(colour=(1.0, 1.0, 1.0), picture=name, gloss=0.3, glow=0.15),
        face.strip(a, d, z, (0.0, 0.0, 1.0, 1.0)),
    )


# -- kinds of fixtures -------------------------------------------------------------------------------


def _rack(pile: Pile, fixture: Fixture, faces: Sequence[Face], style: Style) -> None:
    """Shelves on one or more sides of a back panel."""
    metal, dark = _painted(style.shelves), _painted(style.frames, 0.2)
    first = faces[0]
    top = max(first.height, 0.3)
    behind = first.depth - sum(face.reach for face in faces[1:2])
    if behind - first.reach > 0.004:
        back = Surface(colour=_mixed(style.shelves, (0.5, 0.5, 0.5), 0.12), gloss=0.15)
        half = first.width / 2
        pile.add(
            back,
            first.block((-half + 0.004, half - 0.004), (first.reach + 0.002, behind - 0.002), (0.0, top)),
        )
    _add_ends(pile, first, (0.0, first.depth), (0.0, top), metal)
    for face in faces:
        base = max(0.02, face.lowest - BOARD_M)
        half = face.width / 2 - PANEL_M
        pile.add(dark, face.block((-half, half), (0.03, face.reach), (0.0, base)))
        _add_boards(pile, face, metal, style)
        above = max(s.z[1] for s in face.shelves) + 0.005
        if len(faces) == 1 and top - above > 0.05:
            at = ((-half, half), face.reach - 0.004, (max(above, top - 0.16), top - 0.01))
            _add_sign(pile, face, (fixture.name, style.accent), at)
    if len(faces) > 1:
        _add_ends_print(pile, fixture, first, top, style)


def _add_ends_print(pile: Pile, fixture: Fixture, face: Face, top: float, style: Style) -> None:
    """The name on both ends of a gondola, and a poster below it."""
    half, name = face.depth / 2 - 0.04, f"sign-{fixture.name}"
    pile.picture(name, sign(fixture.name, style.accent, 2 * half / 0.2))
    pictures = [(name, half, (top - 0.24, top - 0.04))]
    wide, tall = 0.2, 0.8
    if half > wide and top > tall + 0.6:
        number = sum(fixture.id.encode()) % POSTERS
        pictures.append((keep_poster(pile, style, number), wide, (top - 0.3 - tall, top - 0.3)))
    for picture, reach, (z0, z1) in pictures:
        surface = Surface(colour=(1.0, 1.0, 1.0), picture=picture, gloss=0.3)
        near, far = -face.depth / 2 + reach, -face.depth / 2 - reach
        for end, x0, x1 in ((face.width / 2 + 0.003, near, far), (-face.width / 2 - 0.003, far, near)):
            corners = ((x0, end, z0), (x1, end, z0), (x1, end, z1), (x0, end, z1))
            pile.add(surface, transformed(sheet(*corners, (0.0, 0.0, 1.0, 1.0)), face.matrix))


def _cabinet(pile: Pile, fixture: Fixture, faces: Sequence[Face], style: Style) -> None:
    """A tall cooler, lit inside, with a glass door before every second bay."""
    face = faces[0]
    body, dark = _painted(style.frames, 0.45), _painted((0.14, 0.14, 0.15), 0.3)
    inside = Surface(colour=(0.93, 0.95, 0.96), gloss=0.25, glow=0.12)
    highest = max(s.z[1] for s in face.shelves)
    half, top = face.width / 2, max(face.height, highest + 0.06)
    head = max(highest + 0.01, top - 0.18)
    _add_ends(pile, face, (-0.03, face.depth), (0.0, top), body)
    pile.add(
        inside, face.block((-half + 0.02, half - 0.02), (face.reach + 0.004, face.reach + 0.02), (0.0, head))
    )
    within = (-half + 0.003, half - 0.003)
    pile.add(body, face.block(within, (face.reach + 0.02, face.depth - 0.001), (0.0, top - 0.001)))
    pile.add(body, face.block((-half, half), (-0.031, face.depth), (head, top + 0.001)))
    pile.add(dark, face.block(within, (0.0, face.reach), (0.0, max(0.02, face.lowest - BOARD_M))))
    lamp = Surface(colour=(1.0, 1.0, 0.97), glow=1.3)
    pile.add(lamp, face.block((-half + 0.05, half - 0.05), (0.01, 0.05), (head - 0.012, head)))
    _add_boards(pile, face, Surface(colour=(0.85, 0.87, 0.88), gloss=0.4, glow=0.05), style)
    if top - head > 0.05:
        _add_sign(
            pile, face, (fixture.name, style.accent), ((-half, half), -0.032, (head + 0.01, top - 0.005))
        )
    doors = max(1, round(face.width / 0.7))
    width, bottom = face.width / doors, max(0.05, face.lowest - BOARD_M)
    for n in range(doors):
        a = (-half + n * width, -half + (n + 1) * width)
        pile.add(body, face.block((a[0] - 0.012, a[0] + 0.012), (-0.03, -0.014), (bottom, head)))
        if n % 2:
            pile.add(GLASS, face.block((a[0] + 0.01, a[1] - 0.01), (-0.028, -0.02), (bottom, head)))
            handle = face.block((a[1] - 0.06, a[1] - 0.045), (-0.06, -0.03), (0.9, 1.3))
            pile.add(_painted((0.75, 0.76, 0.78), 0.8), handle)


def _chest(pile: Pile, fixture: Fixture, faces: Sequence[Face], style: Style) -> None:
    """A tub, open above its goods, with a sliding lid of glass over one half."""
    face = faces[0]
    shell, rim = _painted((0.93, 0.94, 0.95), 0.5), _painted(style.accent, 0.4)
    half, top = face.width / 2, max(face.height, max(s.z[1] for s in face.shelves) + 0.005)
    first, last = min(s.a[0] for s in face.shelves), max(s.a[1] for s in face.shelves)
    near = min(0.0, min(s.d[0] for s in face.shelves) - 0.03)
    walls = (
        ((-half, half), (near, min(s.d[0] for s in face.shelves) - 0.002)),
        ((-half, half), (face.reach + 0.002, max(face.depth, face.reach + 0.03))),
        ((min(-half, first - 0.03), first - 0.002), (near, face.depth)),
        ((last + 0.002, max(half, last + 0.03)), (near, face.depth)),
    )
    for a, d in walls:
        pile.add(shell, face.block(a, d, (0.04, top - 0.03)))
        pile.add(rim, face.block(a, d, (top - 0.03, top)))
    pile.add(
        _painted((0.2, 0.2, 0.22)), face.block((-half + 0.03, half - 0.03), (0.03, face.depth), (0.0, 0.04))
    )
    pile.add(
        Surface(colour=(0.9, 0.93, 0.95), gloss=0.3, glow=0.08),
        face.block((first, last), (near + 0.01, face.reach), (0.04, face.lowest)),
    )
    pile.add(GLASS, face.block((first, (first + last) / 2), (near, face.reach), (top + 0.002, top + 0.01)))
    pile.add(
        rim,
        face.block(((first + last) / 2 - 0.03, (first + last) / 2), (near, face.reach), (top, top + 0.02)),
    )
    _add_sign(
        pile,
        face,
        (fixture.name, style.accent),
        ((-half * 0.5, half * 0.5), near - 0.004, (top - 0.3, top - 0.12)),
    )


def _table(pile: Pile, fixture: Fixture, faces: Sequence[Face], style: Style) -> None:
    """A table top on a plinth that is set back."""
    face = faces[0]
    half, top = face.width / 2, face.lowest
    wood = Surface(colour=style.wood, gloss=0.25, grain=0.25)
    pile.add(wood, face.block((-half, half), (0.0, face.depth), (top - 0.035, top)))
    pile.add(
        _painted(_mixed(style.accent, (1.0, 1.0, 1.0), 0.15), 0.1),
        face.block((-half + 0.06, half - 0.06), (0.06, face.depth - 0.06), (0.0, top - 0.035)),
    )
    for each in faces:
        _add_rail(pile, each, (-each.width / 2, each.width / 2), top, style)
    _add_sign(
        pile, face, (fixture.name, style.accent), ((-half * 0.6, half * 0.6), 0.058, (top - 0.4, top - 0.2))
    )


def _counter(pile: Pile, fixture: Fixture, faces: Sequence[Face], style: Style) -> None:
    """A counter with a case of glass, open to the customer, over its goods."""
    face = faces[0]
    half, top = face.width / 2, face.lowest
    wood = Surface(colour=style.wood, gloss=0.2, grain=0.3)
    pile.add(wood, face.block((-half, half), (0.0, face.depth), (0.0, top - 0.03)))
    pile.add(
        _painted((0.86, 0.84, 0.80), 0.5), face.block((-half, half), (-0.01, face.depth), (top - 0.03, top))
    )
    ceiling = max(s.z[1] for s in face.shelves) + 0.06
    frame = _painted(style.frames, 0.6)
    for a in (-half, half - 0.02):
        for d in (0.0, face.depth - 0.02):
            pile.add(frame, face.block((a, a + 0.02), (d, d + 0.02), (top, ceiling)))
    pile.add(GLASS, face.block((-half, half), (0.0, face.depth), (ceiling, ceiling + 0.008)))
    for pane in ((-half + 0.004, -half + 0.01), (half - 0.01, half - 0.004)):
        pile.add(GLASS, face.block(pane, (0.02, face.depth - 0.02), (top, ceiling)))
    if face.depth - face.reach > 0.01:
        pile.add(wood, face.block((-half, half), (face.reach + 0.002, face.depth), (top, ceiling)))
    lamp = Surface(colour=(1.0, 0.93, 0.78), glow=1.2)
    pile.add(
        lamp,
        face.block(
            (-half + 0.03, half - 0.03),
            (face.depth * 0.6, face.depth * 0.6 + 0.04),
            (ceiling - 0.015, ceiling),
        ),
    )
    for each in faces:
        _add_rail(pile, each, (-half, half), top, style)
    _add_sign(
        pile,
        face,
        (fixture.name, style.accent),
        ((-half * 0.7, half * 0.7), -0.004, (top - 0.42, top - 0.14)),
    )


def _without_slots(pile: Pile, fixture: Fixture, style: Style) -> None:
    """Columns, posts, and furniture that holds nothing."""
    outline = Polygon(fixture.outline)
    match fixture.kind:
        case "column":
            pile.add(Surface(colour=style.walls, gloss=0.1, grain=0.25), prism(outline, 0.0, style.ceiling_m))
            pile.add(_painted(style.frames), prism(outline.buffer(0.012, join_style="mitre"), 0.0, 0.1))
        case "table" | "counter":
            top = Surface(colour=style.wood, gloss=0.25, grain=0.25)
            body = _painted(_mixed(style.shelves, style.frames, 0.3))
            pile.add(top, prism(outline, fixture.height - 0.03, fixture.height))
            pile.add(body, prism(outline.buffer(-0.03, join_style="mitre"), 0.0, fixture.height - 0.03))
        case _:
            pile.add(_painted(style.frames, 0.5), prism(outline, 0.0, fixture.height - 0.04))
            cap = outline.buffer(0.004, join_style="mitre")
            pile.add(_painted(style.accent, 0.5), prism(cap, fixture.height - 0.04, fixture.height))


_BUILDERS: dict[str, Callable[[Pile, Fixture, Sequence[Face], Style], None]] = {
    "table": _table,
    "counter": _counter,
    "basket": _chest,
}
