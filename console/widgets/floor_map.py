"""The floor from above: what stands there, who walks there, what was just taken.

Painted by hand over a cached ground: one pass, no items (a scene of items costs five times as much).
"""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QEvent, QLineF, QPointF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.item_models.words import ShopWords, called, chance, grams
from console.language import tr, tr_n
from console.operations.live_state import LiveState
from console.theme.appearance import Appearance
from console.theme.tokens import CERTAIN
from console.widgets.doubt_paint import paint_doubt
from console.widgets.floor_ground import paint_ground, polygon, slot_rect
from console.widgets.floor_view import FloorView
from console.widgets.identity_paint import RING, identity_colour, label_picture, token_picture
from console.widgets.label_places import Wanted, place_labels
from console.widgets.shelf_flashes import STEP_S, Flash, Flashes
from console.widgets.trails import PIECES, Trails
from inference.messages.wire import Inside

CLICK_RADIUS = 20.0
FEW = 30
"""With more shoppers than this only the selected and the pointed-at carry codes, and the selected a trail."""
PAN_STEP = 48.0
ZOOM_STEP = 1.25
MOVING = 0.2
"""Metres per second from which on a heading is worth showing."""


class FloorMap(QWidget):
    """The map. A click selects a shopper everywhere; the wheel zooms, a drag pans."""

    picked = Signal(object)
    """Track of the shopper clicked on; None for the bare floor."""

    def __init__(
        self, state: LiveState, words: ShopWords, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._words, self._appearance = state, words, appearance
        self.view = FloorView(state.layout)
        self._trails = Trails()
        self._flashes = Flashes(state.layout)
        self._ground: QPixmap | None = None
        self._pointed: int | None = None
        self._sides: dict[int, int] = {}
        self._drag_from: QPointF | None = None
        self._dragged = False
        self._steps = QTimer(self)
        self._steps.setInterval(int(STEP_S * 1000))
        self._steps.timeout.connect(self._step_flashes)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Floor map"))
        state.snapshot_changed.connect(self._follow)
        state.selection_changed.connect(self._tell_selection)
        appearance.changed.connect(self.redraw_ground)

    # -- what happens --------------------------------------------------------------------------------

    def _follow(self) -> None:
        snapshot = self._state.snapshot
        if snapshot is None:
            return
        self._trails.follow(snapshot)
        if self._flashes.follow(snapshot) and self.isVisible():
            self._steps.start()
        self.update()

    def _step_flashes(self) -> None:
        self._flashes.drop_old()
        if not self._flashes.shown:
            self._steps.stop()
        self.update()

    def _tell_selection(self) -> None:
        track = self._state.selected
        self.setAccessibleDescription(self._about(track) if track is not None else tr("Nobody is selected"))
        self.update()

    def redraw_ground(self) -> None:
        """The ground looks different now."""
        self._ground = None
        self.update()

    def fit(self) -> None:
        """Show the whole floor."""
        self.view.fit()
        self.redraw_ground()

    def zoom(self, steps: int) -> None:
        """Zoom in (positive) or out around the selected shopper, or the middle."""
        chosen = self._state.inside(self._state.selected) if self._state.selected is not None else None
        middle = QPointF(self.width() / 2, self.height() / 2)
        self.view.zoom(ZOOM_STEP**steps, self.view.to_pixel(chosen.person.position) if chosen else middle)
        self.redraw_ground()

    def track_at(self, pixel: QPointF) -> int | None:
        """The shopper whose token is nearest to a pixel, if near enough."""
        snapshot = self._state.snapshot
        near = [
            (QLineF(pixel, self.view.to_pixel(i.person.position)).length(), i.person.track)
            for i in (snapshot.inside if snapshot else ())
        ]
        distance, track = min(near, default=(math.inf, -1))
        return track if distance <= CLICK_RADIUS else None

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nothing flashes while hidden."""
        self._steps.stop()
        self._flashes.shown.clear()
        super().hideEvent(event)

    # -- painting ------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Ground, then what moves."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._painted_ground())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for flash in self._flashes.shown:
            self._paint_flash(painter, flash)
        snapshot = self._state.snapshot
        if snapshot is None:
            return
        self._paint_trails(painter, snapshot.inside)
        self._paint_doubt(painter, snapshot.inside)
        order = sorted(
            snapshot.inside, key=lambda i: (i.person.track == self._state.selected, -i.person.position[1])
        )
        few = len(order) <= FEW
        for shopper in order:
            self._paint_token(painter, shopper)
        named = (self._state.selected, self._pointed)
        self._paint_labels(painter, [s for s in order if few or s.person.track in named])

    def _painted_ground(self) -> QPixmap:
        if self._ground is None:
            ratio = self.devicePixelRatioF()
            self._ground = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
            self._ground.setDevicePixelRatio(ratio)
            self._ground.fill(QColor(self._appearance.theme.ground))
            painter = QPainter(self._ground)
            paint_ground(painter, self._state.layout, self.view, self._appearance.theme)
            painter.end()
        return self._ground

    def _paint_flash(self, painter: QPainter, flash: Flash) -> None:
        theme = self._appearance.theme
        strength = flash.strength(time.monotonic(), reduced_motion=self._appearance.reduced_motion)
        if strength <= 0:
            return
        colour = QColor(theme.accent)
        painter.setPen(QPen(colour, 1.5))
        fill = QColor(colour)
        fill.setAlphaF(0.7 * strength)
        painter.setBrush(fill)
        boxes = [slot_rect(slot.low, slot.high, self.view) for slot in flash.slots]
        painter.drawRects(boxes)
        label = label_picture(grams(flash.delta_g), False, theme, self.devicePixelRatioF())
        size = label.deviceIndependentSize()
        painter.drawPixmap(
            QPointF(boxes[0].center().x() - size.width() / 2, boxes[0].top() - size.height() - 2), label
        )

    def _paint_trails(self, painter: QPainter, inside: tuple[Inside, ...]) -> None:
        """Of everybody while there are few; in a crowd of the selected only: headings tell the rest."""
        painter.save()
        painter.setTransform(self.view.transform(), combine=True)
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
            colour = identity_colour(self._state.identity(shopper.person.track), self._appearance.theme)
            at = self.view.to_pixel(shopper.person.position)
            paint_doubt(painter, shopper.person, at, self.view.scale, colour)
        painter.restore()

    def _floor_path(self) -> QPainterPath:
        """Nobody is outside of the walls."""
        path = QPainterPath()
        path.addPolygon(polygon(self._state.layout.file.floor.outline, self.view))
        return path

    def _paint_token(self, painter: QPainter, shopper: Inside) -> None:
        theme, person = self._appearance.theme, shopper.person
        at = self.view.to_pixel(person.position)
        if person.track == self._state.selected:
            painter.setPen(QPen(QColor(theme.text), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, RING + 3, RING + 3)
        identity = self._state.identity(person.track)
        vx, vy = person.velocity
        if not person.hidden and math.hypot(vx, vy) > MOVING:
            self._paint_heading(painter, at, math.atan2(-vy, vx), identity_colour(identity, theme))
        items = self._state.items(person.track)
        picture = token_picture(
            identity, str(items) if items else "", person.hidden, theme, self.devicePixelRatioF()
        )
        half = picture.deviceIndependentSize().width() / 2
        painter.drawPixmap(QPointF(at.x() - half, at.y() - half), picture)

    def _paint_heading(self, painter: QPainter, at: QPointF, angle: float, colour: QColor) -> None:
        def point(radius: float, turn: float) -> QPointF:
            return QPointF(at.x() + radius * math.cos(angle + turn), at.y() + radius * math.sin(angle + turn))

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([point(RING + 5, 0), point(RING - 2, 0.5), point(RING - 2, -0.5)]))

    def _paint_labels(self, painter: QPainter, shoppers: list[Inside]) -> None:
        """The last painted is the most important: it chooses its place first."""
        ratio, theme = self.devicePixelRatioF(), self._appearance.theme
        pictures: dict[int, QPixmap] = {}
        wanted = []
        for shopper in reversed(shoppers):
            track, at = shopper.person.track, self.view.to_pixel(shopper.person.position)
            chosen = track == self._state.selected
            picture = label_picture(_label(shopper), chosen, theme, ratio, quiet=not shopper.code)
            pictures[track] = picture
            size = picture.deviceIndependentSize()
            wanted.append(Wanted(track, at.x(), at.y(), size.width(), size.height(), RING + 2))
        places = place_labels(wanted, (self.width(), self.height()), self._sides)
        self._sides = {track: side for track, (_, side) in places.items()}
        for track, (box, _) in places.items():
            painter.drawPixmap(QPointF(round(box[0]), round(box[1])), pictures[track])

    # -- hands ---------------------------------------------------------------------------------------

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802
        """A fitted floor stays fitted."""
        self.view.resize(QSizeF(self.size()))
        self.redraw_ground()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom where the pointer is."""
        self.view.zoom(ZOOM_STEP ** (event.angleDelta().y() / 120), event.position())
        self.redraw_ground()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A press may become a drag."""
        self._drag_from, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Pan, or point at somebody."""
        if self._drag_from is not None and event.buttons() & Qt.MouseButton.LeftButton:
            moved = event.position() - self._drag_from
            if self._dragged or moved.manhattanLength() > 6:
                self._dragged, self._drag_from = True, event.position()
                self.view.pan(moved)
                self.redraw_ground()
            return
        pointed = self.track_at(event.position())
        if pointed != self._pointed:
            self._pointed = pointed
            self.setCursor(
                Qt.CursorShape.PointingHandCursor if pointed is not None else Qt.CursorShape.ArrowCursor
            )
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A click selects."""
        if not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self.track_at(event.position()))
        self._drag_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Back to the whole floor."""
        if self.track_at(event.position()) is None:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows pan; Escape selects nobody."""
        steps = {
            Qt.Key.Key_Left: QPointF(PAN_STEP, 0),
            Qt.Key.Key_Right: QPointF(-PAN_STEP, 0),
            Qt.Key.Key_Up: QPointF(0, PAN_STEP),
            Qt.Key.Key_Down: QPointF(0, -PAN_STEP),
        }
        key = Qt.Key(event.key())
        if key in steps and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.view.pan(steps[key])
            self.redraw_ground()
        elif key == Qt.Key.Key_Escape:
            self.picked.emit(None)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tool tips tell what is under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.text_at(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def text_at(self, pixel: QPointF) -> str:
        """What is under a pixel, in words: a shopper, a slot with its products, or nothing."""
        track = self.track_at(pixel)
        if track is not None:
            return self._about(track)
        under = [
            s for s in self._state.layout.file.slot if slot_rect(s.low, s.high, self.view).contains(pixel)
        ]
        lines = []
        for slot in sorted(under, key=lambda s: -s.shelf):
            names = [self._words.product(sku) for sku in self._state.layout.skus_of_slot.get(slot.id, ())]
            lines.append(f"{slot.id}: {', '.join(names) or tr('no product planned')}")
        return "\n".join(lines)

    def _about(self, track: int) -> str:
        shopper = self._state.inside(track)
        if shopper is None:
            return ""
        person = shopper.person
        sure = (
            f", {tr('identity {chance}', chance=chance(person.identity))}"
            if person.identity < CERTAIN
            else ""
        )
        if not shopper.code:
            return tr("Somebody who is not a visit: nobody saw them come in through a gate")
        items = tr_n("{n} item", "{n} items", self._state.items(track))
        hidden = f", {tr('hidden')}" if person.hidden else ""
        staff = f", {tr('staff')}" if shopper.staff else ""
        return f"{called(shopper)}: {items}{hidden}{staff}{sure}"


def _label(shopper: Inside) -> str:
    """Who it is, and how sure that is where it is worth knowing and they are a visit at all."""
    sure = chance(shopper.person.identity) if shopper.code else ""
    return f"{called(shopper)} {sure}".strip()
