"""All cameras side by side, in one widget; a click enlarges one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.language import tr
from console.operations.live_state import POLL_MS
from console.operations.moment import Moment
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_2
from console.widgets.camera_paint import CameraPainter
from store_layout.model import Camera

SHAPE = 16 / 9
SMALLEST = 120.0
"""Width below which a tile says nothing: then rather one more row."""
LARGEST = 320.0
WIDEST_GAP = 24.0
PARTS = 2
"""In which the wall is painted after each poll: all of a crowd at once takes as long as the map."""


def tile_boxes(size: QSize, count: int) -> list[QRectF]:
    """Rectangles for ``count`` tiles in as many rows as make their pictures largest, centred."""
    if count == 0:
        return []

    def picture_width(rows: int) -> float:
        columns = -(-count // rows)
        wide = (size.width() - SPACE_2 * (columns - 1)) / columns
        high = (size.height() - SPACE_2 * (rows - 1)) / rows
        return min(wide, high * SHAPE)

    rows = max(range(1, count + 1), key=picture_width)
    columns = -(-count // rows)
    width = max(1.0, picture_width(rows))
    height = width / SHAPE
    gap = max(SPACE_2, min(WIDEST_GAP, (size.width() - columns * width) / max(1, columns - 1)))
    left = max(0.0, (size.width() - columns * width - (columns - 1) * gap) / 2)
    top = max(0.0, (size.height() - rows * height - (rows - 1) * SPACE_2) / 2)
    return [
        QRectF(
            math.floor(left + (i % columns) * (width + gap)),
            math.floor(top + (i // columns) * (height + SPACE_2)),
            int(width),
            int(height),
        )
        for i in range(count)
    ]


def good_height(width: int, count: int) -> int:
    """The height at which ``count`` tiles fill a wall of this width well."""
    for rows in range(1, max(1, count) + 1):
        columns = -(-count // rows) or 1
        tile = min(LARGEST, (width - SPACE_2 * (columns - 1)) / columns)
        if tile >= SMALLEST:
            break
    return int(rows * (tile / SHAPE) + SPACE_2 * (rows - 1))


class CameraWall(QWidget):
    """One tile per camera. ``opened`` asks for one to be shown large; ``picked`` for a shopper."""

    opened = Signal(str)
    resized = Signal()
    picked = Signal(object)

    def __init__(
        self, state: Moment, painter: CameraPainter, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._painter, self._appearance = state, painter, appearance
        self._cameras: Sequence[Camera] = state.layout.file.camera
        self._current = 0
        self._at_once = False
        self.large: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Cameras"))
        self._parts = 0
        """Of the wall that are still to be painted anew."""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(POLL_MS // (PARTS + 1))
        self._later.timeout.connect(self._paint_part)
        state.snapshot_changed.connect(self._follow)
        state.selection_changed.connect(self.update)
        appearance.changed.connect(self.update)

    def _follow(self) -> None:
        """Later than the map, and part by part: short frames answer the hand sooner than one long one."""
        if self.isVisible() and not self._parts:
            self._parts = PARTS
            self._later.start()

    def _paint_part(self) -> None:
        """The next part of the tiles; a wire frame that was left out is drawn with all of them."""
        boxes = self.boxes()
        if not self._parts:
            self.update()
            return
        first, self._parts = PARTS - self._parts, self._parts - 1
        each = -(-len(boxes) // PARTS)
        for box in boxes[first * each : (first + 1) * each]:
            self.update(box.toAlignedRect())
        if self._parts:
            self._later.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nothing to paint while hidden."""
        self._later.stop()
        self._parts = 0
        super().hideEvent(event)

    def mark_large(self, camera: str | None) -> None:
        """Show which camera is large now."""
        self.large = camera
        self.update()

    def complete(self) -> None:
        """Draw all wire frames now, whatever it takes."""
        self._at_once = True
        self.grab()
        self._at_once = False

    def boxes(self) -> list[QRectF]:
        """Where the tiles are."""
        return tile_boxes(self.size(), len(self._cameras))

    def camera_at(self, pixel: QPointF) -> int | None:
        """Number of the tile under a pixel."""
        return next((i for i, box in enumerate(self.boxes()) if box.contains(pixel)), None)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The tiles that are asked for."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme.ground))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.begin(wire_frames=math.inf if self._at_once else 1)
        for i, (camera, box) in enumerate(zip(self._cameras, self.boxes(), strict=True)):
            if not event.region().intersects(box.toAlignedRect()):
                continue
            focused = self.hasFocus() and i == self._current
            self._painter.paint(painter, camera, box, theme, marked=focused or camera.id == self.large)
        if self._painter.owes:
            self._later.start()

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802
        """Another width may be better filled by another height."""
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A click on a person selects them; elsewhere on a tile it enlarges the camera."""
        i = self.camera_at(event.position())
        if i is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._move_to(i)
        track = self._painter.track_at(self._cameras[i], self.boxes()[i], event.position())
        if track is not None:
            self.picked.emit(track)
        else:
            self.opened.emit(self._cameras[i].id)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows move, Enter enlarges."""
        if not self._cameras:
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self._move_to(self._current + 1)
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self._move_to(self._current - 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.opened.emit(self._cameras[self._current].id)
            case _:
                super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tool tips tell the camera's state."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            i = self.camera_at(QPointF(event.pos()))
            if i is not None:
                QToolTip.showText(event.globalPos(), self._painter.spoken(self._cameras[i]), self)
            return True
        return super().event(event)

    def _move_to(self, i: int) -> None:
        self._current = max(0, min(len(self._cameras) - 1, i))
        self.setAccessibleDescription(self._painter.spoken(self._cameras[self._current]))
        self.update()


class LargeCamera(QWidget):
    """One camera as large as there is room. ``left`` asks to go back to the map."""

    left = Signal()
    picked = Signal(object)

    def __init__(
        self, state: Moment, painter: CameraPainter, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._painter, self._appearance = painter, appearance
        self.camera: Camera | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Camera, large"))
        state.snapshot_changed.connect(self.update)
        state.selection_changed.connect(self.update)
        appearance.changed.connect(self.update)

    def show_camera(self, camera: Camera) -> None:
        """Show this one."""
        self.camera = camera
        self.setAccessibleDescription(self._painter.spoken(camera))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The one camera."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.ground))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.begin()
        if self.camera is not None:
            self._painter.paint(painter, self.camera, QRectF(self.rect()), theme, marked=False)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A click on a person selects them; elsewhere it goes back."""
        track = (
            self._painter.track_at(self.camera, QRectF(self.rect()), event.position())
            if self.camera
            else None
        )
        if track is not None:
            self.picked.emit(track)
        else:
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
