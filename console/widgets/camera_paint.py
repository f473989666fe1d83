"""How one camera is painted: its picture (or wire frame), boxes, wrists and identities over it, its state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPixmap

from console.item_models.devices import STATE_SIGNS, STATE_WORDS
from console.operations.health import TONE_OF_STATE
from console.operations.live_state import LiveState
from console.theme.fonts import ui_font
from console.theme.icons import icon_pixmap
from console.theme.tokens import RADIUS, SPACE_1, SPACE_2, TEXT_SECONDARY, Theme
from console.widgets.identity_paint import identity_colour, label_picture
from console.widgets.wire_frame import wire_frame
from inference.messages.observations import Detection, KeyPoint
from inference.messages.wire import CameraView, DeviceStatus
from store_layout.model import Camera

HEADER = 20.0
"""Height of the line with name and state under a picture."""
LABELS_FROM = 240.0
"""Width of a picture from which on everybody carries their code, and not only the selected."""
SURE = 0.3
"""Key points less sure than this are not drawn."""


def as_image(pixels: NDArray[np.uint8]) -> QImage:
    """A view of ``[height, width, 4]`` BGRA; the array must outlive it."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB32)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a camera's picture is painted, and so where its pixels are."""

    at: QRectF
    view: CameraView

    def point(self, x: float, y: float) -> QPointF:
        at, view = self.at, self.view
        return QPointF(at.left() + x * at.width() / view.width, at.top() + y * at.height() / view.height)

    def box(self, item: Detection) -> QRectF:
        x1, y1, x2, y2 = item.box
        return QRectF(self.point(x1, y1), self.point(x2, y2))


