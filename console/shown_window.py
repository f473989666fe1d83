"""The window on the screen. It is made anew, in its place, when every text or size in it would change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from console.window import HandedOver, MainWindow


class ShownWindow(QObject):
    """Shows one window at a time. A new one opens where the old one was, before that closes."""

    def __init__(
        self, make: Callable[[HandedOver | None], MainWindow], parent: QObject | None = None
    ) -> None:
        """``make``: a window, with what the one before it hands over; the window is owned here."""
        super().__init__(parent)
        self._make = make
        self.window = self._open(None)

    def _open(self, handed: HandedOver | None) -> MainWindow:
        made = self._make(handed)
        made.outdated.connect(self.renew)
        return made

    def show(self) -> None:
        """Bring it to the screen."""
        self.window.show()

    def renew(self) -> None:
        """Put a new window in the place of this one: on the same page, with the same operator."""
        old = self.window
        self.window = self._open(old.hand_over())
        if old.isVisible():
            self.window.setWindowState(old.windowState())
            self.window.show()
        old.close()
        old.deleteLater()
