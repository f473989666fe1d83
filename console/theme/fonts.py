"""The system's UI font in the few sizes that are used, as large as whoever reads wants them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase

from console.theme.tokens import TEXT_BODY

_scale = [1.0]


def set_text_scale(scale: float) -> None:
    """Make all texts so many times as large as the tokens say: 1.0 to 1.3."""
    _scale[0] = scale


def sized(pixels: float) -> int:
    """What a text, or something around a text, of so many pixels measures at the text size chosen."""
    return round(pixels * _scale[0])


def ui_font(size: int = TEXT_BODY, *, bold: bool = False) -> QFont:
    """UI font of ``size`` pixels at the normal text size, larger with a larger one. Do not change it."""
    return _ui_font(sized(size), bold)


@lru_cache(maxsize=64)
def _ui_font(size: int, bold: bool) -> QFont:
    """With figures of equal width where the font has them."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(size)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
