"""The last minutes as a strip: people inside, and a mark for each thing taken or put back."""

from __future__ import annotations

import math
import os
from collections import deque

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")  # pyqtgraph would take the first binding it finds

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from console.language import tr, tr_noop
from console.operations.live_state import LiveState
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_SECONDARY
from console.widgets.labels import label
from inference.messages.wire import Snapshot

WINDOW_S = 300.0
MINUTES = (tr_noop("now"), tr_noop("1 min"), "2", "3", "4", tr_noop("5 min"))
"""Ticks: minutes ago. They stay where they are, so that only what happened moves."""
STEP_S = 1.0
"""The strip is brought up to date once a second of store time: more could not be seen."""


class ActivityStrip(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Two things over time: a step curve, and marks, a plot for each kind.

    Marks of two looks in one plot were drawn anew, each for itself, whenever one was added.
    """

    def __init__(self, state: LiveState, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._appearance = state, appearance
        self._counts: deque[tuple[float, int]] = deque()
        self._events: deque[tuple[float, float]] = deque()
        self._seen: set[str] = set()
        self._drawn_at = -math.inf
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("People inside and shelf events over the last five minutes"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        for action in self.scene().contextMenu:  # an export dialog that nobody can reach
            action.deleteLater()
        self.scene().contextMenu = []
        item = self.getPlotItem()
        item.setContentsMargins(0, 6, 8, 0)
        item.getAxis("left").setWidth(26)
        item.getAxis("left").setTicks([[]])
        item.getAxis("bottom").setTicks([[(-60.0 * m, tr(MINUTES[m])) for m in range(len(MINUTES))]])
        item.getAxis("bottom").setHeight(20)
        self.setXRange(-WINDOW_S - 20.0, 15.0, padding=0)  # room for half a label
        self._curve = self.plot(stepMode="right", antialias=False)
        self._taken = pg.ScatterPlotItem(size=8, pxMode=True, symbol="t", pen=None)
        self._back = pg.ScatterPlotItem(size=8, pxMode=True, symbol="t1", pen=None)
        for marks in (self._taken, self._back):
            self.addItem(marks)
        self._empty = label(
            tr("People and shelf events of the last minutes appear here."), "secondary", wrap=True
        )
        self._empty.setParent(self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._wear()
        state.snapshot_changed.connect(self._follow)
        appearance.changed.connect(self._wear)

    def _follow(self) -> None:
        snapshot = self._state.snapshot
        if snapshot is None:
            return
        self._remember(snapshot)
        if self.isVisible() and abs(snapshot.t - self._drawn_at) >= STEP_S:
            self._drawn_at = snapshot.t
            self._draw(snapshot.t)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """While hidden it was not drawn."""
        super().showEvent(event)
        self._drawn_at = -math.inf
        self._follow()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The words stand in the middle."""
        super().resizeEvent(event)
        if event is not None and hasattr(self, "_empty"):  # pyqtgraph resizes while it is being made
            self._empty.setGeometry(32, 0, max(0, self.width() - 40), max(0, self.height() - 24))

    def _remember(self, snapshot: Snapshot) -> None:
        if self._counts and snapshot.t < self._counts[-1][0]:  # a recording was wound back
            self._counts.clear()
            self._events.clear()
            self._seen.clear()
        inside = len(self._state.visitors)
        if not self._counts or self._counts[-1][1] != inside:
            self._counts.append((snapshot.t, inside))
        for event in snapshot.events:
            if event.id not in self._seen:
                self._seen.add(event.id)
                self._events.append((event.t_settled, event.delta_g))
        horizon = snapshot.t - WINDOW_S
        while len(self._counts) > 1 and self._counts[1][0] < horizon:
            self._counts.popleft()
        while self._events and self._events[0][0] < horizon:
            self._events.popleft()
        self._seen &= {event.id for event in snapshot.events}

    def _draw(self, now: float) -> None:
        times = np.array([max(t - now, -WINDOW_S) for t, _ in self._counts] + [0.0])
        counts = np.array([n for _, n in self._counts] + [self._counts[-1][1]], dtype=float)
        self._curve.setData(times, counts)
        top = max(4.0, float(counts.max()) * 1.25)
        self.setYRange(-0.22 * top, top, padding=0)
        step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if top / s <= 4)
        self.getPlotItem().getAxis("left").setTicks([[(v, str(v)) for v in range(0, int(top) + 1, step)]])
        self._draw_marks(now, -0.11 * top)
        self._empty.setVisible(not self._events and not counts.any())

    def _draw_marks(self, now: float, y: float) -> None:
        for marks, taken in ((self._taken, True), (self._back, False)):
            times = np.array([t - now for t, grams in self._events if (grams < 0) is taken])
            marks.setData(x=times, y=np.full(len(times), y))

    def _wear(self) -> None:
        theme = self._appearance.theme
        self.setBackground(QColor(theme.panel))
        for name in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(name)
            axis.setPen(pg.mkPen(QColor(theme.line)))
            axis.setTextPen(pg.mkPen(QColor(theme.secondary)))
            axis.setStyle(tickFont=ui_font(TEXT_SECONDARY), tickLength=-3)
        fill = QColor(theme.accent)
        fill.setAlpha(40)
        self._curve.setPen(pg.mkPen(QColor(theme.accent), width=1.5))
        self._curve.setFillLevel(0)
        self._curve.setBrush(fill)
        self._taken.setBrush(QColor(theme.accent))
        self._back.setBrush(QColor(theme.waiting))
        if self._counts:
            self._draw(self._counts[-1][0] if self._state.snapshot is None else self._state.snapshot.t)
