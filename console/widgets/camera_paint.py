"""How one camera is painted: its picture (or wire frame), boxes, wrists and identities over it, its state."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPixmap

from console.item_models.devices import STATE_SIGNS, STATE_WORDS
from console.item_models.words import called
from console.language import tr, tr_n
from console.language.sentences import in_words
from console.language.writing import decimal
from console.operations.health import TONE_OF_STATE
from console.operations.moment import Moment
from console.theme.fonts import ui_font
from console.theme.icons import icon_pixmap
from console.theme.tokens import NO_IDENTITY, SPACE_1, SPACE_2, TEXT_SECONDARY, Theme, identity_of
from console.widgets.identity_paint import label_of
from console.widgets.wire_frame import wire_frame
from inference.messages.observations import Detection, KeyPoint
from inference.messages.wire import CameraView, DeviceStatus
from store_layout.model import Camera

CAPTION = 18.0
"""Height of the line with name and state along the foot of a picture."""
LABELS_FROM = 240.0
"""Width of a picture from which on everybody carries their code, and not only the selected."""
UNITS = re.compile(r"(\d) (s|ms|min)\b")
"""A number stays beside its unit when a line is broken."""
CROWD = 20
"""With more people than this in a small picture their wrists would only be noise."""
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
    left: float
    top: float
    sx: float
    sy: float
    """Pixels of the widget to one of the picture."""

    @classmethod
    def of(cls, at: QRectF, view: CameraView) -> _Place:
        return cls(at, at.left(), at.top(), at.width() / view.width, at.height() / view.height)

    def point(self, x: float, y: float) -> QPointF:
        return QPointF(self.left + x * self.sx, self.top + y * self.sy)

    def box(self, item: Detection) -> QRectF:
        x1, y1, x2, y2 = item.box
        sx, sy = self.sx, self.sy
        return QRectF(self.left + x1 * sx, self.top + y1 * sy, (x2 - x1) * sx, (y2 - y1) * sy)


class CameraPainter:
    """Paints cameras of one store, each into any rectangle; wire frames are kept."""

    def __init__(self, state: Moment) -> None:
        self._state = state
        self._frames: dict[tuple[str, int, int, str, float], QPixmap] = {}
        self._allowed = math.inf
        self.owes = False
        """Whether a wire frame was left out since :meth:`begin`: paint once more soon."""

    def begin(self, wire_frames: float = math.inf) -> None:
        """From now on draw at most so many new wire frames: each takes as long as all pictures together."""
        self._allowed, self.owes = wire_frames, False

    def picture_box(self, camera: Camera, box: QRectF) -> QRectF:
        """Where the picture goes: as large as its shape allows, in the middle."""
        scale = max(0.0, min(box.width() / camera.width, box.height() / camera.height))
        size_x, size_y = round(camera.width * scale), round(camera.height * scale)
        return QRectF(
            round(box.center().x() - size_x / 2), round(box.center().y() - size_y / 2), size_x, size_y
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
            self._people(painter, view, _Place.of(at, view), theme)
        if status is not None and status.state in ("lost", "connecting", "late"):
            self._trouble(painter, status, at, theme)
        self._words(
            painter, camera, status, QRectF(at.left(), at.bottom() - CAPTION, at.width(), CAPTION), theme
        )
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.accent if marked else theme.line), 2.0 if marked else 1.0))
        painter.drawRect(at.adjusted(0.5, 0.5, -0.5, -0.5))

    def track_at(self, camera: Camera, box: QRectF, pixel: QPointF) -> int | None:
        """Whose box is under a pixel of the widget; the smallest box wins."""
        view, at = self._view(camera.id), self.picture_box(camera, box)
        if view is None or at.width() <= 0:
            return None
        place = _Place.of(at, view)
        hits = [
            (place.box(item).width(), track)
            for item, track in zip(view.items, view.tracks, strict=False)
            if track is not None and place.box(item).contains(pixel)
        ]
        return min(hits)[1] if hits else None

    def spoken(self, camera: Camera) -> str:
        """A camera in words."""
        status, view = self._status(camera.id), self._view(camera.id)
        state = tr(STATE_WORDS[status.state]) if status else tr("Not started")
        seen = len(view.items) if view else 0
        rate = (
            f", {tr('{rate} per second', rate=decimal(status.rate_hz))}" if status and status.rate_hz else ""
        )
        why = f", {in_words(status.why)}" if status and status.why else ""
        people = tr_n("{n} seen", "{n} seen", seen)
        return f"{camera.name}: {state}{rate}{why}, {people}"

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
        name = view.picture if view is not None and self._state.has_pictures else None
        pixels = self._state.link.picture(name) if name else None
        if pixels is not None:
            painter.drawImage(at, as_image(pixels))
            return
        frame = self._frame(camera, at, theme, painter.device().devicePixelRatio())
        if frame is not None:
            painter.drawPixmap(at.topLeft(), frame)
        else:
            painter.fillRect(at, QColor(theme.panel))

    def _frame(self, camera: Camera, at: QRectF, theme: Theme, ratio: float) -> QPixmap | None:
        key = (camera.id, int(at.width()), int(at.height()), theme.name, ratio)
        if key not in self._frames:
            if self._allowed < 1:
                self.owes = True
                return None
            self._allowed -= 1
            if len(self._frames) > 4 * len(self._state.layout.cameras):
                self._frames.clear()
            self._frames[key] = wire_frame(self._state.layout, camera, (key[1], key[2]), theme, ratio)
        return self._frames[key]

    def _people(self, painter: QPainter, view: CameraView, place: _Place, theme: Theme) -> None:
        """Boxes of one colour in one call, the selected shopper's last, so that nobody covers it."""
        tracks = view.tracks or (None,) * len(view.items)
        groups: dict[tuple[bool, int], list[Detection]] = {}
        for item, track in zip(view.items, tracks, strict=False):
            identity = NO_IDENTITY if track is None else self._state.identity(track)
            look = NO_IDENTITY if identity == NO_IDENTITY else identity_of(identity).colour
            groups.setdefault((track is not None and track == self._state.selected, look), []).append(item)
        large = place.at.width() >= LABELS_FROM
        hands = large or len(view.items) <= CROWD
        for (chosen, look), items in sorted(groups.items(), key=lambda group: group[0]):
            colour = QColor(theme.secondary if look < 0 else theme.identities[look])
            boxes = [place.box(i) for i in items]
            _paint_boxes(painter, boxes, colour, known=look >= 0, chosen=chosen, plain=not hands)
            if hands:
                wrists = [w for i in items for w in _sure(i.wrist_left, i.wrist_right)]
                _paint_points(painter, [place.point(w.x, w.y) for w in wrists], colour, large=large)
            if view.picture is None and hands:
                _paint_bodies(painter, place, items, colour, large=large)
        for item, track in zip(view.items, tracks, strict=False):
            if track is not None and (large or track == self._state.selected):
                self._label(painter, track, place, place.box(item), theme)

    def _label(self, painter: QPainter, track: int, place: _Place, box: QRectF, theme: Theme) -> None:
        inside = self._state.inside(track)
        if inside is None:
            return
        chosen = track == self._state.selected
        ratio = painter.device().devicePixelRatio()
        label = label_of(inside, called(inside), chosen, theme, ratio)
        size = label.deviceIndependentSize()
        x = max(place.at.left(), min(box.left(), place.at.right() - size.width()))
        painter.drawPixmap(QPointF(x, max(place.at.top(), box.top() - size.height())), label)

    def _trouble(self, painter: QPainter, status: DeviceStatus, at: QRectF, theme: Theme) -> None:
        """What was last seen, dimmed, with why there is nothing newer."""
        veil = QColor(theme.ground)
        veil.setAlpha(205)
        painter.fillRect(at, veil)
        colour = getattr(theme, TONE_OF_STATE[status.state])
        sign = icon_pixmap(STATE_SIGNS[status.state], colour, 20, painter.device().devicePixelRatio())
        small = at.height() < 84
        top = at.center().y() - (18 if small else 34)
        painter.drawPixmap(QPointF(at.center().x() - 10, top), sign)
        if small:
            return
        painter.setPen(QColor(theme.text))
        painter.setFont(ui_font(TEXT_SECONDARY))
        words = UNITS.sub("\\1\N{NO-BREAK SPACE}\\2", in_words(status.why) or tr(STATE_WORDS[status.state]))
        room = QRectF(
            at.left() + SPACE_2, top + 22, at.width() - 2 * SPACE_2, at.bottom() - CAPTION - top - 22
        )
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(room, int(flags), words)

    def _words(
        self, painter: QPainter, camera: Camera, status: DeviceStatus | None, line: QRectF, theme: Theme
    ) -> None:
        ratio = painter.device().devicePixelRatio()
        ground = QColor(theme.panel)
        ground.setAlpha(225)
        painter.fillRect(line, ground)
        line = line.adjusted(SPACE_1 + 2, 0, -SPACE_1 - 2, 0)
        font = ui_font(TEXT_SECONDARY)
        painter.setFont(font)
        metrics = _metrics(font.key())
        right = "" if status is None else _state_words(status)
        named = metrics.horizontalAdvance(camera.name)
        width = metrics.horizontalAdvance(right) if right else 0.0
        if status is not None and status.state == "live" and named + SPACE_2 + width > line.width():
            right, width = "", 0.0
        if status is not None and right:
            live = status.state == "live"
            tone = TONE_OF_STATE[status.state]
            colour = theme.secondary if live or tone == "neutral" else getattr(theme, tone)
            painter.setPen(QColor(colour))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
            if not live:
                width += 18
                sign = icon_pixmap(STATE_SIGNS[status.state], colour, 12, ratio)
                painter.drawPixmap(QPointF(line.right() - width, line.center().y() - 6), sign)
        painter.setPen(QColor(theme.text))
        name = metrics.elidedText(
            camera.name, Qt.TextElideMode.ElideRight, max(0.0, line.width() - width - SPACE_1)
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)


