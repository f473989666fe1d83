"""What can be chosen in the settings, in words."""

from __future__ import annotations

from console.back_office.permissions import Role
from console.item_models.recorded_words import period, years
from console.language import tr, tr_noop
from console.theme.appearance import TextSize, ThemeChoice
from store_layout.model import Retention

THEME_WORDS: dict[ThemeChoice, str] = {
    "system": tr_noop("Like the system"),
    "light": tr_noop("Light"),
    "dark": tr_noop("Dark"),
    "contrast-light": tr_noop("High contrast, light"),
    "contrast-dark": tr_noop("High contrast, dark"),
}
SIZE_WORDS: dict[TextSize, str] = {
    "normal": tr_noop("Normal"),
    "large": tr_noop("Large"),
    "larger": tr_noop("Larger"),
}
ROLE_WORDS: dict[Role, str] = {
    "staff": tr_noop("staff"),
    "manager": tr_noop("manager"),
    "kiosk": tr_noop("kiosk"),
}


def kept_words(retention: Retention) -> tuple[tuple[str, str], ...]:
    """How long the store keeps what: the kind of data, and for how long."""
    return (
        (tr("Clips are kept"), period(retention.clips_days)),
        (tr("Visits are kept"), period(retention.visits_days)),
        (
            tr("Receipts are kept"),
            tr("{period} after the year of their issue", period=years(retention.documents_years)),
        ),
    )
