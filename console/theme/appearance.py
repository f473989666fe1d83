"""Which theme is on: chosen, or the system's; told to every widget that paints itself."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from console.theme.fonts import ui_font
from console.theme.stylesheet import palette_of, stylesheet_of
from console.theme.tokens import DARK, LIGHT, Theme

ThemeChoice = Literal["system", "light", "dark"]
CHOICES: tuple[ThemeChoice, ...] = get_args(ThemeChoice)


class Appearance(QObject):
    """The theme in use. ``changed`` is emitted after the application wears the new one."""

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        stored = str(settings.value("theme", "system"))
        self._choice: ThemeChoice = next((c for c in CHOICES if c == stored), "system")
        self.reduced_motion = str(settings.value("reduced_motion", "false")) == "true"
        self.theme = self._wanted()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._wear()

    @property
    def choice(self) -> ThemeChoice:
        """What the operator chose."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Wear this theme from now on, and at the next start."""
        self._choice = choice
        self._settings.setValue("theme", choice)
        self._system_changed()

    def reduce_motion(self, reduced: bool) -> None:
        """With ``reduced``, nothing moves: changes appear at once."""
        self.reduced_motion = reduced
        self._settings.setValue("reduced_motion", "true" if reduced else "false")

    def _wanted(self) -> Theme:
        if self._choice == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self._choice == "dark" else LIGHT

    def _system_changed(self) -> None:
        theme = self._wanted()
        if theme is self.theme:
            return
        self.theme = theme
        self._wear()
        self.changed.emit()

    def _wear(self) -> None:
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise TypeError("a theme needs a QApplication to wear it")
        app.setStyle("Fusion")
        app.setFont(ui_font())
        app.setPalette(palette_of(self.theme))
        app.setStyleSheet(stylesheet_of(self.theme))
