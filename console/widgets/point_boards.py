"""Two boards on which a point is shown: a camera's picture, and the floor's plan. By mouse or by keys."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.language import tr
from console.operations.calibration_pairs import CalibrationPairs
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_SECONDARY
from console.widgets.crosshair import SHOWS, moved_cross, paint_cross
from console.widgets.floor_ground import paint_plan
from console.widgets.floor_view import FloorView
from console.widgets.wire_frame import paint_wires
from store_layout.model import Camera, Point2, StoreLayout

SNAP = 9.0
"""Pixels within which a click means a corner of the plan, whose place is known exactly."""
MARK = 7.0
SMALL = QSize(420, 260)


class PointBoard(QWidget):
    """Numbered marks, and a cross that the arrow keys move; Enter or a click shows its place."""

    pointed = Signal(float, float)
    """In the board's own coordinates."""

    def __init__(self, pairs: CalibrationPairs, appearance: Appearance, name: str) -> None:
        super().__init__()
        self._pairs, self._appearance = pairs, appearance
        self._cross: QPointF | None = None
        self.chosen = -1
        """The pair that is chosen."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(
            tr("Arrow keys move the cross, with Shift faster; Enter shows the point")
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(SMALL)
        pairs.changed.connect(self.update)

    def choose(self, number: int) -> None:
        """Mark this pair."""
        self.chosen = number
        self.update()

    # -- what a kind of board knows ------------------------------------------------------------------

    def to_point(self, pixel: QPointF) -> Point2 | None:
        """What lies under a pixel of the widget; None: nothing."""
        raise NotImplementedError

    def to_pixel(self, point: Point2) -> QPointF:
        """Where a point is in the widget."""
        raise NotImplementedError

    def marks(self) -> Iterator[Point2]:
        """The pairs' points, in order."""
        raise NotImplementedError

    def pending(self) -> Point2 | None:
        """Half of a pair that is still to come."""
        raise NotImplementedError

    def paint_under(self, painter: QPainter) -> None:
        """Everything under the marks."""
        raise NotImplementedError

    # -- events --------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Show the place."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._cross = event.position()
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move the cross, or show its place."""
        moved = moved_cross(self, self._cross, event)
        if moved is not None:
            self._cross = moved
            self.update()
        elif event.key() in SHOWS:
            self._cross = self._cross or QPointF(self.rect().center())
            self._show()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """What is under them, the marks, the cross."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.save()
        self.paint_under(painter)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(TEXT_SECONDARY, bold=True))
        fit = self._pairs.fit
        for number, point in enumerate(self.marks()):
            wrong = fit is not None and number == fit.worst and len(self._pairs.pairs) > 4
            colour = QColor(theme.wrong if wrong else theme.accent)
            self._mark(painter, self.to_pixel(point), str(number + 1), colour, number == self.chosen)
        waiting = self.pending()
        if waiting is not None:
            self._mark(painter, self.to_pixel(waiting), "?", QColor(theme.waiting), chosen=True)
        paint_cross(self, self._cross, painter, theme)

    def _show(self) -> None:
        point = None if self._cross is None else self.to_point(self._cross)
        if point is not None:
            self.pointed.emit(*point)
        self.update()

    @staticmethod
    def _mark(painter: QPainter, at: QPointF, word: str, colour: QColor, chosen: bool) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(QColor(0, 0, 0, 160), 4.0), QPen(colour, 3.0 if chosen else 1.8)):
            painter.setPen(pen)
            painter.drawEllipse(at, MARK, MARK)
            painter.drawPoint(at)
        box = QRectF(at.x() + MARK + 2, at.y() - 20, 22, 16)
        painter.fillRect(box, QColor(0, 0, 0, 170))
        painter.setPen(QColor(255, 255, 255))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)


