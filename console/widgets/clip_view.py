"""A clip at the moment of the time cursor, with slot, hands and codes drawn over it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.item_models.words import DASH, MINUS
from console.language import tr
from console.language.writing import decimal
from console.operations.review_evidence import ClipPictures
from console.theme.appearance import Appearance
from console.theme.fonts import sized, ui_font
from console.theme.tokens import NO_IDENTITY, SPACE_1, SPACE_2, TEXT_SECONDARY
from console.widgets.identity_paint import identity_colour, label_picture
from console.widgets.time_cursor import TimeCursor
from inference.evidence.manifest import Seen
from inference.messages.observations import KeyPoint

CAPTION = 20
"""Pixels, at the normal text size."""
SURE = 0.3
"""Wrists less sure than this are not drawn."""
BESIDE_S = 0.15
"""Marks belong to a picture that was taken so long before or after."""
CUE_S = 0.5
"""So long before and after the event its slot is drawn strongly."""
HAND = 7.0


class ClipView(QWidget):
    """One clip. Its pictures are there already; nothing is decoded while it is shown."""

    enlarged = Signal()
    """It was clicked: larger, or as before."""

    def __init__(
        self,
        cursor: TimeCursor,
        appearance: Appearance,
        key: str = "",
        *,
        over: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """``key``: what enlarges it. ``over``: it lies over other things, and hides them."""
        super().__init__(parent)
        self._cursor, self._appearance, self._key, self._over = cursor, appearance, key, over
        self._clip: ClipPictures | None = None
        self._name = ""
        self._people: Mapping[int, tuple[int, str]] = {}
        self._number = -1
        self.setAccessibleName(tr("No clip"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        cursor.moved.connect(self._follow)
        appearance.changed.connect(self.update)

    def show_clip(
        self, clip: ClipPictures | None, name: str = "", people: Mapping[int, tuple[int, str]] | None = None
    ) -> None:
        """Another clip. ``people``: by track, look and code of those whom the question is about."""
        self._clip, self._name, self._people = clip, name, people or {}
        self._number = -1
        self.setAccessibleName(tr("Clip from {camera}", camera=name) if clip else tr("No clip"))
        self.setToolTip(tr("Click: larger, or as before ({key})", key=self._key))
        self._follow()
        self.update()

    @property
    def aspect(self) -> float:
        """Width by height."""
        return 16 / 9 if self._clip is None else self._clip.about.width / self._clip.about.height

    def sizeHint(self) -> QSize:  # noqa: N802
        """As large as it may be."""
        return QSize(320, 180)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Still to be made out."""
        return QSize(160, 90)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Larger."""
        if event.button() == Qt.MouseButton.LeftButton and self._clip is not None:
            self.enlarged.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Picture, marks, caption."""
        clip, theme = self._clip, self._appearance.theme
        painter = QPainter(self)
        if self._over:
            painter.fillRect(self.rect(), QColor(theme.ground))
        if clip is None or not 0 <= self._number < len(clip.pictures):
            return
        about, pixels = clip.about, clip.pictures[self._number]
        scale = min(self.width() / about.width, self.height() / about.height)
        size = QRectF(0, 0, about.width * scale, about.height * scale)
        size.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        image = QImage(
            pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], QImage.Format.Format_BGR888
        )
        painter.drawImage(size, image)
        painter.save()
        painter.setClipRect(size)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(size.topLeft())
        self._paint_slots(painter, scale)
        self._paint_people(painter, scale, size.width())
        painter.restore()
        self._paint_caption(painter, size)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(size.adjusted(0.5, 0.5, -0.5, -0.5))

    # -- parts ---------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Paint only where another picture is due, or what is drawn over it is."""
        if self._clip is None:
            return
        times = self._clip.about.times
        number = max(0, bisect_right(times, self._cursor.t + 1e-6) - 1)
        number = min(number, len(self._clip.pictures) - 1)
        if number != self._number:
            self._number = number
            self.update()

    def _paint_slots(self, painter: QPainter, scale: float) -> None:
        assert self._clip is not None  # noqa: S101  # asked by paintEvent
        now = abs(self._clip.about.times[self._number] - self._cursor.centre) <= CUE_S
        shapes = [
            QPolygonF([QPointF(u * scale, v * scale) for u, v in outline])
            for outline in self._clip.about.slots
        ]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dash = Qt.PenStyle.SolidLine if now else Qt.PenStyle.DashLine
        for colour, width in (
            (QColor(0, 0, 0, 150), 4.5 if now else 3.0),
            (QColor("#FFFFFF"), 2.5 if now else 1.2),
        ):
            painter.setPen(QPen(colour, width, dash))
            for shape in shapes:
                painter.drawPolygon(shape)

    def _paint_people(self, painter: QPainter, scale: float, room: float) -> None:
        seen, theme = self._seen(), self._appearance.theme
        if seen is None:
            return
        ratio = self.devicePixelRatioF()
        for person in seen.people:
            look, code = self._people.get(-1 if person.track is None else person.track, (NO_IDENTITY, ""))
            colour = identity_colour(look, theme) if code else QColor("#B8C0C8")
            for wrist in (person.left, person.right):
                if wrist is not None and wrist.score >= SURE:
                    _paint_hand(painter, wrist, scale, colour, known=bool(code))
            if code:
                words = label_picture(code, False, theme, ratio)
                wide, high = words.width() / ratio, words.height() / ratio
                x = (person.box[0] + person.box[2]) / 2 * scale - wide / 2
                x = max(1.0, min(x, room - wide - 1))
                y = max(1.0, person.box[1] * scale - high - 2)
                painter.drawPixmap(QPointF(x, y), words)
                painter.setPen(QPen(colour, 2.0))
                painter.drawLine(QPointF(x, y + high), QPointF(x + wide, y + high))

    def _seen(self) -> Seen | None:
        """Who was in the picture."""
        assert self._clip is not None  # noqa: S101  # asked by paintEvent
        t = self._clip.about.times[self._number]
        near = min(self._clip.about.seen, key=lambda m: abs(m.t - t), default=None)
        return near if near is not None and abs(near.t - t) <= BESIDE_S else None

    def _paint_caption(self, painter: QPainter, size: QRectF) -> None:
        theme = self._appearance.theme
        assert self._clip is not None  # noqa: S101  # asked by paintEvent
        after = self._clip.about.times[self._number] - self._cursor.centre
        when = f"{MINUS if after < -0.05 else '+'}{decimal(abs(after), 1)} s"
        high = sized(CAPTION)
        foot = QRectF(size.left(), size.bottom() - high, size.width(), high)
        ground = QColor(theme.panel)
        ground.setAlpha(225)
        painter.fillRect(foot, ground)
        line = foot.adjusted(SPACE_2, 0, -SPACE_2, 0)
        font = ui_font(TEXT_SECONDARY)
        metrics = QFontMetricsF(font)
        rest = line.width() - metrics.horizontalAdvance(when) - SPACE_2
        name = metrics.elidedText(self._name or DASH, Qt.TextElideMode.ElideRight, rest)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, when)


def _paint_hand(painter: QPainter, wrist: KeyPoint, scale: float, colour: QColor, *, known: bool) -> None:
    at, r = QPointF(wrist.x * scale, wrist.y * scale), HAND if known else HAND - 2 * SPACE_1 / 4
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 160), 5.0 if known else 3.0))
    painter.drawEllipse(at, r, r)
    painter.setPen(QPen(colour, 3.0 if known else 1.5))
    painter.drawEllipse(at, r, r)
