"""Truth and tracks of an evaluation as a picture: title, floor, legend, and a strip of who followed whom."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPolygonF
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from console.cli.evaluation.floor import paint_floor
from console.cli.evaluation.marks import THEME, Looks, draw_false, draw_missed, draw_switch, draw_true
from console.cli.evaluation.strip import NAMES, paint_strip, strip_height
from console.theme.fonts import ui_font
from console.widgets.floor_view import MARGIN, bounds_of
from inference.evaluation.report import Evaluation
from inference.evaluation.tracks import TrackExamination, TrackScore
from store_layout.model import StoreLayout

WIDTH = 1280.0
EDGE = 24.0
TITLE = 84.0
LEGEND = 34.0
HIGHEST_FLOOR = 1000.0
RATIO = 2
"""Pixels of the PNG for each of the drawing's."""


def write_pictures(evaluation: Evaluation, label: str, folder: Path) -> tuple[Path, Path]:
    """Write ``LABEL.png`` and ``LABEL.svg`` into ``folder``, which is made. No display is needed.

    Raises ``OSError`` naming the file that cannot be written, ``ValueError`` for an evaluation without paths.
    """
    examined, layout = evaluation.examined, evaluation.layout
    if examined is None or layout is None:
        raise ValueError(f"{label}: without a floor and true paths there is nothing to draw")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication(
        ["openaisle"]
    )  # text needs one; it lives until both are drawn
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / (re.sub(r"[^\w.-]+", "-", label).strip("-.") or "recording")
    drawing = _Drawing(layout, examined, label)
    image = QImage(drawing.size * RATIO, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(RATIO, RATIO)
    drawing.paint(painter)
    painter.end()
    png, svg = stem.with_name(stem.name + ".png"), stem.with_name(stem.name + ".svg")
    if not image.save(str(png)):
        raise OSError(f"{png}: cannot be written")
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setFileName(str(svg))
    generator.setSize(drawing.size)
    generator.setViewBox(QRectF(QPointF(0, 0), QSizeF(drawing.size)))
    generator.setTitle(label)
    painter = QPainter()
    if not painter.begin(generator):
        raise OSError(f"{svg}: cannot be written")
    drawing.paint(painter)
    painter.end()
    del app
    return png, svg


class _Drawing:
    """Where the parts of the picture are."""

    def __init__(self, layout: StoreLayout, examined: TrackExamination, label: str) -> None:
        self._layout, self._examined, self._label = layout, examined, label
        tracks = (track for step in examined.comparison.steps for track in step.tracks)
        self._looks = Looks(tuple(dict.fromkeys(tracks)))
        bounds = bounds_of(layout.file.floor.outline)
        inner = WIDTH - 2 * EDGE
        high = inner * (bounds.height() + 2 * MARGIN) / (bounds.width() + 2 * MARGIN)
        self._floor = QRectF(EDGE, TITLE, inner, min(high, HIGHEST_FLOOR))
        self._strip = QRectF(EDGE, self._floor.bottom() + LEGEND, inner, strip_height(examined))
        self.size = QSize(round(WIDTH), round(self._strip.bottom() + EDGE / 2))

    def paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(QPointF(0, 0), QSizeF(self.size)), QColor(THEME.ground))
        self._title(painter)
        paint_floor(painter, self._floor, self._layout, self._examined, self._looks)
        self._legend(painter)
        paint_strip(painter, self._strip, self._examined, self._looks)

    def _title(self, painter: QPainter) -> None:
        painter.setPen(QColor(THEME.text))
        painter.setFont(ui_font(20, bold=True))
        inner = self._floor.width()
        painter.drawText(QRectF(EDGE, 10, inner, 28), Qt.AlignmentFlag.AlignVCenter, self._label)
        painter.setPen(QColor(THEME.secondary))
        painter.setFont(ui_font(13))
        for i, words in enumerate(scores_in_words(self._examined.tally.score())):
            painter.drawText(QRectF(EDGE, 37 + 19 * i, inner, 20), Qt.AlignmentFlag.AlignVCenter, words)

    def _legend(self, painter: QPainter) -> None:
        y = self._floor.bottom() + LEGEND / 2
        font = ui_font(12)
        metrics = QFontMetricsF(font)
        x = EDGE + NAMES
        for words, draw in self._marks():
            draw(painter, QPolygonF([QPointF(x, y), QPointF(x + 34, y)]))
            painter.setFont(font)
            painter.setPen(QColor(THEME.text))
            painter.drawText(QPointF(x + 44, y + metrics.ascent() / 2 - 1), words)
            x += 44 + metrics.horizontalAdvance(words) + 28

    def _marks(self) -> list[tuple[str, Callable[[QPainter, QPolygonF], None]]]:
        tracks = [track for step in self._examined.comparison.steps for track in step.tracks][:1]
        looks = self._looks
        return [
            ("true path", draw_true),
            *(("track, by number", lambda p, line: looks.draw(p, tracks[0], line)) for _ in tracks),
            ("person without a track", draw_missed),
            ("track without a person", draw_false),
            ("switch to a new track", lambda p, line: _diamond(p, line, swap=False)),
            ("to somebody else's", lambda p, line: _diamond(p, line, swap=True)),
        ]


def _diamond(painter: QPainter, line: QPolygonF, *, swap: bool) -> None:
    draw_switch(painter, line.at(1) - QPointF(8, 0), swap=swap)


def scores_in_words(score: TrackScore) -> tuple[str, str]:
    """The scores in two lines: who is who, and where."""

    def number(value: float | None, digits: int = 3) -> str:
        return "-" if value is None else f"{value:.{digits}f}"

    who = []
    if (hota := score.hota) is not None:
        who = [f"HOTA {hota.hota:.3f}", f"DetA {hota.deta:.3f}", f"AssA {hota.assa:.3f}"]
    who += [
        f"MOTA {number(score.mota)}",
        f"IDF1 {number(score.idf1)}",
        f"{score.people} people, {score.tracks} tracks",
        f"identity switches {score.switches}, swaps {score.swaps}",
    ]
    where = [
        f"missed {score.misses}, on nobody {score.false}, of {score.true} positions",
        f"error median {number(score.error_median_m)} m, p90 {number(score.error_p90_m)} m",
    ]
    if score.calibration is not None and score.calibration.seen.inside_95 is not None:
        where.append(f"{100 * score.calibration.seen.inside_95:.1f} % of truths in the 95 % ellipse")
    return "  ·  ".join(who), "  ·  ".join(where)
