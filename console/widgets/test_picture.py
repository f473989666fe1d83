"""A camera's test picture, with the floor and the fixtures drawn over it as its calibration sees them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.language import tr
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_BODY
from console.widgets.wire_frame import paint_wires
from store_layout.model import Camera, StoreLayout

SMALL = QSize(400, 225)


class TestPicture(QWidget):
    """Shows what came last; where the lines lie on the fixtures' edges, the calibration is right."""

    __test__ = False  # no test, whatever its name begins with

    def __init__(self, layout: StoreLayout, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout, self._appearance = layout, appearance
        self._image: QImage | None = None
        self._camera: Camera | None = None
        self.setAccessibleName(tr("Test picture"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(SMALL)

    @property
    def has_picture(self) -> bool:
        """Whether one has come."""
        return self._image is not None

    @property
    def image(self) -> QImage | None:
        """What is shown."""
        return self._image

    def show_picture(self, picture: NDArray[np.uint8] | None) -> None:
        """A newer one, BGR ``[height, width, 3]``; None: away with it."""
        self._image = None
        if picture is not None:
            packed = np.ascontiguousarray(picture)
            height, width = packed.shape[:2]
            self._image = QImage(packed.data, width, height, 3 * width, QImage.Format.Format_BGR888).copy()
        self.setAccessibleDescription(tr("A picture is shown") if self.has_picture else tr("No picture yet"))
        self.update()

    def show_wires(self, camera: Camera | None) -> None:
        """Draw the store as this camera would see it; None: only the picture."""
        self._camera = camera
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Half of a small picture."""
        return SMALL

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Picture, then lines."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.raised))
        size = self._size()
        if size is None:
            painter.setPen(QColor(theme.secondary))
            painter.setFont(ui_font(TEXT_BODY))
            words = tr("The picture appears here when the address is tested.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
            return
        scale = min(self.width() / size.width(), self.height() / size.height())
        width, height = round(scale * size.width()), round(scale * size.height())
        corner = ((self.width() - width) / 2, (self.height() - height) / 2)
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(*corner, width, height), self._image)
        if self._camera is not None:
            painter.translate(*corner)
            painter.setClipRect(0, 0, width, height)
            paint_wires(painter, self._layout, self._camera, (width, height), theme)

    def _size(self) -> QSize | None:
        if self._image is not None:
            return self._image.size()
        return None if self._camera is None else QSize(self._camera.width, self._camera.height)
