"""Icons from one set (Material Design Icons), one weight, coloured by the theme."""

from __future__ import annotations

import os
from enum import StrEnum
from functools import lru_cache

os.environ.setdefault("QT_API", "pyside6")  # qtpy, which qtawesome uses, would look for other bindings first

import qtawesome
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPixmap

from console.theme.tokens import ICON, Theme


class Icon(StrEnum):
    """Every icon of the console by what it stands for."""

    LIVE = "mdi6.floor-plan"
    REVIEW = "mdi6.comment-question-outline"
    VISITS = "mdi6.receipt-text-outline"
    SHELVES = "mdi6.library-shelves"
    DEVICES = "mdi6.cctv"
    REPORTS = "mdi6.chart-box-outline"
    MENU = "mdi6.menu"
    GOOD = "mdi6.check-circle-outline"
    WAITING = "mdi6.clock-outline"
    WRONG = "mdi6.alert-circle-outline"
    LATE = "mdi6.timer-sand"
    LOST = "mdi6.close-circle-outline"
    OFF = "mdi6.minus-circle-outline"
    CAMERA = "mdi6.video-outline"
    SCALE = "mdi6.scale"
    STUCK = "mdi6.lock-outline"
    OVERLOADED = "mdi6.weight"
    ZERO = "mdi6.numeric-0-circle-outline"
    DRIFTING = "mdi6.trending-up"
    LOW = "mdi6.tray-arrow-down"
    MISPLACED = "mdi6.swap-horizontal"
    GATE = "mdi6.gate"
    BROKER = "mdi6.lan-connect"
    RECORDING = "mdi6.filmstrip"
    DETECTOR = "mdi6.human-male"
    PRINTER = "mdi6.printer-outline"
    MODEL = "mdi6.brain"
    ADD = "mdi6.plus"
    EDIT = "mdi6.pencil-outline"
    UNDO = "mdi6.undo"
    PEOPLE = "mdi6.account-multiple-outline"
    PAUSE = "mdi6.pause"
    PLAY = "mdi6.play"
    FIT = "mdi6.fit-to-page-outline"
    ZOOM_IN = "mdi6.plus"
    ZOOM_OUT = "mdi6.minus"
    RECONNECT = "mdi6.restart"
    SEARCH = "mdi6.magnify"
    CLOSE = "mdi6.close"
    STORE_OPEN = "mdi6.store-outline"
    STORE_PAUSED = "mdi6.store-off-outline"
    OPERATOR = "mdi6.account-circle-outline"
    SETTINGS = "mdi6.cog-outline"
    STAFF = "mdi6.badge-account-outline"
    FOLLOW = "mdi6.crosshairs-gps"
    EARLIER = "mdi6.rewind"
    LATER = "mdi6.fast-forward"


def icon(name: Icon, theme: Theme, colour: str | None = None) -> QIcon:
    """The icon in a colour (the theme's secondary text unless told)."""
    return _icon(name.value, colour or theme.secondary, theme.text)


@lru_cache(maxsize=256)
def _icon(name: str, colour: str, active: str) -> QIcon:
    return QIcon(qtawesome.icon(name, color=colour, color_active=active))


@lru_cache(maxsize=256)
def icon_pixmap(name: Icon, colour: str, size: int = ICON, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of ``size`` logical pixels, for widgets that paint themselves."""
    return _icon(name.value, colour, colour).pixmap(QSize(size, size), ratio)