class PicturePoints(PointBoard):
    """A camera's picture, with the floor's grid and the store's edges as the camera found sees them."""

    def __init__(
        self, pairs: CalibrationPairs, layout: StoreLayout, image: QImage, appearance: Appearance
    ) -> None:
        super().__init__(pairs, appearance, tr("The camera's picture"))
        self._layout, self._image = layout, image

    def to_point(self, pixel: QPointF) -> Point2 | None:
        """Pixels of the camera's own size."""
        at, scale = self._place()
        x, y = (pixel.x() - at.x()) / scale, (pixel.y() - at.y()) / scale
        width, height = self._pairs.size
        return (round(x, 1), round(y, 1)) if 0 <= x <= width and 0 <= y <= height else None

    def to_pixel(self, point: Point2) -> QPointF:
        """In the widget."""
        at, scale = self._place()
        return QPointF(at.x() + scale * point[0], at.y() + scale * point[1])

    def marks(self) -> Iterator[Point2]:
        """Where each pair is seen."""
        return (pair.pixel for pair in self._pairs.pairs)

    def pending(self) -> Point2 | None:
        """Seen, and not known where it lies."""
        return self._pairs.pixel

    def paint_under(self, painter: QPainter) -> None:
        """Picture and lines."""
        theme, (width, height) = self._appearance.theme, self._pairs.size
        at, scale = self._place()
        room = QRectF(at.x(), at.y(), scale * width, scale * height)
        painter.fillRect(self.rect(), QColor(theme.raised))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(room, self._image)
        fit = self._pairs.fit
        if fit is not None:
            camera = Camera(id="fit", name="fit", width=width, height=height, calibration=fit.calibration)
            painter.translate(at)
            painter.setClipRect(0, 0, round(room.width()), round(room.height()))
            paint_wires(painter, self._layout, camera, (round(room.width()), round(room.height())), theme)

    def _place(self) -> tuple[QPointF, float]:
        """Corner of the picture in the widget, and pixels of the widget for one of the picture."""
        width, height = self._pairs.size
        scale = min(self.width() / width, self.height() / height)
        return QPointF((self.width() - scale * width) / 2, (self.height() - scale * height) / 2), scale


class FloorPoints(PointBoard):
    """The floor's plan; the wheel zooms. A click near a corner means the corner."""

    def __init__(self, pairs: CalibrationPairs, layout: StoreLayout, appearance: Appearance) -> None:
        super().__init__(pairs, appearance, tr("The floor's plan"))
        self._layout, self._view = layout, FloorView(layout)
        file = layout.file
        shapes = (file.floor.outline, *(f.outline for f in file.fixture), *(g.outline for g in file.gate))
        self._corners = [corner for shape in shapes for corner in shape]

    def to_point(self, pixel: QPointF) -> Point2 | None:
        """Metres; a corner nearby exactly."""
        near = [(self._view.to_pixel(corner) - pixel, corner) for corner in self._corners]
        off, corner = min(near, key=lambda one: one[0].manhattanLength())
        if off.manhattanLength() <= SNAP:
            return corner
        floor = self._view.to_floor(pixel)
        return round(floor.x(), 2), round(floor.y(), 2)

    def to_pixel(self, point: Point2) -> QPointF:
        """In the widget."""
        return self._view.to_pixel(point)

    def marks(self) -> Iterator[Point2]:
        """Where each pair lies."""
        return (pair.floor for pair in self._pairs.pairs)

    def pending(self) -> Point2 | None:
        """Known where it lies, and not where it is seen."""
        return self._pairs.floor

    def paint_under(self, painter: QPainter) -> None:
        """The plan."""
        theme = self._appearance.theme
        painter.fillRect(self.rect(), QColor(theme.raised))
        paint_plan(painter, self._layout, self._view, theme)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """All of the floor, until somebody zooms."""
        self._view.resize(event.size().toSizeF())
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Nearer or farther."""
        self._view.zoom(1.0015 ** event.angleDelta().y(), event.position())
        self.update()
