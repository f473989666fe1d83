"""The part of the floor map that does not move: floor, gates, fixtures, slots, cameras. Painted once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from console.theme.fonts import ui_font
from console.theme.tokens import SPACE_1, TEXT_SECONDARY, Theme
from console.widgets.floor_view import FloorView, bounds_of
from store_layout.camera_geometry import camera_model
from store_layout.model import Camera, Fixture, Point2, StoreLayout

NAMES_FROM = 18.0
"""Pixels per metre from which on fixtures carry their names."""


def paint_ground(painter: QPainter, layout: StoreLayout, view: FloorView, theme: Theme) -> None:
    """Paint everything that does not move, with a scale bar at the lower edge of the device."""
    paint_plan(painter, layout, view, theme)
    paint_scale_bar(painter, view, theme, painter.viewport().height() / painter.device().devicePixelRatio())


def paint_plan(painter: QPainter, layout: StoreLayout, view: FloorView, theme: Theme) -> None:
    """As :func:`paint_ground`, without the scale bar: the device may be larger than the plan."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _floor(painter, layout, view, theme)
    _gates(painter, layout, view, theme)
    _fixtures(painter, layout, view, theme)
    _slots(painter, layout, view, theme)
    paint_names(painter, layout.file.fixture, view, theme)
    for camera in layout.file.camera:
        _camera(painter, camera, view, theme)


def polygon(points: Sequence[Point2], view: FloorView) -> QPolygonF:
    """A floor polygon in pixels."""
    return QPolygonF([view.to_pixel(p) for p in points])


def _floor(painter: QPainter, layout: StoreLayout, view: FloorView, theme: Theme) -> None:
    painter.setPen(QPen(QColor(theme.fixture_line), 1.5))
    painter.setBrush(QColor(theme.floor))
    outline = polygon(layout.file.floor.outline, view)
    painter.drawPolygon(outline)
    bounds = bounds_of(layout.file.floor.outline)
    painter.save()
    clip = QPainterPath()
    clip.addPolygon(outline)
    painter.setClipPath(clip)
    painter.setPen(QPen(QColor(theme.raised), 1.0))
    painter.drawLines(_metre_lines(bounds, view))
    painter.restore()


def _metre_lines(bounds: QRectF, view: FloorView) -> list[QLineF]:
    def line(a: Point2, b: Point2) -> QLineF:
        return QLineF(view.to_pixel(a), view.to_pixel(b))

    step = 1 if view.scale > 14 else 5
    xs = range(int(np.ceil(bounds.left())), int(bounds.right()) + 1, step)
    ys = range(int(np.ceil(bounds.top())), int(bounds.bottom()) + 1, step)
    return [
        *(line((x, bounds.top()), (x, bounds.bottom())) for x in xs),
        *(line((bounds.left(), y), (bounds.right(), y)) for y in ys),
    ]


def _gates(painter: QPainter, layout: StoreLayout, view: FloorView, theme: Theme) -> None:
    accent = QColor(theme.accent)
    for gate in layout.file.gate:
        shape = polygon(gate.outline, view)
        fill = QColor(accent)
        fill.setAlpha(38)
        painter.setBrush(fill)
        painter.setPen(QPen(accent, 1.2, Qt.PenStyle.DashLine))
        painter.drawPolygon(shape)
        if view.scale >= NAMES_FROM:
            painter.setPen(QColor(theme.accent))
            painter.setFont(ui_font(TEXT_SECONDARY))
            painter.drawText(shape.boundingRect(), Qt.AlignmentFlag.AlignCenter, gate.name)


def _fixtures(painter: QPainter, layout: StoreLayout, view: FloorView, theme: Theme) -> None:
    painter.setPen(QPen(QColor(theme.fixture_line), 1.0))
    for fixture in layout.file.fixture:
        painter.setBrush(QColor(theme.fixture_line if fixture.kind == "column" else theme.fixture))
        painter.drawPolygon(polygon(fixture.outline, view))


def slot_rect(low: Sequence[float], high: Sequence[float], view: FloorView) -> QRectF:
    """A slot from above, in pixels."""
    return QRectF(view.to_pixel((low[0], high[1])), view.to_pixel((high[0], low[1])))


