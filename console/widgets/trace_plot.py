"""The weight on a scale over the last minutes, with the levels of whole units as lines, and its events."""

from __future__ import annotations

import os
from collections.abc import Sequence

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")  # pyqtgraph would take the first binding it finds

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame

from console.item_models.words import ShopWords, clock_time, grams
from console.language import tr
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_SECONDARY
from inference.messages.shelves import ScaleEvent

SHOWN_S = 180.0
MOST_LINES = 12
"""Levels drawn at once; of more, every second, fifth or tenth is."""
STEPS = (1, 2, 5, 10, 20, 50, 100)
LEAST_SPAN_G = 60.0
"""Noise of a gram or two must not fill the plot."""
MOST_EVENTS = 8


TOP, BELOW, ROWS = 0.98, 0.08, 4
"""Of the plot's height: where words of events stand, how much lower those of one soon after, and rows."""
APART_S = 45.0
"""Further apart, the words of two events stand beside each other."""


def _heights(times: Sequence[float]) -> list[float]:
    """Where the words of each event stand, so that those of neighbours are not written over each other."""
    rows: list[int] = []
    for i, t in enumerate(times):
        near = {rows[k] for k in range(i) if t - times[k] < APART_S}
        rows.append(next((row for row in range(ROWS) if row not in near), i % ROWS))
    return [TOP - BELOW * row for row in rows]


class _Seconds(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Seconds before now as ``-2:00``."""

    def tickStrings(self, values: Sequence[float], _scale: float, _spacing: float) -> list[str]:  # noqa: N802
        """Minutes and seconds."""
        return [f"−{int(-v) // 60}:{int(-v) % 60:02d}" if v < -0.5 else "0" for v in values]


class TracePlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Grams over seconds before the latest sample. Nothing here can be dragged: it follows."""

    def __init__(self, words: ShopWords, appearance: Appearance) -> None:
        super().__init__(axisItems={"bottom": _Seconds(orientation="bottom")})
        self._words, self._appearance = words, appearance
        self._unit_g = 0.0
        self._latest = 0.0
        self._times: Sequence[float] = ()
        self._grams: Sequence[float] = ()
        self._events: Sequence[ScaleEvent] = ()
        self._drawn: tuple[object, ...] | None = None
        self._lines: list[pg.InfiniteLine] = []
        self.setAccessibleName(tr("Weight over the last minutes"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(150)
        self.setFrameShape(QFrame.Shape.NoFrame)
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        for action in self.scene().contextMenu:  # an export dialog that nobody can reach
            action.deleteLater()
        self.scene().contextMenu = []
        plot.setMouseEnabled(x=False, y=False)
        plot.setXRange(-SHOWN_S, 0.0, padding=0.02)
        plot.getAxis("left").setWidth(52)
        plot.getAxis("bottom").setTickSpacing(60.0, 10.0)
        self._curve = plot.plot()
        self._nothing = pg.TextItem(anchor=(0.5, 0.5))
        self._nothing.setPos(-SHOWN_S / 2, 0.0)
        self._nothing.setText(tr("No samples yet"))
        self._nothing.setFont(ui_font(TEXT_SECONDARY))
        plot.addItem(self._nothing, ignoreBounds=True)
        self._wear()
        appearance.changed.connect(self._wear)

    def show_trace(
        self,
        times: Sequence[float],
        weights: Sequence[float],
        events: Sequence[ScaleEvent],
        unit_g: float,
    ) -> None:
        """Draw these samples. ``unit_g``: of the one product on the scale; 0: there is no one unit."""
        self._times, self._grams, self._events, self._unit_g = times, weights, events, unit_g
        self._latest = times[-1] if times else 0.0
        seconds = [t - self._latest for t in times]
        self._curve.setData(seconds, list(weights))
        low, high = self._span()
        plot = self.getPlotItem()
        plot.setYRange(low, high, padding=0.0)
        self._nothing.setVisible(not times)
        plot.getAxis("left").setStyle(showValues=bool(times))
        self._draw_lines(low, high)
        self.setAccessibleDescription(self._said())

    # -- inside --------------------------------------------------------------------------------------

    def _span(self) -> tuple[float, float]:
        least, most = (min(self._grams), max(self._grams)) if self._grams else (0.0, 0.0)
        room = max(LEAST_SPAN_G, 1.5 * self._unit_g, 1.2 * (most - least))
        middle = (least + most) / 2
        return middle - room / 2, middle + room / 2

    def _draw_lines(self, low: float, high: float) -> None:
        """Levels of whole units, and events; only when they are others than before."""
        levels = self._levels(low, high) if self._times else ()
        shown = [e for e in self._events if self._latest - SHOWN_S <= e.t <= self._latest][-MOST_EVENTS:]
        # events move with time: a quarter of a second is less than a pixel
        key = (levels, tuple((e.id, round(self._latest - e.t)) for e in shown), self._appearance.theme)
        if key == self._drawn:
            return
        self._drawn = key
        plot = self.getPlotItem()
        for line in self._lines:
            plot.removeItem(line)
        theme = self._appearance.theme
        self._lines = [
            self._line(grams_at, 0, theme.secondary, tr("{n} units", n=units), dotted=True)
            for units, grams_at in levels
        ]
        heights = _heights([e.t for e in shown])
        self._lines += [
            self._line(e.t - self._latest, 90, theme.accent, grams(e.delta_g), dotted=False, height=height)
            for e, height in zip(shown, heights, strict=True)
        ]
        for line in self._lines:
            plot.addItem(line)

    def _levels(self, low: float, high: float) -> tuple[tuple[int, float], ...]:
        if self._unit_g <= 0:
            return ()
        first, last = max(0, int(low / self._unit_g)), int(high / self._unit_g) + 1
        step = next((s for s in STEPS if (last - first) / s <= MOST_LINES), STEPS[-1])
        return tuple(
            (n, n * self._unit_g)
            for n in range(first, last + 1)
            if n % step == 0 and low <= n * self._unit_g <= high
        )

    def _line(
        self, at: float, angle: int, colour: str, words: str, *, dotted: bool, height: float = 0.0
    ) -> pg.InfiniteLine:
        # the words stay inside the plot: of events below their place and on the inner side, of levels above
        beside = (1 if at > -SHOWN_S / 4 else 0, 0) if angle else (0, 1)
        style = Qt.PenStyle.DotLine if dotted else Qt.PenStyle.DashLine
        line = pg.InfiniteLine(
            pos=at,
            angle=angle,
            pen=pg.mkPen(colour, width=1, style=style),
            label=words,
            labelOpts={
                "color": colour,
                "position": 0.06 if angle == 0 else height,
                "anchors": [beside, beside],
            },
        )
        line.label.setFont(ui_font(TEXT_SECONDARY))
        return line

    def _wear(self) -> None:
        theme = self._appearance.theme
        self.setBackground(QColor(theme.panel))
        self._curve.setPen(pg.mkPen(theme.text, width=1.5))
        self._nothing.setColor(QColor(theme.secondary))
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(pg.mkPen(theme.secondary))
            axis.setTickFont(ui_font(TEXT_SECONDARY))
        self._drawn = None
        if self._times:
            self.show_trace(self._times, self._grams, self._events, self._unit_g)

    def _said(self) -> str:
        if not self._grams:
            return tr("No samples yet")
        return tr(
            "Now {grams}; between {low} and {high} since {time}",
            grams=f"{self._grams[-1]:.0f} g",
            low=f"{min(self._grams):.0f} g",
            high=f"{max(self._grams):.0f} g",
            time=clock_time(self._times[0], self._words.zone, seconds=True),
        )
