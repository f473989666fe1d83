"""Pictures of products from the store folder, small; a colour with initials where there is none."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap

from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_BODY, Theme
from store_layout.model import StoreLayout
from store_layout.product_pictures import product_pictures

LARGEST = 160
"""Pixels to which pictures are made smaller when they are read."""
TINTS = 7
"""Colours of goods without a picture: the identities' but the last, which is text's own."""


class ProductPictures:
    """Read when first shown, and kept."""

    def __init__(self, layout: StoreLayout, folder: Path | None) -> None:
        """``folder``: the store folder; None: there are only colours."""
        self._layout = layout
        self._files = {} if folder is None else product_pictures(folder, layout.catalog)
        self._read: dict[str, QPixmap | None] = {}

    def paint(self, painter: QPainter, box: QRectF, sku: str, theme: Theme) -> None:
        """Paint a product into a box."""
        picture = self._picture(sku)
        painter.save()
        path = QPainterPath()
        path.addRoundedRect(box, 4, 4)
        painter.setClipPath(path)
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            side = min(picture.width(), picture.height())
            middle = QRectF(
                (picture.width() - side) / 2, (picture.height() - side) / 2, float(side), float(side)
            )
            painter.drawPixmap(box, picture, middle)
        else:
            self._paint_colour(painter, box, sku, theme)
        painter.restore()

    def _picture(self, sku: str) -> QPixmap | None:
        if sku not in self._read:
            files = self._files.get(sku, ())
            found = QPixmap(str(files[0])) if files else QPixmap()
            if max(found.width(), found.height()) > LARGEST:
                found = found.scaled(
                    LARGEST,
                    LARGEST,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            self._read[sku] = None if found.isNull() else found
        return self._read[sku]

    def _paint_colour(self, painter: QPainter, box: QRectF, sku: str, theme: Theme) -> None:
        product = self._layout.products.get(sku)
        of = product.category or sku if product is not None else sku
        tint = QColor(theme.identities[crc32(of.encode()) % TINTS])
        tint.setAlphaF(0.35)
        painter.fillRect(box, QColor(theme.raised))
        painter.fillRect(box, tint)
        name = product.name if product is not None else sku
        painter.setPen(QColor(theme.text))
        painter.setFont(ui_font(TEXT_BODY, bold=True))
        painter.drawText(
            box, Qt.AlignmentFlag.AlignCenter, "".join(word[0] for word in name.split()[:2]).upper()
        )
