"""Walls with what is in and on them: doorways, shop windows, posters, the street outside."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from inference.simulation.rendering.fixtures import GLASS
from inference.simulation.rendering.mesh import Mesh, placed, transformed
from inference.simulation.rendering.scene import Surface
from inference.simulation.rendering.solids import Rect, box, sheet
from inference.simulation.rendering.style import Pile, Style
from inference.simulation.rendering.wall_pictures import POSTERS, keep_poster, street
from store_layout.model import Fixture, Gate, StoreLayout

Range = tuple[float, float]

DOOR_M = 2.25
"""Height of doors and shop windows."""
SILL_M = 0.45
WAINSCOT_M = 1.05
FRAME_M = 0.05
OUTSIDE_M = 9.0
"""How far away the houses across the street are."""


class Site(NamedTuple):
    """What is built: where to, of which layout, how."""

    pile: Pile
    layout: StoreLayout
    outline: Polygon
    """Of the floor, counter-clockwise."""
    style: Style
    rng: np.random.Generator


class Wall:
    """One edge of the floor's outline: ``s`` runs along it, metres; the room is on its left."""

    def __init__(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> None:
        self.length = float(np.linalg.norm(b - a))
        along = (b - a) / self.length
        self.start, self.along = a, along
        self.matrix = np.eye(4)
        # x into the room, y against the edge's own direction, so that pictures are upright from inside.
        self.matrix[:2, 0], self.matrix[:2, 1] = (-along[1], along[0]), -along
        self.matrix[:2, 3] = a
        self.openings: list[Range] = []

    def panel(self, s: Range, z: Range, off: float = 0.0, part: Rect | None = None) -> Mesh:
        """An upright sheet that faces the room, ``off`` metres before the wall."""
        corners = ((off, -s[1], z[0]), (off, -s[0], z[0]), (off, -s[0], z[1]), (off, -s[1], z[1]))
        return transformed(sheet(*corners, part), self.matrix)

    def block(self, s: Range, z: Range, off: Range) -> Mesh:
        """A box from ``off[0]`` to ``off[1]`` metres before the wall."""
        return transformed(box((off[0], -s[1], z[0]), (off[1], -s[0], z[1])), self.matrix)

    def stretches(self) -> list[Range]:
        """What is left of the wall beside its openings."""
        edges = [0.0, *(v for opening in sorted(self.openings) for v in opening), self.length]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 0.01]

    def shadow_of(self, outline: Polygon) -> Range | None:
        """The part of the wall that an outline stands at, or None."""
        line = shapely.LineString([self.start, self.start + self.length * self.along])
        near = shapely.intersection(line, outline.buffer(0.06))
        if near.is_empty or near.length < 0.2:
            return None
        x0, y0, x1, y1 = near.bounds
        ends = np.array([[x0, y0], [x1, y1], [x0, y1], [x1, y0]]) - self.start
        s = np.clip(ends @ self.along, 0.0, self.length)
        return (float(s.min()), float(s.max()))


def open_gate(site: Site, walls: list[Wall], gate: Gate) -> None:
    """A doorway in the wall that a gate stands at; posts where it stands free."""
    pile, style = site.pile, site.style
    outline = Polygon(gate.outline)
    found = [(wall, s) for wall in walls if (s := wall.shadow_of(outline)) is not None]
    if not found:
        _add_posts(pile, outline, style)
        return
    wall, (start, end) = max(found, key=lambda pair: pair[1][1] - pair[1][0])
    start, end = max(0.0, start), min(wall.length, end)
    if any(start < b and end > a for a, b in wall.openings):
        return
    wall.openings.append((start, end))
    frame = Surface(colour=style.frames, gloss=0.5)
    for s in ((start, start + FRAME_M), (end - FRAME_M, end)):
        pile.add(frame, wall.block(s, (0.0, DOOR_M), (-0.1, 0.03)))
    pile.add(frame, wall.block((start, end), (DOOR_M - 0.08, DOOR_M + 0.12), (-0.1, 0.06)))
    wide = min(0.16, 0.2 * (end - start))
    for s in ((start + FRAME_M, start + FRAME_M + wide), (end - FRAME_M - wide, end - FRAME_M)):
        pile.add(GLASS, wall.block(s, (0.05, DOOR_M - 0.08), (-0.07, -0.05)))
        inner = s[1] if s[0] < (start + end) / 2 else s[0]
        pile.add(frame, wall.block((inner - 0.015, inner + 0.015), (0.02, DOOR_M - 0.08), (-0.08, -0.04)))
    mat = Surface(colour=(0.22, 0.22, 0.23), grain=0.5, gloss=0.02)
    pile.add(mat, wall.block((start + 0.12, end - 0.12), (-0.01, 0.006), (0.02, 0.62)))


