"""Which theme is on, and how large texts are: chosen, or the system's; told to all that paint themselves."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Literal, get_args

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from console.theme.fonts import set_text_scale, ui_font
from console.theme.stylesheet import palette_of, stylesheet_of
from console.theme.tokens import THEMES, Theme, ThemeName

ThemeChoice = Literal["system", "light", "dark", "contrast-light", "contrast-dark"]
CHOICES: tuple[ThemeChoice, ...] = get_args(ThemeChoice)
TextSize = Literal["normal", "large", "larger"]
TEXT_SCALES: dict[TextSize, float] = {"normal": 1.0, "large": 1.15, "larger": 1.3}
_BY_NAME = {theme.name: theme for theme in THEMES}


def size_of(name: str) -> TextSize:
    """The text size of that name; the normal one where there is none such."""
    return next((size for size in TEXT_SCALES if size == name), "normal")


@lru_cache
def _at_size(name: ThemeName, size: TextSize) -> Theme:
    """One theme for each text size: pictures of texts are kept by theme."""
    return _BY_NAME[name] if size == "normal" else replace(_BY_NAME[name])


WORN, BASIS = "worn", "worn basis"
"""Properties of the application: the theme it wears, and the one that fonts and colours are of. To put on
either once more would lay out every window for nothing."""


class Appearance(QObject):
    """The theme in use. ``changed`` is emitted after the application wears the new one."""

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None, *, later: bool = False) -> None:
        """``later``: the style sheet is worn when :meth:`dress` is called, by widgets that are all there.

        Each widget that is put into another while there is one has its rules looked up again, which made
        building a window half as long again.
        """
        super().__init__(parent)
        self._later = later
        self._settings = settings
        stored = str(settings.value("theme", "system"))
        self._choice: ThemeChoice = next((c for c in CHOICES if c == stored), "system")
        self.text_size = size_of(str(settings.value("text_size", "normal")))
        self.reduced_motion = str(settings.value("reduced_motion", "false")) == "true"
        self.theme = self._wanted()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._wear()

    def dress(self) -> None:
        """Wear the style sheet too."""
        if self._later:
            self._later = False
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

    def keep_text_size(self, size: TextSize) -> None:
        """Keep a text size for the window that is made next: what this one shows was laid out for another."""
        self._settings.setValue("text_size", size)

    def reduce_motion(self, reduced: bool) -> None:
        """With ``reduced``, nothing moves: changes appear at once."""
        self.reduced_motion = reduced
        self._settings.setValue("reduced_motion", "true" if reduced else "false")

    def _wanted(self) -> Theme:
        if self._choice == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return _at_size("dark" if dark else "light", self.text_size)
        return _at_size(self._choice, self.text_size)

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
        set_text_scale(TEXT_SCALES[self.text_size])
        worn = f"{self.theme.name} {self.text_size}"
        if app.property(WORN) == worn:
            return
        if app.property(BASIS) != worn:
            app.setProperty(BASIS, worn)
            app.setStyle("Fusion")
            app.setFont(ui_font())
            app.setPalette(palette_of(self.theme))
        if not self._later:
            app.setProperty(WORN, worn)
            app.setStyleSheet(stylesheet_of(self.theme))
