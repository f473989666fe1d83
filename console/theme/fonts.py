"""The system's UI font in the few sizes that are used."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase

from console.theme.tokens import TEXT_BODY


@lru_cache(maxsize=64)
def ui_font(size: int = TEXT_BODY, *, bold: bool = False) -> QFont:
    """UI font of ``size`` pixels with figures of equal width where the font has them. Do not change it."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(size)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
