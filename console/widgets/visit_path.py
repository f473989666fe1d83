"""The path of a visit on the floor plan: where the shopper came in, walked, took something and left."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.item_models.words import span
from console.language import tr, tr_n
from console.language.writing import decimal
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.tokens import SPACE_1, TEXT_SECONDARY
from console.widgets.floor_ground import paint_plan, slot_rect
from console.widgets.floor_view import FloorView
from inference.messages.results import Waypoint
from store_layout.model import StoreLayout

DOT = 5.0
STOP = 9.0
LINE = 2.5
HEIGHT, MOST = 220, 420
"""Pixels: always, and where nothing else needs the room."""
GAP_S = 25.0
"""Nobody was seen for longer than this: the path is dashed there."""


class VisitPath(QWidget):
    """Floor frame, metres, y up: as large as it fits."""

    def __init__(self, layout: StoreLayout, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout, self._appearance = layout, appearance
        self._view = FloorView(layout)
        self._path: tuple[Waypoint, ...] = ()
        self._stops: tuple[str, ...] = ()
        self._lit: frozenset[str] = frozenset()
        self.setObjectName("visitPath")
        self.setAccessibleName(tr("The path on the floor"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        appearance.changed.connect(self.update)

    def show_path(self, path: tuple[Waypoint, ...], stops: tuple[str, ...]) -> None:
        """``stops``: ids of the slots where something was taken, in order."""
        self._path, self._stops, self._lit = path, stops, frozenset()
        length = sum(((b[1] - a[1]) ** 2 + (b[2] - a[2]) ** 2) ** 0.5 for a, b in pairwise(path))
        said = tr_n("{n} stop at a shelf", "{n} stops at shelves", len(stops))
        self.setAccessibleDescription(tr("{metres} m, {stops}", metres=decimal(length), stops=said))
        self.setToolTip(self.accessibleDescription())
        self.update()

    def light_up(self, slots: tuple[str, ...]) -> None:
        """Mark the slots of the line that is asked about."""
        self._lit = frozenset(slots)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as there is room."""
        return QSize(400, HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Still to be read."""
        return QSize(200, HEIGHT)

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802
        """All of the floor, always; no higher than the width makes use of."""
        self.setMaximumHeight(max(HEIGHT, min(MOST, round(self._view.height_for(self.width())))))
        self._view.resize(
            QSizeF(self.size())
        )  # not the event's: what is too high is lower since, without another

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The plan, and on it the path."""
        painter = QPainter(self)
        theme = self._appearance.theme
        paint_plan(painter, self._layout, self._view, theme)
        for slot in self._layout.file.slot:
            if slot.id in self._lit:
                painter.setPen(QPen(QColor(theme.accent), 2))
                painter.setBrush(QColor(theme.accent))
                painter.drawRect(slot_rect(slot.low, slot.high, self._view))
        if self._path:
            self._paint_path(painter)
        self._paint_stops(painter)

    def _paint_path(self, painter: QPainter) -> None:
        theme = self._appearance.theme
        seen, unseen = QPainterPath(), QPainterPath()
        for a, b in pairwise(self._path):
            way = unseen if b[0] - a[0] > GAP_S else seen
            way.moveTo(self._view.to_pixel(a[1:]))
            way.lineTo(self._view.to_pixel(b[1:]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.accent), LINE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(seen)
        painter.setPen(QPen(QColor(theme.secondary), LINE - 1, Qt.PenStyle.DashLine))
        painter.drawPath(unseen)
        ends = ((self._path[0], tr("way in")), (self._path[-1], tr("way out")))
        for (t, x, y), word in ends:
            self._paint_end(
                painter, self._view.to_pixel((x, y)), f"{word} {span(t)}", filled=word == ends[0][1]
            )

    def _paint_end(self, painter: QPainter, at: QPointF, word: str, *, filled: bool) -> None:
        theme = self._appearance.theme
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.setBrush(QColor(theme.accent if filled else theme.panel))
        painter.drawEllipse(at, DOT, DOT)
        font = ui_font(TEXT_SECONDARY)
        metrics = QFontMetricsF(font)
        wide, high = metrics.horizontalAdvance(word) + 2 * SPACE_1, metrics.height()
        left = at.x() + DOT + SPACE_1
        if left + wide > self.width():
            left = at.x() - DOT - SPACE_1 - wide
        top = min(max(0.0, at.y() - high / 2 + (-high if filled else high) * 0.6), self.height() - high)
        ground = QColor(theme.floor)
        ground.setAlpha(220)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(left, top, wide, high), 3, 3)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(left, top, wide, high), Qt.AlignmentFlag.AlignCenter, word)

    def _paint_stops(self, painter: QPainter) -> None:
        theme = self._appearance.theme
        painter.setFont(ui_font(TEXT_SECONDARY, bold=True))
        slots = self._layout.slots
        places: list[tuple[QPointF, str]] = []
        for number, name in enumerate(self._stops, start=1):
            slot = slots.get(name)
            if slot is None:
                continue
            centre = slot_rect(slot.low, slot.high, self._view).center()
            # Slots above each other are one place on a plan: their numbers stand together.
            near = next((i for i, (p, _) in enumerate(places) if (p - centre).manhattanLength() < STOP), None)
            if near is None:
                places.append((centre, str(number)))
            else:
                places[near] = (places[near][0], f"{places[near][1]},{number}")
        metrics = QFontMetricsF(painter.font())
        for centre, word in places:
            wide = max(2 * STOP, metrics.horizontalAdvance(word) + 2 * SPACE_1)
            box = QRectF(centre.x() - wide / 2, centre.y() - STOP, wide, 2 * STOP)
            painter.setPen(QPen(QColor(theme.panel), 1.5))
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(box, STOP, STOP)
            painter.setPen(QColor(theme.on_accent))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
