"""Type and surfaces for whoever stands two metres away: sizes grow with the screen."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy

from console.theme.tokens import RADIUS, Theme

HERO, TITLE, LARGE, TEXT, SMALL = 68, 42, 32, 27, 22
"""Pixels on a screen of 1080 lines."""
Size = Literal["hero", "title", "large", "text", "small"]
SIZES: dict[Size, int] = {"hero": HERO, "title": TITLE, "large": LARGE, "text": TEXT, "small": SMALL}
TOUCH = 64
"""Height of what a finger has to hit, on a screen of 1080 lines; never less than ``SMALLEST_TOUCH``."""
SMALLEST_TOUCH = 44
DESIGNED_FOR = 1080.0


def unit_for(height: int) -> float:
    """How large to draw on a screen of so many lines, 1 on 1080."""
    return min(2.0, max(0.75, height / DESIGNED_FOR))


def kiosk_stylesheet(theme: Theme, unit: float) -> str:
    """What the kiosk's own labels and buttons wear, over the application's style sheet."""
    sizes = "\n".join(
        f'QLabel[kiosk="{name}"] {{ font-size: {round(size * unit)}px; }}' for name, size in SIZES.items()
    )
    touch = max(SMALLEST_TOUCH, round(TOUCH * unit))
    return f"""
    QWidget#kiosk {{ background: {theme.ground}; }}
    {sizes}
    QLabel[strong="true"] {{ font-weight: 600; }}
    QLabel[quiet="true"] {{ color: {theme.secondary}; }}
    QLabel[accent="true"] {{ color: {theme.accent}; }}
    QLabel[tone="wrong"] {{ color: {theme.wrong}; }}
    QPushButton[kiosk="touch"], QPushButton[kiosk="first"] {{ font-size: {round(TEXT * unit)}px;
        min-height: {touch - 12}px; min-width: {touch - 12}px; padding: 4px {round(20 * unit)}px;
        border-radius: {RADIUS}px; }}
    QPushButton[kiosk="touch"]:focus, QPushButton[kiosk="first"]:focus {{
        padding: 3px {round(20 * unit) - 1}px; }}
    QPushButton[kiosk="first"] {{ background: {theme.accent}; color: {theme.on_accent};
        border-color: {theme.accent}; font-weight: 600; }}
    QPushButton[kiosk="first"]:disabled {{ background: transparent; color: {theme.secondary};
        border-color: {theme.line}; }}
    QPushButton[kiosk="first"]:focus {{ border: 2px solid {theme.text}; }}
    """


def kiosk_label(
    text: str = "", size: Size = "text", *, wrap: bool = True, quiet: bool = False, strong: bool = False
) -> QLabel:
    """A text in one of the sizes."""
    made = QLabel(text)
    made.setProperty("kiosk", size)
    made.setProperty("strong", "true" if size in ("hero", "title") or strong else "false")
    made.setProperty("quiet", "true" if quiet else "false")
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def touch_button(text: str = "", *, first: bool = False) -> QPushButton:
    """A button for a finger; ``first``: the one that most will want."""
    made = QPushButton(text)
    made.setProperty("kiosk", "first" if first else "touch")
    made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
    return made
