"""What is printed on packages: small pictures drawn by rule, deterministic for a design.

A picture is 256 x 128 and has parts that the meshes in ``package_shapes`` refer to. Colours here are RGB,
0 to 255.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.scene import Picture
from inference.simulation.rendering.solids import Rect

Rgb = tuple[int, int, int]
Canvas = NDArray[np.uint8]

WIDTH, HEIGHT = 256, 128
FRONT: Rect = (0.0, 0.0, 0.5, 1.0)
SIDE: Rect = (0.5, 0.0, 0.75, 1.0)
WRAP: Rect = (0.0, 0.0, 0.75, 1.0)
"""Front and side as one, around something round: its middle is the front."""
TOP: Rect = (0.76, 0.02, 0.99, 0.48)
FINE = 2
"""Pictures are drawn this much larger and scaled down."""


def _swatch(column: int, row: int) -> Rect:
    u, v = 0.75 + 0.125 * (column + 0.5), 0.5 + 0.25 * (row + 0.5)
    return (u - 0.02, v - 0.04, u + 0.02, v + 0.04)


TRIM, CONTENT, PALE, DARK = _swatch(0, 0), _swatch(1, 0), _swatch(0, 1), _swatch(1, 1)
"""Plain patches: cap or lid; what is inside; foil, white or metal; a dark one."""

Motif = Literal["fruit", "rays", "waves", "leaves", "strands", "grains", "diamonds", "drops"]
MOTIFS: tuple[Motif, ...] = ("fruit", "rays", "waves", "leaves", "strands", "grains", "diamonds", "drops")
LAYOUTS = 5


class Design(NamedTuple):
    """What a product's print is made of. Members of a family share all but word, colours and number."""

    brand: str
    word: str
    """The big word."""
    variant: str
    """A second, smaller word; may be empty."""
    layout: int
    """Below :data:`LAYOUTS`."""
    motif: Motif
    ground: Rgb
    accent: Rgb
    """Of the motif."""
    band: Rgb
    content: Rgb
    trim: Rgb
    pale: Rgb
    number: int
    """Seeds barcode and small print."""


def luminance(colour: Rgb) -> float:
    """0 dark to 1 light, of the display values (Rec. 709 weights)."""
    return float(np.dot(colour, (0.2126, 0.7152, 0.0722)) / 255.0)


def shade(colour: Rgb, factor: float) -> Rgb:
    """Darker (below 1) or lighter: above 1 it is mixed with white."""
    rgb = np.asarray(colour, dtype=np.float64)
    mixed = rgb * factor if factor <= 1.0 else 255.0 - (255.0 - rgb) / factor
    r, g, b = (int(v) for v in np.clip(mixed, 0, 255))
    return (r, g, b)


def difference(a: Rgb, b: Rgb) -> float:
    """Distance of two colours as the eye has it (CIE 1976 L*a*b* difference; 2.3 is just noticeable)."""
    return math.dist(_lab(a), _lab(b))


@lru_cache(maxsize=1024)
def _lab(colour: Rgb) -> tuple[float, float, float]:
    pixel = np.array([[colour]], dtype=np.float32) / np.float32(255.0)
    lightness, a, b = cv2.cvtColor(pixel, cv2.COLOR_RGB2Lab)[0, 0]
    return (float(lightness), float(a), float(b))


def paint(design: Design, *, front_aspect: float, side_aspect: float = 0.4) -> Picture:
    """The picture of a package with flat sides. Aspects are width over height of the printed faces."""
    picture = _base(design)
    _put(picture, FRONT, _front(design, front_aspect))
    _put(picture, SIDE, _side(design, side_aspect))
    return picture


def paint_round(design: Design, label: Rect, aspect: float) -> Picture:
    """The picture of something round.

    ``label`` is the printed part of the wrap: u from the back to the back, v from the top down, 0 to 1; the
    rest shows what is inside. ``aspect`` is circumference over height.
    """
    picture = _base(design)
    height = 128 * FINE
    width = max(64, int(height * aspect))
    wrap = _plain(width, height, design.content)
    x0, x1 = int(label[0] * width), int(label[2] * width)
    y0, y1 = int(label[1] * height), int(label[3] * height)
    about = (x1 - x0) / max(1, y1 - y0)
    # The front takes what a customer sees of a cylinder at once; small print fills the rest.
    share = 0.5 if label[2] - label[0] > 0.9 else 1.0
    front = cv2.resize(_front(design, about * share), (int((x1 - x0) * share), y1 - y0))
    wrap[y0:y1, x0:x1] = cv2.resize(_side(design, about), (x1 - x0, y1 - y0))
    left = (x0 + x1 - front.shape[1]) // 2
    wrap[y0:y1, left : left + front.shape[1]] = front
    _put(picture, WRAP, wrap)
    return picture


