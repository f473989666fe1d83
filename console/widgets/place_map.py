"""The floor as a small plan: the slots that a question is about, and who was where at the moment shown."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.item_models.review_trace import floor_at, nearest_first, trails
from console.item_models.review_words import Shown
from console.language import tr, tr_n
from console.theme.appearance import Appearance
from console.theme.tokens import NO_IDENTITY
from console.widgets.floor_ground import paint_names, polygon, slot_rect
from console.widgets.floor_view import FloorView
from console.widgets.identity_paint import DISC, identity_colour, label_picture, paint_token
from console.widgets.label_places import Wanted, place_labels
from console.widgets.time_cursor import TimeCursor
from inference.evidence.manifest import Evidence, FloorMoment
from store_layout.model import StoreLayout

RING = 11.0
TOKEN = 7.0
LARGE = 36.0
"""Pixels per metre from which on fixtures have room for their names, and people are drawn as on the map."""
MARGIN = 0.25
"""Metres around the floor: who stands at its edge is drawn whole."""


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
        self._sides: dict[int, int] = {}
        """On which side of its token each code stood last, by track."""
        self._slots: frozenset[str] = frozenset()
        self._fixture: str | None = None
        self._view = FloorView(layout, MARGIN)
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

    @property
    def aspect(self) -> float:
        """Width by height of the floor."""
        return self._view.aspect

    def sizeHint(self) -> QSize:  # noqa: N802
        """Small, and grows."""
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """May be pressed flat by long facts."""
        return QSize(160, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """All of the floor, always."""
        self._view.resize(QSizeF(event.size()))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The plan."""
        theme, view, fixtures = self._appearance.theme, self._view, self._layout.file.fixture
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1.5))
        painter.setBrush(QColor(theme.floor))
        painter.drawPolygon(polygon(self._layout.file.floor.outline, view))
        for fixture in fixtures:
            here = fixture.id == self._fixture
            painter.setPen(QPen(QColor(theme.accent if here else theme.fixture_line), 2 if here else 1))
            painter.setBrush(QColor(theme.selected if here else theme.fixture))
            painter.drawPolygon(polygon(fixture.outline, view))
        if view.scale >= LARGE:  # the card's facts name the fixture itself, and its slots lie over its middle
            paint_names(painter, (f for f in fixtures if f.id != self._fixture), view, theme)
        for slot in self._layout.file.slot:
            if slot.id in self._slots:
                self._paint_slot(painter, slot_rect(slot.low, slot.high, view))
        self._paint_people(painter)

    def _paint_slot(self, painter: QPainter, box: QRectF) -> None:
        """A ring around it where it is small."""
        theme, small = self._appearance.theme, min(box.width(), box.height()) < 2 * RING
        painter.setPen(Qt.PenStyle.NoPen if small else QPen(QColor(theme.text), 2))
        painter.setBrush(QColor(theme.accent))
        painter.drawRect(box)
        if small:
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(box.center(), RING, RING)

    def _paint_people(self, painter: QPainter) -> None:
        if self._moment is None or self._evidence is None:
            return
        theme, ways = self._appearance.theme, trails(self._evidence, self._moment.t)
        codes: dict[int, tuple[str, QPointF]] = {}
        at, radius = self._view.to_pixel, DISC if self._view.scale >= LARGE else TOKEN
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
                painter, place, look, "", theme, hidden=person.hidden, radius=radius if code else radius - 2
            )
            if code:
                codes[person.track] = (code, place)
        self._paint_codes(painter, codes, radius)

    def _paint_codes(
        self, painter: QPainter, codes: Mapping[int, tuple[str, QPointF]], radius: float
    ) -> None:
        """Beside their tokens, over all of them."""
        ratio, theme, wanted, pictures = self.devicePixelRatioF(), self._appearance.theme, [], {}
        for track, (code, at) in codes.items():
            picture = pictures[track] = label_picture(code, False, theme, ratio)
            size = picture.deviceIndependentSize()
            wanted.append(Wanted(track, at.x(), at.y(), size.width(), size.height(), radius))
        places = place_labels(wanted, (self.width(), self.height()), self._sides)
        self._sides = {track: side for track, (_, side) in places.items()}
        for track, (box, _) in places.items():
            painter.drawPixmap(QPointF(round(box[0]), round(box[1])), pictures[track])
