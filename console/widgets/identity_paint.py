"""How a shopper's look is painted: the same disc on the map, the cameras and the carts."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from console.theme.contrast import ink_on
from console.theme.fonts import ui_font
from console.theme.tokens import NO_IDENTITY, SPACE_1, TEXT_SECONDARY, Theme, identity_of
from inference.messages.wire import Inside

DISC = 10.0
"""Radius of a token, pixels."""
RING = 14.0
"""Radius of what is drawn around it."""
INSIDE, LEAST_FIGURE = 1.7, 7
"""Radii that a text may be wide, and pixels that it is high at least."""
TURNS = 48
"""Directions that a heading is drawn in: 7.5 degrees apart."""


def identity_colour(index: int, theme: Theme) -> QColor:
    """The colour of a look; grey for somebody who is not a visit."""
    if index == NO_IDENTITY:
        return QColor(theme.secondary)
    return QColor(theme.identities[identity_of(index).colour])


def paint_token(
    painter: QPainter, at: QPointF, index: int, text: str, theme: Theme, *, hidden: bool, radius: float = DISC
) -> None:
    """A disc with a short text; hollow when hidden, with a hatched ring on a colour's second use."""
    colour = identity_colour(index, theme)
    edge = colour if hidden else QColor(theme.panel) if theme.scheme == "dark" else colour.darker(150)
    painter.setPen(QPen(edge, 2.0 if hidden else 1.5))
    painter.setBrush(QColor(theme.panel) if hidden else colour)
    painter.drawEllipse(at, radius, radius)
    if index != NO_IDENTITY and identity_of(index).hatched:
        pen = QPen(colour, 2.5, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([1.2, 0.9])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, radius + 2.5, radius + 2.5)
    if text:
        font = ui_font(TEXT_SECONDARY, bold=True)
        wide = QFontMetricsF(font).horizontalAdvance(text)
        if wide > INSIDE * radius:  # three figures
            font = QFont(font)
            font.setPixelSize(max(LEAST_FIGURE, int(font.pixelSize() * INSIDE * radius / wide)))
        painter.setFont(font)
        painter.setPen(QColor(theme.text if hidden else ink_on(colour.name())))
        box = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


@lru_cache(maxsize=1024)
def token_picture(index: int, text: str, hidden: bool, theme: Theme, ratio: float) -> QPixmap:
    """The token as a picture, its middle in the middle."""
    side = 2 * (RING + 2)
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_token(painter, QPointF(side / 2, side / 2), index, text, theme, hidden=hidden)
    painter.end()
    return picture


@lru_cache(maxsize=1024)
def heading_picture(index: int, step: int, theme: Theme, ratio: float) -> QPixmap:
    """Which way somebody goes, with them in the middle. ``step``: of :data:`TURNS`, clockwise."""
    side = 2 * (RING + 6)
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(side / 2, side / 2)
    painter.rotate(360.0 * step / TURNS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(identity_colour(index, theme))
    wing = QPointF((RING - 2) * math.cos(0.5), (RING - 2) * math.sin(0.5))
    painter.drawPolygon(QPolygonF([QPointF(RING + 5, 0), wing, QPointF(wing.x(), -wing.y())]))
    painter.end()
    return picture


class Drawn(NamedTuple):
    """A picture, and half of its side: it is drawn around a point."""

    picture: QPixmap
    half: float


@lru_cache(maxsize=2048)
def shopper_picture(
    index: int, text: str, theme: Theme, ratio: float, *, hidden: bool, step: int | None
) -> Drawn:
    """Token and heading as one. ``step``: as of :func:`heading_picture`; None: they stand."""
    token = token_picture(index, text, hidden, theme, ratio)
    if step is None:
        return Drawn(token, token.deviceIndependentSize().width() / 2)
    picture = QPixmap(heading_picture(index, step, theme, ratio))
    half = picture.deviceIndependentSize().width() / 2
    inset = half - token.deviceIndependentSize().width() / 2
    painter = QPainter(picture)
    painter.drawPixmap(QPointF(inset, inset), token)
    painter.end()
    return Drawn(picture, half)


def label_of(inside: Inside, text: str, selected: bool, theme: Theme, ratio: float) -> QPixmap:
    """Somebody's label: grey for whom nothing is known of, warning of whom no gate explains."""
    warning = inside.unexplained and not inside.staff
    return label_picture(text, selected, theme, ratio, quiet=not inside.code, warning=warning)


@lru_cache(maxsize=256)  # codes come and go: more than are on the screen at once would only be kept
def label_picture(
    text: str, selected: bool, theme: Theme, ratio: float, *, quiet: bool = False, warning: bool = False
) -> QPixmap:
    """A code on a small ground, as a picture; ``quiet``: grey; ``warning``: in the colour of what waits."""
    font = ui_font(TEXT_SECONDARY, bold=selected)
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(text) + 3 * SPACE_1, metrics.height() + 2
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(0.5, 0.5, width - 1, height - 1)
    ground = QColor(theme.accent if selected else theme.panel)
    ground.setAlpha(255 if selected else 225)
    painter.setBrush(ground)
    edge = theme.accent if selected else theme.waiting if warning else theme.line
    painter.setPen(QPen(QColor(edge), 1.0))
    painter.drawRoundedRect(box, SPACE_1, SPACE_1)
    painter.setFont(font)
    plain = theme.secondary if quiet else theme.waiting if warning else theme.text
    painter.setPen(QColor(theme.on_accent if selected else plain))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return picture
