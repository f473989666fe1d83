"""Weights and floor of an event, side by side or one above the other: as the floor is seen largest."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.theme.fonts import sized
from console.theme.tokens import SPACE_3

SHARES = (0.36, 0.5)
"""Of the width, what the floor takes beside the weights: at least, and where it makes use of it."""
WEIGHTS_HIGH = (210, 0.4)
"""What weights keep above the floor: pixels at the normal text size, and of the height there is."""
AS_LARGE = 0.9
"""Above each other where the floor is at least so large as beside: a line wants width, not height."""


class EvidencePanes(QWidget):
    """Two panels in the room there is. ``weights`` stands first, ``floor`` holds ``plan``."""

    def __init__(
        self, weights: QWidget, floor: QWidget, plan: QWidget, aspect: float, parent: QWidget | None = None
    ) -> None:
        """``aspect``: width by height of what ``plan`` draws, as large as it fits."""
        super().__init__(parent)
        self._weights, self._floor, self._plan, self._aspect = weights, floor, plan, aspect
        self._weighed = True
        for part in (weights, floor):
            part.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Beside each other."""
        return self._beside(self._weights.sizeHint(), self._floor.sizeHint())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Beside each other: the window can be made small again."""
        return self._beside(self._weights.minimumSizeHint(), self._floor.minimumSizeHint())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Each to its place."""
        super().resizeEvent(event)
        self._place()

    def show_weights(self, weighed: bool) -> None:
        """Where nothing was felt the floor has all the room."""
        if weighed != self._weighed:
            self._weighed = weighed
            self._weights.setVisible(weighed)
            self._place()

    def _place(self) -> None:
        places = self._places() if self._weighed else (self._weights.geometry(), self.rect())
        for part, place in zip((self._weights, self._floor), places, strict=True):
            part.setGeometry(place)

    def _beside(self, weights: QSize, floor: QSize) -> QSize:
        return QSize(
            weights.width() + SPACE_3 + floor.width(),
            max(weights.height(), floor.height()),
        )

    def _places(self) -> tuple[QRect, QRect]:
        """Of weights and floor."""
        wide, high = self.width(), self.height()
        # what the floor's panel is larger than the plan in it
        around = self._floor.minimumSizeHint() - self._plan.minimumSizeHint()

        def plan_high(width: int, height: int) -> float:
            """Pixels: how high the plan is drawn in a panel of this size."""
            return min(height - around.height(), (width - around.width()) / self._aspect)

        useful = around.width() + round((high - around.height()) * self._aspect)
        least, most = (round(share * (wide - SPACE_3)) for share in SHARES)
        beside = max(least, min(most, useful))
        above = max(sized(WEIGHTS_HIGH[0]), round(WEIGHTS_HIGH[1] * high))
        below = high - above - SPACE_3
        if plan_high(wide, below) >= AS_LARGE * plan_high(beside, high):
            return QRect(0, 0, wide, above), QRect(0, above + SPACE_3, wide, below)
        left = wide - SPACE_3 - beside
        return QRect(0, 0, left, high), QRect(left + SPACE_3, 0, beside, high)
