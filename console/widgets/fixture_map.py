"""The floor as a small plan on which a fixture is chosen, with a mark on those that need somebody."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.language import tr
from console.operations.gondolas import Face
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_SECONDARY
from console.widgets.floor_ground import polygon
from console.widgets.floor_view import FloorView, bounds_of
from store_layout.model import StoreLayout

SIDE = 4.0
"""Pixels of the bar that shows the chosen side."""
SMALL = QSize(220, 150)


class FixtureMap(QWidget):
    """A picture to click on; the list beside it does the same by keys."""

    picked = Signal(str)
    """Key of the face clicked on."""

    def __init__(
        self,
        layout: StoreLayout,
        faces: tuple[Face, ...],
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._layout, self._faces, self._appearance = layout, faces, appearance
        self._view = FloorView(layout)
        self._chosen: Face | None = None
        self._needs: Mapping[str, int] = {}
        self.setAccessibleName(tr("Floor plan"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        appearance.changed.connect(self.update)

    def show_face(self, face: Face) -> None:
        """Mark the chosen side."""
        self._chosen = face
        self.setAccessibleDescription(face.fixture.name)
        self.update()

    def show_needs(self, needs: Mapping[str, int]) -> None:
        """How many slots of each fixture need somebody."""
        if needs != self._needs:
            self._needs = dict(needs)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Small."""
        return SMALL

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802
        """All of the floor."""
        self._view.resize(QSizeF(self.size()))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The nearest side of the fixture under the pointer."""
        floor = self._view.to_floor(event.position())
        near = []
        for face in self._faces:
            box = bounds_of(face.fixture.outline).adjusted(-0.3, -0.3, 0.3, 0.3)
            if box.contains(floor):
                middle = box.center()
                toward = (floor.x() - middle.x()) * face.out[0] + (floor.y() - middle.y()) * face.out[1]
                near.append((-toward, face.key))
        if near:
            self.picked.emit(min(near)[1])

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Floor, fixtures, the chosen side, numbers."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1.5))
        painter.setBrush(QColor(theme.floor))
        painter.drawPolygon(polygon(self._layout.file.floor.outline, self._view))
        painter.setFont(ui_font(TEXT_SECONDARY, bold=True))
        for fixture in self._layout.file.fixture:
            shape = polygon(fixture.outline, self._view)
            here = self._chosen is not None and fixture.id == self._chosen.fixture.id
            painter.setPen(QPen(QColor(theme.accent if here else theme.fixture_line), 2 if here else 1))
            painter.setBrush(QColor(theme.selected if here else theme.fixture))
            painter.drawPolygon(shape)
            if self._needs.get(fixture.id):
                painter.setPen(QColor(theme.waiting))
                painter.drawText(
                    shape.boundingRect(), Qt.AlignmentFlag.AlignCenter, str(self._needs[fixture.id])
                )
            if here:
                self._paint_side(painter, shape)

    def _paint_side(self, painter: QPainter, shape: QPolygonF) -> None:
        if self._chosen is None:
            return
        box, (x, y) = shape.boundingRect(), self._chosen.out
        middle = box.center()
        edge = QPointF(middle.x() + x * box.width() / 2, middle.y() - y * box.height() / 2)
        half = QPointF(box.width() / 2 * abs(y), box.height() / 2 * abs(x))
        painter.setPen(QPen(QColor(self._appearance.theme.accent), SIDE))
        painter.drawLine(edge - half, edge + half)