def _add_posts(pile: Pile, outline: Polygon, style: Style) -> None:
    """Slim posts at the corners of a gate that no wall is near."""
    corners = np.asarray(outline.minimum_rotated_rectangle.exterior.coords)[:4]
    metal = Surface(colour=style.frames, gloss=0.6)
    for x, y in corners:
        pile.add(metal, transformed(box((-0.03, -0.03, 0.0), (0.03, 0.03, 1.1)), placed(x, y, 0.0)))


def add_wall(site: Site, wall: Wall) -> None:
    """Paint, skirting, lintels over openings, a shop window or posters. Gates are opened before."""
    pile, style = site.pile, site.style
    paint = Surface(colour=style.walls, gloss=0.08, grain=0.05)
    doors = list(wall.openings)
    height = style.ceiling_m
    for s in doors:
        pile.add(paint, wall.panel(s, (DOOR_M, height)))
    for s in wall.stretches():
        if doors and style.windows and s[1] - s[0] > 1.6:
            _add_window(pile, wall, (s[0] + 0.3, s[1] - 0.3), style)
    for s in wall.stretches():
        band = WAINSCOT_M
        low = style.wainscot or style.walls
        pile.add(Surface(colour=low, gloss=0.12, grain=0.05), wall.panel(s, (0.0, band)))
        pile.add(paint, wall.panel(s, (band, height)))
        if style.wainscot is not None:
            pile.add(
                Surface(colour=style.accent, gloss=0.2),
                wall.block(s, (band - 0.02, band + 0.02), (0.0, 0.008)),
            )
        pile.add(Surface(colour=style.frames, gloss=0.25), wall.block(s, (0.0, 0.09), (0.0, 0.012)))
        _add_posters(site, wall, s)


def _add_window(pile: Pile, wall: Wall, s: Range, style: Style) -> None:
    """A pane to the street in frames; the wall goes on below and above."""
    wall.openings.append(s)
    paint = Surface(colour=style.walls, gloss=0.08, grain=0.05)
    frame = Surface(colour=style.frames, gloss=0.5)
    pile.add(paint, wall.panel(s, (DOOR_M, style.ceiling_m)), wall.block(s, (0.0, SILL_M), (-0.15, 0.0)))
    pile.add(GLASS, wall.block(s, (SILL_M, DOOR_M), (-0.09, -0.08)))
    panes = max(1, round((s[1] - s[0]) / 1.2))
    for edge in np.linspace(s[0], s[1], panes + 1):
        pile.add(frame, wall.block((edge - 0.025, edge + 0.025), (SILL_M, DOOR_M), (-0.12, 0.01)))
    for z in (SILL_M, DOOR_M - 0.05):
        pile.add(frame, wall.block(s, (z, z + 0.05), (-0.13, 0.012)))


def _add_posters(site: Site, wall: Wall, s: Range) -> None:
    """Framed posters on free stretches, above what stands before the wall."""
    pile, style = site.pile, site.style
    frame = Surface(colour=style.frames, gloss=0.4)
    for middle in np.arange(s[0] + 0.7, s[1] - 0.5, 1.5):
        wanted, number = site.rng.random() < style.posters, int(site.rng.integers(POSTERS))
        if not wanted:
            continue
        spot = wall.start + wall.along * middle + 0.3 * wall.matrix[:2, 0]
        before = (f for f in site.layout.file.fixture if _stands_at(f, spot))
        hidden = max((fixture.height for fixture in before), default=0.0)
        low = max(1.25, hidden + 0.15)
        tall = min(0.9, style.ceiling_m - 0.15 - low)
        if tall < 0.45:
            continue
        half = tall / 4
        name = keep_poster(pile, style, number)
        across, up = (middle - half - 0.02, middle + half + 0.02), (low - 0.02, low + tall + 0.02)
        pile.add(frame, wall.block(across, up, (0.0, 0.012)))
        pile.add(
            Surface(colour=(1.0, 1.0, 1.0), picture=name, gloss=0.35),
            wall.panel((middle - half, middle + half), (low, low + tall), 0.014, (0.0, 0.0, 1.0, 1.0)),
        )


def _stands_at(fixture: Fixture, spot: NDArray[np.float64]) -> bool:
    return bool(Polygon(fixture.outline).buffer(0.2).covers(shapely.Point(spot)))


def add_street(site: Site, walls: list[Wall]) -> None:
    """Houses seen through doors and windows."""
    pile, outline = site.pile, site.outline
    if not any(wall.openings for wall in walls):
        return
    name = pile.picture("street", street(site.rng))
    surface = Surface(colour=(1.0, 1.0, 1.0), picture=name, glow=0.9)
    reach = float(np.hypot(*np.subtract(outline.bounds[2:], outline.bounds[:2])))
    for wall in walls:
        if wall.openings:
            s = (-reach - OUTSIDE_M, wall.length + reach + OUTSIDE_M)
            part = (0.0, 0.0, (s[1] - s[0]) / 26.0, 1.0)
            pile.add(surface, wall.panel(s, (-0.02, 6.5), -OUTSIDE_M, part))
