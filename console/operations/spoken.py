"""In which language a window speaks."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSettings

from console.language import ENGLISH, languages


def wanted_language(settings: QSettings) -> str:
    """What was chosen; before anybody chose, the system's, where it is spoken here."""
    stored = str(settings.value("language", "")) or QLocale.system().name().partition("_")[0]
    return stored if stored in languages() else ENGLISH
