"""Who is on the floor, as the map paints them: trails, doubt, tokens with their headings, codes."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from console.item_models.words import called, chance
from console.operations.moment import Moment
from console.theme.appearance import Appearance
from console.widgets.doubt_paint import is_doubtful, paint_doubt
from console.widgets.floor_ground import polygon
from console.widgets.floor_view import FloorView
from console.widgets.identity_paint import (
    RING,
    TURNS,
    identity_colour,
    label_of,
    shopper_picture,
)
from console.widgets.label_places import Wanted, place_labels
from console.widgets.trails import PIECES, Trails
from inference.messages.wire import Inside, Snapshot

FEW = 30
"""With more shoppers than this only the selected and the pointed-at carry codes, and the selected a trail."""
MOVING = 0.2
"""Metres per second from which on a heading is worth showing."""


class ShopperPainter:
    """Paints everybody of a snapshot over the ground; remembers their trails and where their codes stood."""

    def __init__(self, state: Moment, view: FloorView, appearance: Appearance) -> None:
        self._state, self._view, self._appearance = state, view, appearance
        self._trails = Trails()
        self._sides: dict[int, int] = {}

    def follow(self, snapshot: Snapshot) -> None:
        """Another moment: trails grow."""
        self._trails.follow(snapshot)

    def paint(
        self,
        painter: QPainter,
        inside: tuple[Inside, ...],
        pointed: int | None,
        ratio: float,
        room: QSizeF,
    ) -> None:
        """All of them.

        ``pointed``: who is under the pointer; ``ratio``: pixels of the device for each one drawn; ``room``:
        where codes may stand.
        """
        self._paint_trails(painter, inside)
        self._paint_doubt(painter, inside)
        order = sorted(inside, key=lambda i: (i.person.track == self._state.selected, -i.person.position[1]))
        few = len(order) <= FEW
        for shopper in order:
            self._paint_token(painter, shopper, ratio)
        named = (self._state.selected, pointed)
        self._paint_labels(painter, [s for s in order if few or s.person.track in named], ratio, room)

    def _paint_trails(self, painter: QPainter, inside: tuple[Inside, ...]) -> None:
        """Of everybody while there are few; in a crowd of the selected only: headings tell the rest."""
        painter.save()
        painter.setTransform(self._view.transform(), combine=True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        crowd = len(inside) > FEW
        for shopper in inside:
            trail = self._trails.of(shopper.person.track)
            chosen = shopper.person.track == self._state.selected
            if trail is None or (crowd and not chosen):
                continue
            colour = identity_colour(self._state.identity(shopper.person.track), self._appearance.theme)
            for age, piece in enumerate(reversed(trail.pieces)):
                colour.setAlphaF(0.75 - 0.6 * age / PIECES)
                pen = QPen(colour, 3.0 if chosen else 2.0)
                pen.setCosmetic(True)
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                painter.setPen(pen)
                painter.drawPolyline(piece)
        painter.restore()

    def _paint_doubt(self, painter: QPainter, inside: tuple[Inside, ...]) -> None:
        painter.save()
        painter.setClipPath(self._floor_path())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=len(inside) <= FEW)
        for shopper in inside:
            if not is_doubtful(shopper.person, self._view.scale):
                continue
            colour = identity_colour(self._state.identity(shopper.person.track), self._appearance.theme)
            at = self._view.to_pixel(shopper.person.position)
            paint_doubt(painter, shopper.person, at, self._view.scale, colour)
        painter.restore()

    def _floor_path(self) -> QPainterPath:
        """Nobody is outside of the walls."""
        path = QPainterPath()
        path.addPolygon(polygon(self._state.layout.file.floor.outline, self._view))
        return path

    def _paint_token(self, painter: QPainter, shopper: Inside, ratio: float) -> None:
        theme, person = self._appearance.theme, shopper.person
        at = self._view.to_pixel(person.position)
        if person.track == self._state.selected:
            painter.setPen(QPen(QColor(theme.text), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, RING + 3, RING + 3)
        vx, vy = person.velocity
        step = None
        if not person.hidden and math.hypot(vx, vy) > MOVING:
            step = round(math.atan2(-vy, vx) * TURNS / math.tau) % TURNS
        items = self._state.items(person.track)
        text = str(items) if items else ""
        identity = self._state.identity(person.track)
        picture, half = shopper_picture(identity, text, theme, ratio, hidden=person.hidden, step=step)
        painter.drawPixmap(QPointF(at.x() - half, at.y() - half), picture)

    def _paint_labels(self, painter: QPainter, shoppers: list[Inside], ratio: float, room: QSizeF) -> None:
        """The last painted is the most important: it chooses its place first."""
        theme = self._appearance.theme
        pictures: dict[int, QPixmap] = {}
        wanted = []
        for shopper in reversed(shoppers):
            track, at = shopper.person.track, self._view.to_pixel(shopper.person.position)
            chosen = track == self._state.selected
            picture = label_of(shopper, _label(shopper), chosen, theme, ratio)
            pictures[track] = picture
            size = picture.deviceIndependentSize()
            wanted.append(Wanted(track, at.x(), at.y(), size.width(), size.height(), RING + 2))
        places = place_labels(wanted, (room.width(), room.height()), self._sides)
        self._sides = {track: side for track, (_, side) in places.items()}
        for track, (box, _) in places.items():
            painter.drawPixmap(QPointF(round(box[0]), round(box[1])), pictures[track])


def _label(shopper: Inside) -> str:
    """Who it is, and how sure that is where it is worth knowing and they are a visit at all."""
    sure = chance(shopper.person.identity) if shopper.code else ""
    return f"{called(shopper)} {sure}".strip()
