"""The strip under the floor: a row for each person, coloured by the track that followed them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from console.cli.evaluation.marks import MISSED, THEME, TRUE, Looks, draw_switch
from console.cli.evaluation.stretches import Stretch, stretches
from console.theme.contrast import ink_on
from console.theme.fonts import ui_font
from inference.evaluation.tracks import TrackExamination

NAMES = 76.0
"""Width of the names at the left, pixels."""
AXIS = 22.0
MOST, LEAST = 19.0, 3.0
"""Height of a row."""
HIGHEST = 900.0
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)
"""Seconds between two times on the axis."""


def strip_height(examined: TrackExamination) -> float:
    """Pixels that the strip wants."""
    rows = len(examined.comparison.names) + 1
    return _row(rows) * rows + AXIS


def _row(rows: int) -> float:
    return max(LEAST, min(MOST, HIGHEST / max(1, rows)))


@dataclass(frozen=True, slots=True)
class _Grid:
    """From steps and rows to pixels."""

    box: QRectF
    row: float
    steps: int
    place: dict[int, int]
    """Row of each person."""

    def x(self, step: float) -> float:
        return self.box.left() + NAMES + (self.box.width() - NAMES) * step / max(1, self.steps)

    def bar(self, stretch: Stretch, row: int) -> QRectF:
        left, right = self.x(stretch.first), self.x(stretch.last + 1)
        gap = 0.15 * self.row
        return QRectF(left, self.box.top() + row * self.row + gap, right - left, self.row - 2 * gap)


def paint_strip(painter: QPainter, box: QRectF, examined: TrackExamination, looks: Looks) -> None:
    """Rows in order of arrival; the last one shows tracks that were on nobody."""
    comparison, following = examined.comparison, examined.following
    of_step = [{person: track for track, person in now.items()} for now in following.matches]
    present = stretches(comparison, "people")
    order = list(dict.fromkeys(s.number for s in present))
    rows = len(comparison.names) + 1
    grid = _Grid(box, _row(rows), len(comparison.steps), {n: i for i, n in enumerate(order)})
    painter.save()
    _axis(painter, grid, comparison.period_s)
    for stretch in present:
        middle = grid.bar(stretch, grid.place[stretch.number]).center().y()
        painter.setPen(QPen(TRUE, 0.9))
        painter.drawLine(QLineF(grid.x(stretch.first), middle, grid.x(stretch.last + 1), middle))
    for stretch in stretches(comparison, "people", lambda at, n: of_step[at].get(n)):
        track = of_step[stretch.first][stretch.number]
        _piece(painter, grid.bar(stretch, grid.place[stretch.number]), track, looks)
    for stretch in stretches(comparison, "people", lambda at, n: n in following.missed[at] or None):
        painter.setPen(QPen(MISSED, 1.4))
        painter.setBrush(QColor(THEME.floor))
        painter.drawRect(grid.bar(stretch, grid.place[stretch.number]))
    for stretch in stretches(comparison, "tracks", lambda at, n: n in following.false[at] or None):
        painter.fillRect(grid.bar(stretch, rows - 1), looks.colour(stretch.number))
    for switch in following.switches:
        at = (switch.t - comparison.steps[0].t) / comparison.period_s
        middle = box.top() + (grid.place[switch.person] + 0.5) * grid.row
        draw_switch(painter, QPointF(grid.x(at), middle), swap=switch.swap, size=max(3.0, 0.4 * grid.row))
    _names(painter, grid, [comparison.names[n] for n in order])
    painter.restore()


def _piece(painter: QPainter, bar: QRectF, track: int, looks: Looks) -> None:
    """One track's time on a person: its colour, its line's pattern as a lower edge, its number."""
    colour = looks.colour(track)
    painter.fillRect(bar, colour)
    pen = looks.pen(track, 2.0)
    if pen.dashPattern():
        pen.setColor(QColor(ink_on(colour.name())))
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF([bar.bottomLeft() - QPointF(0, 1), bar.bottomRight() - QPointF(0, 1)]))
    font = ui_font(10, bold=True)
    metrics = QFontMetricsF(font)
    if bar.height() >= 9 and bar.width() > metrics.horizontalAdvance(str(track)) + 12:
        painter.setFont(font)
        painter.setPen(QColor(ink_on(colour.name())))
        painter.drawText(bar.adjusted(10, -2, 0, -2), Qt.AlignmentFlag.AlignVCenter, str(track))


def _names(painter: QPainter, grid: _Grid, names: list[str]) -> None:
    if grid.row < 9:
        return
    font = ui_font(11)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(QColor(THEME.secondary))
    for i, name in enumerate([*names, "on nobody"]):
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, NAMES - 10)
        place = QRectF(grid.box.left(), grid.box.top() + i * grid.row, NAMES - 8, grid.row)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


def _axis(painter: QPainter, grid: _Grid, period_s: float) -> None:
    """Minutes and seconds since the first step."""
    whole = grid.steps * period_s
    step = next((s for s in TICKS if whole / s <= 14), TICKS[-1])
    bottom = grid.box.bottom() - AXIS + 2
    painter.setFont(ui_font(11))
    for i in range(int(whole / step) + 1):
        x = grid.x(i * step / period_s)
        painter.setPen(QPen(QColor(THEME.line), 1.0))
        painter.drawLine(QLineF(x, grid.box.top(), x, bottom + 3))
        painter.setPen(QColor(THEME.secondary))
        minutes, seconds = divmod(i * step, 60)
        place = QRectF(x - 40, bottom + 3, 80, AXIS - 5)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{minutes}:{seconds:02d}")