def paint_bare(design: Design) -> Picture:
    """The picture of bakery goods without a package: a crust, paler in its creases."""
    picture = _base(design)
    rng = np.random.default_rng(design.number)
    height, width = HEIGHT, WIDTH * 3 // 4
    along = np.linspace(0.0, 1.0, height)[:, None]
    around = np.linspace(0.0, 1.0, width)[None, :]
    creases = 0.5 + 0.5 * np.cos(2 * np.pi * 6.0 * along + 2.0 * np.cos(2 * np.pi * around))
    spots = cv2.GaussianBlur(rng.normal(0.0, 1.0, (height, width)), (0, 0), 3.0)
    tone = 0.82 + 0.26 * creases + 0.5 * spots
    crust = np.clip(np.asarray(design.content) * tone[..., None], 0, 255).astype(np.uint8)
    _put(picture, WRAP, crust)
    return picture


# -- parts -------------------------------------------------------------------------------------------


def _base(design: Design) -> Picture:
    picture = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    _put(picture, (0.75, 0.0, 1.0, 0.5), _top(design))
    colours = (design.trim, design.content, design.pale, shade(design.ground, 0.35))
    for n, colour in enumerate(colours):
        column, row = n % 2, n // 2
        picture[64 + 32 * row : 96 + 32 * row, 192 + 32 * column : 224 + 32 * column] = colour
    return picture


def _put(picture: Picture, part: Rect, canvas: Canvas) -> None:
    x0, y0, x1, y1 = (round(v * size) for v, size in zip(part, (WIDTH, HEIGHT) * 2, strict=True))
    picture[y0:y1, x0:x1] = cv2.resize(canvas, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)


def _plain(width: int, height: int, colour: Rgb) -> Canvas:
    """One colour, a little lighter above than below, as print is under lamps."""
    fall = np.linspace(1.04, 0.94, height)[:, None, None]
    column = np.clip(np.asarray(colour) * fall, 0, 255).astype(np.uint8)
    return np.repeat(column, width, axis=1)


def _front(design: Design, aspect: float) -> Canvas:
    """The face that customers see, drawn with its true proportions."""
    height = 128 * FINE
    width = int(np.clip(aspect, 0.25, 5.0) * height)
    canvas = _plain(width, height, design.ground)
    draw = _LAYOUTS[design.layout % LAYOUTS]
    draw(canvas, design)
    return canvas


