"""The weights around an event over time, the level that each answer expects, and the time cursor to drag."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.item_models.review_trace import WeightLine, weight_at, weight_line
from console.item_models.review_words import Shown
from console.item_models.words import MINUS, grams
from console.language import tr
from console.language.writing import decimal
from console.theme.appearance import Appearance
from console.theme.fonts import sized, ui_font
from console.theme.tokens import SPACE_1, SPACE_2, TEXT_BODY, TEXT_SECONDARY, Theme
from console.widgets.time_cursor import TimeCursor
from console.widgets.weight_chart import LEAST_SD_G, SIGMAS
from inference.evidence.manifest import Evidence

LEFT, TOP = 8, 10
RIGHT, FOOT, LABEL = 92, 20, 18
"""Pixels at the normal text size: beside the levels, under the line, and of one label."""
GRIP = 5.0

Heights = Callable[[float], float]
"""Grams to pixels from the top."""


class ReviewTrace(QWidget):
    """Time from left to right, grams upwards; a band of two standard deviations for each answer."""

    def __init__(self, cursor: TimeCursor, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cursor, self._appearance = cursor, appearance
        self._shown: Shown | None = None
        self._line = WeightLine()
        self._levels: list[tuple[str, float, float]] = []
        self.setAccessibleName(tr("Weights around the event"))
        self.setToolTip(tr("Drag to look at another moment"))
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        cursor.moved.connect(self.update)
        appearance.changed.connect(self.update)

    def show_evidence(self, shown: Shown, evidence: Evidence | None) -> None:
        """Another event's weights."""
        self._shown = shown
        self._line = WeightLine() if evidence is None else weight_line(evidence.traces)
        self._levels = expected_levels(shown)
        self.setAccessibleDescription(self._said())
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Wider than high."""
        return QSize(420, 190)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Levels can still be told apart."""
        return QSize(220, 80)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The cursor goes there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._cursor.scrub(self._time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """And goes along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._cursor.scrub(self._time_at(event.position().x()))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Loop, levels, line, cursor."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._cursor.is_set:
            return
        room = self._room()
        low, high = self._range()

        def y(value: float) -> float:
            return room.bottom() - (value - low) / (high - low) * room.height()

        first, last = self._cursor.loop
        painter.fillRect(
            QRectF(QPointF(self._x(first), room.top()), QPointF(self._x(last), room.bottom())),
            QColor(theme.raised),
        )
        self._paint_zero(painter, y(0.0), room, theme)
        self._paint_levels(painter, y, room, theme)
        self._paint_times(painter, room, theme)
        if self._line.t:
            points = [
                QPointF(self._x(t), y(g))
                for t, g in zip(self._line.t, self._line.grams, strict=True)
                if self._cursor.begin <= t <= self._cursor.end
            ]
            painter.save()
            painter.setClipRect(room.adjusted(0, -4, 0, 4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.text), 1.8))
            painter.drawPolyline(QPolygonF(points))
            painter.restore()
        else:
            painter.setFont(ui_font(TEXT_BODY))
            painter.setPen(QColor(theme.secondary))
            painter.drawText(
                room, Qt.AlignmentFlag.AlignCenter, tr("The weights of this event were not kept.")
            )
        self._paint_cursor(painter, room, y, theme)

    # -- parts ---------------------------------------------------------------------------------------

    def _room(self) -> QRectF:
        wide, high = self.width() - LEFT - self._right(), self.height() - TOP - sized(FOOT)
        return QRectF(LEFT, TOP, max(40, wide), max(20, high))

    def _right(self) -> float:
        """What the levels' names need beside the line: three answers of one weight have a long one."""
        metrics = QFontMetricsF(ui_font(TEXT_SECONDARY, bold=True))
        names = (metrics.horizontalAdvance(_level_name(keys, level)) for keys, level, _ in self._levels)
        return max(sized(RIGHT), max(names, default=0.0) + 2 * SPACE_1)

    def _x(self, t: float) -> float:
        room = self._room()
        return room.left() + (t - self._cursor.begin) / (self._cursor.end - self._cursor.begin) * room.width()

    def _time_at(self, x: float) -> float:
        room = self._room()
        share = (x - room.left()) / room.width()
        return self._cursor.begin + share * (self._cursor.end - self._cursor.begin)

    def _range(self) -> tuple[float, float]:
        """Grams shown: all levels and where the line rests; a hand that leans on the shelf may go beyond."""
        levels = [level for _, level, _ in self._levels]
        rests = sorted(self._line.grams)
        most = [rests[len(rests) // 20], rests[-1 - len(rests) // 20]] if rests else []
        felt = [] if self._shown is None or self._shown.delta_g is None else [self._shown.delta_g]
        ends = [0.0, *levels, *most, *felt]
        pad = max(10.0, 0.08 * (max(ends) - min(ends)))
        return min(ends) - pad, max(ends) + pad

    def _paint_zero(self, painter: QPainter, at: float, room: QRectF, theme: Theme) -> None:
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawLine(QPointF(room.left(), at), QPointF(room.right(), at))

    def _paint_levels(self, painter: QPainter, y: Heights, room: QRectF, theme: Theme) -> None:
        felt = None if self._shown is None else self._shown.delta_g
        high = sized(LABEL)
        levels = sorted(self._levels, key=lambda item: -item[1])
        places = spread([y(level) for _, level, _ in levels], high, high / 2, self.height() - high / 2)
        for (keys, level, sd), at in zip(levels, places, strict=True):
            near = felt is not None and abs(level - felt) <= SIGMAS * sd
            colour = QColor(theme.accent if near else theme.secondary)
            band = QColor(colour)
            band.setAlpha(50 if near else 28)
            top, bottom = y(level + SIGMAS * sd), y(level - SIGMAS * sd)
            painter.fillRect(QRectF(room.left(), top, room.width(), max(2.0, bottom - top)), band)
            painter.setPen(QPen(colour, 1.2, Qt.PenStyle.SolidLine if near else Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(room.left(), y(level)), QPointF(room.right(), y(level)))
            side = QRectF(room.right() + SPACE_1, at - high / 2, self._right() - SPACE_1, high)
            painter.setFont(ui_font(TEXT_SECONDARY, bold=True))
            painter.setPen(QColor(theme.text if near else theme.secondary))
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(side, left, _level_name(keys, level))

    def _paint_times(self, painter: QPainter, room: QRectF, theme: Theme) -> None:
        painter.setFont(ui_font(TEXT_SECONDARY))
        painter.setPen(QColor(theme.secondary))
        for seconds in range(-10, 11, 2):
            t = self._cursor.centre + seconds
            if not self._cursor.begin <= t <= self._cursor.end:
                continue
            words = "0 s" if seconds == 0 else f"{MINUS if seconds < 0 else '+'}{abs(seconds)} s"
            box = QRectF(self._x(t) - 24, room.bottom() + 2, 48, sized(FOOT) - 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        painter.setPen(QPen(QColor(theme.secondary), 1, Qt.PenStyle.DotLine))
        x = self._x(self._cursor.centre)
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))

    def _paint_cursor(self, painter: QPainter, room: QRectF, y: Heights, theme: Theme) -> None:
        x, now = self._x(self._cursor.t), weight_at(self._line, self._cursor.t)
        accent = QColor(theme.accent)
        painter.setPen(QPen(accent, 2))
        painter.drawLine(QPointF(x, room.top() - 4), QPointF(x, room.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawEllipse(QPointF(x, room.top() - 4), GRIP, GRIP)
        if now is None:
            return
        painter.drawEllipse(QPointF(x, min(room.bottom(), max(room.top(), y(now)))), 3.5, 3.5)
        font = ui_font(TEXT_SECONDARY, bold=True)
        words = grams(now)
        width = QFontMetricsF(font).horizontalAdvance(words) + 2 * SPACE_2
        left = x + SPACE_2 if x + SPACE_2 + width < room.right() else x - SPACE_2 - width
        box = QRectF(left, room.top(), width, sized(LABEL))
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(font)
        painter.setPen(QColor(theme.on_accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _said(self) -> str:
        if not self._line.t:
            return tr("not kept")
        levels = ", ".join(
            tr("answer {number} expects {weight}", number=keys, weight=grams(level))
            for keys, level, _ in self._levels
        )
        over = decimal(self._line.t[-1] - self._line.t[0], 0)
        return "; ".join(filter(None, (tr("{seconds} s of weights", seconds=over), levels)))


def spread(wanted: Sequence[float], apart: float, first: float, last: float) -> list[float]:
    """Places from ``first`` to ``last`` so far apart, near the wanted ones, which grow; many stand closer."""
    if not wanted:
        return []
    apart = min(apart, (last - first) / max(1, len(wanted) - 1))
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + apart if places else first))
    for n in range(len(places) - 1, -1, -1):
        most = places[n + 1] - apart if n + 1 < len(places) else last
        places[n] = min(places[n], most)
    return places


def _level_name(keys: str, level: float) -> str:
    return f"{keys}  {grams(level)}"


def expected_levels(shown: Shown) -> list[tuple[str, float, float]]:
    """Keys, grams and sd of each weight that answers expect; answers with the same weight stand together."""
    noise = max(LEAST_SD_G, shown.sd_g)
    found: dict[float, tuple[list[str], float]] = {}
    for key, choice in enumerate(shown.choices, start=1):
        if choice.expected_g is not None:
            keys, sd = found.setdefault(round(choice.expected_g, 1), ([], 0.0))
            keys.append(str(key))
            found[round(choice.expected_g, 1)] = (keys, max(sd, (choice.expected_sd_g**2 + noise**2) ** 0.5))
    return [(", ".join(keys), level, sd) for level, (keys, sd) in found.items()]
