"""What the scales felt of an event, against what each answer would weigh."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.item_models.review_words import Shown
from console.item_models.words import grams
from console.language import tr
from console.theme.appearance import Appearance
from console.theme.fonts import sized, ui_font
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_3, TEXT_BODY, TEXT_SECONDARY

ROW = 30
"""Pixels at the normal text size, as ``SIDE``."""
SIDE = 64
"""Pixels for the grams at the right."""
LEAST_SD_G = 2.0
"""A band is never drawn thinner than the noise of a good scale."""
SIGMAS = 2.0


class WeightChart(QWidget):
    """A row per answer, with the band in which its weight lies, and a line down through all: the felt weight.

    Grams run from left to right, from nothing to the heaviest of all; the band is two standard deviations of
    product and scales together to each side.
    """

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._shown: Shown | None = None
        self.setAccessibleName(tr("What the scales felt"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        appearance.changed.connect(self.update)

    def show_question(self, shown: Shown | None) -> None:
        """Draw another question's weights."""
        self._shown = shown
        self.setAccessibleDescription(self._said())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As many rows as answers, under a row for the felt weight."""
        return QSize(320, _row() * (len(self._rows()) + 1) + SPACE_3)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """All rows are seen."""
        return QSize(220, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The chart; a word where nothing was kept."""
        theme, shown = self._appearance.theme, self._shown
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(TEXT_BODY))
        painter.setPen(QColor(theme.secondary))
        if shown is None or shown.delta_g is None:
            words = tr("The weight of this event was not kept.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            return
        rows, felt = self._rows(), shown.delta_g
        ends = [0.0, felt, *(g + d * SIGMAS * s for _, g, s in rows for d in (-1, 1))]
        low, high = min(ends), max(ends)
        pad = max(10.0, 0.06 * (high - low))
        low, high = low - pad, high + pad
        left, width = 24.0, self.width() - 24.0 - sized(SIDE)

        def x(value: float) -> float:
            return left + width * (value - low) / (high - low)

        bottom = _row() * (len(rows) + 1) + 2.0
        self._paint_line(painter, x(0.0), bottom, "0 g")
        for i, (number, expected, sd) in enumerate(rows):
            top = _row() * (i + 1)
            middle = top + _row() / 2
            near = abs(expected - felt) <= SIGMAS * sd
            painter.setPen(QColor(theme.text))
            painter.setFont(ui_font(TEXT_BODY, bold=True))
            painter.drawText(QRectF(0, top, 20, _row()), Qt.AlignmentFlag.AlignCenter, str(number))
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QPointF(left, middle), QPointF(left + width, middle))
            span = max(6.0, 2 * SIGMAS * sd / (high - low) * width)
            band = QRectF(x(expected) - span / 2, middle - 6, span, 12)
            painter.setPen(QPen(QColor(theme.accent if near else theme.secondary), 1.5))
            painter.setBrush(QColor(theme.accent) if near else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(band, 3, 3)
            painter.setFont(ui_font(TEXT_SECONDARY))
            painter.setPen(QColor(theme.text if near else theme.secondary))
            side = QRectF(left + width + SPACE_1, top, sized(SIDE) - SPACE_1, _row())
            painter.drawText(
                side, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, grams(expected)
            )
        self._paint_felt(painter, x(felt), bottom, tr("felt {weight}", weight=grams(felt)))

    def _paint_line(self, painter: QPainter, at: float, bottom: float, words: str) -> None:
        theme = self._appearance.theme
        painter.setPen(QPen(QColor(theme.secondary), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(at, _row() - 6), QPointF(at, bottom))
        painter.setFont(ui_font(TEXT_SECONDARY))
        painter.setPen(QColor(theme.secondary))
        painter.drawText(QRectF(at - 30, 4, 60, _row() - 8), Qt.AlignmentFlag.AlignCenter, words)

    def _paint_felt(self, painter: QPainter, at: float, bottom: float, words: str) -> None:
        theme, font = self._appearance.theme, ui_font(TEXT_BODY, bold=True)
        painter.setPen(QPen(QColor(theme.text), 2))
        painter.drawLine(QPointF(at, _row() - 4), QPointF(at, bottom))
        width = QFontMetricsF(font).horizontalAdvance(words) + 2 * SPACE_2
        box = QRectF(min(max(0.0, at - width / 2), self.width() - width), 1, width, _row() - 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.text))
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(font)
        painter.setPen(QColor(theme.ground))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _rows(self) -> list[tuple[int, float, float]]:
        """Key, grams and sd with the scales' own noise, of each answer whose weight is known."""
        if self._shown is None or self._shown.delta_g is None:
            return []
        noise = max(LEAST_SD_G, self._shown.sd_g)
        return [
            (key, c.expected_g, (c.expected_sd_g**2 + noise**2) ** 0.5)
            for key, c in enumerate(self._shown.choices, start=1)
            if c.expected_g is not None
        ]

    def _said(self) -> str:
        if self._shown is None or self._shown.delta_g is None:
            return tr("not kept")
        rows = ", ".join(
            tr("answer {number} expects {weight}", number=key, weight=grams(expected))
            for key, expected, _ in self._rows()
        )
        felt = tr("felt {weight}", weight=grams(self._shown.delta_g))
        return f"{felt}; {rows}"


def _row() -> int:
    return sized(ROW)
