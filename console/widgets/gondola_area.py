"""The room for the front of a fixture: one that is too long to be read as a whole is moved along."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from console.theme.tokens import SPACE_4
from console.widgets.gondola_view import GondolaView


class GondolaArea(QScrollArea):
    """Shows all of it where its tiles can be read so; else the chosen slot and what is beside it."""

    def __init__(self, view: GondolaView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(view)
        view.face_shown.connect(self._fit)
        view.chosen.connect(self._follow)
        view.placed.connect(self._follow)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """What can be read at this height."""
        self._fit()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """There is only one way to go."""
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - event.angleDelta().y() - event.angleDelta().x())

    def _fit(self) -> None:
        """Reckoned with the bar in both cases, so that it cannot come and go by itself."""
        high = self.height() - self.horizontalScrollBar().sizeHint().height()
        self._view.setMinimumWidth(self._view.width_for(high))

    def _follow(self) -> None:
        tile = self._view.tiles.get(self._view.slot)
        if tile is not None:
            self.ensureWidgetVisible(tile, SPACE_4, 0)
