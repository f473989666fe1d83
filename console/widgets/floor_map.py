"""The floor from above: what stands there, who walks there, what was just taken.

Painted by hand over a cached ground: one pass, no items (a scene of items costs five times as much).
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.item_models.words import ShopWords
from console.language import tr
from console.operations.moment import Moment
from console.theme.appearance import Appearance
from console.widgets.flash_paint import paint_flashes
from console.widgets.floor_cones import paint_cones
from console.widgets.floor_ground import paint_ground
from console.widgets.floor_shoppers import ShopperPainter
from console.widgets.floor_stock import FloorStock
from console.widgets.floor_view import FloorView
from console.widgets.floor_words import FloorWords
from console.widgets.shelf_flashes import STEP_S, Flashes
from inference.messages.wire import Inside

CLICK_RADIUS = 20.0
PAN_STEP = 48.0
ZOOM_STEP = 1.25
FOLLOW_FROM = 1.6
"""How many times as large as the whole floor it is at least while somebody is followed."""
ASTRAY = 0.15
"""Share of the smaller side by which the followed one may leave the middle: each move paints all anew."""


class FloorMap(QWidget):
    """The map. A click selects a shopper everywhere; the wheel zooms, a drag pans."""

    picked = Signal(object)
    """Track of the shopper clicked on; None for the bare floor."""

    def __init__(
        self,
        state: Moment,
        words: ShopWords,
        appearance: Appearance,
        parent: QWidget | None = None,
        *,
        larger: float = 1.0,
        with_stock: bool = False,
    ) -> None:
        """``larger``: everything is drawn so many times as large, to be read from afar.

        Inside, and for :attr:`view`, a pixel is then that many pixels of the screen. ``with_stock``: it is
        shown how full the fixtures are.
        """
        super().__init__(parent)
        self._state, self._appearance = state, appearance
        self.view = FloorView(state.layout)
        self._stock = FloorStock(state.layout, words) if with_stock else None
        self._said = FloorWords(state, words, self._stock)
        self._larger = larger
        self.following = False
        """Whether the map moves so that the selected shopper stays in its middle."""
        self.cones = False
        """Whether it shows what each camera sees of the floor."""
        self._shoppers = ShopperPainter(state, self.view, appearance)
        self._past = False
        self._flashes = Flashes(state.layout)
        self._ground: QPixmap | None = None
        self._pointed: int | None = None
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

    @property
    def _ratio(self) -> float:
        """Pixels of the screen's device for each one drawn."""
        return self.devicePixelRatioF() * self._larger

    @property
    def _room(self) -> QSizeF:
        """The widget's size in the pixels that are drawn."""
        return QSizeF(self.size()) / self._larger

    def _at(self, position: QPointF) -> QPointF:
        """Where a place of the widget is in them."""
        return position / self._larger

    # -- what happens --------------------------------------------------------------------------------

    def _follow(self) -> None:
        snapshot = self._state.snapshot
        if snapshot is None:
            return
        self._shoppers.follow(snapshot)
        self._keep_in_the_middle()
        if self._stock is not None and self.isVisible():
            self._stock.follow(snapshot)
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
        self.setAccessibleDescription(
            self._said.of_shopper(track) if track is not None else tr("Nobody is selected")
        )
        self._keep_in_the_middle(at_once=True)
        self.update()

    def redraw_ground(self) -> None:
        """The ground looks different now."""
        self._ground = None
        self.update()

    def fit(self) -> None:
        """Show the whole floor."""
        self.view.fit()
        self.redraw_ground()

    def follow(self, following: bool) -> None:
        """Keep the selected shopper in the middle from now on, or no longer."""
        self.following = following
        if following and self.view.fitted:
            self.view.zoom(FOLLOW_FROM, self._middle())
        self._keep_in_the_middle(at_once=True)
        self.redraw_ground()

    def set_past(self, past: bool) -> None:
        """Mark it as not now, or as now."""
        if past != self._past:
            self._past = past
            self.update()

    def show_cones(self, shown: bool) -> None:
        """Show what each camera sees of the floor, or no longer."""
        self.cones = shown
        self.redraw_ground()

    def _keep_in_the_middle(self, *, at_once: bool = False) -> None:
        chosen = self._chosen()
        if not self.following or chosen is None:
            return
        off = QLineF(self.view.to_pixel(chosen.person.position), self._middle()).length()
        if at_once or off > ASTRAY * min(self._room.width(), self._room.height()):
            self.view.look_at(chosen.person.position)
            self.redraw_ground()

    def _chosen(self) -> Inside | None:
        return self._state.inside(self._state.selected) if self._state.selected is not None else None

    def _middle(self) -> QPointF:
        return QPointF(self._room.width() / 2, self._room.height() / 2)

    def zoom(self, steps: int) -> None:
        """Zoom in (positive) or out around the selected shopper, or the middle."""
        chosen = self._chosen()
        at = self.view.to_pixel(chosen.person.position) if chosen else self._middle()
        self.view.zoom(ZOOM_STEP**steps, at)
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
        painter.scale(self._larger, self._larger)
        painter.drawPixmap(0, 0, self._painted_ground())
        if self._stock is not None:
            self._stock.paint(painter, self.view, self._appearance.theme, self._ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._flashes.shown:
            paint_flashes(
                painter,
                self._flashes.shown,
                self._state.layout,
                self.view,
                self._appearance.theme,
                ratio=self._ratio,
                reduced_motion=self._appearance.reduced_motion,
            )
        snapshot = self._state.snapshot
        if snapshot is not None:
            self._shoppers.paint(painter, snapshot.inside, self._pointed, self._ratio, self._room)
        if self._past:
            painter.setPen(QPen(QColor(self._appearance.theme.waiting), 6.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(QPointF(0, 0), self._room))

    def _painted_ground(self) -> QPixmap:
        ratio = self._ratio  # another one on another screen
        if self._ground is None or self._ground.devicePixelRatio() != ratio:
            size = self._room
            self._ground = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
            self._ground.setDevicePixelRatio(ratio)
            self._ground.fill(QColor(self._appearance.theme.ground))
            painter = QPainter(self._ground)
            paint_ground(painter, self._state.layout, self.view, self._appearance.theme)
            if self.cones:
                paint_cones(painter, self._state.layout, self.view, self._appearance.theme)
            painter.end()
        return self._ground

    # -- hands ---------------------------------------------------------------------------------------

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802
        """A fitted floor stays fitted."""
        self.view.resize(self._room)
        self.redraw_ground()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom where the pointer is."""
        self.view.zoom(ZOOM_STEP ** (event.angleDelta().y() / 120), self._at(event.position()))
        self.redraw_ground()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A press may become a drag."""
        self._drag_from, self._dragged = self._at(event.position()), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Pan, or point at somebody."""
        if self._drag_from is not None and event.buttons() & Qt.MouseButton.LeftButton:
            moved = self._at(event.position()) - self._drag_from
            if self._dragged or moved.manhattanLength() > 6:
                self._dragged, self._drag_from = True, self._at(event.position())
                self.view.pan(moved)
                self.redraw_ground()
            return
        pointed = self.track_at(self._at(event.position()))
        if pointed != self._pointed:
            self._pointed = pointed
            self.setCursor(
                Qt.CursorShape.PointingHandCursor if pointed is not None else Qt.CursorShape.ArrowCursor
            )
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A click selects."""
        if not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self.track_at(self._at(event.position())))
        self._drag_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Back to the whole floor."""
        if self.track_at(self._at(event.position())) is None:
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
            text = self.text_at(self._at(QPointF(event.pos())))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def text_at(self, pixel: QPointF) -> str:
        """What is under a pixel, in words: a shopper, a slot with its products, or nothing."""
        track = self.track_at(pixel)
        return self._said.of_slots(pixel, self.view) if track is None else self._said.of_shopper(track)
