"""The floor as a small plan with the slots that a question is about marked on it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.item_models.review_words import Shown
from console.language import tr
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_2
from store_layout.model import Point2, StoreLayout

RING = 11.0
HIGHEST = 320


class PlaceMap(QWidget):
    """Floor frame, metres, y up: as large as it fits. A ring marks each slot, an edge the fixture."""

    def __init__(self, layout: StoreLayout, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout, self._appearance = layout, appearance
        self._slots: frozenset[str] = frozenset()
        self._fixture: str | None = None
        points = layout.file.floor.outline
        self._low = (min(x for x, _ in points), min(y for _, y in points))
        self._size = (max(x for x, _ in points) - self._low[0], max(y for _, y in points) - self._low[1])
        self.setAccessibleName(tr("Where it happened"))
        self.setMaximumHeight(HIGHEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        appearance.changed.connect(self.update)

    def show_question(self, shown: Shown) -> None:
        """Mark another question's slots."""
        self._slots, self._fixture = frozenset(shown.slots), shown.fixture
        place = dict(shown.facts).get(tr("Place"), "")
        self.setAccessibleDescription(", ".join(filter(None, (place, *shown.slots))))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Small, and grows."""
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """May be pressed flat by long facts."""
        return QSize(160, 80)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The plan."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(SPACE_2, SPACE_2, -SPACE_2, -SPACE_2)
        scale = min(room.width() / self._size[0], room.height() / self._size[1])
        origin = QPointF(
            room.center().x() - scale * self._size[0] / 2, room.center().y() + scale * self._size[1] / 2
        )

        def at(point: Point2) -> QPointF:
            x, y = (point[0] - self._low[0]) * scale, (point[1] - self._low[1]) * scale
            return QPointF(origin.x() + x, origin.y() - y)

        def shape(points: Iterable[Point2]) -> QPolygonF:
            return QPolygonF([at(p) for p in points])

        painter.setPen(QPen(QColor(theme.line), 1.5))
        painter.setBrush(QColor(theme.floor))
        painter.drawPolygon(shape(self._layout.file.floor.outline))
        for fixture in self._layout.file.fixture:
            here = fixture.id == self._fixture
            painter.setPen(QPen(QColor(theme.accent if here else theme.fixture_line), 2 if here else 1))
            painter.setBrush(QColor(theme.selected if here else theme.fixture))
            painter.drawPolygon(shape(fixture.outline))
        for slot in self._layout.file.slot:
            if slot.id not in self._slots:
                continue
            low, high = at((slot.low[0], slot.low[1])), at((slot.high[0], slot.high[1]))
            box = QRectF(low, high).normalized()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawRect(box)
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(box.center(), RING, RING)