@lru_cache(maxsize=8)
def _metrics(_key: str) -> QFontMetricsF:
    """Of the captions' font."""
    return QFontMetricsF(ui_font(TEXT_SECONDARY))


def _state_words(status: DeviceStatus) -> str:
    """A live camera's rate, the state of any other."""
    if status.state != "live":
        return tr(STATE_WORDS[status.state])
    return f"{status.rate_hz:.0f}/s" if status.rate_hz else ""


def _paint_boxes(
    painter: QPainter, boxes: list[QRectF], colour: QColor, *, known: bool, chosen: bool, plain: bool
) -> None:
    """Lines on whole pixels: smooth ones cost ten times as much and look no better. ``plain``: one each."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rects = [box.toRect() for box in boxes]
    if chosen or not plain:
        painter.setPen(QPen(QColor(0, 0, 0, 150), 1))
        painter.drawRects([rect.adjusted(-1, -1, 1, 1) for rect in rects])
    painter.setPen(QPen(colour, 1, Qt.PenStyle.SolidLine if known else Qt.PenStyle.DotLine))
    for inset in range(3 if chosen else 1 if plain else 2):
        painter.drawRects([rect.adjusted(inset, inset, -inset, -inset) for rect in rects])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _sure(*points: KeyPoint | None) -> list[KeyPoint]:
    return [p for p in points if p is not None and p.score >= SURE]


def _paint_bodies(
    painter: QPainter, place: _Place, items: list[Detection], colour: QColor, *, large: bool
) -> None:
    """Without a picture: a ring for the head, a bar for the feet, a thin line between the two."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    faint = QColor(colour)
    faint.setAlpha(110)
    feet: list[QLineF] = []
    bodies: list[QLineF] = []
    painter.setPen(QPen(colour, 2.0 if large else 1.0))
    for item in items:
        box = place.box(item)
        size = max(2.0, min(0.09 * box.height(), 0.3 * box.width()))
        heads = [place.point(p.x, p.y) for p in _sure(item.head)]
        soles = [place.point(p.x, p.y) for p in _sure(item.foot)]
        for head in heads:
            painter.drawEllipse(head, size, size)
        feet += [QLineF(f.x() - 1.5 * size, f.y(), f.x() + 1.5 * size, f.y()) for f in soles]
        bodies += [
            QLineF(head.x(), head.y() + size, foot.x(), foot.y())
            for head, foot in zip(heads, soles, strict=False)
        ]
    painter.drawLines(feet)
    painter.setPen(QPen(faint, 1.0))
    painter.drawLines(bodies)


def _paint_points(painter: QPainter, points: list[QPointF], colour: QColor, *, large: bool) -> None:
    if large:
        painter.setPen(QPen(QColor(0, 0, 0, 160), 1.0))
        painter.setBrush(colour)
        for point in points:
            painter.drawEllipse(point, 4.0, 4.0)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for width, ink in ((5.0, QColor(0, 0, 0)), (3.0, colour)):
        painter.setPen(QPen(ink, width))
        painter.drawPoints(points)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
