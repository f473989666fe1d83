"""The room around the goods: a store layout as a stage, empty shelves and all."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import shapely
from shapely import Polygon

from inference.simulation.rendering.decorations import DECORATIONS
from inference.simulation.rendering.fixtures import add_fixture
from inference.simulation.rendering.mesh import placed, transformed
from inference.simulation.rendering.scene import Colour, Lighting, Stage, Surface
from inference.simulation.rendering.solids import box, flat, sheet
from inference.simulation.rendering.style import Pile, Style
from inference.simulation.rendering.wall_pictures import FLOOR_M, floor_picture
from inference.simulation.rendering.walls import OUTSIDE_M, Site, Wall, add_street, add_wall, open_gate
from store_layout.camera_geometry import camera_model
from store_layout.model import StoreLayout

__all__ = ["Style", "store_stage"]

CAMERA_GAP_M = 0.12
"""The ceiling hangs this far above the highest camera."""
CLUTTER_ROOM_M = 0.28
"""Half the width of a free corner in which something may stand."""
LAMP_GRID_M = 2.1


def store_stage(layout: StoreLayout, rng: np.random.Generator, style: Style | None = None) -> Stage:
    """The store without its goods and people: room, fixtures, light, and the pictures they need.

    Same layout, style and state of ``rng``: the same stage.
    """
    outline = shapely.orient_polygons(Polygon(layout.file.floor.outline))
    site = Site(Pile(), layout, outline, _high_enough(layout, style or Style()), rng)
    ring = np.asarray(outline.exterior.coords)
    walls = [Wall(a, b) for a, b in itertools.pairwise(ring)]
    lamps = _add_floor_and_ceiling(site)
    for gate in layout.file.gate:
        open_gate(site, walls, gate)
    for wall in walls:
        add_wall(site, wall)
    add_street(site, walls)
    for fixture in layout.file.fixture:
        add_fixture(site.pile, layout, fixture, site.style)
    _add_cameras(site)
    _add_clutter(site)
    return Stage(site.pile.things(), _lighting(lamps, site.style, rng), site.pile.pictures)


def _high_enough(layout: StoreLayout, style: Style) -> Style:
    heights = [p[2] for camera in layout.file.camera if (p := camera_model(camera).position) is not None]
    return msgspec.structs.replace(
        style, ceiling_m=max([style.ceiling_m, *(h + CAMERA_GAP_M for h in heights)])
    )


# -- floor and ceiling ------------------------------------------------------------------------------


def _add_floor_and_ceiling(site: Site) -> list[tuple[float, float]]:
    """Floor, ground outside, ceiling with lamps; where the lamps hang."""
    pile, _, outline, style, rng = site
    name = pile.picture("floor", floor_picture(style.floor, style.floor_colour, rng))
    scale = 1.0 / FLOOR_M[style.floor]
    pile.add(
        Surface(colour=(1.0, 1.0, 1.0), picture=name, repeat=(scale, scale), gloss=style.floor_gloss),
        flat(outline, 0.0),
    )
    around = outline.buffer(OUTSIDE_M + 1.0, join_style="mitre")
    pile.add(Surface(colour=(0.74, 0.73, 0.70), grain=0.1, gloss=0.05, glow=0.6), flat(around, -0.02))
    height = style.ceiling_m
    pile.add(Surface(colour=style.ceiling, gloss=0.05), flat(outline, height, up=False))
    lamps = _lamp_places(outline)
    shell, light = Surface(colour=(0.8, 0.8, 0.8)), _lamp_surface(style)
    for x, y in lamps:
        pile.add(
            shell, box((x - 0.63, y - 0.18, height - 0.05), (x + 0.63, y + 0.18, height), without=("top",))
        )
        low = height - 0.052
        pile.add(
            light,
            sheet(
                (x - 0.6, y + 0.15, low),
                (x + 0.6, y + 0.15, low),
                (x + 0.6, y - 0.15, low),
                (x - 0.6, y - 0.15, low),
            ),
        )
    rail = Surface(colour=(0.72, 0.72, 0.72), gloss=0.3)
    x0, y0, x1, y1 = outline.bounds
    for y in np.arange(y0 + 0.6, y1, 1.2):
        for line in _inside(outline, shapely.LineString([(x0, y), (x1, y)])):
            (ax, ay), (bx, _) = line
            pile.add(rail, box((ax, ay - 0.012, height - 0.006), (bx, ay + 0.012, height), without=("top",)))
    return lamps


def _inside(
    outline: Polygon, line: shapely.LineString
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Pieces of a line within an outline, by their ends."""
    cut = shapely.intersection(line, outline)
    pieces = [p for p in getattr(cut, "geoms", [cut]) if p.length > 0.05]
    return [(tuple(p.coords[0]), tuple(p.coords[-1])) for p in pieces]


