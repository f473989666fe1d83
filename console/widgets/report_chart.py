"""A report's picture: bars, upright over short labels or lying beside long ones."""

from __future__ import annotations

import os

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")  # pyqtgraph would take the first binding it finds

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QFrame, QWidget

from console.item_models.report_words import Bars
from console.language.writing import up_to
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_SECONDARY

THICK = 0.72
"""Of the room between two bars."""
LEAST_ROOM = 7
"""Upright bars that there is room for at least: one alone would be a wall."""
MOST_LABELS = 16
"""Under upright bars; of more, every second or third has one."""
LABEL_WIDTH = 150
"""Pixels for the labels of lying bars."""


class ReportChart(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Bars that cannot be zoomed or dragged; what they say is in the tables, and in the description."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._shown: Bars | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        for action in self.scene().contextMenu:  # an export dialog that nobody can reach
            action.deleteLater()
        self.scene().contextMenu = []
        self.getPlotItem().setContentsMargins(0, 6, 12, 4)
        self._bars: pg.BarGraphItem | None = None
        self._said: list[pg.TextItem] = []
        appearance.changed.connect(self._draw)
        self._draw()

    def show_bars(self, bars: Bars | None) -> None:
        """Draw these; None: nothing."""
        self._shown = bars
        self.setAccessibleName(bars.title if bars is not None else "")
        pairs = [] if bars is None else zip(bars.labels, bars.said, strict=True)
        self.setAccessibleDescription("; ".join(f"{name}: {said}" for name, said in pairs))
        self._draw()

    def _draw(self) -> None:
        theme, bars = self._appearance.theme, self._shown
        self.setBackground(QColor(theme.panel))
        for item in (self._bars, *self._said):
            if item is not None:
                self.removeItem(item)
        self._bars, self._said = None, []
        for name in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(name)
            axis.setPen(pg.mkPen(QColor(theme.line)))
            axis.setTextPen(pg.mkPen(QColor(theme.secondary)))
            axis.setStyle(tickFont=ui_font(TEXT_SECONDARY), tickLength=-3)
            axis.setTicks([[]])
        if bars is None or not bars.values:
            return
        places, values = np.arange(len(bars.values), dtype=float), np.array(bars.values)
        brush = pg.mkBrush(QColor(theme.accent))
        if bars.lying:
            self._lay(bars, places, values, brush)
        else:
            self._stand(bars, places, values, brush)
        self.addItem(self._bars)

    def _stand(self, bars: Bars, places: np.ndarray, values: np.ndarray, brush: object) -> None:
        self._bars = pg.BarGraphItem(x=places, height=values, width=THICK, brush=brush, pen=None)
        every = -(-len(places) // MOST_LABELS)
        below, beside = self.getPlotItem().getAxis("bottom"), self.getPlotItem().getAxis("left")
        below.setTicks([[(x, bars.labels[i]) for i, x in enumerate(places) if i % every == 0]])
        below.setHeight(22)
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        room = (high - low) or 1.0
        ticks = _round_steps(low, high)
        beside.setTicks([[(t, up_to(t, 2)) for t in ticks]])
        beside.setWidth(52)
        spare = max(0, LEAST_ROOM - len(places)) / 2
        self.setXRange(-0.7 - spare, len(places) - 0.3 + spare, padding=0)
        self.setYRange(low - (0.04 * room if low < 0 else 0.0), high + 0.08 * room, padding=0)

    def _lay(self, bars: Bars, places: np.ndarray, values: np.ndarray, brush: object) -> None:
        y = -places
        self._bars = pg.BarGraphItem(x0=0, y=y, width=values, height=THICK, brush=brush, pen=None)
        beside = self.getPlotItem().getAxis("left")
        metrics = QFontMetricsF(ui_font(TEXT_SECONDARY))
        short = [metrics.elidedText(n, Qt.TextElideMode.ElideRight, LABEL_WIDTH - 12) for n in bars.labels]
        beside.setTicks([list(zip(y, short, strict=True))])
        beside.setWidth(LABEL_WIDTH)
        self.getPlotItem().getAxis("bottom").setHeight(6)
        most = float(values.max()) or 1.0
        for place, value, said in zip(y, values, bars.said, strict=True):
            text = pg.TextItem(said, color=QColor(self._appearance.theme.text), anchor=(0, 0.5))
            text.setFont(ui_font(TEXT_SECONDARY))
            text.setPos(value + 0.01 * most, place)
            self.addItem(text)
            self._said.append(text)
        self.setXRange(0.0, 1.12 * most, padding=0)
        self.setYRange(-len(places) + 0.3, 0.7, padding=0)


def _round_steps(low: float, high: float) -> list[float]:
    """About four round numbers from ``low`` to ``high``, 0 among them."""
    room = max(high - low, 1e-9)
    power = 10.0 ** np.floor(np.log10(room / 4))
    step = next(float(s * power) for s in (1, 2, 2.5, 5, 10) if room / (s * power) <= 5)
    return [n * step for n in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]
