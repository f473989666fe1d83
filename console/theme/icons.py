"""Icons from one set (Material Design Icons), one weight, coloured by the theme."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from console.theme.tokens import ICON, Theme

LIBRARY, FONT, CHARACTERS = (
    "qtawesome",
    "materialdesignicons6-webfont-*.ttf",
    "materialdesignicons6-webfont-charmap-*.json",
)
"""The package that brings the set. Its files are read, and it is not imported: it would load a dozen other
sets, and three modules of Qt that nothing here needs, a quarter of a second at each start."""
FILLED = 0.875
"""Share of an icon's height that is the font's size: a glyph stands out of its line a little."""


class Icon(StrEnum):
    """Every icon of the console by what it stands for."""

    LIVE = "floor-plan"
    REVIEW = "comment-question-outline"
    VISITS = "receipt-text-outline"
    SHELVES = "library-shelves"
    DEVICES = "cctv"
    REPORTS = "chart-box-outline"
    MENU = "menu"
    GOOD = "check-circle-outline"
    WAITING = "clock-outline"
    WRONG = "alert-circle-outline"
    LATE = "timer-sand"
    LOST = "close-circle-outline"
    OFF = "minus-circle-outline"
    CAMERA = "video-outline"
    SCALE = "scale"
    STUCK = "lock-outline"
    OVERLOADED = "weight"
    ZERO = "numeric-0-circle-outline"
    DRIFTING = "trending-up"
    LOW = "tray-arrow-down"
    MISPLACED = "swap-horizontal"
    GATE = "gate"
    BROKER = "lan-connect"
    RECORDING = "filmstrip"
    DETECTOR = "human-male"
    PRINTER = "printer-outline"
    MODEL = "brain"
    ADD = "plus"
    EDIT = "pencil-outline"
    UNDO = "undo"
    PEOPLE = "account-multiple-outline"
    PAUSE = "pause"
    PLAY = "play"
    FIT = "fit-to-page-outline"
    ZOOM_IN = "plus"
    ZOOM_OUT = "minus"
    RECONNECT = "restart"
    SEARCH = "magnify"
    CLOSE = "close"
    STORE_OPEN = "store-outline"
    STORE_PAUSED = "store-off-outline"
    OPERATOR = "account-circle-outline"
    SETTINGS = "cog-outline"
    STAFF = "badge-account-outline"
    FOLLOW = "crosshairs-gps"
    EARLIER = "rewind"
    LATER = "fast-forward"


def icon(name: Icon, theme: Theme, colour: str | None = None) -> QIcon:
    """The icon in a colour (the theme's secondary text unless told)."""
    return _icon(name.value, colour or theme.secondary, theme.text)


@cache
def _glyphs() -> tuple[str, dict[str, str]]:
    """The font's family, and the code point of each icon by name. Raises ``FileNotFoundError``."""
    spec = find_spec(LIBRARY)
    fonts = Path((spec.submodule_search_locations or [""])[0] if spec is not None else "") / "fonts"
    files = next(fonts.glob(FONT), None), next(fonts.glob(CHARACTERS), None)
    if files[0] is None or files[1] is None:
        raise FileNotFoundError(f"{fonts}: the icons are not there; install {LIBRARY} again")
    families = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(files[0])))
    return families[0], json.loads(files[1].read_text("utf-8"))


class _Glyph(QIconEngine):
    """One character of the font, in any size."""

    def __init__(self, name: str, colour: str, active: str) -> None:
        super().__init__()
        self._of = (name, colour, active)
        family, characters = _glyphs()
        self._character = chr(int(characters[name], 16))
        self._font = QFont(family)
        self._colour, self._active = QColor(colour), QColor(active)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        """Into ``rect``."""
        self._font.setPixelSize(max(1, round(FILLED * rect.height())))
        painter.save()
        painter.setFont(self._font)
        painter.setPen(self._pen(mode))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._character)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The same on nothing."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        """Another of the same."""
        return _Glyph(*self._of)

    def _pen(self, mode: QIcon.Mode) -> QColor:
        if mode == QIcon.Mode.Disabled:
            palette = QApplication.palette()
            return palette.color(palette.ColorGroup.Disabled, palette.ColorRole.Text)
        return self._active if mode == QIcon.Mode.Active else self._colour


@lru_cache(maxsize=256)
def _icon(name: str, colour: str, active: str) -> QIcon:
    return QIcon(_Glyph(name, colour, active))


@lru_cache(maxsize=256)
def icon_pixmap(name: Icon, colour: str, size: int = ICON, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of ``size`` logical pixels, for widgets that paint themselves."""
    return _icon(name.value, colour, colour).pixmap(QSize(size, size), ratio)