def _lamp_places(outline: Polygon) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = outline.bounds
    columns, rows = max(1, round((x1 - x0) / LAMP_GRID_M)), max(1, round((y1 - y0) / LAMP_GRID_M))
    room = outline.buffer(-0.35)
    places = [
        (x0 + (i + 0.5) * (x1 - x0) / columns, y0 + (j + 0.5) * (y1 - y0) / rows)
        for i in range(columns)
        for j in range(rows)
    ]
    return [place for place in places if room.covers(shapely.Point(place))]


def _lamp_surface(style: Style) -> Surface:
    return Surface(colour=_toned((1.0, 1.0, 1.0), style.warmth, 0.6), glow=1.6 * style.brightness)


def _toned(colour: Colour, warmth: float, strength: float = 1.0) -> Colour:
    """Warmer (towards lamp light) or cooler."""
    r, g, b = colour
    return (
        float(min(1.0, r * (1.0 + 0.06 * strength * warmth))),
        float(g),
        float(min(1.0, b * (1.0 - 0.16 * strength * warmth))),
    )


def _lighting(lamps: list[tuple[float, float]], style: Style, rng: np.random.Generator) -> Lighting:
    """Bright from above, some light thrown back by the floor, and a few lamps that are felt nearby."""
    level = style.brightness
    tilt, turn = float(rng.uniform(0.04, 0.16)), float(rng.uniform(0, 2 * np.pi))
    sun = (np.sin(tilt) * np.cos(turn), np.sin(tilt) * np.sin(turn), np.cos(tilt))

    def lit(r: float, g: float, b: float) -> Colour:
        red, green, blue = _toned((r, g, b), style.warmth)
        return (red * level, green * level, blue * level)

    felt = [lamps[n] for n in np.linspace(0, len(lamps) - 1, min(8, len(lamps))).round().astype(int)]
    return Lighting(
        above=lit(0.62, 0.62, 0.62),
        below=lit(0.44, 0.43, 0.41),
        towards_sun=(float(sun[0]), float(sun[1]), float(sun[2])),
        sun=lit(0.26, 0.26, 0.25),
        shadow=0.15,
        contact=0.4,
        horizon=(0.78, 0.78, 0.76),
        zenith=(0.86, 0.86, 0.84),
        lamps=tuple((x, y, style.ceiling_m - 0.1, 0.18 * level) for x, y in felt),
    )


# -- what stands and hangs about --------------------------------------------------------------------


def _add_cameras(site: Site) -> None:
    """Housings behind the cameras' places, so that no camera sees its own."""
    pile, layout, style = site.pile, site.layout, site.style
    shell = Surface(colour=(0.9, 0.9, 0.9), gloss=0.4)
    for camera in layout.file.camera:
        model = camera_model(camera)
        if model.position is None:
            continue
        _, rays = model.sight_lines(np.array([[camera.width / 2, camera.height / 2]]))
        if not np.isfinite(rays).all():
            continue
        place = np.array(model.position) - 0.09 * rays[0]
        heading = float(np.arctan2(rays[0, 1], rays[0, 0]))
        housing = box((-0.07, -0.035, -0.03), (0.05, 0.035, 0.035))
        pile.add(
            shell, transformed(housing, placed(float(place[0]), float(place[1]), float(place[2]), heading))
        )
        stem = box((-0.06, -0.015, 0.03), (-0.03, 0.015, max(0.04, style.ceiling_m - place[2])))
        pile.add(shell, transformed(stem, placed(float(place[0]), float(place[1]), float(place[2]), heading)))


def _add_clutter(site: Site) -> None:
    """Plants, bins and baskets in free corners, where nobody walks."""
    pile, layout, outline, style, rng = site
    taken = shapely.union_all(
        [Polygon(f.outline).buffer(0.1) for f in layout.file.fixture]
        + [Polygon(g.outline).buffer(0.15) for g in layout.file.gate]
    )
    ring = np.asarray(outline.exterior.coords)[:-1]
    names = ("plant", "bin", "stack_of_baskets", "umbrella_stand")
    room = CLUTTER_ROOM_M
    left = style.clutter
    for n in rng.permutation(len(ring)):
        before, here, after = ring[n - 1], ring[n], ring[(n + 1) % len(ring)]
        a, b = before - here, after - here
        inwards = a / np.linalg.norm(a) + b / np.linalg.norm(b)
        spot = here + room * inwards
        area = shapely.Point(spot).buffer(room * 0.9)
        name = names[int(rng.integers(len(names)))]
        if left > 0 and outline.covers(area) and not taken.intersects(area):
            left -= 1
            turn = placed(spot[0], spot[1], 0.0, float(rng.uniform(0, 2 * np.pi)))
            for mesh, surface in DECORATIONS[name](rng):
                pile.add(surface, transformed(mesh, turn))
