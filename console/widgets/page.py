"""What the window asks of every page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from console.operations.health import Tone
from console.theme.icons import Icon


class Page(QWidget):
    """A page of the window. It listens to the live state by itself and knows no other page."""

    badge_changed = Signal(str, object)
    """What waits here (short), and its ``Tone``."""

    name = ""
    """Stable name, for settings and links."""
    word = ""
    """What the rail says."""
    icon = Icon.LIVE
    tip = ""
    badge: tuple[str, Tone] = ("", "neutral")

    def page_actions(self) -> Sequence[QAction]:
        """What can be done here; the window puts them into the menu and the key sheet."""
        return ()

    def look_at(self, what: str) -> None:
        """Show this part: the status line leads here."""

    def take_focus(self) -> None:
        """The page is shown: the keys go to its main part."""
        self.setFocus()

    def complete(self) -> None:
        """Paint at once what is otherwise painted bit by bit: a picture is taken of the page."""

    def keep(self, settings: QSettings) -> None:
        """Store how the page was left."""

    def take_up(self, settings: QSettings) -> None:
        """Open as the page was left."""

    def _badge(self, text: str, tone: Tone = "neutral") -> None:
        self.badge = (text, tone)
        self.badge_changed.emit(text, tone)
