"""How tracks, truth and what went wrong are drawn: the same on the floor, in the strip and in the legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from console.theme.contrast import contrast
from console.theme.tokens import LIGHT

THEME = LIGHT
TRUE = QColor("#5B6670")
MISSED = QColor("#C2185B")
"""Apart from all identity colours, for colour-blind eyes by its shape as well: a wide open band."""
TRACK_WIDTH = 2.6
DASHES: tuple[tuple[float, ...], ...] = ((), (4.0, 1.6), (1.0, 1.5))
"""A colour's first, second and third use; then again."""


class Looks:
    """A colour and a line for each track, in order of first appearance: neighbours in time differ most."""

    def __init__(self, tracks: Sequence[int]) -> None:
        self._place: Mapping[int, int] = {track: i for i, track in enumerate(tracks)}

    def index(self, track: int) -> int:
        """Number of the identity's look, as :func:`console.widgets.identity_paint.paint_token` has it."""
        return self._place[track] % 16

    def colour(self, track: int) -> QColor:
        """Of eight that colour-blind eyes tell apart."""
        return QColor(THEME.identities[self._place[track] % len(THEME.identities)])

    def pen(self, track: int, width: float = TRACK_WIDTH) -> QPen:
        """The track's line."""
        pen = QPen(self.colour(track), width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        dashes = DASHES[self._place[track] // len(THEME.identities) % len(DASHES)]
        if dashes:
            pen.setDashPattern(list(dashes))
        return pen

    def draw(self, painter: QPainter, track: int, line: QPolygonF) -> None:
        """A track's way; light colours have a dark edge on the light ground."""
        colour = self.colour(track)
        if contrast(colour.name(), THEME.floor) < 1.5:
            edge = self.pen(track, TRACK_WIDTH + 1.4)
            edge.setDashPattern([v * TRACK_WIDTH / (TRACK_WIDTH + 1.4) for v in edge.dashPattern()])
            edge.setColor(colour.darker(170))
            stroke(painter, line, edge)
        stroke(painter, line, self.pen(track))


def stroke(painter: QPainter, line: QPolygonF, pen: QPen) -> None:
    """A line, or a dot where it has one point only."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if line.size() == 1:
        dot = QPen(pen)
        dot.setStyle(Qt.PenStyle.SolidLine)
        dot.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(dot)
        painter.drawPoint(line.at(0))
        return
    painter.setPen(pen)
    painter.drawPolyline(line)


def draw_true(painter: QPainter, line: QPolygonF) -> None:
    """Where somebody really was."""
    stroke(painter, line, QPen(TRUE, 0.9))


def draw_missed(painter: QPainter, line: QPolygonF) -> None:
    """Where somebody was without a track: an open band around the true path."""
    for colour, width in ((MISSED, 7.0), (QColor(THEME.floor), 4.2)):
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        stroke(painter, line, pen)
    draw_true(painter, line)


def draw_false(painter: QPainter, line: QPolygonF) -> None:
    """Where a track was without a person: black dots on the track."""
    pen = QPen(QColor(THEME.text), 2.2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setDashPattern([0.1, 2.2])
    stroke(painter, line, pen)


def draw_switch(painter: QPainter, at: QPointF, *, swap: bool, size: float = 7.0) -> None:
    """A person got another track: a diamond; filled where that track had followed somebody else."""
    diamond = QPolygonF(
        [at + QPointF(0, -size), at + QPointF(size, 0), at + QPointF(0, size), at + QPointF(-size, 0)]
    )
    painter.setPen(QPen(QColor(THEME.text), 1.6))
    painter.setBrush(QColor(THEME.wrong) if swap else QColor(THEME.panel))
    painter.drawPolygon(diamond)
