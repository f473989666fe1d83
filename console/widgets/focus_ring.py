"""A ring around what has the keys and would not show it by itself: lists, tables, maps, what scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QScrollArea, QWidget
from shiboken6 import isValid

from console.theme.appearance import Appearance
from console.theme.tokens import RADIUS
from console.widgets.floor_map import FloorMap

RINGED = (QAbstractItemView, QScrollArea, FloorMap)
WIDE = 2.0


class FocusRing(QObject):
    """Follows the keys. Whoever uses a pointer knows where they are: no ring until a key is pressed again."""

    def __init__(self, appearance: Appearance, parent: QObject) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._ring: _Ring | None = None
        self._by_keys = False
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101  # there are no widgets without one
        application.focusChanged.connect(self._follow)

    def hand(self, kind: QEvent.Type) -> None:
        """A key or a button was pressed."""
        by_keys = kind == QEvent.Type.KeyPress
        if by_keys != self._by_keys and kind in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress):
            self._by_keys = by_keys
            self._follow(None, QApplication.focusWidget())

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._ring is not None and isValid(self._ring):
            self._ring.hide()
            self._ring.deleteLater()
        self._ring = None
        if self._by_keys and isinstance(now, RINGED) and now.window().windowType() != Qt.WindowType.Popup:
            self._ring = _Ring(now, self._appearance)


class _Ring(QWidget):
    """Lies over a widget, and lets everything through."""

    def __init__(self, around: QWidget, appearance: Appearance) -> None:
        super().__init__(around)
        self._appearance = appearance
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        around.installEventFilter(self)
        self.setGeometry(around.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """As large as what it is around."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._appearance.theme.accent), WIDE))
        half = WIDE / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), RADIUS, RADIUS)
