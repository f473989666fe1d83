"""The floor as a small plan: the slots that a question is about, and who was where at the moment shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.item_models.review_trace import floor_at, nearest_first, trails
from console.item_models.review_words import Shown
from console.language import tr, tr_n
from console.theme.appearance import Appearance
from console.theme.tokens import NO_IDENTITY, SPACE_2
from console.widgets.identity_paint import identity_colour, label_picture, paint_token
from console.widgets.time_cursor import TimeCursor
from inference.evidence.manifest import Evidence, FloorMoment
from store_layout.model import Point2, StoreLayout

RING = 11.0
TOKEN = 7.0


class PlaceMap(QWidget):
    """Floor frame, metres, y up: as large as it fits. A ring marks each slot, an edge the fixture."""

    def __init__(
        self, layout: StoreLayout, cursor: TimeCursor, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._layout, self._cursor, self._appearance = layout, cursor, appearance
        self._evidence: Evidence | None = None
        self._people: Mapping[int, tuple[int, str]] = {}
        self._moment: FloorMoment | None = None
        self._slots: frozenset[str] = frozenset()
        self._fixture: str | None = None
        points = layout.file.floor.outline
        self._low = (min(x for x, _ in points), min(y for _, y in points))
        self._size = (max(x for x, _ in points) - self._low[0], max(y for _, y in points) - self._low[1])
        self.setAccessibleName(tr("Where it happened"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        appearance.changed.connect(self.update)
        cursor.moved.connect(self._follow)

    def show_question(self, shown: Shown) -> None:
        """Mark another question's slots."""
        self._slots, self._fixture = frozenset(shown.slots), shown.fixture
        self._evidence, self._people, self._moment = None, shown.looks, None
        self._describe()
        self.update()

    def show_evidence(self, evidence: Evidence | None) -> None:
        """With who was where around the event, as far as it was kept."""
        self._evidence = evidence
        if evidence is not None and not self._slots:
            self._slots, self._fixture = frozenset(evidence.slots), evidence.fixture
        self._follow()
        self._describe()
        self.update()

    def _describe(self) -> None:
        fixture = self._layout.fixtures.get(self._fixture or "")
        inside = [] if self._moment is None else self._moment.people
        there = tr_n("{n} person inside", "{n} people inside", len(inside)) if inside else ""
        said = ("" if fixture is None else fixture.name, *sorted(self._slots), there)
        self.setAccessibleDescription(", ".join(filter(None, said)))

    def _follow(self) -> None:
        """Paint only where people stand otherwise than before."""
        moment = None if self._evidence is None else floor_at(self._evidence, self._cursor.t)
        if moment is not self._moment:
            self._moment = moment
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
        self._paint_people(painter, at)

    def _paint_people(self, painter: QPainter, at: Callable[[Point2], QPointF]) -> None:
        if self._moment is None or self._evidence is None:
            return
        theme, ways = self._appearance.theme, trails(self._evidence, self._moment.t)
        taken: list[QRectF] = []
        for person in nearest_first(self._moment.people, tuple(self._people)):
            look, code = self._people.get(person.track, (NO_IDENTITY, ""))
            way = [at(point) for point in ways.get(person.track, ())]
            colour = identity_colour(look, theme)
            if len(way) > 1:
                painter.setPen(QPen(colour, 2 if code else 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolyline(QPolygonF(way))
            place = at((person.x, person.y))
            paint_token(
                painter, place, look, "", theme, hidden=person.hidden, radius=TOKEN if code else TOKEN - 2
            )
            if code:
                self._paint_code(painter, code, place, taken)

    def _paint_code(self, painter: QPainter, code: str, place: QPointF, taken: list[QRectF]) -> None:
        """Above the token, or below it where there is no room or another code."""
        ratio = self.devicePixelRatioF()
        words = label_picture(code, False, self._appearance.theme, ratio)
        wide, high = words.width() / ratio, words.height() / ratio
        box = QRectF(place.x() - wide / 2, place.y() - TOKEN - high - 2, wide, high)
        box.moveLeft(min(max(0.0, box.left()), self.width() - wide))
        if box.top() < 0 or any(box.intersects(other) for other in taken):
            box.moveTop(place.y() + TOKEN + 2)
        taken.append(box)
        painter.drawPixmap(box.topLeft(), words)
