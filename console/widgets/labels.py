"""Labels, panels and buttons in the roles that the style sheet knows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from console.language import tr
from console.operations.health import Tone
from console.theme.appearance import Appearance
from console.theme.icons import Icon, icon
from console.theme.tokens import ICON, SPACE_1, SPACE_2, SPACE_3, SPACE_4

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
LONG_WORD = 12
"""Letters."""
LONG_WORDS = re.compile(rf"\w{{{LONG_WORD + 1},}}")
Role = Literal["title", "heading", "caption", "secondary", "body", "total", "question"]


def label(text: str = "", role: Role = "body", *, wrap: bool = False, name: str = "") -> QLabel:
    """A text in one of the roles."""
    made = QLabel(text)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if name:
        made.setAccessibleName(name)
    return made


def breakable(name: str) -> str:
    """A name that may break inside of its longest words, for labels that wrap: shops name as they like."""
    return LONG_WORDS.sub(lambda word: SOFT_HYPHEN.join(_pieces(word[0])), name)


def _pieces(word: str) -> list[str]:
    """Of nearly one length."""
    wide = math.ceil(len(word) / math.ceil(len(word) / LONG_WORD))
    return [word[i : i + wide] for i in range(0, len(word), wide)]


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Colour a widget's text by what it says; the words say it too."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def panel() -> QFrame:
    """A surface that holds something."""
    made = QFrame()
    made.setProperty("role", "panel")
    return made


def close_button(dialog: QDialog) -> QDialogButtonBox:
    """The only button of a dialog that only shows something."""
    made = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    close = made.button(QDialogButtonBox.StandardButton.Close)
    close.setText(tr("Close"))
    close.setAccessibleName(tr("Close"))
    made.rejected.connect(dialog.reject)
    return made


def rule() -> QFrame:
    """A line of one pixel."""
    made = QFrame()
    made.setProperty("role", "rule")
    made.setFixedHeight(1)
    return made


def tool_button(
    what: Icon, name: str, tip: str, appearance: Appearance, clicked: Callable[[], object]
) -> QToolButton:
    """A small button with an icon, a name for screen readers and a tool tip."""
    made = QToolButton()
    made.setProperty("role", "tool")
    made.setIconSize(QSize(ICON, ICON))
    made.setAccessibleName(name)
    made.setToolTip(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(clicked)

    def wear() -> None:
        made.setIcon(icon(what, appearance.theme))

    wear()
    appearance.changed.connect(wear)
    return made


class EmptyState(QWidget):
    """Says what will appear here, and how to make it appear."""

    def __init__(self, heading: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading, self.text = label(heading, "heading"), label(text, "body", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        box.setSpacing(SPACE_2)
        box.addStretch(2)
        for part in (self.heading, self.text):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(part)
        box.addSpacing(SPACE_1)
        self._steps = QVBoxLayout()
        box.addLayout(self._steps)
        box.addStretch(3)
        self.text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def offer(self, words: str, step: Callable[[], object]) -> QPushButton:
        """A button below the words that does what they say."""
        made = QPushButton(words)
        made.clicked.connect(lambda *_: step())
        self._steps.addWidget(made, 0, Qt.AlignmentFlag.AlignHCenter)
        return made


def titled(title: str, content: QWidget, *extra: QWidget, margins: int = SPACE_3) -> tuple[QFrame, QLabel]:
    """A panel with a caption over its content; returns the panel and the caption."""
    made, caption = panel(), label(title, "caption")
    box = QVBoxLayout(made)
    box.setContentsMargins(1, margins, 1, 1)
    box.setSpacing(SPACE_2)
    head = QHBoxLayout()
    head.setContentsMargins(SPACE_3, 0, SPACE_3, 0)
    head.addWidget(caption, 0 if extra else 1)
    if extra:
        head.addStretch(1)
    for widget in extra:
        head.addWidget(widget)
    box.addLayout(head)
    box.addWidget(content, 1)
    return made, caption
