"""Where shoppers may be besides where they are drawn: two standard deviations, never louder than the map."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from inference.messages.results import Person

LEAST = 16.0
"""Half axes below this are covered by the token, pixels."""
FILLED = 48.0
"""Larger than this an area is only outlined: a fill would be read as something that stands there."""
LOUDEST = 150
FAINTEST = 60
"""Opacity of the outline, of 255: it falls as the area grows, so that all carry about the same ink."""


def is_doubtful(person: Person, scale: float) -> bool:
    """Whether there is anything to be painted: else the token covers it. ``scale``: pixels per metre."""
    xx, xy, yy = person.covariance
    return 4 * ((xx + yy) / 2 + math.hypot((xx - yy) / 2, xy)) * scale * scale > LEAST * LEAST


def paint_doubt(painter: QPainter, person: Person, at: QPointF, scale: float, colour: QColor) -> None:
    """One ellipse around pixel ``at``; ``scale`` in pixels per metre. The caller clips to the floor."""
    xx, xy, yy = person.covariance
    mean, spread = (xx + yy) / 2, math.hypot((xx - yy) / 2, xy)
    wide = 2 * math.sqrt(max(0.0, mean + spread)) * scale
    if wide <= LEAST:
        return
    narrow = 2 * math.sqrt(max(0.0, mean - spread)) * scale
    outline, fill = QColor(colour), QColor(colour)
    outline.setAlpha(max(FAINTEST, min(LOUDEST, round(LOUDEST * FILLED / wide))))
    fill.setAlpha(70 if person.hidden else 24)
    hatch = Qt.BrushStyle.BDiagPattern if person.hidden else Qt.BrushStyle.SolidPattern
    painter.save()
    painter.translate(at)
    painter.rotate(-math.degrees(0.5 * math.atan2(2 * xy, xx - yy)))
    painter.setPen(QPen(outline, 1.0, Qt.PenStyle.DashLine if person.hidden else Qt.PenStyle.SolidLine))
    painter.setBrush(QBrush(fill, hatch) if wide <= FILLED else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(0, 0), wide, narrow)
    painter.restore()
