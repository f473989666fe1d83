"""The floor of an evaluation's picture: the store, true paths, tracks, and where they went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from console.cli.evaluation.marks import THEME, Looks, draw_false, draw_missed, draw_switch, draw_true
from console.cli.evaluation.stretches import Stretch, stretches
from console.theme.fonts import ui_font
from console.widgets.floor_ground import paint_plan, paint_scale_bar
from console.widgets.floor_view import FloorView
from console.widgets.identity_paint import paint_token
from console.widgets.label_places import Wanted, place_labels
from inference.evaluation.tracks import TrackExamination
from store_layout.model import StoreLayout

TOKEN = 9.0
"""Radius of the disc with a track's number, pixels."""
NUMBERS_UP_TO = 60
"""Tracks; more are drawn without numbers."""


def paint_floor(
    painter: QPainter, box: QRectF, layout: StoreLayout, examined: TrackExamination, looks: Looks
) -> None:
    """Everything inside ``box`` (pixels)."""
    view = FloorView(layout)
    view.resize(box.size())
    painter.save()
    painter.translate(box.topLeft())
    paint_plan(painter, layout, view, THEME)
    comparison, following = examined.comparison, examined.following

    def line(stretch: Stretch) -> QPolygonF:
        return QPolygonF([view.to_pixel(point) for point in stretch.points])

    tracks = stretches(comparison, "tracks")
    for stretch in tracks:
        looks.draw(painter, stretch.number, line(stretch))
    for stretch in stretches(comparison, "people"):
        draw_true(painter, line(stretch))
    for stretch in stretches(comparison, "people", lambda at, n: n in following.missed[at] or None):
        draw_missed(painter, line(stretch))
    for stretch in stretches(comparison, "tracks", lambda at, n: n in following.false[at] or None):
        draw_false(painter, line(stretch))
    _numbers(painter, [(s.number, line(s)) for s in tracks], looks)
    _switches(painter, view, examined, box.size())
    paint_scale_bar(painter, view, THEME, box.height())
    painter.restore()


def _numbers(painter: QPainter, lines: Sequence[tuple[int, QPolygonF]], looks: Looks) -> None:
    """Each track's number once, where it is farthest from the numbers already there."""
    points: dict[int, list[QPointF]] = {}
    for number, line in lines:
        points.setdefault(number, []).extend(line.at(i) for i in range(0, line.size(), 3))
    if len(points) > NUMBERS_UP_TO:
        return
    placed: list[QPointF] = []
    for candidates in points.values():
        best = max(
            candidates,
            key=lambda p: min(((p.x() - q.x()) ** 2 + (p.y() - q.y()) ** 2 for q in placed), default=0.0),
        )
        placed.append(best)
    for number, at in zip(points, placed, strict=True):
        paint_token(painter, at, looks.index(number), str(number), THEME, hidden=False, radius=TOKEN)


def _switches(painter: QPainter, view: FloorView, examined: TrackExamination, room: QSizeF) -> None:
    """Diamonds, and beside each whose new track is which, where labels hide each other least."""
    font = ui_font(11, bold=True)
    metrics = QFontMetricsF(font)
    names = examined.comparison.names
    words = [f"{names[switch.person]} → {switch.track}" for switch in examined.following.switches]
    places = [view.to_pixel(switch.at) for switch in examined.following.switches]
    wanted = [
        Wanted(i, at.x(), at.y(), metrics.horizontalAdvance(text) + 8, metrics.height() + 2, 8.0)
        for i, (at, text) in enumerate(zip(places, words, strict=True))
    ]
    labels = place_labels(wanted, (room.width(), room.height()), {})
    for i, ((left, top, right, bottom), _) in labels.items():
        ground = QRectF(QPointF(left, top), QPointF(right, bottom))
        colour = QColor(THEME.panel)
        colour.setAlpha(230)
        painter.setPen(QPen(QColor(THEME.line), 1.0))
        painter.setBrush(colour)
        painter.drawRoundedRect(ground, 4, 4)
        painter.setFont(font)
        painter.setPen(QColor(THEME.text))
        painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, words[i])
    for at, switch in zip(places, examined.following.switches, strict=True):
        draw_switch(painter, at, swap=switch.swap)