def _side(design: Design, aspect: float) -> Canvas:
    """Small print, a table and a barcode."""
    height = 128 * FINE
    width = int(np.clip(aspect, 0.15, 5.0) * height)
    canvas = _plain(width, height, shade(design.ground, 0.92))
    cv2.rectangle(canvas, (0, 0), (width, height // 6), design.band, -1)
    rng = np.random.default_rng(design.number)
    ink = _ink(design.ground)
    for y in range(height // 4, int(height * 0.62), height // 20):
        end = int(width * rng.uniform(0.55, 0.9))
        cv2.line(canvas, (int(width * 0.1), y), (end, y), ink, max(1, height // 90))
    x0, x1, y0, y1 = int(width * 0.15), int(width * 0.85), int(height * 0.7), int(height * 0.92)
    canvas[y0:y1, x0:x1] = 245
    x = x0 + 4
    while x < x1 - 4:
        bar = int(rng.integers(1, 5))
        canvas[y0 + 3 : y1 - 3, x : min(x + bar, x1 - 4)] = 25
        x += bar + int(rng.integers(1, 5))
    return canvas


def _top(design: Design) -> Canvas:
    size = 64 * FINE
    canvas = _plain(size, size, design.ground)
    cv2.circle(canvas, (size // 2, size // 2), int(size * 0.36), design.band, -1, cv2.LINE_AA)
    _motif(canvas, design, (0.5, 0.56), 0.24)
    put_words(canvas, design.word, (0.5, 0.3), (0.62, 0.16), _ink(design.band))
    return canvas


# -- layouts -----------------------------------------------------------------------------------------


def _banner(canvas: Canvas, design: Design) -> None:
    """A band above with the brand, the word below it, the motif at the foot."""
    height, width = canvas.shape[:2]
    cv2.rectangle(canvas, (0, 0), (width, int(height * 0.2)), design.band, -1)
    put_words(canvas, design.brand, (0.5, 0.1), (0.6, 0.1), _ink(design.band))
    put_words(canvas, design.word, (0.5, 0.36), (0.9, 0.22), _ink(design.ground))
    put_words(canvas, design.variant, (0.5, 0.53), (0.75, 0.1), _ink(design.ground))
    _motif(canvas, design, (0.5, 0.78), 0.19)


def _diagonal(canvas: Canvas, design: Design) -> None:
    """Cut slantwise: the lower part in the band's colour."""
    height, width = canvas.shape[:2]
    corners = [(0, int(height * 0.78)), (width, int(height * 0.6)), (width, height), (0, height)]
    cv2.fillPoly(canvas, [np.array(corners, dtype=np.int32)], design.band, cv2.LINE_AA)
    _motif(canvas, design, (0.5, 0.62), 0.24)
    put_words(canvas, design.word, (0.5, 0.25), (0.9, 0.26), _ink(design.ground))
    put_words(canvas, design.variant, (0.5, 0.43), (0.7, 0.1), _ink(design.ground))
    put_words(canvas, design.brand, (0.5, 0.92), (0.6, 0.09), _ink(design.band))


def _medal(canvas: Canvas, design: Design) -> None:
    """A light oval with the word on it."""
    height, width = canvas.shape[:2]
    middle, axes = (width // 2, int(height * 0.36)), (int(width * 0.45), int(height * 0.24))
    cv2.ellipse(canvas, middle, axes, 0, 0, 360, (246, 243, 234), -1, cv2.LINE_AA)
    cv2.ellipse(canvas, middle, axes, 0, 0, 360, design.band, max(2, height // 50), cv2.LINE_AA)
    dark = design.ground if luminance(design.ground) < 0.5 else shade(design.ground, 0.45)
    put_words(canvas, design.word, (0.5, 0.35), (0.78, 0.2), dark)
    put_words(canvas, design.brand, (0.5, 0.06), (0.5, 0.08), _ink(design.ground))
    _motif(canvas, design, (0.5, 0.79), 0.18)
    put_words(canvas, design.variant, (0.5, 0.5), (0.5, 0.07), dark)


def _wave(canvas: Canvas, design: Design) -> None:
    """A wave of the band's colour through the lower half."""
    height, width = canvas.shape[:2]
    x = np.arange(width)
    y = height * (0.6 + 0.07 * np.sin(2 * np.pi * x / width))
    line = np.column_stack([x, y]).astype(np.int32)
    corners = np.concatenate([line, [[width, height], [0, height]]]).astype(np.int32)
    cv2.fillPoly(canvas, [corners], design.band)
    cv2.polylines(canvas, [line], False, (245, 245, 240), max(1, height // 30), cv2.LINE_AA)
    put_words(canvas, design.brand, (0.5, 0.08), (0.55, 0.09), _ink(design.ground))
    put_words(canvas, design.word, (0.5, 0.3), (0.92, 0.25), _ink(design.ground))
    put_words(canvas, design.variant, (0.5, 0.47), (0.7, 0.1), _ink(design.ground))
    _motif(canvas, design, (0.5, 0.76), 0.2)


def _pillar(canvas: Canvas, design: Design) -> None:
    """An upright stripe at the left; the rest in the ground's colour."""
    height, width = canvas.shape[:2]
    cv2.rectangle(canvas, (0, 0), (int(width * 0.16), height), design.band, -1)
    put_words(canvas, design.word, (0.58, 0.2), (0.76, 0.22), _ink(design.ground))
    put_words(canvas, design.variant, (0.58, 0.38), (0.7, 0.11), _ink(design.ground))
    _motif(canvas, design, (0.58, 0.66), 0.24)
    put_words(canvas, design.brand, (0.58, 0.94), (0.5, 0.08), _ink(design.ground))


_LAYOUTS: tuple[Callable[[Canvas, Design], None], ...] = (_banner, _diagonal, _medal, _wave, _pillar)


def _ink(ground: Rgb) -> Rgb:
    return (28, 26, 34) if luminance(ground) > 0.55 else (250, 248, 240)


def put_words(
    canvas: Canvas, words: str, at: tuple[float, float], room: tuple[float, float], colour: Rgb
) -> None:
    """Words as large as fits into ``room`` (shares of the canvas), centred at ``at``."""
    if not words:
        return
    height, width = canvas.shape[:2]
    font = cv2.FONT_HERSHEY_DUPLEX
    (wide, high), _ = cv2.getTextSize(words, font, 1.0, 2)
    scale = min(room[0] * width / wide, room[1] * height / high)
    # cv2's own strokes are thin on packages; a bold face keeps its colour when it is scaled down.
    thick = max(1, round(2.6 * scale))
    x = int(at[0] * width - scale * wide / 2)
    y = int(at[1] * height + scale * high / 2)
    cv2.putText(canvas, words, (x, y), font, scale, colour, thick, cv2.LINE_AA)


# -- motifs ------------------------------------------------------------------------------------------


def _motif(canvas: Canvas, design: Design, at: tuple[float, float], radius: float) -> None:
    """What the contents look like, within ``radius`` (a share of the height) of ``at``."""
    height, width = canvas.shape[:2]
    x, y = int(at[0] * width), int(at[1] * height)
    r = int(min(radius * height, 0.42 * width))
    rng = np.random.default_rng(len(design.motif) * 7 + design.layout)
    colour, dark, light = design.accent, shade(design.accent, 0.7), shade(design.accent, 1.8)
    match design.motif:
        case "fruit":
            for dx, dy in ((-0.55, 0.25), (0.55, 0.25), (0.0, -0.3)):
                centre = (int(x + dx * r), int(y + dy * r))
                cv2.circle(canvas, centre, int(r * 0.58), dark, -1, cv2.LINE_AA)
                cv2.circle(canvas, centre, int(r * 0.52), colour, -1, cv2.LINE_AA)
                shine = (int(x + (dx - 0.18) * r), int(y + (dy - 0.18) * r))
                cv2.circle(canvas, shine, max(1, int(r * 0.12)), light, -1, cv2.LINE_AA)
        case "rays":
            for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
                end = (int(x + r * np.cos(angle)), int(y + r * np.sin(angle)))
                cv2.line(canvas, (x, y), end, colour, max(1, r // 7), cv2.LINE_AA)
            cv2.circle(canvas, (x, y), int(r * 0.5), light, -1, cv2.LINE_AA)
        case "waves" | "strands":
            amplitude, count = (0.22, 4) if design.motif == "waves" else (0.05, 7)
            along = np.linspace(-1.0, 1.0, 24)
            for n in range(count):
                dy = (n - (count - 1) / 2) * 1.4 / count
                points = np.column_stack(
                    [x + 1.3 * r * along, y + r * (dy + amplitude * np.sin(4 * along + n % 2))]
                )
                stroke = max(1, r // (5 if design.motif == "waves" else 8))
                tone = colour if n % 2 else light
                cv2.polylines(canvas, [points.astype(np.int32)], False, tone, stroke, cv2.LINE_AA)
        case "leaves":
            for angle in (20, 90, 160):
                a = np.deg2rad(angle)
                middle = (int(x + 0.5 * r * np.cos(a)), int(y + 0.4 * r - 0.5 * r * np.sin(a)))
                cv2.ellipse(
                    canvas, middle, (int(r * 0.6), int(r * 0.24)), -angle, 0, 360, dark, -1, cv2.LINE_AA
                )
                cv2.ellipse(
                    canvas, middle, (int(r * 0.5), int(r * 0.16)), -angle, 0, 360, colour, -1, cv2.LINE_AA
                )
        case "grains" | "drops":
            for _ in range(16):
                dx, dy, angle = rng.uniform(-1.1, 1.1), rng.uniform(-0.8, 0.8), rng.uniform(0, 180)
                size = (int(r * 0.24), int(r * (0.1 if design.motif == "grains" else 0.22)))
                tone = (colour, light, dark)[int(rng.integers(3))]
                centre = (int(x + dx * r), int(y + dy * r))
                cv2.ellipse(canvas, centre, size, angle, 0, 360, tone, -1, cv2.LINE_AA)
        case "diamonds":
            for dx in (-0.9, 0.0, 0.9):
                corners = [(dx, -0.7), (dx + 0.42, 0), (dx, 0.7), (dx - 0.42, 0)]
                shape = np.array([(x + a * r, y + b * r) for a, b in corners], dtype=np.int32)
                cv2.fillPoly(canvas, [shape], colour if dx else light, cv2.LINE_AA)
