from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from console.theme.appearance import Appearance
from console.theme.contrast import contrast, ink_on
from console.theme.fonts import sized, ui_font
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import (
    CONTRAST_DARK,
    CONTRAST_LIGHT,
    DARK,
    IDENTITY_COUNT,
    LIGHT,
    THEMES,
    Theme,
    identity_of,
)

GROUNDS = ("ground", "panel", "raised", "selected", "floor")
INKS = ("text", "secondary", "good", "waiting", "wrong")
AA = 4.5
AAA = 7.0
AA_SIGNS = 3.0


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INKS)
def test_every_text_reads_on_every_ground(theme: Theme, ground: str, ink: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= AA


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_text_on_filled_colours_reads(theme: Theme) -> None:
    assert contrast(theme.on_accent, theme.accent) >= AA
    assert contrast(ink_on(theme.line), theme.line) >= AA, "a quiet badge"
    assert contrast(theme.secondary, theme.fixture) >= AA, "a fixture's name"
    for tone in ("waiting", "wrong"):
        assert contrast(ink_on(getattr(theme, tone)), getattr(theme, tone)) >= AA, "a loud badge"
    for colour in theme.identities:
        assert contrast(ink_on(colour), colour) >= AA, "the count in a token"


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_focus_and_signs_stand_out(theme: Theme) -> None:
    for ground in ("ground", "panel", "raised"):
        assert contrast(theme.accent, getattr(theme, ground)) >= AA_SIGNS


@pytest.mark.parametrize("theme", [CONTRAST_DARK, CONTRAST_LIGHT], ids=lambda t: t.name)
def test_high_contrast_is_higher_everywhere(theme: Theme) -> None:
    for ground in GROUNDS:
        for ink in (*INKS, "accent"):
            assert contrast(getattr(theme, ink), getattr(theme, ground)) >= AAA, f"{ink} on {ground}"
    assert contrast(theme.on_accent, theme.accent) >= AAA
    assert contrast(theme.secondary, theme.fixture) >= AAA
    for edge in ("line", "fixture_line", "slot"):
        for ground in ("ground", "panel", "raised", "floor"):
            assert contrast(getattr(theme, edge), getattr(theme, ground)) >= AA_SIGNS, f"{edge} on {ground}"


def test_larger_texts_are_worn_by_a_window_made_after(qapp: QApplication, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "a.ini"), QSettings.Format.IniFormat)
    before = Appearance(settings)
    assert (before.text_size, sized(100), ui_font(20).pixelSize()) == ("normal", 100, 20)
    before.keep_text_size("larger")
    assert ui_font(20).pixelSize() == 20, "the window that stands was laid out for this size"
    after = Appearance(settings)
    assert (after.text_size, sized(100), ui_font(20).pixelSize()) == ("larger", 130, 26)
    assert after.theme is not before.theme, "pictures of texts are kept by theme"
    after.keep_text_size("normal")
    Appearance(settings)
    assert sized(100) == 100


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_sixteen_shoppers_look_different() -> None:
    assert len({identity_of(i) for i in range(IDENTITY_COUNT)}) == IDENTITY_COUNT
    assert not any(identity_of(i).hatched for i in range(8))
    assert len(set(DARK.identities)) == len(set(LIGHT.identities)) == 8


@pytest.mark.parametrize("what", list(Icon))
def test_every_icon_is_in_the_set(qapp: QApplication, what: Icon) -> None:
    image = icon_pixmap(what, "#FF0000", 20).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 0 for x in range(20) for y in range(20))
    assert 10 < inked < 380, "blank, or a box for a missing glyph"


def test_the_choice_of_a_theme_is_worn_told_and_kept(qapp: QApplication, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "a.ini"), QSettings.Format.IniFormat)
    appearance = Appearance(settings)
    told: list[str] = []
    appearance.changed.connect(lambda: told.append(appearance.theme.scheme))
    appearance.choose("dark")
    assert qapp.palette().window().color() == QColor(DARK.ground)
    appearance.choose("light")
    assert qapp.palette().window().color() == QColor(LIGHT.ground)
    assert told[-2:] == ["dark", "light"] or told == ["dark", "light"]
    appearance.reduce_motion(True)
    again = Appearance(settings)
    assert (again.choice, again.reduced_motion) == ("light", True)


def test_an_unknown_choice_in_the_file_is_the_systems(qapp: QApplication, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "a.ini"), QSettings.Format.IniFormat)
    settings.setValue("theme", "puce")
    assert Appearance(settings).choice == "system"