def _slots(painter: QPainter, layout: StoreLayout, view: FloorView, theme: Theme) -> None:
    """One outline per place: slots above each other look the same from above."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.slot), 1.0))
    seen = {(s.low[:2], s.high[:2]) for s in layout.file.slot}
    inset = 1.5
    painter.drawRects([slot_rect(a, b, view).adjusted(inset, inset, -inset, -inset) for a, b in sorted(seen)])


def paint_names(painter: QPainter, fixtures: Iterable[Fixture], view: FloorView, theme: Theme) -> None:
    """What the fixtures are called, over whatever else has been painted on them."""
    if view.scale < NAMES_FROM:
        return
    font = ui_font(TEXT_SECONDARY)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    for fixture in fixtures:
        if fixture.kind != "column" and fixture.name:
            _name(painter, fixture, view, theme, metrics)


def _name(painter: QPainter, fixture: Fixture, view: FloorView, theme: Theme, metrics: QFontMetricsF) -> None:
    """In the middle, along the fixture's longer side, in two lines or shortened to fit, on its own ground."""
    box = polygon(fixture.outline, view).boundingRect()
    upright = box.height() > box.width() and metrics.horizontalAdvance(fixture.name) > box.width() - 8
    room = (box.height() if upright else box.width()) - 8
    across = box.width() if upright else box.height()
    lines = in_lines(fixture.name, room, 2 if across >= 2 * metrics.height() + 4 else 1, metrics)
    if len(lines[0]) < min(3, len(fixture.name)) or across < metrics.height():
        return
    painter.save()
    painter.translate(box.center())
    if upright:
        painter.rotate(-90)
    wide = min(max(metrics.horizontalAdvance(line) for line in lines) + 10, room + 4)
    high = metrics.height() * len(lines)
    ground = QRectF(-wide / 2, -high / 2, wide, high)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.fixture))
    painter.drawRect(ground)
    painter.setPen(QColor(theme.secondary))
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, "\n".join(lines))
    painter.restore()


def in_lines(text: str, room: float, most: int, metrics: QFontMetricsF) -> tuple[str, ...]:
    """A name in one line where it fits into ``room`` pixels, else in ``most`` (1 or 2) shortened ones."""
    words = text.split()
    lines: tuple[str, ...] = (text,)
    if most > 1 and len(words) > 1 and metrics.horizontalAdvance(text) > room:
        halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
        lines = min(halves, key=lambda half: max(metrics.horizontalAdvance(line) for line in half))
    return tuple(metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in lines)


@lru_cache(maxsize=256)
def aim_of(camera: Camera) -> tuple[Point2, Point2] | None:
    """Where a camera hangs and which way it looks (unit vector), from above; None when it is not known.

    Nearly straight down counts as looking nowhere: the vector is (0, 0).
    """
    model = camera_model(camera)
    if model.position is None:
        return None
    place = np.asarray(model.position, dtype=float)
    floor, valid = model.to_floor(np.array([[camera.width / 2, camera.height * 0.75]]))
    if not valid[0]:
        return (float(place[0]), float(place[1])), (0.0, 0.0)
    way = floor[0] - place[:2]
    length = float(np.hypot(*way))
    unit = way / length if length > 0.3 else np.zeros(2)
    return (float(place[0]), float(place[1])), (float(unit[0]), float(unit[1]))


def _camera(painter: QPainter, camera: Camera, view: FloorView, theme: Theme) -> None:
    aim = aim_of(camera)
    if aim is None:
        return
    at = view.to_pixel(aim[0])
    painter.save()
    painter.translate(at)
    painter.setPen(Qt.PenStyle.NoPen)
    if aim[1] != (0.0, 0.0):
        painter.rotate(float(np.degrees(np.arctan2(-aim[1][1], aim[1][0]))))
        cone = QColor(theme.secondary)
        cone.setAlpha(36)
        painter.setBrush(cone)
        painter.drawPolygon(QPolygonF([QPointF(0, 0), QPointF(24, -13), QPointF(24, 13)]))
    painter.setBrush(QColor(theme.secondary))
    painter.drawRoundedRect(QRectF(-5, -4, 8, 8), 2, 2)
    painter.drawPolygon(QPolygonF([QPointF(2, 0), QPointF(7, -4), QPointF(7, 4)]))
    painter.restore()


def paint_scale_bar(painter: QPainter, view: FloorView, theme: Theme, bottom: float) -> None:
    """A bar of so many whole metres, at the left above the pixel ``bottom``."""
    metres = next((m for m in (1, 2, 5, 10, 20, 50) if m * view.scale >= 48), 50)
    length, y = metres * view.scale, bottom - 12.5
    painter.setPen(QPen(QColor(theme.secondary), 1.0))
    painter.drawLines([QLineF(12, y, 12 + length, y), QLineF(12, y - 3, 12, y + 3),
                       QLineF(12 + length, y - 3, 12 + length, y + 3)])  # fmt: skip
    painter.setFont(ui_font(TEXT_SECONDARY))
    painter.drawText(QPointF(12 + length + SPACE_1 * 2, y + 4), f"{metres} m")