class CameraPainter:
    """Paints cameras of one store, each into any rectangle; wire frames are kept."""

    def __init__(self, state: LiveState) -> None:
        self._state = state
        self._frames: dict[tuple[str, int, int, str, float], QPixmap] = {}

    def picture_box(self, camera: Camera, box: QRectF) -> QRectF:
        """Where the picture goes: as large as its shape allows, above the line of words, in the middle."""
        room = box.adjusted(0, 0, 0, -HEADER)
        scale = max(0.0, min(room.width() / camera.width, room.height() / camera.height))
        size_x, size_y = round(camera.width * scale), round(camera.height * scale)
        return QRectF(
            round(room.center().x() - size_x / 2), round(room.center().y() - size_y / 2), size_x, size_y
        )

    def paint(self, painter: QPainter, camera: Camera, box: QRectF, theme: Theme, *, marked: bool) -> None:
        """Everything about one camera."""
        view = self._view(camera.id)
        at = self.picture_box(camera, box)
        if at.width() < 16 or at.height() < 9:
            return
        status = self._status(camera.id)
        painter.save()
        painter.setClipRect(at)
        self._ground(painter, camera, view, at, theme)
        if view is not None and view.width > 0 and view.height > 0:
            for item, track in zip(view.items, view.tracks or (None,) * len(view.items), strict=False):
                self._person(painter, item, track, _Place(at, view), theme)
        if status is not None and status.state in ("lost", "connecting", "late"):
            self._trouble(painter, status, at, theme)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.accent if marked else theme.line), 2.0 if marked else 1.0))
        painter.drawRoundedRect(at.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS / 2, RADIUS / 2)
        self._words(painter, camera, status, QRectF(at.left(), at.bottom(), at.width(), HEADER), theme)

    def track_at(self, camera: Camera, box: QRectF, pixel: QPointF) -> int | None:
        """Whose box is under a pixel of the widget; the smallest box wins."""
        view, at = self._view(camera.id), self.picture_box(camera, box)
        if view is None or at.width() <= 0:
            return None
        place = _Place(at, view)
        hits = [
            (place.box(item).width(), track)
            for item, track in zip(view.items, view.tracks, strict=False)
            if track is not None and place.box(item).contains(pixel)
        ]
        return min(hits)[1] if hits else None

    def spoken(self, camera: Camera) -> str:
        """A camera in words."""
        status, view = self._status(camera.id), self._view(camera.id)
        state = STATE_WORDS[status.state] if status else "Not started"
        seen = len(view.items) if view else 0
        why = f", {status.why}" if status and status.why else ""
        return f"{camera.name}: {state}{why}, {seen} seen"

    # -- parts ---------------------------------------------------------------------------------------

    def _view(self, camera: str) -> CameraView | None:
        snapshot = self._state.snapshot
        return next((v for v in snapshot.cameras if v.camera == camera), None) if snapshot else None

    def _status(self, camera: str) -> DeviceStatus | None:
        snapshot = self._state.snapshot
        found = (d for d in snapshot.devices if d.device == camera and d.kind == "camera") if snapshot else ()
        return next(iter(found), None)

    def _ground(
        self, painter: QPainter, camera: Camera, view: CameraView | None, at: QRectF, theme: Theme
    ) -> None:
        pixels = self._state.link.picture(view.picture) if view is not None and view.picture else None
        if pixels is not None:
            painter.drawImage(at, as_image(pixels))
        else:
            painter.drawPixmap(
                at.topLeft(), self._frame(camera, at, theme, painter.device().devicePixelRatio())
            )

    def _frame(self, camera: Camera, at: QRectF, theme: Theme, ratio: float) -> QPixmap:
        key = (camera.id, int(at.width()), int(at.height()), theme.scheme, ratio)
        if key not in self._frames:
            if len(self._frames) > 4 * len(self._state.layout.cameras):
                self._frames.clear()
            self._frames[key] = wire_frame(self._state.layout, camera, (key[1], key[2]), theme, ratio)
        return self._frames[key]

    def _person(
        self, painter: QPainter, item: Detection, track: int | None, place: _Place, theme: Theme
    ) -> None:
        at, box = place.at, place.box(item)
        known = track is not None
        colour = (
            identity_colour(self._state.identity(track), theme)
            if track is not None
            else QColor(theme.secondary)
        )
        chosen = known and track == self._state.selected
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 130), 4.5 if chosen else 3.5))
        painter.drawRect(box)
        style = Qt.PenStyle.SolidLine if known else Qt.PenStyle.DotLine
        painter.setPen(QPen(colour, 3.0 if chosen else 1.8, style))
        painter.drawRect(box)
        for wrist in (item.wrist_left, item.wrist_right):
            _paint_wrist(painter, wrist, place, colour)
        inside = self._state.inside(track) if track is not None else None
        if inside is not None and (chosen or at.width() >= LABELS_FROM):
            label = label_picture(inside.code, chosen, theme, painter.device().devicePixelRatio())
            y = max(at.top(), box.top() - label.deviceIndependentSize().height())
            painter.drawPixmap(QPointF(box.left(), y), label)

    def _trouble(self, painter: QPainter, status: DeviceStatus, at: QRectF, theme: Theme) -> None:
        """What was last seen, dimmed, with why there is nothing newer."""
        veil = QColor(theme.ground)
        veil.setAlpha(205)
        painter.fillRect(at, veil)
        colour = getattr(theme, TONE_OF_STATE[status.state])
        sign = icon_pixmap(STATE_SIGNS[status.state], colour, 20, painter.device().devicePixelRatio())
        small = at.height() < 64
        top = at.center().y() - (10 if small else 26)
        painter.drawPixmap(QPointF(at.center().x() - 10, top), sign)
        if small:
            return
        painter.setPen(QColor(theme.text))
        painter.setFont(ui_font(TEXT_SECONDARY))
        words = status.why or STATE_WORDS[status.state]
        room = QRectF(at.left() + SPACE_2, top + 22, at.width() - 2 * SPACE_2, at.bottom() - top - 24)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(room, int(flags), words)

    def _words(
        self, painter: QPainter, camera: Camera, status: DeviceStatus | None, line: QRectF, theme: Theme
    ) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.setFont(ui_font(TEXT_SECONDARY))
        metrics = QFontMetricsF(painter.font())
        right = (
            ""
            if status is None
            else f"{status.rate_hz:.0f}/s"
            if status.state == "live"
            else STATE_WORDS[status.state]
        )
        tone = "neutral" if status is None else TONE_OF_STATE[status.state]
        colour = theme.secondary if tone == "neutral" else getattr(theme, tone)
        width = metrics.horizontalAdvance(right) + 18 if right else 0.0
        if status is not None and right:
            sign = icon_pixmap(STATE_SIGNS[status.state], colour, 12, ratio)
            painter.drawPixmap(QPointF(line.right() - width, line.center().y() - 6), sign)
            painter.setPen(QColor(theme.secondary if status.state == "live" else colour))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
        painter.setPen(QColor(theme.text))
        name = metrics.elidedText(
            camera.name, Qt.TextElideMode.ElideRight, max(0.0, line.width() - width - SPACE_1)
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)


def _paint_wrist(painter: QPainter, wrist: KeyPoint | None, place: _Place, colour: QColor) -> None:
    if wrist is None or wrist.score < SURE:
        return
    painter.setPen(QPen(QColor(0, 0, 0, 160), 1.0))
    painter.setBrush(colour)
    radius = max(2.0, place.at.width() / 160)
    painter.drawEllipse(place.point(wrist.x, wrist.y), radius, radius)
